//! Which of the two scenarios of a revocation a record is in, judged from the data and never from what the mail
//! claims (DOMAIN.md, "The two scenarios", "Neither", "What follows" 1 to 3). Pure rules over a [`Snapshot`]:
//!
//! - [`classify`]: the scenario before anything is changed, and every reason for doubt;
//! - [`read_back`]: whether what the confirmation says is true, after the change;
//! - [`replacement`]: whether the new record of a Scenario 2 notice can be used.
//!
//! No sentence made here names an agency: agencies are counted (What follows, 5).

mod finding;
mod read_back;
mod replacement;
#[cfg(test)]
mod tests;

pub use self::{
    finding::{Finding, Weight},
    read_back::{ReadBack, read_back},
    replacement::{Lack, in_words, replacement},
};
use crate::domain::{AgencyId, Fact, RecordStatus, Scenario, Sharing, Snapshot};

/// What the data says about a record and the agency that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classification {
    /// The scenario; `None`: neither, a person decides.
    pub scenario: Option<Scenario>,
    /// Why it is neither, or what makes the scenario doubtful. All of it, not only the first.
    pub findings: Vec<Finding>,
    /// The same and what speaks for the scenario, in plain sentences for staff. No agency is named.
    pub reasons: Vec<String>,
}

impl Classification {
    /// The heaviest weight of all findings; `NoScenario` whenever there is no scenario, and `None` if nothing
    /// stands in the way of going on without a person.
    pub fn weight(&self) -> Option<Weight> {
        match self.scenario {
            None => Some(Weight::NoScenario),
            Some(_) => self.findings.iter().map(|finding| finding.weight()).max(),
        }
    }

    /// Whether the only reply is the one neutral acknowledgement (What follows, 6).
    pub fn is_neutral(&self) -> bool {
        self.findings.iter().any(|finding| finding.is_neutral())
    }

    /// Whether, as far as can be seen now, a confirmation could be given once the record is closed: there is a
    /// scenario, and nothing in the way that only a person can settle.
    pub fn confirmable(&self) -> bool {
        self.weight().is_none_or(|weight| weight == Weight::Approval)
    }
}

/// Judges `snapshot` for `requester`, the *root* agency of the sender as the HMIS lists it (`None`: it is not
/// listed).
///
/// Asymmetry: one positive finding is enough for Scenario 2, while Scenario 1 needs complete knowledge of who
/// has data (What follows, 2 and 3).
pub fn classify(snapshot: &Snapshot, requester: Option<&AgencyId>) -> Classification {
    if snapshot.status == RecordStatus::Missing {
        // Nothing else is known of such a record; whether the agency is listed still is.
        let listed = requester.is_none().then_some(Finding::RequesterUnknown);
        let findings: Vec<_> = std::iter::once(Finding::Missing).chain(listed).collect();
        return conclude(snapshot, requester, None, findings);
    }
    let mut findings = Vec::new();
    findings.extend(about_the_record(&snapshot.status));
    findings.extend(about_the_requester(snapshot, requester));
    findings.extend(about_the_data(snapshot, requester));
    findings.extend(about_the_client(snapshot));
    findings.extend(about_visibility(snapshot));

    let scenario = scenario_of(snapshot, requester, &findings);
    if scenario == Some(Scenario::One) {
        // Only "your agency alone sees it" speaks of the things in the record.
        findings.extend(about_items(snapshot));
    }
    conclude(snapshot, requester, scenario, findings)
}

fn about_the_record(status: &RecordStatus) -> Option<Finding> {
    match status {
        RecordStatus::Active => None,
        RecordStatus::Merged(_) => Some(Finding::Merged),
        RecordStatus::Deleted => Some(Finding::Deleted),
        RecordStatus::Missing => Some(Finding::Missing),
    }
}

/// "the sender's agency neither created nor touched the record"
fn about_the_requester(snapshot: &Snapshot, requester: Option<&AgencyId>) -> Option<Finding> {
    match requester {
        None => Some(Finding::RequesterUnknown),
        Some(agency) if snapshot.agencies_with_data().contains(agency) => None,
        Some(_) => Some(Finding::NotTheirs),
    }
}

fn about_the_data(snapshot: &Snapshot, requester: Option<&AgencyId>) -> Vec<Finding> {
    let data = &snapshot.data;
    let mut findings = Vec::new();
    if snapshot.creator == Fact::Unknown {
        findings.push(Finding::CreatorUnknown);
    }
    if let (1, Fact::Known(creator)) = (data.live.len(), &snapshot.creator)
        && !data.live.contains(creator)
    {
        findings.push(Finding::OnlyAnotherAgencyHasData);
    }
    if !data.complete {
        findings.push(Finding::DataIncomplete);
    }
    // With a requester that is not listed, every agency is another one.
    if data.deleted.iter().any(|agency| Some(agency) != requester) {
        findings.push(Finding::OtherAgencysDataDeleted);
    }
    findings
}

