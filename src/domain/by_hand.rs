//! What people do with their own hands: the steps of a worklist as they tick them, and in shadow mode what they did with a
//! record while the desk only watched.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Action, Attestation, Case, CaseState, Change, ClientId, Item, ItemOutcome, LastRead, ReadBackFinding,
    Scenario, Step,
};

/// A change of the worklist that a person says they have made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Which change of the closing, from 0.
    pub step: usize,
    /// Who made it.
    pub by: String,
    /// When they said so.
    pub at: DateTime<Utc>,
}

/// What staff did with a record by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Did {
    /// Closed it, and confirmed that only the agency has visibility.
    #[serde(rename = "closed_scenario_1")]
    ClosedScenario1,
    /// Closed it, and told the agency who keeps access.
    #[serde(rename = "closed_scenario_2")]
    ClosedScenario2,
    /// Nothing: it was closed already.
    WasClosed,
    /// Left it open.
    NotClosed,
}

impl Did {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] =
        [Self::ClosedScenario1, Self::ClosedScenario2, Self::WasClosed, Self::NotClosed];

    /// The word used in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClosedScenario1 => "closed_scenario_1",
            Self::ClosedScenario2 => "closed_scenario_2",
            Self::WasClosed => "was_closed",
            Self::NotClosed => "not_closed",
        }
    }

    /// What a person calls it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::ClosedScenario1 => "closed as Scenario 1",
            Self::ClosedScenario2 => "closed as Scenario 2",
            Self::WasClosed => "was closed already",
            Self::NotClosed => "not closed",
        }
    }

    /// The one of this name; hyphens stand for underscores.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.replace('-', "_");
        Self::ALL.into_iter().find(|did| did.as_str() == name)
    }
}

/// What staff did with a record, as one of them recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandRecord {
    /// What.
    pub did: Did,
    /// Who says so.
    pub by: String,
    /// When they said so.
    pub at: DateTime<Utc>,
}

impl Item {
    /// What the desk would have done with it, as a shadowed case shows it: what staff should have done if both agree.
    /// `None`: the desk would have asked a person.
    pub fn would_have(&self) -> Option<Did> {
        match (self.step, self.scenario) {
            (Step::ReadingBack, _) => Some(Did::WasClosed),
            (Step::AwaitingApproval | Step::Waiting | Step::Closing | Step::Worklist, Some(scenario)) => {
                Some(match scenario {
                    Scenario::One => Did::ClosedScenario1,
                    Scenario::Two => Did::ClosedScenario2,
                })
            }
            (
                Step::Unjudged
                | Step::AwaitingApproval
                | Step::Waiting
                | Step::Closing
                | Step::Worklist
                | Step::NeedsStaff
                | Step::Settled(_),
                _,
            ) => None,
        }
    }

    /// The changes a person is to make, where they are in a person's hands.
    fn steps_by_hand(&self) -> Option<&[Change]> {
        let closing = self.closing.as_ref().filter(|_| self.step == Step::Worklist)?;
        Some(&closing.changes)
    }

    /// Who ticked this change off and when, if anybody did. `step` counts from 0.
    pub fn tick(&self, step: usize) -> Option<&Tick> {
        self.ticks.iter().find(|tick| tick.step == step)
    }

    /// What people did about another list of changes is nothing to this one.
    pub(super) fn forget_hands(&mut self) {
        self.ticks.clear();
        self.attested = None;
        self.last_read = None;
    }

    /// What the record showed when it was read.
    pub(super) fn take_read_back(
        &mut self,
        finding: &ReadBackFinding,
        now: DateTime<Utc>,
    ) -> Result<(), &'static str> {
        let attested = self.attested.as_ref().map(|attested| attested.by.clone());
        match (finding, attested) {
            (ReadBackFinding::Confirmed(report), _) => {
                self.report = report.clone();
                self.attested = None;
                self.step = Step::Settled(if self.found_closed {
                    ItemOutcome::AlreadyClosed
                } else {
                    ItemOutcome::Closed
                });
            }
            (ReadBackFinding::Differs(reasons), _) => self.hand_to_staff(reasons),
            (ReadBackFinding::StillToDo(_), _) if self.step != Step::Worklist => {
                return Err("its change is not in a person's hands");
            }
            (ReadBackFinding::StillToDo(still), _) => {
                self.last_read = Some(LastRead { at: now, still: still.clone() });
            }
            (ReadBackFinding::Attested(_) | ReadBackFinding::Contradicts(_), None) => {
                return Err("nobody has attested the change");
            }
            (ReadBackFinding::Attested(report), Some(by)) => {
                self.report = report.clone();
                self.report.attested_by = Some(by);
                self.attested = None;
                self.step = Step::Settled(ItemOutcome::Closed);
            }
            (ReadBackFinding::Contradicts(shown), Some(by)) => {
                self.since.push(format!(
                    "{by} attested that the change was made, but the HMIS shows: {}",
                    shown.join(" ")
                ));
                self.last_read = Some(LastRead { at: now, still: shown.clone() });
                self.attested = None;
            }
        }
        Ok(())
    }
}

