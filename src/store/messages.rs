//! Messages: every one ever seen, and what became of it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Store, StoreError, Write, instant, millis, statements as sql};
use crate::domain::{CaseId, MessageKey};
use crate::sql::{Isolation, query, query_as, query_scalar};

/// What became of a message. Every message is in exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// Its case is open.
    Working,
    /// Its case is over.
    Done,
    /// Not ours: untouched.
    Left,
    /// It could not be read; staff were told.
    Quarantined,
}

impl MessageState {
    /// The word used in JSON, in the store and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Done => "done",
            Self::Left => "left",
            Self::Quarantined => "quarantined",
        }
    }

    /// The state with this name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Working, Self::Done, Self::Left, Self::Quarantined]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// Which messages are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Every one ever seen.
    All,
    /// Those left alone that might have been notices.
    Possible,
    /// Those in this state.
    In(MessageState),
}

/// A message about to be recorded.
#[derive(Debug, Clone)]
pub struct NewMessage<'a> {
    /// What identifies it in the mailbox.
    pub key: &'a MessageKey,
    /// SHA-256 of its octets; `None` if they were not fetched.
    pub sha256: Option<&'a str>,
    /// What becomes of it.
    pub state: MessageState,
    /// What the reader found: the kind of mail, or the problem's name.
    pub verdict: &'a str,
    /// Why it might have been a notice all the same, or what the problem is.
    pub reason: Option<&'a str>,
    /// Whether it might have been a notice, though it is left alone.
    pub possible: bool,
    /// Its case.
    pub case: Option<CaseId>,
    /// Its Message-ID, for notices.
    pub message_id: Option<&'a str>,
    /// The Message-IDs it refers to, space-separated, for notices.
    pub references: Option<&'a str>,
    /// When it arrived in the mailbox.
    pub received_at: DateTime<Utc>,
    /// Its octets, for notices and for what is quarantined.
    pub octets: Option<&'a [u8]>,
}

/// Where a message is, and what a reply to it refers to.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its row.
    pub id: String,
    /// What identifies it in the mailbox.
    pub key: MessageKey,
    /// Its Message-ID.
    pub message_id: Option<String>,
    /// The Message-IDs it refers to.
    pub references: Vec<String>,
}

/// A message as `mail list` shows it.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// Its row.
    pub id: String,
    /// What identifies it in the mailbox.
    pub key: MessageKey,
    /// What became of it.
    pub state: String,
    /// What the reader found.
    pub verdict: String,
    /// Why.
    pub reason: Option<String>,
    /// Whether it might have been a notice.
    pub possible: bool,
    /// Its case.
    pub case: Option<CaseId>,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// When its octets were removed (`retention.mail`).
    pub purged_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct PlaceColumns {
    id: String,
    folder: String,
    uidvalidity: i64,
    uid: String,
    message_id: Option<String>,
    references_: Option<String>,
}

#[derive(sqlx::FromRow)]
struct MessageColumns {
    id: String,
    folder: String,
    uidvalidity: i64,
    uid: String,
    state: String,
    verdict: String,
    reason: Option<String>,
    possible: bool,
    case_number: Option<i64>,
    received_at: i64,
    purged_at: Option<i64>,
}

fn key(id: &str, folder: String, uidvalidity: i64, uid: String) -> Result<MessageKey, StoreError> {
    let uidvalidity = u32::try_from(uidvalidity).map_err(|_| StoreError::BadRow {
        table: "messages",
        row: id.to_owned(),
        what: "uidvalidity is out of range".to_owned(),
    })?;
    Ok(MessageKey { folder, uidvalidity, uid })
}

impl TryFrom<PlaceColumns> for Place {
    type Error = StoreError;
    fn try_from(row: PlaceColumns) -> Result<Self, StoreError> {
        Ok(Self {
            key: key(&row.id, row.folder, row.uidvalidity, row.uid)?,
            id: row.id,
            message_id: row.message_id,
            references: row
                .references_
                .map(|list| list.split_whitespace().map(str::to_owned).collect())
                .unwrap_or_default(),
        })
    }
}

impl TryFrom<MessageColumns> for MessageRow {
    type Error = StoreError;
    fn try_from(row: MessageColumns) -> Result<Self, StoreError> {
        Ok(Self {
            key: key(&row.id, row.folder, row.uidvalidity, row.uid)?,
            received_at: instant("messages", &row.id, row.received_at)?,
            purged_at: row.purged_at.map(|at| instant("messages", &row.id, at)).transpose()?,
            id: row.id,
            state: row.state,
            verdict: row.verdict,
            reason: row.reason,
            possible: row.possible,
            case: row.case_number.map(CaseId::new),
        })
    }
}

/// The setting that holds a folder's first day.
fn first_day(folder: &str) -> String {
    format!("first_day/{folder}")
}

impl Store {
    /// Where the last look at `folder` ended: UIDVALIDITY and the next UID.
    pub async fn cursor(&self, folder: &str) -> Result<Option<(i64, i64)>, StoreError> {
        Ok(query_as(sql::CURSOR_GET).bind(folder).fetch_optional(&self.readers).await?)
    }

