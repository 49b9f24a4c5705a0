//! Mail by mail, where the server failed at several at once: one that cannot be had must not hold up the others, and a
//! server that is down must not be taken for a mail that cannot be had.

use std::collections::BTreeMap;

use super::{
    listing::{Described, Looked},
    session::{Access, Live},
};
use crate::{
    domain::MessageKey,
    mailbox::{Content, Entry, Fetched, ImapOptions, MailboxError},
};

/// How often a mail is asked for alone before it counts as one that cannot be had; and how many others are asked for
/// to prove that the server delivers mail at all.
const ATTEMPTS: u32 = 3;

/// A connection that is replaced after every failure. That it can be, and what the proof says, tells a server that is
/// down.
pub(super) struct Singly<'a> {
    options: &'a ImapOptions,
    /// In step, as long as it is there.
    live: Option<Live>,
}

impl<'a> Singly<'a> {
    pub(super) fn new(options: &'a ImapOptions) -> Self {
        Self { options, live: None }
    }

    /// The connection, to be put back only when all went well. The failed one is closed before the next is opened:
    /// some servers allow a user only a few.
    pub(super) async fn take(&mut self) -> Result<Live, MailboxError> {
        match self.live.take() {
            Some(live) => Ok(live),
            None => Live::open(self.options).await,
        }
    }

    /// The content of one mail; none if it is gone.
    pub(super) async fn fetch(&mut self, entry: &Entry) -> Result<Option<Fetched>, MailboxError> {
        let mut attempts = 0;
        loop {
            let mut live = self.take().await?;
            let fetched = live.fetch(std::slice::from_ref(entry), self.options.limits.max_message).await;
            attempts += 1;
            match fetched {
                Ok(fetched) => {
                    self.live = Some(live);
                    return Ok(fetched.into_iter().next());
                }
                Err(error) if !error.may_be_one_mail() => return Err(error),
                Err(_) if attempts < ATTEMPTS => {}
                Err(error) => {
                    drop(live);
                    if !self.delivers_another(&entry.key).await? {
                        return Err(error);
                    }
                    let content = Content::Unavailable(error.to_string());
                    return Ok(Some(Fetched { entry: entry.clone(), content }));
                }
            }
        }
    }

    /// Size and arrival of each of `uids`, ascending. A mail that alone cannot be described is listed all the same:
    /// its content may be had, or shows why not.
    pub(super) async fn describe(
        &mut self,
        looked: &Looked,
        uids: &[u32],
    ) -> Result<BTreeMap<u32, Described>, MailboxError> {
        let folder = &self.options.folder;
        let mut described = BTreeMap::new();
        for uid in uids {
            let mut live = self.take().await?;
            if live.selected.is_none()
                && live.select(folder, Access::Read).await?.uidvalidity != looked.uidvalidity
            {
                let why = "it was numbered anew meanwhile".to_owned();
                return Err(MailboxError::Folder { folder: folder.clone(), why, temporary: true });
            }
            match live.describe(&[*uid]).await {
                Ok(one) => {
                    self.live = Some(live);
                    described.extend(one);
                }
                Err(error) if error.may_be_one_mail() => {
                    drop(live);
                    let key = MessageKey {
                        folder: folder.clone(),
                        uidvalidity: looked.uidvalidity,
                        uid: uid.to_string(),
                    };
                    if !self.delivers_another(&key).await? {
                        return Err(error);
                    }
                    described.insert(*uid, Described::default());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(described)
    }

    /// Whether the server gives any other mail of the folder.
    async fn delivers_another(&mut self, key: &MessageKey) -> Result<bool, MailboxError> {
        for attempt in 0..ATTEMPTS {
            let mut live = self.take().await?;
            match live.delivers_another(key, attempt).await {
                Ok(given) => {
                    self.live = Some(live);
                    if given {
                        return Ok(true);
                    }
                }
                Err(error) if error.may_be_one_mail() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}
