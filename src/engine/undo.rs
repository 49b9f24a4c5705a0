//! The effect of an undo: a closing that was a mistake is set back, or it is said why not (DOMAIN.md, What follows, 6).
//!
//! Like a closing, an attempt is committed before its effect. One whose outcome was lost finds the record as it was before
//! the closing, and is done.

use super::{Desk, EngineError, deliver::Effect};
use crate::{
    domain::{Case, ChangedBy, ClientId, Event, ItemOutcome},
    hmis::UndoOutcome,
    store::Claim,
};

/// What is left to staff where an undo is refused.
const INSTEAD: &str = "the record stays as it is. If the client consents after all, the vice-versa way leads there: the closed \
    record stays closed, and a new one is made";

impl Desk {
    /// Sets the closing of one record back.
    pub(super) async fn undo(
        &self,
        claim: &Claim,
        case: &Case,
        record: &ClientId,
    ) -> Result<Effect, EngineError> {
        let refused = |why: &str| {
            let reason = format!("{why}; {INSTEAD}");
            let event = Event::UndoRefused { record: record.clone(), reason: reason.clone() };
            Ok(Effect::Refused(reason, Some(event)))
        };
        let undone = || Ok(Effect::Done(Some(Event::Undone { record: record.clone() })));
        let Some(trace) = case.item(record).and_then(|item| item.trace.as_deref()) else {
            return refused("what the closing changed was not noted");
        };
        let later = async |error: crate::hmis::HmisError| {
            self.hmis_failed().await;
            Ok(Effect::Later(error.to_string(), None))
        };
        // An earlier attempt of this very undo, of which no outcome is known, may have made the change.
        if claim.attempts > 0 {
            match self.hmis.stands_as_before(record, trace).await {
                Ok(true) => return undone(),
                Ok(false) => {}
                Err(error) => return later(error).await,
            }
        }
        if self.changed_by == ChangedBy::Person {
            return refused("changes are made by a person now (hmis.changes)");
        }
        if let Some(other) = self.relied_upon_by(case, record).await? {
            return refused(&format!(
                "{other} is about the same record: another notice relies on its being closed"
            ));
        }
        match self.hmis.undo(record, trace, self.book.clock.now()).await {
            Ok(UndoOutcome::Undone) => undone(),
            Ok(UndoOutcome::AsBefore) => refused("somebody has set it back by hand already"),
            Ok(UndoOutcome::Differs(why)) => refused(&why.join("; ")),
            // A change of which nobody knows whether it was made shows at the next attempt.
            Err(error) if error.is_temporary() || error.is_uncertain() => later(error).await,
            Err(error) => refused(&error.to_string()),
        }
    }

    /// Another case that wants the record closed, or whose agency was told that it is. Which came first does not tell: a case
    /// that waited for its client ID has an early number and a late answer.
    async fn relied_upon_by(
        &self,
        case: &Case,
        record: &ClientId,
    ) -> Result<Option<crate::domain::CaseId>, EngineError> {
        let others = self.book.store.cases(None, Some(record)).await?;
        let relies = |other: &Case| {
            let outcome = other.item(record).map(crate::domain::Item::outcome);
            other.id != case.id
                && match outcome {
                    Some(
                        ItemOutcome::Pending
                        | ItemOutcome::Closed
                        | ItemOutcome::AlreadyClosed
                        | ItemOutcome::NeedsStaff,
                    ) => other.mode == crate::domain::Mode::Live,
                    Some(ItemOutcome::NotClosed | ItemOutcome::Declined) | None => false,
                }
        };
        Ok(others.into_iter().find(relies).map(|other| other.id))
    }
}
