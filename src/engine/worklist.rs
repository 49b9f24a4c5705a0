//! Looking at a record whose change a person makes: what is still to be done, and whether somebody's word that it is made
//! may stand.

use chrono::{DateTime, Utc};

use super::{Desk, EngineError, deliver::Effect, evidence::Evidence, judge::report};
use crate::{
    classify::{self, ReadBack},
    domain::{
        AgencyId, Attestation, Case, Change, Closing, Event, Fact, FactName, Item, ReadBackFinding, Report,
        Sharing, Snapshot, more_seen,
    },
    store::Claim,
};

/// One look, and what it is about.
pub(super) struct Look<'a> {
    /// The action that wants it.
    pub(super) claim: &'a Claim,
    /// The case.
    pub(super) case: &'a Case,
    /// The record's item, in the worklist.
    pub(super) item: &'a Item,
    /// The record as it was read.
    pub(super) snapshot: &'a Snapshot,
    /// Its replacements, likewise.
    pub(super) replacements: &'a [Snapshot],
    /// The sender's root agency.
    pub(super) requester: Option<&'a AgencyId>,
    /// When to look again.
    pub(super) again: DateTime<Utc>,
}

impl Look<'_> {
    fn report(&self, snapshot: &Snapshot) -> Report {
        report(self.case, snapshot, self.item.scenario, self.replacements, self.requester)
    }

    fn done(&self, finding: ReadBackFinding) -> Effect {
        Effect::Done(Some(Event::ReadBack { record: self.item.record.clone(), finding }))
    }

    fn again(&self, finding: Option<ReadBackFinding>, why: &[String]) -> Effect {
        let record = self.item.record.clone();
        let event = finding.map(|finding| Event::ReadBack { record, finding });
        Effect::Again(event, why.join(" "), self.again)
    }

    /// What is still to be done, noted on the case where it is news: staff must not find their page out of date at each look.
    fn still(&self, still: Vec<String>) -> Effect {
        let known = self.item.last_read.as_ref().is_some_and(|last| {
            // A look that somebody ordered by a tick is news, whatever it shows.
            last.still == still && last.at >= self.claim.ordered_at
        });
        let why = still.clone();
        self.again((!known).then_some(ReadBackFinding::StillToDo(still)), &why)
    }

    /// What others can see or have entered now, that the approver did not see.
    fn more_than(&self, approved: Option<&Evidence>) -> Vec<String> {
        let seen = approved.and_then(|evidence| evidence.snapshot(&self.item.record));
        seen.map(|seen| more_seen(seen, self.snapshot, self.requester)).unwrap_or_default()
    }

    fn comes_back(&self, difference: Vec<String>) -> Effect {
        let record = self.item.record.clone();
        Effect::Done(Some(Event::FactsChanged { record, difference }))
    }
}

impl Desk {
    /// What a look at a record in the worklist means. It stays there, with its ticks, for as long as nothing but the listed
    /// changes is missing.
    pub(super) async fn look_at_worklist(&self, look: &Look<'_>) -> Result<Effect, EngineError> {
        let Some(closing) = &look.item.closing else {
            return Ok(
                look.done(ReadBackFinding::Differs(vec!["nothing is listed to be changed".to_owned()]))
            );
        };
        let approved: Option<Evidence> = match &look.item.begun_on {
            Some(sha256) => self.book.store.evidence(look.case.id, sha256).await?,
            None => None,
        };
        if let Some(attested) = &look.item.attested {
            return Ok(self.take_word(look, closing, attested, approved.as_ref()));
        }
        // A mirror knows nothing of a change before it was filled again.
        if !self.live && look.snapshot.as_of.is_none_or(|as_of| as_of <= look.claim.ordered_at) {
            return Ok(look.again(None, &["no import is newer than the change".to_owned()]));
        }
        let not_made = closing.not_made(look.snapshot);
        if !not_made.is_empty() {
            let more = look.more_than(approved.as_ref());
            if !more.is_empty() {
                return Ok(look.comes_back(more));
            }
            return Ok(look.still(not_made.into_iter().map(to_be_done).collect()));
        }
        Ok(match classify::read_back(look.snapshot, look.item.scenario, look.requester) {
            ReadBack::Confirmed { .. } => look.done(ReadBackFinding::Confirmed(look.report(look.snapshot))),
            ReadBack::Unknown(reasons) => look.still(reasons),
            ReadBack::StillOpen => look.still(vec![to_be_done(&Change::CloseSharing)]),
            ReadBack::Differs(reasons) => look.done(ReadBackFinding::Differs(reasons)),
        })
    }

    /// Somebody says that the change is made. What is known outweighs it; for what is not known, their word stands
    /// (DOMAIN.md, What follows, 3: a wrong confirmation cannot be undone).
    fn take_word(
        &self,
        look: &Look<'_>,
        closing: &Closing,
        attested: &Attestation,
        approved: Option<&Evidence>,
    ) -> Effect {
        let more = look.more_than(approved);
        if !more.is_empty() {
            return look.comes_back(more);
        }
        let believed = self.believed(look.snapshot, closing, attested.at);
        match classify::read_back(&believed, look.item.scenario, look.requester) {
            ReadBack::Confirmed { .. } if &believed == look.snapshot => {
                look.done(ReadBackFinding::Confirmed(look.report(look.snapshot)))
            }
            ReadBack::Confirmed { .. } | ReadBack::Unknown(_) => {
                look.done(ReadBackFinding::Attested(look.report(&closing.applied_to(look.snapshot))))
            }
            ReadBack::StillOpen => {
                let shown = vec!["It is still shared statewide.".to_owned()];
                look.again(Some(ReadBackFinding::Contradicts(shown.clone())), &shown)
            }
            ReadBack::Differs(shown) => look.again(Some(ReadBackFinding::Contradicts(shown.clone())), &shown),
        }
    }

    /// The facts, where none was seen later than `said_at` as the closing leaves them: a mirror knows nothing of a change
    /// before it was filled again.
    fn believed(&self, snapshot: &Snapshot, closing: &Closing, said_at: DateTime<Utc>) -> Snapshot {
        let newer = |fact| self.live || snapshot.vouched(fact).is_some_and(|vouched| vouched.as_of > said_at);
        let after = closing.applied_to(snapshot);
        let mut believed = snapshot.clone();
        if !newer(FactName::Sharing) {
            if snapshot.sharing != Fact::Unknown {
                believed.sharing = Fact::Known(Sharing::Closed);
            }
            believed.alias = after.alias;
        }
        if !newer(FactName::Grants) {
            believed.granted = after.granted;
        }
        if !newer(FactName::Data) && believed.items_closed.is(&false) {
            believed.items_closed = Fact::Unknown;
        }
        believed
    }
}

/// A change that is not made yet, as a sentence; no agency is named.
fn to_be_done(change: &Change) -> String {
    match change {
        Change::CloseSharing => "statewide data sharing is still open.".to_owned(),
        Change::RemoveGrant(_) => {
            "visibility granted to an agency without data in it still stands.".to_owned()
        }
        Change::SetAlias { to, .. } => format!("the alias is not {to} yet."),
    }
}
