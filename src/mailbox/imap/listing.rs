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
pub(super) const UIDS_A_COMMAND: usize = 500;

/// Messages searched by one command. The time for reading one answer grows with its square: in pieces, a folder of
/// 200,000 costs ten times one of 20,000.
const MESSAGES_A_SEARCH: u32 = 20_000;

/// What one message looks like without its content.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Described {
    size: Option<u32>,
    /// None also where the server gives what is no date.
    received_at: Option<DateTime<Utc>>,
}

/// What a search found.
#[derive(Debug)]
pub(super) struct Looked {
    folder: String,
    pub(super) uidvalidity: u32,
    /// What is to be described, ascending.
    pub(super) candidates: Vec<u32>,
    /// At a first look, or after a renumbering: every UID.
    all: Vec<u32>,
    /// The first UID that was not known before.
    next_uid: u64,
    /// It goes on where another look ended.
    resumed: bool,
    reset: bool,
}

impl Looked {
    /// The listing, from what `described` knows of the candidates; those it does not name are gone.
    pub(super) fn listing(self, described: &BTreeMap<u32, Described>, since: DateTime<Utc>) -> Listing {
        // UIDNEXT is not used: mail that is still being stored may have a lower number.
        let last = self.all.last().max(self.candidates.last()).copied();
        let next_uid = last.map_or(0, |last| u64::from(last) + 1).max(self.next_uid);
        let key = |uid: u32| MessageKey {
            folder: self.folder.clone(),
            uidvalidity: self.uidvalidity,
            uid: uid.to_string(),
        };
        // A mail without a date of arrival is new rather than old: it must not be passed over.
        let newest =
            described.values().filter_map(|message| message.received_at).max().unwrap_or(since).max(since);
        let (mut entries, mut older) = (Vec::new(), Vec::new());
        for (uid, message) in described {
            let received_at = message.received_at.unwrap_or(newest);
            if !self.resumed && received_at < since {
                older.push(key(*uid));
            } else {
                let size = message.size.map_or(0, u64::from);
                entries.push(Entry { key: key(*uid), size, received_at });
            }
        }
        let candidates: BTreeSet<u32> = self.candidates.iter().copied().collect();
        older.extend(self.all.iter().filter(|uid| !candidates.contains(uid)).map(|uid| key(*uid)));
        let cursor = Cursor { folder: self.folder.clone(), uidvalidity: self.uidvalidity, next_uid };
        Listing { entries, older, cursor, reset: self.reset }
    }
}

impl Live {
    /// Which messages are in `folder` beyond `cursor`; without a cursor, or after the folder was numbered anew, all
    /// of them, and which of them may be from `since` or later.
    pub(super) async fn look(
        &mut self,
        folder: &str,
        cursor: Option<&Cursor>,
        since: DateTime<Utc>,
    ) -> Result<Looked, MailboxError> {
        let selected = self.select(folder, Access::Read).await?;
        let cursor = cursor.filter(|cursor| cursor.folder == folder);
        let resumed = cursor.filter(|cursor| cursor.uidvalidity == selected.uidvalidity);
        let (all, candidates) = match resumed {
            Some(cursor) => (Vec::new(), self.uids_from(cursor.next_uid).await?),
            None => self.uids_apart(since).await?,
        };
        Ok(Looked {
            folder: folder.to_owned(),
            uidvalidity: selected.uidvalidity,
            candidates,
            all,
            next_uid: resumed.map_or(1, |cursor| cursor.next_uid),
            resumed: resumed.is_some(),
            reset: cursor.is_some() && resumed.is_none(),
        })
    }

    /// UIDs from `next` on. `n:*` always names the last message too, even below `n` (RFC 3501 6.4.8).
    async fn uids_from(&mut self, next: u64) -> Result<Vec<u32>, MailboxError> {
        let Ok(next) = u32::try_from(next) else { return Ok(Vec::new()) };
        let next = next.max(1);
        let few = self.selected.as_ref().is_some_and(|selected| {
            let new = selected.uid_next.map_or(u32::MAX, |uid_next| uid_next.saturating_sub(next));
            new.min(selected.messages) <= MESSAGES_A_SEARCH
        });
        // One command, however much old mail there is; in pieces only where the new mail itself is that much.
        let mut uids = if few {
            self.search(&format!("UID {next}:*")).await?
        } else {
            self.search_in_pieces(&[&format!("UID {next}:*")]).await?.pop().unwrap_or_default()
        };
        uids.retain(|uid| *uid >= next);
        Ok(uids)
    }

