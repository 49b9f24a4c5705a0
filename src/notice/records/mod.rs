//! Which client records a text names, and which other numbers it holds. In three steps: `candidates` (what has the
//! shape of a record), `labels` (what it is called), `roles` (old, new, to be left alone); then `company` weighs all
//! numbers of the mail together. A number is a client record only where shape, neighbours and label allow it.

mod candidates;
mod company;
mod labels;
mod roles;

pub(super) use company::BESIDE_A_RECORD;
use regex::Regex;

use crate::domain::ClientId;

use super::sentences::{Place, Sentence};
use super::vocabulary::pattern;
use candidates::{Candidate, blank, stands_alone};
use company::{Met, Written};
use labels::Label;

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

/// What a number is that may be a piece of an SSN, a birth date or the like.
pub(super) const PERSONAL: [&str; 2] =
    ["a personal, household or document number", "a date written together"];

/// Mentions considered per mail.
pub(super) const MOST_MENTIONS: usize = 200;

pattern! {
    LIST_GLUE = [r"^(?: ?\([^)]{0,30}\)| for (?:the |her |his |our )?(?:\w+ )?\w+)?[ ,/&+;]*(?:and|or|und|y|e|o|o es|as well as|plus)?[ ,/&+#]*$"];
    CHOICE = [r" or |/| o (?:es )?(?:el |la )?$"];
    TORN_AFTER = [r"^ \d{1,4}(?:$|[ ,;!?)]|\.(?:$| ))"];
    TORN_BEFORE = [r"(?:^|[^\d/.:-])\d{1,4} $"];
    SHORT_NUMBER = [r"^\d{1,5}$", r"^(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{2}$"];
    /// What else is asked for the clients of a list.
    OTHER_TASK = [r"\b(?:need|needs|get|gets|have) (?:a )?new (?:case )?(?:manager|worker|advocate|navigator)\b", r"\b(?:re-?assign|transfer|hand(?:ed|ing)? over|merge|caseload|un-?merge|de-?duplicate)\w*\b"];
    MATTER = [r"revo[kc]|withdr|rescind|clos|lock|shar(?:e|ing)|consent|\broi\b|retir|cerr|compart"];
    SCAN_STAMP = [r"^20[0-4]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$", r"^(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])20[0-4]\d$"];
}

/// Finds every number that could be a record in the sentences of a mail.
pub(super) fn find(sentences: &[Sentence], client_id: &Regex) -> Vec<Mention> {
    let mut met = Vec::new();
    let mut above: Option<&Sentence> = None;
    let mut heading: Option<(Role, Place)> = None;
    for (index, sentence) in sentences.iter().enumerate() {
        let bare = is_bare(sentence);
        let intro = above.filter(|words| bare && introduces(words, sentence.place));
        if !bare {
            above = Some(sentence);
        }
        let first = met.len();
        find_in(sentence, index, intro, client_id, &mut met);
        // "Before (closed):" holds for the lines below it.
        if sentence.text.ends_with(':') && met.len() == first {
            heading = roles::heading(&sentence.lower).map(|role| (role, sentence.place));
        } else if met.len() == first || !is_short_item(sentence, met.len() - first) {
            heading = None;
        }
        if let Some((role, _)) = heading.as_ref().filter(|(_, place)| *place == sentence.place) {
            for one in met.iter_mut().skip(first).filter(|one| one.mention.role == Role::Plain) {
                one.mention.role = role.clone();
            }
        }
        if met.len() >= MOST_MENTIONS {
            met.truncate(MOST_MENTIONS);
            break;
        }
    }
    company::settle(&mut met, sentences);
    met.into_iter().map(|one| one.mention).collect()
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

/// The records that other lines of a mail name, such as the notice that its sender takes back; not those that were
/// made.
pub(super) fn named_below(lines: &[&str], client_id: &Regex) -> Vec<ClientId> {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_start_matches(['>', ' ', '|'])).collect();
    let mut ids: Vec<ClientId> = Vec::new();
    for mention in find(&super::sentences::split(&lines, Place::Body), client_id) {
        if matches!(mention.role, Role::Old | Role::Plain) && !ids.contains(&mention.id) {
            ids.push(mention.id);
        }
    }
    ids
}

