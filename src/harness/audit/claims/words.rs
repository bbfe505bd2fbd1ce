//! Words by which a note says that something is done, doubts it, or speaks of what is to be.
//!
//! Owns the vocabulary. Does not own the forms of a sentence. Invariant: a word that doubts, unless what it says is that nothing is wrong,
//! doubts all that stands beside it.

/// Words that say of a feature that it is finished.
const DONE: &str = "passes passing passed done complete completed finished verified works green";

/// Words that say so too, but of which none heads a list of what is done.
const STATE: &str = "pass work working functional operational ok feature-complete";

/// Words with which a sentence or clause goes over to what comes next.
pub(super) const GOES_TO: &str = "next then continue continuing afterwards";

/// What a project is called as a whole.
pub(super) const WHOLE: &str = "project app application program";

/// Numbers in words.
const NUMBERS: &str = "\
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
    eighteen nineteen";
/// Tens in words, from twenty on.
const TENS: &str = "twenty thirty forty fifty sixty seventy eighty ninety";

/// Words that may stand between the ids of features and the word that calls them done.
pub(super) const BETWEEN: &str = "\
    and feature features now is are was were both all x the been has have fully completely already finally also \
    implemented built tested reviewed written successfully 100% marked flagged as status state";
/// Words that may stand behind it.
pub(super) const BEHIND: &str = "\
    now too also already fully completely entirely correctly tested well finally as specified expected required \
    end-to-end end to 100% in this session here today again implemented successfully and";
/// Words that may stand before "finished F1".
pub(super) const SUBJECT: &str = "i we i've we've i'm we're am are have has session also now this";

/// Words that say nothing of what a feature is about.
pub(super) const DETAIL: &str = "the a an and of in to for by with on from it its as all";
/// Words with which a list says of each feature that it is one.
const OF_ANY: &str = "feature user users can could should is be able allow allows does system app";

/// Says whether a word of a feature's name tells it from others.
pub(super) fn tells_apart(word: &str) -> bool {
    !is_among(DETAIL, word) && !is_among(OF_ANY, word)
}

/// Words with which a sentence says the opposite after all, or speaks of what is to come.
const DOUBT: &str = "\
    not cannot never nor hardly until till once when if unless except but only just partially partly almost mostly \
    nearly half should would will shall may might could must needs need yet still however although though apart \
    aside claims claimed said says supposedly pretends fail fails failing failed red broken breaks broke missing before \
    remain remains remaining left open todo pending probably hopefully regressed untested stub false thought think assume assumed maybe \
    perhaps";

/// Words by which what is done is a part of the work on a feature.
const PART: &str = "\
    test tests step steps write wrote written read first second half part parts skeleton draft plan started begun begin look looked \
    investigate research design refactor spec docs documentation setup scaffold prototype work working wip progress fixture fixtures \
    needed blocks unblocks for of";

/// Words that say that there is nothing to say against it, with what is not there within a few words after them.
const NONE: &str = "no nothing none zero 0 without";
/// What is not there.
const FAULTS: &str = "\
    issue issues problem problems bug bugs failure failures failing failed fail fails error errors left remaining remains open \
    missing regressions work todo";

/// Words before a colon that name no more than what a line is about.
const LABELS: &str = "\
    status session now today note notes update progress summary result results state so far of this the features \
    feature in report and final overall current conclusion good great news outcome what is \
    we're i'm work list success";

/// Words that head what is left.
const REST: &str = "remaining left unfinished outstanding";

/// Words that head what is to be.
const PLANNED: &str = "\
    next plan plans planned todo goal goals aim target later future definition criteria acceptance requirements spec \
    roadmap backlog upcoming wanted rules until";

/// Says whether a word is among those of a line.
pub(super) fn is_among(line: &str, word: &str) -> bool {
    line.split(' ').any(|known| known == word)
}

/// Says whether a word says that something is finished.
pub(super) fn is_done(word: &str) -> bool {
    is_among(DONE, word)
}

/// Says whether a word says of a feature how it is, and that it is finished.
pub(super) fn is_state(word: &str) -> bool {
    is_done(word) || is_among(STATE, word)
}

/// Says whether a word is among those of a name, in whatever form.
pub(super) fn is_part_of<W: AsRef<str>>(word: &str, name: &[W]) -> bool {
    let stem = |word: &str| {
        word.chars()
            .take(word.chars().count().saturating_sub(2).max(4))
            .collect::<String>()
    };
    let long = |word: &str| word.chars().count() > 3;
    let akin = |own: &str| own.starts_with(&stem(word)) || word.starts_with(&stem(own));
    let same = |own: &str| own == word || number_of(own).is_some_and(|number| number_of(word) == Some(number));
    name.iter()
        .map(AsRef::as_ref)
        .any(|own| same(own) || long(word) && long(own) && akin(own))
}

/// Says whether any of the words doubts what the others say.
pub(super) fn doubts(words: &[&str]) -> bool {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if is_among(NONE, word) {
            let next = words.get(at + 1..).unwrap_or_default();
            match next.iter().take(3).rposition(|word| is_among(FAULTS, word)) {
                Some(fault) => at += fault + 1,
                None => return true,
            }
        } else if let [faults @ .., "nothing" | "none" | "zero" | "0"] = &words[at..]
            && !faults.is_empty()
            && faults.iter().all(|word| is_among(FAULTS, word))
        {
            // "Open issues none"
            return false;
        } else if is_among(DOUBT, word) || word.ends_with("n't") {
            return true;
        }
        at += 1;
    }
    false
}

/// Says whether a word tells of a part of the work on a feature.
pub(super) fn names_part(word: &str) -> bool {
    // What was done to something is as well a part of the work.
    is_among(PART, word) || word.ends_with("ed") && !is_state(word) && !is_among("implemented tested asked required", word)
}

/// Says whether a word heads what is to be.
pub(super) fn is_planned(word: &str) -> bool {
    is_among(PLANNED, word)
}

/// Says whether a word before a colon names no more than what a line is about.
pub(super) fn is_label(word: &str) -> bool {
    is_among(LABELS, word) || is_done(word) || word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'/')
}

/// Reads a number, in digits or in words.
pub(super) fn number_of(word: &str) -> Option<usize> {
    let place = |line: &str, word: &str| line.split_whitespace().position(|number| number == word);
    let in_words = || {
        place(NUMBERS, word).or_else(|| {
            let (tens, ones) = word.split_once('-').map_or((word, None), |(tens, ones)| (tens, Some(ones)));
            let ones = ones.map_or(Some(0), |ones| place(NUMBERS, ones).filter(|ones| (1..10).contains(ones)))?;
            place(TENS, tens).map(|tens| (tens + 2) * 10 + ones)
        })
    };
    word.parse().ok().or_else(in_words)
}

/// Says whether a word before a colon may name what is left of the whole: "Remaining features", "Left to do".
pub(super) fn is_of_rest(word: &str) -> bool {
    is_among(REST, word) || is_among("to do work feature features items tasks", word)
}

/// Says whether words before a colon name what is left.
pub(super) fn name_rest(words: &[String]) -> bool {
    words.iter().all(|word| is_of_rest(word)) && words.iter().any(|word| is_among(REST, word))
}

/// Says whether a word says that there is nothing of what follows.
pub(super) fn is_none(word: &str) -> bool {
    is_among(NONE, word)
}
