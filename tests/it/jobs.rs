//! What happens by the clock, with a clock that is set by hand; backups and restores with the real program.

use std::{fs, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use roi_desk::{
    clock::Clock,
    config,
    engine::{
        self, Desk,
        deliver::Delivered,
        jobs::{Job, Ran},
        judge::Judged,
        staff::StaffDecision,
    },
    mailbox::Mailbox,
    sql::{Address, query},
};
use serde_json::Value;

use crate::{
    postgres::Postgres,
    site::{Letter, Site, plain, until},
};

const PATIENCE: Duration = Duration::from_secs(60);

/// Records of Alder's: two that it alone has data in, three that Birch has data in as well, and a minor's.
const RECORDS: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor) VALUES
        ('1000001', 'alder', 'open', FALSE, FALSE), ('1000002', 'alder', 'open', FALSE, FALSE),
        ('1000003', 'alder', 'open', FALSE, FALSE), ('1000004', 'alder', 'open', FALSE, FALSE),
        ('1000005', 'alder', 'open', FALSE, TRUE), ('1000006', 'alder', 'open', FALSE, FALSE);
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
        ('test', 'service', 'a1', '1000001', 'alder'), ('test', 'service', 'a6', '1000006', 'alder'),
        ('test', 'service', 'a2', '1000002', 'alder'), ('test', 'service', 'b2', '1000002', 'birch'),
        ('test', 'service', 'a3', '1000003', 'alder'), ('test', 'service', 'b3', '1000003', 'birch'),
        ('test', 'service', 'a4', '1000004', 'alder'), ('test', 'service', 'b4', '1000004', 'birch');
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
        ('test', 'service', 'a5', '1000005', 'alder');";

const NO_ID: &str =
    "One of our clients revoked her ROI. Please close her record. I do not have the number here.";

/// Friday, 21 November 2025, 10:00 in Chicago. In the past, so that no mail of a test seems to come from before it.
fn friday() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2025-11-21T16:00:00Z").expect("an instant").to_utc()
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("an instant").to_utc()
}

fn notice(from: &str, body: &str, name: &str) -> Vec<u8> {
    Letter { from, subject: "revoked consent", body, dmarc: "pass", headers: "" }.mail(name)
}

fn revoked(record: &str) -> String {
    format!("Client {record} revoked consent, please close the record.")
}

/// A site on files whose desk is at `store`, or else in a file.
async fn site(store: Option<&str>) -> Site {
    let site = Site::on_files().await;
    site.hmis(RECORDS).await;
    if let Some(url) = store {
        site.reconfigure(&file_url(&site), url);
    }
    let backups = site.path("backups");
    let folder = format!("[database]\nbackup_folder = \"{}\"\nbackups = 2", backups.display());
    site.reconfigure("[database]", &folder);
    site
}

fn file_url(site: &Site) -> String {
    format!("sqlite://{}", site.path("roi-desk.db").display())
}

/// A desk of the site in this process, on a clock that stands still.
async fn desk(site: &Site, clock: &Clock) -> Desk {
    let config = config::load(&site.config(), []).expect("valid");
    let place = engine::site(&config).expect("valid");
    Desk::open(&config, place, clock.clone()).await.expect("it opens")
}

/// Takes in what is in the mailbox and works off all that is due.
async fn work(site: &Site, desk: &Desk) {
    let config = config::load(&site.config(), []).expect("valid");
    let mut mailbox = Mailbox::open(&engine::mailbox_options(&config)).await.expect("it opens");
    let lease = desk.lease_mailbox().await.expect("asked").expect("free");
    desk.poll_once(&mut mailbox, &lease, "INBOX", DateTime::UNIX_EPOCH).await.expect("looked");
    desk.release_mailbox(&lease).await.expect("given back");
    loop {
        let judged = desk.judge_next().await.expect("judged");
        let delivered = desk.deliver_next().await.expect("delivered");
        let marked = desk.mark_next(&mut mailbox).await.expect("marked");
        if (judged, delivered, marked) == (Judged::Nothing, Delivered::Nothing, Delivered::Nothing) {
            return;
        }
    }
}