/// In a mail about a consent, whose old records stay closed: as many records as are called old stand beside them
/// without a word, and are the new ones.
pub(super) fn paired_with_old(mentions: &[&Mention]) -> Vec<ClientId> {
    let distinct = |wanted: &dyn Fn(&Role) -> bool| {
        let mut ids: Vec<ClientId> = Vec::new();
        for mention in mentions.iter().filter(|mention| wanted(&mention.role)) {
            if !ids.contains(&mention.id) {
                ids.push(mention.id.clone());
            }
        }
        ids
    };
    let old = distinct(&|role| matches!(role, Role::Old | Role::Untouched));
    let new = distinct(&|role| matches!(role, Role::New | Role::Made));
    let mut plain = distinct(&|role| *role == Role::Plain);
    plain.retain(|id| !old.contains(id) && !new.contains(id));
    if new.is_empty() && plain.len() == old.len() { plain } else { Vec::new() }
}

/// An item or a value without words of its own: what stands above may introduce it.
fn is_bare(sentence: &Sentence) -> bool {
    let head = sentence.lower.split('(').next().unwrap_or_default();
    !head.chars().any(char::is_alphabetic)
}

/// A line with a few words beside each number: "father 1590034".
fn is_short_item(sentence: &Sentence, numbers: usize) -> bool {
    !sentence.text.ends_with(['.', '!', '?']) && sentence.text.split(' ').count() <= 4 * numbers
}

/// Whether the words of a sentence introduce a list or stand above a value.
fn introduces(above: &Sentence, place: Place) -> bool {
    let short = above.text.split(' ').count() <= 5 && !above.text.ends_with(['.', '!', '?']);
    above.place == place && (above.text.ends_with(':') || short)
}

fn find_in(
    sentence: &Sentence,
    index: usize,
    intro: Option<&Sentence>,
    client_id: &Regex,
    met: &mut Vec<Met>,
) {
    let text = blank(&sentence.lower);
    let letter = text.find(char::is_alphabetic);
    let found: Vec<(Candidate, Label)> = candidates::find(sentence, &text, client_id)
        .into_iter()
        .map(|candidate| {
            let label = labels::label(sentence, &text, candidate.start, candidate.end);
            let opens = candidate.start <= 5;
            let above = intro.filter(|_| label == Label::None && opens).map(labels::introduced_by);
            // Only what names a number stands above one; prose does not.
            let above = above.filter(|label| matches!(label, Label::Record | Label::Id | Label::Other(_)));
            (candidate, above.unwrap_or(label))
        })
        .collect();
    let first = met.len();
    let records = found.iter().filter(|(_, label)| !matches!(label, Label::Other(_))).count();
    for (nth, (candidate, label)) in found.iter().enumerate() {
        let from = nth.checked_sub(1).and_then(|last| found.get(last)).map_or(0, |(last, _)| last.end);
        let to = found.get(nth + 1).map_or(text.len(), |(next, _)| next.start);
        let before = text.get(..candidate.start).unwrap_or_default();
        let own = text.get(from..candidate.start).unwrap_or_default();
        let told = if nth > 0 { roles::not_told_of_last(own) } else { own };
        let introduced = intro.filter(|_| candidate.start <= 5).map(|above| format!("{} {own}", above.lower));
        let around = Around {
            before,
            between: introduced.as_deref().unwrap_or(told),
            glue: own,
            after: text.get(candidate.end..).unwrap_or_default(),
            row: sentence.listed && records == 1,
        };
        let previous = met.get(first..).and_then(<[Met]>::last).map(|one| &one.mention);
        let (mut role, labelled) = role_of(&around, *label, &candidate.id, previous);
        if intro.is_some_and(|above| OTHER_TASK.is_match(&above.lower) && !MATTER.is_match(&above.lower)) {
            role = Role::Unclear("the words above it ask for something else");
        }
        let Ok(id) = ClientId::parse(&candidate.id) else { continue };
        let opens = letter.is_none_or(|letter| letter >= candidate.start);
        met.push(Met {
            mention: Mention {
                id,
                role,
                labelled,
                place: sentence.place,
                sentence: index,
                at: candidate.start,
            },
            between: own.to_owned(),
            after: text.get(candidate.end..to).unwrap_or_default().to_owned(),
            item: opens && sentence.listed,
            stranger: matches!(label, Label::Numbered | Label::Unknown),
            written: match (candidate.loose, matches!(label, Label::Record | Label::Id) || letter.is_none()) {
                (false, _) => Written::Whole,
                (true, true) => Written::Groups,
                (true, false) => Written::LooseGroups,
            },
        });
    }
}

