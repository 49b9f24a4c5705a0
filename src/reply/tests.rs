//! What replies must and must not say, for every kind of reply and every way a record can stand.

use std::{collections::BTreeSet, fs, path::Path, sync::LazyLock};

use chrono::{DateTime, TimeDelta};

use super::{Advice, Body, Rendered, Templates, html_of, letter, samples::samples};
use crate::domain::{
    AgencyId, Case, CaseId, Change, ClientId, Closing, Excess, Fact, Item, ItemOutcome, MailAddress, Mode,
    NoticeKind, Opening, Replacement, ReplyKind, Report, Scenario, Standing, Step, ToDo,
};

fn id(text: &str) -> ClientId {
    ClientId::parse(text).expect("valid")
}

fn address(text: &str) -> MailAddress {
    MailAddress::parse(text).expect("valid")
}

/// A case in which everything a reply must not repeat is marked as planted.
fn case(kind: NoticeKind, items: Vec<Item>) -> Case {
    let received_at = DateTime::from_timestamp(1_790_000_000, 0).expect("valid");
    let opening = Opening {
        id: CaseId::new(1042),
        kind,
        mode: Mode::Live,
        standing: Standing::Verified(AgencyId::parse("planted-agency").expect("valid")),
        sender: Some(address("planted.person@planted.example")),
        act: true,
        records: Vec::new(),
        new_records: vec![id("1777777")],
        claimed_scenario: Some(Scenario::One),
        effective: None,
        excess: Excess::default(),
        reasons: vec!["planted: what the mail said".to_owned()],
        received_at,
        due_at: received_at + TimeDelta::days(1),
    };
    let (case, _) = Case::open(opening);
    Case { items, contact: Some(address("planted.contact@planted.example")), ..case }
}

fn item(record: &str, step: Step, scenario: Option<Scenario>, report: Report) -> Item {
    let alias =
        Change::SetAlias { from: Some("planted alias".to_owned()), to: "CLOSED/NOT SHARED".to_owned() };
    let grant = Change::RemoveGrant(AgencyId::parse("planted-grant").expect("valid"));
    Item {
        step,
        scenario,
        reasons: vec!["planted: Planted House has data in it".to_owned()],
        closing: Some(Closing { record: id(record), changes: vec![grant, alias], expected: Vec::new() }),
        report,
        ..Item::new(id(record))
    }
}

fn settled(outcome: ItemOutcome, scenario: Option<Scenario>, report: Report) -> Item {
    item("1555555", Step::Settled(outcome), scenario, report)
}

fn report(other_agencies: usize, others_complete: bool) -> Report {
    Report { other_agencies, others_complete, priority_list: Fact::Known(false), ..Report::default() }
}

fn replacement(lacks: &[&str]) -> Replacement {
    Replacement { record: id("1777777"), lacks: lacks.iter().map(|text| (*text).to_owned()).collect() }
}

/// Every way a record of a case can stand.
fn all_items() -> Vec<Item> {
    let mut reports = Vec::new();
    for (others, complete) in [(0, true), (0, false), (1, true), (4, true), (4, false)] {
        for (priority_list, replacements, attested_by) in [
            (Fact::Known(true), vec![], Some("planted.staff".to_owned())),
            (Fact::Known(false), vec![replacement(&[])], None),
            (Fact::Unknown, vec![replacement(&["it is still open"])], None),
        ] {
            let to_do = vec![ToDo::SetAlias("CLOSED/NOT SHARED".to_owned()), ToDo::ClearRoiDate];
            reports.push(Report {
                priority_list,
                replacements,
                to_do,
                attested_by,
                ..report(others, complete)
            });
        }
    }
    let outcomes = [
        ItemOutcome::Pending,
        ItemOutcome::Closed,
        ItemOutcome::AlreadyClosed,
        ItemOutcome::NotClosed,
        ItemOutcome::NeedsStaff,
        ItemOutcome::Declined,
    ];
    let steps = [
        Step::Unjudged,
        Step::AwaitingApproval,
        Step::Waiting,
        Step::Closing,
        Step::Worklist,
        Step::ReadingBack,
        Step::NeedsStaff,
    ];
    let steps: Vec<Step> = steps.into_iter().chain(outcomes.map(Step::Settled)).collect();
    let mut items = Vec::new();
    for report in reports {
        for scenario in [Some(Scenario::One), Some(Scenario::Two), None] {
            for step in &steps {
                items.push(item("1555555", *step, scenario, report.clone()));
            }
        }
    }
    items
}

