//! Whose words: the sender's own, quoted, forwarded; and what stands around them (signature, banners, footers).
//! Only own words decide.

use super::{
    layout::{LINES, Line},
    signature,
    vocabulary::pattern,
};

pattern! {
    /// A record called one.
    CLIENT_NUMBER = [r"\b(?:clients?|consumer|participant|hmis|record|resident|guest)\b.{0,24}\d{5}", r"\bids?\b\W{0,4}\d{5}"];
    YEAR = [r"\b20\d\d\b"];
}

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

    /// Every line with its part, in order.
    pub(super) fn into_lines(self) -> Vec<(Part, String)> {
        self.lines
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
    signature::mark(&lines, &mut parts);
    // A forward that its program prefixed is read like one that it did not.
    let told = |part: Part, line: &str| match (part, line.trim_start().strip_prefix('>')) {
        (Part::Forwarded, Some(inner)) => inner.strip_prefix(' ').unwrap_or(inner).to_owned(),
        _ => line.to_owned(),
    };
    Segments { lines: parts.into_iter().zip(lines).map(|(part, line)| (part, told(part, line))).collect() }
}

pub(super) fn set(parts: &mut [Part], index: usize, part: Part) {
    if let Some(slot) = parts.get_mut(index) {
        *slot = part;
    }
}

pub(super) fn line_at<'a>(lines: &[&'a str], index: usize) -> &'a str {
    lines.get(index).copied().unwrap_or_default().trim()
}

fn mark_older_mail(lines: &[&str], parts: &mut [Part], is_forward: bool) {
    let mut index = 0;
    while index < lines.len() {
        let line = line_at(lines, index);
        if line.starts_with('>') {
            let end =
                (index..lines.len()).find(|at| !line_at(lines, *at).starts_with('>')).unwrap_or(lines.len());
            let mut part = Part::Quoted;
            for at in index..end {
                // Apple Mail prefixes what it forwards.
                let inner = line_at(lines, at).trim_start_matches(['>', ' ']).to_lowercase();
                if LINES.is(Line::Forward, &inner) && (is_forward || at == index) {
                    part = Part::Forwarded;
                }
                set(parts, at, part);
            }
            index = end + wrapped(lines, end);
            (end..index).for_each(|at| set(parts, at, part));
            continue;
        }
        if line.is_empty() {
            index += 1;
            continue;
        }
        let lower = line.to_lowercase();
        if let Some(taken) = attribution(lines, index, &lower) {
            (index..index + taken).for_each(|at| set(parts, at, Part::Quoted));
            index += taken;
            if next_said(lines, index).starts_with('>') {
                continue;
            }
            // Without prefixes there is no telling where the quote ends: all of it is older mail.
            (index..lines.len()).for_each(|at| set(parts, at, Part::Quoted));
            return;
        }
        let title = lower.trim_start_matches(['*', '_', ' ']);
        let older = LINES.is(Line::Original, title)
            || LINES.is(Line::HeaderRun, &lower)
            || (LINES.is(Line::Dashed, &lower) && is_labelled(next_said(lines, index + 1)))
            || (is_header_block(lines, index) && !is_memo(lines, parts, index, is_forward));
        let part = if LINES.is(Line::Forward, title) {
            Some(Part::Forwarded)
        } else if older {
            Some(if is_forward { Part::Forwarded } else { Part::Quoted })
        } else {
            None
        };
        if let Some(part) = part {
            (index..lines.len()).for_each(|at| set(parts, at, part));
            return;
        }
        index += 1;
    }
}

/// Letters of a quoted line from which on it may have been broken anew.
const LONG_LINE: usize = 60;

/// Ends of quoted lines that a program broke anew and did not prefix: nobody answers in the middle of a sentence. Gives
/// the number of lines at `index` that belong to the quote above and below.
fn wrapped(lines: &[&str], index: usize) -> usize {
    let above = index.checked_sub(1).map(|at| line_at(lines, at)).unwrap_or_default();
    let first = line_at(lines, index);
    let broken = above.chars().count() >= LONG_LINE
        && !above.ends_with(['.', '?', '!', ':', ';', '"', ')'])
        && first.starts_with(char::is_lowercase);
    let end = (index..index + 3).find(|at| line_at(lines, *at).starts_with('>'));
    let whole = |end: &usize| (index..*end).all(|at| !line_at(lines, at).is_empty());
    end.filter(|_| broken).filter(whole).map_or(0, |end| end - index)
}

