//! The unit, and the daemon under somebody who plays systemd: a notify socket, a credentials directory, a user without
//! rights, a watchdog, and its signals.

use std::{
    fs,
    net::TcpListener,
    os::unix::{
        fs::{PermissionsExt, chown},
        net::UnixDatagram,
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{
    dovecot::Dovecot,
    health,
    postgres::Postgres,
    site::{Daemon, Letter, Site, until},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// The subject of the mail about settings that were refused.
const REFUSED: &str = "Alarm: the changed settings cannot be used";

fn analyze(arguments: &[&str], unit: &Path) -> Output {
    Command::new("systemd-analyze")
        .arg("--no-pager")
        .args(arguments)
        .arg(unit)
        .output()
        .expect("systemd-analyze runs; is the package systemd installed?")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The unit, with this build's program in the place where it says the program is.
fn unit(folder: &Path, change: impl Fn(String) -> String) -> PathBuf {
    let text =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/roi-desk.service")).expect("there");
    let text = text.replace("/usr/local/bin/roi-desk", env!("CARGO_BIN_EXE_roi-desk"));
    let unit = folder.join("roi-desk.service");
    fs::write(&unit, change(text)).expect("written");
    unit
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit_and_little_that_it_could_harm() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let verify = ["verify", "--recursive-errors=no", "--man=no"];
    let verified = analyze(&verify, &unit(folder.path(), |text| text));
    assert!(verified.status.success() && said(&verified).trim().is_empty(), "{}", said(&verified));
    // Exposure in tenths.
    let security = ["security", "--offline=true", "--threshold=15"];
    let secure = analyze(&security, &unit(folder.path(), |text| text));
    assert!(secure.status.success(), "{}", said(&secure));

    // Both can fail.
    let wrong =
        analyze(&verify, &unit(folder.path(), |text| text.replace("WatchdogSec=2min", "WatchdogSec=soon")));
    assert!(!said(&wrong).trim().is_empty());
    let open = analyze(
        &security,
        &unit(folder.path(), |text| {
            text.replace("ProtectSystem=strict", "").replace("CapabilityBoundingSet=\n", "")
        }),
    );
    assert!(!open.status.success(), "{}", said(&open));
}

/// What the unit says of a key, each time it does.
fn says(key: &str) -> Vec<String> {
    let unit =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/roi-desk.service")).expect("there");
    unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=').map(str::to_owned)).collect()
}

#[test]
fn a_password_that_the_manual_hides_from_the_service_is_handed_to_it_by_the_unit() {
    let manual = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("there");
    let service = manual.split_once("## As a service").expect("its chapter").1;
    let hidden = service.split("chmod 0400 ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let hidden = hidden.expect("a file that only root may read");
    let loaded = says("LoadCredential");
    let name = loaded.iter().find_map(|line| line.strip_suffix(hidden)?.strip_suffix(':'));
    let handed = format!("ROI_DESK__MAILBOX__PASSWORD_FILE=%d/{}", name.expect("the unit loads it"));
    assert!(says("Environment").contains(&handed), "{handed}");
    let (edited, enabled) = (service.find("sudoedit"), service.find("systemctl enable"));
    assert!(edited.is_some() && edited < enabled, "what is to be changed in the unit comes first");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_unit_runs_before_the_daemon_says_what_is_wrong_with_the_configuration() {
    let site = Site::on_files().await;
    let before = says("ExecStartPre");
    let command = before.first().and_then(|line| line.strip_prefix("-/usr/local/bin/roi-desk "));
    let arguments: Vec<_> = command.expect("our program").split(' ').collect();
    let well = site.output(&arguments);
    assert!(well.status.success(), "{}", said(&well));
    site.configure("[console.more]\nlisten = 1");
    assert!(said(&site.output(&arguments)).contains("console.more"), "{}", said(&site.output(&arguments)));
}

/// systemd's side of the notify socket. A thread takes in what is said, as systemd does at once.
struct Manager {
    path: PathBuf,
    heard: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
}

impl Manager {
    fn new(site: &Site) -> Self {
        let path = site.path("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_read_timeout(Some(Duration::from_millis(200))).expect("a timeout can be set");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).expect("ours");
        let manager = Self { path, heard: Arc::default(), over: Arc::default() };
        let (heard, over) = (Arc::clone(&manager.heard), Arc::clone(&manager.over));
        thread::spawn(move || {
            let mut buffer = [0; 8_192];
            while !over.load(Ordering::Relaxed) {
                let length = socket.recv(&mut buffer).unwrap_or_default();
                let said = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned();
                heard.lock().expect("nobody panics").extend(said.lines().map(str::to_owned));
            }
        });
        manager
    }

    /// What was said since the last [`Manager::forget`].
    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("nobody panics").clone()
    }

    fn forget(&self) {
        self.heard.lock().expect("nobody panics").clear();
    }

    fn times(&self, line: &str) -> usize {
        self.heard().iter().filter(|heard| *heard == line).count()
    }

    async fn hears(&self, what: &str, site: &Site) {
        let heard = until(PATIENCE, || self.heard().iter().any(|line| line.contains(what))).await;
        assert!(heard, "{what} was not said, but {:?}; log:\n{}", self.heard(), site.log());
    }

    /// Three pings from now on.
    async fn is_fed(&self, site: &Site) {
        self.forget();
        let fed = until(PATIENCE, || self.times("WATCHDOG=1") >= 3).await;
        assert!(fed, "{:?}; log:\n{}", self.heard(), site.log());
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// Whom a daemon without rights runs as, if the test itself has rights to give away.
fn nobody() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().expect("id runs");
        String::from_utf8_lossy(&output.stdout).trim().parse::<u32>().expect("a number")
    };
    (id(&["-u"]) == 0).then(|| (id(&["-u", "nobody"]), id(&["-g", "nobody"])))
}

fn give(path: &Path, owner: Option<(u32, u32)>) {
    if let Some((user, group)) = owner {
        chown(path, Some(user), Some(group)).expect("given away");
        if path.is_dir() {
            for entry in fs::read_dir(path).expect("read") {
                give(&entry.expect("an entry").path(), owner);
            }
        }
    }
}

/// Starts the daemon as the unit does: as a user without rights, with a watchdog that wants a ping each 1.5 seconds.
fn start(site: &Site, manager: &Manager, credentials: &Path, owner: Option<(u32, u32)>) -> (Daemon, u32) {
    // The build may lie where that user may not look.
    let program = site.path("program");
    fs::copy(env!("CARGO_BIN_EXE_roi-desk"), &program).expect("copied");
    give(&site.path(""), owner);
    give(credentials, owner);
    let log = fs::OpenOptions::new().create(true).append(true).open(site.path("log")).expect("a log");
    let mut command = Command::new(program);
    command
        .args(["serve", "--config"])
        .arg(site.config())
        .current_dir(site.path(""))
        .env("NOTIFY_SOCKET", &manager.path)
        .env("WATCHDOG_USEC", "1500000")
        .env("CREDENTIALS_DIRECTORY", credentials)
        .env("ROI_DESK__MAILBOX__PASSWORD_FILE", credentials.join("imap-password"))
        .stderr(log);
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    let child = command.spawn().expect("the daemon starts");
    let process = child.id();
    (Daemon::of(child), process)
}

fn hang_up(process: u32) {
    let asked = Command::new("kill").args(["-HUP", &process.to_string()]).status().expect("kill runs");
    assert!(asked.success());
}

const FACTS: &str = "
    INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor) VALUES
        ('1000001', 'alder', 'open', FALSE, FALSE), ('1000002', 'alder', 'open', FALSE, FALSE),
        ('1000003', 'alder', 'open', FALSE, FALSE);";

fn notice(record: &str) -> Vec<u8> {
    let letter = Letter {
        from: "kim@elm.example",
        subject: "revoked consent",
        body: &format!("Client {record} revoked consent, please close the record."),
        dmarc: "pass",
        headers: "",
    };
    letter.mail(record)
}

fn states(site: &Site) -> Vec<String> {
    let mut cases = site.json(&["case", "list"]);
    cases.sort_by_key(|case| case.get("case").map(Value::to_string));
    cases
        .iter()
        .map(|case| case.get("state").and_then(Value::as_str).unwrap_or_default().to_owned())
        .collect()
}

/// A site whose mailbox is on a server.
async fn site(port: u16, secrets: &Path) -> Site {
    let site = Site::new(&mail(port, secrets)).await;
    fs::create_dir_all(site.path("sent")).expect("created");
    fs::set_permissions(site.path(""), fs::Permissions::from_mode(0o711)).expect("ours");
    site
}

/// Its mailbox and mail. They name a password that only the test may read.
fn mail(port: u16, secrets: &Path) -> String {
    fs::write(secrets.join("of-root"), "secret\n").expect("written");
    format!(
        r#"
        [mailbox]
        host = "127.0.0.1"
        port = {port}
        tls = "none"
        user = "worker"
        password_file = "{password}"
        poll_every = "1s"
        [smtp]
        kind = "files"
        path = "sent"
        from = "HMIS Helpdesk <helpdesk@helpdesk.example>"
        [ops]
        alarms_to = ["ops@helpdesk.example"]
        "#,
        password = secrets.join("of-root").display(),
    )
}

/// The folder of credentials, as systemd makes it: of the service's user alone, who may read and not write.
fn credentials() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let password = folder.path().join("imap-password");
    fs::write(&password, "secret\n").expect("written");
    fs::set_permissions(password, fs::Permissions::from_mode(0o400)).expect("ours");
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn under_systemd_it_starts_reloads_is_watched_and_stops() {
    let (dovecot, secrets, credentials) =
        (Dovecot::start(), tempfile::tempdir().expect("a scratch folder"), credentials());
    let site = site(dovecot.options().port, secrets.path()).await;
    site.hmis(FACTS).await;
    let owner = nobody();
    let manager = Manager::new(&site);
    let (daemon, process) = start(&site, &manager, credentials.path(), owner);
    manager.hears("READY=1", &site).await;
    assert!(site.log().contains("roi-desk is working"), "{}", site.log());
    let address = health::address(&site).await;
    manager.hears("STATUS=watching INBOX; no case waits for a person; last look ", &site).await;
    manager.is_fed(&site).await;

    // A sender whom the roster does not know, and who is then added.
    dovecot.deliver("INBOX", &notice("1000001"));
    site.at_rest(1).await;
    assert_eq!(states(&site), ["needs_staff"]);
    let roster = fs::read_to_string(site.path("agencies.toml")).expect("there");
    let with_kim = roster.replace("\"*@alder.example\"", "\"*@alder.example\", \"kim@elm.example\"");
    assert_ne!(roster, with_kim);
    fs::write(site.path("agencies.toml"), &with_kim).expect("written");
    site.reconfigure("poll_every = \"1s\"", "poll_every = \"2s\"");
    manager.forget();
    hang_up(process);
    manager.hears("READY=1", &site).await;
    assert_eq!(manager.times("RELOADING=1"), 1, "{:?}", manager.heard());
    assert!(manager.heard().iter().any(|line| line.starts_with("MONOTONIC_USEC=")), "{:?}", manager.heard());
    assert!(site.log().contains("mailbox.poll_every changed: takes effect at a restart"), "{}", site.log());
    assert!(!site.log().contains("policy.client_id changed"), "{}", site.log());
    dovecot.deliver("INBOX", &notice("1000002"));
    site.at_rest(2).await;
    assert_eq!(states(&site), ["needs_staff", "done"]);

    // A roster that cannot be used: the old one stays.
    fs::write(site.path("agencies.toml"), format!("{with_kim}\n[[agency]]\nid = 5\n")).expect("written");
    manager.forget();
    hang_up(process);
    manager.hears("READY=1", &site).await;
    manager.hears("settings: the files read at ", &site).await;
    assert!(site.log().contains("the settings were read again and are refused"), "{}", site.log());
    let alarmed = until(PATIENCE, || {
        let sent = site.sent();
        sent.iter().any(|mail| mail.contains("To: ops@helpdesk.example") && mail.contains(REFUSED))
    })
    .await;
    assert!(alarmed, "{:#?}", site.sent());
    let log = site.log();
    let alarm = log.lines().find(|line| line.contains("alarm=\"reload\"")).expect("it is logged");
    assert!(alarm.contains("goes on with what it had") && alarm.contains("check --offline"), "{alarm}");
    let metrics = health::get(address, "/metrics").body;
    for line in [
        "roi_desk_settings_refused 1.0",
        "roi_desk_reloads_total{outcome=\"taken\"} 1",
        "roi_desk_reloads_total{outcome=\"refused\"} 1",
        "roi_desk_alarms_total{kind=\"reload\"} 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}:\n{metrics}");
    }
    assert_eq!(health::get(address, "/readyz").status, 200, "it works on with what it has");

    // Not mended yet: whoever tried is told again.
    hang_up(process);
    let again =
        until(PATIENCE, || site.sent().iter().filter(|mail| mail.contains(REFUSED)).count() == 2).await;
    assert!(again, "{:#?}", site.sent());

    // The HMIS is away: the watchdog has nothing to do with that, and the old roster still holds.
    site.hmis("ALTER TABLE hmis_record RENAME TO away").await;
    dovecot.deliver("INBOX", &notice("1000003"));
    let waits = until(PATIENCE, || site.log().contains("the case waits")).await;
    assert!(waits, "{}", site.log());
    manager.is_fed(&site).await;
    fs::write(site.path("agencies.toml"), &roster).expect("written");
    // Only what a known sender asks for is looked up in the HMIS.
    assert_eq!(states(&site), ["needs_staff", "done", "received"]);

    // Mended: it says so.
    manager.forget();
    hang_up(process);
    let mended = until(PATIENCE, || {
        let heard = manager.heard();
        heard
            .iter()
            .any(|line| line.starts_with("STATUS=hmis: it cannot be asked") && !line.contains("settings"))
    })
    .await;
    assert!(mended, "{:?}", manager.heard());
    let metrics = health::get(address, "/metrics").body;
    assert!(metrics.contains("roi_desk_hmis_up 0.0"), "{metrics}");

    manager.forget();
    daemon.stop().await;
    assert_eq!(manager.times("STOPPING=1"), 1, "{:?}", manager.heard());
    assert!(site.log().trim_end().ends_with("stopped"), "{}", site.log());
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_down_at_boot_does_not_keep_the_service_from_starting() {
    let (secrets, credentials) = (tempfile::tempdir().expect("a scratch folder"), credentials());
    let nobody_listens =
        TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
    let site = site(nobody_listens, secrets.path()).await;
    let manager = Manager::new(&site);
    let (daemon, _) = start(&site, &manager, credentials.path(), nobody());
    manager.hears("READY=1", &site).await;
    manager.hears("STATUS=mailbox: it has not been looked at yet (see the log)", &site).await;
    manager.is_fed(&site).await;
    assert!(site.log().contains("the mailbox cannot be read; trying again"), "{}", site.log());
    let metrics = health::get(health::address(&site).await, "/metrics").body;
    assert!(!metrics.contains("roi_desk_poll_failures_total 0"), "{metrics}");
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_at_the_start_is_waited_for_by_the_daemon_itself() {
    let (server, secrets, credentials) =
        (Postgres::start(), tempfile::tempdir().expect("a scratch folder"), credentials());
    let site = Site::on_postgres(&mail(1, secrets.path()), &server).await;
    fs::set_permissions(site.path(""), fs::Permissions::from_mode(0o711)).expect("ours");
    // The way to the server's socket is not there yet.
    let text = fs::read_to_string(site.config()).expect("there");
    let socket = text.split("?host=").nth(1).and_then(|rest| rest.split('"').next()).expect("a folder");
    let away = site.path("away");
    site.reconfigure(socket, &away.display().to_string());
    let manager = Manager::new(&site);

    let (daemon, _) = start(&site, &manager, credentials.path(), nobody());
    manager.hears("STATUS=waiting for the database: the desk's database", &site).await;
    assert!(manager.times("EXTEND_TIMEOUT_USEC=300000000") >= 1, "{:?}", manager.heard());
    assert_eq!(manager.times("READY=1"), 0, "{:?}", manager.heard());
    // Asked to stop, it does not wait any longer.
    daemon.stop().await;

    manager.forget();
    let (daemon, _) = start(&site, &manager, credentials.path(), nobody());
    manager.hears("STATUS=waiting for the database", &site).await;
    std::os::unix::fs::symlink(socket, &away).expect("the server is there");
    manager.hears("READY=1", &site).await;
    assert!(site.log().contains("roi-desk is working"), "{}", site.log());
    assert!(site.log().contains("the desk's database is away; it is tried again in 1 s"), "{}", site.log());
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_start_never_says_that_it_is_ready() {
    let (secrets, credentials) = (tempfile::tempdir().expect("a scratch folder"), credentials());
    let site = site(1, secrets.path()).await;
    site.configure("[console.more]\nlisten = 1");
    let manager = Manager::new(&site);
    let (daemon, _) = start(&site, &manager, credentials.path(), nobody());
    let code = daemon.ended().await.map(|code| code.to_string());
    assert_eq!(code.as_ref(), says("RestartPreventExitStatus").first(), "{}", site.log());
    assert_eq!(manager.heard(), Vec::<String>::new());
}
