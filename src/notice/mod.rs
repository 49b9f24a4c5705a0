//! The reader: bytes of a mail → what the mail is (NOTICES.md). Built in layers, each in its own file and each a
//! plain value that can be looked at: `envelope` (header), `text` and `html` (what a person sees), `segments`
//! (whose words), `sentences` (with `tables`), `records` (which numbers), `intent` (what is said), `dates`, `claim`, and `judge`,
//! the only place that decides. The words themselves stand in `vocabulary`.
//!
//! Around these: `apart` (what is made of too many pieces is not taken apart), `characters` (what deceives the eye), `spanish`
//! and `language` (what is read, and what is known not to be), `aside` (what stands beside a notice), `possible` (why mail that is
//! left alone should be looked at), `answer` and `report` (what means something only beside a mail of ours).
//!
//! Where anything is in doubt, `act` is false: a person reads the mail.

mod act;
mod answer;
mod apart;
mod aside;
mod characters;
mod claim;
mod dates;
mod envelope;
mod explain;
mod finding;
mod hedge;
mod html;
mod intent;
mod judge;
mod kind;
mod language;
mod layout;
mod marked;
mod meant;
mod own;
mod phrase;
mod possible;
mod quoting;
mod records;
mod report;
mod revoking;
mod segments;
mod sentences;
mod signature;
mod spanish;
mod style;
mod tables;
mod text;
mod vocabulary;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod properties;

#[cfg(test)]
mod samples;

use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use chrono::NaiveDate;
use regex::Regex;
use serde::Serialize;

use crate::domain::{ClientId, Excess, MailAddress, NoticeKind, Scenario};

pub use answer::Answered;
use apart::Apart;
pub use envelope::{AutomaticMark, Envelope};
pub use explain::{Explained, explain};
pub use marked::{Piece, Stretch};
use text::{Body, Unread};
pub use vocabulary::{Vocabulary, VocabularyError};

/// What differs from site to site. Made once; its pattern is compiled once.
#[derive(Debug, Clone)]
pub struct ReaderRules {
    client_id: Regex,
    /// `None`: the built-in ones, compiled for the first mail. Most commands read none.
    words: Option<Arc<Vocabulary>>,
    own_addresses: Vec<MailAddress>,
}

impl ReaderRules {
    /// `client_id_pattern` says how client IDs look here (`\d{5,8}`); `own` are the helpdesk's own addresses, whose
    /// mail is never a notice.
    ///
    /// # Errors
    /// The pattern is no regular expression.
    pub fn new(client_id_pattern: &str, own: Vec<MailAddress>) -> Result<Self, regex::Error> {
        Ok(Self { client_id: Regex::new(client_id_pattern)?, own_addresses: own, words: None })
    }

    /// Whether a word, as a whole, looks as client IDs look here.
    pub fn is_client_id(&self, word: &str) -> bool {
        self.client_id.find_iter(word).any(|found| found.as_str() == word)
    }

    /// The same with a vocabulary to which the site has added.
    #[must_use]
    pub fn with_vocabulary(self, words: Arc<Vocabulary>) -> Self {
        Self { words: Some(words), ..self }
    }

    fn words(&self) -> Arc<Vocabulary> {
        self.words.clone().unwrap_or_else(Vocabulary::built_in)
    }
}

impl Default for ReaderRules {
    /// Five to eight digits, no own addresses.
    fn default() -> Self {
        Self::new(r"\d{5,8}", Vec::new()).expect("constant pattern")
    }
}

/// Why a mail cannot be read at all. A problem is a value: the mail goes to quarantine, nothing crashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// There are no bytes.
    Empty,
    /// It is no mail: no header fields were found.
    Unreadable,
    /// There is no usable From field, so nobody sent it.
    NoFrom,
    /// Its parts are nested deeper than any honest mail.
    TooDeep,
    /// It has more parts, header fields or addresses than any honest mail.
    TooManyParts,
    /// All it says is encrypted, or sealed in a signature (S/MIME, PGP).
    Encrypted,
    /// All it says is in Outlook's own format (winmail.dat).
    OutlookOnly,
    /// What it says is written in letters of which it does not say what they are.
    UnknownCharset,
    /// All it says is in rich text that is neither plain text nor HTML.
    RichTextOnly,
    /// The MIME parser gave up on it.
    ParserFailed,
}