fn next_said<'a>(lines: &[&'a str], index: usize) -> &'a str {
    (index..lines.len()).map(|at| line_at(lines, at)).find(|line| !line.is_empty()).unwrap_or_default()
}

/// `Von: Jo <jo@a.example>`: a header field in any language.
fn is_labelled(line: &str) -> bool {
    let line = line.trim_start_matches(['*', '_']);
    line.split_once(':').is_some_and(|(name, value)| {
        name.split_whitespace().count() <= 3 && name.len() <= 24 && !value.trim().is_empty()
    })
}

/// "On … wrote:", on one line or wrapped over up to four; gives the number of lines.
fn attribution(lines: &[&str], index: usize, lower: &str) -> Option<usize> {
    let lower = lower.trim_start_matches(['-', '*', ' ']);
    let starts = LINES.is(Line::AttributionStart, lower);
    let mut joined = String::new();
    for taken in 1..=4 {
        let line = line_at(lines, index + taken - 1);
        if line.is_empty() || line.starts_with('>') {
            return None;
        }
        let line = line.to_lowercase();
        // A sentence above a whole attribution is no part of it.
        if taken == 2
            && !LINES.is(Line::WhenOrWho, &joined)
            && line.split_whitespace().any(is_hour)
            && tells_who_wrote(&line)
        {
            return None;
        }
        joined.push_str(if taken == 1 { line.trim_start_matches(['-', '*', ' ']) } else { &line });
        let quote_follows = next_said(lines, index + taken).starts_with('>');
        let dated = LINES.is(Line::WhenOrWho, &joined);
        // "On Monday she wrote:" is the sender's own sentence.
        if starts && LINES.is(Line::Attribution, &joined) && (dated || quote_follows) {
            return Some(taken);
        }
        // In any language: who or when, a colon, a quote.
        let told = joined.len() <= 250
            && quote_follows
            && joined.ends_with(':')
            && (joined.contains('@') || joined.split_whitespace().any(is_hour) || wrote_in_a_year(&joined))
            && !LINES.is(Line::SaysSomething, &joined);
        if told
            || tells_who_wrote(&joined)
            || (joined.split_whitespace().any(is_hour)
                && LINES.is(Line::Wrote, &joined)
                && is_header_block(lines, index + taken))
        {
            return Some(taken);
        }
        if !starts && taken == 2 {
            return None;
        }
        joined.push(' ');
    }
    None
}

/// Who wrote when, in any language, so that it is no sentence of the sender's whatever follows.
fn tells_who_wrote(lower: &str) -> bool {
    if lower.len() > 400 || lower.len() < 12 || LINES.is(Line::SaysSomething, lower) {
        return false;
    }
    if LINES.is(Line::AttributionAnywhere, lower.trim_end()) {
        return true;
    }
    let hour = || lower.split_whitespace().any(is_hour);
    let addressed = lower.contains('@');
    lower.ends_with(':')
        && (wrote_in_a_year(lower) && (addressed || hour())
            || (addressed && hour() && LINES.is(Line::Wrote, lower)))
}

fn wrote_in_a_year(lower: &str) -> bool {
    YEAR.is_match(lower) && LINES.is(Line::Wrote, lower)
}

fn is_hour(word: &str) -> bool {
    let word = word.trim_end_matches([',', ':', ')']);
    word.split_once(':').is_some_and(|(hour, rest)| {
        matches!(hour.len(), 1 | 2)
            && rest.len() >= 2
            && hour.chars().chain(rest.chars().take(2)).all(|c| c.is_ascii_digit())
    })
}

