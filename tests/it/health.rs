//! Health and metrics over HTTP, and `healthcheck`: of the real program, and of a desk in this process whose clock the
//! test moves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::Output,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use roi_desk::{
    clock::Clock,
    config, engine,
    engine::{Desk, judge::Judged},
    mailbox::Mailbox,
    web::Listening,
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::site::{Daemon, Letter, Site, until};

/// One answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Asks for a page.
pub fn get(address: SocketAddr, path: &str) -> Answer {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered in UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

/// Where the daemon of a site listens, as its log says.
pub async fn address(site: &Site) -> SocketAddr {
    let mut address = None;
    let listens = until(Duration::from_secs(30), || {
        let log = site.log();
        let line = log.lines().rev().find(|line| line.contains("health and metrics are served"));
        address =
            line.and_then(|line| line.split("address=").nth(1)?.split_whitespace().next()?.parse().ok());
        address.is_some()
    })
    .await;
    assert!(listens, "{}", site.log());
    address.expect("it listens")
}

/// `healthcheck`, told where the daemon listens.
fn healthcheck(site: &Site, address: SocketAddr, format: &str) -> Output {
    let mut command = site.program(&["--format", format, "healthcheck"]);
    command.env("ROI_DESK__CONSOLE__LISTEN", address.to_string()).output().expect("the program runs")
}

async fn ready(address: SocketAddr) {
    assert!(until(Duration::from_secs(30), || get(address, "/readyz").status == 200).await, "{}", {
        get(address, "/readyz").body
    });
}

/// What OpenMetrics text says: the value of each sample. Every sample belongs to a family that was announced, no family is
/// announced twice, and the text ends with its mark.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let lines = text.strip_suffix("# EOF\n").expect("the end mark");
    let (mut families, mut samples) = (BTreeSet::new(), BTreeMap::new());
    for line in lines.lines() {
        if let Some(family) = line.strip_prefix("# TYPE ") {
            let name = family.split(' ').next().unwrap_or_default();
            assert!(name.starts_with("roi_desk_"), "{line}");
            assert!(families.insert(name.to_owned()), "{line} a second time");
        } else if !line.starts_with('#') {
            let (sample, value) = line.rsplit_once(' ').expect("a name and a value");
            let name = sample.split('{').next().unwrap_or_default();
            assert!(
                families.iter().any(|family| name.starts_with(family.as_str())),
                "{line}: no such family"
            );
            let value = value.parse().expect("a number");
            assert!(samples.insert(sample.to_owned(), value).is_none(), "{line} a second time");
        }
    }
    samples
}

const RECORD: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor, alias) VALUES
        ('1000001', 'alder', 'open', FALSE, FALSE, 'SHARED');
    INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
        ('test', 'enrollment', 'a1', '1000001', 'alder');";

const NOTICE: Letter<'_> = Letter {
    from: "zoe.quartz@alder.example",
    subject: "Zebulon Quartz revoked",
    body: "Our client Zebulon Quartz (SSN 123-45-6789), client ID 1000001, revoked consent. Please close the record.",
    dmarc: "pass",
    headers: "",
};

