//! How far staff, who did the work by hand, agree with what the desk would have done in shadow mode: by scenario and by
//! agency, so that a site can see when it may let the desk apply (`policy.mode`, `policy.scenario_1` and `_2`).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Casebook, EngineError};
use crate::domain::{AgencyId, Case, CaseId, ClientId, Did, Item, NoticeKind};

/// How many cases are read at a time.
const PAGE: i64 = 500;

/// Counts of records, but for `cases`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Figures {
    /// Cases the desk judged.
    pub cases: u64,
    /// Records in them.
    pub records: u64,
    /// Records of which staff recorded what they did.
    pub recorded: u64,
    /// Recorded, and staff did what the desk would have done.
    pub agree: u64,
    /// Recorded, and staff did something else.
    pub disagree: u64,
    /// Records with which the desk would have gone to a person: neither agreed nor disagreed.
    pub person: u64,
}

/// A record with which staff did something else than the desk would have done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disagreement {
    /// The case.
    pub case: CaseId,
    /// The record.
    pub record: ClientId,
    /// The agency the notice speaks for.
    pub agency: Option<AgencyId>,
    /// What the desk would have done.
    pub desk: Did,
    /// What staff did.
    pub staff: Did,
    /// Who recorded it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// How far staff agree with the desk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Agreement {
    /// All of it.
    pub total: Figures,
    /// By what the desk would have done; those it would have taken to a person are in `total.person` alone.
    pub by_finding: BTreeMap<Did, Figures>,
    /// By agency; `None`: none for certain.
    #[serde(serialize_with = "as_list")]
    pub by_agency: BTreeMap<Option<AgencyId>, Figures>,
    /// Where they disagree, oldest case first.
    pub disagreements: Vec<Disagreement>,
}

/// JSON knows no key that is missing.
fn as_list<S: serde::Serializer>(
    by_agency: &BTreeMap<Option<AgencyId>, Figures>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Row<'a> {
        agency: Option<&'a AgencyId>,
        #[serde(flatten)]
        figures: &'a Figures,
    }
    serializer.collect_seq(by_agency.iter().map(|(agency, figures)| Row { agency: agency.as_ref(), figures }))
}

impl Agreement {
    /// Counts one case of shadow mode. Only revocations have scenarios to agree on.
    fn count(&mut self, case: &Case) {
        if case.kind != NoticeKind::Revocation {
            return;
        }
        self.total.cases += 1;
        self.by_agency.entry(case.agency().cloned()).or_default().cases += 1;
        let mut findings = case.items.iter().filter_map(Item::would_have).collect::<Vec<_>>();
        findings.sort();
        findings.dedup();
        for finding in findings {
            self.by_finding.entry(finding).or_default().cases += 1;
        }
        for item in &case.items {
            let one = figures_of(item);
            self.total.add(one);
            self.by_agency.entry(case.agency().cloned()).or_default().add(one);
            let Some(desk) = item.would_have() else { continue };
            self.by_finding.entry(desk).or_default().add(one);
            if let Some(hand) = item.by_hand.as_ref().filter(|hand| hand.did != desk) {
                self.disagreements.push(Disagreement {
                    case: case.id,
                    record: item.record.clone(),
                    agency: case.agency().cloned(),
                    desk,
                    staff: hand.did,
                    by: hand.by.clone(),
                    at: hand.at,
                });
            }
        }
    }
}

impl Figures {
    fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.records += other.records;
        self.recorded += other.recorded;
        self.agree += other.agree;
        self.disagree += other.disagree;
        self.person += other.person;
    }
}

/// The figures of one record.
fn figures_of(item: &Item) -> Figures {
    let desk = item.would_have();
    let staff = item.by_hand.as_ref().map(|hand| hand.did);
    let both = desk.zip(staff);
    Figures {
        cases: 0,
        records: 1,
        recorded: u64::from(staff.is_some()),
        agree: u64::from(both.is_some_and(|(desk, staff)| desk == staff)),
        disagree: u64::from(both.is_some_and(|(desk, staff)| desk != staff)),
        person: u64::from(desk.is_none()),
    }
}

impl Casebook {
    /// How far staff agree with the desk, over all cases of shadow mode.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agreement(&self) -> Result<Agreement, EngineError> {
        let mut agreement = Agreement::default();
        let mut after = 0;
        loop {
            let cases = self.store.shadowed_cases(after, PAGE).await?;
            let Some(last) = cases.last() else { return Ok(agreement) };
            after = last.id.number();
            for case in &cases {
                agreement.count(case);
            }
        }
    }
}
