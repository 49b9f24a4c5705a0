//! The demo, run as a user runs it: what became of each sample mail, and that nothing is done twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    str::FromStr,
    time::Duration,
};

use mail_parser::MessageParser;
use roi_desk::hmis::sample;
use serde_json::Value;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::site::{read_all, until};

/// How long anything that was set going may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

const RECEIVED: &[&str] = &["We have received your notice"];
const ANSWER: &[&str] = &["The answer to your notice"];
const NONE: &[&str] = &[];

/// A sample mail, what it is taken for, where its case (or, without one, the mail) stands, what was found and done
/// about its records, and the replies to it.
type Expected = (&'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const EXPECTED: [Expected; 34] = [
    ("01-scenario-1", "revocation", "done", &["1 closed"], ANSWER),
    ("02-scenario-1-closed-already", "revocation", "done", &["1 already_closed"], ANSWER),
    ("03-scenario-1-household", "revocation", "done", &["1 closed", "1 closed"], ANSWER),
    ("04-scenario-2", "revocation", "awaiting_approval", &["2 pending"], RECEIVED),
    ("05-scenario-2-again", "revocation", "awaiting_approval", &["2 pending"], NONE),
    ("06-scenario-2-replacement-open", "revocation", "awaiting_approval", &["2 pending"], RECEIVED),
    ("07-scenario-2-no-replacement", "revocation", "awaiting_approval", &["2 pending"], RECEIVED),
    ("08-scenario-2-priority-list", "revocation", "awaiting_approval", &["2 pending"], RECEIVED),
    ("09-scenario-2-closed-already", "revocation", "done", &["2 already_closed"], ANSWER),
    ("10-id-missing", "revocation", "awaiting_information", &[], &["Please send us the client ID"]),
    ("11-merged-record", "revocation", "needs_staff", &["- needs_staff"], RECEIVED),
    ("12-deleted-record", "revocation", "needs_staff", &["- needs_staff"], RECEIVED),
    ("13-not-theirs", "revocation", "needs_staff", &["- needs_staff"], RECEIVED),
    ("14-no-such-record", "revocation", "needs_staff", &["- needs_staff"], RECEIVED),
    ("15-minor", "revocation", "needs_staff", &["- needs_staff"], RECEIVED),
    ("16-victim-services", "revocation", "needs_staff", &["- needs_staff"], RECEIVED),
    ("17-only-another-has-data", "revocation", "needs_staff", &["- needs_staff"], RECEIVED),
    ("18-unknown-creator", "revocation", "needs_staff", &["- needs_staff"], RECEIVED),
    ("19-deleted-data", "revocation", "needs_staff", &["- needs_staff"], RECEIVED),
    ("20-granted-to-another", "revocation", "done", &["1 closed"], ANSWER),
    ("21-closed-but-visible", "revocation", "needs_staff", &["- needs_staff"], RECEIVED),
    ("22-consent", "consent", "needs_staff", &["- needs_staff"], RECEIVED),
    ("23-consent-incomplete", "consent", "needs_staff", &["- needs_staff"], RECEIVED),
    ("24-to-be-cancelled", "revocation", "cancelled", &["- not_closed"], &["We have stopped, as you asked"]),
    ("25-cancel", "cancel", "cancelled", &["- not_closed"], NONE),
    ("26-status-question", "other", "left", &[], NONE),
    ("27-password", "other", "left", &[], NONE),
    ("28-out-of-office", "automatic", "left", &[], NONE),
    ("29-mailing-list", "automatic", "left", &[], NONE),
    ("30-spoofed-sender", "revocation", "needs_staff", &["1 needs_staff"], NONE),
    ("31-stranger", "revocation", "needs_staff", &["- needs_staff"], RECEIVED),
    ("32-two-ids", "revocation", "needs_staff", &["2 needs_staff", "- needs_staff"], RECEIVED),
    ("33-cannot-be-read", "too_deep", "quarantined", &[], NONE),
    ("34-scenario-1-taken-for-2", "revocation", "awaiting_approval", &["1 pending"], RECEIVED),
];

/// A demo in a scratch folder, which is gone when this is dropped.
struct Demo {
    folder: tempfile::TempDir,
}

