//! Whose words: the sender's own, quoted, forwarded; and what stands around them (signature, banners, footers).
//! Only own words decide.

use super::vocabulary::{LINES, Line};

/// What a line of a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The sender's own words in this mail.
    Own,
    /// Older mail below or between.
    Quoted,
    /// A forwarded mail.
    Forwarded,
    /// Closing block with name, title, phone and address.
    Signature,
    /// Warnings that mail systems put on top.
    Banner,
    /// Legal text and "Sent from my …".
    Footer,
}

/// The parts of a mail's visible text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Segments {
    lines: Vec<(Part, String)>,
}

impl Segments {
    /// The lines of one part, in order; where other lines stood between, an empty line parts them.
    pub(super) fn lines(&self, part: Part) -> Vec<&str> {
        let mut found = Vec::new();
        let mut gap = false;
        for (kind, line) in &self.lines {
            if *kind == part {
                if gap && !found.is_empty() {
                    found.push("");
                }
                gap = false;
                found.push(line.as_str());
            } else {
                gap = true;
            }
        }
        found
    }

    /// Whether any line that says something is of this part.
    #[cfg(test)]
    fn has(&self, part: Part) -> bool {
        self.lines.iter().any(|(kind, line)| *kind == part && line.chars().any(char::is_alphanumeric))
    }
}

/// Splits visible text. `is_forward`: the subject says so, which decides what an Outlook header block begins.
pub(super) fn split(text: &str, is_forward: bool) -> Segments {
    let lines: Vec<&str> = text.lines().collect();
    let mut parts = vec![Part::Own; lines.len()];
    mark_older_mail(&lines, &mut parts, is_forward);
    mark_banners(&lines, &mut parts);
    mark_endings(&lines, &mut parts);
    mark_signatures(&lines, &mut parts);
    Segments { lines: parts.into_iter().zip(lines.iter().map(|line| (*line).to_owned())).collect() }
}

fn set(parts: &mut [Part], index: usize, part: Part) {
    if let Some(slot) = parts.get_mut(index) {
        *slot = part;
    }
}

fn line_at<'a>(lines: &[&'a str], index: usize) -> &'a str {
    lines.get(index).copied().unwrap_or_default().trim()
}

fn mark_older_mail(lines: &[&str], parts: &mut [Part], is_forward: bool) {
    let mut index = 0;
    while index < lines.len() {
        let line = line_at(lines, index);
        if line.starts_with('>') {
            set(parts, index, Part::Quoted);
            index += 1;
            continue;
        }
        let lower = line.to_lowercase();
        if let Some(taken) = attribution(lines, index, &lower) {
            (index..index + taken).for_each(|at| set(parts, at, Part::Quoted));
            index += taken;
            let next = (index..lines.len()).map(|at| line_at(lines, at)).find(|l| !l.is_empty());
            if next.is_some_and(|l| l.starts_with('>')) {
                continue;
            }
            // Without prefixes there is no telling where the quote ends: all of it is older mail.
            (index..lines.len()).for_each(|at| set(parts, at, Part::Quoted));
            return;
        }
        let part = if LINES.is(Line::Forward, &lower) {
            Some(Part::Forwarded)
        } else if LINES.is(Line::Original, &lower) || (is_header_block(lines, index)) {
            Some(if is_forward { Part::Forwarded } else { Part::Quoted })
        } else {
            None
        };
        if let Some(part) = part {
            // Outlook draws a rule above its header block.
            (index..lines.len()).for_each(|at| set(parts, at, part));
            return;
        }
        index += 1;
    }
}

/// "On … wrote:", on one line or wrapped over up to three; gives the number of lines.
fn attribution(lines: &[&str], index: usize, lower: &str) -> Option<usize> {
    if !LINES.is(Line::AttributionStart, lower) {
        return None;
    }
    let mut joined = String::new();
    for taken in 1..=3 {
        let line = line_at(lines, index + taken - 1);
        if line.is_empty() {
            return None;
        }
        joined.push_str(&line.to_lowercase());
        if LINES.is(Line::Attribution, &joined) {
            return Some(taken);
        }
        joined.push(' ');
    }
    None
}