/// The words around a number.
struct Around<'a> {
    /// From the start of the sentence.
    before: &'a str,
    /// From the number before it, without what is said of that one.
    between: &'a str,
    /// All from the number before it.
    glue: &'a str,
    /// To the end of the sentence.
    after: &'a str,
    /// It is the only record in a row or item.
    row: bool,
}

/// The role of a number, and whether it is called a record.
fn role_of(around: &Around<'_>, label: Label, digits: &str, previous: Option<&Mention>) -> (Role, bool) {
    if let Some(previous) = previous.filter(|_| LIST_GLUE.is_match(around.glue)) {
        return continued(around, previous);
    }
    if let Label::Other(what) = label {
        return (Role::Other(what), false);
    }
    let labelled = label == Label::Record;
    // A piece of a number that was torn apart, or a number beside one.
    if TORN_AFTER.is_match(around.after) || (!labelled && TORN_BEFORE.is_match(around.before)) {
        return (Role::Doubtful("other digits stand right beside it"), labelled);
    }
    if !labelled && SCAN_STAMP.is_match(digits) {
        return (Role::Other("a date written together"), false);
    }
    let labelled = labelled || label == Label::Id;
    if !labelled && SHORT_NUMBER.is_match(digits) && !roles::does_something(around.after) {
        return (Role::Doubtful("it is short, or may be a date, and nothing calls it a record"), false);
    }
    // "We will work in 1966001, which I made this morning."
    let told = (label == Label::Unknown).then(|| roles::told_after(around.after)).flatten();
    if let Some(role) = told.filter(|role| matches!(role, Role::New | Role::Made)) {
        return (role, false);
    }
    if matches!(label, Label::Numbered | Label::Unknown) {
        return (Role::Unclear("the word before it is not one for a client record"), false);
    }
    (roles::role(around.before, around.between, around.after, around.row), labelled)
}