async fn served(site: &Site) -> (Daemon, SocketAddr) {
    let daemon = site.serve();
    let address = address(site).await;
    (daemon, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_at_work_is_ready_and_its_metrics_tell_what_it_did_and_nothing_of_whom() {
    let site = Site::on_files().await;
    site.hmis(RECORD).await;
    site.deliver("1", &NOTICE.mail("one"));
    let question = Letter { subject: "password", body: "Zebulon is locked out.", ..NOTICE };
    site.deliver("2", &question.mail("two"));
    let (daemon, address) = served(&site).await;
    site.at_rest(2).await;
    ready(address).await;

    let alive = get(address, "/healthz");
    assert_eq!((alive.status, alive.body.as_str()), (200, "alive\n"));
    assert!(alive.head.contains("cache-control: no-store"), "{}", alive.head);
    assert_eq!(get(address, "/no-such-page").status, 404);

    let metrics = get(address, "/metrics");
    let media_type = "content-type: application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert!(metrics.head.contains(media_type), "{}", metrics.head);
    let found = samples(&metrics.body);
    let value = |name: &str| found.get(name).copied();
    for (name, expected) in [
        ("roi_desk_mails_total{verdict=\"revocation\"}", 1.0),
        ("roi_desk_mails_total{verdict=\"other\"}", 1.0),
        ("roi_desk_cases_opened_total", 1.0),
        ("roi_desk_cases_judged_total", 1.0),
        ("roi_desk_events_total{event=\"read_back\"}", 1.0),
        ("roi_desk_actions_total{kind=\"close\",outcome=\"done\"}", 1.0),
        ("roi_desk_receipt_to_closure_seconds_count", 1.0),
        ("roi_desk_poll_failures_total", 0.0),
        ("roi_desk_open_cases{state=\"needs_staff\"}", 0.0),
        ("roi_desk_overdue_cases", 0.0),
        ("roi_desk_waiting_actions{lane=\"desk\"}", 0.0),
        ("roi_desk_mailbox_lease_held", 1.0),
        ("roi_desk_hmis_facts_age_seconds{fact=\"data\"}", 0.0),
        ("roi_desk_store_up", 1.0),
        ("roi_desk_hmis_up", 1.0),
        ("roi_desk_settings_refused", 0.0),
    ] {
        assert_eq!(value(name), Some(expected), "{name} in\n{}", metrics.body);
    }
    assert!(value("roi_desk_polls_total").is_some_and(|polls| polls >= 1.0));
    let last = value("roi_desk_last_poll_timestamp_seconds").expect("it has looked");
    #[expect(clippy::cast_precision_loss, reason = "a time of this century")]
    let now = Clock::system().now().timestamp() as f64;
    assert!((now - last).abs() < 60.0, "{last} is about {now}");
    assert!(found.keys().any(|name| name.starts_with("roi_desk_build_info{version=")));
    for secret in ["Zebulon", "zebulon", "Quartz", "quartz", "alder", "6789", "1000001", "RD-1001"] {
        assert!(!metrics.body.contains(secret), "“{secret}” is shown");
    }

    let well = healthcheck(&site, address, "text");
    assert_eq!((well.status.code(), String::from_utf8_lossy(&well.stdout).trim()), (Some(0), "healthy"));
    let well: Value = serde_json::from_slice(&healthcheck(&site, address, "json").stdout).expect("JSON");
    assert_eq!(well, serde_json::json!({"healthy": true, "reasons": []}));

    daemon.stop().await;
    let away = healthcheck(&site, address, "text");
    assert_eq!(away.status.code(), Some(69));
    assert!(String::from_utf8_lossy(&away.stderr).contains("no daemon answers at 127.0.0.1:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_store_the_desk_is_alive_and_not_ready_and_comes_back_by_itself() {
    let site = Site::on_files().await;
    let (daemon, address) = served(&site).await;
    ready(address).await;
    site.damage("ALTER TABLE cursors RENAME TO away").await;
    let answer = get(address, "/readyz");
    assert_eq!((answer.status, answer.body.as_str()), (503, "store: the desk's database cannot be read\n"));
    assert_eq!(get(address, "/healthz").status, 200);
    let metrics = get(address, "/metrics").body;
    assert_eq!(samples(&metrics).get("roi_desk_store_up"), Some(&0.0), "{metrics}");

    let sick = healthcheck(&site, address, "text");
    assert_eq!(sick.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&sick.stdout).contains("store: the desk's database cannot be read"));
    let sick: Value = serde_json::from_slice(&healthcheck(&site, address, "json").stdout).expect("JSON");
    let reasons = serde_json::json!(["store: the desk's database cannot be read"]);
    assert_eq!((sick.get("healthy"), sick.get("reasons")), (Some(&Value::Bool(false)), Some(&reasons)));

    site.damage("ALTER TABLE away RENAME TO cursors").await;
    ready(address).await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_ends_the_daemon_before_it_begins() {
    let site = Site::on_files().await;
    site.deliver("1", &NOTICE.mail("one"));
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound");
    let mut serve = site.program(&["serve"]);
    let ended = serve.env("ROI_DESK__CONSOLE__LISTEN", address.to_string()).output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(69), "{said}");
    assert!(said.contains(&format!("console.listen: {address} cannot be listened on")), "{said}");
    assert!(site.json(&["mail", "list"]).is_empty(), "nothing was begun");
    // What listens there is no desk: it takes connections and says nothing.
    let silent = healthcheck(&site, address, "text");
    assert_eq!(silent.status.code(), Some(69), "{}", String::from_utf8_lossy(&silent.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_web_part_nothing_listens() {
    let site = Site::on_files().await;
    let mut serve = site.program(&["serve", "--only", "mail,judge,deliver"]);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let log = fs::File::create(site.path("log")).expect("a log");
    let child = serve.env("ROI_DESK__CONSOLE__LISTEN", address).stderr(log).spawn().expect("it starts");
    let daemon = Daemon::of(child);
    let working = until(Duration::from_secs(30), || site.log().contains("the mailbox is open")).await;
    assert!(working, "{}", site.log());
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_is_to_stop_does_not_take_in_all_of_a_full_mailbox_first() {
    let site = Site::on_files().await;
    let letter = Letter {
        from: "jane@alder.example",
        subject: "revoked",
        body: "Client 1000001 revoked consent today, please close the record.",
        dmarc: "pass",
        headers: "",
    };
    for number in 0..1_000 {
        site.deliver(&number.to_string(), &letter.mail(&format!("m{number}")));
    }
    let daemon = site.serve();
    let begun = until(Duration::from_secs(30), || site.log().contains("case opened")).await;
    assert!(begun, "{}", site.log());
    daemon.stop().await;
    let taken = site.json(&["mail", "list"]).len();
    assert!(taken < 1_000, "{taken}: each batch of 100 is a place to stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hmis_that_is_away_at_the_start_is_waited_for() {
    let site = Site::on_files().await;
    let url = format!("sqlite://{}", site.path("hmis.db").display());
    site.reconfigure(&url, "postgres://desk@127.0.0.1:1/hmis");
    let daemon = site.serve();
    let began = until(Duration::from_secs(30), || site.log().contains("roi-desk is working")).await;
    assert!(began, "{}", site.log());
    daemon.stop().await;
}

// ---- A desk in this process ------------------------------------------------------------------------------------------

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("valid")
}

async fn desk(site: &Site, clock: &Clock) -> Desk {
    let config = config::load(&site.config(), []).expect("complete");
    let settings = engine::site(&config).expect("complete");
    Desk::open(&config, settings, clock.clone()).await.expect("it opens")
}

/// One look at the mailbox by this desk, under a lease that it gives back.
async fn look(site: &Site, desk: &Desk) {
    let config = config::load(&site.config(), []).expect("complete");
    let mut mailbox = Mailbox::open(&engine::mailbox_options(&config)).await.expect("a Maildir");
    let lease = desk.lease_mailbox().await.expect("asked").expect("free");
    desk.poll_once(&mut mailbox, &lease, "INBOX", DateTime::UNIX_EPOCH).await.expect("looked");
    desk.release_mailbox(&lease).await.expect("given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_nobody_has_looked_at_for_too_long_is_told_of() {
    for (poll_every, minutes) in [("1s", 5), ("10m", 30)] {
        let site = Site::on_files().await;
        site.reconfigure("poll_every = \"1s\"", &format!("poll_every = \"{poll_every}\""));
        let clock = Clock::at(start());
        let (desk, another) = (desk(&site, &clock).await, desk(&site, &clock).await);
        assert_eq!(desk.not_ready().await, ["mailbox: it has not been looked at yet (see the log)"]);
        look(&site, &desk).await;
        assert_eq!(desk.not_ready().await, Vec::<String>::new());
        assert_eq!(desk.in_a_line().await, "watching INBOX; no case waits for a person; last look 0 s ago");
        clock.advance(TimeDelta::minutes(minutes));
        assert_eq!(desk.not_ready().await, Vec::<String>::new());
        clock.advance(TimeDelta::seconds(1));
        let told = format!("mailbox: it was last looked at {minutes} min ago (2026-09-21 14:13 UTC)");
        assert_eq!(desk.not_ready().await, [told]);
        // It does not matter which of several daemons looks.
        look(&site, &another).await;
        assert_eq!(desk.not_ready().await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outbox_that_does_not_get_on_is_told_of_without_saying_whom_it_is_about() {
    let site = Site::on_files().await;
    site.hmis(RECORD).await;
    site.reconfigure("scenario_1 = \"apply\"", "scenario_1 = \"approve\"");
    site.deliver("1", &NOTICE.mail("one"));
    let clock = Clock::at(start());
    let desk = desk(&site, &clock).await;
    look(&site, &desk).await;
    assert_eq!(desk.judge_next().await.expect("judged"), Judged::One);
    let in_a_line = desk.in_a_line().await;
    assert_eq!(in_a_line, "watching INBOX; 1 case waits for a person; last look 0 s ago");

    clock.advance(TimeDelta::minutes(11));
    look(&site, &desk).await;
    let reasons = desk.not_ready().await;
    let due = "was due 11 min ago (2026-09-21 14:13 UTC)";
    let expected =
        |kind: &str| format!("outbox: nobody works on the action \"{kind}\" of RD-1001, which {due}");
    assert_eq!(reasons, [expected("notify"), expected("take mail")]);

    // Shadow mode holds them, and nobody is to be woken by that.
    let due = async |desk: &Desk| {
        let found = samples(&desk.metrics_text().await);
        found.get("roi_desk_oldest_due_action_age_seconds{lane=\"desk\"}").copied()
    };
    assert_eq!(due(&desk).await, Some(660.0));
    site.reconfigure("mode = \"live\"", "mode = \"shadow\"");
    let held = self::desk(&site, &clock).await;
    assert_eq!(due(&held).await, Some(0.0));
    site.reconfigure("mode = \"shadow\"", "mode = \"live\"");

    // The folder for replies is gone, and cannot be made: every attempt fails.
    fs::remove_dir_all(site.path("sent")).expect("removed");
    fs::write(site.path("sent"), "a file").expect("written");
    let begun = clock.now();
    while clock.now() - begun < TimeDelta::minutes(40) {
        while desk.deliver_next().await.expect("tried") == engine::deliver::Delivered::One {}
        clock.advance(TimeDelta::minutes(1));
    }
    look(&site, &desk).await;
    let reasons = desk.not_ready().await;
    let failed =
        reasons.iter().filter(|reason| reason.contains(" of RD-1001 first failed 40 min ago")).count();
    assert_eq!(failed, 1, "{reasons:?}");
    assert!(!reasons.join(" ").contains("quartz") && !reasons.join(" ").contains("1000001"), "{reasons:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_a_person_has_to_make_may_take_as_long_as_it_takes() {
    let site = Site::on_files().await;
    site.hmis(RECORD).await;
    site.reconfigure("scenario_1 = \"apply\"", "scenario_1 = \"approve\"");
    site.reconfigure("changes = \"apply\"", "changes = \"worklist\"");
    site.deliver("1", &NOTICE.mail("one"));
    let clock = Clock::at(Clock::system().now());
    let desk = desk(&site, &clock).await;
    look(&site, &desk).await;
    assert_eq!(desk.judge_next().await.expect("judged"), Judged::One);
    site.run(&["case", "approve", "RD-1001"]);
    // Two days, in which the record is read back again and again, and stays open.
    let config = config::load(&site.config(), []).expect("complete");
    let mut mailbox = Mailbox::open(&engine::mailbox_options(&config)).await.expect("a Maildir");
    for _ in 0..48 {
        clock.advance(TimeDelta::hours(1));
        while desk.deliver_next().await.expect("tried") == engine::deliver::Delivered::One {}
        while desk.mark_next(&mut mailbox).await.expect("marked") == engine::deliver::Delivered::One {}
        look(&site, &desk).await;
        assert_eq!(desk.not_ready().await, Vec::<String>::new());
    }
    let case = site.json(&["case", "show", "RD-1001"]);
    let state = case.first().and_then(|case| case.get("state")).and_then(Value::as_str);
    assert_eq!(state, Some("worklist"), "{case:#?}");
    let text = desk.metrics_text().await;
    let retried =
        samples(&text).get("roi_desk_actions_total{kind=\"read_back\",outcome=\"retrying\"}").copied();
    assert!(retried.is_some_and(|times| times >= 40.0), "{text}");
    assert_eq!(samples(&text).get("roi_desk_mailbox_lease_held"), Some(&0.0), "it was given back");
    assert_eq!(samples(&text).get("roi_desk_overdue_cases"), Some(&1.0));
}

#[tokio::test]
async fn who_begins_a_request_and_does_not_end_it_is_hung_up_on() {
    let site = Site::on_files().await;
    let desk = Arc::new(desk(&site, &Clock::system()).await);
    let listening = Listening::on("127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
    let address = listening.address();
    let stop = CancellationToken::new();
    let mut serving = tokio::task::JoinSet::new();
    serving.spawn(listening.serve(desk, crate::console::settings(), stop.clone()));
    // From here on time passes as soon as everybody waits.
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET /healthz HTTP/1.1\r\nHost:").await.expect("sent");
    let mut answer = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer).await.expect("hung up on");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(!String::from_utf8_lossy(&answer).contains("alive"));
    stop.cancel();
    serving.join_next().await.expect("it was served").expect("it ends");
}

#[tokio::test]
async fn who_asks_and_does_not_listen_is_hung_up_on_and_keeps_nobody_out() {
    let site = Site::on_files().await;
    let desk = Arc::new(desk(&site, &Clock::system()).await);
    let listening = Listening::on("127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
    let address = listening.address();
    let stop = CancellationToken::new();
    let mut serving = tokio::task::JoinSet::new();
    serving.spawn(listening.serve(desk, crate::console::settings(), stop.clone()));
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
    // Far more answers than any buffer on the way holds.
    let one = b"GET /assets/style.css HTTP/1.1\r\nHost: desk\r\n\r\n";
    let asked = one.repeat(5_000);
    let sent = tokio::time::timeout(
        Duration::from_secs(60),
        tokio::io::AsyncWriteExt::write_all(&mut stream, &asked),
    )
    .await;
    // It is closed under our hands, or once we look.
    if matches!(sent, Ok(Ok(()))) {
        tokio::time::sleep(Duration::from_secs(30)).await;
        let mut answers = Vec::new();
        let read = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answers).await;
        let whole = String::from_utf8_lossy(&answers).matches("HTTP/1.1 200").count();
        assert!(read.is_err() || whole < 5_000, "{whole} answers");
    }
    assert!(begun.elapsed() < Duration::from_secs(100), "{:?}", begun.elapsed());
    tokio::time::resume();

    // And of one address there are only so many at a time.
    let mut many = Vec::new();
    for _ in 0..64 {
        many.push(tokio::net::TcpStream::connect(address).await.expect("it listens"));
    }
    let mut one_more = tokio::net::TcpStream::connect(address).await.expect("the system takes it");
    let mut answer = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut one_more, &mut answer).await;
    assert!(ended.is_err() || answer.is_empty(), "closed at once");
    drop(many);
    stop.cancel();
    serving.join_next().await.expect("it was served").expect("it ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hmis_whose_tables_cannot_be_read_is_told_of_everywhere_and_alarmed_once() {
    let site = Site::on_files().await;
    site.hmis(RECORD).await;
    site.configure("[ops]\nalarms_to = [\"ops@helpdesk.example\"]");
    site.deliver("1", &NOTICE.mail("one"));
    let clock = Clock::at(start());
    let desk = desk(&site, &clock).await;
    look(&site, &desk).await;
    site.hmis("ALTER TABLE hmis_record RENAME TO away").await;
    assert_eq!(desk.judge_next().await.expect("asked"), Judged::PutOff);
    let up = async || samples(&desk.metrics_text().await).get("roi_desk_hmis_up").copied();
    assert_eq!(up().await, Some(0.0));
    let told =
        "hmis: it cannot be asked, first noticed 0 s ago (2026-09-21 14:13 UTC); cases wait (see the log)";
    assert_eq!(desk.in_a_line().await, told);

    let alarms = || {
        let sent = site.sent();
        sent.iter().filter(|mail| mail.contains("Alarm: the HMIS cannot be asked")).count()
    };
    for minute in 1..=40 {
        clock.advance(TimeDelta::minutes(1));
        look(&site, &desk).await;
        assert_eq!(desk.judge_next().await.expect("asked"), Judged::PutOff);
        while desk.deliver_next().await.expect("tried") == engine::deliver::Delivered::One {}
        let reasons = desk.not_ready().await;
        let told = reasons.iter().any(|reason| reason.starts_with("hmis: it cannot be asked"));
        assert_eq!(told, minute > 10, "{minute}: {reasons:?}");
        assert_eq!(alarms(), usize::from(minute >= 15), "after {minute} min");
    }
    assert_eq!(samples(&desk.metrics_text().await).get("roi_desk_alarms_total{kind=\"hmis\"}"), Some(&1.0));

    site.hmis("ALTER TABLE away RENAME TO hmis_record").await;
    clock.advance(TimeDelta::minutes(1));
    assert_eq!(desk.judge_next().await.expect("asked"), Judged::One);
    assert_eq!(up().await, Some(1.0));
    assert!(!desk.not_ready().await.join(" ").contains("hmis"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_nobody_can_read_is_alarmed_once() {
    let site = Site::on_files().await;
    site.configure("[ops]\nalarms_to = [\"ops@helpdesk.example\"]");
    let clock = Clock::at(start());
    let desk = desk(&site, &clock).await;
    let alarms = async || {
        while desk.deliver_next().await.expect("tried") == engine::deliver::Delivered::One {}
        let sent = site.sent();
        sent.iter().filter(|mail| mail.contains("Alarm: the mailbox cannot be read")).count()
    };
    let fails_for = async |minutes: i64| {
        for _ in 0..minutes {
            desk.mailbox_failed().await;
            clock.advance(TimeDelta::minutes(1));
        }
    };
    fails_for(15).await;
    assert_eq!(alarms().await, 0);
    fails_for(30).await;
    assert_eq!(alarms().await, 1);
    look(&site, &desk).await;
    fails_for(20).await;
    assert_eq!(alarms().await, 2, "the next outage");
    look(&site, &desk).await;

    // Another daemon looks: this one alone cannot.
    let another = self::desk(&site, &clock).await;
    for _ in 0..4 {
        fails_for(10).await;
        look(&site, &another).await;
    }
    assert_eq!(alarms().await, 2);
}
