//! What people decide. The console and the command line both come here; nobody else changes a case for them.

use super::{Casebook, EngineError};
use crate::domain::{Case, CaseId, ClientId, Did, Event, IllegalTransition, MailAddress, Mode};

/// A decision of a member of staff about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffDecision {
    /// Close as shown. `evidence_sha256`: what they saw; `None`: what the case shows at this moment.
    Approve {
        /// The evidence they saw.
        evidence_sha256: Option<String>,
        /// Only these records; empty: all that wait for it.
        only: Vec<ClientId>,
        /// A remark.
        note: Option<String>,
    },
    /// The change was made by hand. The record is read at once, and what is known there outweighs the word.
    Attest {
        /// Of this record; `None`: of all that are in a person's hands.
        record: Option<ClientId>,
        /// A remark.
        note: Option<String>,
    },
    /// No; the note goes to the agency.
    Decline {
        /// The reason.
        note: String,
    },
    /// Stop; nobody is written to.
    Stop {
        /// A remark.
        note: Option<String>,
    },
    /// It was dealt with outside the desk.
    HandledByHand {
        /// How.
        note: String,
    },
    /// Ask the agency: for the client ID, or whether to go ahead.
    Ask,
    /// Look, or send, again.
    Retry,
    /// Set back what the desk closed in this case by mistake: possible only while nothing was entered since.
    Undo {
        /// Why it was a mistake.
        note: String,
    },
    /// A change of the worklist is made.
    Tick {
        /// The record.
        record: ClientId,
        /// Which change of `item.closing.changes`, from 0.
        step: usize,
    },
    /// It is not made after all.
    Untick {
        /// The record.
        record: ClientId,
        /// Which change of `item.closing.changes`, from 0.
        step: usize,
    },
    /// What was done by hand with a case of shadow mode.
    DidByHand {
        /// With this record; `None`: with all of the case.
        record: Option<ClientId>,
        /// What.
        did: Did,
    },
    /// A remark.
    Note {
        /// The remark.
        note: String,
    },
}

impl Casebook {
    /// Lets a member of staff decide. Gives the case as it then stands; an error says why it cannot be so.
    ///
    /// # Errors
    /// When there is no such case, it does not allow it as it stands, or the database fails.
    pub async fn decide(&self, id: CaseId, by: &str, decision: StaffDecision) -> Result<Case, EngineError> {
        self.decide_on(id, by, None, decision).await
    }

    /// The same for somebody who saw the case in that version ([`Loaded::version`](crate::store::Loaded)): nothing happens if
    /// it has another by now, as found in the transaction of the decision. A remark fits any version, and so does what somebody
    /// says of their own work in the worklist: the desk reads the record before it believes it, and its very looking at the
    /// record makes versions.
    ///
    /// # Errors
    /// [`EngineError::Stale`] if the case has changed since; else as [`Casebook::decide`].
    pub async fn decide_seen(
        &self,
        id: CaseId,
        by: &str,
        version: i64,
        decision: StaffDecision,
    ) -> Result<Case, EngineError> {
        let fits_any = matches!(
            decision,
            StaffDecision::Note { .. }
                | StaffDecision::Tick { .. }
                | StaffDecision::Untick { .. }
                | StaffDecision::Attest { .. }
        );
        let seen = (!fits_any).then_some(version);
        self.decide_on(id, by, seen, decision).await
    }

    async fn decide_on(
        &self,
        id: CaseId,
        by: &str,
        seen: Option<i64>,
        decision: StaffDecision,
    ) -> Result<Case, EngineError> {
        let event = self.event(&self.to_decide(id).await?, by, decision)?;
        self.happen_to(id, seen, &event).await
    }

    /// Whether the case, as it stands in `case`, allows `by` this decision: what the console offers, by the very rules that
    /// decide.
    ///
    /// # Errors
    /// Why it does not.
    pub fn could(&self, case: &Case, by: &str, decision: StaffDecision) -> Result<(), IllegalTransition> {
        case.transition(&self.event(case, by, decision)?, self.clock.now()).map(drop)
    }

    /// A remark by somebody who saw the case in version `seen`. If the same remark of theirs was made since, they have sent it
    /// twice, and it is not made again.
    ///
    /// # Errors
    /// As [`Casebook::decide`].
    pub async fn note_once(
        &self,
        id: CaseId,
        by: &str,
        seen: i64,
        note: String,
    ) -> Result<Case, EngineError> {
        let event = Event::Noted { by: by.to_owned(), note };
        loop {
            let loaded = self.store.case(id).await?.ok_or_else(|| EngineError::NoSuchCase(id.to_string()))?;
            let since = usize::try_from(seen).unwrap_or(usize::MAX);
            let history = self.store.history(id).await?;
            if history.iter().skip(since).any(|row| row.happened().as_ref() == Some(&event)) {
                return Ok(loaded.case);
            }
            match self.happen_to(id, Some(loaded.version), &event).await {
                Err(EngineError::Stale { .. }) => {}
                other => return other,
            }
        }
    }

    /// What happens if `by` decides so.
    fn event(&self, case: &Case, by: &str, decision: StaffDecision) -> Result<Event, IllegalTransition> {
        let by = by.to_owned();
        Ok(match decision {
            StaffDecision::Ask => {
                // Only who writes for this agency alone would be heard.
                let site = self.site();
                let heard = |contact: &MailAddress| {
                    let agencies = site.roster.agencies_of(contact);
                    agencies.len() == 1 && case.agency().is_some_and(|agency| agencies.contains(agency))
                };
                Event::AgencyAsked { by, contact: self.contact(case).filter(heard) }
            }
            StaffDecision::Approve { evidence_sha256, only, note } => {
                let contact = self.contact(case);
                let seen = evidence_sha256.or_else(|| case.evidence_sha256.clone()).unwrap_or_default();
                Event::Approved { by, evidence_sha256: seen, only, contact, note }
            }
            StaffDecision::Attest { record, note } => Event::Attested { by, record, note },
            StaffDecision::Decline { note } => Event::Declined { by, note },
            StaffDecision::Stop { note } => Event::Stopped { by, note },
            StaffDecision::HandledByHand { note } => Event::HandledByHand { by, note },
            StaffDecision::Retry => Event::RetryAsked { by },
            StaffDecision::Undo { note } => {
                let event = Event::UndoAsked { by, note };
                if self.site().mode == Mode::Shadow {
                    // It would wait for a day on which nobody remembers it.
                    let why = "the desk is in shadow mode and changes nothing".to_owned();
                    let (event, state) = (event.name(), case.state);
                    return Err(IllegalTransition { case: case.id, state, event, why });
                }
                event
            }
            StaffDecision::Tick { record, step } => Event::StepTicked { by, record, step },
            StaffDecision::Untick { record, step } => Event::StepUnticked { by, record, step },
            StaffDecision::DidByHand { record, did } => Event::HandRecorded { by, record, did },
            StaffDecision::Note { note } => Event::Noted { by, note },
        })
    }

    async fn to_decide(&self, id: CaseId) -> Result<Case, EngineError> {
        let loaded = self.store.case(id).await?;
        loaded.map(|loaded| loaded.case).ok_or_else(|| EngineError::NoSuchCase(id.to_string()))
    }

    /// The roster's contact for the agency a notice speaks for.
    fn contact(&self, case: &Case) -> Option<MailAddress> {
        let site = self.site();
        case.agency().and_then(|agency| site.roster.contact(agency)).cloned()
    }
}