/// `From:` followed within a few lines by two more of Sent/Date, To, Subject: what Outlook puts above the older mail.
fn is_header_block(lines: &[&str], index: usize) -> bool {
    let at = |offset: usize| line_at(lines, index + offset).trim_start_matches(['*', '_']).to_lowercase();
    if !LINES.is(Line::HeaderFrom, &at(0)) {
        return false;
    }
    (1..7).filter(|offset| LINES.is(Line::HeaderOther, &at(*offset))).count() >= 2
}

fn mark_banners(lines: &[&str], parts: &mut [Part]) {
    let mut in_banner = false;
    let mut seen = 0;
    for index in 0..lines.len() {
        let line = line_at(lines, index);
        if parts.get(index) != Some(&Part::Own) || line.is_empty() {
            in_banner = false;
            continue;
        }
        let lower = line.to_ascii_lowercase();
        let banner = LINES.is(Line::Banner, &lower) || (in_banner && LINES.is(Line::BannerMore, &lower));
        if banner {
            set(parts, index, Part::Banner);
        } else {
            seen += 1;
        }
        in_banner = banner;
        // Banners stand on top; further down the same words are somebody's own.
        if seen > 3 {
            return;
        }
    }
}

fn mark_endings(lines: &[&str], parts: &mut [Part]) {
    let mut until_quote: Option<Part> = None;
    for index in 0..lines.len() {
        if parts.get(index) != Some(&Part::Own) {
            until_quote = None;
            continue;
        }
        let raw = lines.get(index).copied().unwrap_or_default();
        let line = raw.trim();
        if line == "--" || raw == "-- " || (line.len() > 4 && line.chars().all(|c| c == '_')) {
            until_quote = Some(until_quote.unwrap_or(Part::Signature));
        }
        let lower = line.to_ascii_lowercase();
        if LINES.is(Line::Legal, &lower) {
            until_quote = Some(Part::Footer);
        }
        if let Some(part) = until_quote {
            set(parts, index, part);
        } else if LINES.is(Line::Mobile, &lower) {
            set(parts, index, Part::Footer);
        }
    }
}

/// From the end of each run of own lines upwards: lines that look like names, titles, addresses and phones.
fn mark_signatures(lines: &[&str], parts: &mut [Part]) {
    let mut end = parts.len();
    while end > 0 {
        let start = (0..end).rev().find(|at| parts.get(*at) != Some(&Part::Own)).map_or(0, |at| at + 1);
        if start < end {
            mark_signature(lines, parts, start, end);
        }
        end = start.saturating_sub(1);
    }
}

