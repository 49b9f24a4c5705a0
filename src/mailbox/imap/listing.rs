//! What is new in the folder, and its content. Everything here is EXAMINE and PEEK: it changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use async_imap::imap_proto::{AttributeValue, Response};
use chrono::{DateTime, Days, Utc};

use super::{
    names::uid_set,
    session::{Access, Live},
};
use crate::{
    domain::MessageKey,
    mailbox::{Content, Cursor, Entry, Fetched, Listing, MailboxError},
};

/// UIDs asked for in one command: the set stays below 6 kB and the answer small.
const UIDS_A_COMMAND: usize = 500;

/// What one message looks like without its content.
#[derive(Default)]
struct Described {
    size: Option<u32>,
    received_at: Option<DateTime<Utc>>,
    unreadable_date: bool,
}

impl Live {
    /// What is in `folder` beyond `cursor`; without a cursor, or after the folder was numbered anew, all of it,
    /// apart by `since`.
    pub(super) async fn list(
        &mut self,
        folder: &str,
        cursor: Option<&Cursor>,
        since: DateTime<Utc>,
    ) -> Result<Listing, MailboxError> {
        let selected = self.select(folder, Access::Read).await?;
        let cursor = cursor.filter(|cursor| cursor.folder == folder);
        let resumed = cursor.filter(|cursor| cursor.uidvalidity == selected.uidvalidity);
        let (all, candidates) = match resumed {
            Some(cursor) => (Vec::new(), self.uids_from(cursor.next_uid).await?),
            None => self.uids_apart(since).await?,
        };
        let described = self.describe(&candidates).await?;
        // UIDNEXT is not used: mail that is still being stored may have a lower number.
        let last = all.last().max(candidates.last()).copied();
        let next_uid = last.map_or(0, |last| u64::from(last) + 1);

        let key = |uid: u32| MessageKey {
            folder: folder.to_owned(),
            uidvalidity: selected.uidvalidity,
            uid: uid.to_string(),
        };
        let (mut entries, mut older) = (Vec::new(), Vec::new());
        for (uid, (size, received_at)) in &described {
            if resumed.is_none() && *received_at < since {
                older.push(key(*uid));
            } else {
                entries.push(Entry { key: key(*uid), size: u64::from(*size), received_at: *received_at });
            }
        }
        let candidates: BTreeSet<u32> = candidates.into_iter().collect();
        older.extend(all.into_iter().filter(|uid| !candidates.contains(uid)).map(key));
        Ok(Listing {
            entries,
            older,
            cursor: Cursor {
                folder: folder.to_owned(),
                uidvalidity: selected.uidvalidity,
                next_uid: next_uid.max(resumed.map_or(1, |cursor| cursor.next_uid)),
            },
            reset: cursor.is_some() && resumed.is_none(),
        })
    }

    /// UIDs from `next` on. `n:*` always names the last message too, even below `n` (RFC 3501 6.4.8).
    async fn uids_from(&mut self, next: u64) -> Result<Vec<u32>, MailboxError> {
        let Ok(next) = u32::try_from(next) else { return Ok(Vec::new()) };
        let next = next.max(1);
        let mut uids = self.search(&format!("UID {next}:*")).await?;
        uids.retain(|uid| *uid >= next);
        Ok(uids)
    }

    /// All UIDs, and those of mail that may be from `since` or later. In this order: mail that arrives between
    /// the two searches must not look old.
    async fn uids_apart(&mut self, since: DateTime<Utc>) -> Result<(Vec<u32>, Vec<u32>), MailboxError> {
        let all = self.search("ALL").await?;
        // SINCE compares calendar days of the server's zone (RFC 3501 6.4.4), at most a day off UTC.
        let day = since.date_naive().checked_sub_days(Days::new(1)).unwrap_or_else(|| since.date_naive());
        let recent = self.search(&format!("SINCE {}", day.format("%-d-%b-%Y"))).await?;
        Ok((all, recent))
    }

    /// Size in bytes and arrival of each message that is still there.
    async fn describe(&mut self, uids: &[u32]) -> Result<BTreeMap<u32, (u32, DateTime<Utc>)>, MailboxError> {
        const NAME: &str = "UID FETCH";
        let mut described = BTreeMap::new();
        for chunk in uids.chunks(UIDS_A_COMMAND) {
            let mut found: BTreeMap<u32, Described> = BTreeMap::new();
            let command = format!("UID FETCH {} (UID RFC822.SIZE INTERNALDATE)", uid_set(chunk));
            self.exec(NAME, &command, |response| note(response, &mut found)).await?;
            for (uid, message) in found {
                if message.unreadable_date {
                    let why = format!("message {uid} has a date that cannot be read");
                    return Err(MailboxError::Protocol { command: NAME, why });
                }
                // Changes of flags are announced in FETCH responses of their own, also for other messages.
                if let (Some(size), Some(received_at)) = (message.size, message.received_at)
                    && chunk.binary_search(&uid).is_ok()
                {
                    described.insert(uid, (size, received_at));
                }
            }
        }
        Ok(described)
    }

