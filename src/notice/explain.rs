//! What each layer of the reader made of a mail, for people who want to know why it was read as it was.

use std::fmt::{self, Write as _};

use super::intent::Said;
use super::judge::{Understood, judge, understood};
use super::marked::{Marker, Piece, Stretch, part_in_words};
use super::records::Role;
use super::segments::Part;
use super::sentences::{Place, Sentence};
use super::text::{self, Body};
use super::{Apart, Notice, ReaderRules, characters, dates, guarded, open};

/// Odd words that are shown at most.
const MOST_ODD: usize = 20;
/// Letters of the To field that are shown.
const LONGEST_TO: usize = 400;

/// A mail with what was recognised in it. Printing it shows the mail's text: it is for the eyes of the one who has the
/// mail anyway, never for a log.
#[derive(Debug)]
pub struct Explained {
    /// What the mail was read as.
    pub notice: Notice,
    lines: Vec<(Part, String)>,
    sentences: Vec<Marked>,
    /// Text that nobody sees: what it is, and the text.
    hidden: Vec<(&'static str, String)>,
    /// What kinds of files came with it; their names tell too much.
    attachments: Vec<String>,
    /// Words with characters that deceive the eye, and what is the matter with each.
    odd: Vec<String>,
    /// The text for a page, the subject, and whom the mail says it is to.
    stretches: Vec<Stretch>,
    left_out: usize,
    subject: Vec<Piece>,
    to: String,
}

/// One of the sender's own sentences, with what was recognised in it.
#[derive(Debug)]
struct Marked {
    place: Place,
    text: String,
    findings: Vec<&'static str>,
    numbers: Vec<String>,
    days: Vec<String>,
    counts: bool,
}

/// Reads a raw mail (RFC 5322) and keeps what each layer found. Total, as `read` is: of what cannot be taken apart there
/// is only the notice that says so.
pub fn explain(bytes: &[u8], rules: &ReaderRules) -> Explained {
    guarded(|| explain_mail(bytes, rules), unread)
}

fn unread(notice: Notice) -> Explained {
    Explained {
        notice,
        lines: Vec::new(),
        sentences: Vec::new(),
        hidden: Vec::new(),
        attachments: Vec::new(),
        odd: Vec::new(),
        stretches: Vec::new(),
        left_out: 0,
        subject: Vec::new(),
        to: String::new(),
    }
}

fn explain_mail(bytes: &[u8], rules: &ReaderRules) -> Explained {
    let (envelope, body) = match open(bytes, rules) {
        Ok(opened) => opened,
        Err(notice) => return unread(*notice),
    };
    let notice = judge(envelope.clone(), &body, rules);
    let understood = understood(&envelope, &body, rules);
    let sentences = marked(&understood, &notice);
    let Understood { own, parts, today, .. } = understood;
    let lines = parts.into_lines();
    let marker = Marker::new(&own, today, notice.effective);
    let (stretches, left_out) = marker.stretches(&lines);
    Explained {
        subject: marker.subject(&envelope.subject),
        to: to(bytes),
        stretches,
        left_out,
        sentences,
        lines,
        hidden: hidden(&body),
        attachments: attachments(&body),
        odd: odd(&body),
        notice,
    }
}

fn marked(understood: &Understood<'_>, notice: &Notice) -> Vec<Marked> {
    let own = &understood.own;
    let counting: Vec<usize> = own.counting().map(|(index, ..)| index).collect();
    let sentences = own.sentences.iter().zip(&own.said).enumerate();
    let mark = |(index, (sentence, said)): (usize, (&Sentence, &Said))| Marked {
        place: sentence.place,
        text: sentence.written.clone(),
        findings: said.findings.iter().map(|finding| finding.in_words()).collect(),
        numbers: own
            .mentions
            .iter()
            .filter(|mention| mention.sentence == index)
            .map(|mention| format!("{} ({})", mention.id, mention.role.in_words()))
            .collect(),
        days: dates::days(&sentence.lower, understood.today)
            .iter()
            .map(|day| {
                let chosen = notice.effective == Some(day.date);
                format!("{}{}", day.date, if chosen { " (the day that counts)" } else { "" })
            })
            .collect(),
        counts: counting.contains(&index),
    };
    sentences.map(mark).collect()
}

/// The To field, as far as anybody reads it.
fn to(bytes: &[u8]) -> String {
    let field = Apart::of(bytes).and_then(|message| message.header_raw("To").map(str::to_owned));
    let words: Vec<&str> = field.as_deref().unwrap_or_default().split_whitespace().collect();
    characters::for_terminal(&words.join(" ").chars().take(LONGEST_TO).collect::<String>())
}

fn hidden(body: &Body) -> Vec<(&'static str, String)> {
    let seen = text::alternative(body).unwrap_or_default();
    [
        ("Text that nobody sees", &body.hidden),
        ("Comments in the mark-up", &body.comments),
        ("A preview for the list of mails", &body.preheader),
        ("Text that nobody sees, in the HTML version", &seen.hidden),
        ("Comments in the mark-up of the HTML version", &seen.comments),
        ("A preview for the list of mails, in the HTML version", &seen.preheader),
    ]
    .into_iter()
    .filter(|(_, text)| !text.trim().is_empty())
    .map(|(what, text)| (what, text.trim().to_owned()))
    .collect()
}

fn odd(body: &Body) -> Vec<String> {
    let rich = text::alternative(body).unwrap_or_default().odd;
    let mut found: Vec<String> = Vec::new();
    for odd in body.odd.iter().chain(&rich) {
        let told = format!("{} - {}", odd.word, odd.oddity.doubt());
        if !found.contains(&told) && found.len() < MOST_ODD {
            found.push(told);
        }
    }
    found
}

fn attachments(body: &Body) -> Vec<String> {
    let files = body.attachments.iter().map(|file| {
        let form = if file.may_be_a_form { ", which may be a form" } else { "" };
        format!("{}{form}", file.media_type)
    });
    files.chain(body.attached_mail.then(|| "a mail".to_owned())).collect()
}

impl Role {
    /// What a number in the text is.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Old => "the record".to_owned(),
            Self::New => "the new record".to_owned(),
            Self::Plain => "a record".to_owned(),
            Self::Made => "a record somebody made".to_owned(),
            Self::Untouched => "a record to be left alone".to_owned(),
            Self::Other(what) => format!("no record: {what}"),
            Self::Unclear(why) | Self::Doubtful(why) => format!("unclear: {why}"),
        }
    }
}

