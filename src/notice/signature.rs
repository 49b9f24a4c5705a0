//! Where the sender's name and address stand: the end of each run of own lines, read upwards. What tells or asks
//! something is never part of it.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    layout::{LINES, Line},
    segments::{Part, line_at, set},
};

/// Lines from the end upwards that may belong to a signature.
const LONGEST: usize = 30;

/// Numbers that are not a record's by the way they are written: phones, ZIP codes, numbers of houses, floors, licences.
static ADDRESS_NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:\+?1[-. ])?\(?\b\d{3}\)?[-. /]{0,2}\d{3}[-. ]\d{4}\b(?:,? ?(?:x|ext|opt)\.? ?\d{1,6})?",
        r"|\b[a-z]{2},? \d{5}(?:-\d{4})?\b|\b\d{5}-\d{4}\b|, \d{5}$",
        r"|\b(?:ext|x|suite|ste|room|rm|bldg|unit|box|floor|fl|npi|ein|tax id|license|licence|lic|project|grant)\b[.:#]{0,2} ?[\d-]+",
        r"|\b\d{1,5} (?:[^\s\d]+ ){1,4}(?:st|street|ave|avenue|rd|road|blvd|lane|ln|dr|drive|way|hwy)\b",
        r"|https?://\S+",
    ))
    .expect("constant pattern")
});

/// What a line looks like, seen from below.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// "Thanks,": the signature begins here.
    Closing,
    /// Phones, addresses, links.
    Contact,
    /// A name, a title, an organisation.
    Name,
    /// A motto, a rule, legal text: part of a signature if one stands above it.
    Aside,
    /// Legal text.
    Legal,
    /// Own words.
    Words,
}

/// Whether a line (lower case) holds a number that may be a record's.
pub(super) fn names_a_record(lower: &str) -> bool {
    let rest = ADDRESS_NUMBERS.replace_all(lower, " ");
    rest.split(|c: char| !c.is_ascii_digit()).any(|digits| (5..=9).contains(&digits.len()))
}

/// Whether a signature, or the footer of a list, may begin with this line; so it may with nothing at all.
pub(super) fn begins(line: &str) -> bool {
    line.is_empty()
        || !matches!(look(line), Look::Words)
        || line.to_ascii_lowercase().contains("mailing list")
}

/// Marks the signatures: from the end of each run of own lines upwards.
pub(super) fn mark(lines: &[&str], parts: &mut [Part]) {
    let mut end = parts.len();
    let mut last = true;
    while end > 0 {
        let start = (0..end).rev().find(|at| parts.get(*at) != Some(&Part::Own)).map_or(0, |at| at + 1);
        if (start..end).any(|at| !line_at(lines, at).is_empty()) {
            mark_run(lines, parts, start, end, last);
            last = false;
        }
        end = start.saturating_sub(1);
    }
}

