//! The reader: bytes of a mail → what the mail is (NOTICES.md). Built in layers, each in its own file and each a
//! plain value that can be looked at: `envelope` (header), `text` and `html` (what a person sees), `segments`
//! (whose words), `sentences`, `records` (which numbers), `intent` (what is said), `dates`, `claim`, and `judge`,
//! the only place that decides. The words themselves stand in `vocabulary`.
//!
//! Where anything is in doubt, `act` is false: a person reads the mail.

mod act;
mod claim;
mod dates;
mod envelope;
mod hedge;
mod html;
mod intent;
mod judge;
mod kind;
mod own;
mod records;
mod revoking;
mod segments;
mod sentences;
mod text;
mod vocabulary;

#[cfg(test)]
mod examples;

use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
};

use chrono::NaiveDate;
use mail_parser::MessageParser;
use regex::Regex;
use serde::Serialize;

use crate::domain::{ClientId, MailAddress, NoticeKind, Scenario};

pub use envelope::{AutomaticMark, Envelope};

/// What differs from site to site. Made once; its pattern is compiled once.
#[derive(Debug, Clone)]
pub struct ReaderRules {
    client_id: Regex,
    own_addresses: Vec<MailAddress>,
}

impl ReaderRules {
    /// `client_id_pattern` says how client IDs look here (`\d{5,8}`); `own` are the helpdesk's own addresses, whose
    /// mail is never a notice.
    ///
    /// # Errors
    /// The pattern is no regular expression.
    pub fn new(client_id_pattern: &str, own: Vec<MailAddress>) -> Result<Self, regex::Error> {
        // Case is not what tells two records apart: "c-1042" is C-1042 in a hurry.
        let client_id = regex::RegexBuilder::new(client_id_pattern).build()?;
        Ok(Self { client_id, own_addresses: own })
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
    /// The text carries names beside a client, birth dates or social security numbers.
    pub personal_data: bool,
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
            personal_data: false,
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
    guarded(|| read_mail(bytes, rules))
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
fn guarded(read: impl FnOnce() -> Notice) -> Notice {
    panic::catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Notice::unread(Problem::ParserFailed, Envelope::default()))
}

fn read_mail(bytes: &[u8], rules: &ReaderRules) -> Notice {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Notice::unread(Problem::Empty, Envelope::default());
    }
    let Some(message) = MessageParser::default().parse(bytes) else {
        return Notice::unread(Problem::Unreadable, Envelope::default());
    };
    let envelope = envelope::read(&message, &rules.own_addresses);
    if message.headers().is_empty() {
        return Notice::unread(Problem::Unreadable, envelope);
    }
    if let Some(mark) = envelope.automatic {
        let mut notice = Notice::left(NoticeKind::Automatic, envelope);
        notice.reasons.push(mark.to_string());
        if let Ok(body) = text::read(&message) {
            notice.possible = judge::possible(&notice.envelope.subject, &body);
        }
        return notice;
    }
    if envelope.from.is_empty() {
        return Notice::unread(Problem::NoFrom, envelope);
    }
    match text::read(&message) {
        Ok(body) => judge::judge(envelope, &body, &rules.client_id),
        Err(problem) => Notice::unread(problem, envelope),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_a_library_chokes_on_is_a_problem_and_stops_nothing() {
        let notice = guarded(|| unreachable!("as a parser may put it"));
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
    fn a_broken_pattern_is_an_error() {
        assert!(ReaderRules::new("(", Vec::new()).is_err());
    }
}
