//! What the numbers of a mail say about each other: pairs with an arrow, corrections, "it got the ID …", and what a
//! bare number is worth beside one that is called a record.

use std::collections::BTreeSet;

use super::super::sentences::{Place, Sentence};
use super::super::vocabulary::pattern;
use super::{Mention, Role};

pattern! {
    ARROW = [r"^ ?(?:-+ ?>+|=+ ?>+|>+|~>|\x{2192}|becomes|became|(?:is |was )?(?:now|replaced by|replaced with|superseded by)) ?#? ?$"];
    RANGE = [
        r"^ ?(?:al?|hasta(?: el| la)?) ?#? ?$",
        r"^ ?(?:to|through|thru|until|till|up to|-|\x{2013}|\x{2014}) ?#? ?$"];
    // Which sign stands between the two is nobody's business once a legend says what is what.
    PAIRED = [r"^ ?(?:/|\||-|:|,|=|and|&) ?#? ?$"];
    OLD_FIRST = [r"\bold(?: (?:record|id|file|client|one|number)s?)?(?: (?:id|number)s?)? ?(?:-+>|=+>|>|/|\||,|-|first|then|and|to) ?(?:the )?new\b", r"\bleft\b(?:[ -]hand)?(?: (?:side|column|one|ones|number|numbers|id|ids|record|records))? ?(?:is|are|=|:|-)? ?(?:the )?old\b", r"\bright\b(?:[ -]hand)?(?: (?:side|column|one|ones|number|numbers|id|ids|record|records))? ?(?:is|are|=|:|-)? ?(?:the )?new\b"];
    NEW_FIRST = [r"\bnew(?: (?:record|id|file|client|one|number)s?)?(?: (?:id|number)s?)? ?(?:-+>|=+>|>|/|\||,|-|first|then|and|to) ?(?:the )?old\b", r"\bleft\b(?:[ -]hand)?(?: (?:side|column|one|ones|number|numbers|id|ids|record|records))? ?(?:is|are|=|:|-)? ?(?:the )?new\b", r"\bright\b(?:[ -]hand)?(?: (?:side|column|one|ones|number|numbers|id|ids|record|records))? ?(?:is|are|=|:|-)? ?(?:the )?old\b"];
    CORRECTED = [
        r"\b(?:quise decir|quisimos decir|perdon|digo|correccion|corrijo|error de dedo|numero equivocado)\b",
        r"\bdebe (?:ser|decir) ?:? ?#? ?$",
        r"\b(?:i|we) (?:meant|mean)\b", r"\b(?:correction|corrected|make that|scratch that|strike that|rather|oops|typo|mistyped|misread|transposed|wrong (?:number|id|one|client|record))\b", r"\bshould (?:be|read|say|have been) ?:? ?#? ?$", r"\bsorry,? (?:it'?s |it is |that'?s |that is |the (?:id|number) is )?#? ?$"];
    NOT_CORRECTED = [
        r"\b(?:tambien|ademas|otra clienta|otro cliente)\b",
        r"\b(?:also|too|as well|and another|second|other one)\b"];
    ANAPHOR = [
        r"^(?:\W|y|ya)*(?:el|la|su|lleva|quedo|tiene|es)(?: (?:numero|id|nuevo|nueva|es|el|la|record|registro|expediente|con|de|quedo|salio))* ?[:#]? ?$",
        r"^(?:\W|step \d|and|so)*(?:it|its|it's|that one|this one|the (?:(?:new|client|record|hmis) )?(?:id|number))(?: (?:one|id|number|client|record|hmis|got|has|had|is|was|received|bears|carries|reads|the|now))* ?[:#]? ?$"];
    MADE_ONE = [
        r"\b(?:expediente|registro|record|ficha|file|uno|una) (?:nuev[oa]|aparte)\b",
        r"\b(?:nuev[oa]|otr[oa]) (?:expediente|registro|record|ficha|file)\b",
        r"\b(?:new|replacement|fresh|second) (?:\w+ ){0,2}(?:record|file|client|profile|id|one)\b", r"\b(?:record|file|profile) (?:\w+ )?(?:created|made)\b"];
    WHICH_OF_THEM = [
        r"\bwhich (?:of (?:them|these|those|the two|the three)|(?:one|record|id|number|file|profile) (?:is|of (?:them|these|the two)|should|do|does|did|to|belongs))\b",
        r"\b(?:can ?not|can't|cannot|could not|couldn't|unable to|impossible to|not sure|unsure|don't know|do not know|no idea|hard to|difficult to) (?:\w+ ){0,3}which\b",
        r"\bone of (?:them|these|those|the two) (?:may|might|could|must|is probably|is likely|should)\b",
        r"\b(?:cual|cuales) (?:de (?:ellos|ellas|los|las|estos|estas)|es (?:el|la) (?:correct[oa]|buen[oa]|suy[oa]|de)|debe|hay que)\b",
        r"\bun[oa] de (?:ellos|ellas|los dos|las dos|estos|estas) (?:puede|podria|debe|ha de)\b"];
    MADE_IT = [r"\b(?:i|we|she|he|they|staff)(?: (?:have|has|had|just|already|\w+ly))? (?:made|created|set up|opened|built|started) (?:it|that one|this one)\b.*\b(?:closed|locked|today|yesterday|right away|immediately|this (?:morning|afternoon)|just|alias|labell?ed|at once|minute)\b", r"\b(?:i|we|she|he|they|staff)(?: (?:have|has|had|just|already|\w+ly))? (?:made|created|set up|opened|built|started) (?:it|that one|this one) (?:today|yesterday|this (?:morning|afternoon)|just now|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"];
}