impl fmt::Display for Explained {
    /// What in it could move a terminal's cursor is spelt out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text)?;
        f.write_str(&characters::for_terminal(&text))
    }
}

impl Explained {
    /// The text, stretch by stretch.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// How many lines are not in the stretches, of as much text as is read: it is longer than people write.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The subject, with what was recognised in it.
    pub fn subject(&self) -> &[Piece] {
        &self.subject
    }

    /// Whom the mail says it is to; empty: nobody.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// What kinds of files came with it. They are neither opened nor kept apart.
    pub fn attachments(&self) -> &[String] {
        &self.attachments
    }

    /// Text that nobody sees, safe to be shown: what it is, and the text.
    pub fn hidden(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.hidden.iter().map(|(what, text)| (*what, characters::for_terminal(text)))
    }

    /// Words with characters that deceive the eye, spelt out, and what is the matter with each.
    pub fn odd(&self) -> &[String] {
        &self.odd
    }

    /// What the sender's own sentences were taken to say: the sentence, and what it says in a few words.
    pub fn said(&self) -> impl Iterator<Item = (String, String)> {
        let says = self.sentences.iter().filter(|marked| marked.counts && !marked.findings.is_empty());
        says.map(|marked| (characters::for_terminal(&marked.text), marked.findings.join("; ")))
    }

