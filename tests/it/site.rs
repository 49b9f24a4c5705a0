//! A helpdesk's site in a scratch folder: configuration, roster, HMIS, and the real program run on them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use roi_desk::{
    sql::{Address, Isolation, Pool, query_as, query_scalar},
    store::Store,
};
use serde_json::Value;
use sqlx::{AssertSqlSafe, SqlSafeStr};

use crate::{postgres::Postgres, smtp_sink::SmtpSink};

/// How long anything that was set going may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(120);

/// The agencies of the test HMIS and roster: Alder and Birch, Cedar with a safe house below it, and Dogwood.
const AGENCIES: &str = "
    INSERT INTO hmis_agency (agency_id, name, parent_id, victim_service_provider) VALUES
        ('alder', 'Alder House', NULL, FALSE), ('alder-night', 'Alder Night Shelter', 'alder', FALSE),
        ('birch', 'Birch Street Outreach', NULL, FALSE), ('cedar', 'Cedar Services', NULL, FALSE),
        ('cedar-safe', 'Cedar Safe House', 'cedar', TRUE), ('dogwood', 'Dogwood Clinic', NULL, FALSE);
    INSERT INTO hmis_source (source, fact, as_of, complete) VALUES ('test', 'all', '2026-01-01T00:00:00Z', TRUE);";

const ROSTER: &str = r#"
    [[agency]]
    id = "alder"
    name = "Alder House"
    senders = ["*@alder.example"]
    contact = "director@alder.example"

    [[agency]]
    id = "birch"
    name = "Birch Street Outreach"
    senders = ["*@birch.example"]
    contact = "office@birch.example"
"#;

/// A site. Its folder is gone when it is dropped.
pub struct Site {
    folder: tempfile::TempDir,
    store: Address,
    hmis: Pool,
}

impl Site {
    /// A site with the test HMIS (live, changed by the daemon), live policy, Scenario 1 applied and Scenario 2
    /// approved. `mail` gives the `[mailbox]` and `[smtp]` sections; `more` is laid over everything by the
    /// environment when the program runs.
    pub async fn new(mail: &str) -> Self {
        Self::on(mail, None).await
    }

    /// The same with both databases on a PostgreSQL server.
    pub async fn on_postgres(mail: &str, server: &Postgres) -> Self {
        Self::on(mail, Some(server)).await
    }

