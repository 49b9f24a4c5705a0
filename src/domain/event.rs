//! What can happen to a case.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{CaseId, ClientId, Did, Judgement, MailAddress, ReadBackFinding, Scenario, Trace};

/// Who made something happen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The daemon.
    Desk,
    /// The agency, by mail.
    Agency,
    /// A member of the helpdesk's staff, by account name.
    Staff(String),
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Desk => f.write_str("desk"),
            Self::Agency => f.write_str("agency"),
            Self::Staff(name) => write!(f, "staff:{name}"),
        }
    }
}

/// What mails held beyond the client ID that is all the helpdesk needs (DOMAIN.md, What follows, 5). Whether, never what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excess {
    /// Names, birth dates or the like.
    #[serde(default)]
    pub personal_data: bool,
    /// A file, which may be a form with such.
    #[serde(default)]
    pub attachment: bool,
}

impl std::ops::BitOrAssign for Excess {
    fn bitor_assign(&mut self, other: Self) {
        self.personal_data |= other.personal_data;
        self.attachment |= other.attachment;
    }
}

/// What the desk asks an agency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Which client record is meant?
    #[default]
    ClientId,
    /// Shall the records of the case be closed?
    GoAhead,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assent {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Neither, or not for certain.
    #[default]
    Unsaid,
}

/// What the agency answered to what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The records it names; empty: none could be read from it for certain.
    pub records: Vec<ClientId>,
    /// Whether it says yes or no.
    #[serde(default)]
    pub assent: Assent,
    /// Whether it may be acted on without a person having read it.
    pub clear: bool,
    /// Whether it is a notice of its own as well, so that it may speak of another client.
    pub complete_notice: bool,
    /// The replacement records it names.
    pub new_records: Vec<ClientId>,
    /// The day from which the revocation counts, if it says one.
    pub effective: Option<NaiveDate>,
    /// The scenario it claims.
    pub claimed_scenario: Option<Scenario>,
    /// What it held besides: the next reply asks to leave that out.
    #[serde(flatten)]
    pub excess: Excess,
}

/// Something that happened to a case. Facts only: what follows from it is [`Case::transition`](super::Case)'s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The desk came to a conclusion.
    Judged(Judgement),
    /// A further notice of the same agency about the same records arrived.
    NoticeJoined {
        /// Where to say so, if its writer is somebody else than the first one's and may be answered.
        tell: Option<MailAddress>,
        /// What it held besides.
        #[serde(default)]
        excess: Excess,
    },
    /// A person asks the agency: for the client ID where the case has none, else whether to go ahead.
    AgencyAsked {
        /// The account.
        by: String,
        /// Where the question goes if the sender could not be verified: the roster's contact.
        contact: Option<MailAddress>,
    },
    /// The agency has answered what it was asked.
    AnswerArrived(Answer),
    /// The agency has written again about the case, and what it says is for a person to read.
    AgencyWrote {
        /// The case of its own that the mail has, if it has one: a consent, or a wish that names no record.
        #[serde(default)]
        elsewhere: Option<CaseId>,
        /// What it held besides.
        #[serde(default)]
        excess: Excess,
    },
    /// The agency asks to stop. `sure`: verified, and of the case's own agency.
    CancelAsked {
        /// Whether it certainly comes from the case's own agency.
        sure: bool,
        /// What it held besides.
        #[serde(default)]
        excess: Excess,
    },
    /// A person approves what they saw.
    Approved {
        /// The account.
        by: String,
        /// The evidence they saw.
        evidence_sha256: String,
        /// Only these records; empty: all that wait for it.
        only: Vec<ClientId>,
        /// Where replies go if the sender could not be verified: the roster's contact.
        contact: Option<MailAddress>,
        /// Their remark.
        note: Option<String>,
    },
    /// A person says the change was made by hand. The record is read before that is believed.
    Attested {
        /// The account.
        by: String,
        /// Of this record; `None`: of all that are in a person's hands.
        #[serde(default)]
        record: Option<ClientId>,
        /// Their remark.
        note: Option<String>,
    },
    /// A person declines; the note goes to the agency.
    Declined {
        /// The account.
        by: String,
        /// The reason.
        note: String,
    },
    /// A person stops the case; nobody is written to.
    Stopped {
        /// The account.
        by: String,
        /// Their remark.
        note: Option<String>,
    },
    /// A person has dealt with the case outside the desk.
    HandledByHand {
        /// The account.
        by: String,
        /// What they did.
        note: String,
    },
    /// A person wants the desk to look again (or to send again).
    RetryAsked {
        /// The account.
        by: String,
    },
    /// A person says that the closing was a mistake and asks that it be set back.
    UndoAsked {
        /// The account.
        by: String,
        /// Why.
        note: String,
    },
    /// A person has made one of the changes of the worklist.
    StepTicked {
        /// The account.
        by: String,
        /// The record.
        record: ClientId,
        /// Which change of its closing, from 0.
        step: usize,
    },
    /// It was not made after all.
    StepUnticked {
        /// The account.
        by: String,
        /// The record.
        record: ClientId,
        /// Which change of its closing, from 0.
        step: usize,
    },
    /// A person says what they did by hand with a case of shadow mode.
    HandRecorded {
        /// The account.
        by: String,
        /// With this record; `None`: with all of the case.
        #[serde(default)]
        record: Option<ClientId>,
        /// What.
        did: Did,
    },
    /// A person leaves a remark.
    Noted {
        /// The account.
        by: String,
        /// The remark.
        note: String,
    },
    /// The time in which staff could stop an automatic closure is over.
    GraceOver,
    /// The agency has not answered for days: it is asked once more.
    AgencyReminded,
    /// It has not answered the reminder either.
    AnswerOverdue,
    /// The change is made in the HMIS.
    Closed {
        /// The record.
        record: ClientId,
        /// What was changed, exactly; `None`: an earlier attempt made the change, and what it noted is lost.
        #[serde(default)]
        trace: Option<Box<Trace>>,
    },
    /// The closing is set back: the record stands as it did before.
    Undone {
        /// The record.
        record: ClientId,
    },
    /// The closing cannot be set back; nothing was changed.
    UndoRefused {
        /// The record.
        record: ClientId,
        /// Why, for staff.
        reason: String,
    },
    /// The facts are no longer what the decision rests on; nothing was changed.
    FactsChanged {
        /// The record.
        record: ClientId,
        /// What differs, for staff.
        difference: Vec<String>,
    },
    /// The HMIS does not allow the change.
    CloseRefused {
        /// The record.
        record: ClientId,
        /// Why.
        reason: String,
    },
    /// The record was read after the change, or while a person makes it.
    ReadBack {
        /// The record.
        record: ClientId,
        /// What it showed.
        finding: ReadBackFinding,
    },
    /// A reply has left.
    ReplySent {
        /// Its number within the case.
        number: u32,
    },
    /// A reply cannot be delivered, or nobody can say whether it was.
    ReplyFailed {
        /// Its number within the case.
        number: u32,
        /// Why.
        reason: String,
    },
}

