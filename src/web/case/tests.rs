//! The page's view model: sentences, comparisons, facts and the timeline.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    claim::{Agrees, compare},
    facts::{Sure, rows},
    gather::{Gathered, Names, Read},
    timeline::timeline,
    view,
};
use crate::{
    domain::{
        AgencyId, Approval, Approvals, Case, CaseId, CaseState, ClientId, Closing, Contributors, Did, Event,
        Excess, Fact, HandRecord, Hold, Item, ItemOutcome, MailAddress, Mode, NoticeKind, Opening, Question,
        RecordStatus, Scenario, Sharing, Snapshot, Standing, Step, Tick,
    },
    store::{Attempt, HistoryRow, Loaded},
    web::{page::Frame, words},
};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("an instant")
}

fn agency(id: &str) -> AgencyId {
    AgencyId::parse(id).expect("an agency")
}

fn record(id: &str) -> ClientId {
    ClientId::parse(id).expect("a client ID")
}

fn snapshot(id: &str) -> Snapshot {
    Snapshot {
        status: RecordStatus::Active,
        creator: Fact::Known(agency("alder")),
        sharing: Fact::Known(Sharing::Open),
        data: Contributors {
            live: BTreeSet::from([agency("alder")]),
            deleted: BTreeSet::new(),
            complete: true,
        },
        grants_complete: true,
        items_closed: Fact::Known(true),
        priority_list: Fact::Known(false),
        minor: Fact::Known(false),
        victim_service_provider: Fact::Known(false),
        ..Snapshot::missing(record(id), Some(now()))
    }
}

/// A case of Alder about one record, in this state.
fn gathered(state: CaseState, step: Step, change: impl FnOnce(&mut Case, &mut Item)) -> Gathered {
    let opening = Opening {
        id: CaseId::new(1001),
        kind: NoticeKind::Revocation,
        mode: Mode::Live,
        standing: Standing::Verified(agency("alder")),
        sender: MailAddress::parse("jane@alder.example").ok(),
        act: true,
        records: Vec::new(),
        new_records: Vec::new(),
        claimed_scenario: None,
        effective: None,
        excess: Excess::default(),
        reasons: Vec::new(),
        received_at: now() - TimeDelta::hours(3),
        due_at: now() - TimeDelta::hours(1),
    };
    let (mut case, _) = Case::open(opening);
    let mut item = Item::new(record("1555555"));
    item.step = step;
    item.scenario = Some(Scenario::One);
    item.report.others_complete = true;
    item.closing = Closing::of(&snapshot("1555555"), Some(Scenario::One), &[]);
    case.state = state;
    change(&mut case, &mut item);
    case.items = vec![item];
    let names = BTreeMap::from([
        (agency("alder"), "Alder House".to_owned()),
        (agency("birch"), "Birch <b>Street</b>".to_owned()),
    ]);
    Gathered {
        loaded: Loaded { case, version: 1 },
        evidence: None,
        read: vec![Read { snapshot: snapshot("1555555"), at: now(), binding: true }],
        history: Vec::new(),
        attempts: Vec::new(),
        replies: Vec::new(),
        mails: Vec::new(),
        others: Vec::new(),
        names: Names(names),
        requester: Some(agency("alder")),
        hmis_away: false,
    }
}

fn sentence(gathered: &Gathered) -> String {
    view::head(gathered, &Frame::of("ann", now())).sentence
}

fn approval(by: &str) -> Approval {
    Approval {
        by: by.to_owned(),
        at: now(),
        evidence_sha256: String::new(),
        records: vec![record("1555555")],
    }
}