    async fn on(mail: &str, server: Option<&Postgres>) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let database = |name: &str| match server {
            Some(server) => server.database(),
            None => format!("sqlite://{}", folder.path().join(name).display()),
        };
        let (store, hmis) = (database("roi-desk.db"), database("hmis.db"));
        let address = |url: &str| Address::parse(url, None).expect("an address");
        let site =
            Self { store: address(&store), hmis: address(&hmis).writers(2, Duration::from_secs(20)), folder };
        fs::write(site.path("agencies.toml"), ROSTER).expect("written");
        let configuration = format!(
            r#"
            {mail}
            [database]
            url = "{store}"
            [hmis]
            url = "{hmis}"
            role = "live"
            changes = "apply"
            [senders]
            authserv_id = "mx.helpdesk.example"
            [policy]
            mode = "live"
            scenario_1 = "apply"
            [console]
            listen = "127.0.0.1:0"
            "#,
        );
        fs::write(site.config(), configuration).expect("written");
        site.run(&["hmis", "init"]);
        site.hmis(AGENCIES).await;
        site
    }

    /// A site whose mailbox is a Maildir and whose replies are files.
    pub async fn on_files() -> Self {
        Self::with_files(None).await
    }

    /// The same with both databases on a PostgreSQL server.
    pub async fn on_files_and(server: &Postgres) -> Self {
        Self::with_files(Some(server)).await
    }

    async fn with_files(server: Option<&Postgres>) -> Self {
        let site = Self::on(
            r#"
            [mailbox]
            kind = "maildir"
            path = "Maildir"
            poll_every = "1s"
            [smtp]
            kind = "files"
            path = "sent"
            from = "HMIS Helpdesk <helpdesk@helpdesk.example>"
            [staff]
            notify = ["staff@helpdesk.example"]
            "#,
            server,
        )
        .await;
        for folder in ["cur", "new", "tmp"] {
            fs::create_dir_all(site.path("Maildir").join(folder)).expect("created");
        }
        fs::create_dir_all(site.path("sent")).expect("created");
        site
    }

    /// A file or folder of the site.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its configuration file.
    pub fn config(&self) -> PathBuf {
        self.path("roi-desk.toml")
    }

    /// Writes one text in the configuration for another.
    pub fn reconfigure(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.config()).expect("there");
        assert!(text.contains(from), "the configuration says {from:?}");
        fs::write(self.config(), text.replace(from, to)).expect("written");
    }

    /// Adds lines to the configuration's end.
    pub fn configure(&self, lines: &str) {
        let text = fs::read_to_string(self.config()).expect("there");
        fs::write(self.config(), format!("{text}\n{lines}\n")).expect("written");
    }

    /// Puts a mail into the Maildir.
    pub fn deliver(&self, name: &str, mail: &[u8]) {
        let temporary = self.path("Maildir/tmp").join(name);
        fs::write(&temporary, mail).expect("written");
        fs::rename(temporary, self.path("Maildir/new").join(name)).expect("moved");
    }

    /// The program, about to be run on this site.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roi-desk"));
        command.arg("--config").arg(self.config()).args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs the program; it may end as it likes.
    pub fn output(&self, arguments: &[&str]) -> Output {
        self.program(arguments).output().expect("the program runs")
    }

    /// Runs the program, which must end well; gives what it printed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?} ended with {}: {errors}", output.status);
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Runs the program with `--format json`; gives its lines.
    pub fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let mut all = vec!["--format", "json"];
        all.extend(arguments);
        self.run(&all).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// Starts the daemon.
    pub fn serve(&self) -> Daemon {
        self.serve_with(&["serve"])
    }

    /// Starts the daemon with these arguments.
    pub fn serve_with(&self, arguments: &[&str]) -> Daemon {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.path("log")).expect("a log");
        let child =
            self.program(arguments).stdout(Stdio::null()).stderr(log).spawn().expect("the daemon starts");
        Daemon(child)
    }

    /// What the daemon has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Runs statements in the desk's own database, past the program and its rules.
    pub async fn damage(&self, statements: &str) {
        let pool = self.store.writers(1, Duration::from_secs(20));
        script(&pool, statements).await;
        pool.close().await;
    }

    /// The bytes the desk has kept of a message.
    pub async fn kept(&self, message: &str) -> Option<Vec<u8>> {
        let store = Store::open(&self.store).await.expect("the store opens");
        let kept = store.octets(message).await.expect("read");
        store.close().await;
        kept
    }

    /// The process that holds a lease, and until when (milliseconds since 1970).
    pub async fn lease(&self, name: &str) -> Option<(u32, i64)> {
        let pool = self.store.readers(1, Duration::from_secs(20));
        let row: Option<(String, i64)> = query_as("SELECT holder, until_at FROM leases WHERE name = $1")
            .bind(name)
            .fetch_optional(&pool)
            .await
            .expect("the table is there");
        pool.close().await;
        let (holder, until) = row?;
        Some((holder.rsplit(' ').next()?.parse().ok()?, until))
    }

    /// Runs statements in the HMIS.
    pub async fn hmis(&self, statements: &str) {
        script(&self.hmis, statements).await;
    }

    /// The one number a statement gives in the HMIS.
    pub async fn count(&self, statement: &str) -> i64 {
        let statement = AssertSqlSafe(statement).into_sql_str();
        query_scalar(statement).fetch_one(&self.hmis).await.expect("a number")
    }

    /// The one text of each row a statement gives in the HMIS.
    pub async fn texts(&self, statement: &str) -> Vec<String> {
        let statement = AssertSqlSafe(statement).into_sql_str();
        query_scalar(statement).fetch_all(&self.hmis).await.expect("texts")
    }

    /// Sharing and alias of every record, by ID.
    pub async fn records(&self) -> Vec<(String, String, Option<String>)> {
        query_as("SELECT record_id, sharing, alias FROM hmis_record ORDER BY record_id")
            .fetch_all(&self.hmis)
            .await
            .expect("rows")
    }

    /// Waits until nothing moves any more: all `messages` are seen, and what is still open waits for people.
    pub async fn at_rest(&self, messages: usize) {
        let mut busy = Vec::new();
        let rested = until(PATIENCE, || {
            let seen = self.json(&["mail", "list"]).len();
            busy = self.json(&["case", "list"]).iter().filter_map(busy_with).collect();
            seen == messages && busy.is_empty()
        })
        .await;
        let seen = self.json(&["mail", "list"]).len();
        assert!(rested, "{seen} of {messages} messages seen; busy: {busy:?}; log:\n{}", self.log());
    }

    /// All is done: a case for each notice, each record closed once (the HMIS counts in a table `closings`), each sender
    /// answered under one Message-ID. Gives how many replies left more than once.
    pub async fn all_done_once(&self, sink: &SmtpSink, notices: usize) -> usize {
        let cases = self.json(&["case", "list"]);
        assert_eq!(cases.len(), notices, "one case for each notice");
        for case in &cases {
            assert_eq!(case.get("state").and_then(Value::as_str), Some("done"), "{case:#}");
        }
        let closings = self.count("SELECT COUNT(*) FROM closings").await;
        let records = self.count("SELECT COUNT(DISTINCT record_id) FROM closings").await;
        let expected = i64::try_from(notices).expect("few");
        assert_eq!((closings, records), (expected, expected), "each record is closed once");

        let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for transaction in sink.transactions() {
            let content = String::from_utf8_lossy(&transaction.content).into_owned();
            let id =
                content.lines().find(|line| line.starts_with("Message-ID:")).unwrap_or_default().to_owned();
            for recipient in transaction.recipients {
                ids.entry(recipient).or_default().push(id.clone());
            }
        }
        assert_eq!(ids.len(), notices, "every sender has an answer");
        let mut repeated = 0;
        for (recipient, ids) in &ids {
            let different: BTreeSet<_> = ids.iter().collect();
            assert_eq!(different.len(), 1, "{recipient} has different answers");
            repeated += ids.len() - 1;
        }
        self.run(&["db", "verify"]);
        repeated
    }

    /// The text of every mail in `sent`, by Message-ID.
    pub fn sent(&self) -> Vec<String> {
        read_all(&self.path("sent"))
    }
}