impl Problem {
    /// What hinders reading a mail that has no text; `None` where it simply says nothing there: the subject may say all.
    fn of(unread: Unread) -> Option<Self> {
        match unread {
            Unread::Encrypted | Unread::Wrapped => Some(Self::Encrypted),
            Unread::OutlookOnly => Some(Self::OutlookOnly),
            Unread::UnknownCharset => Some(Self::UnknownCharset),
            Unread::OtherFormat => Some(Self::RichTextOnly),
            Unread::BrokenParts => Some(Self::ParserFailed),
            Unread::OnlyMail | Unread::NoText => None,
        }
    }

    /// Its name in JSON and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Unreadable => "unreadable",
            Self::NoFrom => "no_from",
            Self::TooDeep => "too_deep",
            Self::TooManyParts => "too_many_parts",
            Self::Encrypted => "encrypted",
            Self::OutlookOnly => "outlook_only",
            Self::UnknownCharset => "unknown_charset",
            Self::RichTextOnly => "rich_text_only",
            Self::ParserFailed => "parser_failed",
        }
    }

    /// What a person who is told of it does, as a sentence.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Empty => "Nothing can be done: if a notice is missed, ask the agency to send it again.",
            Self::Unreadable | Self::ParserFailed => {
                "Open it in your mail program; if that cannot show it either, ask the sender to write again."
            }
            Self::NoFrom => {
                "Open it in your mail program; the received lines of its header tell where it came from."
            }
            Self::TooDeep | Self::TooManyParts => {
                "It may be an attack: open it with care. An agency that meant well writes again, in plain words."
            }
            Self::Encrypted => {
                "Open it in a mail program that has the key, or ask the sender to write unencrypted, without names."
            }
            Self::OutlookOnly => "Open it in Outlook, or ask the sender to write as plain text or HTML.",
            Self::RichTextOnly => {
                "Open it in your mail program, or ask the sender to write as plain text or HTML."
            }
            Self::UnknownCharset => {
                "Open it in your mail program and choose its character set, or ask the sender to write again."
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::Unreadable => "it is not a mail: it has no header",
            Self::NoFrom => "it does not say who sent it",
            Self::TooDeep => "its parts are nested too deeply",
            Self::TooManyParts => "it is made of too many parts, header fields or addresses",
            Self::Encrypted => "its text is encrypted or sealed in a signature",
            Self::OutlookOnly => "its text is in Outlook's own format (winmail.dat)",
            Self::UnknownCharset => {
                "its letters cannot be told: it does not say which character set it is in"
            }
            Self::RichTextOnly => "its text is in a format of its own, neither plain text nor HTML",
            Self::ParserFailed => "its parts do not fit together",
        })
    }
}

/// What a mail is. The first seven fields are those of NOTICES.md.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// What kind of mail.
    pub kind: NoticeKind,
    /// Existing records spoken of, in the order of the text.
    pub records: Vec<ClientId>,
    /// Records made as replacement.
    pub new_records: Vec<ClientId>,
    /// The day the client revoked or signed.
    pub effective: Option<NaiveDate>,
    /// The scenario the sender claims.
    pub claimed_scenario: Option<Scenario>,
    /// Whether a program may go on without a person reading the mail.
    pub act: bool,
    /// Whether anything in a notice needs a person's eyes; the reasons say what.
    pub doubtful: bool,
    /// What was found where, what was ignored and why: short sentences without other text of the mail.
    pub reasons: Vec<String>,
    /// Why it could not be read.
    pub problem: Option<Problem>,
    /// Whether the text carries names beside a client, birth dates or social security numbers, and whether a file came
    /// with it (pictures in the text, signatures and visiting cards do not count).
    pub excess: Excess,
    /// Left alone, but it might have been a notice: why.
    pub possible: Option<String>,
    /// Whether it, or part of it, is written in a language that is not read.
    pub foreign: bool,
    /// The header.
    pub envelope: Envelope,
}

impl Notice {
    /// A mail that is no notice.
    fn left(kind: NoticeKind, envelope: Envelope) -> Self {
        Self {
            kind,
            records: Vec::new(),
            new_records: Vec::new(),
            effective: None,
            claimed_scenario: None,
            act: false,
            doubtful: false,
            reasons: Vec::new(),
            problem: None,
            excess: Excess::default(),
            possible: None,
            foreign: false,
            envelope,
        }
    }

    fn unread(problem: Problem, envelope: Envelope) -> Self {
        let kind = if envelope.automatic.is_some() { NoticeKind::Automatic } else { NoticeKind::Other };
        Self {
            problem: Some(problem),
            reasons: vec![format!("The mail cannot be read: {problem}."), problem.advice().to_owned()],
            ..Self::left(kind, envelope)
        }
    }
}

/// Reads a raw mail (RFC 5322). Total: every input gives a `Notice`, in time and memory bounded by its size.
pub fn read(bytes: &[u8], rules: &ReaderRules) -> Notice {
    guarded(|| read_mail(bytes, rules), |unread| unread)
}

