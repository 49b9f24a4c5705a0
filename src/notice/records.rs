//! Which client records a text names, and which other numbers it holds. A number is a client record only where
//! shape, neighbours and label allow it; phone and fax numbers, dates, tickets and their kin are told apart here.

use std::sync::LazyLock;

use regex::Regex;

use crate::domain::ClientId;

use super::sentences::{Place, Sentence};
use super::vocabulary::{any, pattern};

/// What a number is to the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// The existing record that is spoken of.
    Old,
    /// The record made to replace it.
    New,
    /// A record, and the text does not say which of the two.
    Plain,
    /// A record somebody created: the replacement if there is another one, else the record itself.
    Made,
    /// A record that is named in order to be left alone.
    Untouched,
    /// Another kind of number; the label says which.
    Other(&'static str),
    /// It has the shape of a record and stands where nothing says that it is one.
    Unclear(&'static str),
    /// The same, and hardly a record at all: a short number, a piece of one.
    Doubtful(&'static str),
}

/// One number in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub id: ClientId,
    pub role: Role,
    /// A word such as "client" or "HMIS ID" stands beside it.
    pub labelled: bool,
    pub place: Place,
    /// Index of the sentence.
    pub sentence: usize,
    /// Offset in the sentence.
    pub at: usize,
}

/// Mentions considered per mail.
const MOST_MENTIONS: usize = 200;

pattern! {
    // What is never a record, whatever stands before it. Blanked before anything else is looked for.
    LINK = [r"\b(?:https?|ftp|mailto|tel|cid|zoommtg):[^ ]+", r"\bwww\.[^ ]+", r"[^ <>]+@[^ <>]+", r"[^ ]+\.(?:pdf|docx?|xlsx?|csv|jpe?g|png|gif|tiff?|zip|txt|heic|msg|eml|mp3|wav|html?|php|aspx?)\b", r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:org|com|net|gov|edu|example|us)(?:/[^ ]*)?", r"cid:[^ ]+"];
    SSN = [r"\b\d{3}-\d{2}-\d{4}\b", r"\b[x*]{3}-[x*]{2}-\d{4}\b"];
    PHONE = [r"(?:\+?1[-. ])?\(\d{3}\) ?\d{3}[-. ]\d{4}\b", r"\b(?:1[-. ])?\d{3}[-. ]\d{3}[-. ]\d{4}\b", r"\b\d{3}[-.]\d{4}\b", r"\b1?\d{10}\b", r"\+\d{7,15}\b"];
    DATE = [r"\b\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d{2}\b", r"\b(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}\b", r"\b\d{1,2}/\d{1,2}\b", r"\b\d{1,2}:\d{2}(?::\d{2})?\b"];
    MONEY = [r"[$\x{20ac}\x{a3}] ?\d[\d,.]*", r"\b\d[\d,.]* ?(?:%|percent|dollars|usd)"];
    ZIP4 = [r"\b\d{5}-\d{4}\b"];
    // Numbers in groups of three, as spreadsheets and people write them.
    GROUPED = [r"\b\d{1,3}(?:,\d{3}){1,2}\b", r"\b\d{1,3}(?: \d{3}){1,2}\b"];
    SCAN_STAMP = [r"^20[0-4]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$", r"^(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])20[0-4]\d$"];
}

/// Labels right before a number, with what they make of it.
static LABELS: LazyLock<Vec<(Regex, Label)>> = LazyLock::new(|| {
    // Between label and number: "no.", "ID", "#", ":", "is", brackets.
    const LINK_WORDS: &str = r"(?:'?s)?\W{0,3}(?:(?:no|nr|nos|num|numbers?|id|ids|code|is|was|are|will be|of|identifier|reads|being)\W{1,3}|#\W{0,2}){0,4}$";
    let of = |words: &str| any(&[&format!(r"(?:^|[^a-z])(?:{words}){LINK_WORDS}")]);
    vec![
        (
            of(
                r"ticket|tkt|incident|case|cases|maxis|pmi|work order|invoice|inv|po|purchase order|confirmation|tracking|reference|ref|rfc",
            ),
            Label::Other("a ticket, case or order number"),
        ),
        (
            of(
                r"entry|entries|enrol?lments?|assessments?|referrals?|services?|exits?|stay|stays|event|score|vi-spdat|spdat",
            ),
            Label::Other("an entry or enrollment number"),
        ),
        (
            of(
                r"projects?|programs?|provider|grant|contract|site|agency|organi[sz]ation|org|funder|component|coc|policy|report|apr|form|page|section|appendix|version|license|licence|npi|ein|tax|fein|duns|uei|badge|employee|staff|user|user ?name|login|account|acct|inventory|question|article|statute",
            ),
            Label::Other("a project, staff, form or account number"),
        ),
        (
            of(
                r"beds?|rooms?|rm|units?|apt|apartment|suite|ste|lockers?|floor|bldg|building|box|po box|p\.o\. box|street|avenue|highway|hwy|county road|route|zip|zip ?code|postal code|license plate|plate",
            ),
            Label::Other("an address, room or ZIP code"),
        ),
        (
            of(
                r"phone|fax|tel|telephone|cell|mobile|call|text|direct|office|ext|extension|x|hotline|line|pager|dial|dial-in|reach me at|me at|us at|number at|voicemail|pin|passcode|password|meeting|webinar|zoom|conference|access|otp|security",
            ),
            Label::Other("a phone or meeting number"),
        ),
        (
            of(
                r"ssn|ss|social|social security|last four|last 4|dob|d\.o\.b|born|birth|birthday|birthdate|medicaid|medicare|insurance|va file|inmate|booking|oid|driver'?s?|voucher|household|family|hh|check|card|community card|receipt|scan|scanned|file name|attachment|image|photo|dated|date|year|fy",
            ),
            Label::Other("a personal, household or document number"),
        ),
        (of(r"head of household|hoh"), Label::Record),
        (
            of(
                r"clients?|consumers?|participants?|guests?|residents?|members?|persons?|people|youths?|individuals?|tenants?|veterans?|patients?|customers?|hmis|clarity|servicepoint|identifier|identified (?:as|by)|known as|records?|files?|profiles?|charts?|unique|personal|cl|clt|he|she|him|her|his|hers|them|their|mom|dad|mother|father|mr|mrs|ms|son|daughter|child|kid|kids|wife|husband",
            ),
            Label::Record,
        ),
        (
            of(
                r"old|older|original|initial|previous|prior|existing|new|newer|replacement|fresh|second|other|closed|open|one",
            ),
            Label::Record,
        ),
    ]
});

#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    Record,
    Other(&'static str),
}

pattern! {
    TORN_AFTER = [r"^ \d{1,4}(?:$|[ ,;!?)]|\.(?:$| ))"];
    TORN_BEFORE = [r"(?:^|[^\d/.:-])\d{1,4} $"];
    SHORT_NUMBER = [r"^\d{1,5}$", r"^(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{2}$"];
    STATE_BEFORE_ZIP = [r"\b(?:al|ak|az|ar|ca|co|ct|de|fl|ga|hi|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|nc|nd|oh|ok|or|pa|ri|sc|sd|tn|tx|ut|vt|va|wa|wv|wi|wy|dc|minnesota|wisconsin|iowa|dakota)\.?,? $", r", id $"];
    AFTER_OTHER = [r"^\W{0,3}(?:(?:is|was|being|=)\W{1,3})?(?:the |my |our |a |her |his |your )?(?:\w+ )?(?:ticket|case n|case #|county case|enrol?lment|entry|project|user|phone|fax|zip|beds?|dollars|people|persons|clients served|households|days|nights|hours|meals|units|votes|report|street|st\b|ave\b|avenue|road|rd\b|blvd|drive|dr\b|lane|hwy|highway|county road)"];
    UNTOUCHED_AFTER = [r"^[^.;,]{0,40}\b(?:should (?:stay|remain)|stays? (?:open|shared|as)|remains? (?:open|shared)|is not (?:affected|included|part)|still (?:wants|agrees|shares|consents)|keeps? (?:sharing|her consent|his consent))\b"];
    UNTOUCHED_BEFORE = [r"(?:\bleave|\bkeep|\bdo not (?:touch|close|include|change|lock)|\bdon't (?:touch|close|include|change|lock)|\bother than|\bexcept(?: for)?|\bexcluding|\bnot to be confused with|(?:,|\band|\bbut) not)(?: (?:the|her|his|their|my|our|record|client|file|husband|wife|son|daughter|sister|brother|id|of)){0,4} #? ?$"];
    NEW_CUE = [r"\b(?:new|newly|fresh|replacement|second|another|substitute|now use|use instead|going forward use|replaced (?:it |her |him |them )?(?:by|with)|use this file)\b"];
    OLD_CUE = [r"\b(?:old|older|original|initial|previous|prior|existing|first|former|her record|his record|their record|existing record|current|close|closing|sharing off|sharing from|sharing on|off of|off|do not use|revoked|revokes|withdrew)\b"];
    MADE_CUE = [r"\b(?:created|made|set up|started|opened|built|added|generated|entered) (?:(?:a|the|an|up|for|him|her|them|client|record|file|profile|id|number|no|hmis) ?|[#:.(] ?)*$"];
    // What follows a number tells of it only where it ends the clause: else it tells of the next number.
    NEW_AFTER = [r"^[ (=\x22'-]{0,3}(?:(?:is|was|are|as|being|=|will be) )?(?:(?:the|her|his|their|a|my|our|this) )?(?:\w+ )?(?:new|replacement|fresh|newly|substitute)\b(?: (?:\w+ )?(?:one|record|file|id|client|number|profile|created|made|opened|closed))?(?: (?:and|for|which|that|with|from|is|was|i|we)\b| ?(?:$|[).,;:!\x22'-]))", r"^ (?:is|was) (?:the one )?(?:what we use|to be used)"];
    MADE_AFTER = [r"^ (?:is|was|has been) (?:\w+ )?(?:created|made|set up|opened)\b"];
    OLD_AFTER = [r"^[ (=\x22'-]{0,3}(?:(?:is|was|are|as|being|=) )?(?:(?:the|her|his|their|a|my|our|this) )?(?:\w+ )?(?:old|original|previous|initial|former)\b(?: (?:\w+ )?(?:one|record|file|id|client|number|profile))?(?: (?:and|for|which|that|with|from|is|was|i|we)\b| ?(?:$|[).,;:!\x22'-]))"];
}

/// Finds every number that could be a record in one sentence.
pub(super) fn find(sentences: &[Sentence], client_id: &Regex) -> Vec<Mention> {
    let mut found = Vec::new();
    for (index, sentence) in sentences.iter().enumerate() {
        find_in(sentence, index, client_id, &mut found);
        if found.len() >= MOST_MENTIONS {
            found.truncate(MOST_MENTIONS);
            break;
        }
    }
    found
}

/// Distinct numbers of client ID shape in any text, without judging them: to compare alternatives and quotes.
pub(super) fn shapes(text: &str, client_id: &Regex) -> Vec<String> {
    let lower = blank(&text.to_ascii_lowercase());
    let mut found: Vec<String> = client_id
        .find_iter(&lower)
        .filter(|m| stands_alone(&lower, m.start(), m.end()))
        .map(|m| m.as_str().to_owned())
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Replaces what is never a record by blanks of the same length.
fn blank(lower: &str) -> String {
    let mut text = lower.to_owned();
    for pattern in [&LINK, &SSN, &PHONE, &ZIP4, &DATE, &MONEY] {
        if pattern.is_match(&text) {
            text = pattern
                .replace_all(&text, |found: &regex::Captures<'_>| {
                    " ".repeat(found.get(0).map_or(0, |m| m.len()))
                })
                .into_owned();
        }
    }
    text
}

/// Neither a piece of a longer number or word nor of a range, version or path.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before: Vec<char> = text.get(..start).unwrap_or_default().chars().rev().take(2).collect();
    let mut after = text.get(end..).unwrap_or_default().chars();
    let (next, second) = (after.next(), after.next());
    let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
    let front = match before.first() {
        Some(c) if c.is_alphanumeric() || *c == '_' => false,
        Some('-' | '/' | '.' | ',' | '\'') => !before.get(1).is_some_and(|c| c.is_alphanumeric()),
        Some(_) | None => true,
    };
    let back = match next {
        Some(c) if c.is_alphanumeric() || c == '_' || c == '@' => false,
        Some('-' | '/' | '.' | ',' | ':') => !digit(second.as_ref()),
        Some(_) | None => true,
    };
    front && back
}