/// Why a bare number was left out.
pub(in crate::notice) const BESIDE_A_RECORD: &str =
    "nothing calls it a record, and another number is called one";
const TAKEN_BACK: &str = "the next words correct it";

/// A number with the words around it that no other number is part of.
pub(super) struct Met {
    pub mention: Mention,
    /// Words since the number before it in the sentence, or since its start.
    pub between: String,
    /// Words up to the next number, or the end.
    pub after: String,
    /// It opens a list item, or is all of it.
    pub item: bool,
    /// A word of no table, or one that stands there by chance, calls it something.
    pub stranger: bool,
    pub written: Written,
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// In one piece, or with commas as only amounts and IDs are.
    Whole,
    /// In groups, and called a record.
    Groups,
    /// In groups, and nothing calls it a record.
    LooseGroups,
}

const RANGE_OF_NUMBERS: &str = "a range of numbers";

/// Settles what can be told only from all numbers of the mail together.
pub(super) fn settle(met: &mut Vec<Met>, sentences: &[Sentence]) {
    loose_groups(met);
    ranges(met);
    pairs(met, sentences);
    corrections(met, sentences);
    spoken_of_again(met, sentences);
    one_word_for_all(met);
    which_of_them(met, sentences);
    known_by_now(met);
    strangers(met);
}

/// "1 909 446" without a label is a record where another one written like it has a label.
fn loose_groups(met: &mut Vec<Met>) {
    let lengths: BTreeSet<usize> = met
        .iter()
        .filter(|one| one.written == Written::Groups && is_record(&one.mention.role))
        .map(|one| one.mention.id.as_str().len())
        .collect();
    met.retain(|one| one.written != Written::LooseGroups || lengths.contains(&one.mention.id.as_str().len()));
}

/// "Clients 1555555 through 1555560" are all between as well. Ends written alike, the second one higher: "change the
/// alias from 1555555 to 1966001" tells of two records, and calls them old and new.
fn ranges(met: &mut [Met]) {
    for index in 1..met.len() {
        let Some((left, [right, ..])) = met.split_at_mut_checked(index) else { continue };
        let Some(left) = left.last_mut() else { continue };
        let same = left.mention.sentence == right.mention.sentence && RANGE.is_match(&right.between);
        let (low, high) = (left.mention.id.as_str(), right.mention.id.as_str());
        // What two numbers of a range have in common: all but the last three digits.
        let near = low.len() == high.len()
            && low < high
            && low.get(..low.len().saturating_sub(3)) == high.get(..high.len().saturating_sub(3));
        if same && near {
            for side in [left, right] {
                if !matches!(side.mention.role, Role::Other(_)) {
                    side.mention.role = Role::Unclear(RANGE_OF_NUMBERS);
                }
                side.stranger = false;
            }
        }
    }
}

