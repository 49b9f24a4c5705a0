//! Labelled mails: the development set, where it is at hand, and our own. The figures reached stand here; a change
//! that lets one fall, or that acts on a mail on which a person should decide, fails.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{Notice, ReaderRules, read};
use crate::domain::{ClientId, MailAddress, NoticeKind};

/// What a mail should be read as.
#[derive(Debug, Clone)]
struct Label {
    name: String,
    kind: String,
    records: Vec<String>,
    new_records: Vec<String>,
    effective: Option<String>,
    claimed_scenario: Option<u64>,
    act: bool,
}

/// How many were read rightly.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Score {
    mails: usize,
    unsafe_acts: usize,
    kinds: usize,
    actionable: usize,
    acted: usize,
    records: usize,
    dates: usize,
    claims: usize,
    false_notices: usize,
}

impl Score {
    fn add(&mut self, other: Self) {
        self.mails += other.mails;
        self.unsafe_acts += other.unsafe_acts;
        self.kinds += other.kinds;
        self.actionable += other.actionable;
        self.acted += other.acted;
        self.records += other.records;
        self.dates += other.dates;
        self.claims += other.claims;
        self.false_notices += other.false_notices;
    }
}

/// The figures of several lots as a table, with their sum.
fn print_scores(lots: &[(String, Score)]) {
    println!("lot            mails  kinds      acted records  dates  claims  unsafe  false notices");
    let mut all = Score::default();
    let row = |name: &str, s: &Score| {
        let acted = format!("{} of {}", s.acted, s.actionable);
        println!(
            "{name:<13}{:>7}{:>7}{acted:>11}{:>8}{:>7}{:>8}{:>8}{:>15}",
            s.mails, s.kinds, s.records, s.dates, s.claims, s.unsafe_acts, s.false_notices
        );
    };
    for (name, score) in lots {
        row(name, score);
        all.add(*score);
    }
    if lots.len() > 1 {
        row("all", &all);
    }
}

fn ids(list: &[ClientId]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn compare(label: &Label, notice: &Notice, score: &mut Score, table: &mut String) {
    let records = ids(&notice.records) == label.records && ids(&notice.new_records) == label.new_records;
    let kind = notice.kind.as_str() == label.kind;
    let date = notice.effective.map(|date| date.to_string()) == label.effective;
    let claim =
        notice.claimed_scenario.map(|scenario| u64::from(u8::from(scenario))) == label.claimed_scenario;
    let is_unsafe = notice.act && !(label.act && records);
    let false_notice = notice.kind.is_notice() && matches!(label.kind.as_str(), "other" | "automatic");
    score.mails += 1;
    score.unsafe_acts += usize::from(is_unsafe);
    score.kinds += usize::from(kind);
    score.actionable += usize::from(label.act);
    score.acted += usize::from(label.act && notice.act && records);
    score.records += usize::from(records);
    score.dates += usize::from(date);
    score.claims += usize::from(claim);
    score.false_notices += usize::from(false_notice);
    if !(records && kind && date && claim && label.act == notice.act) {
        let _ = writeln!(
            table,
            "{}{}: {} {:?} {:?} {:?} {:?} act={} but read as {} {:?} {:?} {:?} {:?} act={}\n    {}",
            if is_unsafe { "UNSAFE " } else { "" },
            label.name,
            label.kind,
            label.records,
            label.new_records,
            label.effective,
            label.claimed_scenario,
            label.act,
            notice.kind.as_str(),
            ids(&notice.records),
            ids(&notice.new_records),
            notice.effective.map(|date| date.to_string()),
            notice.claimed_scenario,
            notice.act,
            notice.reasons.join(" ")
        );
    }
}

fn rules() -> ReaderRules {
    let own = ["helpdesk@hmis.example", "helpdesk@northstarhmis.example"]
        .map(|text| MailAddress::parse(text).expect("valid"));
    ReaderRules::new(r"\d{5,8}", own.to_vec()).expect("constant pattern")
}

fn list(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The folder with `labels.jsonl` and the mails, if it is there.
fn development_set() -> Option<PathBuf> {
    let folder = std::env::var_os("ROI_DESK_NOTICES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/notices/dev"),
        PathBuf::from,
    );
    folder.join("labels.jsonl").is_file().then_some(folder)
}

/// The mails of a folder with `labels.jsonl`, each with its label.
fn labelled(folder: &Path) -> Vec<(Label, Vec<u8>)> {
    let labels = std::fs::read_to_string(folder.join("labels.jsonl")).expect("readable labels");
    let mail = |line: &str| {
        let value: Value = serde_json::from_str(line).expect("one JSON value per line");
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let label = Label {
            name: text("file").expect("a file"),
            kind: text("kind").expect("a kind"),
            records: list(value.get("records").unwrap_or(&Value::Null)),
            new_records: list(value.get("new_records").unwrap_or(&Value::Null)),
            effective: text("effective"),
            claimed_scenario: value.get("claimed_scenario").and_then(Value::as_u64),
            act: value.get("act").and_then(Value::as_bool).expect("act"),
        };
        let bytes = std::fs::read(folder.join(&label.name)).expect("a readable mail");
        (label, bytes)
    };
    labels.lines().filter(|line| !line.trim().is_empty()).map(mail).collect()
}

/// Reads mails and adds up what was right; what was not is written into `table`.
fn score(mails: Vec<(Label, Vec<u8>)>, table: &mut String) -> Score {
    let mut score = Score::default();
    for (label, bytes) in mails {
        compare(&label, &read(&bytes, &rules()), &mut score, table);
    }
    score
}

/// The scores of all lots in a folder of our fixtures, by name.
fn lots(folder: &str, table: &mut String) -> Vec<(String, Score)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/notices").join(folder);
    let mut lots: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the folder of the lots")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    lots.sort();
    let name = |lot: &Path| lot.file_name().expect("a name").to_string_lossy().into_owned();
    lots.iter().map(|lot| (name(lot), score(labelled(lot), table))).collect()
}