fn find_in(sentence: &Sentence, index: usize, client_id: &Regex, found: &mut Vec<Mention>) {
    let text = blank(&sentence.lower);
    let mut spans: Vec<(usize, usize, String)> = Vec::new();
    for m in GROUPED.find_iter(&text) {
        let joined: String = m.as_str().chars().filter(char::is_ascii_digit).collect();
        let blanks = m.as_str().contains(' ');
        let whole = client_id.find(&joined).is_some_and(|id| id.len() == joined.len());
        let before = text.get(..m.start()).unwrap_or_default();
        // With blanks only behind a label: three numbers in a row are three numbers.
        if whole
            && joined.len() >= 7
            && stands_alone(&text, m.start(), m.end())
            && (!blanks || label_before(before) == Some(Label::Record))
        {
            spans.push((m.start(), m.end(), joined));
        }
    }
    // IDs such as C-1234 are looked for as written; case is the sender's.
    for source in [&text, &blank_keep_case(&sentence.text, &text)] {
        for m in client_id.find_iter(source) {
            let inside = spans.iter().any(|(start, end, _)| m.start() < *end && *start < m.end());
            let own_dash = m.as_str().contains(|c: char| !c.is_ascii_digit());
            if !inside
                && (stands_alone(&text, m.start(), m.end())
                    || (own_dash && stands_alone(&text, m.start(), m.end())))
            {
                spans.push((m.start(), m.end(), m.as_str().to_owned()));
            }
        }
    }
    spans.sort();
    let mut previous: Option<(usize, Role, bool)> = None;
    for (start, end, digits) in spans {
        let from = previous.as_ref().map_or(0, |(end, _, _)| *end);
        let before = text.get(..start).unwrap_or_default();
        let between = text.get(from..start).unwrap_or_default();
        let after = text.get(end..).unwrap_or_default();
        let (role, labelled) = role_of(sentence, before, between, after, &digits, previous.as_ref());
        let Ok(id) = ClientId::parse(&digits) else { continue };
        previous = Some((end, role.clone(), labelled));
        found.push(Mention { id, role, labelled, place: sentence.place, sentence: index, at: start });
    }
}

