//! What holds for any trace.

use super::*;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Act {
    Sh(u8, u8, bool),
    Read(u8, u8),
    Edit(u8),
    Tests(u8, bool),
    Commit,
    Say,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..3_u8, 0..3_u8, any::<bool>()).prop_map(|(command, output, fails)| Act::Sh(command, output, fails)),
        3 => (0..3_u8, 0..3_u8).prop_map(|(path, content)| Act::Read(path, content)),
        3 => (0..6_u8).prop_map(Act::Edit),
        1 => (0..3_u8, any::<bool>()).prop_map(|(name, passes)| Act::Tests(name, passes)),
        1 => Just(Act::Commit),
        1 => Just(Act::Say),
    ]
}

fn play(trace: &mut Trace, acts: &[Act]) {
    trace.turn(|t| {
        for act in acts {
            match act {
                Act::Sh(command, output, fails) => {
                    t.sh(&command.to_string(), i32::from(*fails), &output.to_string());
                }
                Act::Read(path, content) => t.read(&path.to_string(), &content.to_string()),
                Act::Edit(tree) => t.edit(&tree.to_string(), &format!("t{tree}")),
                Act::Tests(name, passes) => t.tests(TestPurpose::Evidence, &[(&name.to_string(), *passes, "")]),
                Act::Commit => t.commit("t"),
                Act::Say => drop(t.tell(MessageDelivered { message: MessageId(1) })),
            }
        }
    });
}

fn acts() -> impl Strategy<Value = Vec<Vec<Act>>> {
    prop::collection::vec(prop::collection::vec(act(), 0..4), 0..40)
}

proptest! {
    /// No turn adds more than one round, and rounds never outnumber the turns.
    #[test]
    fn a_turn_is_one_round_at_most(turns in acts()) {
        let mut trace = Trace::new();
        for turn in &turns {
            let before = trace.headway().rounds();
            play(&mut trace, turn);
            // Failures are counted by call, and two make a round.
            let calls = u32::try_from(turn.len()).unwrap();
            prop_assert!(trace.headway().rounds() <= before + calls.max(1));
        }
    }

    /// A commit at a turn's end leaves nothing to be told of.
    #[test]
    fn proof_ends_every_count(turns in acts()) {
        let mut trace = Trace::new();
        turns.iter().for_each(|turn| play(&mut trace, turn));
        play(&mut trace, &[Act::Commit]);
        trace.tell(TurnStarted { turn: TurnNo(9_999) });
        prop_assert_eq!((trace.headway().rounds(), trace.headway().repeats()), (0, Vec::new()));
    }

    /// A file state never seen before ends a streak; only failures that come again outlive it.
    #[test]
    fn doing_something_new_each_turn_never_circles(turns in acts()) {
        let mut trace = Trace::new();
        for (number, turn) in turns.iter().enumerate() {
            let sound: Vec<Act> = turn
                .iter()
                .filter(|act| !matches!(act, Act::Sh(_, _, true) | Act::Tests(_, false)))
                .cloned()
                .collect();
            play(&mut trace, &sound);
            trace.edit("new", &format!("new {number}"));
            prop_assert_eq!(trace.headway().rounds(), 0);
        }
    }

    /// Whatever came before, the same thing again and again is found in time.
    #[test]
    fn the_same_thing_again_is_always_found(turns in acts()) {
        let mut trace = Trace::new();
        turns.iter().for_each(|turn| play(&mut trace, turn));
        for _ in 0..=TOLD {
            play(&mut trace, &[Act::Sh(9, 9, false)]);
        }
        prop_assert!(trace.headway().rounds() >= TOLD);
    }

    /// The turn under way counts as it will once it is over.
    #[test]
    fn looking_at_the_measure_early_tells_the_same(turns in acts()) {
        let mut trace = Trace::new();
        for turn in &turns {
            play(&mut trace, turn);
            let early = trace.headway().rounds();
            let mut later = trace.headway().clone();
            later.end_turn();
            prop_assert_eq!(later.rounds(), early);
        }
    }
}