#[test]
fn the_development_set_is_read_as_labelled() {
    let Some(folder) = development_set() else {
        // Past the test runner's capture: nobody reads what a passed test prints.
        let _ = std::io::stderr().write_all(
            b"\n*** NOTHING WAS COMPARED: the development set of labelled mails is not here. It is not part of the\n\
              *** repository; set ROI_DESK_NOTICES to the folder with its labels.jsonl.\n\n",
        );
        return;
    };
    let mut table = String::new();
    let score = score(labelled(&folder), &mut table);
    println!("{table}");
    print_scores(&[("development".to_owned(), score)]);
    assert_eq!(score.unsafe_acts, 0, "a mail was acted on that a person should read:\n{table}");
    assert_eq!(score.false_notices, 0, "other mail was taken for a notice:\n{table}");
    let share = |of: usize, all: usize| of * 100 >= all * 97;
    assert!(
        share(score.kinds, score.mails)
            && share(score.acted, score.actionable)
            && share(score.records, score.mails),
        "{table}"
    );
    assert!(share(score.dates, score.mails) && share(score.claims, score.mails), "{table}");
}

/// The scores of a folder's lots, printed, and their sum.
fn total(folder: &str, table: &mut String) -> Score {
    let lots = lots(folder, table);
    print_scores(&lots);
    let mut all = Score::default();
    for (_, score) in &lots {
        all.add(*score);
    }
    all
}

/// The lots that rules may be mended by: their figures are no forecast for mail never seen.
#[test]
fn the_open_lots_are_read_no_worse_than_before() {
    let mut table = String::new();
    let all = total("open", &mut table);
    println!("{table}");
    assert_eq!(all.unsafe_acts, 0, "a mail was acted on that a person should read:\n{table}");
    let reached = all.kinds >= OPEN.0 && all.acted >= OPEN.1 && all.false_notices <= OPEN.2;
    assert!(reached && all.records >= OPEN.3 && all.dates >= OPEN.4, "{all:?}\n{table}");
}

/// The lots that no rule was mended by before they were first read: what is to be expected of mail never seen. Of 190
/// mails, 76 of them clear, 30 were acted on then, one more wrongly (two of four records of a household), and 142 had the
/// right kind. Two rules were mended since: that a notice implies its wish, and that household.
#[test]
fn the_kept_lots_are_read_no_worse_than_at_first() {
    let mut table = String::new();
    let all = total("kept", &mut table);
    assert_eq!(all.unsafe_acts, 0, "a mail was acted on that a person should read:\n{table}");
    let reached = all.kinds >= KEPT.0 && all.acted >= KEPT.1 && all.false_notices <= KEPT.2;
    assert!(reached && all.records >= KEPT.3 && all.dates >= KEPT.4, "{all:?}\n{table}");
}

/// Mails that must not be acted on, written by somebody who had read the rules and looked for what they do not see. The
/// number of those that still get through is to fall, and never to rise.
#[test]
fn fewer_traps_work_than_before() {
    let mut table = String::new();
    let all = total("traps", &mut table);
    println!("{table}");
    assert!(all.unsafe_acts <= TRAPS, "{} of {} traps work:\n{table}", all.unsafe_acts, all.mails);
    assert_eq!(all.acted, all.actionable, "the plain notices among them are acted on");
}

/// What is reached: kinds, mails acted on, other mail taken for a notice, records, dates.
const OPEN: (usize, usize, usize, usize, usize) = (698, 262, 10, 701, 702);
const KEPT: (usize, usize, usize, usize, usize) = (290, 66, 13, 281, 280);
const TRAPS: usize = 47;

/// Our own mails: the first two lots were written before the rules, each later one before they were run on it.
const OWN_MAILS: &str = concat!(
    include_str!("../../tests/fixtures/notices/mails-a.txt"),
    "\n",
    include_str!("../../tests/fixtures/notices/mails-b.txt"),
    "\n",
    include_str!("../../tests/fixtures/notices/mails-c.txt"),
    "\n",
    include_str!("../../tests/fixtures/notices/mails-d.txt"),
    "\n",
    include_str!("../../tests/fixtures/notices/mails-e.txt"),
    "\n",
    include_str!("../../tests/fixtures/notices/mails-f.txt"),
    "\n",
    include_str!("../../tests/fixtures/notices/mails-g.txt"),
    "\n",
    include_str!("../../tests/fixtures/notices/mails-h.txt"),
    "\n",
    include_str!("../../tests/fixtures/notices/mails-i.txt"),
    "\n",
    include_str!("../../tests/fixtures/notices/mails-j.txt"),
);

