//! What may be done without whom: the site's rules over what was found. Pure.

use serde::{Deserialize, Serialize};

use crate::{
    classify::Classification,
    domain::{Approvals, Decision, Fact, Scenario, Sharing, Snapshot, Standing},
};

/// How much say a person has in a change, from none to two people's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The desk closes by itself.
    Apply,
    /// One person approves.
    Approve,
    /// Two different people approve.
    ApproveTwice,
}

impl Level {
    /// When a change is made, for people.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Apply => "at once",
            Self::Approve => "after one approval",
            Self::ApproveTwice => "after two people's approval",
        }
    }
}

/// The site's rules (`[policy]`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// For Scenario 1.
    pub scenario_1: Level,
    /// For Scenario 2.
    pub scenario_2: Level,
    /// For clients on the Priority List; the stricter of this and the scenario's counts.
    pub priority_list: Level,
}

/// Decides on one record. Gives the decision, how many people must approve if it is not applied, and, in plain
/// sentences for staff, why it is not simply the scenario's rule. Takes the scenario the sender claims: disagreement
/// is a reason for a person to look (DOMAIN.md, What follows, 1).
pub fn decide(
    snapshot: &Snapshot,
    found: &Classification,
    standing: &Standing,
    claimed: Option<Scenario>,
    rules: Rules,
) -> (Decision, Approvals, Vec<String>) {
    let mut reasons = Vec::new();
    let mut level = match found.scenario {
        Some(Scenario::One) => rules.scenario_1,
        Some(Scenario::Two) => rules.scenario_2,
        // The more doubtful, never the fewer people.
        None => rules.scenario_1.max(rules.scenario_2),
    };
    let mut at_least = |wanted: Level, why: &str| {
        if wanted > level {
            level = wanted;
            reasons.push(why.to_owned());
        }
    };
    match snapshot.priority_list {
        Fact::Known(false) => {}
        Fact::Known(true) => {
            at_least(rules.priority_list, "clients on the Priority List need more approval here");
        }
        Fact::Unknown => {
            at_least(rules.priority_list, "clients who may be on the Priority List need more approval here");
        }
    }
    if matches!(standing, Standing::Trusted(_)) {
        at_least(Level::Approve, "senders are not verified at this site");
    }
    if !found.findings.is_empty() {
        at_least(Level::Approve, "what was found leaves a doubt");
    }
    if claimed.is_some_and(|claimed| Some(claimed) != found.scenario) {
        at_least(Level::Approve, "the sender claims another scenario than the HMIS shows");
    }
    let approvals = match level {
        Level::Apply | Level::Approve => Approvals::One,
        Level::ApproveTwice => Approvals::Two,
    };
    let by_rule = match level {
        Level::Apply => Decision::Apply,
        Level::Approve | Level::ApproveTwice => Decision::Approve,
    };
    let decision = match standing {
        Standing::Unverified(_) => {
            reasons.push("it could not be verified who sent the notice".to_owned());
            Decision::Person
        }
        Standing::Stranger | Standing::Several(_) => {
            reasons.push("it is not clear for which agency the sender speaks".to_owned());
            Decision::Person
        }
        Standing::Verified(_) | Standing::Trusted(_) if found.scenario.is_none() || !found.confirmable() => {
            Decision::Person
        }
        Standing::Verified(_) | Standing::Trusted(_) if snapshot.sharing.is(&Sharing::Closed) => {
            reasons.push("the record is closed already: there is nothing to approve".to_owned());
            Decision::CheckOnly
        }
        Standing::Verified(_) | Standing::Trusted(_) => by_rule,
    };
    (decision, approvals, reasons)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::{
        classify::classify,
        domain::{AgencyId, ClientId, Contributors, RecordStatus},
    };

    fn agency(id: &str) -> AgencyId {
        AgencyId::parse(id).expect("valid")
    }

    fn agencies(ids: &[&str]) -> BTreeSet<AgencyId> {
        ids.iter().map(|id| agency(id)).collect()
    }

    /// An open record created by A with data of these agencies; everything is known.
    fn record(data: &[&str]) -> Snapshot {
        Snapshot {
            record: ClientId::parse("1555555").expect("valid"),
            status: RecordStatus::Active,
            creator: Fact::Known(agency("A")),
            sharing: Fact::Known(Sharing::Open),
            data: Contributors { live: agencies(data), deleted: BTreeSet::new(), complete: true },
            granted: BTreeSet::new(),
            grants_complete: true,
            items_closed: Fact::Known(true),
            alias: None,
            roi_consent_date: None,
            priority_list: Fact::Known(false),
            minor: Fact::Known(false),
            victim_service_provider: Fact::Known(false),
            visibility_follows_sharing: true,
            as_of: None,
            vouching: std::collections::BTreeMap::new(),
        }
    }

    const BOLD: Rules =
        Rules { scenario_1: Level::Apply, scenario_2: Level::Apply, priority_list: Level::ApproveTwice };
    /// A decision, and how many people must approve if it is not applied.
    type Decided = (Decision, Approvals);
    const APPLY: Decided = (Decision::Apply, Approvals::One);
    const CHECK: Decided = (Decision::CheckOnly, Approvals::One);
    const PERSON: Decided = (Decision::Person, Approvals::One);
    const ONE: Decided = (Decision::Approve, Approvals::One);
    const TWO: Decided = (Decision::Approve, Approvals::Two);

    fn decided(snapshot: &Snapshot, standing: &Standing, claimed: Option<Scenario>, rules: Rules) -> Decided {
        let found = classify(snapshot, Some(&agency("A")));
        let (decision, approvals, _) = decide(snapshot, &found, standing, claimed, rules);
        (decision, approvals)
    }

    #[test]
    fn where_two_must_approve_a_doubt_does_not_make_it_one() {
        let rules = Rules {
            scenario_1: Level::ApproveTwice,
            scenario_2: Level::Approve,
            priority_list: Level::Approve,
        };
        let minor = Snapshot { minor: Fact::Known(true), ..record(&["A"]) };
        let unverified = Standing::Unverified(Some(agency("A")));
        let two = (Decision::Person, Approvals::Two);
        assert_eq!(decided(&minor, &Standing::Verified(agency("A")), None, rules), two);
        assert_eq!(decided(&record(&["A"]), &unverified, None, rules), two);
    }

    #[test]
    fn a_site_that_applies_still_asks_where_there_is_any_doubt() {
        let verified = Standing::Verified(agency("A"));
        let closed = |data: &[&str]| Snapshot { sharing: Fact::Known(Sharing::Closed), ..record(data) };
        let rows: [(&str, Snapshot, Option<Scenario>, Decided); 17] = [
            ("Scenario 1 with data rows", record(&["A"]), None, APPLY),
            ("Scenario 1 without data rows", record(&[]), None, APPLY),
            ("Scenario 1 already closed: nothing to approve", closed(&["A"]), None, CHECK),
            ("Scenario 2", record(&["A", "B"]), None, APPLY),
            ("Scenario 2 already closed", closed(&["A", "B"]), None, CHECK),
            ("the claim agrees", record(&["A"]), Some(Scenario::One), APPLY),
            ("the claim disagrees: a reason for a person to look", record(&["A"]), Some(Scenario::Two), ONE),
            (
                "on the Priority List: the stricter rule",
                Snapshot { priority_list: Fact::Known(true), ..record(&["A", "B"]) },
                None,
                TWO,
            ),
            (
                "perhaps on the Priority List: unknown never counts as no",
                Snapshot { priority_list: Fact::Unknown, ..record(&["A"]) },
                None,
                TWO,
            ),
            ("perhaps a minor", Snapshot { minor: Fact::Unknown, ..record(&["A"]) }, None, ONE),
            (
                "perhaps a victim service provider",
                Snapshot { victim_service_provider: Fact::Unknown, ..record(&["A"]) },
                None,
                ONE,
            ),
            ("a minor", Snapshot { minor: Fact::Known(true), ..record(&["A"]) }, None, PERSON),
            (
                "a victim service provider",
                Snapshot { victim_service_provider: Fact::Known(true), ..record(&["A", "B"]) },
                None,
                PERSON,
            ),
            ("created by A, only B has data", record(&["B"]), None, PERSON),
            (
                "who has data is not completely known",
                Snapshot { data: Contributors { complete: false, ..record(&["A"]).data }, ..record(&["A"]) },
                None,
                PERSON,
            ),
            (
                "it could not be confirmed: who was granted visibility is not known",
                Snapshot { grants_complete: false, ..record(&["A"]) },
                None,
                PERSON,
            ),
            (
                "one positive finding is enough for Scenario 2, with a person's approval",
                Snapshot {
                    data: Contributors { complete: false, ..record(&["A", "B"]).data },
                    ..record(&["A", "B"])
                },
                None,
                ONE,
            ),
        ];
        for (row, snapshot, claimed, expected) in rows {
            assert_eq!(decided(&snapshot, &verified, claimed, BOLD), expected, "{row}");
        }
    }

    #[test]
    fn who_asks_decides_as_well() {
        let cases = BTreeMap::from([
            ("verified", (Standing::Verified(agency("A")), APPLY)),
            ("not verified at this site: never without approval", (Standing::Trusted(agency("A")), ONE)),
            ("verification failed", (Standing::Unverified(Some(agency("A"))), PERSON)),
            ("in no roster", (Standing::Stranger, PERSON)),
            ("in several rosters", (Standing::Several(agencies(&["A", "B"])), PERSON)),
        ]);
        for (row, (standing, expected)) in cases {
            assert_eq!(decided(&record(&["A"]), &standing, None, BOLD), expected, "{row}");
        }
    }

    #[test]
    fn the_scenarios_have_rules_of_their_own() {
        let rules = Rules {
            scenario_1: Level::Apply,
            scenario_2: Level::ApproveTwice,
            priority_list: Level::Approve,
        };
        let verified = Standing::Verified(agency("A"));
        assert_eq!(decided(&record(&["A"]), &verified, None, rules), APPLY);
        assert_eq!(decided(&record(&["A", "B"]), &verified, None, rules), TWO);
        let listed = Snapshot { priority_list: Fact::Known(true), ..record(&["A", "B"]) };
        assert_eq!(decided(&listed, &verified, None, rules), TWO, "the stricter of both");
    }
}
