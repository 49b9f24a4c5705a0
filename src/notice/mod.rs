//! The reader: bytes of a mail → what the mail is (NOTICES.md). Built in layers, each in its own file and each a
//! plain value that can be looked at: `envelope` (header), `text` and `html` (what a person sees), `segments`
//! (whose words), `sentences` (with `tables`), `records` (which numbers), `intent` (what is said), `dates`, `claim`, and `judge`,
//! the only place that decides. The words themselves stand in `vocabulary`.
//!
//! Where anything is in doubt, `act` is false: a person reads the mail.

mod act;
mod claim;
mod dates;
mod envelope;
mod explain;
mod hedge;
mod html;
mod intent;
mod judge;
mod kind;
mod layout;
mod meant;
mod own;
mod phrase;
mod quoting;
mod records;
mod revoking;
mod segments;
mod sentences;
mod signature;
mod style;
mod tables;
mod text;
mod vocabulary;

#[cfg(test)]
mod examples;

use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use chrono::NaiveDate;
use mail_parser::MessageParser;
use regex::Regex;
use serde::Serialize;

use crate::domain::{ClientId, Excess, MailAddress, NoticeKind, Scenario};

pub use envelope::{AutomaticMark, Envelope};
pub use explain::{Explained, explain};
use text::Body;
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
    /// The MIME parser gave up on it.
    ParserFailed,
}

impl Problem {
    /// Its name in JSON and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Unreadable => "unreadable",
            Self::NoFrom => "no_from",
            Self::TooDeep => "too_deep",
            Self::ParserFailed => "parser_failed",
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
            envelope,
        }
    }

    fn unread(problem: Problem, envelope: Envelope) -> Self {
        let kind = if envelope.automatic.is_some() { NoticeKind::Automatic } else { NoticeKind::Other };
        Self {
            problem: Some(problem),
            reasons: vec![format!("The mail cannot be read: {problem}.")],
            ..Self::left(kind, envelope)
        }
    }
}

/// Reads a raw mail (RFC 5322). Total: every input gives a `Notice`, in time and memory bounded by its size.
pub fn read(bytes: &[u8], rules: &ReaderRules) -> Notice {
    guarded(|| read_mail(bytes, rules), |unread| unread)
}

/// The record IDs in the sender's own words, in their order and each once, whatever the mail says besides. A bare ID
/// means nothing by itself: this is for the answer to the question which client ID is meant.
pub fn named_records(bytes: &[u8], rules: &ReaderRules) -> Vec<ClientId> {
    let named = || {
        let message = MessageParser::default().parse(bytes)?;
        let body = text::read(&message).ok()?;
        Some(judge::named(message.subject().unwrap_or_default(), &body, &rules.client_id))
    };
    panic::catch_unwind(AssertUnwindSafe(named)).ok().flatten().unwrap_or_default()
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
    let Some(message) = MessageParser::default().parse(bytes) else {
        return Err(Box::new(Notice::unread(Problem::Unreadable, Envelope::default())));
    };
    let envelope = envelope::read(&message, &rules.own_addresses);
    if message.headers().is_empty() {
        return Err(Box::new(Notice::unread(Problem::Unreadable, envelope)));
    }
    if envelope.from.is_empty() && envelope.automatic.is_none() {
        return Err(Box::new(Notice::unread(Problem::NoFrom, envelope)));
    }
    match text::read(&message) {
        Ok(body) => Ok((envelope, body)),
        // A machine's mail is left alone whatever its parts are.
        Err(_) if envelope.automatic.is_some() => Ok((envelope, Body::default())),
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
