//! The time zone of this machine, found fast.
//!
//! Owns the short way: jiff's own looks the zone's name up, for which it reads the names of the whole database (some 8 ms of a start),
//! and a screen needs no name. Invariant: where `TZ` is set, or the file is not as expected, jiff's own way is taken.

use jiff::tz::TimeZone;
use std::path::Path;

/// Returns the zone in which times are shown.
#[must_use]
pub fn local() -> TimeZone {
    if std::env::var_os("TZ").is_some() {
        return TimeZone::system();
    }
    of_file(Path::new("/etc/localtime")).unwrap_or_else(TimeZone::system)
}

fn of_file(path: &Path) -> Option<TimeZone> {
    TimeZone::tzif("local", &std::fs::read(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_tells_the_same_times_and_what_is_no_zone_is_left_to_the_long_way() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("localtime");
        assert!(of_file(&file).is_none());
        std::fs::write(&file, "not a zone").unwrap();
        assert!(of_file(&file).is_none());
        // The smallest file of RFC 9636: version 2, no transitions, a rule for all time (five and a half hours ahead).
        let block = |rule: &[u8]| {
            let mut bytes = b"TZif2".to_vec();
            bytes.extend([0; 15]);
            for count in [0_u32, 0, 0, 0, 1, 4] {
                bytes.extend(count.to_be_bytes());
            }
            bytes.extend(19_800_i32.to_be_bytes());
            bytes.extend([0, 0]);
            bytes.extend(b"IST\0");
            bytes.extend(rule);
            bytes
        };
        std::fs::write(&file, [block(b""), block(b"\nIST-5:30\n")].concat()).unwrap();
        let zone = of_file(&file).unwrap();
        let noon = jiff::Timestamp::from_second(1_700_000_000).unwrap().to_zoned(zone);
        assert_eq!(noon.strftime("%H:%M").to_string(), "03:43");
    }
}