fn is_record(role: &Role) -> bool {
    matches!(role, Role::Old | Role::New | Role::Plain | Role::Made)
}

/// "1381220 -> 1962204": what is left of the arrow became what is right of it, unless a legend says otherwise.
fn pairs(met: &mut [Met], sentences: &[Sentence]) {
    let old_first = sentences.iter().any(|sentence| OLD_FIRST.is_match(&sentence.lower));
    let new_first = sentences.iter().any(|sentence| NEW_FIRST.is_match(&sentence.lower));
    let swapped = new_first && !old_first;
    for index in 1..met.len() {
        let Some((left, [right, ..])) = met.split_at_mut_checked(index) else { continue };
        let Some(left) = left.last_mut() else { continue };
        let same = left.mention.sentence == right.mention.sentence;
        let arrow = ARROW.is_match(&right.between);
        let paired = (old_first != new_first) && PAIRED.is_match(&right.between);
        let open =
            |role: &Role| matches!(role, Role::Plain | Role::Made | Role::Unclear(_) | Role::Doubtful(_));
        if !same || !(arrow || paired) || !open(&right.mention.role) {
            continue;
        }
        // "old/new: 1555555/1966001" says it of the pair, not of the first.
        let legend = OLD_FIRST.is_match(&left.between) || NEW_FIRST.is_match(&left.between);
        let told = matches!(left.mention.role, Role::Old | Role::New) && !legend;
        if !told && !legend && !open(&left.mention.role) {
            continue;
        }
        let (first, second) = if swapped { (Role::New, Role::Old) } else { (Role::Old, Role::New) };
        right.mention.role = if told && left.mention.role == Role::New { Role::Old } else { second };
        if !told {
            left.mention.role = first;
        }
        for side in [left, right] {
            side.mention.labelled = true;
            side.stranger = false;
        }
    }
}

/// "Her ID is 1588420. Sorry, I meant 1588402": only the second counts.
fn corrections(met: &mut [Met], sentences: &[Sentence]) {
    let mut taken_back = BTreeSet::new();
    for index in 1..met.len() {
        let Some((left, [right, ..])) = met.split_at_mut_checked(index) else { continue };
        let Some(left) = left.last_mut() else { continue };
        let apart = right.mention.sentence.saturating_sub(left.mention.sentence);
        let mut words = String::new();
        if apart > 0 {
            words.push_str(&left.after);
            for sentence in sentences.iter().take(right.mention.sentence).skip(left.mention.sentence + 1) {
                words.push(' ');
                words.push_str(&sentence.lower);
            }
            words.push(' ');
        }
        words.push_str(&right.between);
        let near = apart <= 2 && left.mention.place == right.mention.place;
        let records = is_record(&left.mention.role)
            && (is_record(&right.mention.role) || matches!(right.mention.role, Role::Unclear(_)));
        let differ = left.mention.id != right.mention.id;
        if near
            && records
            && differ
            && CORRECTED.is_match(&words)
            && !NOT_CORRECTED.is_match(&words)
            && !NOT_CORRECTED.is_match(&right.after)
        {
            taken_back.insert(left.mention.id.clone());
            right.mention.role = left.mention.role.clone();
            right.mention.labelled |= left.mention.labelled;
            right.stranger = false;
        }
    }
    for one in met.iter_mut().filter(|one| taken_back.contains(&one.mention.id)) {
        one.mention.role = Role::Other(TAKEN_BACK);
    }
}

