//! What the desk's own work costs: `cargo bench`. Numbers of the mail server and the HMIS are theirs.

#[path = "../it/dovecot.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod dovecot;
mod sample;

use std::{fmt::Write, hint::black_box};

use divan::{Bencher, counter::ItemsCount};
use roi_desk::{
    classify::classify,
    clock::Clock,
    config,
    domain::{AgencyId, ClientId},
    hmis::{Hmis, HmisOptions, ItemVisibility, Role, sample as sample_tables},
    mailbox::{Mailbox, Options},
    notice::{self, ReaderRules, Vocabulary},
    sql::Address,
};

use self::sample::{desk_with, fetched, mail};

fn main() {
    divan::main();
}

/// The whole reader on one mail.
#[divan::bench]
fn read_a_notice(bencher: Bencher) {
    let rules = ReaderRules::new(&config::default_client_id(), Vec::new()).expect("the default pattern");
    let mail = mail(1, 1_555_555);
    bencher.counter(ItemsCount::new(1_u32)).bench(|| notice::read(black_box(&mail), &rules));
}

/// mail-parser alone on the same mail, to compare with.
#[divan::bench]
fn parse_a_notice_with_mail_parser_alone(bencher: Bencher) {
    let mail = mail(1, 1_555_555);
    let parser = mail_parser::MessageParser::default();
    bencher
        .counter(ItemsCount::new(1_u32))
        .bench(|| parser.parse(black_box(&mail)).and_then(|mail| mail.body_text(0).map(|text| text.len())));
}

/// The labelled mails of `tests/fixtures/notices`, with the header fields that they leave out.
fn labelled_mails() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/notices");
    let files =
        std::fs::read_dir(folder).expect("the fixtures are there").map(|entry| entry.expect("read").path());
    let mut mails = Vec::new();
    for file in files.filter(|file| file.to_string_lossy().contains("/mails-")) {
        let text = std::fs::read_to_string(file).expect("a text");
        for block in text.split("\n=== ").skip(1) {
            let (header, body) =
                block.split_once('\n').and_then(|(_, mail)| mail.split_once("\n\n")).unwrap_or_default();
            let mut mail = String::new();
            for field in ["From: Pat <pat@agency.example>", "Date: Wed, 14 Oct 2026 10:00:00 -0500"] {
                let name = field.split(' ').next().unwrap_or_default();
                if !header.lines().any(|line| line.starts_with(name)) {
                    mail.push_str(&format!("{field}\n"));
                }
            }
            mail.push_str(&format!("{}\n\n{body}", header.trim_end()));
            mails.push(mail.replace('\n', "\r\n").into_bytes());
        }
    }
    assert!(mails.len() > 100, "these are few: {}", mails.len());
    mails
}

/// The whole reader over the labelled mails, notices and others: mails per second.
#[divan::bench]
fn read_labelled_mails(bencher: Bencher) {
    let rules = ReaderRules::new(&config::default_client_id(), Vec::new()).expect("the default pattern");
    let mails = labelled_mails();
    bencher
        .counter(ItemsCount::new(mails.len()))
        .bench(|| mails.iter().filter(|mail| notice::read(black_box(mail), &rules).act).count());
}

/// mail-parser alone on the same mails: the reader's cost is the ratio of the two.
#[divan::bench]
fn parse_labelled_mails_with_mail_parser_alone(bencher: Bencher) {
    let mails = labelled_mails();
    let parser = mail_parser::MessageParser::default();
    bencher.counter(ItemsCount::new(mails.len())).bench(|| {
        let text = |mail: &Vec<u8>| {
            parser.parse(black_box(mail)).and_then(|mail| mail.body_text(0).map(|text| text.len()))
        };
        mails.iter().filter_map(text).sum::<usize>()
    });
}

/// The mails of public test suites, where they are at hand: `../shared/mail-samples` beside the project, or where
/// `ROI_DESK_MAIL_SAMPLES` points.
fn public_samples() -> Vec<(String, Vec<u8>)> {
    let beside = || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/mail-samples");
    let folder = std::env::var_os("ROI_DESK_MAIL_SAMPLES").map_or_else(beside, std::path::PathBuf::from);
    let index = std::fs::read_to_string(folder.join("INDEX.jsonl")).unwrap_or_default();
    let entries = index.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mails = entries.filter(|entry| entry.get("kind").is_some_and(|kind| kind == "eml"));
    mails
        .filter_map(|entry| Some(entry.get("path")?.as_str()?.to_owned()))
        .map(|path| (path.clone(), std::fs::read(folder.join(path)).expect("what the index names is there")))
        .collect()
}

/// The whole reader over mails as odd as test suites have them. Prints the slowest by their size; a mail below 100 kB
/// counts as one of 100 kB.
#[divan::bench]
fn read_public_samples(bencher: Bencher) {
    let mails = public_samples();
    if mails.is_empty() {
        println!("the samples of other test suites are not there");
        return;
    }
    let rules = ReaderRules::new(&config::default_client_id(), Vec::new()).expect("the default pattern");
    // The words are compiled for the first mail.
    notice::read(&mail(1, 1_555_555), &rules);
    let mut slowest = Vec::new();
    for (path, mail) in &mails {
        let begun = std::time::Instant::now();
        black_box(notice::read(mail, &rules));
        let bytes = u32::try_from(mail.len()).unwrap_or(u32::MAX).max(100 * 1024);
        let portions = f64::from(bytes) / (100.0 * 1024.0);
        slowest.push((begun.elapsed().as_secs_f64() * 1000.0 / portions, path));
    }
    slowest.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
    for (milliseconds, path) in slowest.iter().take(3) {
        println!("{milliseconds:8.2} ms for 100 kB: {path}");
    }
    bencher
        .counter(ItemsCount::new(mails.len()))
        .bench(|| mails.iter().filter(|(_, mail)| notice::read(black_box(mail), &rules).act).count());
}

