//! A case: one notice and what becomes of it. Its life is in [`transition`](super::transition).

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Action, AgencyId, CaseId, ChangedBy, ClientId, Excess, Item, MailAddress, NoticeKind, Question,
    ReplyKind, Scenario, Standing, Step, Undo, UndoState,
};

/// Where a case stands. Only durable waits are states; "overdue" or "stuck" is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// To be judged (again).
    Received,
    /// The agency was asked something, and has not answered.
    AwaitingInformation,
    /// Staff approve or decline.
    AwaitingApproval,
    /// Grace: staff can still stop an automatic closure.
    Waiting,
    /// The change is being made and read back.
    Closing,
    /// A person makes the change in the HMIS.
    Worklist,
    /// The final reply is on its way.
    Replying,
    /// A person decides what to do.
    NeedsStaff,
    /// Over: answered.
    Done,
    /// Over: staff declined.
    Declined,
    /// Over: stopped before any change.
    Cancelled,
    /// Over: shadow mode did nothing but look.
    Shadowed,
}

impl CaseState {
    /// All states, in the order of a case's life.
    pub const ALL: [Self; 12] = [
        Self::Received,
        Self::AwaitingInformation,
        Self::AwaitingApproval,
        Self::Waiting,
        Self::Closing,
        Self::Worklist,
        Self::Replying,
        Self::NeedsStaff,
        Self::Done,
        Self::Declined,
        Self::Cancelled,
        Self::Shadowed,
    ];

    /// The word used in JSON, in the store and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::AwaitingInformation => "awaiting_information",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Waiting => "waiting",
            Self::Closing => "closing",
            Self::Worklist => "worklist",
            Self::Replying => "replying",
            Self::NeedsStaff => "needs_staff",
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Shadowed => "shadowed",
        }
    }

    /// The state with this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// What the state means, for a member of staff.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Received => "to be looked up in the HMIS",
            Self::AwaitingInformation => "waits for the agency to answer our question",
            Self::AwaitingApproval => "waits for your approval",
            Self::Waiting => "will be closed when the grace is over, unless stopped",
            Self::Closing => "is being closed and read back",
            Self::Worklist => "waits for a person to make the change in the HMIS",
            Self::Replying => "the final reply is on its way",
            Self::NeedsStaff => "needs a person to look at it",
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Shadowed => "looked at only (shadow mode)",
        }
    }

    /// Whether the case is over.
    pub fn is_over(self) -> bool {
        match self {
            Self::Done | Self::Declined | Self::Cancelled | Self::Shadowed => true,
            Self::Received
            | Self::AwaitingInformation
            | Self::AwaitingApproval
            | Self::Waiting
            | Self::Closing
            | Self::Worklist
            | Self::Replying
            | Self::NeedsStaff => false,
        }
    }

    /// Whether a member of staff has to do something now.
    pub fn waits_for_staff(self) -> bool {
        match self {
            Self::AwaitingApproval | Self::Worklist | Self::NeedsStaff => true,
            Self::Received
            | Self::AwaitingInformation
            | Self::Waiting
            | Self::Closing
            | Self::Replying
            | Self::Done
            | Self::Declined
            | Self::Cancelled
            | Self::Shadowed => false,
        }
    }
}

/// Whether the desk acts or only watches (`policy.mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Does everything but change the HMIS, write to agencies, or touch the mailbox.
    Shadow,
    /// Really does it.
    Live,
}

/// Something the case as a whole waits for, whatever its records do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// The agency's answer to our question.
    Information,
    /// A person.
    Staff,
}

/// One person's approval of what they saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The account.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The evidence they saw.
    pub evidence_sha256: String,
    /// The records they approved.
    pub records: Vec<ClientId>,
}

/// One notice and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, none is a parameter")]
pub struct Case {
    /// Its number.
    pub id: CaseId,
    /// What the notice is: a revocation, a consent or a cancel.
    pub kind: NoticeKind,
    /// Whether the desk acts on it or only watches.
    pub mode: Mode,
    /// Where it stands.
    pub state: CaseState,
    /// Who wrote it, as far as it could be established.
    pub standing: Standing,
    /// The From address of the first notice.
    pub sender: Option<MailAddress>,
    /// The agency's roster contact, once staff approved a notice whose sender could not be verified, or asked about it.
    pub contact: Option<MailAddress>,
    /// Whether the notice may be acted on without a person having read it (NOTICES.md, `act`).
    pub act: bool,
    /// The records to close.
    pub items: Vec<Item>,
    /// The replacement records named in the notice.
    pub new_records: Vec<ClientId>,
    /// The scenario the sender claims.
    pub claimed_scenario: Option<Scenario>,
    /// The day from which the revocation or the consent counts, if the notice says one.
    pub effective: Option<NaiveDate>,
    /// What the mails held besides: the reply asks to leave that out.
    #[serde(flatten)]
    pub excess: Excess,
    /// What was found in the mail, and what happened since that staff should know.
    pub reasons: Vec<String>,
    /// When the notice arrived in the mailbox: the consent clock starts here.
    pub received_at: DateTime<Utc>,
    /// When it should be over.
    pub due_at: DateTime<Utc>,
    /// When it was over.
    pub finished_at: Option<DateTime<Utc>>,
    /// What an approval must be bound to.
    pub evidence_sha256: Option<String>,
    /// Who approved the present evidence.
    pub approvals: Vec<Approval>,
    /// Set once something happened after which nothing is applied without a person.
    pub person_only: bool,
    /// Who makes changes in the HMIS.
    pub changed_by: ChangedBy,
    /// Until when staff can stop an automatic closure.
    pub grace_until: Option<DateTime<Utc>>,
    /// What the case as a whole waits for.
    pub hold: Option<Hold>,
    /// Whether the writer of the first notice has been sent (or ordered) a reply.
    pub acknowledged: bool,
    /// How many replies were ordered.
    pub replies: u32,
    /// The reply with which the case ends.
    pub final_reply: Option<u32>,
    /// Whether that reply has left.
    pub final_reply_sent: bool,
    /// The replies that could not be delivered.
    pub failed_replies: BTreeSet<u32>,
    /// How many times staff were told.
    pub notifications: u32,
    /// How many mails belong to the case.
    pub notices: u32,
    /// What the agency was asked, where the case waits for its answer.
    #[serde(default)]
    pub question: Question,
    /// The reply that asks it.
    #[serde(default)]
    pub asked_in: Option<u32>,
    /// When the agency was reminded of the question; it is once at most.
    #[serde(default)]
    pub reminded_at: Option<DateTime<Utc>>,
}