    /// When `folder` was last looked at with success, by whichever daemon; `None`: never.
    pub async fn looked_at(&self, folder: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at: Option<i64> = query_scalar(sql::LOOKED_AT).bind(folder).fetch_optional(&self.readers).await?;
        at.map(|at| instant("cursors", folder, at)).transpose()
    }

    /// From when on mail in `folder` is the desk's; none before the first look.
    pub async fn first_day(&self, folder: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let name = first_day(folder);
        let stored: Option<String> =
            query_scalar(sql::SETTING_GET).bind(&name).fetch_optional(&self.readers).await?;
        // What is no number is out of range, too.
        stored.map(|text| instant("settings", &name, text.parse().unwrap_or(i64::MAX))).transpose()
    }

    /// Those of `keys` that were never seen before.
    pub async fn unseen(&self, keys: &[MessageKey]) -> Result<Vec<MessageKey>, StoreError> {
        // One connection for all of them.
        let mut reader = self.readers.begin(Isolation::Read).await?;
        let mut unseen = Vec::new();
        for key in keys {
            let known: Option<String> = query_scalar(sql::MESSAGE_KNOWN)
                .bind(&key.folder)
                .bind(i64::from(key.uidvalidity))
                .bind(&key.uid)
                .fetch_optional(&mut reader)
                .await?;
            if known.is_none() {
                unseen.push(key.clone());
            }
        }
        Ok(unseen)
    }

    /// The messages of a case, first notice first.
    pub async fn messages_of(&self, case: CaseId) -> Result<Vec<Place>, StoreError> {
        let rows: Vec<PlaceColumns> =
            query_as(sql::MESSAGES_OF_CASE).bind(case.number()).fetch_all(&self.readers).await?;
        rows.into_iter().map(Place::try_from).collect()
    }

    /// Where a message is.
    pub async fn message(&self, id: &str) -> Result<Option<Place>, StoreError> {
        let row: Option<PlaceColumns> =
            query_as(sql::MESSAGE_PLACE).bind(id).fetch_optional(&self.readers).await?;
        row.map(Place::try_from).transpose()
    }

    /// Every message ever seen, in the order they were; only those in `state`, only possible notices.
    pub async fn messages(
        &self,
        state: Option<MessageState>,
        only_possible: bool,
    ) -> Result<Vec<MessageRow>, StoreError> {
        let rows: Vec<MessageColumns> = query_as(sql::MESSAGES_LIST)
            .bind(state.map_or("", MessageState::as_str))
            .bind(only_possible)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(MessageRow::try_from).collect()
    }

    /// A page of the messages, the last seen first: `limit` after the first `offset`.
    pub async fn messages_page(
        &self,
        which: Which,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<MessageRow>, StoreError> {
        let asked = match which {
            Which::All => query_as(sql::MESSAGES_PAGE).bind(limit).bind(offset),
            Which::Possible => query_as(sql::MESSAGES_PAGE_POSSIBLE).bind(limit).bind(offset),
            Which::In(state) => query_as(sql::MESSAGES_PAGE_OF).bind(limit).bind(offset).bind(state.as_str()),
        };
        let rows: Vec<MessageColumns> = asked.fetch_all(&self.readers).await?;
        rows.into_iter().map(MessageRow::try_from).collect()
    }

    /// How many messages are in each state (in the store's words), and how many of them might have been notices.
    pub async fn message_counts(&self) -> Result<Vec<(String, i64, i64)>, StoreError> {
        Ok(query_as(sql::MESSAGES_COUNTS).fetch_all(&self.readers).await?)
    }

    /// What became of each mail of a case, in the order they came to it.
    pub async fn message_rows_of(&self, case: CaseId) -> Result<Vec<MessageRow>, StoreError> {
        let rows: Vec<MessageColumns> =
            query_as(sql::MESSAGE_ROWS_OF_CASE).bind(case.number()).fetch_all(&self.readers).await?;
        rows.into_iter().map(MessageRow::try_from).collect()
    }

    /// One message.
    pub async fn message_row(&self, id: &str) -> Result<Option<MessageRow>, StoreError> {
        let row: Option<MessageColumns> =
            query_as(sql::MESSAGE_ROW).bind(id).fetch_optional(&self.readers).await?;
        row.map(MessageRow::try_from).transpose()
    }

    /// The octets of a notice or of a quarantined mail, if they are kept, and there are at most so many (`Some(None)`: more).
    pub async fn octets_within(&self, id: &str, at_most: i64) -> Result<Option<Option<Vec<u8>>>, StoreError> {
        let kept = query_scalar(sql::RAW_GET_WITHIN).bind(id).bind(at_most);
        Ok(kept.fetch_optional(&self.readers).await?)
    }

    /// The octets of a notice or of a quarantined mail.
    pub async fn octets(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(query_scalar(sql::RAW_GET).bind(id).fetch_optional(&self.readers).await?)
    }
}

impl Write {
    /// Moves the cursor of a folder, which was looked at.
    pub async fn set_cursor(
        &mut self,
        folder: &str,
        uidvalidity: u32,
        next_uid: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        query(sql::CURSOR_SET)
            .bind(folder)
            .bind(i64::from(uidvalidity))
            .bind(next_uid)
            .bind(millis(now))
            .execute(&mut self.inner)
            .await?;
        Ok(())
    }

