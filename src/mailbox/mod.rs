//! The helpdesk's mailbox: what is new in it, the content of mails, and the marks of the desk on its notices.
//! On an IMAP server or in a Maildir of this machine.
//!
//! Looking never changes anything: no flag, no `\Seen`, and no `\Recent`, since looking is EXAMINE and
//! `BODY.PEEK[]`. Only [`Mailbox::mark`] and [`Mailbox::file`] change a message, and only the one they name.
//! (They have to open the folder with SELECT, at which a server takes `\Recent` from messages no other program
//! has seen yet; the protocol offers nothing gentler.)
//!
//! A message is known by folder, UIDVALIDITY and UID. After any error, and after a call whose future was
//! dropped, a `Mailbox` answers [`MailboxError::Closed`] and has to be opened again: a connection that may be
//! out of step must not be believed.

mod error;
mod imap;
mod maildir;
mod options;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::MessageKey;
pub use error::MailboxError;
pub use options::{ImapOptions, Limits, MaildirOptions, Options, Tls};

/// The keyword that says: the desk has taken this mail into a case.
pub const KEYWORD: &str = "$RoiDesk";

/// How far the mail server's clock may be ahead of this machine's.
const MOST_SKEW: TimeDelta = TimeDelta::minutes(5);

/// Where a listing ended, to be stored once all its entries are recorded and given to the next one. Opaque.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The folder it belongs to.
    pub folder: String,
    /// The numbering it belongs to; 0 in a Maildir.
    pub uidvalidity: u32,
    /// The first UID not listed yet. In a Maildir the time at which `cur` last changed, in nanoseconds since
    /// 1970, or 0 if it must be read again.
    pub next_uid: u64,
}

/// A message that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its identity.
    pub key: MessageKey,
    /// Bytes.
    pub size: u64,
    /// When it arrived: INTERNALDATE; in a Maildir the file's time of modification.
    pub received_at: DateTime<Utc>,
}

/// What a look into the folder found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// New messages, oldest first.
    pub entries: Vec<Entry>,
    /// At the very first look, or with `reset`: mail older than `since`. Recorded, never fetched.
    pub older: Vec<MessageKey>,
    /// To be stored once all entries are recorded.
    pub cursor: Cursor,
    /// The folder was numbered anew (UIDVALIDITY changed): what is known comes again under new keys.
    pub reset: bool,
}

/// A message's bytes as stored. They do not print themselves.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// Larger than the limit: not fetched.
    TooLarge,
    /// The server has it and does not give it, however it is asked, while it gives others: why, without mail.
    Unavailable(String),
}

/// One thing that [`Mailbox::check`] found, in a plain sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It is as it should be, or good to know.
    Well(String),
    /// It is not: what, and what to do.
    Wrong(String),
    /// Notices cannot be marked or moved: what, and what to do. It keeps nobody from watching only.
    WrongOnceLive(String),
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Self::TooLarge => f.write_str("TooLarge"),
            Self::Unavailable(why) => write!(f, "Unavailable({why})"),
        }
    }
}

/// A message with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// As it was listed.
    pub entry: Entry,
    /// Its bytes.
    pub content: Content,
}

/// What the desk says about a notice in the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Taken into a case: keyword [`KEYWORD`].
    Taken,
    /// Its final reply is out: `\Seen` and `\Answered`.
    Answered,
}

/// Whether the message was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It was, and is now as asked.
    Yes,
    /// It is no longer under this key: moved, deleted, or numbered anew.
    Gone,
}

/// An open mailbox. It does not reconnect by itself.
#[derive(Debug)]
pub struct Mailbox {
    limits: Limits,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Imap(Box<imap::Imap>),
    Maildir(maildir::Maildir),
}

