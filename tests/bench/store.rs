//! The session log on disk. Writes go to `TMPDIR`: point it at a real disk to see what a sync costs.

use crate::made::Log;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use longhaul::config::Durability;
use longhaul::protocol::event::{FeatureFlipped, FlipBy};
use longhaul::protocol::{Event, FeatureStatus, Role, Seq, SessionNo};
use longhaul::store::{Follower, ProjectDir, Writer};
use tempfile::TempDir;

/// Events of one measured append.
const BATCH: usize = 100;
/// Size of the log that is read.
const READ: u64 = 10 << 20;

struct Project {
    writer: Writer,
    dir: ProjectDir,
    // Removed last.
    _place: TempDir,
}

impl Project {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let dir = ProjectDir::in_state_root(&place.path().join("state"), place.path()).unwrap();
        let mut writer = Writer::open(dir.lock().unwrap(), Durability::Group).unwrap();
        writer.begin_segment(SessionNo(1), Role::Coding).unwrap();
        Self {
            writer,
            dir,
            _place: place,
        }
    }

    fn append(&mut self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            self.writer.append(SessionNo(1), event).unwrap();
        }
    }
}

fn events() -> impl Iterator<Item = Event> {
    Log::default()
        .map(|envelope| envelope.event)
        .filter(|event| !event.is_durable())
}

#[divan::bench(sample_size = 1)]
fn append_100_events(bencher: Bencher<'_, '_>) {
    let mut project = Project::new();
    let mut events = events();
    bencher
        .counter(ItemsCount::new(BATCH))
        .with_inputs(|| events.by_ref().take(BATCH).collect::<Vec<_>>())
        .bench_local_values(|batch| project.append(batch));
}

/// Returns once the event is on the disk: mostly the disk's own time.
#[divan::bench(sample_size = 1)]
fn append_durable_event(bencher: Bencher<'_, '_>) {
    let mut project = Project::new();
    let flip = FeatureFlipped {
        feature: "F001".into(),
        from: FeatureStatus::Failing,
        to: FeatureStatus::Passing,
        by: FlipBy::Agent,
        evidence: None,
        reason: "its tests pass".into(),
    };
    bencher
        .counter(ItemsCount::new(1_u32))
        .with_inputs(|| Event::from(flip.clone()))
        .bench_local_values(|event| project.append([event]));
}

#[divan::bench(sample_size = 1)]
fn read_10_mb_log(bencher: Bencher<'_, '_>) {
    let mut project = Project::new();
    let mut written = 0;
    for event in events() {
        written += project.writer.append(SessionNo(1), event).unwrap().to_line().unwrap().len() as u64 + 1;
        if written >= READ {
            break;
        }
    }
    bencher
        .counter(BytesCount::new(written))
        .bench_local(|| longhaul::store::read(&project.dir, Seq(1)).unwrap());
}

/// What a second viewer does all day.
#[divan::bench]
fn follower_poll_nothing_new(bencher: Bencher<'_, '_>) {
    let mut project = Project::new();
    project.append(events().take(10_000));
    let mut follower = Follower::new(&project.dir, Seq(1));
    assert_eq!(follower.poll().unwrap().len(), 10_000);
    bencher.bench_local(|| follower.poll().unwrap());
}

#[divan::bench(sample_size = 1)]
fn follower_poll_100_events(bencher: Bencher<'_, '_>) {
    let mut project = Project::new();
    let mut follower = Follower::new(&project.dir, Seq(1));
    let mut events = events();
    bencher
        .counter(ItemsCount::new(BATCH))
        .with_inputs(|| project.append(events.by_ref().take(BATCH)))
        .bench_local_values(|()| follower.poll().unwrap());
}