fn mark_signature(lines: &[&str], parts: &mut [Part], start: usize, end: usize) {
    let first_said = (start..end).find(|at| !line_at(lines, *at).is_empty()).unwrap_or(end);
    let mut top = end;
    let mut contact = false;
    for index in (start..end).rev().take(16) {
        let line = line_at(lines, index);
        if line.is_empty() {
            continue;
        }
        let lower = line.to_ascii_lowercase();
        if LINES.is(Line::SaysSomething, &lower)
            || line.chars().all(|c| !c.is_alphabetic())
            || line.ends_with(':')
        {
            break;
        }
        let closing = LINES.is(Line::Closing, &lower);
        let words = line.split_whitespace().count();
        // Somebody may well write a phone number in a sentence.
        let prose = words >= 7 && line.ends_with(['.', '!', '?']);
        let looks = LINES.is(Line::Contact, &lower) && !prose;
        let name_like = words <= 9
            && line.len() <= 80
            && !line.ends_with(['.', '!', '?'])
            && !line.contains("->")
            && line
                .chars()
                .next()
                .is_some_and(|c| c.is_uppercase() || c == '(' || c == '[' || c == '~' || c == '-');
        if !(closing || looks || name_like) {
            break;
        }
        contact |= looks;
        top = index;
        if closing {
            break;
        }
    }
    // The only line of a mail is never its signature.
    if top <= first_said && !contact {
        top = (first_said + 1..end).find(|at| !line_at(lines, *at).is_empty()).unwrap_or(end);
    }
    (top.max(start)..end).for_each(|at| set(parts, at, Part::Signature));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str, part: Part) -> String {
        let found = split(text, false);
        found.lines(part).into_iter().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn own_words_end_where_older_mail_begins() {
        let table = [
            "mine\n\nOn Fri, Oct 16, 2026 at 10:05 AM Jo <jo@a.example> wrote:\n> old",
            "mine\n\nOn Fri, Oct 16, 2026 at 10:05 AM Jo Somebody-Longer\n<jo@a.example> wrote:\n\nold\nolder",
            "mine\n\n-----Original Message-----\nFrom: x\nold",
            "mine\n\n________________________________\nFrom: Jo <jo@a.example>\nSent: Monday\nTo: me\nSubject: x\n\nold",
            "mine\n\nFrom: Jo\nDate: Monday\nTo: me\nSubject: x\n\nold",
            "mine\n\n*From:* Jo\n*Sent:* Monday\n*To:* me\n\nold",
            "mine\n\nLe lun. 12 oct. 2026 \u{e0} 10:00, Jo <jo@a.example> a \u{e9}crit :\n> old",
            "mine\n\nAm 12.10.2026 um 10:00 schrieb Jo:\n> old",
            "mine\n\nVon: Jo\nGesendet: Montag\nAn: mich\nBetreff: x\n\nold",
            "mine\n\nEl lun, 12 oct 2026 a las 10:00, Jo (<jo@a.example>) escribi\u{f3}:\n> old",
        ];
        for text in table {
            assert_eq!(part(text, Part::Own), "mine", "{text}");
        }
    }

    #[test]
    fn words_between_and_below_prefixed_quotes_are_own() {
        assert_eq!(
            part("> which one?\nthis one please\n> and now?\nclose it please", Part::Own),
            "this one please\nclose it please"
        );
    }

    #[test]
    fn forwards_are_told_from_threads() {
        let gmail = "please close\n\n---------- Forwarded message ---------\nFrom: x\nDate: y\nold";
        assert!(split(gmail, false).has(Part::Forwarded));
        let outlook = "please close\n\nFrom: x\nSent: y\nTo: z\nSubject: s\nold";
        assert!(split(outlook, true).has(Part::Forwarded) && !split(outlook, false).has(Part::Forwarded));
        assert_eq!(part("Begin forwarded message:\n\nFrom: x\nold", Part::Own), "");
    }

    #[test]
    fn signatures_with_and_without_a_mark() {
        let table = [
            "please close it.\n\n-- \nJo\nClient 1555555",
            "please close it.\n\nThanks,\nJo Somebody\nCase Manager",
            "please close it.\n\nJo Somebody, MSW\nHarbor Light | 10 S 10th St\nMinneapolis, MN 55403\nP 612-555-0178 | F 612-555-0179",
            "please close it.\n\nKind regards\n\nJo\n\nSent from my iPhone",
        ];
        for text in table {
            assert_eq!(part(text, Part::Own), "please close it.", "{text}");
        }
    }

    #[test]
    fn what_says_something_is_no_signature() {
        for last in [
            "Client ID: 1407732",
            "2188120",
            "Revoked: 10/13/2026",
            "Please close it",
            "Her Client Number Is 1407732",
        ] {
            assert!(part(&format!("please see.\n\n{last}"), Part::Own).ends_with(last), "{last}");
        }
    }

    #[test]
    fn banners_and_legal_text_are_not_own_words() {
        let text = "CAUTION: This email originated from outside of the organization. Do not click links\nor open attachments unless you recognize the sender.\nplease close it.\n\nCONFIDENTIALITY NOTICE: This e-mail may contain clients' consent.\nMore of it.";
        assert_eq!(part(text, Part::Own), "please close it.");
        assert!(part(text, Part::Footer).starts_with("CONFIDENTIALITY"));
        assert_eq!(
            part("Notice of revocation\nClient 1555555", Part::Own),
            "Notice of revocation\nClient 1555555"
        );
    }
}