impl Mailbox {
    /// Connects and logs in, or looks whether the Maildir is there.
    pub async fn open(options: &Options) -> Result<Self, MailboxError> {
        let place = match options {
            Options::Imap(options) => Place::Imap(Box::new(imap::Imap::open(options).await?)),
            Options::Maildir(options) => Place::Maildir(maildir::Maildir::open(options).await?),
        };
        Ok(Self { limits: options.limits(), place })
    }

    /// What is new since `cursor`; at the very first look (`None`) everything, apart by `since`. Costs no more
    /// for old mail. A message may be listed twice, but is never left out, as long as the mailbox is opened again
    /// whenever a listing could not be recorded.
    pub async fn list(
        &mut self,
        cursor: Option<&Cursor>,
        since: DateTime<Utc>,
    ) -> Result<Listing, MailboxError> {
        match &mut self.place {
            Place::Imap(imap) => imap.list(cursor, since).await,
            Place::Maildir(maildir) => maildir.list(cursor, since).await,
        }
    }

    /// The message with this key, as a listing gives it; `None` if it is no longer there under this key. For single
    /// messages that somebody asks for: a look at all that came after it.
    pub async fn find(&mut self, key: &MessageKey) -> Result<Option<Entry>, MailboxError> {
        let cursor = match (&self.place, key.uid.parse()) {
            (Place::Imap(_), Ok(next_uid)) => {
                Some(Cursor { folder: key.folder.clone(), uidvalidity: key.uidvalidity, next_uid })
            }
            (Place::Imap(_) | Place::Maildir(_), _) => None,
        };
        let listing = self.list(cursor.as_ref(), DateTime::UNIX_EPOCH).await?;
        Ok(listing.entries.into_iter().find(|entry| &entry.key == key))
    }

    /// Cuts a listing into pieces for [`Mailbox::fetch`] that respect the limits on bytes and number.
    pub fn batches(&self, entries: Vec<Entry>) -> Vec<Vec<Entry>> {
        batches(entries, self.limits)
    }

    /// The content of each message of `batch`, in its order. Messages that are no longer there are left out. One
    /// that alone cannot be had comes as [`Content::Unavailable`] and holds up no other; an error means that the
    /// server as a whole does not deliver at the moment.
    pub async fn fetch(&mut self, batch: &[Entry]) -> Result<Vec<Fetched>, MailboxError> {
        match &mut self.place {
            Place::Imap(imap) => imap.fetch(batch).await,
            Place::Maildir(maildir) => maildir.fetch(batch).await,
        }
    }

    /// Returns when something may have changed since the last [`Mailbox::list`], at the latest after `at_most`
    /// (IMAP: or 25 minutes). Only a hint; if the future is dropped, the mailbox is closed.
    pub async fn wait(&mut self, at_most: Duration) -> Result<(), MailboxError> {
        match &mut self.place {
            Place::Imap(imap) => imap.wait(at_most).await,
            Place::Maildir(maildir) => maildir.wait(at_most).await,
        }
    }

    /// Whether the server says when mail arrives (IDLE, RFC 2177), so that nobody waits for the next look.
    pub fn is_told(&self) -> bool {
        match &self.place {
            Place::Imap(imap) => imap.is_told(),
            Place::Maildir(_) => false,
        }
    }

    /// Marks one message. Doing it twice is the same as once.
    pub async fn mark(&mut self, key: &MessageKey, mark: Mark) -> Result<Found, MailboxError> {
        match &mut self.place {
            Place::Imap(imap) => imap.mark(key, mark).await,
            Place::Maildir(maildir) => maildir.mark(key, mark).await,
        }
    }

    /// Moves one message with its flags to `folder`, created where missing. The second time it is
    /// [`Found::Gone`].
    pub async fn file(&mut self, key: &MessageKey, folder: &str) -> Result<Found, MailboxError> {
        match &mut self.place {
            Place::Imap(imap) => imap.file(key, folder).await,
            Place::Maildir(maildir) => maildir.file(key, folder).await,
        }
    }

