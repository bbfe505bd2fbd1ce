//! Scripts and styles that stand in a page.
//!
//! Invariant: what stands between the tags of another element is the page's own.

/// Endings of pages that hold code of other languages.
const PAGES: [&str; 4] = ["html", "htm", "vue", "svelte"];

/// Returns the parts of a page that are code, each with a path whose ending says in which language; none of any other file.
pub(super) fn parts<'a>(path: &str, text: &'a str) -> Vec<(&'static str, &'a str)> {
    if !path.rsplit_once('.').is_some_and(|(_, ending)| PAGES.contains(&ending)) {
        return Vec::new();
    }
    let elements = [("<script", "</script", "script.ts"), ("<style", "</style", "style.css")];
    let mut found = Vec::new();
    for (opens, closes, of) in elements {
        let mut rest = text;
        while let Some((_, inside)) = rest.split_once(opens) {
            let Some((_, inside)) = inside.split_once('>') else { break };
            let (code, behind) = inside.split_once(closes).unwrap_or((inside, ""));
            found.push((of, code));
            rest = behind;
        }
    }
    found
}
