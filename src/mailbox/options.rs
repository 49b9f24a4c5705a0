//! Where the mail lies and how much of it is taken at once.

use std::{path::PathBuf, time::Duration};

use secrecy::SecretString;

use super::MailboxError;
use crate::tls::is_this_machine;

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte (RFC 8314 3; port 993).
    Implicit,
    /// TLS before anything is told to the server (RFC 9051 6.2.1; port 143); a server without it is refused.
    StartTls,
    /// None: only for a server on this machine.
    None,
}

/// How much mail is taken at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes; a larger mail is not fetched.
    pub max_message: u64,
    /// Bytes of one batch, unless it is a single mail.
    pub batch_bytes: u64,
    /// Mails in one batch.
    pub batch_messages: usize,
}

impl Default for Limits {
    /// 25 MiB a mail; batches of 4 MiB and 100 mails: measured, larger ones are not faster.
    fn default() -> Self {
        Self { max_message: 25 << 20, batch_bytes: 4 << 20, batch_messages: 100 }
    }
}

/// A mailbox on an IMAP server.
#[derive(Debug, Clone)]
pub struct ImapOptions {
    /// Name or address.
    pub host: String,
    /// Port, 993 by default.
    pub port: u16,
    /// Encryption.
    pub tls: Tls,
    /// PEM file of authorities trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// User name.
    pub user: String,
    /// Password.
    pub password: SecretString,
    /// Folder to watch, in plain UTF-8 with the server's separator.
    pub folder: String,
    /// How long the server may take for one step; one that carries mail gets more, by its size.
    pub step_timeout: Duration,
    /// How much is taken at once.
    pub limits: Limits,
}

impl ImapOptions {
    /// INBOX on port 993 over TLS with 30 seconds a step.
    pub fn new(host: impl Into<String>, user: impl Into<String>, password: SecretString) -> Self {
        Self {
            host: host.into(),
            port: 993,
            tls: Tls::Implicit,
            ca_file: None,
            user: user.into(),
            password,
            folder: "INBOX".to_owned(),
            step_timeout: Duration::from_secs(30),
            limits: Limits::default(),
        }
    }

    /// Refuses what cannot work or would send the password in the clear; [`super::Mailbox::open`] asks this first.
    pub fn validate(&self) -> Result<(), MailboxError> {
        let refuse = |why: &str| Err(MailboxError::Config(why.to_owned()));
        if self.host.is_empty() {
            return refuse("host is empty");
        }
        if self.user.is_empty() {
            return refuse("user is empty");
        }
        if self.folder.is_empty() {
            return refuse("folder is empty");
        }
        if self.tls == Tls::None && !is_this_machine(&self.host) {
            return refuse(
                "tls = \"none\" would send the password unprotected: it is only for this machine (localhost)",
            );
        }
        if self.step_timeout.is_zero() {
            return refuse("the time limit for a step is zero");
        }
        Ok(())
    }

    /// Host and port, for messages.
    pub(super) fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// A mailbox in a folder of this machine: a Maildir with Maildir++ subfolders.
#[derive(Debug, Clone)]
pub struct MaildirOptions {
    /// The folder that holds `new`, `cur` and `tmp`.
    pub path: PathBuf,
    /// How much is taken at once.
    pub limits: Limits,
}

impl MaildirOptions {
    /// The Maildir at `path`, with the usual limits.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), limits: Limits::default() }
    }
}

/// Which mailbox.
#[derive(Debug, Clone)]
pub enum Options {
    /// On a server.
    Imap(ImapOptions),
    /// On this machine.
    Maildir(MaildirOptions),
}

impl Options {
    pub(super) fn limits(&self) -> Limits {
        match self {
            Self::Imap(options) => options.limits,
            Self::Maildir(options) => options.limits,
        }
    }

    /// How long it may take at most to fetch the largest mail, or a whole batch of smaller ones. (Files: no time.)
    pub fn longest_fetch(&self) -> Duration {
        match self {
            Self::Imap(options) => {
                let limits = options.limits;
                super::imap::allowance(options.step_timeout, limits.max_message.max(limits.batch_bytes))
            }
            Self::Maildir(_) => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tls_only_this_machine_is_spoken_to() {
        for (host, fine) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("[::1]", true),
            ("imap.example.org", false),
            ("10.0.0.1", false),
            ("localhost.example.org", false),
        ] {
            let mut options = ImapOptions::new(host, "worker", SecretString::from("secret"));
            options.tls = Tls::None;
            assert_eq!(options.validate().is_ok(), fine, "{host}");
            options.tls = Tls::Implicit;
            assert!(options.validate().is_ok(), "{host}");
        }
    }

    #[test]
    fn the_password_does_not_print_itself() {
        let options = ImapOptions::new("localhost", "worker", SecretString::from("hunter2"));
        assert!(!format!("{options:?}").contains("hunter2"));
    }
}
