//! Lines of `go test`: what each says of a package or a test.
//!
//! Owns one line at a time. Invariant: a line that is not wholly of a known form says nothing.

use super::report::seconds;
use crate::protocol::CaseStatus;

/// How the line begins with which benchmarks tell of their machine.
pub(super) const BENCHMARKS: &str = "goos: ";

/// `FAIL example.com/shop/broken [build failed]`: a package that has no events.
pub(super) fn broken(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("FAIL\t")?;
    let (package, why) = rest.split_once(' ')?;
    why.starts_with('[').then_some((package.trim_end(), why))
}

/// Whether a package that passes and tells of no test ended before its tests: Go says so where there are none to run, and benchmarks tell
/// of their machine.
pub(super) fn ends_early(said: &str) -> bool {
    !["no tests to run", "no test files", BENCHMARKS]
        .iter()
        .any(|words| said.contains(words))
}

/// Why a package's tests were not built, of its line.
pub(super) fn unbuilt(line: &str) -> Option<&str> {
    let (_, why) = line.trim_end().strip_prefix("FAIL")?.rsplit_once(" [")?;
    matches!(why, "build failed]" | "setup failed]").then(|| line.trim_end().get(line.trim_end().len() - why.len() - 1..))?
}

/// A package's line: `ok   pkg 0.1s`, `FAIL pkg 0.1s`, `?    pkg [no test files]`.
pub(super) fn package(line: &str) -> Option<(CaseStatus, &str, Option<u64>)> {
    let (word, rest) = line.split_once('\t')?;
    let (name, time) = rest
        .split_once('\t')
        .unwrap_or((rest.split_once(' ').map_or(rest, |(name, _)| name), ""));
    let status = match word.trim_end() {
        "ok" if time.contains("[no tests to run]") => CaseStatus::Skipped,
        "ok" => CaseStatus::Passed,
        "FAIL" => CaseStatus::Failed,
        "?" => CaseStatus::Skipped,
        _ => return None,
    };
    let name = name.trim();
    let plain = !name.is_empty() && !name.contains(char::is_whitespace);
    let duration = time.split('s').next().and_then(seconds);
    plain.then_some((status, name, duration))
}

/// `--- PASS: TestAdds (0.00s)`, at any depth.
pub(super) fn result(line: &str) -> Option<(CaseStatus, &str, Option<u64>)> {
    let rest = line.trim_start().strip_prefix("--- ")?;
    let (word, rest) = rest.split_once(": ")?;
    let status = match word {
        "PASS" => CaseStatus::Passed,
        "FAIL" => CaseStatus::Failed,
        "SKIP" => CaseStatus::Skipped,
        _ => return None,
    };
    let (name, time) = rest.strip_suffix("s)")?.rsplit_once(" (")?;
    Some((status, name, seconds(time)))
}
