//! A mailbox on an IMAP server (RFC 3501 with IDLE, MOVE and UIDPLUS where offered).

mod change;
mod check;
mod connect;
mod idle;
mod listing;
pub(super) mod names;
mod session;
mod singly;

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};

use super::{Cursor, Entry, Fetched, Found, ImapOptions, Listing, MailboxError, Mark};
use crate::domain::MessageKey;
pub(super) use check::check;
use listing::UIDS_A_COMMAND;
pub(super) use session::allowance;
use session::{Access, Live};
use singly::Singly;

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
        let looked = live.look(&self.options.folder, cursor, since).await?;
        self.listed = live.selected.as_ref().map(session::Selected::arrivals);
        let mut described = BTreeMap::new();
        for chunk in looked.candidates.chunks(UIDS_A_COMMAND) {
            match live.describe(chunk).await {
                Ok(more) => described.extend(more),
                // Silence is not taken for one mail's fault here: 500 times the limit would be an hour or two.
                Err(error) if error.may_be_one_mail() && !matches!(error, MailboxError::Timeout { .. }) => {
                    tracing::warn!(%error, "sizes of new mail cannot be had at once; asking mail by mail");
                    drop(live);
                    let mut singly = Singly::new(&self.options);
                    described.extend(singly.describe(&looked, chunk).await?);
                    live = singly.take().await?;
                    live.select(&self.options.folder, Access::Read).await?;
                }
                Err(error) => return Err(error),
            }
        }
        self.live = Some(live);
        Ok(looked.listing(&described, since))
    }

    pub(super) async fn fetch(&mut self, batch: &[Entry]) -> Result<Vec<Fetched>, MailboxError> {
        let mut live = self.take()?;
        let fetched = match live.fetch(batch, self.options.limits.max_message).await {
            Ok(fetched) => fetched,
            Err(error) if error.may_be_one_mail() => {
                tracing::warn!(%error, mails = batch.len(), "mail cannot be fetched at once; asking mail by mail");
                drop(live);
                let mut singly = Singly::new(&self.options);
                let mut fetched = Vec::with_capacity(batch.len());
                for entry in batch {
                    fetched.extend(singly.fetch(entry).await?);
                }
                live = singly.take().await?;
                fetched
            }
            Err(error) => return Err(error),
        };
        self.live = Some(live);
        Ok(fetched)
    }

    pub(super) fn is_told(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.extensions.idle)
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
}
