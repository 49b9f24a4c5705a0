//! What people decide. The console and the command line both come here; nobody else changes a case for them.

use super::{Casebook, EngineError};
use crate::domain::{Case, CaseId, ClientId, Event, MailAddress};

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
    /// The change was made by hand.
    Attest {
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
    /// A remark.
    Note {
        /// The remark.
        note: String,
    },
}

impl Casebook {
    /// Lets a member of staff decide. Gives the case as it then stands; an error says why it cannot be so.
    pub async fn decide(&self, id: CaseId, by: &str, decision: StaffDecision) -> Result<Case, EngineError> {
        let by = by.to_owned();
        let event = match decision {
            StaffDecision::Ask => {
                let case = self.to_decide(id).await?;
                // Only who writes for this agency alone would be heard.
                let site = self.site();
                let heard = |contact: &MailAddress| {
                    let agencies = site.roster.agencies_of(contact);
                    agencies.len() == 1 && case.agency().is_some_and(|agency| agencies.contains(agency))
                };
                Event::AgencyAsked { by, contact: self.contact(&case).filter(heard) }
            }
            StaffDecision::Approve { evidence_sha256, only, note } => {
                let case = self.to_decide(id).await?;
                let contact = self.contact(&case);
                let seen = evidence_sha256.or(case.evidence_sha256).unwrap_or_default();
                Event::Approved { by, evidence_sha256: seen, only, contact, note }
            }
            StaffDecision::Attest { note } => Event::Attested { by, note },
            StaffDecision::Decline { note } => Event::Declined { by, note },
            StaffDecision::Stop { note } => Event::Stopped { by, note },
            StaffDecision::HandledByHand { note } => Event::HandledByHand { by, note },
            StaffDecision::Retry => Event::RetryAsked { by },
            StaffDecision::Note { note } => Event::Noted { by, note },
        };
        self.happen(id, &event).await
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
