//! Own words as sentences: hard-wrapped lines joined, lists and fields kept apart, rows of tables spelt out as
//! `header: cell`, so that one way of reading serves them all.

use super::spanish::{folded, is_spanish};
use super::tables;

/// Where a sentence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the subject.
    Subject,
    /// In the body.
    Body,
}

/// One sentence, field, list item or table row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    pub place: Place,
    /// As written, with single blanks.
    pub written: String,
    /// The same without accents.
    pub text: String,
    /// The same in lower case; ASCII only is lowered, so that offsets agree with `text`.
    pub lower: String,
    /// An item of a list or a row of a table.
    pub listed: bool,
    /// It is written in Spanish, or half in Spanish.
    pub spanish: bool,
}

impl Sentence {
    pub(super) fn new(place: Place, text: &str, listed: bool) -> Self {
        let written = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = folded(&written).into_owned();
        let lower = text.to_ascii_lowercase();
        Self { place, spanish: is_spanish(&lower), lower, text, written, listed }
    }

    /// Whether it ends as a question.
    pub(super) fn is_question(&self) -> bool {
        self.text.trim_end_matches([')', '"', '\'', ' ', '!']).ends_with('?')
    }
}

/// Sentences considered per mail; a notice has a few dozen at most.
pub(super) const MOST_SENTENCES: usize = 400;

/// Splits lines of own words.
pub(super) fn split(lines: &[&str], place: Place) -> Vec<Sentence> {
    let mut found = Vec::new();
    for unit in units(lines) {
        split_unit(&unit, place, &mut found);
        if found.len() >= MOST_SENTENCES {
            break;
        }
    }
    found.truncate(MOST_SENTENCES);
    found
}

/// A paragraph, field, list item or table row.
#[derive(Debug, PartialEq, Eq)]
struct Unit {
    text: String,
    listed: bool,
}

fn units(lines: &[&str]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut paragraph = String::new();
    let mut listed = false;
    let mut index = 0;
    let mut last_len = 0;
    let wrapping = Wrapping::of(lines);
    while let Some(raw) = lines.get(index) {
        let rows = tables::length(lines, index);
        if rows > 1 {
            flush(&mut paragraph, listed, &mut units);
            let spelt = tables::spell_out(lines.get(index..index + rows).unwrap_or_default());
            units.extend(spelt.into_iter().map(|text| Unit { text, listed: true }));
            index += rows;
            listed = false;
            continue;
        }
        let field = tables::field(raw.trim());
        let line = &*field;
        let wrapped = last_len >= 45 && !paragraph.ends_with(['.', '!', '?', ';', ':', ',']);
        let item = is_item(line) && !(wrapped && goes_on(line));
        let joins = !paragraph.is_empty()
            && !line.is_empty()
            && !item
            && !(is_field(line) && !(wrapped && goes_on(line)))
            && !paragraph.ends_with(':')
            && wrapping.joins(&paragraph, last_len, line);
        if !joins {
            flush(&mut paragraph, listed, &mut units);
            listed = item;
        }
        if !line.is_empty() {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line);
        }
        last_len = line.chars().count();
        index += 1;
    }
    flush(&mut paragraph, listed, &mut units);
    units
}

/// How the lines of a mail were broken: by a program at a width, or by the sender where a thought ended.
struct Wrapping {
    /// Letters of the longest line.
    width: usize,
    /// The sender begins sentences with capitals, so a small letter tells that a sentence goes on.
    cased: bool,
    /// Lines after which the next word did not fit any more.
    full: usize,
}

impl Wrapping {
    fn of(lines: &[&str]) -> Self {
        let said = || lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
        let first = said().next().and_then(|line| line.chars().find(|c| c.is_alphabetic()));
        let capitals = said().filter(|line| line.chars().next().is_some_and(char::is_uppercase)).count();
        let width = said().map(|line| line.chars().count()).max().unwrap_or(0);
        let pairs = lines.iter().zip(lines.iter().skip(1));
        let full =
            pairs.filter(|(line, next)| is_full(line.trim().chars().count(), next.trim(), width)).count();
        Self { width, cased: !first.is_some_and(char::is_lowercase) || capitals > 1, full }
    }

    /// Whether `line` carries on the paragraph, whose last line had `last` letters.
    fn joins(&self, paragraph: &str, last: usize, line: &str) -> bool {
        // One long line is no wrapping.
        let full = is_full(last, line, self.width) && self.full > 1;
        let goes_on =
            line.chars().next().is_some_and(char::is_lowercase) && !paragraph.ends_with(['.', '!', '?', ';']);
        full || (goes_on && (self.cased || dangles(paragraph))) || (dangles(paragraph) && last >= 20)
    }
}

/// A program breaks a line only where the next word does not fit any more; nobody wraps at more than 130 letters.
fn is_full(line: usize, next: &str, width: usize) -> bool {
    let first_word = next.split_whitespace().next().map_or(0, |word| word.chars().count());
    first_word > 0 && line >= 45 && width <= 130 && line + 1 + first_word > width
}