/// The vocabulary read and compiled, with a site's own phrases: once at each start and at each reload.
#[divan::bench]
fn build_the_vocabulary(bencher: Bencher) {
    let own = include_str!("../../config/vocabulary.example.toml");
    bencher.bench(|| Vocabulary::with(black_box(own)).expect("sound"));
}

/// A record read from the HMIS (`SQLite`) and classified.
#[divan::bench]
fn read_and_classify_a_record(bencher: Bencher) {
    let (_folder, runtime, hmis) = sample_hmis();
    let record = [ClientId::parse("1303588").expect("valid")];
    let agency = AgencyId::parse("larkmead").expect("valid");
    let now = Clock::system().now();
    bencher.counter(ItemsCount::new(1_u32)).bench(|| {
        let snapshots = runtime.block_on(hmis.read(&record, now)).expect("read");
        snapshots.iter().map(|snapshot| classify(snapshot, Some(&agency))).collect::<Vec<_>>()
    });
}

fn sample_hmis() -> (tempfile::TempDir, tokio::runtime::Runtime, Hmis) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let url = format!("sqlite://{}", folder.path().join("hmis.db").display());
    let hmis = runtime.block_on(async {
        let address = Address::parse(&url, None).expect("usable");
        sample_tables::fill(&address).await.expect("filled");
        let options = HmisOptions {
            address,
            role: Role::Live,
            max_age: std::time::Duration::from_hours(26),
            item_visibility: ItemVisibility::WithRecord,
            statements: None,
            timeout: std::time::Duration::from_secs(30),
        };
        Hmis::open(&options).await.expect("open")
    });
    (folder, runtime, hmis)
}

/// One new notice taken in, with this many cases in the store before it: the cost must not grow.
#[divan::bench(args = [100, 100_000], sample_count = 50, sample_size = 1)]
fn take_in_one_notice(bencher: Bencher, cases: u64) {
    let (_folder, runtime, desk, lease) = desk_with(cases);
    let mut number = 1_000_000;
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        number += 1;
        runtime.block_on(desk.take_in(&lease, vec![fetched(number)], false)).expect("taken in")
    });
}

/// One new mail in a folder with this many old ones, on a real Dovecot: found, fetched and recorded. The cost must not
/// grow. (It is no notice, so that nothing but the folder differs. Dovecot's own format for mailboxes: in a Maildir it
/// reads the whole folder whenever something has changed.)
#[divan::bench(args = [100, 100_000], sample_count = 50, sample_size = 1)]
fn find_one_new_mail(bencher: Bencher, old: usize) {
    let server = dovecot::Dovecot::start_with("mail_location=mdbox:~/mdbox");
    server.fill("INBOX", old);
    let (_folder, runtime, desk, lease) = desk_with(0);
    let mut mailbox = runtime.block_on(async {
        let options = Options::Imap(server.options());
        let mut mailbox = Mailbox::open(&options).await.expect("open");
        let now = desk.book.clock.now();
        desk.poll_once(&mut mailbox, &lease, "INBOX", now).await.expect("the first look");
        mailbox
    });
    let mut number = 0;
    bencher
        .counter(ItemsCount::new(1_u32))
        .with_inputs(|| {
            number += 1;
            let mut mail = String::from("From: a@b.example\r\nSubject: printer\r\n");
            write!(mail, "Message-ID: <{number}@b.example>\r\n\r\nThe printer is out of paper.\r\n")
                .expect("a text");
            server.append("INBOX", "", "20-Nov-2026 12:00:00 +0000", mail.as_bytes());
        })
        .bench_local_values(|()| {
            let now = desk.book.clock.now();
            let look = runtime.block_on(desk.poll_once(&mut mailbox, &lease, "INBOX", now)).expect("looked");
            assert_eq!(look.messages, 1, "each look finds the one");
        });
}

/// A batch of a hundred new notices taken in, in one transaction.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn take_in_a_hundred_notices(bencher: Bencher) {
    let (_folder, runtime, desk, lease) = desk_with(0);
    let mut number = 2_000_000;
    bencher.counter(ItemsCount::new(100_u32)).bench_local(|| {
        number += 100;
        let batch = (number..number + 100).map(fetched).collect();
        runtime.block_on(desk.take_in(&lease, batch, false)).expect("taken in")
    });
}

/// A case judged: facts read, classified, decided, the reply rendered, all committed.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn judge_one_case(bencher: Bencher) {
    let (_folder, runtime, desk, _lease) = desk_with(200);
    bencher
        .counter(ItemsCount::new(1_u32))
        .bench_local(|| runtime.block_on(desk.judge_next()).expect("judged"));
}