impl Demo {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a scratch folder") }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("demo")
    }

    fn program(&self, once: bool) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roi-desk"));
        command.args(["demo", "--format", "json", "--dir"]).arg(self.path()).stdin(Stdio::null());
        if once {
            command.arg("--once");
        }
        command
    }

    /// `demo --once`: a line per mail.
    fn once(&self) -> Vec<Value> {
        json_lines(&well(self.program(true).output().expect("the program runs")))
    }

    /// Any other command, with the demo's configuration.
    fn desk(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roi-desk"));
        command.arg("--config").arg(self.path().join("roi-desk.toml")).args(arguments).stdin(Stdio::null());
        well(command.output().expect("the program runs"))
    }

    /// Sharing of every record.
    async fn records(&self) -> BTreeMap<String, String> {
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT record_id, sharing FROM hmis_record")
            .fetch_all(&mut hmis(&self.path()).await)
            .await
            .expect("rows");
        rows.into_iter().collect()
    }

    /// Every name an agency has, and every ID.
    async fn agencies(&self) -> BTreeSet<String> {
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT agency_id, name FROM hmis_agency")
            .fetch_all(&mut hmis(&self.path()).await)
            .await
            .expect("rows");
        rows.into_iter().flat_map(|(id, name)| [id, name]).collect()
    }

    /// Every mail in the mailbox and every reply, by path.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for folder in
            ["Maildir/new", "Maildir/cur", "Maildir/.Done/cur", "Maildir/.Quarantine/cur", "replies"]
        {
            for entry in fs::read_dir(self.path().join(folder)).expect("a folder") {
                let path = entry.expect("an entry").path();
                files.insert(path.display().to_string(), fs::read(&path).expect("a file"));
            }
        }
        files
    }
}

async fn hmis(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::from_str(&format!("sqlite://{}", folder.join("hmis.db").display()));
    SqliteConnection::connect_with(&options.expect("a URL")).await.expect("the HMIS opens")
}

fn well(output: Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "it ended with {}: {errors}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// `1 closed`, `- needs_staff`
fn item(item: &Value) -> String {
    let scenario =
        item.get("scenario").and_then(Value::as_u64).map_or("-".to_owned(), |number| number.to_string());
    format!("{scenario} {}", text(item, "outcome").unwrap_or_default())
}

fn case_of<'a>(mails: &'a [Value], name: &str) -> &'a str {
    let mail = mails.iter().find(|mail| text(mail, "mail").is_some_and(|file| file.starts_with(name)));
    mail.and_then(|mail| text(mail, "case")).expect("its case")
}

fn assert_clean(demo: &Demo) {
    let found = json_lines(&demo.desk(&["--format", "json", "db", "verify"]));
    assert_eq!(found.first().map(|found| list(found, "faults").len()), Some(0), "{found:?}");
}

#[tokio::test]
async fn each_sample_mail_ends_as_it_should() {
    let demo = Demo::new();
    let mails = demo.once();
    let became: Vec<_> = mails
        .iter()
        .map(|mail| {
            let name = text(mail, "mail").unwrap_or_default().trim_end_matches(".eml").to_owned();
            let state = text(mail, "case_state").or(text(mail, "state")).unwrap_or_default().to_owned();
            let items: Vec<_> = list(mail, "items").iter().map(item).collect();
            let replies: Vec<_> = list(mail, "replies")
                .iter()
                .filter_map(|reply| text(reply, "says").map(str::to_owned))
                .collect();
            (name, text(mail, "kind").unwrap_or_default().to_owned(), state, items, replies)
        })
        .collect();
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    for (became, (name, kind, state, items, replies)) in became.iter().zip(EXPECTED) {
        let expected = (name.to_owned(), kind.to_owned(), state.to_owned(), owned(items), owned(replies));
        assert_eq!(became, &expected);
    }
    assert_eq!(became.len(), EXPECTED.len());
    assert_eq!(case_of(&mails, "04"), case_of(&mails, "05"));
    assert_eq!(case_of(&mails, "24"), case_of(&mails, "25"));
    assert_clean(&demo);

    // In the HMIS exactly those records were closed that the desk says it has closed.
    let fresh = Demo::new();
    fs::create_dir(fresh.path()).expect("created");
    let url = format!("sqlite://{}", fresh.path().join("hmis.db").display());
    let address = roi_desk::sql::Address::parse(&url, None).expect("usable");
    sample::fill(&address).await.expect("filled");
    let (before, after) = (fresh.records().await, demo.records().await);
    let changed: BTreeSet<_> = after
        .iter()
        .filter(|(record, sharing)| before.get(*record) != Some(sharing))
        .map(|(record, _)| record.as_str())
        .collect();
    let closed: BTreeSet<_> = mails
        .iter()
        .flat_map(|mail| list(mail, "items"))
        .filter(|item| text(item, "outcome") == Some("closed"))
        .filter_map(|item| text(item, "record"))
        .collect();
    assert_eq!(changed, closed);
}