fn mark_run(lines: &[&str], parts: &mut [Part], start: usize, end: usize, last: bool) {
    // Own words below the name: the signature stands above them.
    let postscript = (start..end).find(|at| {
        let lower = line_at(lines, *at).to_ascii_lowercase();
        ["ps ", "ps:", "p.s", "pps", "p.p.s"].iter().any(|mark| lower.starts_with(mark))
    });
    if let Some(postscript) = postscript.filter(|at| *at > start) {
        mark_run(lines, parts, start, postscript, false);
        mark_run(lines, parts, postscript, end, last);
        return;
    }
    let first_said = (start..end).find(|at| !line_at(lines, *at).is_empty()).unwrap_or(end);
    let mut top = end;
    let mut contact = false;
    let (mut legal, mut asides) = (Vec::new(), Vec::new());
    let mut below = end;
    for index in (start..end).rev().filter(|at| !line_at(lines, *at).is_empty()).take(LONGEST) {
        let line = line_at(lines, index);
        if index == first_said && is_greeting(line) {
            break;
        }
        match look(line) {
            Look::Words | Look::Aside if below == top && top < end && is_valediction(line) => {
                top = index;
                break;
            }
            Look::Words => break,
            Look::Aside => asides.push(index),
            Look::Legal => legal.push(index),
            found @ (Look::Closing | Look::Contact | Look::Name) => {
                contact |= found == Look::Contact;
                top = index;
                if found == Look::Closing {
                    break;
                }
            }
        }
        below = index;
    }
    // "No call needed" above a bare name is own words; below a phone number it may be anything.
    let little = |at: &usize| {
        let above =
            (start..*at).rev().map(|at| line_at(lines, at)).find(|line| !line.is_empty()).unwrap_or_default();
        let line = line_at(lines, *at);
        // "thx / tasha"
        let name = !line.contains(' ') && LINES.is(Line::Closing, &above.to_ascii_lowercase());
        says_little(line) && !name
    };
    if let Some(lowest) = asides.iter().copied().find(|at| *at > top && !contact && little(at)) {
        top = (lowest + 1..end).find(|at| !line_at(lines, *at).is_empty()).unwrap_or(end);
    }
    // The only line of a mail is never its signature; below answers between quotes it may be, unless it answers.
    let answers = || {
        let above = (0..start)
            .rev()
            .map(|at| line_at(lines, at).trim_end_matches(['>', ' ']))
            .find(|l| !l.is_empty());
        above.is_none_or(|line| line.ends_with('?'))
    };
    let alone = top <= first_said && !contact && !(last && start > 0 && first_said < end && !answers());
    if alone {
        top = (first_said + 1..end).find(|at| !line_at(lines, *at).is_empty()).unwrap_or(end);
    }
    let top = top.max(start);
    (top..end).for_each(|at| set(parts, at, Part::Signature));
    legal.into_iter().filter(|at| *at > top).for_each(|at| set(parts, at, Part::Footer));
}

/// "Hi team,", "Helpdesk:": the first line, ended like a salutation.
fn is_greeting(line: &str) -> bool {
    line.ends_with([',', ':', '!', '-'])
        || ["hi", "hello", "hey", "dear", "good", "morning", "greetings"].iter().any(|word| {
            line.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphabetic()).next() == Some(*word)
        })
}

/// "With respectful greetings,", "Egg on my face,": a few words above the name, ended by a comma.
fn is_valediction(line: &str) -> bool {
    line.ends_with(',')
        && line.split_whitespace().count() <= 8
        && !line.chars().any(|c| c.is_ascii_digit())
        && !LINES.is(Line::SaysSomething, &line.to_ascii_lowercase())
}

/// An aside that is neither a motto nor in brackets.
fn says_little(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
        && !LINES.is(Line::Extra, &line.to_ascii_lowercase())
        && !line.starts_with(['"', '\'', '*', '~', '(', '['])
}