impl Case {
    /// Ticks a step off. Whether it was the record's last.
    pub(super) fn take_tick(
        &mut self,
        record: &ClientId,
        step: usize,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, String> {
        let item = self.ticking(record, step)?;
        if let Some(tick) = item.tick(step) {
            return Err(format!("step {} is ticked already, by {}", step + 1, tick.by));
        }
        item.ticks.push(Tick { step, by: by.to_owned(), at: now });
        item.ticks.sort_by_key(|tick| tick.step);
        Ok(item.steps_by_hand().is_some_and(|steps| steps.len() == item.ticks.len()))
    }

    /// Takes a tick back.
    pub(super) fn take_untick(&mut self, record: &ClientId, step: usize) -> Result<(), String> {
        let item = self.ticking(record, step)?;
        if item.tick(step).is_none() {
            return Err(format!("step {} is not ticked", step + 1));
        }
        item.ticks.retain(|tick| tick.step != step);
        Ok(())
    }

    /// Somebody's word that the change was made: what they had not ticked they tick with it, and the record is read at
    /// once (DOMAIN.md, What follows, 3: what can be read outweighs a word).
    pub(super) fn take_attestation(
        &mut self,
        record: Option<&ClientId>,
        by: &str,
        now: DateTime<Utc>,
        actions: &mut Vec<Action>,
    ) -> Result<(), String> {
        let meant = |item: &Item| record.is_none_or(|record| &item.record == record);
        if !self.items.iter().any(meant) && record.is_some() {
            return Err("it does not name that record".to_owned());
        }
        let in_hand = |item: &Item| meant(item) && item.step == Step::Worklist;
        if self.state.is_over() || !self.items.iter().any(in_hand) {
            return Err("no change of it is in a person's hands".to_owned());
        }
        let open = |item: &Item| in_hand(item) && item.attested.is_none();
        if !self.items.iter().any(open) {
            return Err("it is attested already, and about to be read".to_owned());
        }
        for item in self.items.iter_mut().filter(|item| open(item)) {
            let steps = item.steps_by_hand().map_or(0, <[Change]>::len);
            for step in 0..steps {
                if item.tick(step).is_none() {
                    item.ticks.push(Tick { step, by: by.to_owned(), at: now });
                }
            }
            item.ticks.sort_by_key(|tick| tick.step);
            item.attested = Some(Attestation { by: by.to_owned(), at: now });
            actions.push(Action::ReadBack(item.record.clone()));
        }
        Ok(())
    }

    /// The facts are others than those the decision rests on: why the record comes back.
    pub(super) fn take_changed_facts(&mut self, record: &ClientId, difference: &[String]) {
        let by: Vec<_> = self
            .approvals
            .iter()
            .filter(|approval| approval.records.contains(record))
            .map(|approval| approval.by.as_str())
            .collect();
        let since = if by.is_empty() {
            "the facts changed since the decision".to_owned()
        } else {
            format!("the facts changed since {} approved", by.join(" and "))
        };
        let Some(item) = self.item_mut(record) else { return };
        let attested = item.attested.as_ref().map(|attested| attested.by.clone());
        let word = attested.map(|by| format!(" ({by} attested the change)")).unwrap_or_default();
        item.came_back = Some(format!("{since}: {}{word}", difference.join("; ")));
        // Where the desk was to change it, nothing was changed: stopping does not come too late, and a record found
        // closed was closed by others.
        item.change_begun &= item.step != Step::Closing;
    }

    /// The record's item, if it has such a step in a person's hands.
    fn ticking(&mut self, record: &ClientId, step: usize) -> Result<&mut Item, String> {
        if self.state.is_over() {
            return Err("it is over".to_owned());
        }
        let item = self.item_mut(record).ok_or("it does not name that record")?;
        if let Some(attested) = &item.attested {
            return Err(format!("{} has attested it, and it is about to be read", attested.by));
        }
        let steps = item.steps_by_hand().ok_or("no change of that record is in a person's hands")?.len();
        if step >= steps {
            return Err(format!("the worklist of that record has {steps} steps"));
        }
        Ok(item)
    }

    /// What staff did: with the record named (or the only one) in place of what was recorded before, else with all of which
    /// nothing is recorded yet.
    pub(super) fn take_hand_record(
        &mut self,
        record: Option<&ClientId>,
        did: Did,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), &'static str> {
        if self.state != CaseState::Shadowed {
            return Err("only of a case that the desk merely looked at (shadow mode) is this recorded");
        }
        let only = self.items.len() == 1;
        let meant = |item: &&mut Item| match record {
            Some(record) => &item.record == record,
            None => only || item.by_hand.is_none(),
        };
        let mut any = false;
        for item in self.items.iter_mut().filter(meant) {
            item.by_hand = Some(HandRecord { did, by: by.to_owned(), at: now });
            any = true;
        }
        match (any, record) {
            (true, _) => Ok(()),
            (false, Some(_)) => Err("it does not name that record"),
            (false, None) if self.items.is_empty() => Err("it names no record"),
            (false, None) => Err("of each of its records it is recorded already: name the one to correct"),
        }
    }
}