/// Mails in `sent` with these words in their subject.
fn sent(site: &Site, subject: &str) -> Vec<String> {
    let is_it = |mail: &String| {
        mail.lines().any(|line| line.strip_prefix("Subject: ").is_some_and(|line| line.contains(subject)))
    };
    site.sent().into_iter().filter(is_it).map(|mail| plain(&mail)).collect()
}

fn states(site: &Site) -> Vec<String> {
    let mut states: Vec<_> =
        site.json(&["case", "list"]).iter().map(|case| text(case, "state").to_owned()).collect();
    states.sort();
    states
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The case about a record, or the one without any.
fn case_of(site: &Site, record: &str) -> Value {
    let is_it =
        |case: &Value| case.pointer("/items/0/record").and_then(Value::as_str).unwrap_or("") == record;
    site.json(&["case", "list"]).into_iter().find(is_it).expect("there is such a case")
}

fn history(case: &Value) -> Vec<&str> {
    let rows = case.get("history").and_then(Value::as_array).into_iter().flatten();
    rows.map(|row| text(row, "event")).collect()
}

#[tokio::test]
async fn the_first_start_only_begins_to_count_and_a_missed_digest_is_sent_once() {
    let site = site(None).await;
    let clock = Clock::at(friday());
    let desk = desk(&site, &clock).await;
    let monday = at("2025-11-24T14:30:00Z");
    assert_eq!(desk.run_job(Job::Digest).await.expect("asked"), Ran::NotBefore(Some(monday)));

    site.deliver("1", &notice("jane@alder.example", &revoked("1000001"), "one"));
    site.deliver("2", &notice("jane@alder.example", &revoked("1000002"), "two"));
    work(&site, &desk).await;
    drop(desk);
    // Monday and Tuesday pass while no desk is there.
    clock.advance(TimeDelta::days(4) + TimeDelta::hours(1));
    let desk = self::desk(&site, &clock).await;
    assert_eq!(desk.run_job(Job::Digest).await.expect("run"), Ran::Done);
    let wednesday = at("2025-11-26T14:30:00Z");
    assert_eq!(desk.run_job(Job::Digest).await.expect("asked"), Ran::NotBefore(Some(wednesday)));
    work(&site, &desk).await;
    let digests = sent(&site, "Digest");
    assert_eq!(digests.len(), 1, "{digests:#?}");
    for words in [
        "Since Fri 2025-11-21 10:00 CST",
        "notices received: 2",
        "cases that ended: 1 (done 1,",
        "records closed: 1,",
        "waits for your approval: 1",
        "overdue: 1",
    ] {
        assert!(digests.iter().all(|mail| mail.contains(words)), "{words}: {digests:#?}");
    }
    assert!(digests.iter().all(|mail| !mail.contains("10000") && !mail.contains("alder")), "{digests:#?}");

    // The next one is about what came since.
    clock.advance(TimeDelta::days(1));
    assert_eq!(desk.run_job(Job::Digest).await.expect("run"), Ran::Done);
    work(&site, &desk).await;
    assert_eq!(sent(&site, "Digest").iter().filter(|mail| mail.contains("notices received: 0")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_runners_one_sends_the_digest_on_either_engine() {
    let server = Postgres::start();
    for store in [None, Some(server.database())] {
        let site = site(store.as_deref()).await;
        let clock = Clock::at(friday());
        let mut desks = Vec::new();
        for _ in 0..4 {
            desks.push(desk(&site, &clock).await);
        }
        let first = desks.first().expect("four");
        first.run_job(Job::Digest).await.expect("begun");
        for day in 1..=3 {
            clock.advance(TimeDelta::days(4));
            let (a, b, c, d) = match desks.as_slice() {
                [a, b, c, d] => tokio::join!(
                    a.run_job(Job::Digest),
                    b.run_job(Job::Digest),
                    c.run_job(Job::Digest),
                    d.run_job(Job::Digest)
                ),
                _ => unreachable!("four desks"),
            };
            let done = [a, b, c, d]
                .into_iter()
                .filter(|ran| ran.as_ref().expect("nobody fails because of another") == &Ran::Done)
                .count();
            assert_eq!(done, 1, "day {day}");
        }
        while first.deliver_next().await.expect("delivered") == Delivered::One {}
        assert_eq!(sent(&site, "Digest").len(), 3);
    }
}

#[tokio::test]
async fn staff_are_reminded_of_what_waits_and_of_nothing_else() {
    let site = site(None).await;
    let clock = Clock::at(friday());
    let desk = desk(&site, &clock).await;
    desk.run_job(Job::Remind).await.expect("begun");
    clock.advance(TimeDelta::days(3));
    assert_eq!(desk.run_job(Job::Remind).await.expect("run"), Ran::Done);
    work(&site, &desk).await;
    assert_eq!(sent(&site, "Reminder").len(), 0, "nothing to say, no mail");

    site.deliver("1", &notice("jane@alder.example", &revoked("1000002"), "one"));
    work(&site, &desk).await;
    clock.advance(TimeDelta::hours(1));
    site.deliver("2", &notice("jane@alder.example", &revoked("1000005"), "two"));
    site.deliver("3", &notice("omar@alder.example", NO_ID, "three"));
    work(&site, &desk).await;
    clock.advance(TimeDelta::days(1));
    assert_eq!(desk.run_job(Job::Remind).await.expect("run"), Ran::Done);
    work(&site, &desk).await;
    let reminders = sent(&site, "Reminder");
    assert_eq!(reminders.len(), 1, "{reminders:#?}");
    let mail = reminders.first().expect("one");
    for words in [
        "Waiting for a person, most urgent first (2): - RD-1001: waits for your approval; since Mon 2025-11-24 \
         10:00 CST; due Tue 2025-11-25 10:00 CST; overdue - RD-1002: needs a person to look at it;",
        "Waiting for the agency to answer (1): - RD-1003: waits for the agency to answer our question;",
        "1 day; not reminded yet",
    ] {
        assert!(mail.contains(words), "{words}: {mail}");
    }
    assert!(!mail.contains("10000") && !mail.contains("alder"), "nothing about clients: {mail}");
    assert!(mail.contains("To: staff@helpdesk.example"), "{mail}");
}

#[tokio::test]
async fn an_agency_that_owes_the_client_id_is_reminded_once_and_then_a_person_is_called() {
    let site = site(None).await;
    let clock = Clock::at(friday());
    let desk = desk(&site, &clock).await;
    desk.run_job(Job::Remind).await.expect("begun");
    site.deliver("1", &notice("jane@alder.example", NO_ID, "one"));
    work(&site, &desk).await;
    let reminded = || sent(&site, "We still need the client ID").len();
    let mut days = Vec::new();
    // From Monday, 10:00, day by day.
    clock.advance(TimeDelta::days(2));
    for _ in 0..7 {
        clock.advance(TimeDelta::days(1));
        desk.run_job(Job::Remind).await.expect("run");
        work(&site, &desk).await;
        let day = clock.now().format("%a").to_string();
        days.push((day, reminded(), text(&case_of(&site, ""), "state").to_owned()));
    }
    let expected = [
        ("Mon", 1, "awaiting_information"),
        ("Tue", 1, "awaiting_information"),
        ("Wed", 1, "awaiting_information"),
        ("Thu", 1, "needs_staff"),
        ("Fri", 1, "needs_staff"),
        ("Sat", 1, "needs_staff"),
        ("Sun", 1, "needs_staff"),
    ];
    assert_eq!(days, expected.map(|(day, count, state)| (day.to_owned(), count, state.to_owned())));
    let case = case_of(&site, "");
    let events = history(&case);
    let by_time = ["agency_reminded", "answer_overdue"];
    assert_eq!(events.into_iter().filter(|event| by_time.contains(event)).collect::<Vec<_>>(), by_time);
    let told = sent(&site, "[RD-1001] needs a person to look at it");
    assert_eq!(told.len(), 1, "staff are told that it needs them: {:#?}", site.sent());
    site.run(&["db", "verify"]);
}

#[tokio::test]
async fn in_shadow_mode_staff_have_their_digest_and_no_agency_is_reminded() {
    let site = site(None).await;
    let clock = Clock::at(friday());
    let live = desk(&site, &clock).await;
    live.run_job(Job::Remind).await.expect("begun");
    live.run_job(Job::Digest).await.expect("begun");
    site.deliver("1", &notice("jane@alder.example", NO_ID, "one"));
    work(&site, &live).await;
    let before = sent(&site, "RD-1001").len();
    site.reconfigure("mode = \"live\"", "mode = \"shadow\"");
    let shadow = desk(&site, &clock).await;
    clock.advance(TimeDelta::days(10));
    assert_eq!(shadow.run_job(Job::Remind).await.expect("run"), Ran::Done);
    assert_eq!(shadow.run_job(Job::Digest).await.expect("run"), Ran::Done);
    while shadow.deliver_next().await.expect("delivered") == Delivered::One {}
    assert_eq!(sent(&site, "RD-1001").len(), before);
    assert_eq!((sent(&site, "Digest").len(), sent(&site, "Reminder").len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_keeps_the_accounting_right_and_says_what_it_removed() {
    let server = Postgres::start();
    for store in [None, Some(server.database())] {
        let site = site(store.as_deref()).await;
        let clock = Clock::at(friday());
        let desk = desk(&site, &clock).await;
        desk.run_job(Job::Retention).await.expect("begun");
        site.deliver("1", &notice("jane@alder.example", &revoked("1000001"), "one"));
        site.deliver("2", &notice("jane@alder.example", &revoked("1000002"), "two"));
        site.deliver("3", b"Subject: nobody sent this\r\n\r\nhello\r\n");
        work(&site, &desk).await;
        let octets = async |record: &str| {
            let case = text(&case_of(&site, record), "case").parse().expect("a case");
            let places = desk.book.store.messages_of(case).await.expect("read");
            let place = places.first().expect("its notice");
            desk.book.store.octets(&place.id).await.expect("read").is_some()
        };
        clock.advance(TimeDelta::days(89));
        assert_eq!(desk.run_job(Job::Retention).await.expect("run"), Ran::Done);
        assert_eq!((octets("1000001").await, octets("1000002").await), (true, true), "not yet");
        clock.advance(TimeDelta::days(2));
        assert_eq!(desk.run_job(Job::Retention).await.expect("run"), Ran::Done);
        assert_eq!(
            (octets("1000001").await, octets("1000002").await),
            (false, true),
            "never of an open case"
        );
        site.run(&["db", "verify"]);

        let case = case_of(&site, "1000001");
        let shown = site.run(&["case", "show", text(&case, "case")]);
        let removed = "removed on 2026-02-20 (retention.mail)";
        assert!(shown.contains(&format!("the facts it was judged by were {removed}")), "{shown}");
        let open = site.run(&["case", "show", text(&case_of(&site, "1000002"), "case")]);
        assert!(!open.contains("retention.mail") && open.contains("Facts:"), "{open}");
        let quarantined = site.json(&["mail", "list", "--state", "quarantined"]);
        let id = quarantined.first().map(|mail| text(mail, "id").to_owned()).expect("one");
        assert!(site.run(&["mail", "show", &id]).contains("(retention.mail)"));
        let shown = site.json(&["mail", "show", &id]);
        assert!(shown.iter().all(|mail| text(mail, "purged_at").starts_with("2026-02-20")), "{shown:?}");
        // The open case goes on as if nothing had been.
        let open = text(&case_of(&site, "1000002"), "case").parse().expect("a case");
        let approve = StaffDecision::Approve { evidence_sha256: None, only: Vec::new(), note: None };
        desk.book.decide(open, "ann", approve).await.expect("approved");
        work(&site, &desk).await;
        assert_eq!(states(&site), ["done", "done"]);
        site.run(&["db", "verify"]);
    }
}

#[tokio::test]
async fn a_job_that_failed_is_not_done_and_runs_again() {
    let site = site(None).await;
    let clock = Clock::at(friday());
    let desk = desk(&site, &clock).await;
    desk.run_job(Job::Backup).await.expect("begun");
    clock.advance(TimeDelta::days(1));
    fs::write(site.path("backups"), "no folder").expect("written");
    let failed = desk.run_job(Job::Backup).await.expect_err("there is no folder");
    assert!(failed.to_string().contains("the folder for backups cannot be used"), "{failed}");
    assert_eq!(desk.run_job(Job::Backup).await.expect("asked"), Ran::Elsewhere, "its lease keeps others off");
    clock.advance(TimeDelta::seconds(31));
    fs::remove_file(site.path("backups")).expect("removed");
    assert_eq!(desk.run_job(Job::Backup).await.expect("run"), Ran::Done);
    assert_eq!(fs::read_dir(site.path("backups")).expect("there").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_long_job_runs_its_lease_is_renewed_and_nobody_else_begins_it() {
    let server = Postgres::start();
    let url = server.database();
    let site = site(Some(&url)).await;
    site.reconfigure("backups = 2", "backups = 2\nlease = \"5s\"");
    let clock = Clock::at(friday());
    let (one, other) = (desk(&site, &clock).await, desk(&site, &clock).await);
    one.run_job(Job::Backup).await.expect("begun");
    clock.advance(TimeDelta::days(1));

    // The backup waits for a table that somebody holds.
    let pool = Address::parse(&url, None).expect("usable").writers(1, PATIENCE);
    let mut holder = pool.begin(roi_desk::sql::Isolation::Write).await.expect("begun");
    query("LOCK TABLE raw_mails IN ACCESS EXCLUSIVE MODE").execute(&mut holder).await.expect("held");
    let begun = clock.now();
    let running = tokio::spawn(async move { one.run_job(Job::Backup).await });
    let renewed = async {
        let mut again = tokio::time::interval(Duration::from_millis(100));
        loop {
            again.tick().await;
            clock.advance(TimeDelta::milliseconds(100));
            let held = other.book.store.lease_holder("job/backup").await.expect("asked");
            if held.is_some_and(|(_, until)| until > begun + TimeDelta::milliseconds(6_500)) {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, renewed).await.expect("the lease is renewed");
    assert_eq!(other.run_job(Job::Backup).await.expect("asked"), Ran::Elsewhere);
    assert!(!running.is_finished());
    holder.rollback().await.expect("let go");
    assert_eq!(running.await.expect("no panic").expect("run"), Ran::Done);
    assert_eq!(fs::read_dir(site.path("backups")).expect("there").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_says_whether_backups_can_be_written_and_creates_nothing() {
    let site = site(None).await;
    let folder = site.path("backups");
    let check = || String::from_utf8_lossy(&site.output(&["check"]).stdout).into_owned();
    let said = check();
    let there = folder.display();
    assert!(said.contains(&format!("ok   backups       {there} is not there yet")), "{said}");
    assert!(!folder.exists());
    fs::create_dir(&folder).expect("created");
    let said = check();
    assert!(said.contains(&format!("ok   backups       {there} can be written to")), "{said}");
    assert_eq!(fs::read_dir(&folder).expect("there").count(), 0);
    fs::remove_dir(&folder).expect("removed");
    fs::write(&folder, "no folder").expect("written");
    let said = check();
    assert!(
        said.contains(&format!("warn backups       no backup can be written: the folder {there}")),
        "{said}"
    );
    site.configure("[schedule]\nbackup = \"\"");
    let said = check();
    assert!(!said.contains("backups"), "none are scheduled: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_writes_backups_keeps_the_last_ones_and_touches_no_other_file() {
    let site = site(None).await;
    site.configure("[schedule]\nbackup = \"* * * * * *\"");
    let folder = site.path("backups");
    fs::create_dir(&folder).expect("created");
    fs::write(folder.join("roi-desk-20200101-000000.db.old"), "keep me").expect("written");
    fs::write(folder.join("roi-desk-20200101-000000.db"), "the oldest").expect("written");
    fs::write(folder.join("roi-desk-20200101-000001.db.partial"), "cut off").expect("written");
    site.deliver("1", &notice("jane@alder.example", &revoked("1000001"), "one"));
    let daemon = site.serve();
    let names = || {
        let mut names: Vec<_> = fs::read_dir(&folder)
            .expect("there")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| !name.ends_with(".partial"))
            .collect();
        names.sort();
        names
    };
    let mut seen = std::collections::BTreeSet::new();
    let enough = until(PATIENCE, || {
        seen.extend(names());
        seen.len() >= 5
    })
    .await;
    daemon.stop().await;
    assert!(enough, "{seen:?}\n{}", site.log());
    let left = names();
    assert_eq!(left.len(), 3, "two, and what is not ours: {left:?}");
    assert_eq!(left.first().map(String::as_str), Some("roi-desk-20200101-000000.db.old"));
    assert!(!folder.join("roi-desk-20200101-000001.db.partial").exists(), "what was cut off is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_raises_an_alarm_once_an_hour_and_is_not_tried_in_a_tight_loop() {
    let site = site(None).await;
    site.configure("[schedule]\nbackup = \"* * * * * *\"\ndigest = \"* * * * * *\"");
    site.configure("[ops]\nalarms_to = [\"ops@helpdesk.example\"]");
    fs::write(site.path("backups"), "no folder").expect("written");
    let daemon = site.serve();
    // Meanwhile the other job goes on.
    let told = until(PATIENCE, || {
        !sent(&site, "job \"backup\" has failed").is_empty() && sent(&site, "Digest").len() >= 3
    })
    .await;
    daemon.stop().await;
    assert!(told, "{:#?}\n{}", site.sent(), site.log());
    let alarms = sent(&site, "job \"backup\" has failed");
    assert_eq!(alarms.len(), 1, "{alarms:#?}");
    assert!(alarms.iter().all(|mail| mail.contains("tried again in 1 min")), "{alarms:#?}");
    assert_eq!(site.log().matches("has failed").count(), 1, "{}", site.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_jobs_runs_jobs_and_nothing_else() {
    let site = site(None).await;
    site.configure("[schedule]\nbackup = \"* * * * * *\"");
    site.deliver("1", &notice("jane@alder.example", &revoked("1000001"), "one"));
    let daemon = site.serve_with(&["serve", "--only", "jobs"]);
    let written =
        until(PATIENCE, || fs::read_dir(site.path("backups")).is_ok_and(|all| all.count() >= 2)).await;
    daemon.stop().await;
    assert!(written, "{}", site.log());
    assert_eq!(site.json(&["mail", "list"]).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_drill_from_a_file_into_a_file() {
    let site = site(None).await;
    let new = format!("sqlite://{}", site.path("new-roi-desk.db").display());
    drill(&site, &file_url(&site), &new).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_drill_from_a_file_to_postgresql_and_from_there_into_a_file() {
    let server = Postgres::start();
    let (there, back) = (site(None).await, server.database());
    drill(&there, &file_url(&there), &back).await;
    let url = server.database();
    let site = site(Some(&url)).await;
    drill(&site, &url, &file_url(&site)).await;
}

/// Cases in all states, a backup while the daemon works, a disaster, a restore at another place, and on it goes.
async fn drill(site: &Site, old: &str, new: &str) {
    const BURST: usize = 30;
    let mut facts = String::new();
    for record in 2_000_000..2_000_000 + BURST {
        facts.push_str(&format!(
            "INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor)
                VALUES ('{record}', 'alder', 'open', FALSE, FALSE);"
        ));
    }
    site.hmis(&format!(
        "CREATE TABLE closings (record_id TEXT NOT NULL);
         CREATE TRIGGER count_closings AFTER UPDATE OF sharing ON hmis_record
            BEGIN INSERT INTO closings VALUES (NEW.record_id); END;
         {facts}"
    ))
    .await;
    let daemon = site.serve();
    for (place, body) in [
        revoked("1000001"),
        revoked("1000002"),
        revoked("1000003"),
        revoked("1000004"),
        revoked("1000005"),
        NO_ID.to_owned(),
    ]
    .iter()
    .enumerate()
    {
        let name = format!("early-{place}");
        site.deliver(&name, &notice("jane@alder.example", body, &name));
    }
    let question = Letter {
        from: "omar@birch.example",
        subject: "training",
        body: "When is the next training, please?",
        dmarc: "pass",
        headers: "",
    };
    site.deliver("left", &question.mail("left"));
    site.deliver("broken", b"Subject: nobody sent this\r\n\r\nhello\r\n");
    site.at_rest(8).await;
    site.run(&["case", "decline", text(&case_of(site, "1000003"), "case"), "--note", "Please call."]);
    site.run(&["case", "cancel", text(&case_of(site, "1000004"), "case")]);
    site.at_rest(8).await;
    let calm = ["awaiting_approval", "awaiting_information", "cancelled", "declined", "done", "needs_staff"];
    assert_eq!(states(site), calm);

    // All of it is there when the daemon looks, so that it is taken in at once.
    daemon.stop().await;
    for number in 0..BURST {
        let (name, record) = (format!("burst-{number}"), (2_000_000 + number).to_string());
        let from = format!("worker{number}@alder.example");
        site.deliver(&name, &notice(&from, &revoked(&record), &name));
    }
    let daemon = site.serve();
    let answered = || site.sent().iter().filter(|mail| mail.contains("To: worker")).count();
    assert!(until(PATIENCE, || answered() >= 3).await, "{}", site.log());
    let backup = site.path("backup of today.db").display().to_string();
    site.run(&["db", "backup", &backup]);
    daemon.kill();
    let again = site.output(&["db", "backup", &backup]);
    assert_eq!(again.status.code(), Some(1), "it is not overwritten");
    let full = site.output(&["db", "restore", &backup]);
    assert_eq!(full.status.code(), Some(1), "this one is not empty");

    site.reconfigure(old, new);
    let said = site.run(&["db", "restore", &backup]);
    assert!(said.contains("Everything adds up."), "{said}");
    assert_eq!(
        site.json(&["mail", "list"]).len(),
        8 + BURST,
        "all were taken in before the first was answered"
    );
    let early: Vec<String> = ["1000001", "1000002", "1000003", "1000004", "1000005", ""]
        .map(|record| text(&case_of(site, record), "state").to_owned())
        .into();
    let expected =
        ["done", "awaiting_approval", "declined", "cancelled", "needs_staff", "awaiting_information"];
    assert_eq!(early, expected);

    let daemon = site.serve();
    site.at_rest(8 + BURST).await;
    let working = site.output(&["db", "restore", &backup]);
    assert_eq!(working.status.code(), Some(1), "a daemon works on it");
    site.run(&["case", "approve", text(&case_of(site, "1000002"), "case")]);
    site.at_rest(8 + BURST).await;
    daemon.stop().await;
    assert_eq!(states(site).iter().filter(|state| *state == "done").count(), BURST + 2);
    let closings = site.count("SELECT COUNT(*) FROM closings").await;
    let records = site.count("SELECT COUNT(DISTINCT record_id) FROM closings").await;
    let all = i64::try_from(BURST + 2).expect("few");
    assert_eq!((closings, records), (all, all), "each record is closed once");
    for number in 0..BURST {
        let to = format!("To: worker{number}@alder.example");
        assert!(site.sent().iter().any(|mail| mail.contains(&to)), "worker {number} has an answer");
    }
    site.run(&["db", "verify"]);
}

#[tokio::test]
async fn nothing_is_left_of_a_backup_that_was_cut_off() {
    let server = Postgres::start();
    let site = site(Some(&server.database())).await;
    let clock = Clock::at(friday());
    let desk = desk(&site, &clock).await;
    desk.run_job(Job::Backup).await.expect("begun");
    let folder = site.path("backups");
    fs::create_dir(&folder).expect("created");
    // What a kill in the middle of copying leaves: while it is written the copy keeps a log beside it.
    for ending in ["", "-wal", "-shm"] {
        fs::write(folder.join(format!("roi-desk-20200101-000001.db.partial{ending}")), "mails")
            .expect("written");
    }
    clock.advance(TimeDelta::days(1));
    assert_eq!(desk.run_job(Job::Backup).await.expect("run"), Ran::Done);
    let left: Vec<_> = fs::read_dir(&folder)
        .expect("there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.contains("partial"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

/// Case numbers and Message-IDs that were given away after the backup are not given to other cases after the restore, and
/// answers to mails of before still find their cases.
#[tokio::test]
async fn a_restored_desk_gives_no_number_away_twice() {
    let site = site(None).await;
    let clock = Clock::at(friday());
    let first = desk(&site, &clock).await;
    site.deliver("0", &notice("ann@alder.example", NO_ID, "zero"));
    work(&site, &first).await;
    let asked = sent(&site, "RD-1001").len();
    assert_eq!(asked, 1, "Ann was asked for the client ID");
    let backup = site.path("backup.db").display().to_string();
    site.run(&["db", "backup", &backup]);
    site.deliver("1", &notice("jane@alder.example", &revoked("1000002"), "one"));
    work(&site, &first).await;
    let ids = |site: &Site| {
        site.sent()
            .iter()
            .filter(|mail| mail.contains("@alder.example"))
            .filter_map(|mail| {
                mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).map(str::to_owned)
            })
            .collect::<Vec<_>>()
    };
    let before = ids(&site);
    assert_eq!(before.len(), 2, "Jane was told the number of her case");
    drop(first);
    // She deletes nothing, a person has filed the notice; the store is lost, yesterday's backup is restored.
    for folder in ["new", "cur"] {
        for entry in fs::read_dir(site.path("Maildir").join(folder)).expect("there") {
            fs::remove_file(entry.expect("read").path()).expect("removed");
        }
    }
    site.reconfigure(&file_url(&site), &format!("sqlite://{}", site.path("new.db").display()));
    site.run(&["db", "restore", &backup]);
    fs::rename(site.path("sent"), site.path("sent before")).expect("moved");
    fs::create_dir(site.path("sent")).expect("created");
    let second = desk(&site, &clock).await;
    site.deliver("2", &notice("omar@alder.example", &revoked("1000003"), "two"));
    work(&site, &second).await;
    let after = ids(&site);
    assert!(!after.is_empty());
    assert!(
        after.iter().all(|id| !before.contains(id)),
        "{before:?} was given to another client's reply: {after:?}"
    );
    assert_eq!(text(&case_of(&site, "1000003"), "case"), "RD-20001");

    let to_ann = before.iter().find(|id| id.contains("RD-1001.")).expect("her mail's");
    let answer = Letter {
        from: "ann@alder.example",
        subject: "the number",
        body: "Client 1000004 revoked consent, please close the record.",
        dmarc: "pass",
        headers: &format!("In-Reply-To: {to_ann}\r\n"),
    };
    site.deliver("3", &answer.mail("three"));
    work(&site, &second).await;
    assert_eq!(text(&case_of(&site, "1000004"), "case"), "RD-1001", "it is known what she answers to");
}

/// A clock that was wrong once (a machine that booted without its battery) must not silence the jobs for years.
#[tokio::test]
async fn a_job_that_ran_while_the_clock_was_years_ahead_runs_again_when_it_is_right() {
    let site = site(None).await;
    let ahead = Clock::at(friday() + TimeDelta::days(3_650));
    let wrong = desk(&site, &ahead).await;
    wrong.run_job(Job::Digest).await.expect("begun");
    ahead.advance(TimeDelta::days(4));
    assert_eq!(wrong.run_job(Job::Digest).await.expect("run"), Ran::Done);
    drop(wrong);
    let clock = Clock::at(friday());
    let right = desk(&site, &clock).await;
    right.run_job(Job::Digest).await.expect("asked");
    clock.advance(TimeDelta::days(4));
    assert_eq!(right.run_job(Job::Digest).await.expect("run"), Ran::Done);
}