/// "New record created. It got the ID 1964450." and "1960078 is it from now on. I made it this morning and closed it."
fn spoken_of_again(met: &mut [Met], sentences: &[Sentence]) {
    let holding: BTreeSet<usize> = met.iter().map(|one| one.mention.sentence).collect();
    let lower = |index: usize| sentences.get(index).map_or("", |sentence| sentence.lower.as_str());
    for index in 0..met.len() {
        let last = met.get(index + 1).map(|next| next.mention.sentence);
        let Some(one) = met.get_mut(index) else { continue };
        if one.mention.role != Role::Plain {
            continue;
        }
        let at = one.mention.sentence;
        let before = at.checked_sub(1).filter(|before| !holding.contains(before)).map_or("", lower);
        if ANAPHOR.is_match(&one.between) && MADE_ONE.is_match(before) {
            one.mention.role = Role::New;
            continue;
        }
        let next = if holding.contains(&(at + 1)) { "" } else { lower(at + 1) };
        let alone = !matches!(one.between.trim(), "and" | "," | "&" | "or" | ", and");
        if alone && (MADE_IT.is_match(&one.after) || (last != Some(at) && MADE_IT.is_match(next))) {
            one.mention.role = Role::Made;
        }
    }
}

/// A record that is once said to be left alone is left alone wherever it is named.
fn one_word_for_all(met: &mut [Met]) {
    let untouched: BTreeSet<_> = met
        .iter()
        .filter(|one| one.mention.role == Role::Untouched)
        .map(|one| one.mention.id.clone())
        .collect();
    for one in met.iter_mut().filter(|one| untouched.contains(&one.mention.id)) {
        if one.mention.role == Role::Plain {
            one.mention.role = Role::Untouched;
        }
    }
}

/// "I get two records, 1745090 and 1750940. Which of them is hers?"
fn which_of_them(met: &mut [Met], sentences: &[Sentence]) {
    let plain = |one: &Met| matches!(one.mention.role, Role::Plain | Role::Old);
    let named: BTreeSet<_> = met.iter().filter(|one| plain(one)).map(|one| one.mention.id.clone()).collect();
    if named.len() < 2 || !sentences.iter().any(|sentence| WHICH_OF_THEM.is_match(&sentence.lower)) {
        return;
    }
    for one in met.iter_mut().filter(|one| plain(one)) {
        one.mention.role = Role::Unclear("the sender asks which of the records is meant");
        one.stranger = false;
    }
}

/// What is a record in one place is one wherever it is named.
fn known_by_now(met: &mut [Met]) {
    let known: BTreeSet<_> =
        met.iter().filter(|one| is_record(&one.mention.role)).map(|one| one.mention.id.clone()).collect();
    for one in met.iter_mut().filter(|one| one.stranger || matches!(one.mention.role, Role::Doubtful(_))) {
        if known.contains(&one.mention.id) && matches!(one.mention.role, Role::Unclear(_) | Role::Doubtful(_))
        {
            one.mention.role = Role::Plain;
        }
    }
}

/// Beside a number that is called a record, a bare one of another length and one that is called something else by a
/// word of no table are other numbers.
fn strangers(met: &mut [Met]) {
    let called: BTreeSet<_> = met
        .iter()
        .filter(|one| {
            one.mention.labelled && (is_record(&one.mention.role) || one.mention.role == Role::Untouched)
        })
        .map(|one| one.mention.id.clone())
        .collect();
    let lengths: BTreeSet<usize> = called.iter().map(|id| id.as_str().len()).collect();
    let bare = met.iter().any(|one| one.mention.role == Role::Plain && !one.mention.labelled);
    for one in met.iter_mut().filter(|one| !one.mention.labelled && !called.contains(&one.mention.id)) {
        let other_length = !lengths.contains(&one.mention.id.as_str().len());
        let stranger = match one.mention.role {
            Role::Doubtful(_) => (!called.is_empty() && other_length) || (called.is_empty() && bare),
            Role::Unclear(_) => !called.is_empty() && one.stranger,
            Role::Plain => {
                !called.is_empty() && other_length && !one.item && one.mention.place != Place::Subject
            }
            Role::Old | Role::New | Role::Made | Role::Untouched | Role::Other(_) => false,
        };
        if stranger {
            one.mention.role = Role::Other(BESIDE_A_RECORD);
        }
    }
}