    /// Notes that a folder was looked at and nothing has moved.
    pub async fn note_look(&mut self, folder: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        query(sql::CURSOR_LOOKED).bind(millis(now)).bind(folder).execute(&mut self.inner).await?;
        Ok(())
    }

    /// Settles from when on mail in `folder` is the desk's. Once settled it stays.
    pub async fn set_first_day(&mut self, folder: &str, day: DateTime<Utc>) -> Result<(), StoreError> {
        query(sql::SETTING_SET)
            .bind(first_day(folder))
            .bind(millis(day).to_string())
            .execute(&mut self.inner)
            .await?;
        Ok(())
    }

    /// The row of the message with this key, if it was recorded.
    pub async fn message_at(&mut self, key: &MessageKey) -> Result<Option<String>, StoreError> {
        Ok(query_scalar(sql::MESSAGE_KNOWN)
            .bind(&key.folder)
            .bind(i64::from(key.uidvalidity))
            .bind(&key.uid)
            .fetch_optional(&mut self.inner)
            .await?)
    }

    /// Records a message; gives its row. A message already recorded is left as it is, and gives `None`.
    pub async fn add_message(
        &mut self,
        new: &NewMessage<'_>,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, StoreError> {
        let id = Uuid::now_v7().to_string();
        let added = query(sql::MESSAGE_ADD)
            .bind(&id)
            .bind(&new.key.folder)
            .bind(i64::from(new.key.uidvalidity))
            .bind(&new.key.uid)
            .bind(new.sha256)
            .bind(new.state.as_str())
            .bind(new.verdict)
            .bind(new.reason)
            .bind(new.possible)
            .bind(new.case.map(CaseId::number))
            .bind(new.message_id)
            .bind(new.references)
            .bind(millis(new.received_at))
            .bind(millis(now))
            .execute(&mut self.inner)
            .await?;
        if added == 0 {
            return Ok(None);
        }
        if let Some(octets) = new.octets {
            query(sql::RAW_ADD).bind(&id).bind(octets).execute(&mut self.inner).await?;
        }
        Ok(Some(id))
    }

    /// Writes down what becomes of a message that is quarantined or was left alone, and is read again.
    /// [`StoreError::Conflict`] if it is neither by now.
    pub async fn renew_message(
        &mut self,
        id: &str,
        new: &NewMessage<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let renewed = query(sql::MESSAGE_RENEW)
            .bind(id)
            .bind(new.state.as_str())
            .bind(new.verdict)
            .bind(new.reason)
            .bind(new.possible)
            .bind(new.case.map(CaseId::number))
            .bind(new.message_id)
            .bind(new.references)
            .bind(new.sha256)
            .bind(millis(new.received_at))
            .bind(millis(now))
            .execute(&mut self.inner)
            .await?;
        if renewed != 1 {
            return Err(StoreError::Conflict(format!("message {id}")));
        }
        match new.octets {
            Some(octets) => query(sql::RAW_ADD).bind(id).bind(octets).execute(&mut self.inner).await?,
            // Of mail that is not ours nothing is kept.
            None => query(sql::RAW_REMOVE).bind(id).execute(&mut self.inner).await?,
        };
        Ok(())
    }

    /// The cases of the notices with this Message-ID, the last first.
    pub async fn cases_of_message(&mut self, message_id: &str) -> Result<Vec<CaseId>, StoreError> {
        let numbers: Vec<i64> =
            query_scalar(sql::CASES_OF_MESSAGE_ID).bind(message_id).fetch_all(&mut self.inner).await?;
        Ok(numbers.into_iter().map(CaseId::new).collect())
    }

    /// After the server renumbered a folder (UIDVALIDITY changed): gives the message with this content its new
    /// key. Whether there was one.
    pub async fn rekey(&mut self, key: &MessageKey, sha256: &str) -> Result<bool, StoreError> {
        let moved = query(sql::MESSAGE_REKEY)
            .bind(i64::from(key.uidvalidity))
            .bind(&key.uid)
            .bind(&key.folder)
            .bind(sha256)
            .execute(&mut self.inner)
            .await?;
        Ok(moved > 0)
    }

    /// The messages of a case, first notice first.
    pub async fn messages_of(&mut self, case: CaseId) -> Result<Vec<Place>, StoreError> {
        let rows: Vec<PlaceColumns> =
            query_as(sql::MESSAGES_OF_CASE).bind(case.number()).fetch_all(&mut self.inner).await?;
        rows.into_iter().map(Place::try_from).collect()
    }
}
