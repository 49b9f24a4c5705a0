//! A mailbox on an IMAP server (RFC 3501 with IDLE, MOVE and UIDPLUS where offered).

mod change;
mod connect;
mod idle;
mod listing;
pub(super) mod names;
mod session;

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Cursor, Entry, Fetched, Found, ImapOptions, KEYWORD, Listing, MailboxError, Mark, Tls};
use crate::domain::MessageKey;
use session::{Access, Live};

/// The connection, and what is needed to go on in it. Each call takes `live` out and puts it back only when all
/// went well: after an error, or when the caller drops the future half-way, there is none left to be out of
/// step with the server.
#[derive(Debug)]
pub(super) struct Imap {
    options: ImapOptions,
    live: Option<Live>,
    /// What told of arrivals at the last listing.
    listed: Option<u32>,
}

impl Imap {
    pub(super) async fn open(options: &ImapOptions) -> Result<Self, MailboxError> {
        let live = Live::open(options).await?;
        Ok(Self { options: options.clone(), live: Some(live), listed: None })
    }

    fn take(&mut self) -> Result<Live, MailboxError> {
        self.live.take().ok_or(MailboxError::Closed)
    }

    pub(super) async fn list(
        &mut self,
        cursor: Option<&Cursor>,
        since: DateTime<Utc>,
    ) -> Result<Listing, MailboxError> {
        let mut live = self.take()?;
        let listing = live.list(&self.options.folder, cursor, since).await?;
        self.listed = live.selected.as_ref().map(session::Selected::arrivals);
        self.live = Some(live);
        Ok(listing)
    }

    pub(super) async fn fetch(&mut self, batch: &[Entry]) -> Result<Vec<Fetched>, MailboxError> {
        let mut live = self.take()?;
        let fetched = live.fetch(batch, self.options.limits.max_message).await?;
        self.live = Some(live);
        Ok(fetched)
    }

    pub(super) async fn wait(&mut self, at_most: Duration) -> Result<(), MailboxError> {
        let mut live = self.take()?;
        live.wait(&self.options.folder, self.listed, at_most).await?;
        self.live = Some(live);
        Ok(())
    }

    pub(super) async fn mark(&mut self, key: &MessageKey, mark: Mark) -> Result<Found, MailboxError> {
        let mut live = self.take()?;
        let found = live.mark(key, mark).await?;
        self.live = Some(live);
        Ok(found)
    }

    pub(super) async fn file(&mut self, key: &MessageKey, folder: &str) -> Result<Found, MailboxError> {
        let mut live = self.take()?;
        let found = live.file(key, folder).await?;
        self.live = Some(live);
        Ok(found)
    }

    /// Connects, logs in, looks at the folder and says what it found; changes nothing.
    pub(super) async fn check(options: &ImapOptions) -> Result<Vec<String>, MailboxError> {
        let mut live = Live::open(options).await?;
        let protection = match options.tls {
            Tls::Implicit => "over TLS",
            Tls::None => "without encryption, on this machine",
        };
        let folder = live.select(&options.folder, Access::Read).await?;
        let extensions = live.extensions;
        let mut said = vec![
            format!("logged in to {} {protection}", options.server()),
            format!("folder \"{}\" holds {} messages", options.folder, folder.messages),
            if extensions.idle {
                "the server tells of new mail at once (IDLE)".to_owned()
            } else {
                "the server does not tell of new mail (no IDLE): mail is found at every poll_every".to_owned()
            },
            match (extensions.moves, extensions.uidplus) {
                (true, _) => "notices can be moved to other folders (MOVE)".to_owned(),
                (false, true) => {
                    "notices can be moved to other folders by copying and removing (UIDPLUS)".to_owned()
                }
                (false, false) => {
                    "notices cannot be moved to other folders (neither MOVE nor UIDPLUS): leave done_folder \
                     and quarantine_folder empty"
                        .to_owned()
                }
            },
        ];
        // What can be marked is told by SELECT only, which takes \Recent from other programs: a check must not.
        if folder.recent > 0 {
            said.push(format!(
                "whether notices can be marked with {KEYWORD} shows at the first one: asking now would touch {} \
                 recent messages",
                folder.recent
            ));
            return Ok(said);
        }
        let flags = live.select(&options.folder, Access::Change).await?.permanent_flags;
        let keeps = flags.iter().any(|flag| flag == "\\*" || flag.eq_ignore_ascii_case(KEYWORD));
        said.push(if keeps {
            format!("notices can be marked with {KEYWORD}")
        } else {
            format!("notices cannot be marked: the server keeps no keyword {KEYWORD} in this folder")
        });
        Ok(said)
    }
}
