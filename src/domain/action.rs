//! What the desk is to do for a case: the orders that go through the outbox.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CaseId, ClientId, Closing, MailAddress};

/// What a reply is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// The first reply: received; what is queued and what a person looks at.
    Received,
    /// Which client ID?
    MissingId,
    /// The same question once more, after days without an answer.
    MissingIdReminder,
    /// Shall we go ahead with the records of the case?
    GoAhead,
    /// The same question once more, after days without an answer.
    GoAheadReminder,
    /// A consent notice was received.
    ConsentReceived,
    /// A further notice joined this case; goes to its writer.
    Joined(MailAddress),
    /// How the records stand that are settled and not yet told of.
    Outcome(Vec<ClientId>),
    /// Staff declined, with their words.
    Declined(String),
    /// Stopped as the agency asked.
    Cancelled,
    /// The closing of these records was a mistake and has been set back.
    Undone(Vec<ClientId>),
}

impl ReplyKind {
    /// The word used in history and on screen.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::MissingId => "missing_id",
            Self::MissingIdReminder => "missing_id_reminder",
            Self::GoAhead => "go_ahead",
            Self::GoAheadReminder => "go_ahead_reminder",
            Self::ConsentReceived => "consent_received",
            Self::Joined(_) => "joined",
            Self::Outcome(_) => "outcome",
            Self::Declined(_) => "declined",
            Self::Cancelled => "cancelled",
            Self::Undone(_) => "undone",
        }
    }
}

/// Something the desk is to do for a case. Its key is the idempotency key, here and outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Put the keyword on the notice(s) of the case; the number counts the notices.
    TakeMail(u32),
    /// Make the change in the HMIS.
    Close(Closing),
    /// Set a closing back.
    Undo {
        /// The record.
        record: ClientId,
        /// Which one of this record's it is, from 1: an attempt at one proves nothing about another.
        number: u32,
    },
    /// Read the record and see whether the confirmation is true.
    ReadBack(ClientId),
    /// End the grace.
    EndGrace(DateTime<Utc>),
    /// Send a reply.
    Reply {
        /// Its number within the case, from 1.
        number: u32,
        /// What it is for.
        kind: ReplyKind,
    },
    /// Tell staff that the case waits for them; the number counts the times.
    NotifyStaff(u32),
    /// The case is over: mark its notices (answered or not) and move them where they belong.
    FinishMail {
        /// Whether a reply is out, so that `\Seen \Answered` is true.
        answered: bool,
    },
}

impl Action {
    /// The deterministic key, e.g. `RD-1042/close/1555555`.
    pub fn key(&self, case: CaseId) -> String {
        match self {
            Self::TakeMail(number) => format!("{case}/take-mail/{number}"),
            Self::Close(closing) => format!("{case}/close/{}", closing.record),
            Self::Undo { record, number } => format!("{case}/undo/{record}/{number}"),
            Self::ReadBack(record) => format!("{case}/read-back/{record}"),
            Self::EndGrace(_) => format!("{case}/end-grace"),
            Self::Reply { number, .. } => format!("{case}/reply/{number}"),
            Self::NotifyStaff(number) => format!("{case}/notify/{number}"),
            Self::FinishMail { .. } => format!("{case}/finish-mail"),
        }
    }

    /// The word used in JSON, in the store and on screen.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TakeMail(_) => "take_mail",
            Self::Close(_) => "close",
            Self::Undo { .. } => "undo",
            Self::ReadBack(_) => "read_back",
            Self::EndGrace(_) => "end_grace",
            Self::Reply { .. } => "reply",
            Self::NotifyStaff(_) => "notify",
            Self::FinishMail { .. } => "finish_mail",
        }
    }

    /// The record it is about, if it is about one.
    pub fn record(&self) -> Option<&ClientId> {
        match self {
            Self::Close(closing) => Some(&closing.record),
            Self::ReadBack(record) | Self::Undo { record, .. } => Some(record),
            Self::TakeMail(_)
            | Self::EndGrace(_)
            | Self::Reply { .. }
            | Self::NotifyStaff(_)
            | Self::FinishMail { .. } => None,
        }
    }
}

/// Where an action stands in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionState {
    /// Not begun.
    Pending,
    /// Begun; no outcome recorded yet.
    Started,
    /// Done.
    Done,
    /// Failed for now; it is tried again.
    Retrying,
    /// Refused for good by the other side.
    Refused,
    /// Nobody can say whether it happened; a person decides.
    Uncertain,
    /// No longer wanted.
    Dropped,
}

impl ActionState {
    /// The word used in JSON, in the store and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Started => "started",
            Self::Done => "done",
            Self::Retrying => "retrying",
            Self::Refused => "refused",
            Self::Uncertain => "uncertain",
            Self::Dropped => "dropped",
        }
    }
}
