//! What node's own runner calls passed although it heard nothing of it.

use super::{names, verify};
use crate::cli::Place;
use std::fs;

#[test]
#[ignore = "needs node 20 or later: apt-get install nodejs npm"]
fn a_file_of_node_whose_tests_were_not_heard_of_has_not_passed() {
    let place = Place::new();
    let adds = "const t = require('node:test');\nconst { sum } = require('./sum');\n\
                t('adds', () => require('node:assert').strictEqual(sum(1, 2), 3));\n";
    for (path, text) in [
        ("package.json", "{\"scripts\": {\"test\": \"node --test\"}}\n"),
        ("sum.js", "process.exit(0);\n"),
        ("sum.test.js", adds),
        ("plain.test.js", "require('node:assert').equal(1, 1);\n"),
        (
            "told.test.js",
            "// test('a') of node:test is called nowhere\nrequire('node:test');\n",
        ),
    ] {
        fs::write(place.project().join(path), text).unwrap();
    }
    let (told, exit) = verify(&place);
    assert_eq!(exit, Some(10), "{told:#}");
    assert_eq!(names(&told, "passed"), ["plain.test.js", "told.test.js"], "{told:#}");
    assert_eq!(names(&told, "failed"), ["sum.test.js"], "{told:#}");
    assert!(told.to_string().contains("its tests did not run"), "{told:#}");
    fs::write(place.project().join("sum.js"), "exports.sum = (a, b) => a + b;\n").unwrap();
    let (told, exit) = verify(&place);
    assert_eq!(exit, Some(0), "{told:#}");
    assert!(names(&told, "passed").contains(&"sum.test.js: adds"), "{told:#}");
}