fn look(line: &str) -> Look {
    let lower = line.to_ascii_lowercase();
    let words: Vec<&str> = line.split_whitespace().collect();
    if !line.chars().any(char::is_alphanumeric) {
        return Look::Aside;
    }
    if LINES.is(Line::Closing, &lower) {
        return Look::Closing;
    }
    let rest = ADDRESS_NUMBERS.replace_all(&lower, " ");
    if is_legal(&lower, &words) {
        return Look::Legal;
    }
    let titled = LINES.is(Line::Title, &rest) && words.len() <= 6 && is_capitalised(&words);
    if (LINES.is(Line::SaysSomething, &rest) && !titled) || line.ends_with(':') {
        return Look::Words;
    }
    let prose = words.len() >= 7 && line.ends_with(['.', '!', '?']) || LINES.is(Line::Speech, &lower);
    let marks = ['"', '\'', '*', '~'];
    let (_, after) = line.rsplit_once(marks).unwrap_or_default();
    let motto = words.len() >= 3 && line.starts_with(marks) && after.split_whitespace().count() <= 6;
    if (motto || (LINES.is(Line::Extra, &lower) && words.len() <= 12)) && !names_a_record(&lower) {
        return Look::Aside;
    }
    if prose {
        return Look::Words;
    }
    // "… or call me / at 651 555 0148.": the end of a sentence.
    let tail = line.ends_with('.')
        && line.starts_with(|c: char| c.is_lowercase())
        && words.first().is_some_and(|word| word.len() > 1 && !word.ends_with(['.', ':']));
    if LINES.is(Line::Contact, &lower) {
        return if tail { Look::Words } else { Look::Contact };
    }
    if names_a_record(&lower) || !line.chars().any(char::is_alphabetic) {
        return Look::Words;
    }
    let ends = line.ends_with(['.', '!', '?', ';']) && !ends_in_abbreviation(&words);
    if (line.starts_with('(') && line.ends_with(')')) || (line.starts_with('[') && line.ends_with(']')) {
        return if words.len() <= 8 { Look::Aside } else { Look::Words };
    }
    let before_brackets: Vec<&str> =
        words.iter().copied().take_while(|word| !word.starts_with('(')).collect();
    if !ends && words.len() <= 10 && line.len() <= 90 && is_capitalised(&before_brackets) {
        return Look::Name;
    }
    // "Helping People. Changing Lives.", "Our referral form": nothing by itself.
    if words.len() <= 4 { Look::Aside } else { Look::Words }
}

/// Legal text stands below the name and speaks of nobody in particular.
fn is_legal(lower: &str, words: &[&str]) -> bool {
    let marks = LINES.count(Line::LegalWords, lower);
    words.len() >= 5
        && marks >= if words.len() >= 9 { 1 } else { 2 }
        && !LINES.is(Line::Speech, &lower.replace("you ", " "))
        && !lower.contains(" our client")
        && !names_a_record(lower)
}

/// Names, titles, organisations: words begin with capitals, but for those that join them.
fn is_capitalised(words: &[&str]) -> bool {
    let small = |word: &&&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.chars().next().is_some_and(char::is_lowercase)
            && !word.chars().any(|c| c.is_ascii_digit())
            && !matches!(
                word,
                "of" | "the"
                    | "and"
                    | "for"
                    | "de"
                    | "la"
                    | "du"
                    | "van"
                    | "von"
                    | "at"
                    | "in"
                    | "on"
                    | "del"
                    | "to"
                    | "e"
            )
            && !LINES.is(Line::Title, word)
    };
    let odd = words.iter().filter(small).count();
    odd == 0 && words.iter().any(|word| word.chars().any(char::is_alphabetic))
}

