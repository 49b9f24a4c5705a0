//! The outbox: ordered with the decision, begun before the effect, ended with the outcome.

use chrono::{DateTime, Utc};

use super::{Lease, Loaded, Store, StoreError, Write, document, instant, millis, statements as sql};
use crate::domain::{Action, ActionState, CaseId, ClientId};
use crate::sql::{Text, query, query_as, query_scalar};

/// Who works an action off. The mailbox has one session, so it has a lane of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// HMIS and mail.
    Desk,
    /// Flags and moves in the mailbox.
    Mailbox,
    /// Word to the site's own people about the desk as a whole (alarms, digests): it leaves in shadow mode too.
    Staff,
}

impl Lane {
    /// The word used in the store and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Mailbox => "mailbox",
            Self::Staff => "staff",
        }
    }
}

/// A mail as it will leave.
#[derive(Debug, Clone)]
pub struct OutgoingMail {
    /// To whom.
    pub to: String,
    /// Its Message-ID.
    pub message_id: String,
    /// Its octets.
    pub octets: Vec<u8>,
}

/// An action about to be ordered.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// The idempotency key.
    pub key: String,
    /// The case it is for.
    pub case: Option<CaseId>,
    /// The message it is about, if it has no case.
    pub message: Option<&'a str>,
    /// Who works it off.
    pub lane: Lane,
    /// The word for it in JSON and on screen.
    pub kind: &'a str,
    /// What the case ordered; `None` for actions without a case.
    pub action: Option<&'a Action>,
    /// The mail to send, if it sends one.
    pub mail: Option<OutgoingMail>,
    /// Not before.
    pub due_at: DateTime<Utc>,
}

/// Why an action is put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutOff {
    /// It waits for something that takes its time: a person's change, the next import, the rate of mail.
    Waiting,
    /// It was tried and failed.
    Failed,
}

/// What becomes of an action that somebody began and whose lease is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abandoned {
    /// Whoever began it has died: it is claimed, and known to be interrupted.
    TakenOver,
    /// Whoever began it may only have been unable to renew its lease, or to note the outcome, since the database was
    /// away: it is left for now.
    LetBe,
}

/// An action this worker holds.
#[derive(Debug)]
pub struct Claim {
    /// Its key.
    pub key: String,
    /// Its case, as it stands now.
    pub case: Option<Loaded>,
    /// The message it is about, if it has no case.
    pub message: Option<String>,
    /// The word for it.
    pub kind: String,
    /// What the case ordered.
    pub action: Option<Action>,
    /// The mail to send.
    pub mail: Option<OutgoingMail>,
    /// An earlier attempt was begun and nobody knows how it ended.
    pub interrupted: bool,
    /// Attempts before this one.
    pub attempts: i64,
    /// When it was ordered.
    pub ordered_at: DateTime<Utc>,
    /// As long as it was claimed for; whoever is alive renews it.
    pub until: DateTime<Utc>,
    pub(super) lease: Lease,
}

/// An action as `case show` shows it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ActionRow {
    /// Its key.
    pub key: String,
    /// The word for it.
    pub kind: String,
    /// The record it is about.
    pub record: Option<String>,
    /// How far it got.
    pub state: String,
    /// Attempts so far.
    pub attempts: i64,
    /// What went wrong last.
    pub last_error: Option<String>,
}

#[derive(sqlx::FromRow)]
struct DueColumns {
    key: String,
    case_number: Option<i64>,
    message: Option<String>,
    kind: String,
    state: String,
    attempts: i64,
    doc: String,
    mail: Option<Vec<u8>>,
    mail_to: Option<String>,
    mail_id: Option<String>,
    ordered_at: i64,
}

impl Store {
    /// When the next action of `lane` is due; `None`: there is none.
    pub async fn next_due(&self, lane: Lane) -> Result<Option<DateTime<Utc>>, StoreError> {
        let due: Option<i64> =
            query_scalar(sql::ACTIONS_NEXT_DUE).bind(lane.as_str()).fetch_one(&self.readers).await?;
        due.map(|due| instant("actions", "next due", due)).transpose()
    }

    /// What a case ordered, and how far each got.
    pub async fn actions(&self, case: CaseId) -> Result<Vec<ActionRow>, StoreError> {
        Ok(query_as(sql::ACTIONS_OF_CASE).bind(case.number()).fetch_all(&self.readers).await?)
    }
}

impl Write {
    /// Orders an action. One with the same key that somebody is working on is left as it is; any other, also one whose
    /// worker has lost it, is replaced and begun anew.
    pub async fn order(&mut self, order: Order<'_>, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.put(sql::ACTION_ORDER, order, now).await.map(drop)
    }

    /// Orders an action unless one with its key was ever ordered, by whichever daemon. Whether it was ordered now.
    pub async fn order_once(&mut self, order: Order<'_>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(self.put(sql::ACTION_ORDER_ONCE, order, now).await? > 0)
    }

