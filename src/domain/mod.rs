//! The words of the field as types, and the life of a case. Pure: no clock, no I/O, no configuration.

mod action;
mod case;
mod closing;
mod event;
mod follow;
mod ids;
mod judgement;
mod kind;
mod snapshot;
#[cfg(test)]
mod tests;
mod transition;

pub use action::{Action, ActionState, ReplyKind};
pub use case::{Approval, Case, CaseState, Hold, Item, ItemOutcome, Mode, Opening, Step};
pub use closing::{
    Change, Closing, Expected, ToDo, difference, flag_for, is_stop_sign, may_overwrite, to_do,
};
pub use event::{Actor, Answer, Assent, Event, Excess, Question};
pub use ids::{AgencyId, CaseId, ClientId, MailAddress, MessageKey, ParseIdError};
pub use judgement::{
    Approvals, ChangedBy, Decision, ItemJudgement, Judgement, ReadBackFinding, Replacement, Report, Standing,
};
pub use kind::NoticeKind;
pub use snapshot::{Contributors, Fact, RecordStatus, Scenario, Sharing, Snapshot, hex, sha256_of};
pub use transition::IllegalTransition;