/// `J.D.`, `Inc.`, `Genevieve S.`
fn ends_in_abbreviation(words: &[&str]) -> bool {
    words.last().is_some_and(|word| {
        let bare = word.trim_end_matches('.');
        word.ends_with('.')
            && (bare.chars().count() <= 2
                || bare.contains('.')
                || matches!(
                    bare.to_ascii_lowercase().trim_matches(['(', ')']),
                    "inc" | "jr" | "sr" | "ret" | "esq" | "dept" | "corp" | "co"
                ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(text: &str) -> String {
        let lines: Vec<&str> = text.lines().collect();
        let mut parts = vec![Part::Own; lines.len()];
        mark(&lines, &mut parts);
        let kept = lines.iter().zip(&parts).filter(|(line, part)| **part == Part::Own && !line.is_empty());
        kept.map(|(line, _)| *line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_stands_below_the_words_is_a_signature() {
        for signature in [
            "Jo",
            "S.",
            "Genevieve S.",
            "- Jo",
            "Thanks! - Jo",
            "Thank you!!! Barb",
            "Cressida\nBayfront Crisis Housing\n612 555 0137",
            "Jo Doe\n507.555.0146",
            "Jo Doe, J.D.\nPrivacy Officer\nUnited Hearth, Inc. | 900 Commerce Plaza, Suite 1850 | 55402-1850",
            "Jo\nWhite Cloud Tribal Housing, 14402 Agency Rd",
            "Jo\nUnion Street CoC \u{B7} 612-555-0161 \u{B7} Resident line 612-555-0162",
            "Jo\nClient Services Team\nClient hotline 612-555-0177",
            "Jo Doe\nDirector, Hollyhock House\nOffice 320-555-0136\n\"You can't pour from an empty cup.\"",
            "Jo Doe\nFern Hill Outreach\n(not in on Wednesdays)",
            "Jo Doe (she/they)\nShowers M-F 8-3  |  612.555.0109\nEIN 41-1755520 - gifts are tax deductible",
            "Jo Doe\nIntake Specialist\n612-555-0144\nOffice hours: Monday-Friday, 8:30 am - 4:30 pm\nI am not in the office on Wednesdays.\n\"Be the change.\" - Gandhi\nFollow us on Facebook!\nHow did I do? Take our survey: https://x.example/1234567",
            "Thanks,\nJo Doe | Intake\nFacebook | Instagram\nHours: M-F 9-5\nI work Tuesdays and Thursdays only.",
            "thx\ntasha",
            "With respectful greetings,\nJo Doe",
            "Bless you all for your patience,\nJo\nvolunteer coordinator, Second Street Pantry",
            "Muchas gracias,\nI\u{F1}aki Zabala\nCasa del Norte",
            "Mit freundlichen Gr\u{FC}\u{DF}en\nJo",
            "Jo\nx 26-1404",
            "Jo\n--------------------",
            "Jo\nhttps://facebook.example/harbor1234567\nwww.harbor.example",
            "Jo\nHarbor House\nThis communication may contain information protected by 42 CFR Part 2 and its disclosure is prohibited.",
            "Jo\nHarbor House is a covered entity. You may revoke your consent to services at any time.",
        ] {
            assert_eq!(own(&format!("Please close it.\n\n{signature}")), "Please close it.", "{signature}");
        }
    }

    #[test]
    fn no_own_word_is_lost_to_a_signature() {
        for last in [
            "Client ID: 1407732",
            "1407732",
            "HMIS 1407732",
            "1 407 732",
            "Client 1407732, 612-555-0144",
            "Thanks, please confirm",
            "Please confirm and call 612-555-0144",
            "Call me at 612-555-0144 if you need it.",
            "No actual client is involved :)",
            "4. POC is the undersigned, 612-555-0155.",
            "Call-back ............... 612-555-0144, ext 3320",
            "Scenario 1",
            "Effective 10/13/2026",
            "Revoked: Monday",
            "old -> new",
            "she wants out",
            "I am out on Wednesdays, so send the answer for 1407732 to Bea",
            "PS: also 1407733",
            "at 651 555 0148 or 651-555-0149.",
        ] {
            assert!(own(&format!("Please see this.\n\n{last}")).ends_with(last), "{last}");
            assert!(
                own(&format!("Please see this.\n\n{last}\nJo Doe\nHarbor House")).ends_with(last),
                "{last}"
            );
        }
        assert_eq!(own("Hi team,\nno call needed\nJo"), "Hi team,\nno call needed");
        assert_eq!(own("Harbor House"), "Harbor House");
        assert_eq!(
            own("Close it.\nThanks,\nJo\n\nP.S. Close 1407733 too."),
            "Close it.\nP.S. Close 1407733 too."
        );
        assert_eq!(own("Jo Doe\nHarbor House\n612-555-0144"), "", "nothing but a signature");
    }

    #[test]
    fn numbers_of_addresses_are_no_records() {
        for line in [
            "612-555-0144",
            "mn 55021-4417",
            "14402 agency rd",
            "ext. 20417",
            "https://x.example/1555555",
            "license 27713",
        ] {
            assert!(!names_a_record(line), "{line}");
        }
        for line in ["client 1555555", "#62085", "1,555,555 and 1555556"] {
            assert!(names_a_record(line), "{line}");
        }
    }
}