/// A line that ends in such a word goes on in the next.
fn dangles(paragraph: &str) -> bool {
    let last = paragraph.rsplit(' ').next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        last.as_str(),
        "the"
            | "a"
            | "an"
            | "to"
            | "of"
            | "and"
            | "or"
            | "with"
            | "for"
            | "her"
            | "his"
            | "their"
            | "our"
            | "your"
            | "my"
            | "from"
            | "in"
            | "on"
            | "at"
            | "by"
            | "that"
            | "is"
            | "was"
            | "has"
            | "have"
            | "had"
            | "not"
            | "be"
            | "been"
            | "client"
            | "will"
            | "as"
            | "but"
            | "this"
            | "these"
            | "than"
            | "who"
            | "which"
            | "we"
            | "i"
            // Spanish.
            | "el"
            | "la"
            | "los"
            | "las"
            | "de"
            | "del"
            | "que"
            | "su"
            | "sus"
            | "con"
            | "por"
            | "para"
            | "en"
            | "y"
            | "al"
            | "un"
            | "una"
            | "se"
            | "cliente"
            | "clienta"
    )
}

fn flush(paragraph: &mut String, listed: bool, units: &mut Vec<Unit>) {
    if !paragraph.is_empty() {
        units.push(Unit { text: std::mem::take(paragraph), listed });
    }
}

/// `- x`, `* x`, `1. x`, `2) x`, or a line that is little more than a number.
fn is_item(line: &str) -> bool {
    let mut chars = line.chars();
    match chars.next() {
        Some('-' | '*' | '\u{2022}' | '\u{00B7}' | '+') => true,
        Some(c) if c.is_ascii_digit() => {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            let digits = line.len() - rest.len();
            (digits <= 2 && rest.starts_with(['.', ')'])) || (digits >= 4 && line.len() <= 40)
        }
        _ => false,
    }
}

/// A line that begins with a long number and goes on in prose.
fn goes_on(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.len() - rest.len() >= 4
        && rest.split_whitespace().filter(|word| word.chars().all(char::is_lowercase)).count() >= 2
}

/// `Client ID: 1555555`
fn is_field(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, value)| {
        let number = value.chars().filter(char::is_ascii_digit).count() >= 4 && value.len() <= 40;
        if number && name.len() <= 80 {
            return true;
        }
        name.len() <= 40
            && name.split_whitespace().count() <= 5
            && name.chars().next().is_some_and(char::is_uppercase)
            && !value.starts_with("//")
    })
}

fn split_unit(unit: &Unit, place: Place, found: &mut Vec<Sentence>) {
    let text = unit.text.as_str();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if !matches!(c, '.' | '!' | '?' | ';') {
            continue;
        }
        let end = at + c.len_utf8();
        let next = chars.peek().map(|(_, next)| *next);
        // A closing quote or bracket after the stop still belongs to the sentence.
        let ends_here = match next {
            None => true,
            Some(next) if next.is_whitespace() => true,
            Some('"' | ')' | '\'') => {
                text.get(end + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            }
            Some(_) => c == ';',
        };
        if !ends_here
            || (c == '.'
                && is_abbreviation(
                    text.get(start..at).unwrap_or_default(),
                    text.get(end..).unwrap_or_default(),
                ))
        {
            continue;
        }
        let end = if matches!(next, Some('"' | ')' | '\'')) { end + 1 } else { end };
        keep(text.get(start..end), unit, place, found);
        start = end;
    }
    keep(text.get(start..), unit, place, found);
}

fn keep(text: Option<&str>, unit: &Unit, place: Place, found: &mut Vec<Sentence>) {
    let text = text.unwrap_or_default().trim();
    if text.chars().any(char::is_alphanumeric) {
        found.push(Sentence::new(place, text, unit.listed));
    }
}