impl Event {
    /// The event's name in history and on screen.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Judged(_) => "judged",
            Self::NoticeJoined { .. } => "notice_joined",
            Self::AgencyAsked { .. } => "agency_asked",
            Self::AnswerArrived(_) => "answer_arrived",
            Self::AgencyWrote { .. } => "agency_wrote",
            Self::CancelAsked { .. } => "cancel_asked",
            Self::Approved { .. } => "approved",
            Self::Attested { .. } => "attested",
            Self::Declined { .. } => "declined",
            Self::Stopped { .. } => "stopped",
            Self::HandledByHand { .. } => "handled_by_hand",
            Self::RetryAsked { .. } => "retry_asked",
            Self::UndoAsked { .. } => "undo_asked",
            Self::StepTicked { .. } => "step_ticked",
            Self::StepUnticked { .. } => "step_unticked",
            Self::HandRecorded { .. } => "hand_recorded",
            Self::Noted { .. } => "noted",
            Self::GraceOver => "grace_over",
            Self::AgencyReminded => "agency_reminded",
            Self::AnswerOverdue => "answer_overdue",
            Self::Closed { .. } => "closed",
            Self::Undone { .. } => "undone",
            Self::UndoRefused { .. } => "undo_refused",
            Self::FactsChanged { .. } => "facts_changed",
            Self::CloseRefused { .. } => "close_refused",
            Self::ReadBack { .. } => "read_back",
            Self::ReplySent { .. } => "reply_sent",
            Self::ReplyFailed { .. } => "reply_failed",
        }
    }

    /// Who made it happen.
    pub fn actor(&self) -> Actor {
        match self {
            Self::AgencyAsked { by, .. }
            | Self::Approved { by, .. }
            | Self::Attested { by, .. }
            | Self::Declined { by, .. }
            | Self::Stopped { by, .. }
            | Self::HandledByHand { by, .. }
            | Self::RetryAsked { by }
            | Self::UndoAsked { by, .. }
            | Self::StepTicked { by, .. }
            | Self::StepUnticked { by, .. }
            | Self::HandRecorded { by, .. }
            | Self::Noted { by, .. } => Actor::Staff(by.clone()),
            Self::NoticeJoined { .. }
            | Self::AnswerArrived(_)
            | Self::AgencyWrote { .. }
            | Self::CancelAsked { .. } => Actor::Agency,
            Self::Judged(_)
            | Self::GraceOver
            | Self::AgencyReminded
            | Self::AnswerOverdue
            | Self::Closed { .. }
            | Self::Undone { .. }
            | Self::UndoRefused { .. }
            | Self::FactsChanged { .. }
            | Self::CloseRefused { .. }
            | Self::ReadBack { .. }
            | Self::ReplySent { .. }
            | Self::ReplyFailed { .. } => Actor::Desk,
        }
    }
}