fn all_kinds() -> Vec<ReplyKind> {
    vec![
        ReplyKind::Received,
        ReplyKind::MissingId,
        ReplyKind::MissingIdReminder,
        ReplyKind::GoAhead,
        ReplyKind::GoAheadReminder,
        ReplyKind::ConsentReceived,
        ReplyKind::Joined(address("planted.writer@planted.example")),
        ReplyKind::Outcome(vec![id("1555555")]),
        ReplyKind::Declined("Please call us.".to_owned()),
        ReplyKind::Cancelled,
        ReplyKind::Undone(vec![id("1555555")]),
    ]
}

static TEMPLATES: LazyLock<Templates> = LazyLock::new(Templates::built_in);

fn said(case: &Case, kind: &ReplyKind, first: bool) -> Rendered {
    TEMPLATES.render(&letter(case, kind, first)).expect("the built-in templates are sound")
}

/// The text on one line, to look for sentences that may be wrapped.
fn flat(rendered: &Rendered) -> String {
    rendered.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn outcome_of(item: Item) -> String {
    flat(&said(&case(NoticeKind::Revocation, vec![item]), &ReplyKind::Outcome(vec![id("1555555")]), false))
}

/// The words a person sees in HTML.
fn words_of_html(html: &str) -> Vec<String> {
    let mut text = String::new();
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag => text.push(c),
            _ => {}
        }
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.split_whitespace().map(str::to_owned).collect()
}

fn words_of_text(text: &str) -> Vec<String> {
    text.lines()
        .flat_map(|line| line.strip_prefix("- ").unwrap_or(line).split_whitespace())
        .map(str::to_owned)
        .collect()
}

#[test]
fn no_reply_repeats_a_mail_or_names_anybody_and_both_forms_say_the_same() {
    let known = BTreeSet::from(["1555555", "1777777"]);
    for item in all_items() {
        let mut case = case(NoticeKind::Revocation, vec![item]);
        case.excess.personal_data = true;
        for kind in all_kinds() {
            let rendered = TEMPLATES.render(&letter(&case, &kind, true)).expect("sound");
            let all = format!("{}\n{}\n{}", rendered.subject, rendered.text, rendered.html).to_lowercase();
            assert!(!all.contains("planted"), "{}", rendered.text);
            assert!(!rendered.text.contains('@'), "{}", rendered.text);
            for number in rendered.text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() > 4)
            {
                assert!(known.contains(number), "{number} in {}", rendered.text);
            }
            assert_eq!(words_of_html(&rendered.html), words_of_text(&rendered.text));
            assert!(rendered.subject.contains("[RD-1042]") && !rendered.subject.contains("1555555"));
            assert!(rendered.text.lines().all(|line| line.chars().count() <= 72), "{}", rendered.text);
        }
    }
}

#[test]
fn only_a_confirmed_scenario_1_says_that_only_the_agency_sees_the_record() {
    for item in all_items() {
        let confirmed = matches!(item.step, Step::Settled(ItemOutcome::Closed | ItemOutcome::AlreadyClosed))
            && item.scenario == Some(Scenario::One)
            && item.report.other_agencies == 0
            && item.report.others_complete;
        let case = case(NoticeKind::Revocation, vec![item]);
        for kind in all_kinds() {
            for first in [true, false] {
                let text = flat(&said(&case, &kind, first)).to_lowercase();
                let may = confirmed && matches!(kind, ReplyKind::Outcome(_));
                assert_eq!(text.contains("only your agency has visibility"), may, "{text}");
                assert_eq!(text.contains("you may enter data in it again"), may, "{text}");
                assert!(!text.contains("fully closed"), "{text}");
            }
        }
    }
}

#[test]
fn whatever_the_reason_a_record_that_needs_a_person_reads_the_same() {
    let wanted = {
        let item = item("1555555", Step::NeedsStaff, None, Report::default());
        said(&case(NoticeKind::Revocation, vec![item]), &ReplyKind::Received, true)
    };
    assert!(flat(&wanted).contains("a person at the helpdesk will look at it"), "{}", wanted.text);
    for item in all_items() {
        let neutral = matches!(item.step, Step::NeedsStaff | Step::Unjudged);
        let mut item = Item { found_closed: true, ..item };
        item.reasons = vec!["the HMIS has no such record".to_owned()];
        let case = case(NoticeKind::Revocation, vec![item]);
        let got = said(&case, &ReplyKind::Received, true);
        if neutral {
            assert_eq!(got, wanted);
        }
    }
    let without = flat(&said(&case(NoticeKind::Revocation, Vec::new()), &ReplyKind::Received, true));
    assert!(without.contains("A person at the helpdesk will look at it and get back to you."), "{without}");
}