/// `[mailbox]` and `[smtp]` for servers on these ports of this machine.
pub fn on_servers(imap: u16, smtp: u16) -> String {
    format!(
        r#"
        [mailbox]
        host = "127.0.0.1"
        port = {imap}
        tls = "none"
        user = "worker"
        password = "secret"
        poll_every = "1s"
        [smtp]
        host = "127.0.0.1"
        port = {smtp}
        tls = "none"
        from = "HMIS Helpdesk <helpdesk@helpdesk.example>"
        "#
    )
}

/// Runs statements in a transaction of their own.
async fn script(pool: &Pool, statements: &str) {
    let mut transaction = pool.begin(Isolation::Write).await.expect("it begins");
    transaction.run_script(AssertSqlSafe(statements).into_sql_str()).await.expect("valid SQL");
    transaction.commit().await.expect("committed");
}

/// What a case is busy with, if it does not wait for people.
fn busy_with(case: &Value) -> Option<String> {
    let name = case.get("case")?.as_str()?;
    let state = case.get("state")?.as_str()?;
    let acting: Vec<_> = case
        .get("actions")?
        .as_array()?
        .iter()
        .filter(|action| {
            let is = |field: &str, values: &[&str]| {
                action.get(field).and_then(Value::as_str).is_some_and(|value| values.contains(&value))
            };
            // In the worklist, reading back goes on until a person has made the change.
            is("state", &["pending", "started", "retrying"])
                && !(state == "worklist" && is("kind", &["read_back"]))
        })
        .filter_map(|action| action.get("key").and_then(Value::as_str))
        .collect();
    let moving = ["received", "waiting", "closing", "replying"].contains(&state);
    (moving || !acting.is_empty()).then(|| format!("{name} {state} {acting:?}"))
}