/// `From:` followed within a few lines by two more of Sent/Date, To, Subject: what Outlook puts above the older mail.
/// Some programs begin with another field; then the four stand together, with an address or an hour.
fn is_header_block(lines: &[&str], index: usize) -> bool {
    let first = header_line(lines, index);
    if LINES.is(Line::HeaderFrom, &first) {
        return (1..7)
            .filter(|offset| LINES.is(Line::HeaderOther, &header_line(lines, index + offset)))
            .count()
            >= 2;
    }
    if !first.contains(':') || !LINES.is(Line::HeaderOther, &first) {
        return false;
    }
    let block: Vec<String> = (index..index + 6)
        .map(|at| header_line(lines, at))
        .take_while(|line| LINES.is(Line::HeaderFrom, line) || LINES.is(Line::HeaderOther, line))
        .collect();
    block.len() >= 3
        && block.iter().any(|line| LINES.is(Line::HeaderFrom, line))
        && block.iter().any(|line| line.contains('@') || line.split_whitespace().any(is_hour))
}

fn header_line(lines: &[&str], index: usize) -> String {
    line_at(lines, index).trim_start_matches(['*', '_', ' ']).to_lowercase()
}

/// Some people head their own mail like a memorandum: on top, without the address and the hour a mail program writes.
fn is_memo(lines: &[&str], parts: &[Part], index: usize, is_forward: bool) -> bool {
    let said = |at: usize| line_at(lines, at).chars().any(char::is_alphanumeric);
    let on_top =
        (0..index).all(|at| !said(at) || parts.get(at) != Some(&Part::Own) || header_field(lines, at));
    let mut block = (index..index + 7)
        .map(|at| header_line(lines, at))
        .take_while(|line| LINES.is(Line::HeaderFrom, line) || LINES.is(Line::HeaderOther, line));
    !is_forward && on_top && block.all(|line| !line.contains('@') && !line.split_whitespace().any(is_hour))
}

fn header_field(lines: &[&str], index: usize) -> bool {
    LINES.is(Line::HeaderOther, &header_line(lines, index))
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
        let lower = lower.trim_start_matches(|c: char| !c.is_alphanumeric() && !"[(*-".contains(c));
        let banner = LINES.is(Line::Banner, lower) || (in_banner && LINES.is(Line::BannerMore, lower));
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
        if line.is_empty() {
            if let Some(part) = until_quote {
                set(parts, index, part);
            }
            continue;
        }
        // The mark of RFC 3676 4.3 parts the signature off for certain; other rules may part own words.
        if raw == "-- " || (is_rule(line) && signature::begins(next_said(lines, index + 1))) {
            until_quote = Some(until_quote.unwrap_or(Part::Signature));
        }
        let lower = line.to_ascii_lowercase();
        if is_legal(&lower) {
            if (0..index).any(|at| parts.get(at) == Some(&Part::Own) && !line_at(lines, at).is_empty()) {
                until_quote = Some(Part::Footer);
            } else if LINES.count(Line::LegalWords, &lower) > 1 {
                // On top of everything it is a banner, and what follows may be the mail.
                let end =
                    (index..lines.len()).find(|at| line_at(lines, *at).is_empty()).unwrap_or(lines.len());
                (index..end).for_each(|at| set(parts, at, Part::Footer));
                continue;
            }
        }
        // Whoever names a client's record below legal text has written it.
        if until_quote == Some(Part::Footer) && CLIENT_NUMBER.is_match(&lower) {
            until_quote = None;
        }
        if let Some(part) = until_quote {
            set(parts, index, part);
        } else if LINES.is(Line::Mobile, without_link(&lower)) && !signature::names_a_record(&lower) {
            set(parts, index, Part::Footer);
        }
    }
}

/// "Sent from Mail<https://…>" is "Sent from Mail".
fn without_link(line: &str) -> &str {
    let end = line.find("<http").or_else(|| line.find("(http")).or_else(|| line.find("http"));
    line.get(..end.unwrap_or(line.len())).unwrap_or(line).trim_end()
}

