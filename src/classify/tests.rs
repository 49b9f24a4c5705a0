use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::{ClientId, Contributors};

fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).expect("an agency ID")
}

fn agencies(names: &[&str]) -> BTreeSet<AgencyId> {
    names.iter().map(|name| agency(name)).collect()
}

/// An open record that agency A created and is the only one to have added data to; all is known.
fn a_alone() -> Snapshot {
    Snapshot {
        record: ClientId::parse("1555555").expect("a client ID"),
        status: RecordStatus::Active,
        creator: Fact::Known(agency("A")),
        sharing: Fact::Known(Sharing::Open),
        data: Contributors { live: agencies(&["A"]), deleted: BTreeSet::new(), complete: true },
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

fn a_alone_but(change: impl FnOnce(&mut Snapshot)) -> Snapshot {
    let mut snapshot = a_alone();
    change(&mut snapshot);
    snapshot
}

/// The same with data of A and B.
fn shared_but(change: impl FnOnce(&mut Snapshot)) -> Snapshot {
    let mut snapshot = a_alone_but(|it| it.data.live = agencies(&["A", "B"]));
    change(&mut snapshot);
    snapshot
}

const CLOSED: Fact<Sharing> = Fact::Known(Sharing::Closed);

/// What is expected: the scenario, the findings, and what they weigh.
type Row = (&'static str, Snapshot, Option<&'static str>, Option<u8>, &'static [Finding], Option<Weight>);

fn check(rows: Vec<Row>) {
    for (sentence, snapshot, requester, scenario, findings, weight) in rows {
        let requester = requester.map(agency);
        let classification = classify(&snapshot, requester.as_ref());
        assert_eq!(classification.scenario.map(u8::from), scenario, "{sentence}");
        assert_eq!(classification.findings, findings, "{sentence}");
        assert_eq!(classification.weight(), weight, "{sentence}");
        assert_eq!(
            classification.confirmable(),
            scenario.is_some() && weight.is_none_or(|weight| weight == Weight::Approval),
            "{sentence}"
        );
        for finding in findings {
            assert!(classification.reasons.contains(&finding.sentence().to_owned()), "{sentence}");
        }
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table, one row per sentence")]
fn the_two_scenarios() {
    check(vec![
        (
            "the requesting agency created the open record AND is the only one to have added any data",
            a_alone(),
            Some("A"),
            Some(1),
            &[],
            None,
        ),
        (
            "a record the agency created and nobody (it included) has entered anything in is Scenario 1",
            a_alone_but(|it| it.data.live.clear()),
            Some("A"),
            Some(1),
            &[],
            None,
        ),
        ("several agencies have data in the open record", shared_but(|_| ()), Some("A"), Some(2), &[], None),
        (
            "several agencies have data; another than the creator asks",
            shared_but(|_| ()),
            Some("B"),
            Some(2),
            &[],
            None,
        ),
        (
            "several agencies have data, the creator none, and the creator asks",
            a_alone_but(|it| it.data.live = agencies(&["B", "C"])),
            Some("A"),
            Some(2),
            &[],
            None,
        ),
        (
            "explicitly granted ones: closing removes them from a Scenario 1 record",
            a_alone_but(|it| it.granted = agencies(&["B"])),
            Some("A"),
            Some(1),
            &[],
            None,
        ),
        (
            "if a Scenario 1 record is already closed there is nothing to approve",
            a_alone_but(|it| it.sharing = CLOSED),
            Some("A"),
            Some(1),
            &[],
            None,
        ),
        (
            "if a Scenario 2 record is already closed there is nothing to approve",
            shared_but(|it| it.sharing = CLOSED),
            Some("B"),
            Some(2),
            &[],
            None,
        ),
        (
            "a grant to an agency with data of its own adds nothing to what it sees",
            shared_but(|it| {
                it.sharing = CLOSED;
                it.granted = agencies(&["B"]);
            }),
            Some("A"),
            Some(2),
            &[],
            None,
        ),
        (
            "where things in a record have locks of their own, these closed too",
            a_alone_but(|it| it.items_closed = Fact::Known(false)),
            Some("A"),
            Some(1),
            &[Finding::ItemsOpen],
            Some(Weight::Person),
        ),
        (
            "locks of their own, not known",
            a_alone_but(|it| it.items_closed = Fact::Unknown),
            Some("A"),
            Some(1),
            &[Finding::ItemsUnknown],
            Some(Weight::Person),
        ),
        (
            "nobody else was granted visibility: not known",
            a_alone_but(|it| it.grants_complete = false),
            Some("A"),
            Some(1),
            &[Finding::GrantsUnknown],
            Some(Weight::Person),
        ),
        (
            "sharing with everyone else has ended: not known",
            shared_but(|it| it.grants_complete = false),
            Some("A"),
            Some(2),
            &[Finding::GrantsUnknown],
            Some(Weight::Person),
        ),
        (
            "the locks of things say nothing about Scenario 2, where others keep access anyway",
            shared_but(|it| it.items_closed = Fact::Known(false)),
            Some("A"),
            Some(2),
            &[],
            None,
        ),
    ]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table, one row per sentence")]
fn neither() {
    use Finding::*;
    const NO: Option<Weight> = Some(Weight::NoScenario);
    let missing = Snapshot::missing(ClientId::parse("1").expect("a client ID"), None);
    check(vec![
        (
            "record created by A, only B has data: A asks",
            a_alone_but(|it| it.data.live = agencies(&["B"])),
            Some("A"),
            None,
            &[OnlyAnotherAgencyHasData],
            NO,
        ),
        (
            "record created by A, only B has data: B asks",
            a_alone_but(|it| it.data.live = agencies(&["B"])),
            Some("B"),
            None,
            &[OnlyAnotherAgencyHasData],
            NO,
        ),
        (
            "the sender's agency neither created nor touched the record",
            a_alone(),
            Some("B"),
            None,
            &[NotTheirs],
            NO,
        ),
        (
            "the sender's agency neither created nor touched the record that several others did",
            shared_but(|_| ()),
            Some("C"),
            None,
            &[NotTheirs],
            NO,
        ),
        ("the record is missing", missing.clone(), Some("A"), None, &[Missing], NO),
        ("the sender's agency is not in the list", a_alone(), None, None, &[RequesterUnknown], NO),
        ("neither is there", missing, None, None, &[Missing, RequesterUnknown], NO),
        (
            "creator unknown (system or import user)",
            a_alone_but(|it| it.creator = Fact::Unknown),
            Some("A"),
            None,
            &[CreatorUnknown],
            NO,
        ),
        (
            "data by another agency since deleted",
            a_alone_but(|it| it.data.deleted = agencies(&["B"])),
            Some("A"),
            None,
            &[OtherAgencysDataDeleted],
            NO,
        ),
        (
            "data by the sender's own agency since deleted",
            a_alone_but(|it| {
                it.data.live.clear();
                it.data.deleted = agencies(&["A"]);
            }),
            Some("A"),
            Some(1),
            &[],
            None,
        ),
        (
            "merged record",
            a_alone_but(|it| it.status = RecordStatus::Merged(None)),
            Some("A"),
            None,
            &[Merged],
            NO,
        ),
        (
            "deleted record",
            a_alone_but(|it| it.status = RecordStatus::Deleted),
            Some("A"),
            None,
            &[Deleted],
            NO,
        ),
        (
            "record already closed but visibility wrong",
            a_alone_but(|it| {
                it.sharing = CLOSED;
                it.granted = agencies(&["B"]);
            }),
            Some("A"),
            None,
            &[ClosedButVisible],
            NO,
        ),
        (
            "record already closed but visibility wrong, with data of several",
            shared_but(|it| {
                it.sharing = CLOSED;
                it.granted = agencies(&["B", "C"]);
            }),
            Some("A"),
            None,
            &[ClosedButVisible],
            NO,
        ),
        ("client under 18", a_alone_but(|it| it.minor = Fact::Known(true)), Some("A"), None, &[Minor], NO),
        (
            "client under 18, several agencies",
            shared_but(|it| it.minor = Fact::Known(true)),
            Some("A"),
            None,
            &[Minor],
            NO,
        ),
        (
            "a victim service provider involved",
            shared_but(|it| it.victim_service_provider = Fact::Known(true)),
            Some("A"),
            None,
            &[VictimServiceProvider],
            NO,
        ),
        (
            "the source of truth is stale or incomplete: who has data",
            a_alone_but(|it| it.data.complete = false),
            Some("A"),
            None,
            &[DataIncomplete],
            NO,
        ),
        (
            "the source of truth is stale or incomplete: sharing",
            a_alone_but(|it| it.sharing = Fact::Unknown),
            Some("A"),
            None,
            &[SharingUnknown],
            NO,
        ),
        (
            "the source of truth is stale: all of it",
            a_alone_but(|it| {
                it.creator = Fact::Unknown;
                it.sharing = Fact::Unknown;
                it.data.complete = false;
                it.grants_complete = false;
                it.minor = Fact::Unknown;
                it.victim_service_provider = Fact::Unknown;
            }),
            Some("A"),
            None,
            &[CreatorUnknown, DataIncomplete, MinorUnknown, VspUnknown, SharingUnknown, GrantsUnknown],
            NO,
        ),
        (
            "all findings are told, not only the first",
            shared_but(|it| {
                it.status = RecordStatus::Deleted;
                it.minor = Fact::Known(true);
                it.data.deleted = agencies(&["D"]);
            }),
            Some("C"),
            None,
            &[Deleted, NotTheirs, OtherAgencysDataDeleted, Minor],
            NO,
        ),
    ]);
}

#[test]
fn what_follows() {
    use Finding::*;
    const APPROVAL: Option<Weight> = Some(Weight::Approval);
    check(vec![
        (
            "one positive finding is enough for Scenario 2: incomplete",
            shared_but(|it| it.data.complete = false),
            Some("A"),
            Some(2),
            &[DataIncomplete],
            APPROVAL,
        ),
        (
            "one positive finding is enough for Scenario 2: creator unknown",
            shared_but(|it| it.creator = Fact::Unknown),
            Some("A"),
            Some(2),
            &[CreatorUnknown],
            APPROVAL,
        ),
        (
            "one positive finding is enough for Scenario 2: sharing unknown",
            shared_but(|it| it.sharing = Fact::Unknown),
            Some("A"),
            Some(2),
            &[SharingUnknown],
            APPROVAL,
        ),
        (
            "data of a third agency since deleted, beside Scenario 2",
            shared_but(|it| it.data.deleted = agencies(&["C"])),
            Some("A"),
            Some(2),
            &[OtherAgencysDataDeleted],
            APPROVAL,
        ),
        (
            "unknown never counts as none: under 18",
            a_alone_but(|it| it.minor = Fact::Unknown),
            Some("A"),
            Some(1),
            &[MinorUnknown],
            APPROVAL,
        ),
        (
            "unknown never counts as none: victim service provider",
            a_alone_but(|it| it.victim_service_provider = Fact::Unknown),
            Some("A"),
            Some(1),
            &[VspUnknown],
            APPROVAL,
        ),
        (
            "an unknown Priority List says nothing about the scenario",
            a_alone_but(|it| it.priority_list = Fact::Unknown),
            Some("A"),
            Some(1),
            &[],
            None,
        ),
    ]);
}

#[test]
fn one_and_the_same_neutral_acknowledgement_if_the_record_is_missing_merged_deleted_or_not_theirs() {
    let missing = Snapshot::missing(ClientId::parse("1").expect("a client ID"), None);
    for (name, snapshot, requester, neutral) in [
        ("theirs", a_alone(), Some("A"), false),
        ("missing", missing, Some("A"), true),
        ("merged", a_alone_but(|it| it.status = RecordStatus::Merged(None)), Some("A"), true),
        ("deleted", a_alone_but(|it| it.status = RecordStatus::Deleted), Some("A"), true),
        ("not theirs", a_alone(), Some("B"), true),
        ("agency not listed", a_alone(), None, true),
        ("theirs, of a minor", a_alone_but(|it| it.minor = Fact::Known(true)), Some("A"), false),
        ("not theirs, and of a minor", a_alone_but(|it| it.minor = Fact::Known(true)), Some("B"), true),
    ] {
        let requester = requester.map(agency);
        assert_eq!(classify(&snapshot, requester.as_ref()).is_neutral(), neutral, "{name}");
    }
}

#[test]
fn staff_are_told_no_more_than_is_known() {
    for (live, complete, sentence) in [
        (&["A"][..], true, "The sender's agency has data in it, and no other."),
        (&["A"], false, "The sender's agency has data in it, and no other is known to."),
        (&[], true, "No agency has data in it."),
        (&[], false, "No agency is known to have data in it."),
        (&["B"], true, "1 other agency has data in it."),
        (&["A", "B"], true, "2 agencies have data in it, the sender's among them."),
        (&["A", "B"], false, "At least 2 agencies have data in it, the sender's among them."),
        (&["B", "C"], true, "2 agencies have data in it, not the sender's."),
    ] {
        let snapshot = a_alone_but(|it| {
            it.data.live = agencies(live);
            it.data.complete = complete;
        });
        let reasons = classify(&snapshot, Some(&agency("A"))).reasons;
        assert!(reasons.contains(&sentence.to_owned()), "{sentence}: {reasons:?}");
    }
}

#[test]
fn agencies_are_counted_and_never_named() {
    let named = |text: &str| text.contains("Agency-of-the-");
    let snapshot = shared_but(|it| {
        it.creator = Fact::Known(agency("Agency-of-the-north"));
        it.data.live = agencies(&["Agency-of-the-north", "Agency-of-the-south"]);
        it.data.deleted = agencies(&["Agency-of-the-east"]);
        it.granted = agencies(&["Agency-of-the-west"]);
        it.sharing = CLOSED;
    });
    let requester = agency("Agency-of-the-north");
    let mut sentences = classify(&snapshot, Some(&requester)).reasons;
    assert!(sentences.contains(&"2 agencies have data in it, the sender's among them.".to_owned()));
    let ReadBack::Differs(why) = read_back(&snapshot, Some(Scenario::One), Some(&requester)) else {
        unreachable!("another agency has data in it");
    };
    sentences.extend(why);
    assert_eq!(sentences.iter().find(|sentence| named(sentence)), None);
}

#[test]
fn only_your_agency_has_visibility_is_confirmed_when_all_of_it_was_read_back() {
    let closed_but = |change: &dyn Fn(&mut Snapshot)| {
        a_alone_but(|it| {
            it.sharing = CLOSED;
            change(it);
        })
    };
    let confirmed = || ReadBack::Confirmed { other_agencies: 0, others_complete: true };
    let differs = |sentence: &str| ReadBack::Differs(vec![sentence.to_owned()]);
    let unknown = |sentence: &str| ReadBack::Unknown(vec![sentence.to_owned()]);
    for (name, snapshot, expected) in [
        ("all is as it should be", closed_but(&|_| ()), confirmed()),
        ("no data at all", closed_but(&|it| it.data.live.clear()), confirmed()),
        ("a grant to the agency itself", closed_but(&|it| it.granted = agencies(&["A"])), confirmed()),
        ("sharing still open", a_alone(), ReadBack::StillOpen),
        (
            "sharing unknown",
            closed_but(&|it| it.sharing = Fact::Unknown),
            unknown("It is not known whether it is shared statewide."),
        ),
        (
            "another agency has data by now",
            closed_but(&|it| it.data.live = agencies(&["A", "B"])),
            differs("Other agencies with data in it: 1."),
        ),
        (
            "who has data is not known",
            closed_but(&|it| it.data.complete = false),
            unknown("It is not known completely who has data in it."),
        ),
        (
            "created by another",
            closed_but(&|it| it.creator = Fact::Known(agency("B"))),
            differs("The sender's agency did not create it."),
        ),
        (
            "creator unknown",
            closed_but(&|it| it.creator = Fact::Unknown),
            unknown("It is not known which agency created it."),
        ),
        (
            "somebody was granted visibility",
            closed_but(&|it| it.granted = agencies(&["A", "B", "C"])),
            differs("Other agencies that were granted visibility: 2."),
        ),
        (
            "grants unknown",
            closed_but(&|it| it.grants_complete = false),
            unknown("It is not known who was granted visibility of it."),
        ),
        (
            "things in it are open",
            closed_but(&|it| it.items_closed = Fact::Known(false)),
            differs("Some things in it have locks of their own that are open."),
        ),
        (
            "things in it are not known",
            closed_but(&|it| it.items_closed = Fact::Unknown),
            unknown("It is not known whether the things in it are closed."),
        ),
        (
            "merged meanwhile, and open",
            a_alone_but(|it| it.status = RecordStatus::Merged(None)),
            ReadBack::Differs(vec![
                "It was merged into another record.".to_owned(),
                "It is still shared statewide.".to_owned(),
            ]),
        ),
        (
            "deleted meanwhile",
            closed_but(&|it| it.status = RecordStatus::Deleted),
            differs("It was deleted."),
        ),
        ("gone", Snapshot::missing(a_alone().record, None), differs("The HMIS has no record with this ID.")),
        (
            "wrong outweighs unknown",
            closed_but(&|it| {
                it.data.complete = false;
                it.granted = agencies(&["B"]);
            }),
            differs("Other agencies that were granted visibility: 1."),
        ),
    ] {
        assert_eq!(read_back(&snapshot, Some(Scenario::One), Some(&agency("A"))), expected, "{name}");
    }
}

#[test]
fn sharing_with_everyone_else_has_ended_and_n_other_agencies_keep_access() {
    let closed_but = |change: &dyn Fn(&mut Snapshot)| {
        shared_but(|it| {
            it.sharing = CLOSED;
            change(it);
        })
    };
    let confirmed = |other_agencies, others_complete| ReadBack::Confirmed { other_agencies, others_complete };
    for (name, snapshot, requester, expected) in [
        ("one other", closed_but(&|_| ()), Some("A"), confirmed(1, true)),
        (
            "the creator keeps access without data",
            closed_but(&|it| it.data.live = agencies(&["B", "C"])),
            Some("B"),
            confirmed(2, true),
        ),
        ("at least one other", closed_but(&|it| it.data.complete = false), Some("A"), confirmed(1, false)),
        (
            "an unknown creator may be one more",
            closed_but(&|it| it.creator = Fact::Unknown),
            Some("A"),
            confirmed(1, false),
        ),
        (
            "a person confirmed for an agency that is not listed",
            closed_but(&|_| ()),
            None,
            confirmed(2, true),
        ),
        (
            "a grant to one with data",
            closed_but(&|it| it.granted = agencies(&["B"])),
            Some("A"),
            confirmed(1, true),
        ),
        (
            "a grant to one without data",
            closed_but(&|it| it.granted = agencies(&["B", "C"])),
            Some("A"),
            ReadBack::Differs(vec![
                "Agencies without data in it that were granted visibility: 1.".to_owned(),
            ]),
        ),
        (
            "grants unknown",
            closed_but(&|it| it.grants_complete = false),
            Some("A"),
            ReadBack::Unknown(vec!["It is not known who was granted visibility of it.".to_owned()]),
        ),
        (
            "sharing unknown",
            closed_but(&|it| it.sharing = Fact::Unknown),
            Some("A"),
            ReadBack::Unknown(vec!["It is not known whether it is shared statewide.".to_owned()]),
        ),
        ("still open", shared_but(|_| ()), Some("A"), ReadBack::StillOpen),
        (
            "merged: its data lives on elsewhere",
            closed_but(&|it| it.status = RecordStatus::Merged(None)),
            Some("A"),
            ReadBack::Differs(vec!["It was merged into another record.".to_owned()]),
        ),
    ] {
        let requester = requester.map(agency);
        for scenario in [Some(Scenario::Two), None] {
            assert_eq!(read_back(&snapshot, scenario, requester.as_ref()), expected, "{name}, {scenario:?}");
        }
    }
}

#[test]
fn the_replacement_exists_is_closed_was_created_by_the_sender_holds_nobody_elses_data_and_has_no_stop_sign() {
    let closed_but = |change: &dyn Fn(&mut Snapshot)| {
        a_alone_but(|it| {
            it.sharing = CLOSED;
            change(it);
        })
    };
    let alias = |text: &'static str| closed_but(&move |it: &mut Snapshot| it.alias = Some(text.to_owned()));
    for (name, snapshot, requester, lacks) in [
        ("use it", closed_but(&|_| ()), Some("A"), vec![]),
        ("use it, it is empty", closed_but(&|it| it.data.live.clear()), Some("A"), vec![]),
        ("use it, CLOSED – USE THIS FILE", alias("CLOSED – USE THIS FILE"), Some("A"), vec![]),
        ("an alias that only contains the words", alias("NOTE: DO NOT USE THE OLD ONE"), Some("A"), vec![]),
        ("missing", Snapshot::missing(a_alone().record, None), Some("A"), vec![Lack::Missing]),
        ("merged", closed_but(&|it| it.status = RecordStatus::Merged(None)), Some("A"), vec![Lack::NotInUse]),
        ("deleted", closed_but(&|it| it.status = RecordStatus::Deleted), Some("A"), vec![Lack::NotInUse]),
        ("agency not listed", closed_but(&|_| ()), None, vec![Lack::RequesterUnknown]),
        ("open", a_alone(), Some("A"), vec![Lack::Open]),
        (
            "sharing unknown",
            closed_but(&|it| it.sharing = Fact::Unknown),
            Some("A"),
            vec![Lack::SharingUnknown],
        ),
        (
            "created by another",
            closed_but(&|it| it.creator = Fact::Known(agency("B"))),
            Some("A"),
            vec![Lack::CreatedByAnother],
        ),
        (
            "creator unknown",
            closed_but(&|it| it.creator = Fact::Unknown),
            Some("A"),
            vec![Lack::CreatorUnknown],
        ),
        (
            "somebody else's data",
            closed_but(&|it| it.data.live = agencies(&["A", "B"])),
            Some("A"),
            vec![Lack::OthersData],
        ),
        ("data unknown", closed_but(&|it| it.data.complete = false), Some("A"), vec![Lack::DataUnknown]),
        (
            "granted to another",
            closed_but(&|it| it.granted = agencies(&["B"])),
            Some("A"),
            vec![Lack::Granted],
        ),
        (
            "grants unknown",
            closed_but(&|it| it.grants_complete = false),
            Some("A"),
            vec![Lack::GrantsUnknown],
        ),
        (
            "open things",
            closed_but(&|it| it.items_closed = Fact::Known(false)),
            Some("A"),
            vec![Lack::ItemsOpen],
        ),
        (
            "things unknown",
            closed_but(&|it| it.items_closed = Fact::Unknown),
            Some("A"),
            vec![Lack::ItemsUnknown],
        ),
        ("stop sign", alias("DO NOT USE"), Some("A"), vec![Lack::StopSign]),
        (
            "stop sign of a revocation",
            alias(" do not use – client revoked consent "),
            Some("A"),
            vec![Lack::StopSign],
        ),
        (
            "all of it",
            a_alone_but(|it| {
                it.data.complete = false;
                it.alias = Some("Do not use".to_owned());
            }),
            Some("A"),
            vec![Lack::Open, Lack::DataUnknown, Lack::StopSign],
        ),
    ] {
        let requester = requester.map(agency);
        assert_eq!(replacement(&snapshot, requester.as_ref()), lacks, "{name}");
    }
}

#[test]
fn the_agency_is_told_nothing_of_a_replacement_that_is_not_known_to_be_theirs() {
    let hidden = ["It could not be checked from here: a person will look at it."];
    for lacks in [
        vec![Lack::Missing],
        vec![Lack::NotInUse],
        vec![Lack::RequesterUnknown],
        vec![Lack::CreatedByAnother, Lack::Open, Lack::StopSign],
        vec![Lack::CreatorUnknown, Lack::OthersData],
    ] {
        assert_eq!(in_words(&lacks), hidden, "{lacks:?}");
    }
    assert_eq!(in_words(&[Lack::Open]), ["It is still open to statewide data sharing: close it."]);
    assert_eq!(in_words(&[]), Vec::<String>::new());
}

fn any_flag() -> impl Strategy<Value = Fact<bool>> {
    prop_oneof![Just(Fact::Known(true)), Just(Fact::Known(false)), Just(Fact::Unknown)]
}

fn any_agencies() -> impl Strategy<Value = BTreeSet<AgencyId>> {
    proptest::collection::btree_set(
        prop_oneof![Just(agency("A")), Just(agency("B")), Just(agency("C"))],
        0..=3,
    )
}

/// Any record at all; A asks.
fn any_snapshot() -> impl Strategy<Value = Snapshot> {
    let status = prop_oneof![
        8 => Just(RecordStatus::Active),
        1 => Just(RecordStatus::Deleted),
        1 => Just(RecordStatus::Merged(None)),
    ];
    let creator = prop_oneof![
        2 => Just(Fact::Known(agency("A"))),
        1 => Just(Fact::Known(agency("B"))),
        1 => Just(Fact::Unknown),
    ];
    let sharing = prop_oneof![Just(Fact::Known(Sharing::Open)), Just(CLOSED), Just(Fact::Unknown)];
    let who = (any_agencies(), any_agencies(), any::<bool>(), any_agencies(), any::<bool>());
    let flags = (any_flag(), any_flag(), any_flag(), any_flag());
    (status, creator, sharing, who, flags).prop_map(|(status, creator, sharing, who, flags)| {
        let (live, deleted, complete, granted, grants_complete) = who;
        let (items_closed, priority_list, minor, victim_service_provider) = flags;
        let deleted = deleted.difference(&live).cloned().collect();
        Snapshot {
            status,
            creator,
            sharing,
            data: Contributors { live, deleted, complete },
            granted,
            grants_complete,
            items_closed,
            priority_list,
            minor,
            victim_service_provider,
            ..a_alone()
        }
    })
}

/// One way of knowing less about a record, or of finding more in it.
#[derive(Debug, Clone)]
enum Loss {
    Creator,
    Sharing,
    Data,
    Grants,
    Items,
    PriorityList,
    Minor,
    VictimServiceProvider,
    DataOf(AgencyId),
    DeletedDataOf(AgencyId),
    GrantTo(AgencyId),
}

fn any_loss() -> impl Strategy<Value = Loss> {
    let who = || prop_oneof![Just(agency("A")), Just(agency("B")), Just(agency("C"))];
    prop_oneof![
        Just(Loss::Creator),
        Just(Loss::Sharing),
        Just(Loss::Data),
        Just(Loss::Grants),
        Just(Loss::Items),
        Just(Loss::PriorityList),
        Just(Loss::Minor),
        Just(Loss::VictimServiceProvider),
        who().prop_map(Loss::DataOf),
        who().prop_map(Loss::DeletedDataOf),
        who().prop_map(Loss::GrantTo),
    ]
}

fn lose(snapshot: &mut Snapshot, loss: Loss) {
    match loss {
        Loss::Creator => snapshot.creator = Fact::Unknown,
        Loss::Sharing => snapshot.sharing = Fact::Unknown,
        Loss::Data => snapshot.data.complete = false,
        Loss::Grants => snapshot.grants_complete = false,
        Loss::Items => snapshot.items_closed = Fact::Unknown,
        Loss::PriorityList => snapshot.priority_list = Fact::Unknown,
        Loss::Minor => snapshot.minor = Fact::Unknown,
        Loss::VictimServiceProvider => snapshot.victim_service_provider = Fact::Unknown,
        Loss::DataOf(agency) => {
            snapshot.data.deleted.remove(&agency);
            snapshot.data.live.insert(agency);
        }
        Loss::DeletedDataOf(agency) => {
            if !snapshot.data.live.contains(&agency) {
                snapshot.data.deleted.insert(agency);
            }
        }
        Loss::GrantTo(agency) => {
            snapshot.granted.insert(agency);
        }
    }
}

/// That a client is under 18, or that a victim service provider is involved, rules out both scenarios by itself;
/// forgetting it leaves a doubt that no scenario gets past without a person.
fn forgets_a_ruling(before: &Snapshot, loss: &Loss) -> bool {
    match loss {
        Loss::Minor => before.minor.is(&true),
        Loss::VictimServiceProvider => before.victim_service_provider.is(&true),
        Loss::Creator
        | Loss::Sharing
        | Loss::Data
        | Loss::Grants
        | Loss::Items
        | Loss::PriorityList
        | Loss::DataOf(_)
        | Loss::DeletedDataOf(_)
        | Loss::GrantTo(_) => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn knowing_less_or_finding_more_never_makes_a_record_scenario_1(before in any_snapshot(), loss in any_loss()) {
        let requester = agency("A");
        let was = classify(&before, Some(&requester));
        let forgets = forgets_a_ruling(&before, &loss);
        let mut after = before;
        lose(&mut after, loss);
        let is = classify(&after, Some(&requester));
        if is.scenario == Some(Scenario::One) && was.scenario != Some(Scenario::One) {
            prop_assert!(forgets);
            prop_assert!(is.weight() >= Some(Weight::Approval), "nothing is applied without a person");
        }
    }

    #[test]
    fn knowing_less_never_confirms(before in any_snapshot(), loss in any_loss()) {
        let requester = agency("A");
        let confirmed = |snapshot: &Snapshot| {
            matches!(read_back(snapshot, Some(Scenario::One), Some(&requester)), ReadBack::Confirmed { .. })
        };
        let was = confirmed(&before);
        let mut after = before;
        lose(&mut after, loss);
        prop_assert!(was || !confirmed(&after));
    }

    #[test]
    fn only_your_agency_is_never_confirmed_where_another_has_data_or_a_grant(snapshot in any_snapshot()) {
        let requester = agency("A");
        let only = |agencies: &BTreeSet<AgencyId>| agencies.iter().all(|agency| *agency == requester);
        if matches!(read_back(&snapshot, Some(Scenario::One), Some(&requester)), ReadBack::Confirmed { .. }) {
            prop_assert!(snapshot.sharing == CLOSED && snapshot.data.complete && snapshot.grants_complete);
            prop_assert!(only(&snapshot.agencies_with_data()) && only(&snapshot.granted));
        }
    }
}