#[test]
fn each_state_is_said_in_one_sentence() {
    use CaseState as S;
    let settled = |outcome| Step::Settled(outcome);
    let as_it_is = |_: &mut Case, _: &mut Item| {};
    let cases = [
        (
            gathered(S::Received, Step::Unjudged, as_it_is),
            "The records are to be looked up in the HMIS; nothing is decided yet.",
        ),
        (
            gathered(S::AwaitingInformation, Step::NeedsStaff, |case, _| case.question = Question::GoAhead),
            "The agency was asked whether to go ahead, and has not answered yet.",
        ),
        (
            gathered(S::AwaitingApproval, Step::AwaitingApproval, as_it_is),
            "Close client record 1555555: Scenario 1 - Alder House created it and only it has data. Sharing is open now.",
        ),
        (
            gathered(S::AwaitingApproval, Step::AwaitingApproval, |_, item| {
                item.scenario = Some(Scenario::Two);
                item.report.other_agencies = 2;
                item.report.others_complete = false;
            }),
            "Close client record 1555555: Scenario 2 - several agencies have data in it; at least 2 other agencies keep \
             access to what is there. Sharing is open now.",
        ),
        (
            gathered(S::Waiting, Step::Waiting, |case, _| {
                case.grace_until = Some(now() + TimeDelta::minutes(20));
            }),
            "Client record 1555555 will be closed by itself in 20 minutes (Mon 21 Sep 2026, 09:33 CDT), unless somebody \
             stops it.",
        ),
        (
            gathered(S::Closing, Step::Closing, as_it_is),
            "The change is being made and read back. Nothing is needed from you now.",
        ),
        (
            gathered(S::Worklist, Step::Worklist, |_, item| {
                item.ticks = vec![Tick { step: 0, by: "ann".to_owned(), at: now() }];
            }),
            "Make the change of client record 1555555 in the HMIS: 1 of 2 steps are ticked.",
        ),
        (
            gathered(S::Replying, settled(ItemOutcome::Closed), as_it_is),
            "All is settled; the final reply is on its way. Nothing is needed from you now.",
        ),
        (
            gathered(S::NeedsStaff, Step::NeedsStaff, |case, item| {
                case.hold = None;
                item.reasons = vec!["The client is under 18.".to_owned()];
            }),
            "A person must decide about client record 1555555: the client is under 18.",
        ),
        (
            gathered(S::NeedsStaff, Step::NeedsStaff, |case, _| {
                case.hold = Some(Hold::Staff);
                case.reasons = vec!["read it, then run `case retry`".to_owned()];
            }),
            "A person must decide about client record 1555555: read it, then choose \u{201c}Look again\u{201d}.",
        ),
        (
            gathered(S::Done, settled(ItemOutcome::Closed), |case, _| {
                (case.final_reply, case.final_reply_sent) = (Some(2), true);
            }),
            "Done: client record 1555555 is closed, and was read back. The agency has been told.",
        ),
        (
            gathered(S::Done, settled(ItemOutcome::Closed), |_, item| {
                item.report.attested_by = Some("ann".to_owned());
            }),
            "Done: client record 1555555 is closed on the word of ann (attested, not read back). The agency was not \
             written to about the end.",
        ),
        (
            gathered(S::Declined, settled(ItemOutcome::Declined), |case, _| case.final_reply = Some(2)),
            "Declined: closing client record 1555555 was declined. The agency is being told.",
        ),
        (
            gathered(S::Cancelled, settled(ItemOutcome::NotClosed), as_it_is),
            "Stopped: client record 1555555 was left as it was by the desk. The agency was not written to about the end.",
        ),
        (
            gathered(S::Shadowed, Step::AwaitingApproval, |_, item| {
                item.by_hand = Some(HandRecord { did: Did::NotClosed, by: "ann".to_owned(), at: now() });
            }),
            "Only looked at (shadow mode). Client record 1555555: the desk's answer is: closed as Scenario 1; ann says: \
             not closed.",
        ),
    ];
    let mut states = BTreeSet::new();
    for (gathered, expected) in cases {
        assert_eq!(sentence(&gathered), expected);
        states.insert(gathered.loaded.case.state);
    }
    assert_eq!(states, BTreeSet::from(CaseState::ALL), "every state is told");
}

#[test]
fn why_a_person_decides_is_what_stands_in_the_way() {
    let cases = [
        (
            gathered(CaseState::NeedsStaff, Step::NeedsStaff, |case, item| {
                case.reasons = vec!["the sender's address is verified and in the agency's roster".to_owned()];
                item.hindrance = Some("the HMIS does not say who has data in it".to_owned());
            }),
            "A person must decide about client record 1555555: the HMIS does not say who has data in it.",
        ),
        (
            gathered(CaseState::NeedsStaff, Step::NeedsStaff, |case, _| {
                case.reasons = vec!["the sender's address is verified and in the agency's roster".to_owned()];
            }),
            "A person must decide about client record 1555555: a person has to look at it.",
        ),
        (
            gathered(CaseState::NeedsStaff, Step::NeedsStaff, |_, item| {
                item.hindrance = Some("the rule asks for an approval".to_owned());
                item.change_begun = true;
                item.reasons = vec!["the HMIS refused the change".to_owned()];
            }),
            "A person must decide about client record 1555555: the HMIS refused the change.",
        ),
    ];
    for (gathered, expected) in cases {
        assert_eq!(sentence(&gathered), expected);
    }
}