/// A mail's text with its line breaks and soft breaks undone, good enough to look for words in it.
pub fn plain(mail: &str) -> String {
    mail.replace("\r\n", "\n").replace("=\n", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every file of a folder as text.
pub fn read_all(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.sort();
    files
        .iter()
        .filter_map(|file| fs::read(file).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect()
}

/// Asks `done` again and again, at most for `patience`. Whether it came true.
pub async fn until(patience: Duration, done: impl FnMut() -> bool) -> bool {
    until_every(Duration::from_millis(100), patience, done).await
}

/// Asks `done` at this pace, at most for `patience`. Whether it came true.
pub async fn until_every(pace: Duration, patience: Duration, mut done: impl FnMut() -> bool) -> bool {
    let asking = async {
        let mut again = tokio::time::interval(pace);
        loop {
            again.tick().await;
            if done() {
                return;
            }
        }
    };
    tokio::time::timeout(patience, asking).await.is_ok()
}

/// A running daemon, killed when dropped.
pub struct Daemon(Child);

impl Daemon {
    /// A daemon that was started in a way of its own.
    pub fn of(child: Child) -> Self {
        Self(child)
    }

    /// Waits for it to end by itself; its exit code.
    pub async fn ended(mut self) -> Option<i32> {
        let mut ended = None;
        until(PATIENCE, || {
            ended = self.0.try_wait().expect("waited for");
            ended.is_some()
        })
        .await;
        ended.and_then(|status| status.code())
    }

    /// Its process number.
    pub fn process(&self) -> u32 {
        self.0.id()
    }

    /// Kills it as a power cut would (SIGKILL).
    pub fn kill(mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("gone");
    }

    /// Sends it a signal, by its name without SIG.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.0.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Asks it to stop (SIGTERM) and waits; it must end well.
    pub async fn stop(mut self) {
        self.signal("TERM");
        let mut ended = None;
        until(PATIENCE, || {
            ended = self.0.try_wait().expect("waited for");
            ended.is_some()
        })
        .await;
        assert!(ended.is_some_and(|status| status.success()), "the daemon ended with {ended:?}");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.0.kill().unwrap_or_default();
        self.0.wait().map(drop).unwrap_or_default();
    }
}

/// A mail as agencies write them, with what our mail server found out about its sender.
pub struct Letter<'a> {
    /// The From address.
    pub from: &'a str,
    /// The subject.
    pub subject: &'a str,
    /// The text.
    pub body: &'a str,
    /// The DMARC result our mail server wrote down; empty: it wrote none.
    pub dmarc: &'a str,
    /// Further header lines.
    pub headers: &'a str,
}

impl Letter<'_> {
    /// The mail, with `name` in its Message-ID.
    pub fn mail(&self, name: &str) -> Vec<u8> {
        let domain = self.from.rsplit('@').next().unwrap_or_default();
        let results = if self.dmarc.is_empty() {
            String::new()
        } else {
            format!(
                "Authentication-Results: mx.helpdesk.example; dmarc={} header.from={domain}\r\n",
                self.dmarc
            )
        };
        let body = self.body.replace('\n', "\r\n");
        format!(
            "{results}Received: from mail.{domain} by mx.helpdesk.example; Fri, 20 Nov 2026 10:00:00 -0600\r\n\
             From: <{from}>\r\nTo: <helpdesk@helpdesk.example>\r\nSubject: {subject}\r\n\
             Date: Fri, 20 Nov 2026 10:00:00 -0600\r\nMessage-ID: <{name}@{domain}>\r\n{headers}\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n",
            from = self.from,
            subject = self.subject,
            headers = self.headers,
        )
        .into_bytes()
    }
}