/// Reads a mail as an answer to a question of ours: the records it names and whether it says yes or no, which means
/// nothing without the question.
pub fn answer(bytes: &[u8], rules: &ReaderRules) -> Answered {
    let read = || {
        let message = Apart::of(bytes).filter(|message| !message.has_too_many_parts())?;
        let body = text::read(&message).ok()?;
        Some(answer::read(&message, &body, rules))
    };
    panic::catch_unwind(AssertUnwindSafe(read)).ok().flatten().unwrap_or_default()
}

/// The Message-ID of the mail that this one reports as not delivered (RFC 3464), without angle brackets.
pub fn undelivered(bytes: &[u8]) -> Option<String> {
    let read = || report::undelivered(&*Apart::of(bytes)?);
    panic::catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

/// What a person sees of a mail, as text and as HTML rendered: for the fuzz targets and nothing else.
#[doc(hidden)]
pub fn seen(bytes: &[u8]) -> Option<(String, String)> {
    let body = text::read(&*Apart::of(bytes)?).ok()?;
    let rendered = text::alternative(&body).map(|seen| seen.text).unwrap_or_default();
    Some((body.text, rendered))
}

/// One mail that a library chokes on must not stop the desk: it becomes a problem like any other. Nothing is shared
/// with the closure that a panic could leave half done.
fn guarded<T>(read: impl FnOnce() -> T, failed: impl FnOnce(Notice) -> T) -> T {
    panic::catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| failed(Notice::unread(Problem::ParserFailed, Envelope::default())))
}

fn read_mail(bytes: &[u8], rules: &ReaderRules) -> Notice {
    match open(bytes, rules) {
        Ok((envelope, body)) => judge::judge(envelope, &body, rules),
        Err(unread) => *unread,
    }
}