/// Whether the stop after `before` belongs to an abbreviation.
fn is_abbreviation(before: &str, after: &str) -> bool {
    let word = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '.')).next().unwrap_or_default();
    let next = after.trim_start().chars().next();
    let lower = word.to_ascii_lowercase();
    let digit_follows = next.is_some_and(|c| c.is_ascii_digit() || c == '#' || c == '(');
    if matches!(
        lower.as_str(),
        "no" | "nos"
            | "nr"
            | "id"
            | "ids"
            | "jan"
            | "feb"
            | "mar"
            | "apr"
            | "jun"
            | "jul"
            | "aug"
            | "sep"
            | "sept"
            | "oct"
            | "nov"
            | "dec"
            | "ext"
            | "tel"
            | "ph"
            | "bldg"
            | "rm"
            | "ref"
            | "lic"
            | "acct"
            | "opt"
            | "cert"
            | "rev"
            | "num"
            | "nro"
            | "exp"
            | "reg"
            | "ene"
            | "abr"
            | "ago"
            | "dic"
    ) {
        // "Attorney Reg. No. 0388172"
        let no = after.trim_start().to_ascii_lowercase().starts_with("no.");
        return digit_follows || (lower == "no" && next == Some('(')) || (no && lower != "no");
    }
    if matches!(
        lower.as_str(),
        "mr" | "mrs"
            | "ms"
            | "mx"
            | "dr"
            | "sr"
            | "st"
            | "vs"
            | "e.g"
            | "i.e"
            | "approx"
            | "inc"
            | "dept"
            | "apt"
            | "ste"
            | "r.o.i"
            | "sra"
            | "srta"
            | "lic"
            | "ud"
            | "uds"
            | "p.ej"
    ) {
        return true;
    }
    // An item's number, an initial of a name.
    let item = before.trim() == word && word.len() <= 2 && word.chars().all(|c| c.is_ascii_digit());
    let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase) && word != "I";
    let initials =
        word.len() >= 3 && word.contains('.') && word.split('.').all(|part| part.chars().count() <= 1);
    item || initial || (initials && next.is_some_and(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<String> {
        let lines: Vec<&str> = text.lines().collect();
        split(&lines, Place::Body).into_iter().map(|sentence| sentence.written).collect()
    }

    #[test]
    fn wrapped_lines_are_one_sentence_and_short_lines_their_own() {
        assert_eq!(
            sentences(
                "Following up on our call, the client withdrew her consent to\nshare. Please close.\nClient ID: 1555555\nThanks"
            ),
            [
                "Following up on our call, the client withdrew her consent to share.",
                "Please close.",
                "Client ID: 1555555",
                "Thanks"
            ]
        );
    }

    #[test]
    fn abbreviations_do_not_end_a_sentence() {
        let table: &[(&str, &[&str])] = &[
            ("Withdrawn as of Sept. 10, 2026. Close it.", &["Withdrawn as of Sept. 10, 2026.", "Close it."]),
            ("Client no. 1555555 left. No. Not now.", &["Client no. 1555555 left.", "No.", "Not now."]),
            ("Zo\u{eb} L. at our site revoked.", &["Zo\u{eb} L. at our site revoked."]),
            ("wants to keep sharing. no need to close", &["wants to keep sharing.", "no need to close"]),
            ("He has it; please close", &["He has it;", "please close"]),
            ("is \"closed.\" She said", &["is \"closed.\"", "She said"]),
        ];
        for (text, wanted) in table {
            assert_eq!(&sentences(text), wanted, "{text}");
        }
    }

    #[test]
    fn lines_that_the_sender_broke_stay_apart() {
        let table: &[(&str, &[&str])] = &[
            // Typed on a phone, without capitals or stops.
            (
                "hey its deshawn\nclient 1555555 wants out of the sharing thing\ncan u close him",
                &["hey its deshawn", "client 1555555 wants out of the sharing thing", "can u close him"],
            ),
            // Lists without marks.
            (
                "Client 1390442, consent revoked 02/11/2025, closed 02/12/2025\nClient 1418857, consent revoked on paper 06/03/2025, closed 06/03/2025\nDone",
                &[
                    "Client 1390442, consent revoked 02/11/2025, closed 02/12/2025",
                    "Client 1418857, consent revoked on paper 06/03/2025, closed 06/03/2025",
                    "Done",
                ],
            ),
            // Wrapped by hand, unevenly.
            ("The client has revoked her\nconsent today.", &["The client has revoked her consent today."]),
            ("Please close record of our\nClient 1555555", &["Please close record of our Client 1555555"]),
        ];
        for (text, wanted) in table {
            assert_eq!(&sentences(text), wanted, "{text}");
        }
    }

    #[test]
    fn forms_with_leaders_are_fields() {
        assert_eq!(
            sentences("Client ID ......... 1290664\nDate withdrawn .... 09-01-2026\nClosed by ... me"),
            ["Client ID: 1290664", "Date withdrawn: 09-01-2026", "Closed by: me"]
        );
        assert_eq!(sentences("Well ... I think so"), ["Well ...", "I think so"]);
    }

    #[test]
    fn tables_are_spelt_out() {
        assert_eq!(
            sentences("#\tOld client ID\tNew client ID\n1\t2117809\t3002214\n2\t2117811\t3002215"),
            [
                "#: 1, Old client ID: 2117809, New client ID: 3002214",
                "#: 2, Old client ID: 2117811, New client ID: 3002215"
            ]
        );
        assert_eq!(
            sentences("Old record    New record\n2433105       3004100"),
            ["Old record: 2433105, New record: 3004100"]
        );
        assert_eq!(sentences("Client ID\t1555555\nScenario\t1"), ["Client ID: 1555555", "Scenario: 1"]);
        assert_eq!(
            sentences("| Agency | Riverbend |\n| Client ID | 1555555 |"),
            ["Agency: Riverbend", "Client ID: 1555555"]
        );
    }

    #[test]
    fn lists_keep_their_items_apart() {
        assert_eq!(
            sentences("These clients:\n- 2188120\n- 2188121\n\n1. Created 1.\n2. Closed it"),
            ["These clients:", "- 2188120", "- 2188121", "1. Created 1.", "2. Closed it"]
        );
    }
}
