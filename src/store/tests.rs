//! The store's promises: acknowledged events survive any cut, damage costs what it hit, one writer only.

use super::*;
use crate::config::Durability;
use crate::protocol::event::{NoteAdded, StopRequested, ToolFinished, TurnStarted};
use crate::protocol::{CallId, CallStatus, Envelope, Event, Payload, Role, Seq, SessionNo, StopMode, TurnNo};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const EVENTS: u32 = 200;
const PER_SEGMENT: u32 = 8;

/// In memory where the system has such a place: these tests sync some ten thousand times.
fn fast_dir() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir()
        && let Ok(dir) = tempfile::tempdir_in(memory)
    {
        return dir;
    }
    tempfile::tempdir().unwrap()
}

fn project(dir: &TempDir) -> ProjectDir {
    ProjectDir::in_state_root(&dir.path().join("state"), dir.path()).unwrap()
}

fn writer(project: &ProjectDir) -> Writer {
    Writer::open(project.lock().unwrap(), Durability::Group).unwrap()
}

fn note(text: impl Into<String>) -> Event {
    NoteAdded { text: text.into() }.into()
}

fn event(number: u32) -> Event {
    match number % 4 {
        0 => TurnStarted { turn: TurnNo(number) }.into(),
        1 => StopRequested { mode: StopMode::Now }.into(),
        2 => note(format!("{number}\u{2028}\0\n\u{1f600}")),
        _ => ToolFinished {
            call: CallId(format!("c{number}")),
            status: CallStatus::Completed,
            output: Payload::inline("ok\n"),
            exit_code: Some(0),
            duration_ms: 1,
            lines: None,
            running: None,
        }
        .into(),
    }
}

/// Writes the test log and returns what was acknowledged.
fn write_log(project: &ProjectDir) -> Vec<Envelope> {
    let mut writer = writer(project);
    let mut acknowledged = Vec::new();
    for number in 0..EVENTS {
        let session = SessionNo(number / PER_SEGMENT + 1);
        if number % PER_SEGMENT == 0 {
            writer.begin_segment(session, Role::Coding).unwrap();
        }
        acknowledged.push((*writer.append(session, event(number)).unwrap()).clone());
    }
    acknowledged
}

fn segment_bytes(project: &ProjectDir) -> Vec<(PathBuf, Vec<u8>)> {
    let segments = project.segments().unwrap();
    segments
        .into_iter()
        .map(|segment| (segment.path.clone(), fs::read(&segment.path).unwrap()))
        .collect()
}

/// Opens, appends one event, closes; returns it.
fn resume(project: &ProjectDir) -> (Envelope, Vec<PathBuf>) {
    let mut writer = writer(project);
    let session = writer.next_session();
    writer.begin_segment(session, Role::Coding).unwrap();
    let envelope = writer.append(session, note("new")).unwrap();
    ((*envelope).clone(), writer.healed().to_vec())
}

/// Puts the project into the state that a cut at `cut` bytes of segment `index` leaves.
fn lay_out(project: &ProjectDir, whole: &[(PathBuf, Vec<u8>)], index: usize, cut: usize) {
    fs::remove_dir_all(project.sessions()).unwrap();
    fs::create_dir(project.sessions()).unwrap();
    // The earlier segment that a writer looks at.
    for (path, bytes) in &whole[index.saturating_sub(1)..index] {
        fs::write(path, bytes).unwrap();
    }
    fs::write(&whole[index].0, &whole[index].1[..cut]).unwrap();
}

