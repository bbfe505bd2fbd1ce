//! What one state of the files has that another has not.

use super::Lab;

#[test]
fn what_was_written_is_told_by_file_and_lines() {
    let lab = Lab::with_commit();
    lab.write("gone.txt", "a\nb\nc\n");
    lab.write("same.txt", "x\n");
    lab.write("edited.txt", "1\n2\n3\n4\n");
    lab.write("picture", b"\0one".as_slice());
    let before = lab.snapshot().id;
    std::fs::remove_file(lab.root().join("gone.txt")).unwrap();
    lab.write("edited.txt", "1\ntwo\n3\n4\n5\n");
    lab.write("new/came.txt", "n\n");
    lab.write("picture", b"\0two".as_slice());
    let after = lab.snapshot().id;
    let told = |most| {
        let written = lab.repo().written(&before, &after, most).unwrap();
        written.into_iter().map(|file| (file.path, file.lines)).collect::<Vec<_>>()
    };
    let all = [
        ("edited.txt".to_owned(), Some(2)),
        ("gone.txt".to_owned(), Some(3)),
        ("new/came.txt".to_owned(), Some(1)),
        ("picture".to_owned(), None),
    ];
    assert_eq!(told(16), all);
    assert_eq!(told(2), all[..2]);
}
