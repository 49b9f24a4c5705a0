//! What an approver is shown, and the hash an approval is bound to.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        Case, ClientId, Closing, Decision, Item, ItemJudgement, ItemOutcome, ReplyKind, Scenario, Snapshot,
        Step, sha256_of,
    },
    reply::{self, Templates},
};

/// One record as it was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordEvidence {
    /// The facts.
    pub snapshot: Snapshot,
    /// The scenario found.
    pub scenario: Option<Scenario>,
    /// What policy said.
    pub decision: Decision,
    /// The rules that spoke.
    pub reasons: Vec<String>,
    /// The exact changes.
    pub closing: Option<Closing>,
}

/// All an approver is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The records, as judged.
    pub records: Vec<RecordEvidence>,
    /// The replacement records, as they stand.
    pub replacements: Vec<Snapshot>,
    /// What the sender claims.
    pub claimed_scenario: Option<Scenario>,
    /// The reply that would leave once the change is made and read back.
    pub reply: String,
}

impl Evidence {
    /// SHA-256 (hex) of it, without the instants at which the facts were read.
    pub fn sha256(&self) -> String {
        let mut timeless = self.clone();
        for record in &mut timeless.records {
            record.snapshot = record.snapshot.timeless();
        }
        for replacement in &mut timeless.replacements {
            *replacement = replacement.timeless();
        }
        sha256_of(&timeless)
    }

    /// The facts on one of the records or replacements.
    pub fn snapshot(&self, record: &ClientId) -> Option<&Snapshot> {
        self.records
            .iter()
            .map(|seen| &seen.snapshot)
            .chain(&self.replacements)
            .find(|snapshot| &snapshot.record == record)
    }
}

/// The text of the reply that would leave if what is under way, or else what can be approved, were closed and read back as
/// judged. `None`: nothing of the case can be closed as it stands, so that no final reply is known.
pub fn reply_as_it_stands(case: &Case, seen: &Evidence, templates: &Templates) -> Option<String> {
    let under_way = |item: &&Item| match item.step {
        Step::AwaitingApproval | Step::Waiting | Step::Closing | Step::Worklist => item.closing.is_some(),
        Step::ReadingBack => true,
        Step::Unjudged | Step::NeedsStaff | Step::Settled(_) => false,
    };
    let offered = |item: &&Item| item.step == Step::NeedsStaff && item.closing.is_some();
    let mut chosen: Vec<ClientId> =
        case.items.iter().filter(under_way).map(|item| item.record.clone()).collect();
    if chosen.is_empty() {
        chosen = case.items.iter().filter(offered).map(|item| item.record.clone()).collect();
    }
    if chosen.is_empty() {
        return None;
    }
    let text = if seen.records.iter().map(|record| &record.snapshot.record).eq(&chosen) {
        seen.reply.clone()
    } else {
        let mut imagined = case.clone();
        for item in imagined.items.iter_mut().filter(|item| chosen.contains(&item.record)) {
            item.step = Step::Settled(match (item.step, item.found_closed) {
                (Step::ReadingBack, true) => ItemOutcome::AlreadyClosed,
                _ => ItemOutcome::Closed,
            });
        }
        let letter = reply::letter(&imagined, &ReplyKind::Outcome(chosen), false);
        templates.render(&letter).map(|rendered| rendered.text).unwrap_or_default()
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The text of the reply that would leave if every judged record were closed and read back as judged.
pub fn preview(case: &Case, judged: &[ItemJudgement], templates: &Templates) -> String {
    let mut imagined = case.clone();
    for item in &mut imagined.items {
        if let Some(judged) = judged.iter().find(|judged| judged.record == item.record) {
            item.scenario = judged.scenario;
            item.report = judged.report.clone();
            item.step = Step::Settled(match judged.decision {
                Decision::CheckOnly => ItemOutcome::AlreadyClosed,
                Decision::Apply | Decision::Approve | Decision::Person => ItemOutcome::Closed,
            });
        }
    }
    let records = judged.iter().map(|judged| judged.record.clone()).collect();
    let letter = reply::letter(&imagined, &ReplyKind::Outcome(records), false);
    templates.render(&letter).map(|rendered| rendered.text).unwrap_or_default()
}