#[test]
fn a_log_cut_at_any_byte_yields_the_acknowledged_prefix_and_goes_on() {
    let origin = fast_dir();
    let acknowledged = write_log(&project(&origin));
    let whole = Arc::new(segment_bytes(&project(&origin)));
    let workers: Vec<_> = (0..2_usize)
        .map(|worker| {
            let (whole, acknowledged) = (Arc::clone(&whole), acknowledged.clone());
            std::thread::spawn(move || {
                let dir = fast_dir();
                let project = project(&dir);
                project.create().unwrap();
                let whole: Vec<_> = whole
                    .iter()
                    .map(|(path, bytes)| (project.sessions().join(path.file_name().unwrap()), bytes.clone()))
                    .collect();
                for (index, (_, bytes)) in whole.iter().enumerate() {
                    for cut in (worker..=bytes.len()).step_by(2) {
                        check_cut(&project, &whole, &acknowledged, index, cut);
                    }
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().unwrap();
    }
}

fn check_cut(project: &ProjectDir, whole: &[(PathBuf, Vec<u8>)], acknowledged: &[Envelope], index: usize, cut: usize) {
    lay_out(project, whole, index, cut);
    let lines = memchr::memchr_iter(b'\n', &whole[index].1[..cut]).count();
    let torn = &whole[index].1[..cut][memchr::memrchr(b'\n', &whole[index].1[..cut]).map_or(0, |at| at + 1)..];
    let first = index.saturating_sub(1) * PER_SEGMENT as usize;
    let mut expected = acknowledged[first..index * PER_SEGMENT as usize + lines].to_vec();

    let (new, healed) = resume(project);
    assert_eq!(
        new.seq.0,
        expected.last().map_or(0, |envelope| envelope.seq.0) + 1,
        "segment {index} cut at {cut}"
    );
    expected.push(new);
    let log = read(project, Seq(0)).unwrap();
    assert_eq!(log.envelopes, expected, "segment {index} cut at {cut}");
    assert_eq!(log.problems, [], "segment {index} cut at {cut}");
    assert_eq!(healed.len(), usize::from(!torn.is_empty()));
    if let Some(path) = healed.first() {
        assert_eq!(
            fs::read(path).unwrap().strip_suffix(b"\n").unwrap(),
            torn,
            "the torn bytes are kept"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// One changed byte costs at most the lines it touches, and never the events appended later.
    #[test]
    fn a_flipped_byte_in_the_tail_costs_what_it_hit(back in 1..2_000_usize, flip in 1..=255_u8) {
        let dir = fast_dir();
        let project = project(&dir);
        let acknowledged = write_log(&project);
        let (path, mut bytes) = segment_bytes(&project).pop().unwrap();
        let at = bytes.len() - back.min(bytes.len());
        bytes[at] ^= flip;
        let hit = (EVENTS - PER_SEGMENT) as usize + memchr::memchr_iter(b'\n', &bytes[..at]).count();
        fs::write(&path, &bytes).unwrap();

        let (new, _) = resume(&project);
        let log = read(&project, Seq(1)).unwrap();
        prop_assert_eq!(log.envelopes.last(), Some(&new), "the new event is there");
        prop_assert!(log.envelopes.windows(2).all(|pair| pair[0].seq < pair[1].seq), "numbers grow");
        for (index, envelope) in acknowledged.iter().enumerate() {
            // A flipped line feed fuses two lines.
            if index != hit && index != hit + 1 {
                prop_assert!(log.envelopes.contains(envelope), "event {} is lost", envelope.seq);
            }
        }
    }

    /// Whatever bytes stand in a segment, opening and appending works and the new event is read back.
    #[test]
    fn any_bytes_can_be_opened(junk in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..400)) {
        let dir = fast_dir();
        let project = project(&dir);
        drop(writer(&project));
        fs::write(project.sessions().join("0001-coding-20260101T000000Z.jsonl"), junk).unwrap();
        let (new, _) = resume(&project);
        prop_assert_eq!(read(&project, Seq(0)).unwrap().envelopes, vec![new]);
    }
}

#[test]
fn a_second_writer_is_refused_until_the_first_is_gone() {
    let dir = fast_dir();
    let project = project(&dir);
    let first = writer(&project);
    assert!(matches!(project.lock(), Err(StoreError::Busy { .. })));
    drop(first);
    drop(writer(&project));
}

#[test]
fn numbers_run_through_segments_and_reading_may_start_anywhere() {
    let dir = fast_dir();
    let project = project(&dir);
    let acknowledged = write_log(&project);
    assert_eq!(acknowledged.last().unwrap().seq, Seq(u64::from(EVENTS)));
    for from in [0, 1, 2, 20, 21, 150, 200] {
        let log = read(&project, Seq(from)).unwrap();
        assert_eq!(
            log.envelopes,
            acknowledged[(from as usize).saturating_sub(1)..],
            "from {from}"
        );
    }
    assert_eq!(read(&project, Seq(201)).unwrap().envelopes, []);
    assert_eq!(writer(&project).next_session(), SessionNo(EVENTS / PER_SEGMENT + 1));
}

#[test]
fn a_bad_line_in_the_middle_is_reported_by_its_place() {
    let dir = fast_dir();
    let project = project(&dir);
    write_log(&project);
    let (path, bytes) = segment_bytes(&project).swap_remove(3);
    let mut lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    lines[4] = b"{\"v\":1,\"seq\":\n".to_vec();
    lines.insert(6, b"\n".to_vec());
    fs::write(&path, lines.concat()).unwrap();
    let log = read(&project, Seq(0)).unwrap();
    assert_eq!(log.envelopes.len(), EVENTS as usize - 1);
    let places: Vec<_> = log
        .problems
        .iter()
        .map(|problem| (problem.path.clone(), problem.line))
        .collect();
    assert_eq!(places, [(path.clone(), 5), (path, 7)]);
}

#[test]
fn a_removed_or_replaced_log_stops_the_writer_for_good() {
    for replaced in [false, true] {
        let dir = fast_dir();
        let project = project(&dir);
        let mut writer = writer(&project);
        writer.begin_segment(SessionNo(1), Role::Coding).unwrap();
        writer.append(SessionNo(1), event(0)).unwrap();
        let path = project.segments().unwrap().remove(0).path;
        let kept = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        if replaced {
            // The writer's descriptor keeps the old inode in use, so this is another file.
            fs::write(&path, &kept).unwrap();
        }
        let error = writer.append(SessionNo(1), event(1)).unwrap_err();
        assert!(matches!(error, StoreError::Displaced { .. }), "{error}");
        fs::write(&path, &kept).unwrap();
        assert!(matches!(
            writer.append(SessionNo(1), event(2)),
            Err(StoreError::Poisoned { .. })
        ));
        assert!(matches!(
            writer.begin_segment(SessionNo(2), Role::Coding),
            Err(StoreError::Poisoned { .. })
        ));
    }
}

#[test]
fn an_event_before_any_session_is_refused_but_harmless() {
    let dir = fast_dir();
    let mut writer = writer(&project(&dir));
    assert!(matches!(writer.append(SessionNo(0), event(0)), Err(StoreError::NoSegment)));
    writer.begin_segment(SessionNo(1), Role::Coding).unwrap();
    assert_eq!(writer.append(SessionNo(1), event(0)).unwrap().seq, Seq(1));
}

#[test]
fn secrets_are_neither_written_nor_published() {
    let dir = fast_dir();
    let project = project(&dir);
    let secret = "sk-ant-very-secret";
    let mut writer = writer(&project).with_redactor(Arc::new(Redactor::new([secret])));
    writer.begin_segment(SessionNo(1), Role::Coding).unwrap();
    let published = writer.append(SessionNo(1), note(format!("the key is {secret}!"))).unwrap();
    assert_eq!(published.event, note("the key is [redacted]!"));
    assert_eq!(read(&project, Seq(0)).unwrap().envelopes, [(*published).clone()]);
}

#[test]
fn a_follower_sees_every_event_once_across_segments() {
    let dir = fast_dir();
    let project = project(&dir);
    let mut follower = Follower::new(&project, Seq(0));
    assert_eq!(follower.poll().unwrap(), [], "no log yet");
    let mut writer = writer(&project);
    let (mut written, mut seen) = (Vec::new(), Vec::new());
    for number in 0..60 {
        let session = SessionNo(number / 7 + 1);
        if number % 7 == 0 {
            writer.begin_segment(session, Role::Coding).unwrap();
        }
        written.push((*writer.append(session, event(number)).unwrap()).clone());
        if number % 5 == 0 {
            seen.extend(follower.poll().unwrap());
        }
    }
    seen.extend(follower.poll().unwrap());
    assert_eq!(seen, written);
    assert_eq!(Follower::new(&project, Seq(31)).poll().unwrap(), written[30..]);
    assert_eq!(follower.take_problems(), []);
}

#[test]
fn a_follower_waits_for_the_line_feed() {
    let dir = fast_dir();
    let project = project(&dir);
    let mut writer = writer(&project);
    writer.begin_segment(SessionNo(1), Role::Coding).unwrap();
    writer.append(SessionNo(1), event(0)).unwrap();
    let path = project.segments().unwrap().remove(0).path;
    let whole = fs::read(&path).unwrap();
    let mut follower = Follower::new(&project, Seq(0));
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(follower.poll().unwrap(), []);
    fs::write(&path, &whole).unwrap();
    assert_eq!(follower.poll().unwrap().len(), 1);
    fs::write(&path, &whole[..3]).unwrap();
    assert!(matches!(follower.poll(), Err(StoreError::Cut { .. })));
}

#[test]
fn a_torn_end_is_reported_to_readers_and_kept_by_the_healer() {
    let dir = fast_dir();
    let project = project(&dir);
    write_log(&project);
    let (path, bytes) = segment_bytes(&project).pop().unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let log = read(&project, Seq(0)).unwrap();
    assert_eq!(
        log.envelopes.len(),
        EVENTS as usize - 1,
        "without its line feed an event was never acknowledged"
    );
    assert_eq!(log.problems.len(), 1);
    let (_, healed) = resume(&project);
    fs::write(&path, &bytes[..bytes.len() - 30]).unwrap();
    let (_, again) = resume(&project);
    assert_eq!(healed, again);
    assert_eq!(
        memchr::memchr_iter(b'\n', &fs::read(&healed[0]).unwrap()).count(),
        2,
        "an earlier torn end is not overwritten"
    );
}

#[test]
fn what_a_session_says_at_its_start_is_found_in_the_newest_that_says_it() {
    let dir = fast_dir();
    let project = project(&dir);
    let noted = |event: &Event| match event {
        Event::NoteAdded(note) => Some(note.text.clone()),
        _ => None,
    };
    assert_eq!(latest(&project, noted).unwrap(), None, "nothing is written yet");
    write_log(&project);
    let segments = project.segments().unwrap();
    let newest = fs::read_to_string(&segments[segments.len() - 1].path).unwrap();
    let first = newest.lines().find(|line| line.contains("note_added")).unwrap();
    assert_eq!(
        latest(&project, noted).unwrap(),
        noted(&Envelope::from_line(first).unwrap().event)
    );
    // A session that says nothing of it, damaged at that, does not hide the one before.
    fs::write(&segments[segments.len() - 1].path, "{\"torn").unwrap();
    let before = fs::read_to_string(&segments[segments.len() - 2].path).unwrap();
    let first = before.lines().find(|line| line.contains("note_added")).unwrap();
    assert_eq!(
        latest(&project, noted).unwrap(),
        noted(&Envelope::from_line(first).unwrap().event)
    );
}
