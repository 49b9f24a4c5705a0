//! Mail that cannot be read: kept with its reason, staff told, and read again once the cause is mended.

use chrono::{DateTime, Utc};

use super::{
    Casebook, EngineError, Site,
    intake::{Became, blank},
    reading::{Read, Why},
};
use crate::{
    domain::{CaseId, Event, Mode},
    mailbox::{Content, Entry, Fetched},
    store::{Lane, MessageState, NewMessage, Order, Write},
};

/// What a further reading of a mail gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    /// It still cannot be read: why.
    Unreadable(String),
    /// It is no notice; it is left alone. Why it might be one all the same, if so.
    Left(Option<String>),
    /// It is a notice: its case.
    Case(CaseId),
}

impl Casebook {
    /// Keeps a mail that could not be read, and tells staff the first time.
    pub(super) async fn quarantine(
        &self,
        site: &Site,
        tx: &mut Write,
        mail: &Read,
        why: &Why,
        octets: Option<&[u8]>,
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        let reason = why.whole();
        let message = NewMessage {
            state: MessageState::Quarantined,
            verdict: mail.verdict(),
            reason: Some(&reason),
            octets,
            ..blank(mail)
        };
        let Some(id) = self.keep(tx, mail, &message, now).await? else { return Ok(()) };
        tracing::warn!(message = %id, problem = mail.verdict(), "a mail could not be read and is quarantined");
        if site.mode == Mode::Shadow || mail.known.is_some() {
            return Ok(());
        }
        let mut place = "in the mailbox".to_owned();
        if let Some(folder) = &site.quarantine_folder {
            let order = Order {
                key: format!("mail/{id}/quarantine"),
                case: None,
                message: Some(&id),
                lane: Lane::Mailbox,
                kind: "quarantine",
                action: None,
                mail: None,
                due_at: now,
            };
            tx.order(order, now).await?;
            place = format!("in the mailbox, in the folder \"{folder}\", where the desk moves it");
        }
        let (told, advice) = why.told();
        let text = format!(
            "A mail that arrived at the helpdesk could not be read by the desk ({told}).\n\n\
             It may be a notice: please read it {place}.{advice}\n\nTo see what is known of it:\n\n    \
             roi-desk mail show {id}\n\nTo have it read again, once the cause is mended:\n\n    \
             roi-desk mail replay {id}\n"
        );
        self.tell_staff(site, tx, &id, "A mail could not be read", &text, now).await
    }

    /// Tells staff of a message that a person has to look at in the mailbox.
    pub(super) async fn tell_staff(
        &self,
        site: &Site,
        tx: &mut Write,
        message: &str,
        subject: &str,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        for (index, to) in site.notify.iter().enumerate() {
            let key = format!("mail/{message}/notify/{}", index + 1);
            let mail = self.word_to_staff(site, &key, to, subject, text, now)?;
            let order = Order {
                key,
                case: None,
                message: Some(message),
                lane: Lane::Desk,
                kind: "notify",
                action: None,
                mail: Some(mail),
                due_at: now,
            };
            tx.order(order, now).await?;
        }
        Ok(())
    }

    /// The octets of a mail that is quarantined or was left alone, if they are kept, and where it was; an error says why
    /// it is not to be read again.
    pub async fn to_replay(&self, id: &str) -> Result<(Entry, Option<Vec<u8>>), EngineError> {
        let row =
            self.store.message_row(id).await?.ok_or_else(|| EngineError::NoSuchMessage(id.to_owned()))?;
        if let Some(case) = row.case {
            return Err(EngineError::AlreadyRead { message: id.to_owned(), case });
        }
        let octets = self.store.octets(id).await?;
        let size = octets.as_ref().map_or(0, Vec::len) as u64;
        Ok((Entry { key: row.key, size, received_at: row.received_at }, octets))
    }

    /// Reads a mail again that is quarantined or was left alone, for a member of staff, with the rules as they are now: a
    /// notice gets its case, which says who had it read, and counts from the day it arrived.
    ///
    /// # Errors
    /// They may not decide; somebody else was faster; the database fails.
    pub async fn replay(&self, id: &str, by: &str, fetched: Fetched) -> Result<Replayed, EngineError> {
        let (now, site) = (self.clock.now(), self.site());
        if let Content::Unavailable(why) = fetched.content {
            return Ok(Replayed::Unreadable(why));
        }
        let mail = Read { known: Some(id.to_owned()), ..Read::of(&site, fetched) };
        let mut tx = self.store.write().await?;
        Self::may_decide(&mut tx, by).await?;
        let became = self.record(&site, &mut tx, &mail, now).await?;
        tx.commit().await?;
        self.count(&mail, became, now);
        let row =
            self.store.message_row(id).await?.ok_or_else(|| EngineError::NoSuchMessage(id.to_owned()))?;
        if let Some(case) = row.case {
            let note = format!("had message {id} read again");
            self.happen(case, &Event::Noted { by: by.to_owned(), note }).await?;
        }
        Ok(match (row.case, row.state.as_str()) {
            (Some(case), _) => Replayed::Case(case),
            (None, "quarantined") => Replayed::Unreadable(row.reason.unwrap_or_default()),
            (None, _) => Replayed::Left(row.reason),
        })
    }

    /// Counts what became of a mail, once that is committed.
    pub(super) fn count(&self, mail: &Read, became: Became, now: DateTime<Utc>) {
        self.metrics.mails(mail.verdict(), 1);
        match became {
            Became::Opened => self.metrics.opened(),
            Became::Joined(happened) => {
                let (event, before, after) = *happened;
                self.metrics.happened(&event, &before, &after, now);
            }
            Became::Message => {}
        }
    }
}