#[test]
fn who_waits_for_whom_is_said() {
    let twice = |by: &[&str]| {
        let by: Vec<Approval> = by.iter().map(|by| approval(by)).collect();
        let gathered = gathered(CaseState::AwaitingApproval, Step::AwaitingApproval, |case, item| {
            item.approvals = Approvals::Two;
            case.approvals = by;
            case.evidence_sha256 = Some("seen".to_owned());
        });
        view::head(&gathered, &Frame::of("ann", now())).waits.unwrap_or_default()
    };
    assert_eq!(twice(&[]), "Two different people must approve.");
    assert_eq!(twice(&["bob"]), "bob has approved; a second person must.");
    assert_eq!(twice(&["ann"]), "You have approved; a second person must.");
    // Of a case that wants one approval nobody waits for a second one, whatever was approved before.
    for (state, step) in
        [(CaseState::NeedsStaff, Step::NeedsStaff), (CaseState::AwaitingApproval, Step::AwaitingApproval)]
    {
        let once = gathered(state, step, |case, _| case.approvals = vec![approval("ann")]);
        let waits = view::head(&once, &Frame::of("ann", now())).waits.unwrap_or_default();
        assert!(!waits.contains("second person"), "{waits}");
    }
    let impossible = gathered(CaseState::NeedsStaff, Step::NeedsStaff, |case, item| {
        case.approvals = vec![approval("ann")];
        item.approvals = Approvals::Two;
        item.closing = None;
    });
    assert_eq!(view::head(&impossible, &Frame::of("ann", now())).waits, None);
    let overdue = gathered(CaseState::AwaitingApproval, Step::AwaitingApproval, |_, _| {});
    let head = view::head(&overdue, &Frame::of("ann", now()));
    assert!(head.overdue);
    assert_eq!((head.clock.as_str(), head.agency.as_str()), ("3 hours", "Alder House"));
}

#[test]
fn what_the_mail_claims_is_compared_and_disagreements_are_marked() {
    let mut gathered = gathered(CaseState::AwaitingApproval, Step::AwaitingApproval, |case, _| {
        case.claimed_scenario = Some(Scenario::Two);
        case.new_records = vec![record("1777777"), record("1888888")];
    });
    let replacement = Snapshot { sharing: Fact::Known(Sharing::Open), ..snapshot("1777777") };
    gathered.read.push(Read { snapshot: replacement, at: now(), binding: true });
    let lines = compare(&gathered);
    let of = |what: &str| {
        let line = lines.iter().find(|line| line.what == what);
        line.map(|line| (line.agrees, line.claim.as_str(), line.found.as_str()))
    };
    assert_eq!(
        of("Sender"),
        Some((Agrees::Yes, "jane@alder.example", "verified; writes for Alder House (alder)"))
    );
    assert_eq!(of("Record 1555555"), Some((Agrees::No, "Scenario 2", "Scenario 1")));
    assert_eq!(
        of("Agency of record 1555555"),
        Some((Agrees::Yes, "Alder House (alder) asks", "created under Alder House (alder)"))
    );
    assert_eq!(of("New record 1777777").map(|line| line.0), Some(Agrees::No));
    assert_eq!(of("New record 1888888"), Some((Agrees::Open, "made as replacement", "not looked up")));

    let read = gathered.read.first_mut().expect("it was read");
    read.snapshot.creator = Fact::Known(agency("birch"));
    assert_eq!(compare(&gathered).get(2).map(|line| line.agrees), Some(Agrees::Other), "both have data");
    let read = gathered.read.first_mut().expect("it was read");
    read.snapshot.data.live.clear();
    assert_eq!(
        compare(&gathered).get(2).map(|line| line.agrees),
        Some(Agrees::No),
        "it has nothing to do with it"
    );
}

#[test]
fn what_is_not_known_is_said_to_be_not_known() {
    let unknown = Snapshot {
        creator: Fact::Unknown,
        sharing: Fact::Unknown,
        data: Contributors {
            live: BTreeSet::from([agency("birch")]),
            deleted: BTreeSet::new(),
            complete: false,
        },
        grants_complete: false,
        items_closed: Fact::Unknown,
        priority_list: Fact::Unknown,
        minor: Fact::Known(true),
        victim_service_provider: Fact::Unknown,
        ..snapshot("1555555")
    };
    let names = gathered(CaseState::Received, Step::Unjudged, |_, _| {}).names;
    let rows = rows(&unknown, &names, Some(&agency("alder")));
    let of = |label: &str| {
        let row = rows.iter().find(|row| row.label == label);
        row.map(|row| (row.values.join("; "), row.sure)).expect("there is such a row")
    };
    assert_eq!(of("Statewide sharing"), ("not known".to_owned(), Sure::Unknown));
    assert_eq!(of("Has data in it, or created it"), ("Birch <b>Street</b> (birch)".to_owned(), Sure::Partly));
    assert_eq!(of("Granted visibility"), ("nobody".to_owned(), Sure::Partly));
    assert_eq!(of("On the Priority List"), ("not known".to_owned(), Sure::Unknown));
    assert_eq!(of("Under 18"), ("yes".to_owned(), Sure::Known));
    assert_eq!(rows.iter().filter(|row| row.sure == Sure::Unknown).count(), 5);
    let missing = Snapshot::missing(record("1555555"), None);
    assert_eq!(
        super::facts::rows(&missing, &names, None).len(),
        1,
        "of a missing record nothing else is said"
    );
}