/// The text as written, blanked where `blanked` is; byte offsets stay.
fn blank_keep_case(original: &str, blanked: &str) -> String {
    let mut text = String::with_capacity(original.len());
    for (at, c) in original.char_indices() {
        if blanked.as_bytes().get(at) == Some(&b' ') {
            text.extend(std::iter::repeat_n(' ', c.len_utf8()));
        } else {
            text.push(c);
        }
    }
    text
}

fn label_before(before: &str) -> Option<Label> {
    // The nearest label wins: the one whose match is shortest.
    let window = tail(before, 60);
    LABELS
        .iter()
        .filter_map(|(pattern, label)| pattern.find_iter(window).last().map(|m| (m.len(), *label)))
        .min_by_key(|(length, _)| *length)
        .map(|(_, label)| label)
}

fn tail(text: &str, longest: usize) -> &str {
    let start = text.len().saturating_sub(longest);
    let start = (start..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    text.get(start..).unwrap_or_default()
}

/// "ID 1555555", where nothing else says whose ID.
static ID_BEFORE: LazyLock<Regex> =
    LazyLock::new(|| any(&[r"\bids?\W{0,3}(?:(?:number|no|nr|is|#)\W{0,2}){0,2}$"]));
static LIST_GLUE: LazyLock<Regex> =
    LazyLock::new(|| any(&[r"^(?: ?\([^)]{0,30}\))?[ ,/&+;]*(?:and|or|und|y|as well as|plus)?[ ,/&+#]*$"]));
static UNKNOWN_NOUN: LazyLock<Regex> =
    LazyLock::new(|| any(&[r"(?:^|[^a-z'])(?P<word>[a-z']{3,})\W{0,2}(?:#|no\.?|number|nr\.?)?\W{0,2}$"]));
/// Words that may stand right before a bare record number without saying what it is.
static NEUTRAL: LazyLock<Regex> = LazyLock::new(|| {
    any(&[
        r"^(?:he+y+a?|hi+|hello|hola|yo|morning|afternoon|evening|okay|fyi|urgent|quick|attn|so|you|gave|give|given|sent|send|have|had|got|will|would|can|could|being|been|regard|mine|ours|again|asap|please|kindly|thanks|thx|team|all|hmm|and|yes|client|close|closed|closing|lock|locked|locking|for|and|the|that|this|off|from|with|are|was|were|is|has|have|left|about|regarding|concerning|only|both|just|also|please|pls|restrict|unshare|share|sharing|shared|see|sees|to|into|because|since|when|if|noon|today|yesterday|then|but|now|who|whom|old|new|as|on|in|at|by|of|re|fwd|made|created|opened|set|up|started|id|ids|number|numbers|confirm|verify|check|revoked|revoke|revocation|revocations|withdrawal|consent|withdrew|roi|rois|secure|make|sure|these|those|following|all|three|two|four|five|again|hello|hi|helpdesk|statewide|namely|use|already|still|open|file|one|ones|disregard|cancel|undo|reopen|keep|leave|any|news|merge|delete|duplicates|mark|update|updated|status|ticket's|not|remove|removed|take|him|her|them|she|he|they|told|says|said|meant|mean)$",
    ])
});

fn role_of(
    sentence: &Sentence,
    before: &str,
    between: &str,
    after: &str,
    digits: &str,
    previous: Option<&(usize, Role, bool)>,
) -> (Role, bool) {
    let continues = previous.is_some() && LIST_GLUE.is_match(between);
    let label = if continues { None } else { label_before(before) };
    if let (true, Some((_, role, labelled))) = (continues, previous) {
        match role {
            Role::Other(why) => return (Role::Other(why), false),
            Role::Unclear(why) => return (Role::Unclear(why), false),
            Role::Doubtful(why) => return (Role::Doubtful(why), false),
            Role::Old | Role::New | Role::Plain | Role::Made | Role::Untouched => {
                // "A or B", "A/B" are choices, not lists.
                if between.contains(" or ") || between.contains('/') {
                    return (Role::Unclear("it stands in a choice of two numbers"), *labelled);
                }
                let role = after_role(after).unwrap_or_else(|| role.clone());
                return (role, *labelled);
            }
        }
    }
    if let Some(Label::Other(what)) = label {
        return (Role::Other(what), false);
    }
    let labelled = label == Some(Label::Record);
    if AFTER_OTHER.is_match(after) && !labelled {
        return (Role::Other("a number of another kind"), false);
    }
    if digits.len() == 5 && !labelled && STATE_BEFORE_ZIP.is_match(before) {
        return (Role::Other("a ZIP code"), false);
    }
    // A piece of a number that was torn apart, or a number beside one.
    if TORN_AFTER.is_match(after) || (!labelled && TORN_BEFORE.is_match(before)) {
        return (Role::Doubtful("other digits stand right beside it"), labelled);
    }
    if !labelled && SCAN_STAMP.is_match(digits) {
        return (Role::Other("a date written together"), false);
    }
    let labelled = labelled || ID_BEFORE.is_match(before);
    if !labelled && SHORT_NUMBER.is_match(digits) {
        return (Role::Doubtful("it is short, or may be a date, and nothing calls it a record"), false);
    }
    if !labelled && unknown_noun(sentence, before) {
        return (Role::Unclear("the word before it is not one for a client record"), false);
    }
    (assigned(before, between, after), labelled)
}

/// Whether a word that is none of ours, and no name, stands right before the number.
fn unknown_noun(sentence: &Sentence, before: &str) -> bool {
    let window = tail(before, 40);
    let Some(word) = UNKNOWN_NOUN.captures(window).and_then(|found| found.name("word")) else { return false };
    // A name before the number is no label: names are written large.
    let at = before.len() - window.len() + word.start();
    let capital =
        sentence.text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase);
    !NEUTRAL.is_match(word.as_str())
        && !word.as_str().ends_with("ing")
        && !capital
        && !before.trim_end().ends_with([',', ':', ';', '-', '(', '>', '=', '"'])
}