    /// Tries the settings out without changing anything. `folders`: where mail is to be moved to (`done_folder`,
    /// `quarantine_folder`). `now` is compared with the arrival of the newest mail. An error is what ended the check
    /// early, in a sentence that says what to do.
    pub async fn check(
        options: &Options,
        folders: &[&str],
        now: DateTime<Utc>,
    ) -> Result<Vec<Finding>, MailboxError> {
        match options {
            Options::Imap(options) => imap::check(options, folders, now).await,
            Options::Maildir(options) => maildir::Maildir::check(options, folders, now).await,
        }
    }
}

/// A mail that arrived in the future: this machine's clock is slow, or the mail server's is fast. `newest_at`: when
/// the newest mail arrived, by the server's clock.
fn clock_skew(newest_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Finding> {
    let ahead = newest_at - now;
    (ahead > MOST_SKEW).then(|| {
        Finding::Wrong(format!(
            "the newest mail arrived {} minutes in the future by this machine's clock: set this machine's time, or the \
             mail server's (NTP), since deadlines count from the arrival",
            ahead.num_minutes()
        ))
    })
}

fn batches(entries: Vec<Entry>, limits: Limits) -> Vec<Vec<Entry>> {
    let mut batches: Vec<Vec<Entry>> = Vec::new();
    let mut bytes = 0_u64;
    for entry in entries {
        // What is too large is not fetched, so it weighs nothing.
        let weight = if entry.size > limits.max_message { 0 } else { entry.size };
        match batches.last_mut() {
            Some(batch)
                if batch.len() < limits.batch_messages
                    && bytes.saturating_add(weight) <= limits.batch_bytes =>
            {
                bytes += weight;
                batch.push(entry);
            }
            Some(_) | None => {
                bytes = weight;
                batches.push(vec![entry]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(uid: usize, size: u64) -> Entry {
        let key = MessageKey { folder: "INBOX".to_owned(), uidvalidity: 1, uid: uid.to_string() };
        Entry { key, size, received_at: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn batches_respect_bytes_and_number_and_keep_the_order() {
        let limits = Limits { max_message: 100, batch_bytes: 10, batch_messages: 3 };
        for (sizes, expected) in [
            (vec![], vec![]),
            (vec![1, 1, 1, 1], vec![3, 1]),
            (vec![5, 5, 1], vec![2, 1]),
            (vec![50, 1, 1], vec![1, 2]),
            (vec![1, 50, 1], vec![1, 1, 1]),
            (vec![9, 101, 1], vec![3]),
            (vec![u64::MAX, 10, 1], vec![2, 1]),
        ] {
            let entries: Vec<Entry> = sizes.iter().enumerate().map(|(uid, size)| entry(uid, *size)).collect();
            let cut = batches(entries.clone(), limits);
            assert_eq!(cut.iter().map(Vec::len).collect::<Vec<_>>(), expected, "{sizes:?}");
            assert_eq!(cut.concat(), entries);
        }
    }

    #[test]
    fn content_does_not_print_itself() {
        let content = Content::Whole(b"Client Jane Doe".to_vec());
        assert_eq!(format!("{content:?}"), "Whole(15 bytes)");
    }

    #[test]
    fn a_mailbox_can_be_used_by_any_thread() {
        fn assert_send<T: Send>(_: &T) {}
        let options = Options::Maildir(MaildirOptions::new("."));
        let run = async {
            let mut mailbox = Mailbox::open(&options).await?;
            let listing = mailbox.list(None, DateTime::UNIX_EPOCH).await?;
            mailbox.fetch(&listing.entries).await?;
            for key in &listing.older {
                mailbox.mark(key, Mark::Taken).await?;
                mailbox.file(key, "Done").await?;
            }
            mailbox.wait(Duration::ZERO).await?;
            Mailbox::check(&options, &["Done"], DateTime::UNIX_EPOCH).await
        };
        assert_send(&run);
    }
}