    fn write(&self, f: &mut String) -> fmt::Result {
        writeln!(f, "Whose words each line is:")?;
        let mut before = None;
        for (part, line) in self.lines.iter().filter(|(_, line)| !line.trim().is_empty()) {
            let label = if before == Some(*part) { "" } else { part_in_words(*part) };
            writeln!(f, "  {label:<9} | {}", line.trim_end())?;
            before = Some(*part);
        }
        for (what, text) in &self.hidden {
            writeln!(f, "\n{what}:")?;
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                writeln!(f, "  {:<9} | {}", "hidden", line.trim_end())?;
            }
        }
        if !self.attachments.is_empty() {
            writeln!(f, "\nAttached, and not read:")?;
            for kind in &self.attachments {
                writeln!(f, "  {kind}")?;
            }
        }
        if !self.odd.is_empty() {
            writeln!(f, "\nWords with characters that may deceive the eye:")?;
            for word in &self.odd {
                writeln!(f, "  {word}")?;
            }
        }
        writeln!(f, "\nWhat was recognised in the sender's own sentences:")?;
        for marked in &self.sentences {
            write!(f, "{marked}")?;
        }
        if self.notice.kind.is_notice() {
            match self.notice.effective {
                Some(day) => writeln!(f, "\nThe day that counts: {day}")?,
                None => writeln!(f, "\nThe day that counts: none was found")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place == Place::Subject { "Subject: " } else { "" };
        writeln!(f, "  - {place}{}", self.text)?;
        let row = |f: &mut fmt::Formatter<'_>, what: &str, found: &str| {
            if found.is_empty() { Ok(()) } else { writeln!(f, "      {what:<8} {found}") }
        };
        row(f, "says", &self.findings.join("; "))?;
        row(f, "numbers", &self.numbers.join("; "))?;
        row(f, "days", &self.days.join("; "))?;
        row(f, "but", if self.counts { "" } else { "not counted: the subject of a thread is not new" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::{Problem, read};

    const HEAD: &str = "From: pat@agency.example\nDate: Wed, 14 Oct 2026 10:00:00 -0500\n";

    fn explained(rest: &str) -> Explained {
        let raw = format!("{HEAD}{rest}").replace('\n', "\r\n");
        let found = explain(raw.as_bytes(), &ReaderRules::default());
        assert_eq!(found.notice, read(raw.as_bytes(), &ReaderRules::default()), "explaining changes nothing");
        found
    }

    #[test]
    fn it_shows_whose_words_what_was_recognised_and_the_day_chosen() {
        let shown = explained(
            "Subject: Re: ROI revocation\n\n\
             Client 1555555 revoked her ROI on 10/12. I closed it on 10/13.\n\
             It has the ticket 7654321.\n\n\
             On Mon, Oct 12, 2026 at 9:00 AM HMIS Helpdesk <helpdesk@hmis.example> wrote:\n\
             > Which client is it?\n",
        );
        let expected = "\
Whose words each line is:
  own       | Client 1555555 revoked her ROI on 10/12. I closed it on 10/13.
            | It has the ticket 7654321.
  quoted    | On Mon, Oct 12, 2026 at 9:00 AM HMIS Helpdesk <helpdesk@hmis.example> wrote:
            | > Which client is it?

What was recognised in the sender's own sentences:
";
        let shown = shown.to_string();
        assert!(shown.starts_with(expected), "{shown}");
        for line in [
            "  - Subject: ROI revocation\n",
            "      but      not counted: the subject of a thread is not new\n",
            "  - Client 1555555 revoked her ROI on 10/12.\n      says     a client revoked",
            "      numbers  1555555 (a record)\n      days     2026-10-12 (the day that counts)\n",
            "      days     2026-10-13\n",
            "7654321 (no record: ",
            "\nThe day that counts: 2026-10-12\n",
        ] {
            assert!(shown.contains(line), "{line:?} is missing in\n{shown}");
        }
    }

    #[test]
    fn what_nobody_sees_is_shown_in_either_form_of_the_mail() {
        const HTML: &str = "<html><!-- note 1777777 --><body><p>Client 1555555 revoked.</p>\
                            <p style=\"display:none\">close 1666666 too</p></body></html>";
        let only = explained(&format!("Content-Type: text/html\n\n{HTML}\n")).to_string();
        assert!(only.contains("\nText that nobody sees:\n  hidden    | close 1666666 too\n"), "{only}");
        assert!(only.contains("\nComments in the mark-up:\n  hidden    | note 1777777\n"), "{only}");
        let both = explained(&format!(
            "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nClient 1555555 revoked.\n\
             --b\nContent-Type: text/html\n\n{HTML}\n--b--\n"
        ))
        .to_string();
        let wanted = "\nText that nobody sees, in the HTML version:\n  hidden    | close 1666666 too\n";
        assert!(both.contains(wanted), "{both}");
    }

    #[test]
    fn characters_that_deceive_are_spelt_out_and_none_reaches_the_terminal() {
        let shown = explained(
            "Subject: x\nContent-Type: text/plain; charset=utf-8\n\nClient \u{202E}5555551\u{202C} revoked.\n\
             Do n\u{43E}t close\u{1B}[2J it. \u{9B}1m\n",
        )
        .to_string();
        for line in [
            "\nWords with characters that may deceive the eye:\n",
            "  <U+202E>5555551<U+202C> - characters in the text turn the order in which it is seen.\n",
            "  n<U+043E>t - a word is written in letters of another script that look like others.\n",
            "  close<U+001B>[2J - there are control characters in the text",
        ] {
            assert!(shown.contains(line), "{line:?} is missing in\n{shown}");
        }
        assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
    }

    #[test]
    fn files_are_shown_by_their_kinds_and_not_by_their_names() {
        let shown = explained(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee the file.\n--b\n\
             Content-Type: application/pdf; name=\"Jane Doe.pdf\"\n\nx\n--b\n\
             Content-Type: text/vcard; name=\"pat.vcf\"\n\nx\n--b--\n",
        )
        .to_string();
        let wanted = "\nAttached, and not read:\n  application/pdf, which may be a form\n  text/vcard\n";
        assert!(shown.contains(wanted), "{shown}");
        assert!(!shown.contains("Jane Doe") && !shown.contains("pat.vcf"), "{shown}");
    }

    #[test]
    fn of_what_cannot_be_read_it_says_so() {
        let found = explain(b"", &ReaderRules::default());
        assert_eq!(found.notice.problem, Some(Problem::Empty));
    }
}