/// The next number of a list is what the one before it is, if nothing else is said.
fn continued(around: &Around<'_>, previous: &Mention) -> (Role, bool) {
    match previous.role {
        Role::Other(why) => (Role::Other(why), false),
        Role::Unclear(why) => (Role::Unclear(why), false),
        Role::Doubtful(why) => (Role::Doubtful(why), false),
        Role::Old | Role::New | Role::Plain | Role::Made | Role::Untouched => {
            // "A or B", "A/B" are choices, not lists.
            if CHOICE.is_match(around.glue) {
                return (Role::Unclear("it stands in a choice of two numbers"), previous.labelled);
            }
            let unclear = Role::Unclear("it stands beside a new record, and what it is itself is not said");
            (roles::next_of_list(around.after, &previous.role).unwrap_or(unclear), previous.labelled)
        }
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
            "cabinet no. 1183920 beside client 155-55-5555",
            "a new entry, 2231090, was started",
            "VA file 30988812",
            "police record 30988812",
            "county ID 10023381",
            "Household no. (ours): 1330526",
            "report run 884102",
            "error 500213",
            "41077 Gravel Rd",
            "Enrollment IDs:\n- 2210457\n- 2210458",
            "Enrollment ........ 2210457",
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
            ("the yellow sheet 2271114", &[("2271114", "unclear")]),
            ("1381220 -> 1962204", &[("1381220", "old"), ("1962204", "new")]),
            ("1962204 -> 1381220\n\nLeft side is new.", &[("1962204", "new"), ("1381220", "old")]),
            ("old/new: 1555555/1966001", &[("1555555", "old"), ("1966001", "new")]),
            ("1966001 replaces 1555555.", &[("1966001", "new"), ("1555555", "old")]),
            ("It is the substitute for 1555555.", &[("1555555", "old")]),
            ("1960078 is the record we use from here on.", &[("1960078", "new")]),
            ("The one to shut off is 1410225.", &[("1410225", "old")]),
            ("I have 1960078 for him. I made it this morning and closed it.", &[("1960078", "made")]),
            ("New record created. It got the ID 1964450.", &[("1964450", "new")]),
            (
                "Old records:\n1555555\n1555556\nNew records:\n1966001\n1966002",
                &[("1555555", "old"), ("1555556", "old"), ("1966001", "new"), ("1966002", "new")],
            ),
            ("Client 2210095 does NOT revoke.", &[("2210095", "untouched")]),
            ("Client ID is 1555556 (not 1555555).", &[("1555556", "plain"), ("1555555", "untouched")]),
        ];
        for (text, wanted) in table {
            let wanted: Vec<(String, &str)> =
                wanted.iter().map(|(id, role)| ((*id).to_owned(), *role)).collect();
            assert_eq!(roles(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_last_word_corrects_the_one_before() {
        for text in [
            "Her client ID is 1588420. Sorry, I meant 1588402.",
            "Close 1588420 - correction: 1588402.",
            "Client 1588420 revoked. Oops, wrong number, it should be 1588402.",
        ] {
            assert_eq!(records(text), ["1588402"], "{text}");
        }
        for text in
            ["Client 1588420 revoked. Sorry, also 1588402.", "Client 1588420 should be closed; also 1588402"]
        {
            assert_eq!(records(text), ["1588420", "1588402"], "{text}");
        }
    }

    #[test]
    fn a_range_names_no_record() {
        for text in ["Clients 1555555 through 1555560", "1555555 to 1555560", "close 1555555 - 1555560"] {
            let unclear = |id: &str| (id.to_owned(), "unclear");
            assert_eq!(roles(text), [unclear("1555555"), unclear("1555560")], "{text}");
        }
        assert_eq!(records("1555555 - 1966001"), ["1555555", "1966001"]);
    }

    #[test]
    fn a_number_is_known_by_its_company() {
        // Beside what is called a record, neither a bare number of another length nor a stranger is one.
        for text in [
            "Client 1555555 revoked. We are in 55811.",
            "Client 1555555 revoked. The yellow sheet 2271114 is signed.",
            "Client 1555555, cabinet no. 1183920",
            "ClientID   HouseholdID   EnrollmentID\n1555555    310877        3340917",
            "Household  Client ID  Unit\n310877     1555555    C-104",
        ] {
            assert_eq!(records(text), ["1555555"], "{text}");
        }
        // A list may hold records of several lengths.
        assert_eq!(records("- 1 688 240\n- ID no. 954 310\n- 20 556 871"), ["1688240", "954310", "20556871"]);
        // Groups without a label count beside labelled ones.
        assert_eq!(records("File 1 909 446 is new. It replaces 1 521 870."), ["1909446", "1521870"]);
        assert_eq!(records("We had 1 521 870 visits"), Vec::<String>::new());
    }

    #[test]
    fn spanish_records_and_other_numbers() {
        for text in [
            "cliente 1555555",
            "ID de cliente: 1555555",
            "n\u{fa}m. de cliente 1555555",
            "El expediente 1555555 ya no comparte",
            "n\u{fa}mero de identificaci\u{f3}n 1555555",
            "El 1555555 revoc\u{f3}",
            "expediente 1.555.555",
            "la se\u{f1}ora del registro 1555555",
        ] {
            assert_eq!(records(text), ["1555555"], "{text}");
        }
        for text in [
            "tel\u{e9}fono 5550123",
            "boleto 2204817",
            "nos sale un ticket autom\u{e1}tico 90041127",
            "c\u{f3}digo postal 55411",
            "folio 2204817",
            "caso del condado 1184432",
            "seguro social 447112",
            "usuario 20633, licencia 7781204",
        ] {
            assert_eq!(records(text), Vec::<String>::new(), "{text}");
        }
        let table: &[(&str, &[(&str, &str)])] = &[
            (
                "Registro anterior: 1555555. Registro nuevo: 1966001.",
                &[("1555555", "old"), ("1966001", "new")],
            ),
            ("le creamos un r\u{e9}cord nuevo, el 1966001", &[("1966001", "new")]),
            ("1555555 (viejo) 1966001 (nuevo)", &[("1555555", "old"), ("1966001", "new")]),
            ("El cliente 1555555 no revoc\u{f3}.", &[("1555555", "untouched")]),
            ("es 1555555 o 1555556", &[("1555555", "plain"), ("1555556", "unclear")]),
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

    #[test]
    fn a_mail_of_numbers_only_is_read_up_to_a_point() {
        for text in ["1555555\t".repeat(8_000), "- 1555555\n".repeat(6_000), "client 1555555 ".repeat(4_000)]
        {
            assert_eq!(roles(&text).len(), MOST_MENTIONS);
        }
    }
}
