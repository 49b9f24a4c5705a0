//! The words of the field as types, and the life of a case. Pure: no clock, no I/O, no configuration.

mod action;
mod approving;
mod by_hand;
mod case;
mod closing;
mod event;
mod follow;
mod ids;
mod item;
mod judgement;
mod kind;
mod snapshot;
mod staff;
#[cfg(test)]
mod tests;
mod transition;
mod undo;
mod urgency;

pub use action::{Action, ActionState, ReplyKind};
pub use by_hand::{Did, HandRecord, Tick};
pub use case::{Approval, Case, CaseState, Hold, Mode, Opening};
pub use closing::{
    Change, Closing, Expected, ToDo, difference, flag_for, is_stop_sign, may_overwrite, more_seen, to_do,
};
pub use event::{Actor, Answer, Assent, Event, Excess, Question};
pub use ids::{AgencyId, CaseId, ClientId, MailAddress, MessageKey, ParseIdError};
pub use item::{Attestation, Item, ItemOutcome, LastRead, Step};
pub use judgement::{
    Approvals, ChangedBy, Decision, ItemJudgement, Judgement, ReadBackFinding, Replacement, Report, Standing,
};
pub use kind::NoticeKind;
pub use snapshot::{
    Contributors, Fact, FactName, RecordStatus, Scenario, Sharing, Snapshot, Vouched, hex, sha256_of,
};
pub use staff::{StaffName, StaffRole};
pub use transition::IllegalTransition;
pub use undo::{AliasChange, Footprint, GrantRow, Trace, Undo, UndoState};