#[test]
fn events_and_attempts_are_one_timeline_the_last_first() {
    use CaseState as S;
    let at = |minutes| now() + TimeDelta::minutes(minutes);
    let noted = Event::Noted { by: "ann".to_owned(), note: "called <Alder>".to_owned() };
    let changed =
        Event::FactsChanged { record: record("1555555"), difference: vec!["it is now closed".to_owned()] };
    let history = [
        HistoryRow::of(at(0), &noted, (S::AwaitingApproval, S::AwaitingApproval)),
        HistoryRow::of(at(2), &changed, (S::Closing, S::Received)),
    ];
    let attempts = [Attempt {
        action: "RD-1001/close/1555555".to_owned(),
        number: 1,
        begun_at: at(1),
        ended_at: None,
        outcome: None,
    }];
    let entries = timeline(&history, &attempts, &Frame::of("ann", at(3))).expect("instants");
    let told: Vec<_> = entries.iter().map(|entry| format!("{} {}", entry.who, entry.what)).collect();
    assert_eq!(
        told,
        [
            "The desk changed nothing in record 1555555: the facts were no longer those of the decision",
            "The desk tried to close record 1555555 in the HMIS (attempt 1): under way, or nobody knows how it ended",
            "ann left a note",
        ]
    );
    let first = entries.first().expect("there");
    assert_eq!(
        (first.more.as_slice(), first.to),
        (["It is now closed.".to_owned()].as_slice(), Some("To be looked up"))
    );
    let last = entries.last().expect("there");
    assert_eq!((last.note.as_deref(), last.to), (Some("called <Alder>"), None));
}

#[test]
fn a_case_that_is_over_says_what_became_of_it_and_that_a_reply_failed_only_if_one_did() {
    let mut done = gathered(CaseState::Done, Step::Settled(ItemOutcome::Closed), |case, _| {
        (case.final_reply, case.final_reply_sent) = (Some(2), true);
    });
    assert_eq!(
        words::why_here(&done.loaded.case),
        "Done: client record 1555555 is closed, and was read back. The agency has been told."
    );
    done.loaded.case.failed_replies.insert(2);
    assert_eq!(words::why_here(&done.loaded.case), "A reply could not be delivered.");
}

#[test]
fn reasons_read_alike() {
    for why in ["the client is under 18", "The client is under 18.", " the client is under 18. "] {
        assert_eq!(words::told(why), "The client is under 18.");
    }
    assert_eq!(
        words::told("read it, then run `case retry`"),
        "Read it, then choose \u{201c}Look again\u{201d}."
    );
    assert_eq!(words::small("HMIS says no"), "HMIS says no");
}

#[test]
fn of_the_changes_no_more_is_said_than_is_known() {
    let told = |state, step, change: fn(&mut Case, &mut Item)| {
        let gathered = gathered(state, step, change);
        let titles = view::steps(&gathered, &Frame::of("ann", now()));
        let title = titles.into_iter().next().expect("it has changes").title;
        (title, view::nothing_else(&gathered.loaded.case))
    };
    let closed = Step::Settled(ItemOutcome::Closed);
    let left = Step::Settled(ItemOutcome::NotClosed);
    let ticked = |_: &mut Case, item: &mut Item| {
        item.ticks = vec![Tick { step: 0, by: "bob".to_owned(), at: now() }];
    };
    let title = |text: &str| format!("Record 1555555: {text}");
    assert_eq!(
        told(CaseState::Done, closed, |_, item| item.changed = true),
        (title("changed, and read back"), Some("The desk changed nothing else."))
    );
    assert_eq!(
        told(CaseState::Done, closed, |_, item| item.report.attested_by = Some("ann".to_owned())),
        (title("said by ann to be changed so"), None)
    );
    assert_eq!(
        told(CaseState::Cancelled, left, ticked),
        (title("the desk changed nothing; what is ticked was made by hand, and is not set back"), None)
    );
    for state in [CaseState::Cancelled, CaseState::Declined] {
        assert_eq!(
            told(state, left, |_, _| {}),
            (title("would have been changed so; the desk changed nothing"), None)
        );
    }
    let (shadowed, nothing_else) = told(CaseState::Shadowed, Step::AwaitingApproval, |_, _| {});
    assert!(shadowed.contains("the desk changed nothing") && nothing_else.is_none(), "{shadowed}");
    assert_eq!(
        told(CaseState::AwaitingApproval, Step::AwaitingApproval, |_, _| {}),
        (title("would be changed so"), Some("Nothing else is changed."))
    );
}
