//! Looking at the mailbox: which mail is new, taken in batch by batch, by the one daemon that has the right to.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Desk, EngineError};
use crate::{
    domain::MessageKey,
    mailbox::{Cursor, Listing, Mailbox},
    store::{Lease, MessageState, NewMessage},
};

/// The verdict on mail from before the desk's first day.
const OLDER: &str = "older";

/// How many keys of old mail are recorded in one transaction.
const OLD_MAIL_AT_ONCE: usize = 2_000;

/// One look at the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Messages recorded.
    pub messages: usize,
    /// Cases opened.
    pub cases: usize,
}

impl Desk {
    /// Looks once for new mail and takes it in, as long as `lease` is held: what another daemon may have begun to take in
    /// is not taken in twice. `since`: how far back the very first look goes. Asked to stop, it leaves after the batch it
    /// is in, with the cursor where it was: what is left is found again at the next start.
    pub async fn poll_once(
        &self,
        mailbox: &mut Mailbox,
        lease: &Lease,
        folder: &str,
        since: DateTime<Utc>,
    ) -> Result<Look, EngineError> {
        self.pulses.mail.turn();
        let stored = self.book.store.cursor(folder).await?;
        let cursor = stored.map(|(uidvalidity, next_uid)| Cursor {
            folder: folder.to_owned(),
            uidvalidity: u32::try_from(uidvalidity).unwrap_or(0),
            next_uid: u64::try_from(next_uid).unwrap_or(0),
        });
        let since = self.first_day(folder, since).await?;
        let Listing { entries, older, cursor: reached, reset } =
            self.pulses.mail.during(mailbox.list(cursor.as_ref(), since)).await?;
        let mut look = Look::default();
        look.messages += self.leave_older(lease, &older).await?;
        if self.stop.is_cancelled() {
            return Ok(look);
        }

        let keys: Vec<MessageKey> = entries.iter().map(|entry| entry.key.clone()).collect();
        let unseen: BTreeSet<MessageKey> = self.book.store.unseen(&keys).await?.into_iter().collect();
        let new = entries.into_iter().filter(|entry| unseen.contains(&entry.key)).collect();
        for batch in mailbox.batches(new) {
            let fetched = self.pulses.mail.during(mailbox.fetch(&batch)).await?;
            let taken = self.take_in(lease, fetched, reset).await?;
            look.messages += taken.messages;
            look.cases += taken.cases;
            self.wake.all();
            self.mailbox_outage.over();
            if self.stop.is_cancelled() {
                return Ok(look);
            }
        }
        let (mut tx, now) = (self.writing_mail(lease).await?, self.book.clock.now());
        if cursor.as_ref() == Some(&reached) {
            tx.note_look(folder, now).await?;
        } else {
            let next_uid = i64::try_from(reached.next_uid).unwrap_or(i64::MAX);
            tx.set_cursor(folder, reached.uidvalidity, next_uid, now).await?;
        }
        tx.commit().await?;
        self.book.metrics.polled();
        self.mailbox_outage.over();
        if look.messages > 0 {
            tracing::info!(messages = look.messages, cases = look.cases, "new mail");
        }
        Ok(look)
    }

    /// How far back a look goes that begins anew: to the desk's first day in this folder. After a renumbering
    /// (UIDVALIDITY) all mail since then is read again: what is known by its content gets its new key, and what came
    /// in unseen meanwhile is taken in. Mail from before that day was never the desk's.
    async fn first_day(&self, folder: &str, since: DateTime<Utc>) -> Result<DateTime<Utc>, EngineError> {
        if let Some(day) = self.book.store.first_day(folder).await? {
            return Ok(day);
        }
        let mut tx = self.book.store.write().await?;
        tx.set_first_day(folder, since).await?;
        tx.commit().await?;
        Ok(since)
    }

    /// Mail from before the desk's first day: recorded as left, never fetched, never answered.
    async fn leave_older(&self, lease: &Lease, older: &[MessageKey]) -> Result<usize, EngineError> {
        let now = self.book.clock.now();
        let mut recorded = 0;
        for keys in older.chunks(OLD_MAIL_AT_ONCE) {
            if self.stop.is_cancelled() {
                break;
            }
            self.pulses.mail.turn();
            let mut tx = self.writing_mail(lease).await?;
            for key in keys {
                let message = NewMessage {
                    key,
                    sha256: None,
                    state: MessageState::Left,
                    verdict: OLDER,
                    reason: None,
                    possible: false,
                    case: None,
                    message_id: None,
                    references: None,
                    received_at: now,
                    octets: None,
                };
                recorded += usize::from(tx.add_message(&message, now).await?.is_some());
            }
            tx.commit().await?;
        }
        self.book.metrics.mails(OLDER, recorded);
        Ok(recorded)
    }
}