/// What a new case is made of.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Its number.
    pub id: CaseId,
    /// A revocation, a consent or a cancel.
    pub kind: NoticeKind,
    /// Whether the desk acts on it.
    pub mode: Mode,
    /// Who wrote it.
    pub standing: Standing,
    /// The From address, if there is exactly one.
    pub sender: Option<MailAddress>,
    /// Whether the notice may be acted on unread.
    pub act: bool,
    /// The records to close.
    pub records: Vec<ClientId>,
    /// The replacements.
    pub new_records: Vec<ClientId>,
    /// The claim.
    pub claimed_scenario: Option<Scenario>,
    /// The day from which it counts.
    pub effective: Option<NaiveDate>,
    /// What the mail held besides.
    pub excess: Excess,
    /// What was found in the mail.
    pub reasons: Vec<String>,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// When it should be over.
    pub due_at: DateTime<Utc>,
}

impl Case {
    /// A new case in `received`, and what is to be done at once (in shadow mode: nothing).
    pub fn open(opening: Opening) -> (Self, Vec<Action>) {
        let Opening {
            id,
            kind,
            mode,
            standing,
            sender,
            act,
            records,
            new_records,
            claimed_scenario,
            effective,
            excess,
            reasons,
            received_at,
            due_at,
        } = opening;
        let case = Self {
            id,
            kind,
            mode,
            state: CaseState::Received,
            standing,
            sender,
            contact: None,
            act,
            items: records.into_iter().map(Item::new).collect(),
            new_records,
            claimed_scenario,
            effective,
            excess,
            reasons,
            received_at,
            due_at,
            finished_at: None,
            evidence_sha256: None,
            approvals: Vec::new(),
            person_only: false,
            changed_by: ChangedBy::Person,
            grace_until: None,
            hold: None,
            acknowledged: false,
            replies: 0,
            final_reply: None,
            final_reply_sent: false,
            failed_replies: BTreeSet::new(),
            notifications: 0,
            notices: 1,
            question: Question::default(),
            asked_in: None,
            reminded_at: None,
        };
        let actions = match mode {
            Mode::Shadow => Vec::new(),
            Mode::Live => vec![Action::TakeMail(1)],
        };
        (case, actions)
    }

    /// The agency the notice speaks for.
    pub fn agency(&self) -> Option<&AgencyId> {
        self.standing.agency()
    }

    /// Where replies go: to the From address if its owner may be answered, else to the roster's contact once a
    /// person confirmed (INTERFACES.md, Replies). `None`: nobody is written to, or nobody can be.
    pub fn correspondent(&self) -> Option<&MailAddress> {
        let address =
            if self.standing.may_be_answered() { self.sender.as_ref() } else { self.contact.as_ref() };
        address.filter(|address| address.can_be_written_to())
    }

    /// The record's item.
    pub fn item(&self, record: &ClientId) -> Option<&Item> {
        self.items.iter().find(|item| &item.record == record)
    }

    /// Whether a person has to know that a closing could not be set back.
    pub fn has_refused_undo(&self) -> bool {
        let refused = |undo: &Undo| matches!(undo.state, UndoState::Refused(_));
        self.items.iter().filter_map(|item| item.undo.as_ref()).any(refused)
    }

    /// Whether an action of the outbox is still what the case wants. A closing ordered before somebody stopped
    /// the case is not.
    pub fn wants(&self, action: &Action) -> bool {
        match action {
            Action::Close(closing) => {
                self.item(&closing.record).is_some_and(|item| item.step == Step::Closing)
            }
            Action::Undo { record, number } => self.item(record).is_some_and(|item| {
                item.is_being_undone() && item.undo.as_ref().is_some_and(|undo| undo.number == *number)
            }),
            Action::ReadBack(record) => {
                self.item(record).is_some_and(|item| matches!(item.step, Step::ReadingBack | Step::Worklist))
            }
            Action::EndGrace(_) => self.items.iter().any(|item| item.step == Step::Waiting),
            Action::NotifyStaff(number) => {
                *number == self.notifications
                    && (self.state.waits_for_staff()
                        || !self.failed_replies.is_empty()
                        || self.has_refused_undo())
            }
            // Set back since, the record is not what the letter says it is: it never leaves, not even when it is sent again.
            Action::Reply { kind: ReplyKind::Outcome(records), .. } => {
                !records.iter().any(|record| self.item(record).is_some_and(Item::was_undone))
            }
            Action::TakeMail(_) | Action::Reply { .. } | Action::FinishMail { .. } => true,
        }
    }
}
