//! What the mail says beside what was found. Disagreement is a reason for a person to look (DOMAIN.md, What follows, 1).

use super::{
    super::words::scenario as scenario_in_words,
    gather::{Gathered, Names},
};
use crate::{
    classify,
    domain::{AgencyId, Fact, Item, MailAddress, NoticeKind, Snapshot, Standing, Step, difference},
    engine::evidence::{Evidence, RecordEvidence},
};

/// One thing the mail says, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Compared {
    pub what: String,
    pub claim: String,
    pub found: String,
    pub agrees: Agrees,
}

/// Whether both are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agrees {
    Yes,
    No,
    /// Not the same, and no contradiction: in Scenario 2 whoever has data in a record may ask.
    Other,
    /// It is not known, or the mail does not say.
    Open,
}

impl Agrees {
    /// As the tag says it.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Yes => "agrees",
            Self::No => "disagrees",
            Self::Other => "another, both have data",
            Self::Open => "cannot be compared",
        }
    }

    /// The tag's colour.
    pub(super) fn tone(self) -> &'static str {
        match self {
            Self::Yes => "good",
            Self::No => "bad",
            Self::Other => "warn",
            Self::Open => "",
        }
    }
}

/// The comparison, line by line.
pub(super) fn compare(gathered: &Gathered) -> Vec<Compared> {
    let case = &gathered.loaded.case;
    let mut lines = vec![sender(gathered)];
    if case.kind != NoticeKind::Revocation {
        return lines;
    }
    for item in &case.items {
        let record = &item.record;
        if item.step != Step::Unjudged {
            lines.push(scenario(gathered, item));
        }
        let Some(read) = gathered.read_of(record) else { continue };
        if let Some(agency) = gathered.requester.as_ref().or(case.agency()) {
            lines.push(creator(gathered, agency, &read.snapshot));
        }
    }
    for record in &case.new_records {
        lines.push(match gathered.read_of(record) {
            None => Compared {
                what: format!("New record {record}"),
                claim: "made as replacement".to_owned(),
                found: "not looked up".to_owned(),
                agrees: Agrees::Open,
            },
            Some(read) => {
                let lacks = classify::replacement(&read.snapshot, gathered.requester.as_ref());
                let found: Vec<&str> = lacks.iter().map(|lack| lack.sentence()).collect();
                Compared {
                    what: format!("New record {record}"),
                    claim: "made as replacement".to_owned(),
                    agrees: if lacks.is_empty() { Agrees::Yes } else { Agrees::No },
                    found: if lacks.is_empty() {
                        "can be used: it is closed, the agency's own, and nobody else has data in it"
                            .to_owned()
                    } else {
                        found.join(" ")
                    },
                }
            }
        });
    }
    if let Some(day) = case.effective {
        lines.push(Compared {
            what: "Counts from".to_owned(),
            claim: day.format("%a %-d %b %Y").to_string(),
            found: "only the mail tells".to_owned(),
            agrees: Agrees::Open,
        });
    }
    lines
}

fn sender(gathered: &Gathered) -> Compared {
    let case = &gathered.loaded.case;
    let called = |agency: &AgencyId| gathered.names.full(agency);
    let claim = case.sender.as_ref().map_or("no single sender".to_owned(), MailAddress::unmasked);
    let (found, agrees) = match &case.standing {
        Standing::Verified(agency) => (format!("verified; writes for {}", called(agency)), Agrees::Yes),
        Standing::Trusted(agency) => {
            (format!("in the roster of {}; this site asks for no verification", called(agency)), Agrees::Open)
        }
        Standing::Stranger => ("verified, and in no agency's roster".to_owned(), Agrees::No),
        Standing::Several(agencies) => {
            let all: Vec<String> = agencies.iter().map(called).collect();
            (format!("verified, and in several rosters: {}", all.join(", ")), Agrees::No)
        }
        Standing::Unverified(Some(agency)) => {
            (format!("not verified: the address would belong to {}", called(agency)), Agrees::No)
        }
        Standing::Unverified(None) => ("not verified, and in no agency's roster".to_owned(), Agrees::No),
    };
    Compared { what: "Sender".to_owned(), claim, found, agrees }
}