    async fn put(
        &mut self,
        statement: Text,
        order: Order<'_>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let (octets, to, mail_id) = match order.mail {
            Some(mail) => (Some(mail.octets), Some(mail.to), Some(mail.message_id)),
            None => (None, None, None),
        };
        Ok(query(statement)
            .bind(order.key)
            .bind(order.case.map(CaseId::number))
            .bind(order.message)
            .bind(order.lane.as_str())
            .bind(order.kind)
            .bind(order.action.and_then(Action::record).map(ClientId::as_str))
            .bind(super::json(&order.action))
            .bind(octets)
            .bind(to)
            .bind(mail_id)
            .bind(millis(now))
            .bind(millis(order.due_at))
            .execute(&mut self.inner)
            .await?)
    }

    /// The mail with this Message-ID, which had left, came back; it can be ordered again. Whether it had left.
    pub async fn mail_returned(
        &mut self,
        key: &str,
        message_id: &str,
        why: &str,
    ) -> Result<bool, StoreError> {
        let returned =
            query(sql::ACTION_RETURNED).bind(key).bind(why).bind(message_id).execute(&mut self.inner).await?;
        Ok(returned == 1)
    }

    /// Sets an action that failed or is uncertain back to be done, with the same octets.
    pub async fn order_again(&mut self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let again = query(sql::ACTION_AGAIN).bind(key).bind(millis(now)).execute(&mut self.inner).await?;
        Ok(again > 0)
    }

    /// Claims the action of `lane` that is due longest and notes the attempt, until `until`. The attempt counts
    /// once this transaction is committed, which must be before the effect.
    pub async fn claim(
        &mut self,
        lane: Lane,
        abandoned: Abandoned,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Claim>, StoreError> {
        let row: Option<DueColumns> = query_as(sql::ACTION_DUE)
            .bind(lane.as_str())
            .bind(millis(now))
            .bind(abandoned == Abandoned::TakenOver)
            .fetch_optional(&mut self.inner)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let lease = Lease::new();
        query(sql::ACTION_START)
            .bind(&lease.0)
            .bind(millis(until))
            .bind(&row.key)
            .execute(&mut self.inner)
            .await?;
        query(sql::ATTEMPT_BEGIN).bind(&row.key).bind(millis(now)).execute(&mut self.inner).await?;
        let case = match row.case_number {
            Some(number) => self.peek(CaseId::new(number)).await?,
            None => None,
        };
        let mail = match (row.mail, row.mail_to, row.mail_id) {
            (Some(octets), Some(to), Some(message_id)) => Some(OutgoingMail { to, message_id, octets }),
            (None | Some(_), _, _) => None,
        };
        Ok(Some(Claim {
            action: document("actions", &row.key, &row.doc)?,
            ordered_at: instant("actions", &row.key, row.ordered_at)?,
            key: row.key,
            case,
            message: row.message,
            kind: row.kind,
            mail,
            interrupted: row.state == ActionState::Started.as_str(),
            attempts: row.attempts,
            until,
            lease,
        }))
    }

    /// Ends a claimed action. [`StoreError::Conflict`] if the lease was lost.
    pub async fn end_action(
        &mut self,
        claim: &Claim,
        state: ActionState,
        error: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.end_attempt(claim, state, now).await?;
        let ended = query(sql::ACTION_END)
            .bind(state.as_str())
            .bind(error)
            .bind(millis(now))
            .bind(&claim.key)
            .bind(&claim.lease.0)
            .execute(&mut self.inner)
            .await?;
        still_held(claim, ended)
    }

    /// Puts a claimed action off until `due_at`. [`StoreError::Conflict`] if the lease was lost.
    pub async fn put_off(
        &mut self,
        claim: &Claim,
        why: &str,
        put_off: PutOff,
        due_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.end_attempt(claim, ActionState::Retrying, now).await?;
        let put_off = query(sql::ACTION_LATER)
            .bind(why)
            .bind(millis(due_at))
            .bind((put_off == PutOff::Failed).then(|| millis(now)))
            .bind(&claim.key)
            .bind(&claim.lease.0)
            .execute(&mut self.inner)
            .await?;
        still_held(claim, put_off)
    }

    async fn end_attempt(
        &mut self,
        claim: &Claim,
        state: ActionState,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        query(sql::ATTEMPT_END)
            .bind(millis(now))
            .bind(state.as_str())
            .bind(&claim.key)
            .execute(&mut self.inner)
            .await?;
        Ok(())
    }

    /// How many mails went to `to` (or to anybody) since `since`, and when the first of them did.
    pub async fn mails_sent(
        &mut self,
        to: Option<&str>,
        since: DateTime<Utc>,
    ) -> Result<(i64, Option<DateTime<Utc>>), StoreError> {
        let (count, first): (i64, Option<i64>) = match to {
            Some(to) => {
                query_as(sql::MAIL_SENT_TO).bind(to).bind(millis(since)).fetch_one(&mut self.inner).await?
            }
            None => query_as(sql::MAIL_SENT).bind(millis(since)).fetch_one(&mut self.inner).await?,
        };
        Ok((count, first.map(|first| instant("actions", "sent", first)).transpose()?))
    }
}

fn still_held(claim: &Claim, rows: u64) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict(claim.key.clone())) }
}