fn after_role(after: &str) -> Option<Role> {
    if NEW_AFTER.is_match(after) {
        return Some(Role::New);
    }
    if OLD_AFTER.is_match(after) {
        return Some(Role::Old);
    }
    if MADE_AFTER.is_match(after) {
        return Some(Role::Made);
    }
    UNTOUCHED_AFTER.is_match(after).then_some(Role::Untouched)
}

/// Old or new, by the nearest word that tells: right behind the number, else the last one before it.
fn assigned(before: &str, between: &str, after: &str) -> Role {
    if let Some(role) = after_role(after) {
        return role;
    }
    if UNTOUCHED_BEFORE.is_match(between) {
        return Role::Untouched;
    }
    let last = |pattern: &Regex| pattern.find_iter(between).last().map(|m| m.start());
    match (last(&NEW_CUE), last(&OLD_CUE)) {
        (Some(new), Some(old)) if new > old => Role::New,
        (Some(_), None) => Role::New,
        (_, Some(_)) => Role::Old,
        (None, None) if MADE_CUE.is_match(before) => Role::Made,
        (None, None) => Role::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(text: &str) -> Vec<(String, &'static str)> {
        let pattern = Regex::new(r"\d{5,8}").expect("valid");
        let lines: Vec<&str> = text.lines().collect();
        let sentences = super::super::sentences::split(&lines, Place::Body);
        find(&sentences, &pattern)
            .into_iter()
            .map(|mention| {
                let role = match mention.role {
                    Role::Old => "old",
                    Role::New => "new",
                    Role::Plain => "plain",
                    Role::Made => "made",
                    Role::Untouched => "untouched",
                    Role::Other(_) => "other",
                    Role::Unclear(_) => "unclear",
                    Role::Doubtful(_) => "doubtful",
                };
                (mention.id.to_string(), role)
            })
            .collect()
    }

    fn records(text: &str) -> Vec<String> {
        roles(text).into_iter().filter(|(_, role)| *role != "other").map(|(id, _)| id).collect()
    }

    #[test]
    fn records_are_found_however_they_are_labelled() {
        for text in [
            "Client 1555555 revoked",
            "Client ID# 1555555",
            "HMIS#1555555",
            "client id is 1555555.",
            "(ID 1555555)",
            "1555555 revoked",
            "Client no. 1,555,555",
            "client number 1 555 555",
            "his file 1555555 is closed",
            "Smith, Jo 1555555",
            "number 1555555",
            "\"1555555\"",
            "close 1555555, please",
            "Client: 1555555",
            "client=1555555",
            "case 26-0033871, client 1555555",
        ] {
            assert_eq!(records(text), ["1555555"], "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_records() {
        for text in [
            "call 651-555-0148",
            "call 6515550149",
            "ticket 2204817",
            "[Ticket #2204817]",
            "project 50217",
            "enrollment ID 1180552",
            "Entry 2210457 (project 33150)",
            "MN 56001",
            "Saint Paul, MN 55101",
            "MN 56001-1180",
            "SSN 123-45-6789",
            "10/12/2026",
            "2026-10-12",
            "case 26-0033871",
            "EIN 41-1234567",
            "meeting ID 842 2011 9904",
            "passcode 1944120",
            "https://x.example/clients/1555555/profile",
            "jo1555555@x.example",
            "scan 0047731.pdf",
            "user 2202111",
            "user ID 20418, license 33910",
            "$1200000",
            "RD-10425",
            "room 20114",
            "report is no. 1184420",
            "Tickets 1184420 and 1184421",
            "scan 20261013",
            "last four 55210",
            "grant 2209666",
            "MAXIS case 1184432, PMI 02188431",
        ] {
            assert_eq!(records(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn old_and_new_are_told_apart_in_either_order() {
        let table: &[(&str, &[(&str, &str)])] = &[
            ("Created a new client record, 1933871, and closed it.", &[("1933871", "new")]),
            ("Changed the Alias on the original record, 1702994.", &[("1702994", "old")]),
            ("old 2266104 -> new 3001877", &[("2266104", "old"), ("3001877", "new")]),
            ("I made a fresh record for her, 1941118, and locked it.", &[("1941118", "new")]),
            ("The old one is 1469953.", &[("1469953", "old")]),
            ("2266104 (old) 3001877 (new)", &[("2266104", "old"), ("3001877", "new")]),
            ("I created record 1938845 and closed it", &[("1938845", "made")]),
            ("I set up 3001219 as her replacement record", &[("3001219", "new")]),
            ("New file I made already 1940233 is closed.", &[("1940233", "new")]),
            ("Old record: 2433105, New record: 3004100", &[("2433105", "old"), ("3004100", "new")]),
            ("3004100 is the new one", &[("3004100", "new")]),
            (
                "Clients 2350001, 2350017 and 2351120 revoked",
                &[("2350001", "plain"), ("2350017", "plain"), ("2351120", "plain")],
            ),
            ("it is 2205333 or 2205334", &[("2205333", "plain"), ("2205334", "unclear")]),
            ("her husband 2271114 still wants to share", &[("2271114", "untouched")]),
            ("the voucher book 2271114", &[("2271114", "unclear")]),
        ];
        for (text, wanted) in table {
            let wanted: Vec<(String, &str)> =
                wanted.iter().map(|(id, role)| ((*id).to_owned(), *role)).collect();
            assert_eq!(roles(text), wanted, "{text}");
        }
    }

    #[test]
    fn other_shapes_of_ids_work_too() {
        let pattern = Regex::new(r"C-\d+").expect("valid");
        let sentences = super::super::sentences::split(&["Client C-1042 revoked, ticket AC-7."], Place::Body);
        let ids: Vec<String> = find(&sentences, &pattern).into_iter().map(|m| m.id.to_string()).collect();
        assert_eq!(ids, ["C-1042"]);
    }
}