/// Takes a mail apart; what cannot be taken apart is an unread notice already.
fn open(bytes: &[u8], rules: &ReaderRules) -> Result<(Envelope, Body), Box<Notice>> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Box::new(Notice::unread(Problem::Empty, Envelope::default())));
    }
    let Some(message) = Apart::of(bytes) else {
        return Err(Box::new(Notice::unread(Problem::Unreadable, Envelope::default())));
    };
    let envelope = envelope::read(&message, &rules.own_addresses);
    if message.headers().is_empty() {
        return Err(Box::new(Notice::unread(Problem::Unreadable, envelope)));
    }
    let machine = envelope.automatic.is_some();
    let read = if message.has_too_many_parts() {
        Err(Problem::TooManyParts)
    } else if envelope.from.is_empty() && !machine {
        Err(Problem::NoFrom)
    } else {
        text::read(&message)
    };
    match read {
        Ok(body) => match body.unread.and_then(Problem::of).filter(|_| !machine) {
            Some(problem) => Err(Box::new(Notice::unread(problem, envelope))),
            None => Ok((envelope, body)),
        },
        // A machine's mail is left alone whatever its parts are.
        Err(_) if machine => Ok((envelope, Body::default())),
        Err(problem) => Err(Box::new(Notice::unread(problem, envelope))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_a_library_chokes_on_is_a_problem_and_stops_nothing() {
        let notice = guarded(|| unreachable!("as a parser may put it"), |unread| unread);
        assert_eq!(notice.problem, Some(Problem::ParserFailed));
    }

    #[test]
    fn problems_are_values() {
        let rules = ReaderRules::default();
        let table: [(&[u8], Option<Problem>); 5] = [
            (b"", Some(Problem::Empty)),
            (b" \r\n\r\n", Some(Problem::Empty)),
            (b"Subject: x\r\n\r\nhi", Some(Problem::NoFrom)),
            (b"From: a@b.example\r\n\r\nhi", None),
            (b"From: nobody\r\n\r\nhi", Some(Problem::NoFrom)),
        ];
        for (bytes, problem) in table {
            assert_eq!(read(bytes, &rules).problem, problem, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn words_that_cannot_be_read_are_problems_with_names_and_advice() {
        const MIXED: &str = "Content-Type: multipart/mixed; boundary=b";
        const PGP: &[u8] = b"\n-----BEGIN PGP MESSAGE-----\n\nhQEMA1555555\n-----END PGP MESSAGE-----\n";
        let mail =
            |head: &str, body: &[u8]| [b"From: a@b.example\r\n", head.as_bytes(), b"\r\n\r\n", body].concat();
        let parts = |count: usize| format!("--b\r\n\r\nhi\r\n{}--b--\r\n", "--b\r\n\r\n\r\n".repeat(count));
        let russian: &[u8] =
            b"\xcb\xcc\xc9\xc5\xce\xd4 \xcf\xd4\xcf\xda\xd7\xc1\xcc \xd3\xcf\xc7\xcc\xc1\xd3\xc9\xc5";
        let table: Vec<(Vec<u8>, Option<Problem>)> = vec![
            (mail("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64", b"MIAG"), Some(Problem::Encrypted)),
            (mail("Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b", b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--b--\r\n"), Some(Problem::Encrypted)),
            (mail("Subject: x", PGP), Some(Problem::Encrypted)),
            (mail("Subject: x", &[b"Our key is below.\n", PGP].concat()), None),
            (mail(MIXED, b"--b\r\n\r\nsigned\r\n--b\r\nContent-Type: application/pkcs7-mime\r\n\r\nx\r\n--b--\r\n"), None),
            (mail("Content-Type: application/ms-tnef; name=winmail.dat", b"x"), Some(Problem::OutlookOnly)),
            (mail(MIXED, b"--b\r\n\r\n \r\n--b\r\nContent-Type: application/octet-stream; name=WINMAIL.DAT\r\n\r\nx\r\n--b--\r\n"), Some(Problem::OutlookOnly)),
            (mail(MIXED, b"--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n--b--\r\n"), None),
            (mail("Content-Type: text/plain; charset=x-nobody-knows", russian), Some(Problem::UnknownCharset)),
            (mail("Subject: x", russian), Some(Problem::UnknownCharset)),
            (mail("Content-Type: text/plain; charset=koi8-r", russian), None),
            (mail("Content-Type: text/plain; charset=x-nobody-knows", b"don\x92t close, Zo\xeb"), None),
            (mail(MIXED, parts(10_000).as_bytes()), Some(Problem::TooManyParts)),
            (mail(MIXED, parts(100).as_bytes()), None),
            (mail(&format!("Auto-Submitted: auto-replied\r\n{MIXED}"), parts(10_000).as_bytes()), None),
            (mail("Auto-Submitted: auto-replied", PGP), None),
            (mail("X-Nothing: at all", b""), None),
        ];
        for (bytes, problem) in table {
            let found = read(&bytes, &ReaderRules::default());
            assert_eq!(
                found.problem,
                problem,
                "{}",
                String::from_utf8_lossy(bytes.get(..200).unwrap_or(&bytes))
            );
            assert!(problem.is_none() || !found.kind.is_notice());
            let told = found.reasons.join(" ");
            assert!(problem.is_none_or(|problem| told.contains(problem.advice())), "{told}");
        }
    }

    #[test]
    fn an_answer_whose_html_names_another_record_names_both() {
        let mail = b"From: a@b.example\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n1555555\r\n\
                     --b\r\nContent-Type: text/html\r\n\r\n<p>1666666</p>\r\n--b--\r\n";
        let named = answer(mail, &ReaderRules::default()).records;
        assert_eq!(named.iter().map(ClientId::as_str).collect::<Vec<_>>(), ["1555555", "1666666"]);
    }

    #[test]
    fn personal_data_is_flagged_and_its_values_go_nowhere() {
        let rules = ReaderRules::new(r"\d{5,9}", Vec::new()).expect("a pattern");
        let mail = b"From: jane@b.example\r\nSubject: revoked\r\n\r\nOur client Zebulon Quartz revoked consent today, SSN \
                     123456789, DOB 02031980. The client ID is 1555555, please close it.\r\n";
        let notice = Notice { envelope: Envelope::default(), ..read(mail, &rules) };
        assert!(notice.excess.personal_data);
        let all = format!("{notice:?}");
        for value in ["123456789", "02031980", "Zebulon", "Quartz"] {
            assert!(!all.contains(value), "{value} in {all}");
        }
        assert!(all.contains("A number was ignored") && all.contains("1555555"), "{all}");
    }

    #[test]
    fn a_file_that_may_be_a_form_is_noted() {
        let mail = |part: &str| {
            format!(
                "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the form.\r\n\
                 --b\r\n{part}\r\n\r\nx\r\n--b--\r\n"
            )
        };
        let noted = |part: &str| read(mail(part).as_bytes(), &ReaderRules::default()).excess.attachment;
        assert!(noted("Content-Type: application/pdf; name=\"roi.pdf\""));
        assert!(!noted("Content-Type: image/png; name=\"logo.png\"\r\nContent-ID: <logo@b.example>"));
    }

    #[test]
    fn a_broken_pattern_is_an_error() {
        assert!(ReaderRules::new("(", Vec::new()).is_err());
    }
}
