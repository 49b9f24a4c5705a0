//! A letter of every kind and shape, so that every template can be tried before the first real reply.

use super::{Advice, Body, Finding, Letter, RecordReport, RecordStanding, Waiting};
use crate::domain::{CaseId, ClientId, Excess, Fact, Replacement, ToDo};

fn record(number: &str) -> ClientId {
    ClientId::parse(number).expect("the sample IDs are well formed")
}

/// The Priority List and the checklist have templates of their own, so it is enough that each shape comes up.
fn findings() -> Vec<Finding> {
    let flag = || ToDo::SetAlias("CLOSED/NOT SHARED".to_owned());
    let shapes = [
        (false, false, Fact::Known(true), vec![]),
        (false, true, Fact::Unknown, vec![flag()]),
        (true, false, Fact::Known(false), vec![ToDo::ClearRoiDate]),
        (true, true, Fact::Known(true), vec![flag(), ToDo::ClearRoiDate]),
    ];
    shapes
        .map(|(already_closed, attested, priority_list, to_do)| Finding {
            already_closed,
            attested,
            priority_list,
            to_do,
        })
        .into()
}

fn standings() -> Vec<RecordStanding> {
    let named = |lacks: &[&str]| Replacement {
        record: record("1777777"),
        lacks: lacks.iter().map(|text| (*text).to_owned()).collect(),
    };
    let replacements = [
        Vec::new(),
        vec![named(&[])],
        vec![named(&["It is still open to statewide data sharing: close it."])],
        vec![named(&[]), named(&["It is open.", "Its alias says not to use it."])],
    ];
    let mut standings = vec![RecordStanding::NotClosed];
    for finding in findings() {
        standings.push(RecordStanding::OnlyYourAgency(finding.clone()));
        for (other_agencies, others_complete) in [(0, false), (0, true), (1, true), (3, true), (3, false)] {
            for replacements in &replacements {
                standings.push(RecordStanding::SharingEnded {
                    finding: finding.clone(),
                    other_agencies,
                    others_complete,
                    replacements: replacements.clone(),
                });
            }
        }
    }
    standings
}

fn bodies() -> Vec<Body> {
    let waiting = |number: &str, is_worked_on| Waiting { record: record(number), is_worked_on };
    let mut bodies = vec![
        Body::Received { records: Vec::new() },
        Body::Received { records: vec![waiting("1555555", true)] },
        Body::Received { records: vec![waiting("1555555", false)] },
        Body::Received { records: vec![waiting("1555555", true), waiting("1555556", false)] },
        Body::MissingId,
        Body::MissingIdReminder,
        Body::GoAhead { records: vec![record("1555555")], again: false },
        Body::GoAhead { records: vec![record("1555555"), record("1555556")], again: true },
        Body::Joined,
        Body::Cancelled,
        Body::Undone { records: vec![record("1555555")] },
        Body::Undone { records: vec![record("1555555"), record("1555556")] },
        Body::Outcome { records: Vec::new(), later: Vec::new() },
    ];
    for records in [Vec::new(), vec![record("1555555")], vec![record("1555555"), record("1555556")]] {
        for new_records in [Vec::new(), vec![record("1777777")]] {
            bodies.push(Body::ConsentReceived { old_records: records.clone(), new_records });
        }
        let note = "Please call us about this.".to_owned();
        bodies.push(Body::Declined { records, note });
    }
    let outcome = |standing: RecordStanding, later: &[&str]| Body::Outcome {
        records: vec![RecordReport { record: record("1555555"), standing }],
        later: later.iter().map(|number| record(number)).collect(),
    };
    for later in [&["1555556"][..], &["1555556", "1555557"]] {
        bodies.push(outcome(RecordStanding::NotClosed, later));
    }
    bodies.extend(standings().into_iter().map(|standing| outcome(standing, &[])));
    bodies
}

/// Letters in which every value of every template takes every shape it can have.
pub(super) fn samples() -> Vec<Letter> {
    let case = CaseId::new(1042);
    let plain =
        bodies().into_iter().map(|body| Letter { case, body, advice: None, excess: Excess::default() });
    let advised = [
        Advice::Revocation,
        Advice::PartlyConfirmed,
        Advice::Confirmed,
        Advice::AfterCancel,
        Advice::Consent,
    ]
    .map(|advice| Letter {
        case,
        body: Body::MissingId,
        advice: Some(advice),
        excess: Excess::default(),
    });
    let asking = [(true, true), (true, false), (false, true)].map(|(personal_data, attachment)| {
        let excess = Excess { personal_data, attachment };
        Letter { case, body: Body::MissingId, advice: Some(Advice::Revocation), excess }
    });
    plain.chain(advised).chain(asking).collect()
}
