//! What can go wrong with the mailbox, in words for the people who run the desk.

use std::{io, time::Duration};

use crate::tls::{TlsError, presentable};

/// Why something could not be done in the mailbox. The texts never hold mail or the password.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The settings cannot be used; nothing was tried.
    #[error("the mailbox settings cannot be used: {0}")]
    Config(String),
    /// No connection to the server.
    #[error("cannot reach the mail server {server}: {why}")]
    Unreachable {
        /// Host and port as configured.
        server: String,
        /// What the system said.
        why: String,
    },
    /// No encrypted connection to the server.
    #[error("no secure connection to the mail server {server}: {source}")]
    Tls {
        /// Host and port as configured.
        server: String,
        /// What failed.
        source: TlsError,
    },
    /// The server does not let us in.
    #[error("the mail server {server} {why}")]
    Login {
        /// Host and port as configured.
        server: String,
        /// What it said, without its own words: a server may repeat the command.
        why: String,
        /// Whether it called that passing.
        temporary: bool,
    },
    /// A folder cannot be used.
    #[error("the mail folder \"{folder}\" cannot be used: {why}")]
    Folder {
        /// Its name as configured, or the path of a Maildir.
        folder: String,
        /// What the server or the file system said.
        why: String,
        /// Whether the next attempt may succeed by itself.
        temporary: bool,
    },
    /// The server answered NO or BAD.
    #[error("the mail server refused {command}: {text}")]
    Refused {
        /// The command's name, without what was asked.
        command: &'static str,
        /// The server's words, shortened and on one line.
        text: String,
    },
    /// The server sent something that is not IMAP, or not what was asked.
    #[error("the mail server's answer to {command} cannot be used: {why}")]
    Protocol {
        /// The command's name.
        command: &'static str,
        /// What is wrong, without what was sent.
        why: String,
    },
    /// The connection ended in the middle.
    #[error("the connection to the mail server ended during {command}: {why}")]
    Lost {
        /// The command's name.
        command: &'static str,
        /// How it ended.
        why: String,
    },
    /// No answer in time.
    #[error("the mail server did not finish {command} within {} seconds", after.as_secs_f32())]
    Timeout {
        /// The step's name.
        command: &'static str,
        /// The limit that passed.
        after: Duration,
    },
    /// This connection was given up after an earlier error or an interrupted call.
    #[error("the mailbox was closed after an earlier error and has to be opened again")]
    Closed,
}

impl MailboxError {
    /// Whether opening the mailbox again later may succeed without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Config(_) => false,
            Self::Refused { text, .. } => is_passing(text),
            Self::Login { temporary, .. } | Self::Folder { temporary, .. } => *temporary,
            Self::Tls { source, .. } => source.is_temporary(),
            Self::Unreachable { .. }
            | Self::Protocol { .. }
            | Self::Lost { .. }
            | Self::Timeout { .. }
            | Self::Closed => true,
        }
    }

    /// Whether a mail that the server cannot deliver may be the cause, rather than the server or its network: it
    /// refuses, gives what cannot be read, hangs up or falls silent.
    pub(super) fn may_be_one_mail(&self) -> bool {
        match self {
            // SERVERBUG is what Dovecot says of a mail it cannot read.
            Self::Refused { text, .. } => !is_passing(text) || text.contains("[SERVERBUG]"),
            Self::Protocol { .. } | Self::Lost { .. } | Self::Timeout { .. } => true,
            Self::Config(_)
            | Self::Unreachable { .. }
            | Self::Tls { .. }
            | Self::Login { .. }
            | Self::Folder { .. }
            | Self::Closed => false,
        }
    }

    /// What an error of the connection means. async-imap reports a response it cannot parse as
    /// `ErrorKind::Other` with the response, mail text and all, in the message: only the kind may be shown.
    pub(super) fn from_stream(command: &'static str, error: &io::Error) -> Self {
        if matches!(error.kind(), io::ErrorKind::Other | io::ErrorKind::InvalidData) {
            Self::Protocol { command, why: "it is not IMAP as this program knows it".to_owned() }
        } else {
            Self::Lost { command, why: error.kind().to_string() }
        }
    }
}

/// Whether the server says of a refusal that it will pass (response codes of RFC 5530 3 and RFC 9051 7.1, which
/// the parser leaves in the text).
pub(super) fn is_passing(text: &str) -> bool {
    ["[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]", "[LIMIT]"].iter().any(|code| text.contains(code))
}

/// A server's words, fit for one line of a log.
pub(super) fn one_line(text: &str) -> String {
    let line = presentable(text);
    if line.is_empty() { "(no reason given)".to_owned() } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unparsable_response_is_not_repeated() {
        let error = io::Error::other("Error during parsing of \"* 1 FETCH (BODY[] {99} Client Jane Doe\"");
        let error = MailboxError::from_stream("UID FETCH", &error);
        assert!(matches!(error, MailboxError::Protocol { .. }));
        assert!(!format!("{error} {error:?}").contains("Jane"));
    }

    #[test]
    fn a_server_s_words_stay_on_one_short_line() {
        assert_eq!(one_line("no\r\nsuch folder "), "no such folder");
        assert_eq!(one_line(" \t"), "(no reason given)");
        assert_eq!(one_line(&"x".repeat(900)).chars().count(), 161);
        let said = one_line("[SERVERBUG] no quota for jane@agency.example");
        assert_eq!(said, "[SERVERBUG] no quota for \u{2026}");
        assert!(is_passing(&said), "the codes stay");
    }
}