#[tokio::test]
async fn a_second_run_changes_nothing_and_does_what_was_decided_meanwhile() {
    let demo = Demo::new();
    let first = demo.once();
    let (files, cases) = (demo.files(), demo.desk(&["--format", "json", "case", "list"]));
    assert_eq!(demo.once(), first);
    assert_eq!(demo.files(), files);
    assert_eq!(demo.desk(&["--format", "json", "case", "list"]), cases);

    for name in ["04", "06", "07"] {
        demo.desk(&["case", "approve", case_of(&first, name)]);
    }
    demo.desk(&["case", "decline", case_of(&first, "11"), "--note", "Please look up the ID again."]);
    let second = demo.once();
    for (name, state) in
        [("04", "done"), ("06", "done"), ("07", "done"), ("08", "awaiting_approval"), ("11", "declined")]
    {
        let mail = second.iter().find(|mail| text(mail, "mail").is_some_and(|file| file.starts_with(name)));
        assert_eq!(mail.and_then(|mail| text(mail, "case_state")), Some(state), "{name}");
    }
    assert_clean(&demo);
    demo.desk(&["check"]);

    let names = demo.agencies().await;
    assert_eq!(names.len(), 20);
    let mut answered_2 = 0;
    for reply in second.iter().flat_map(|mail| list(mail, "replies")) {
        let file = text(reply, "file").expect("its file");
        let octets = fs::read(demo.path().join("replies").join(file)).expect("the reply is there");
        let parsed = MessageParser::default().parse(&octets).expect("it is a mail");
        let mut said = parsed.subject().expect("a subject").to_owned();
        said.push_str(&parsed.body_text(0).expect("a text"));
        said.push_str(&parsed.body_html(0).expect("the same in HTML"));
        let said = said.to_lowercase();
        for name in &names {
            assert!(!said.contains(&name.to_lowercase()), "{file} names {name}");
        }
        let of_scenario_2 = ["04", "06", "07", "08", "09"]
            .iter()
            .any(|name| file.starts_with(&format!("{}.", case_of(&second, name))));
        if of_scenario_2 {
            answered_2 += 1;
            assert!(!said.contains("fully closed"), "{file}");
        }
    }
    assert_eq!(answered_2, 8, "four were received, and three of them and the one closed already answered");
}

/// Killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap_or_default();
        self.0.wait().map(drop).unwrap_or_default();
    }
}

#[tokio::test]
async fn a_mail_that_is_dropped_into_a_running_demo_is_answered() {
    let demo = Demo::new();
    let screen = demo.folder.path().join("screen");
    let output = fs::File::create(&screen).expect("created");
    let mut running =
        Running(demo.program(false).stdout(output).stderr(Stdio::null()).spawn().expect("it starts"));
    let lines = || fs::read_to_string(&screen).unwrap_or_default().lines().count();
    assert!(until(PATIENCE, || lines() >= EXPECTED.len()).await, "the samples are not worked off");

    let second = demo.program(true).output().expect("the program runs");
    assert_eq!(second.status.code(), Some(69), "one demo at a time works in a folder");

    let another = demo.path().join("another-notice.eml");
    fs::rename(&another, demo.path().join("Maildir/new/another-notice.eml")).expect("moved");
    let answered = || {
        read_all(&demo.path().join("replies"))
            .iter()
            .any(|reply| reply.contains("In-Reply-To: <5b1e.7801@fernbridge.example>"))
    };
    assert!(until(PATIENCE, answered).await, "no reply appeared");
    assert!(until(PATIENCE, || lines() > EXPECTED.len()).await, "the screen says nothing of it");
    let asked =
        Command::new("kill").args(["-TERM", &running.0.id().to_string()]).status().expect("kill runs");
    assert!(asked.success());
    let mut ended = None;
    until(PATIENCE, || {
        ended = running.0.try_wait().expect("waited for");
        ended.is_some()
    })
    .await;
    assert!(ended.is_some_and(|status| status.success()), "it ended with {ended:?}");

    let last = json_lines(&fs::read_to_string(&screen).expect("the screen"));
    let last = last.last().expect("a line");
    assert_eq!(text(last, "mail"), Some("another-notice.eml"));
    assert_eq!(text(last, "case_state"), Some("done"));
    assert_eq!(list(last, "replies").len(), 1);
    assert_clean(&demo);
}