/// Legal text, not "Confidential: client 1555555 revoked".
fn is_legal(lower: &str) -> bool {
    LINES.is(Line::Legal, lower)
        && !CLIENT_NUMBER.is_match(lower)
        && (!signature::names_a_record(lower) || LINES.count(Line::LegalWords, lower) > 1)
}

fn is_rule(line: &str) -> bool {
    line == "--" || (line.len() > 1 && line.chars().all(|c| c == '_'))
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
            "mine\n\nOp ma 12 okt. 2026 om 10:00 schreef Jo <jo@a.example>:\n> old",
            "mine\n\nIl giorno lun 12 ott 2026 alle ore 10:00 Jo <jo@a.example> ha scritto:\n> old",
            "mine\n\npon., 12 pa\u{17A} 2026 o 10:00 Jo Long-Name\n<jo@a.example> napisa\u{142}(a):\n\n> old",
            "mine\n\n2026\u{5E74}10\u{6708}12\u{65E5} 10:00 Jo <jo@a.example>:\n> old",
            "mine\n\n-----Messaggio originale-----\nDa: x\nold",
            "mine\n\n-------- Alkuper\u{E4}inen viesti --------\nL\u{E4}hett\u{E4}j\u{E4}: Jo <jo@a.example>\nold",
            "mine\n\nFrom: Jo <jo@a.example> Sent: Monday, October 12, 2026 9:00 AM To: me Subject: x\nold",
            "mine\n\nDa: Jo <jo@a.example>\nInviato: luned\u{EC}\nA: me\nOggetto: x\n\nold",
            "mine\n\nEl lun, 12 oct 2026 a las 10:00, Jo (<jo@a.example>) escribi\u{f3}:\n> old",
            "mine\n\nDnia 12 pa\u{17A}dziernika 2026 10:00 Jo <jo@a.example> napisa\u{142}(a):\n\nold",
            "mine\n\nsupport@a.example schrieb am Mo., 12. Okt. 2026, 10:00:\n\nold",
            "mine\nSupport DE <jo@a.example> schrieb am Mo. 12. Okt. 2026 um 10:00:\n\nold",
            "mine\n\nto 12. lokakuuta 2026 klo 10.00 Jo Long-Name\n<jo@a.example> kirjoitti:\n\nold",
            "mine\n\nDne po 12. 10. 2026 10:00 u\u{17E}ivatel Jo <jo@a.example> napsal:\n\nold",
            "mine\n\n\u{43F}\u{43D}, 12 \u{43E}\u{43A}\u{442}. 2026 \u{433}. \u{432} 10:00, Jo <jo@a.example>:\n\nold",
            "mine\n\n12.10.2026, 10.00, \"Jo\" <jo@a.example>:\n\nold",
            "mine\n\n2026/10/12 Jo <jo@a.example>\n\nold",
            "mine\n\n10:00 AM, October 12, 2026, \"Jo\" <jo@a.example>:\n\nold",
            "mine\n\nOn Mon, 12 Oct 2026 10:00:43 -0200 Jo <jo@a.example> wrote\n\nold",
            "mine\n\n---- On Mon, 12 Oct 2026 10:00:43 -0500 jo@a.example wrote ----\n\nold",
            "mine\n- Le 2026-10-12 10:00, Jo a \u{e9}crit :\n> old",
            "mine\n\n*-------- Original Message --------*\n\nold",
            "mine\n\n-----Original-Nachricht-----\nVon: Jo\nold",
            "mine\n\n-------- Oprindelig besked --------\nFra: Jo\nold",
            "mine\n\n\u{41E}\u{442}: Jo\n\u{41E}\u{442}\u{43F}\u{440}\u{430}\u{432}\u{43B}\u{435}\u{43D}\u{43E}: 10:00\n\u{41A}\u{43E}\u{43C}\u{443}: me\n\nold",
            "mine\n\nDate: Mon, 12 Oct 2026 10:00:00 +0400\nSubject: x\nFrom: jo@a.example\nTo: me@b.example\n\nold",
            "mine\n\n  De : Jo <jo@a.example>\n \u{C0} : moi\n Envoy\u{e9} le : 12 octobre\n Objet : x\n\nold",
            "mine\n\n\u{53D1}\u{4EF6}\u{4EBA}\u{FF1A}Jo <jo@a.example>\n\u{53D1}\u{9001}\u{65F6}\u{95F4}\u{FF1A}10:00\n\u{6536}\u{4EF6}\u{4EBA}\u{FF1A}me\n\u{4E3B}\u{9898}\u{FF1A}x\n\nold",
        ];
        for text in table {
            assert_eq!(part(&text.replace('\u{FF1A}', ":"), Part::Own), "mine", "{text}");
        }
    }

    #[test]
    fn lines_that_a_program_broke_anew_stay_quoted() {
        let long = "> We looked at the record of your client and asked whether you want it closed";
        assert_eq!(part(&format!("mine\n\n{long}\nor kept open, 1555555\n> as it is."), Part::Own), "mine");
        // Nobody answers in the middle of a sentence; at its end, or with a capital, somebody may.
        for own in ["no, close it", "Close it please"] {
            assert_eq!(part(&format!("{long}?\n{own}\n> And now?"), Part::Own), own);
        }
        assert_eq!(part(&format!("{long}\nClose it please\n> And now?"), Part::Own), "Close it please");
        assert_eq!(part(&format!("{long}\n\nyes, close\n> And now?"), Part::Own), "yes, close");
    }

    #[test]
    fn a_sentence_above_an_attribution_is_own() {
        for (own, attribution) in [
            ("it is signed", "On Fri, 2026-10-16 at 18:02 -0500, Jo wrote:\n> old"),
            ("Il est parti", "Le mar. 16 oct. 2026, 11:53, Jo a \u{e9}crit :\n\n\nold"),
        ] {
            assert_eq!(part(&format!("{own}\n{attribution}"), Part::Own), own);
        }
        for own in [
            "At 10:15 she wrote:\nI want out.",
            "El cliente escribi\u{f3}:\nya no quiero compartir",
            "Yesterday the client wrote to me:\nno more sharing",
            "Date: October 13\nClient ID: 1555555\nTo: be closed",
        ] {
            assert_eq!(part(own, Part::Own), own);
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
    fn what_only_looks_like_older_mail_is_own() {
        for text in [
            "On Monday the client sat down and wrote:\nI want out.",
            "2026-10-13 client 1555555 revoked:\nshe signed",
            "From: Harbor House\nTo: HMIS Helpdesk\nDate: October 13\nSubject: a client\nClient 1555555 revoked.",
            "----- Clients -----\nno more sharing",
            "Your question of 10/12/2026 about client 1555555:\nit is closed",
        ] {
            assert_eq!(part(text, Part::Own), text, "{text}");
        }
        let thread = "From: Jo <jo@a.example>\nSent: Monday 9:00\nTo: me\nSubject: x\n\nold";
        assert_eq!(part(thread, Part::Own), "", "an answer without a word of its own");
    }

    #[test]
    fn forwards_that_a_program_prefixed_read_like_others() {
        let apple = "see below\n\n> Begin forwarded message:\n> \n> From: x\n> old 1555555\n> > older";
        assert_eq!(part(apple, Part::Own), "see below");
        assert_eq!(part(apple, Part::Forwarded), "Begin forwarded message:\nFrom: x\nold 1555555\n> older");
        for mark in [
            "Anfang der weitergeleiteten Nachricht:",
            "D\u{E9}but du message transf\u{E9}r\u{E9} :",
            "---------- Messaggio inoltrato ---------",
            "-------- Weitergeleitete Nachricht --------",
        ] {
            assert_eq!(part(&format!("see below\n\n{mark}\nold"), Part::Forwarded), format!("{mark}\nold"));
        }
    }

    #[test]
    fn what_phones_add_is_no_own_word() {
        for footer in [
            "Sent from my iPhone",
            "Sent by voice from my Android phone.",
            "Sent with voice dictation, please excuse errors",
            "Dictated but not read",
            "Get Outlook for Android<https://aka.example/AAb9ysg1581246>",
            "Envoy\u{E9} de mon iPhone",
            "Gesendet von Outlook f\u{FC}r iOS",
            "Please excuse any typos",
            "Enviado do iPhone",
            "Enviado desde mi Galaxy",
            "Envoy\u{e9} \u{e0} partir de Outlook pour iOS<https://aka.example/o0>",
            "Obter o Outlook para Android",
            "L\u{e4}hetetty iPhonesta",
            "Trimis de pe iPhone",
            "Verzonden vanuit Outlook voor iOS",
            "(Sent from mobile device)",
            "Sent from Mail<https://x.example/550986> for Windows 10",
            "Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.",
        ] {
            let text = format!("please close 1555555.\n\n{footer}");
            assert_eq!(part(&text, Part::Own), "please close 1555555.", "{footer}");
        }
        for own in [
            "Sent from my desk yesterday: client 1555555 revoked",
            "Dictated by the client, her words: I want out",
        ] {
            assert_eq!(part(&format!("x\n{own}"), Part::Own), format!("x\n{own}"));
        }
    }

    #[test]
    fn rules_part_off_signatures_and_not_own_words() {
        assert_eq!(
            part("old one: 1555555\n_____\nnew one: 1555556", Part::Own),
            "old one: 1555555\n_____\nnew one: 1555556"
        );
        assert_eq!(
            part(
                "close it.\n_____\nHarbor House - 160 4th Ave N, Suite 198\nYou may revoke consent.",
                Part::Own
            ),
            "close it."
        );
    }

    #[test]
    fn signatures_with_and_without_a_mark() {
        let table = [
            "please close it.\n\n-- \nJo\nClient 1555555",
            "please close it.\n\nThanks,\nJo Somebody\nCase Manager",
            "please close it.\n\nJo Somebody, MSW\nHarbor Light | 10 S 10th St\nMinneapolis, MN 55403\nP 612-555-0178 | F 612-555-0179",
            "please close it.\n\nKind regards\n\nJo\n\nSent from my iPhone",
            "please close it.\n\nSaludos cordiales,\nMar\u{ed}a L\u{f3}pez",
            "please close it.\n\nMuchas gracias por su ayuda,\nMar\u{ed}a",
            "please close it.\n\nAtentamente\nMar\u{ed}a L\u{f3}pez\nTrabajadora Social",
            "please close it.\n\nCordialmente,\n\nJos\u{e9}",
            "please close it.\n\nAtenciosamente,\nJo\u{e3}o",
            "please close it.\n\nCordialement,\nRen\u{e9}e",
            "please close it.\n\nMit freundlichen Gr\u{fc}\u{df}en\nJ\u{f6}rg",
            "please close it.\n\nCordiali saluti\nLuca",
            "please close it.\n\nMet vriendelijke groet,\nJan",
            "please close it.\n\nPozdrawiam\nAnna",
            "please close it.\n\nMed venlig hilsen\nS\u{f8}ren",
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
        for banner in [
            "\u{26A0} EXTERNAL EMAIL. Do not give out passwords.",
            "[EXTERNAL]",
            "CAUTION: External sender.",
            "This sender is from outside your organization.",
            "You don't often get email from jo@a.example. Learn why this is important",
        ] {
            assert_eq!(
                part(&format!("{banner}\nplease close it."), Part::Own),
                "please close it.",
                "{banner}"
            );
        }
        for own in [
            "NOTICE: the client 1555555 revoked consent today. Please close.",
            "Confidential client information below.\nClient ID: 1555555\nPlease close.",
            "This message is intended to tell you that client 1555555 revoked consent.",
            "hello\nConfidential: client 1555555 revoked.\nPlease close.",
        ] {
            assert_eq!(part(own, Part::Own), own);
        }
        let on_top = "CONFIDENTIAL: privileged and intended recipients only.\n\nplease close it.";
        assert_eq!(part(on_top, Part::Own), "please close it.");
        assert_eq!(
            part("Notice of revocation\nClient 1555555", Part::Own),
            "Notice of revocation\nClient 1555555"
        );
    }
}