fn about_the_client(snapshot: &Snapshot) -> Vec<Finding> {
    let minor = match snapshot.minor {
        Fact::Known(true) => Some(Finding::Minor),
        Fact::Known(false) => None,
        Fact::Unknown => Some(Finding::MinorUnknown),
    };
    let vsp = match snapshot.victim_service_provider {
        Fact::Known(true) => Some(Finding::VictimServiceProvider),
        Fact::Known(false) => None,
        Fact::Unknown => Some(Finding::VspUnknown),
    };
    minor.into_iter().chain(vsp).collect()
}

fn about_visibility(snapshot: &Snapshot) -> Vec<Finding> {
    let mut findings = Vec::new();
    if snapshot.sharing == Fact::Unknown {
        findings.push(Finding::SharingUnknown);
    }
    if !snapshot.grants_complete {
        findings.push(Finding::GrantsUnknown);
    }
    // On an open record closing removes these; on a closed one somebody left them, or put them there.
    if snapshot.sharing.is(&Sharing::Closed) && !snapshot.grants_without_data().is_empty() {
        findings.push(Finding::ClosedButVisible);
    }
    findings
}

fn about_items(snapshot: &Snapshot) -> Option<Finding> {
    match snapshot.items_closed {
        Fact::Known(true) => None,
        Fact::Known(false) => Some(Finding::ItemsOpen),
        Fact::Unknown => Some(Finding::ItemsUnknown),
    }
}

fn scenario_of(snapshot: &Snapshot, requester: Option<&AgencyId>, findings: &[Finding]) -> Option<Scenario> {
    let requester = requester?;
    if findings.iter().any(|finding| finding.weight() == Weight::NoScenario) {
        return None;
    }
    if snapshot.data.live.len() >= 2 {
        return Some(Scenario::Two);
    }
    // Creating a record was entering it, so no data at all is as good as the creator's own.
    let alone = snapshot.creator.is(requester)
        && snapshot.data.live.iter().all(|agency| agency == requester)
        && snapshot.data.complete
        && snapshot.sharing != Fact::Unknown
        && !findings.contains(&Finding::OtherAgencysDataDeleted);
    alone.then_some(Scenario::One)
}

fn conclude(
    snapshot: &Snapshot,
    requester: Option<&AgencyId>,
    scenario: Option<Scenario>,
    findings: Vec<Finding>,
) -> Classification {
    let mut reasons = vec![
        match scenario {
            Some(Scenario::One) => "Scenario 1: the agency created the record, and no other has data in it.",
            Some(Scenario::Two) => "Scenario 2: several agencies have data in the record.",
            None => "Neither scenario: a person decides.",
        }
        .to_owned(),
    ];
    if snapshot.status != RecordStatus::Missing {
        reasons.extend(what_is_there(snapshot, requester));
    }
    reasons.extend(findings.iter().map(|finding| finding.sentence().to_owned()));
    Classification { scenario, findings, reasons }
}

/// What the data shows, whatever follows from it.
fn what_is_there(snapshot: &Snapshot, requester: Option<&AgencyId>) -> Vec<String> {
    let mut lines = Vec::new();
    match &snapshot.creator {
        Fact::Known(creator) if Some(creator) == requester => {
            lines.push("The sender's agency created the record.".to_owned());
        }
        Fact::Known(_) => lines.push("Another agency created the record.".to_owned()),
        Fact::Unknown => {}
    }
    lines.push(who_has_data(snapshot, requester));
    match snapshot.sharing {
        Fact::Known(Sharing::Open) => lines.push("It is shared statewide.".to_owned()),
        Fact::Known(Sharing::Closed) => lines.push("It is closed to statewide sharing already.".to_owned()),
        Fact::Unknown => {}
    }
    let granted = snapshot.grants_without_data().len();
    if granted > 0 {
        lines.push(format!("Agencies without data of their own that were granted visibility: {granted}."));
    }
    if snapshot.priority_list.is(&true) {
        lines.push("The client is on the Coordinated Entry Priority List.".to_owned());
    }
    lines
}

/// Of what is not known completely, no more is said than that it is not known.
fn who_has_data(snapshot: &Snapshot, requester: Option<&AgencyId>) -> String {
    let data = &snapshot.data;
    let total = data.live.len();
    let own = requester.is_some_and(|agency| data.live.contains(agency));
    let at_least = if data.complete { "" } else { "At least " };
    let whose = if own { "the sender's among them" } else { "not the sender's" };
    match (total, own, data.complete) {
        (0, _, true) => "No agency has data in it.".to_owned(),
        (0, _, false) => "No agency is known to have data in it.".to_owned(),
        (1, true, true) => "The sender's agency has data in it, and no other.".to_owned(),
        (1, true, false) => "The sender's agency has data in it, and no other is known to.".to_owned(),
        (1, false, _) => "1 other agency has data in it.".to_owned(),
        (_, _, _) => format!("{at_least}{total} agencies have data in it, {whose}."),
    }
}
