//! Which digits could be a client record by their shape alone: what is a phone number, a date or a link by its form
//! is blanked first; numbers written in groups are put together.

use regex::Regex;

use super::super::sentences::Sentence;
use super::super::vocabulary::pattern;
use super::MOST_MENTIONS;

/// Digits of the shape of a client ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Byte offsets in the sentence.
    pub start: usize,
    pub end: usize,
    /// The ID without separators.
    pub id: String,
    /// It was written in groups that other numbers have too: it counts only where it is called a record, or where it
    /// stands alone.
    pub loose: bool,
}

pattern! {
    LINK = [r"\b(?:https?|ftp|mailto|tel|cid|zoommtg):[^ ]+", r"\bwww\.[^ ]+", r"[^ <>]+@[^ <>]+", r"[^ ]+\.(?:pdf|docx?|xlsx?|csv|jpe?g|png|gif|tiff?|zip|txt|heic|msg|eml|mp3|wav|html?|php|aspx?)\b", r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:org|com|net|gov|edu|example|us)(?:/[^ ]*)?", r"cid:[^ ]+"];
    SSN = [r"\b\d{3}-\d{2}-\d{4}\b", r"\b[x*]{3}-[x*]{2}-\d{4}\b"];
    // Ten digits, grouped as phones are, and numbers of meetings: three, three or four, four.
    PHONE = [r"(?:\+?1[-. ]{0,3})?\(\d{3}\)[-. ]{0,3}\d{3}[-. ]{1,3}\d{4}\b", r"\b(?:1[-. ])?\d{3} ?[-./ ] ?\d{3} ?[-. ] ?\d{4}\b", r"\b\d{3} \d{4} \d{4}\b", r"\b\d{3}[-.]\d{4}\b", r"\b1?\d{10}\b", r"\+\d{7,15}\b"];
    DATE = [r"\b\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d{2}\b", r"\b(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}\b", r"\b\d{1,2}/\d{1,2}\b", r"\b\d{1,2}:\d{2}(?::\d{2})?\b"];
    MONEY = [r"[$\x{20ac}\x{a3}] ?\d[\d,.]*", r"\b\d[\d,.]* ?(?:%|percent|dollars|usd)"];
    ZIP4 = [r"\b\d{5}-\d{4}\b"];
    /// As spreadsheets write numbers, and no other numbers are written.
    THOUSANDS = [r"\b\d{1,3}(?:,\d{3}){1,2}\b", r"\b\d{1,2}-\d{3}-\d{3}\b", r"\b\d{4}-\d{3}\b"];
    /// In groups of any kind.
    GROUPS = [r"\b\d{1,4}(?:[ .'-]\d{2,4}){1,3}\b"];
    // A letter or two behind a hyphen belong to the number: it is a code.
    CODE_TAIL = [r"^-[a-z]{1,2}(?:$|[^a-z])"];
}

/// Digits that numbers in groups have at least.
const FEWEST_GROUPED: usize = 6;

/// Replaces what is never a record by blanks of the same length.
pub(super) fn blank(lower: &str) -> String {
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
pub(super) fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before: Vec<char> = text.get(..start).unwrap_or_default().chars().rev().take(2).collect();
    let rest = text.get(end..).unwrap_or_default();
    let mut after = rest.chars();
    let (next, second) = (after.next(), after.next());
    // "1555555/1966001" are two numbers.
    let long = |digits: &str| digits.chars().take_while(char::is_ascii_digit).count() >= 5;
    let reversed: String = text.get(..start).unwrap_or_default().chars().rev().take(9).collect();
    if reversed.strip_prefix('/').is_some_and(long) || rest.strip_prefix('/').is_some_and(long) {
        return true;
    }
    let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
    let front = match before.first() {
        Some(c) if c.is_alphanumeric() || *c == '_' => false,
        Some('-' | '/' | '.' | ',' | '\'') => !before.get(1).is_some_and(|c| c.is_alphanumeric()),
        Some(_) | None => true,
    };
    let back = match next {
        Some(c) if c.is_alphanumeric() || c == '_' || c == '@' => false,
        Some('-' | '/' | '.' | ',' | ':') => !digit(second.as_ref()) && !CODE_TAIL.is_match(rest),
        Some(_) | None => true,
    };
    front && back
}

/// The candidates of a sentence in their order, at most `MOST_MENTIONS`. `text` is its blanked lower case.
pub(super) fn find(sentence: &Sentence, text: &str, client_id: &Regex) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (pattern, loose) in [(&THOUSANDS, false), (&GROUPS, true)] {
        for m in pattern.find_iter(text) {
            if found.len() >= MOST_MENTIONS {
                break;
            }
            let id: String = m.as_str().chars().filter(char::is_ascii_digit).collect();
            let whole = client_id.find(&id).is_some_and(|id_found| id_found.len() == id.len());
            let known = overlaps(&found, m.start(), m.end());
            if whole && id.len() >= FEWEST_GROUPED && !known && stands_alone(text, m.start(), m.end()) {
                found.push(Candidate { start: m.start(), end: m.end(), id, loose });
            }
        }
    }
    // IDs such as C-1234 are looked for as written; case is the sender's.
    for source in [text, &blank_keep_case(&sentence.text, text)] {
        for m in client_id.find_iter(source) {
            if found.len() >= MOST_MENTIONS {
                break;
            }
            if !overlaps(&found, m.start(), m.end()) && stands_alone(text, m.start(), m.end()) {
                found.push(Candidate {
                    start: m.start(),
                    end: m.end(),
                    id: m.as_str().to_owned(),
                    loose: false,
                });
            }
        }
    }
    found.sort_by_key(|candidate| candidate.start);
    found
}

fn overlaps(found: &[Candidate], start: usize, end: usize) -> bool {
    found.iter().any(|known| start < known.end && known.start < end)
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

#[cfg(test)]
mod tests {
    use super::super::super::sentences::Place;
    use super::*;

    fn found(text: &str) -> Vec<(String, bool)> {
        let sentence = Sentence::new(Place::Body, text, false);
        let pattern = Regex::new(r"\d{5,8}").expect("valid");
        find(&sentence, &blank(&sentence.lower), &pattern).into_iter().map(|c| (c.id, c.loose)).collect()
    }

    #[test]
    fn groups_are_put_together() {
        for (text, loose) in [
            ("1555555", false),
            ("1,555,555", false),
            ("1-555-555", false),
            ("1555-555", false),
            ("1 555 555", true),
            ("15 55 555", true),
            ("1555 555", true),
            ("1.555.555", true),
            ("1'555'555", true),
        ] {
            assert_eq!(found(text), [("1555555".to_owned(), loose)], "{text}");
        }
    }

    #[test]
    fn the_form_alone_tells_these() {
        for text in [
            "218 555 0166",
            "(218) 555-0166",
            "218-555 0166",
            "218/555-0166",
            "1-800-555-0150",
            "+12185550166",
            "555-0166",
            "2185550166",
            "842 2011 9904",
            "123-45-6789",
            "10/12/2026",
            "2026-10-12",
            "56001-1180",
            "26-0033871",
            "2026-00317",
            "1650044-B",
            "V-208834",
            "RD-10425",
            "$1200000",
            "x44715",
            "https://x.example/clients/1555555/profile",
            "jo1555555@x.example",
            "0047731.pdf",
            "slides 14-17",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_sentence_of_numbers_only_is_read_up_to_a_point() {
        for numbers in ["1555555\t".repeat(8_000), "1,555,555 and ".repeat(5_000)] {
            assert_eq!(found(&numbers).len(), MOST_MENTIONS);
        }
    }
}
