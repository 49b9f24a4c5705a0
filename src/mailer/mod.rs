//! Building and sending mail. Every attempt ends in one of four outcomes; nothing is assumed.

mod build;
mod connection;
mod files;
mod smtp;

use std::{path::PathBuf, time::Duration};

use secrecy::SecretString;

pub use build::{BuildError, Mail, build, message_id};

use crate::{domain::MailAddress, tls::TlsError};

/// What became of an attempt to send. The texts are for staff: no addresses, no mail content, no passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The mail was taken over by the other side.
    Done,
    /// It was not, and the same attempt may succeed later.
    Retry(String),
    /// It was refused for good.
    Refused(String),
    /// Nobody can say: the connection was lost after the whole mail had been handed over and before the answer.
    Uncertain(String),
}

/// How mail leaves (`[smtp]`).
#[derive(Debug, Clone)]
pub enum Options {
    /// To a mail server.
    Smtp(SmtpOptions),
    /// Into a folder, as one `.eml` file each.
    Files {
        /// The folder; it is made if it does not exist.
        path: PathBuf,
    },
}

/// Whether the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte (RFC 8314, 3.3).
    Implicit,
    /// Before anything of the mail is said (RFC 3207); a server without it is refused.
    StartTls,
    /// Not at all; only to this machine itself.
    None,
}

/// A mail server to hand mail to.
#[derive(Debug, Clone)]
pub struct SmtpOptions {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether the connection is encrypted.
    pub tls: Tls,
    /// An extra trust anchor (PEM).
    pub ca_file: Option<PathBuf>,
    /// Whom to sign in as; `None`: no authentication.
    pub user: Option<String>,
    /// The password that goes with `user`.
    pub password: Option<SecretString>,
    /// The envelope sender, where bounces go.
    pub envelope_from: MailAddress,
    /// How many connections are used at once, from 1.
    pub connections: usize,
    /// How long the server may take for one step; twice that for its last word on a mail. RFC 5321, 4.5.3.2 asks
    /// for 5 minutes and 10.
    pub step_timeout: Duration,
}

impl SmtpOptions {
    /// Host and port, for messages.
    fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Why mail cannot be sent at all. It carries no password.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    /// The options contradict each other.
    #[error("{0}")]
    Options(&'static str),
    /// The certificates cannot be used, or no encrypted connection came about.
    #[error("no secure connection to the mail server {server}: {source}")]
    Tls {
        /// Host and port as configured.
        server: String,
        /// What failed.
        source: TlsError,
    },
    /// The mail server cannot be used as configured.
    #[error("the mail server {server}: {why}")]
    Server {
        /// Host and port as configured.
        server: String,
        /// What it said, and what to do.
        why: String,
    },
    /// The folder cannot be used.
    #[error(
        "the folder for outgoing mail, {} (smtp.path), cannot be written to ({why}): let the user the desk runs as \
         write there, or name another folder",
        folder.display()
    )]
    Folder {
        /// The folder, or the one in which it would have to be made.
        folder: PathBuf,
        /// What the system said.
        why: std::io::ErrorKind,
    },
}

/// Sends mail. One per daemon: it holds the open connections.
#[derive(Debug)]
pub struct Mailer {
    way: Way,
}

#[derive(Debug)]
enum Way {
    Smtp(Box<smtp::Smtp>),
    Files(files::Files),
}

impl Mailer {
    /// Checks the options; nothing is connected or written yet.
    pub fn new(options: Options) -> Result<Self, MailerError> {
        let way = match options {
            Options::Smtp(options) => Way::Smtp(Box::new(smtp::Smtp::new(options)?)),
            Options::Files { path } => Way::Files(files::Files::new(path)),
        };
        Ok(Self { way })
    }

    /// Sends one mail, as built by [`build`], to one recipient. `message_id` is the one in the bytes.
    ///
    /// The future may be dropped at any time; whether the mail has left is then as unknown as with
    /// [`Outcome::Uncertain`].
    pub async fn send(&self, envelope_to: &MailAddress, message_id: &str, bytes: &[u8]) -> Outcome {
        match &self.way {
            Way::Smtp(smtp) => smtp.send(envelope_to, bytes).await,
            Way::Files(files) => files.send(message_id, bytes).await,
        }
    }

    /// Whether a mail with this Message-ID has left. `None`: this way of sending cannot be asked.
    pub async fn was_sent(&self, message_id: &str) -> Option<bool> {
        match &self.way {
            Way::Smtp(_) => None,
            Way::Files(files) => files.was_sent(message_id).await,
        }
    }

    /// Tries everything but sending a mail, and says what it found, a line each.
    pub async fn check(&self) -> Result<Vec<String>, MailerError> {
        match &self.way {
            Way::Smtp(smtp) => smtp.check().await,
            Way::Files(files) => files.check().await,
        }
    }
}