fn scenario(gathered: &Gathered, item: &Item) -> Compared {
    let case = &gathered.loaded.case;
    let words = scenario_in_words;
    Compared {
        what: format!("Record {}", item.record),
        claim: case.claimed_scenario.map_or("no scenario named", |claimed| words(Some(claimed))).to_owned(),
        found: match item.scenario {
            Some(_) => words(item.scenario).to_owned(),
            None => "neither scenario".to_owned(),
        },
        agrees: match (case.claimed_scenario, item.scenario) {
            (None, _) => Agrees::Open,
            (claimed, found) if claimed == found => Agrees::Yes,
            (Some(_), _) => Agrees::No,
        },
    }
}

fn creator(gathered: &Gathered, agency: &AgencyId, snapshot: &Snapshot) -> Compared {
    let (found, agrees) = match &snapshot.creator {
        Fact::Known(creator) if creator == agency => (gathered.names.full(creator), Agrees::Yes),
        Fact::Known(creator) if snapshot.data.live.contains(agency) => {
            (gathered.names.full(creator), Agrees::Other)
        }
        Fact::Known(creator) => (gathered.names.full(creator), Agrees::No),
        Fact::Unknown => ("not known".to_owned(), Agrees::Open),
    };
    Compared {
        what: format!("Agency of record {}", snapshot.record),
        claim: format!("{} asks", gathered.names.full(agency)),
        found: format!("created under {found}"),
        agrees,
    }
}

/// A sentence for staff on each thing that differs between two sights of a case: the facts, the agencies by name, the
/// changes, the reply.
pub(super) fn differences(seen: &Evidence, now: &Evidence, names: &Names) -> Vec<String> {
    let mut lines = Vec::new();
    for before in &seen.records {
        let record = &before.snapshot.record;
        let Some(after) = now.records.iter().find(|after| &after.snapshot.record == record) else {
            lines.push(format!("record {record}: it is no longer among those to be decided"));
            continue;
        };
        lines.extend(difference(&before.snapshot, &after.snapshot));
        let (had, has) = (&before.snapshot.data.live, &after.snapshot.data.live);
        let called = |agencies: Vec<&AgencyId>| -> String {
            agencies.into_iter().map(|agency| names.full(agency)).collect::<Vec<_>>().join(", ")
        };
        let (more, fewer) =
            (has.difference(had).collect::<Vec<_>>(), had.difference(has).collect::<Vec<_>>());
        if !more.is_empty() {
            lines.push(format!("record {record}: new with data in it: {}", called(more)));
        }
        if !fewer.is_empty() {
            lines.push(format!("record {record}: no longer with data in it: {}", called(fewer)));
        }
        if before.scenario != after.scenario {
            let words = scenario_in_words;
            lines.push(format!(
                "record {record}: it was {}, and is {} now",
                words(before.scenario),
                words(after.scenario)
            ));
        }
        let changes = |evidence: &RecordEvidence| -> Vec<String> {
            let closing = evidence.closing.as_ref();
            let changes = closing.map(|closing| closing.changes.as_slice()).unwrap_or_default();
            changes.iter().map(|change| change.in_words(|agency| names.full(agency))).collect()
        };
        let (was, is) = (changes(before), changes(after));
        for change in is.iter().filter(|change| !was.contains(change)) {
            lines.push(format!("record {record}: would now be changed as well: {change}"));
        }
        for change in was.iter().filter(|change| !is.contains(change)) {
            lines.push(format!("record {record}: would no longer be changed: {change}"));
        }
    }
    for after in &now.records {
        if !seen.records.iter().any(|before| before.snapshot.record == after.snapshot.record) {
            lines.push(format!("record {}: it is new among those to be decided", after.snapshot.record));
        }
    }
    for before in &seen.replacements {
        match now.replacements.iter().find(|after| after.record == before.record) {
            Some(after) => lines.extend(difference(before, after)),
            None => lines.push(format!("record {}: it is no longer named as replacement", before.record)),
        }
    }
    for after in &now.replacements {
        if !seen.replacements.iter().any(|before| before.record == after.record) {
            lines.push(format!("record {}: it is new among the replacements", after.record));
        }
    }
    if seen.claimed_scenario != now.claimed_scenario {
        lines.push("the scenario that the agency claims is another one".to_owned());
    }
    if seen.reply != now.reply {
        lines.push("the reply that would leave reads differently".to_owned());
    }
    lines
}