/// The compact format described at the top of `mails-a.txt`.
fn own_mails(text: &str) -> Vec<(Label, Vec<u8>)> {
    let mut mails = Vec::new();
    for block in text.split("\n=== ").skip(1) {
        let (head, raw) = block.split_once('\n').expect("a block has lines");
        let fields: Vec<&str> = head.split('|').map(str::trim).collect();
        let field = |index: usize| fields.get(index).copied().unwrap_or("-");
        let list = |text: &str| {
            if text == "-" { Vec::new() } else { text.split(',').map(|id| id.trim().to_owned()).collect() }
        };
        let label = Label {
            name: field(0).to_owned(),
            kind: field(1).to_owned(),
            records: list(field(2)),
            new_records: list(field(3)),
            effective: (field(4) != "-").then(|| field(4).to_owned()),
            claimed_scenario: field(5).parse().ok(),
            act: field(6) == "act",
        };
        let (header, body) = raw.split_once("\n\n").unwrap_or((raw, ""));
        let has = |name: &str| header.lines().any(|line| line.starts_with(name));
        let mut mail = String::new();
        for (name, value) in [
            ("From", "Pat Example <pat@agency.example>"),
            ("To", "HMIS Helpdesk <helpdesk@hmis.example>"),
            ("Date", "Wed, 14 Oct 2026 10:00:00 -0500"),
            ("Message-ID", "<1@agency.example>"),
            ("Content-Type", "text/plain; charset=utf-8"),
        ] {
            if !has(&format!("{name}:")) {
                let _ = write!(mail, "{name}: {value}\r\n");
            }
        }
        let _ =
            write!(mail, "{}\r\n\r\n{}", header.trim_end().replace('\n', "\r\n"), body.replace('\n', "\r\n"));
        mails.push((label, mail.into_bytes()));
    }
    mails
}

#[test]
fn our_own_mails_are_read_as_labelled() {
    let (mut score, mut table) = (Score::default(), String::new());
    let mut names = BTreeMap::new();
    for (label, bytes) in own_mails(OWN_MAILS) {
        compare(&label, &read(&bytes, &rules()), &mut score, &mut table);
        *names.entry(label.name).or_insert(0) += 1;
    }
    println!("{table}");
    print_scores(&[("own".to_owned(), score)]);
    assert!(names.values().all(|count| *count == 1), "every mail has its own name");
    // What is left is known: each of these is named in the table with its reasons.
    let reached =
        score.kinds + 8 >= score.mails && score.acted + 6 >= score.actionable && score.false_notices <= 3;
    assert!(
        reached && score.records + 10 >= score.mails && score.dates + 1 >= score.mails,
        "{table}{score:#?}"
    );
    assert_eq!(score.unsafe_acts, 0, "a mail was acted on that a person should read:\n{table}");
}

/// A short Spanish mail with this sentence, which asks for the closing: whether it is acted on hangs on the sentence.
fn spanish_mail(sentence: &str) -> Vec<u8> {
    format!(
        "From: Pat Example <pat@agency.example>\r\nDate: Wed, 14 Oct 2026 10:00:00 -0500\r\nSubject: aviso\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nBuenas tardes.\r\n\r\n{sentence} Favor de cerrar su \
         expediente.\r\n"
    )
    .into_bytes()
}

#[test]
fn many_ways_to_tell_in_spanish_that_a_client_revoked() {
    for line in include_str!("../../tests/fixtures/notices/facts-es.txt").lines() {
        let notice = read(&spanish_mail(line), &rules());
        assert!(notice.act && ids(&notice.records) == ["2401001"], "{line}: {}", notice.reasons.join(" "));
    }
}

#[test]
fn many_ways_to_speak_of_it_in_spanish_without_telling_it() {
    for line in include_str!("../../tests/fixtures/notices/no-facts-es.txt").lines() {
        let notice = read(&spanish_mail(line), &rules());
        assert!(!notice.act, "{line}: {}", notice.reasons.join(" "));
    }
}

#[test]
fn nothing_a_mail_holds_makes_the_reader_fail() {
    let rules = rules();
    for (_, bytes) in own_mails(OWN_MAILS) {
        // Cut anywhere, and with a byte gone wrong, it is still a mail of some kind.
        for at in (0..bytes.len()).step_by(401) {
            let cut = read(bytes.get(..at).unwrap_or_default(), &rules);
            assert!(cut.kind == NoticeKind::Revocation || !cut.act, "only a revocation is acted on");
            let mut broken = bytes.clone();
            if let Some(byte) = broken.get_mut(at) {
                *byte ^= 0xA5;
            }
            let read = read(&broken, &rules);
            assert!(read.kind == NoticeKind::Revocation || !read.act, "only a revocation is acted on");
        }
    }
}