    /// All UIDs, and those of mail that may be from `since` or later. In this order: mail that arrives between
    /// the two searches must not look old.
    async fn uids_apart(&mut self, since: DateTime<Utc>) -> Result<(Vec<u32>, Vec<u32>), MailboxError> {
        // SINCE compares calendar days of the server's zone (RFC 3501 6.4.4), at most a day off UTC.
        let day = since.date_naive().checked_sub_days(Days::new(1)).unwrap_or_else(|| since.date_naive());
        let recent = format!("SINCE {}", day.format("%-d-%b-%Y"));
        let mut found = self.search_in_pieces(&["ALL", &recent]).await?;
        let recent = found.pop().unwrap_or_default();
        Ok((found.pop().unwrap_or_default(), recent))
    }

    /// The UIDs that match each of `criteria`, ascending, asked for some messages at a time. By number from the last
    /// to the first: a message that somebody removes meanwhile moves those after it into pieces that come later, so
    /// none is left out.
    async fn search_in_pieces(&mut self, criteria: &[&str]) -> Result<Vec<Vec<u32>>, MailboxError> {
        let messages = self.selected.as_ref().map_or(0, |selected| selected.messages);
        let mut found = vec![Vec::new(); criteria.len()];
        let pieces = messages.div_ceil(MESSAGES_A_SEARCH).max(1);
        for piece in (0..pieces).rev() {
            let first = piece * MESSAGES_A_SEARCH + 1;
            let numbers = match (pieces, piece + 1 == pieces) {
                // No number at all: where the folder is empty, every number is an error.
                (1, _) => String::new(),
                (_, true) => format!("{first}:* "),
                (_, false) => format!("{first}:{} ", piece * MESSAGES_A_SEARCH + MESSAGES_A_SEARCH),
            };
            for (uids, criterion) in found.iter_mut().zip(criteria) {
                uids.extend(self.search(&format!("{numbers}{criterion}")).await?);
            }
        }
        for uids in &mut found {
            uids.sort_unstable();
            uids.dedup();
        }
        Ok(found)
    }

    /// Size in bytes and arrival of each of `uids`, ascending, that is still there.
    pub(super) async fn describe(&mut self, uids: &[u32]) -> Result<BTreeMap<u32, Described>, MailboxError> {
        let mut found: BTreeMap<u32, Described> = BTreeMap::new();
        let command = format!("UID FETCH {} (UID RFC822.SIZE INTERNALDATE)", uid_set(uids));
        self.exec("UID FETCH", &command, |response| note(response, &mut found)).await?;
        // Changes of flags are announced in FETCH responses of their own, also for other messages.
        found.retain(|uid, _| uids.binary_search(uid).is_ok());
        Ok(found)
    }

    /// Whether the server gives the content of any message but `key`'s: the proof that a failure is about that one
    /// mail. One octet is asked for, of a few messages. Where `key`'s is alone in the folder, that the server still
    /// knows its flags must do: else it would be asked for until other mail comes.
    pub(super) async fn delivers_another(
        &mut self,
        key: &MessageKey,
        attempt: u32,
    ) -> Result<bool, MailboxError> {
        let messages = self.select(&key.folder, Access::Read).await?.messages;
        let number = match attempt {
            0 => messages,
            1 => 1,
            _ => messages.div_ceil(2),
        };
        if messages < 2 {
            let Some(uid) = uid_of(key) else { return Ok(false) };
            return Ok(self.flags(uid).await?.is_some());
        }
        let mut given = false;
        self.exec("FETCH", &format!("FETCH {number} (UID BODY.PEEK[]<0.1>)"), |response| {
            let Response::Fetch(_, attributes) = response else { return };
            let other = uid_among(attributes).is_some_and(|uid| uid_of(key) != Some(uid));
            let content = |a: &AttributeValue<'_>| {
                matches!(a, AttributeValue::BodySection { section: None, data: Some(_), .. })
            };
            given |= other && attributes.iter().any(content);
        })
        .await?;
        Ok(given)
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
        }
    }
}

pub(super) fn uid_among(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|a| if let AttributeValue::Uid(uid) = a { Some(*uid) } else { None })
}

/// `17-Jul-1996 02:44:25 -0700`, the day padded with a space (RFC 3501 9 `date-time`).
pub(super) fn internal_date(text: &str) -> Option<DateTime<Utc>> {
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