#[test]
fn a_received_notice_tells_of_each_record() {
    let items = vec![
        item("1555555", Step::AwaitingApproval, Some(Scenario::Two), report(2, true)),
        item("1555556", Step::NeedsStaff, None, Report::default()),
    ];
    let text = flat(&said(&case(NoticeKind::Revocation, items), &ReplyKind::Received, true));
    assert!(text.contains("Record 1555555 is being worked on. We will confirm"), "{text}");
    assert!(text.contains("Record 1555556: a person at the helpdesk will look at it"), "{text}");
    for step in [Step::AwaitingApproval, Step::Waiting, Step::Worklist, Step::Closing, Step::ReadingBack] {
        let case = case(NoticeKind::Revocation, vec![item("1555555", step, None, Report::default())]);
        let text = flat(&said(&case, &ReplyKind::Received, true));
        assert!(text.contains("is being worked on") && !text.contains("a person"), "{step:?}: {text}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of all that is said of a settled record")]
fn scenario_1_is_confirmed_and_scenario_2_tells_what_remains() {
    use ItemOutcome::{AlreadyClosed, Closed};
    let one = Some(Scenario::One);
    let two = Some(Scenario::Two);
    let by_staff = |report: Report| Report { attested_by: Some("planted.staff".to_owned()), ..report };
    let with = |replacements: Vec<Replacement>| Report { replacements, ..report(3, true) };
    let on_list = |priority_list| Report { priority_list, ..report(3, true) };
    for (item, says, says_not) in [
        (
            settled(Closed, one, report(0, true)),
            vec!["It is now closed", "only your agency has visibility", "You may enter data"],
            vec!["read back", "already"],
        ),
        (
            settled(AlreadyClosed, one, report(0, true)),
            vec!["was already closed", "when your notice came", "only your agency has visibility"],
            vec!["now closed"],
        ),
        (
            settled(Closed, one, by_staff(report(0, true))),
            vec![
                "a member of the helpdesk staff has confirmed that",
                "It was not read back by this system",
                "only your agency has visibility",
            ],
            vec!["already"],
        ),
        (
            settled(AlreadyClosed, one, by_staff(report(0, true))),
            vec!["a member of the helpdesk staff", "already closed", "not read back"],
            vec![],
        ),
        // The figures do not bear out Scenario 1: the stricter form.
        (
            settled(Closed, one, report(0, false)),
            vec!["sharing with everyone else has ended", "Nobody should enter data in it any more"],
            vec!["You may"],
        ),
        (
            settled(Closed, one, report(1, true)),
            vec!["1 other agency keeps access to what is there"],
            vec!["At least", "You may"],
        ),
        (
            settled(Closed, two, report(3, true)),
            vec![
                "sharing with everyone else has ended",
                "3 other agencies keep access to what is there",
                "Nobody should enter data in it any more",
            ],
            vec!["At least"],
        ),
        (settled(Closed, two, report(3, false)), vec!["At least 3 other agencies keep access"], vec![]),
        (settled(Closed, two, report(1, false)), vec!["At least 1 other agency keeps access"], vec![]),
        (settled(Closed, None, report(3, true)), vec!["sharing with everyone else has ended"], vec![]),
        (
            settled(Closed, None, report(0, false)),
            vec!["how many they are cannot be seen from here"],
            vec!["0 other"],
        ),
        (
            settled(AlreadyClosed, two, report(3, true)),
            vec!["was already closed", "when your notice came", "sharing with everyone else has ended"],
            vec!["now closed"],
        ),
        (
            settled(Closed, two, by_staff(report(3, true))),
            vec!["a member of the helpdesk staff has confirmed", "It was not read back by this system"],
            vec!["now closed"],
        ),
        (
            settled(Closed, two, with(vec![replacement(&[])])),
            vec!["Please use record 1777777 instead"],
            vec!["create a new record"],
        ),
        (
            settled(
                Closed,
                two,
                with(vec![replacement(&["it is still open", "its alias says not to use it"])]),
            ),
            vec![
                "cannot be used yet. What is missing: - it is still open - its alias says not to use it",
                "do not enter new information in record 1777777",
            ],
            vec!["Please use record", "create a new record"],
        ),
        (
            settled(Closed, two, with(vec![])),
            vec!["create a new record and close it at once"],
            vec!["Please use record"],
        ),
        (
            settled(Closed, two, on_list(Fact::Known(true))),
            vec!["is on the Coordinated Entry Priority List", "may drop off"],
            vec!["cannot be seen"],
        ),
        (
            settled(Closed, two, on_list(Fact::Unknown)),
            vec!["Priority List cannot be seen from here"],
            vec![],
        ),
        (settled(Closed, two, on_list(Fact::Known(false))), vec![], vec!["Priority List"]),
        (
            settled(
                Closed,
                two,
                Report {
                    to_do: vec![
                        ToDo::SetAlias("DO NOT USE - CLIENT REVOKED CONSENT".to_owned()),
                        ToDo::ClearRoiDate,
                    ],
                    ..report(3, true)
                },
            ),
            vec!["Set the alias to DO NOT USE - CLIENT REVOKED CONSENT", "Clear the Date of ROI Consent"],
            vec![],
        ),
        (
            settled(ItemOutcome::NotClosed, two, report(3, true)),
            vec!["Record 1555555: we have changed nothing"],
            vec!["agencies"],
        ),
        (
            settled(ItemOutcome::Declined, two, report(3, true)),
            vec!["Record 1555555: we have changed nothing"],
            vec!["agencies"],
        ),
    ] {
        let what = format!("{:?} {:?} {:?}", item.step, item.scenario, item.report);
        let text = outcome_of(item);
        for says in says {
            assert!(text.contains(says), "{what}: \"{says}\" is not in: {text}");
        }
        for says_not in says_not {
            assert!(!text.contains(says_not), "{what}: \"{says_not}\" is in: {text}");
        }
    }
}

#[test]
fn an_interim_answer_says_of_which_records_the_agency_hears_later() {
    let items = vec![
        settled(ItemOutcome::Closed, Some(Scenario::One), report(0, true)),
        item("1555556", Step::NeedsStaff, None, Report::default()),
        item("1555557", Step::Worklist, Some(Scenario::Two), report(2, true)),
    ];
    let case = case(NoticeKind::Revocation, items);
    let text = flat(&said(&case, &ReplyKind::Outcome(vec![id("1555555")]), false));
    assert!(text.contains("About 1555556, 1555557 we will write to you again."), "{text}");
    assert!(text.contains("Record 1555555: confirmed."), "{text}");
}

#[test]
fn the_first_reply_carries_the_advice_and_no_other_does() {
    let hold = "do not enter new information";
    let until = "until the helpdesk confirms";
    let talk = "talk with the client about what revoking consent means";
    let card = "community card no longer works";
    let confirmed = settled(ItemOutcome::Closed, Some(Scenario::One), report(0, true));
    let ended = settled(ItemOutcome::Closed, Some(Scenario::Two), report(2, true));
    let waiting = item("1555555", Step::AwaitingApproval, None, Report::default());
    let outcome = ReplyKind::Outcome(vec![id("1555555")]);
    for (item, kind) in [
        (waiting.clone(), ReplyKind::Received),
        (waiting.clone(), ReplyKind::MissingId),
        (waiting.clone(), ReplyKind::Cancelled),
        (waiting.clone(), ReplyKind::Declined("No.".to_owned())),
        (ended.clone(), outcome.clone()),
    ] {
        let case = case(NoticeKind::Revocation, vec![item]);
        let text = flat(&said(&case, &kind, true)).to_lowercase();
        for phrase in [hold, until, talk, card, "each shelter will need its own client id"] {
            assert!(text.contains(phrase), "{}: {phrase} is not in {text}", kind.name());
        }
        let later = flat(&said(&case, &kind, false)).to_lowercase();
        assert!(!later.contains(until) && !later.contains(card), "{}: {later}", kind.name());
    }
    // Confirmed in the very first reply: nothing to wait for, but still something to talk about.
    let first = flat(&said(&case(NoticeKind::Revocation, vec![confirmed.clone()]), &outcome, true));
    assert!(!first.contains(hold) && first.contains(talk), "{first}");
    // Unless another record of the notice is not.
    let two = vec![confirmed, item("1555556", Step::NeedsStaff, None, Report::default())];
    assert!(flat(&said(&case(NoticeKind::Revocation, two), &outcome, true)).contains(until));
    // Whoever writes second hears from us for the first time.
    let joined = ReplyKind::Joined(address("sam@agency.example"));
    let text = flat(&said(&case(NoticeKind::Revocation, vec![waiting.clone()]), &joined, false));
    assert!(text.contains(until) && text.contains(talk) && text.contains("case RD-1042"), "{text}");
    // A client who agrees revokes nothing.
    let consent = case(NoticeKind::Consent, vec![waiting]);
    assert_eq!(letter(&consent, &ReplyKind::ConsentReceived, true).advice, Some(Advice::Consent));
    assert!(!flat(&said(&consent, &ReplyKind::ConsentReceived, true)).contains("revoking"));
}

#[test]
fn the_other_kinds_say_what_they_are_for() {
    let waiting = || item("1555555", Step::NeedsStaff, None, Report::default());
    let revocation = case(NoticeKind::Revocation, vec![waiting()]);
    let consent = case(NoticeKind::Consent, vec![waiting()]);
    let declined =
        case(NoticeKind::Revocation, vec![settled(ItemOutcome::Declined, None, Report::default())]);
    let undone = case(
        NoticeKind::Revocation,
        vec![settled(ItemOutcome::NotClosed, Some(Scenario::One), report(0, true))],
    );
    for (case, kind, says) in [
        (&revocation, ReplyKind::MissingId, vec!["reply with the client ID, nothing else about the client"]),
        (
            &revocation,
            ReplyKind::MissingIdReminder,
            vec!["have not heard from you yet", "reply with the client ID, nothing else about the client"],
        ),
        (
            &consent,
            ReplyKind::ConsentReceived,
            vec!["stays closed (1555555)", "the new record (1777777)", "A person at the helpdesk will check"],
        ),
        (&revocation, ReplyKind::Cancelled, vec!["have changed nothing", "as you asked"]),
        (
            &undone,
            ReplyKind::Undone(vec![id("1555555")]),
            vec![
                "record 1555555 was closed to statewide data sharing by mistake",
                "It is shared statewide again, as it was before; nothing was entered in it in the meantime.",
                "can be seen statewide",
                "If the client did revoke the consent, please do not enter anything new, and write to us again.",
            ],
        ),
        (
            &declined,
            ReplyKind::Declined("We need the form.\r\n\r\nCall us.".to_owned()),
            vec!["will not make the change (1555555). The reason: We need the form. Call us."],
        ),
    ] {
        let text = flat(&said(case, &kind, false));
        for says in says {
            assert!(text.contains(says), "{}: \"{says}\" is not in: {text}", kind.name());
        }
    }
    let mut told_too_much = revocation;
    assert!(!flat(&said(&told_too_much, &ReplyKind::Received, true)).contains("Social Security"));
    told_too_much.excess = Excess { personal_data: true, attachment: true };
    let text = flat(&said(&told_too_much, &ReplyKind::Received, true));
    assert!(
        text.contains("please leave out names, Social Security numbers, birth dates and signed forms"),
        "{text}"
    );
    told_too_much.excess.personal_data = false;
    let text = flat(&said(&told_too_much, &ReplyKind::Received, true));
    assert!(
        text.contains("a file came with the mail") && text.contains("Please do not mail forms"),
        "{text}"
    );
    assert!(!text.contains("Social Security"), "{text}");
    // Whoever is asked for a client ID may be about to send the form.
    for kind in [ReplyKind::MissingId, ReplyKind::MissingIdReminder] {
        let text = flat(&said(&case(NoticeKind::Revocation, Vec::new()), &kind, true));
        assert!(text.contains("please do not mail a form that holds personal details"), "{text}");
    }
}

#[test]
fn a_persons_words_are_never_a_template_nor_markup_nor_a_header() {
    let note = "{{ case }} {% raw %} <script>x</script>\r\nBcc: a\u{0}b\r\n\r\n- one\n- {{ 7 * 7 }}";
    let case = case(NoticeKind::Revocation, Vec::new());
    let rendered = said(&case, &ReplyKind::Declined(note.to_owned()), false);
    let text = flat(&rendered);
    assert!(text.contains("{{ case }} {% raw %} <script>x</script> Bcc: a b - one - {{ 7 * 7 }}"), "{text}");
    assert!(!rendered.html.contains("<script>") && rendered.html.contains("&lt;script&gt;"));
    assert_eq!(rendered.subject, "The answer to your notice [RD-1042]");
    assert!(!rendered.text.contains(|c: char| c.is_control() && c != '\n'));

    let odd = item("1<b>&{{x}}", Step::AwaitingApproval, None, Report::default());
    let rendered = said(&self::case(NoticeKind::Revocation, vec![odd]), &ReplyKind::Received, true);
    assert!(rendered.text.contains("Record 1<b>&{{x}} is") && rendered.html.contains("1&lt;b&gt;&amp;{{x}}"));
}

#[test]
fn every_shape_of_letter_is_among_the_samples_and_can_be_written() {
    let samples = samples();
    let kinds: BTreeSet<_> = samples.iter().map(|letter| letter.body.kind()).collect();
    assert_eq!(kinds, all_kinds().iter().map(ReplyKind::name).collect());
    let forms: BTreeSet<_> = samples.iter().filter_map(|letter| letter.advice.map(Advice::name)).collect();
    assert_eq!(forms.len(), 5);
    for letter in samples {
        let rendered = TEMPLATES.render(&letter).expect("sound");
        assert!(!rendered.text.contains("{{") && !rendered.text.contains("{%"), "{}", rendered.text);
        assert!(!rendered.text.contains("  ") || rendered.text.contains("\n  "), "{}", rendered.text);
        assert!(
            matches!(letter.body, Body::Outcome { .. }) || rendered.text.len() < 1500,
            "{}",
            rendered.text
        );
    }
}

fn load(files: &[(&str, &str)]) -> Result<Templates, Vec<String>> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    Templates::load(Some(folder.path()))
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

#[test]
fn a_site_overrides_file_by_file() {
    let templates = load(&[("greeting.txt", "Good day,"), (".keep", "")]).expect("sound");
    let letter = letter(&case(NoticeKind::Revocation, Vec::new()), &ReplyKind::Cancelled, false);
    let rendered = templates.render(&letter).expect("sound");
    assert!(rendered.text.starts_with("Good day,\n\nWe have stopped"), "{}", rendered.text);
    assert!(rendered.text.ends_with("\n\nYour HMIS Helpdesk\n"), "{}", rendered.text);
}

#[test]
fn all_problems_of_all_files_are_told_at_once_with_their_lines() {
    let told = load(&[
        ("greeting.txt", "Hello\n{{ name }},"),
        ("closing.txt", "Bye\n\n{% if case %}"),
        ("recieved.txt", "Thanks"),
        ("missing_id.txt", "{% if false %}\n{{ sender }}\n{% endif %}"),
    ])
    .expect_err("full of problems");
    assert_eq!(told.len(), 4, "{told:#?}");
    for wanted in [
        "greeting.txt, line 2: there is no value `name` here; there are case",
        "closing.txt, line ",
        "recieved.txt: there is no template of this name; there are subject.txt, ",
        "missing_id.txt, line 2: there is no value `sender` here",
    ] {
        assert!(told.iter().any(|told| told.starts_with(wanted)), "{wanted}: {told:#?}");
    }
    let told = load(&[
        ("received.txt", "{% for item in records %}\n- {{ item.recrod }}\n{% endfor %}"),
        ("record_ended.txt", "Your record is now\nFully closed."),
        ("advice.txt", "Only your\nagency sees it."),
        ("subject.txt", "{% if kind == 'cancelled' %}Stopped{% else %}News [{{ case }}]{% endif %}"),
    ])
    .expect_err("full of problems");
    assert_eq!(told.len(), 4, "{told:#?}");
    for wanted in [
        "received.txt, line 2: undefined value",
        "record_ended.txt: this must not say \"fully closed\"",
        "advice.txt: this must not say \"only your agency\"",
        "subject.txt: the subject does not hold the case number",
    ] {
        assert!(told.iter().any(|told| told.starts_with(wanted)), "{wanted}: {told:#?}");
    }
    let long = format!("{} [{{{{ case }}}}]", "x".repeat(200));
    assert!(load(&[("subject.txt", &long)]).is_err());
    assert!(Templates::load(Some(Path::new("/nonexistent/folder"))).is_err());
}

#[test]
fn a_subject_of_several_lines_becomes_one() {
    let templates = load(&[("subject.txt", "News\r\nBcc: x\n\n[{{ case }}]\n")]).expect("sound");
    let letter = letter(&case(NoticeKind::Revocation, Vec::new()), &ReplyKind::Received, true);
    assert_eq!(templates.render(&letter).expect("sound").subject, "News Bcc: x [RD-1042]");
}

#[test]
fn a_plain_text_becomes_the_same_in_html() {
    let text = "Two cases wait:\n\n- RD-1 & RD-2\n- see <the console>\n";
    assert_eq!(words_of_html(&html_of(text)), words_of_text(text));
}
