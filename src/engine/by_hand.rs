//! What staff do with mail that the desk left alone or could not read: have it read again, or open a case from it.

use super::{Casebook, Desk, EngineError, quarantine::Replayed, reading::Read};
use crate::{
    domain::{CaseId, ClientId, Event, NoticeKind},
    mailbox::{self, Content, Entry, Fetched, Mailbox},
};

/// What a person says a mail is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidToBe {
    /// A revocation or a consent.
    pub kind: NoticeKind,
    /// The client records it is about; empty: those that the reader found.
    pub records: Vec<ClientId>,
}

impl Casebook {
    /// The client IDs in what a person typed, with blanks, commas or semicolons between them: whole words that look as client
    /// IDs look here (`policy.client_id`). A name typed by a slip would stand in lists and in a reply to the agency.
    ///
    /// # Errors
    /// The first word that looks otherwise.
    pub fn client_ids(&self, typed: &str) -> Result<Vec<ClientId>, String> {
        let words = typed.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
        let site = self.site();
        words
            .filter(|word| !word.is_empty())
            .map(|word| {
                let id = ClientId::parse(word).ok().filter(|_| site.reader.is_client_id(word));
                id.ok_or_else(|| word.to_owned())
            })
            .collect()
    }
}

/// Fetches a mail from where it was in the mailbox; `None`: it is no longer there under its number.
pub async fn fetch_again(options: &mailbox::Options, entry: &Entry) -> Result<Option<Fetched>, EngineError> {
    let mut mailbox = Mailbox::open(options).await?;
    let Some(found) = mailbox.find(&entry.key).await? else { return Ok(None) };
    let fetched = mailbox.fetch(&[found]).await?;
    // Its day of arrival stays the one that was written down.
    Ok(fetched.into_iter().next().map(|fetched| Fetched { entry: entry.clone(), ..fetched }))
}

impl Desk {
    /// Reads a mail again that is quarantined or was left alone, for a member of staff.
    ///
    /// # Errors
    /// They may not decide; it has a case; it is neither kept nor in the mailbox any more.
    pub async fn read_again(&self, id: &str, by: &str) -> Result<Replayed, EngineError> {
        let fetched = self.fetched(id).await?;
        let replayed = self.book.replay(id, by, fetched).await?;
        self.wake.all();
        Ok(replayed)
    }

    /// Opens a case from a mail that is quarantined or was left alone, because a person says what it is. Nothing is done
    /// by itself on their word: the case goes to a person, with the facts.
    ///
    /// # Errors
    /// As [`Self::read_again`]; or nothing of the mail can be read, not even who sent it.
    pub async fn open_by_hand(&self, id: &str, by: &str, said: &SaidToBe) -> Result<CaseId, EngineError> {
        let fetched = self.fetched(id).await?;
        let case = self.book.open_by_hand(id, by, said, fetched).await?;
        self.wake.all();
        Ok(case)
    }

    async fn fetched(&self, id: &str) -> Result<Fetched, EngineError> {
        let (entry, octets) = self.book.to_replay(id).await?;
        match octets {
            Some(octets) => Ok(Fetched { entry, content: Content::Whole(octets) }),
            None => fetch_again(&self.mailbox, &entry)
                .await?
                .ok_or_else(|| EngineError::MailGone { message: id.to_owned(), folder: entry.key.folder }),
        }
    }
}

impl Casebook {
    /// The same for whoever has fetched the mail.
    ///
    /// # Errors
    /// As [`Desk::open_by_hand`].
    pub async fn open_by_hand(
        &self,
        id: &str,
        by: &str,
        said: &SaidToBe,
        fetched: Fetched,
    ) -> Result<CaseId, EngineError> {
        let (now, site) = (self.clock.now(), self.site());
        if let Some(other) = said.records.iter().find(|record| !site.reader.is_client_id(record.as_str())) {
            return Err(EngineError::NoClientId(other.clone()));
        }
        let mut mail = Read { known: Some(id.to_owned()), ..Read::of(&site, fetched) };
        let notice = mail.notice.as_mut().map_err(|(_, why)| EngineError::Unreadable(why.whole()))?;
        notice.kind = said.kind;
        notice.problem = None;
        notice.act = false;
        if !said.records.is_empty() {
            notice.records.clone_from(&said.records);
        }
        notice.reasons.push(format!("opened by {by} from a mail that the desk had not taken for a notice"));
        let notice = notice.clone();
        let mut tx = self.store.write().await?;
        Self::may_decide(&mut tx, by).await?;
        // As if the desk had taken it for a notice: it joins an open case, and stops what it speaks against.
        let conversation = self.conversation(&mut tx, &mail, &notice).await?;
        let became = self.record_notice_mail(&site, &mut tx, &mail, &notice, &conversation, now).await?;
        tx.commit().await?;
        self.count(&mail, became, now);
        let row = self.store.message_row(id).await?;
        let case = row.and_then(|row| row.case).ok_or_else(|| EngineError::NoSuchMessage(id.to_owned()))?;
        let note = format!("said what message {id} is");
        self.happen(case, &Event::Noted { by: by.to_owned(), note }).await?;
        tracing::info!(%case, by, message = id, "a case was opened by hand");
        Ok(case)
    }
}
