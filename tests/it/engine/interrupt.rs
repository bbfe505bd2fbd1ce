//! An interruption while a gate waits: the gate is void, and the session goes on.

use super::gates::{decisions, gate, lab, seen, stop};
use crate::support::INITIALIZER;
use longhaul::protocol::{Autonomy, Command, Event, GateDecision, PauseMode, Steer, StopMode};

#[tokio::test(flavor = "multi_thread")]
async fn an_interruption_voids_a_gate_and_is_called_so_also_before_a_stop_after_the_session() {
    for stops in [false, true] {
        let lab = lab(Autonomy::Commits);
        let running = lab.start(INITIALIZER).await;
        gate(&running, 1).await;
        let client = running.engine.client();
        if stops {
            let mode = StopMode::AfterSession;
            client.send(Command::Stop { mode }).unwrap();
            seen(&running, |e| matches!(e, Event::StopRequested(_)).then_some(())).await;
        }
        let mode = PauseMode::Now;
        client.send(Command::Steer(Steer::Pause { mode })).unwrap();
        seen(&running, |e| matches!(e, Event::RunPaused(_)).then_some(())).await;
        stop(&running);
        let ran = running.finish().await;
        let first = &decisions(&ran)[0];
        assert_eq!((first.decision, first.reason.as_str()), (GateDecision::Void, "interrupted"));
    }
}