    /// The content of `batch`, in its order, without the messages that are no longer there.
    pub(super) async fn fetch(
        &mut self,
        batch: &[Entry],
        max_message: u64,
    ) -> Result<Vec<Fetched>, MailboxError> {
        let mut fetched = Vec::with_capacity(batch.len());
        let place = |entry: &Entry| (entry.key.folder.clone(), entry.key.uidvalidity);
        for run in batch.chunk_by(|a, b| place(a) == place(b)) {
            let Some(first) = run.first() else { continue };
            let selected = self.select(&first.key.folder, Access::Read).await?;
            if selected.uidvalidity != first.key.uidvalidity {
                continue;
            }
            let small = || run.iter().filter(|entry| entry.size <= max_message);
            let bytes = small().map(|entry| entry.size).sum();
            let mut uids: Vec<u32> = small().filter_map(|entry| uid_of(&entry.key)).collect();
            uids.sort_unstable();
            uids.dedup();
            let mut contents = self.contents(&uids, bytes).await?;
            for entry in run {
                let content = if entry.size > max_message {
                    Content::TooLarge
                } else {
                    match uid_of(&entry.key).and_then(|uid| contents.remove(&uid)) {
                        None => continue,
                        // RFC822.SIZE is an estimate on some servers.
                        Some(content) if content.len() as u64 > max_message => Content::TooLarge,
                        Some(content) => Content::Whole(content),
                    }
                };
                fetched.push(Fetched { entry: entry.clone(), content });
            }
        }
        Ok(fetched)
    }

    async fn contents(&mut self, uids: &[u32], bytes: u64) -> Result<BTreeMap<u32, Vec<u8>>, MailboxError> {
        const NAME: &str = "UID FETCH";
        let mut contents = BTreeMap::new();
        let mut withheld = None;
        for chunk in uids.chunks(UIDS_A_COMMAND) {
            let command = format!("UID FETCH {} (UID BODY.PEEK[])", uid_set(chunk));
            self.exec_carrying(bytes, NAME, &command, |response| {
                let Response::Fetch(_, attributes) = response else { return };
                let Some(uid) = uid_among(attributes) else { return };
                for attribute in attributes {
                    let AttributeValue::BodySection { section: None, data, .. } = attribute else { continue };
                    match data {
                        Some(data) => drop(contents.insert(uid, data.to_vec())),
                        None => withheld = Some(uid),
                    }
                }
            })
            .await?;
        }
        // NIL may mean "expunged meanwhile" (RFC 2180 4.1.3) or that the server cannot read it. An error is
        // right for both: the next listing tells which, while silence would lose a mail that is there.
        if let Some(uid) = withheld {
            let why = format!("it names message {uid} but does not give its content");
            return Err(MailboxError::Protocol { command: NAME, why });
        }
        Ok(contents)
    }
}

fn note(response: &Response<'_>, found: &mut BTreeMap<u32, Described>) {
    let Response::Fetch(_, attributes) = response else { return };
    let Some(uid) = uid_among(attributes) else { return };
    let message = found.entry(uid).or_default();
    for attribute in attributes {
        if let AttributeValue::Rfc822Size(size) = attribute {
            message.size = Some(*size);
        }
        if let AttributeValue::InternalDate(date) = attribute {
            message.received_at = internal_date(date);
            message.unreadable_date = message.received_at.is_none();
        }
    }
}

pub(super) fn uid_among(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|a| if let AttributeValue::Uid(uid) = a { Some(*uid) } else { None })
}

/// `17-Jul-1996 02:44:25 -0700`, the day padded with a space (RFC 3501 9 `date-time`).
fn internal_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_str(text.trim(), "%d-%b-%Y %H:%M:%S %z").ok().map(|date| date.to_utc())
}

/// The UID in a key; none if the key is of another kind of mailbox.
pub(super) fn uid_of(key: &MessageKey) -> Option<u32> {
    key.uid.parse().ok().filter(|uid| *uid > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_dates_are_read_as_servers_write_them() {
        for (text, instant) in [
            ("17-Jul-1996 02:44:25 -0700", Some("1996-07-17T09:44:25Z")),
            (" 1-Nov-2026 00:00:00 +0000", Some("2026-11-01T00:00:00Z")),
            ("1-Nov-2026 23:30:00 +1400", Some("2026-11-01T09:30:00Z")),
            ("01-nov-2026 00:00:00 +0000", Some("2026-11-01T00:00:00Z")),
            ("yesterday", None),
            ("", None),
        ] {
            let expected = instant.map(|instant| instant.parse::<DateTime<Utc>>().expect("an instant"));
            assert_eq!(internal_date(text), expected, "{text}");
        }
    }
}
