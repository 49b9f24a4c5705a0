//! A site's own words: where they are read, what is said of a file that is not sound, and how they are changed while the
//! desk works.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::site::{Letter, Site, until};

/// A notice in words that only this site knows.
const DARK: Letter<'_> = Letter {
    from: "jane@alder.example",
    subject: "1000001",
    body: "Client 1000001 has gone dark. Please close the record.",
    dmarc: "pass",
    headers: "",
};

const WORDS: &str = "[no_longer_shares]\n\"gone dark\" = \"has gone dark\"\n";

/// A phrase that is not in its own example.
const MISTYPED: &str = "[no_longer_shares]\n\"gone drak\" = \"has gone dark\"\n";

/// What is wrong with it, as it is told.
const EXPLAINED: &str =
    "[no_longer_shares] the phrase \"gone drak\": it does not occur in its example, \"has gone dark\"";

/// A site that names a vocabulary in its configuration's folder, which holds these words.
async fn site(words: &str) -> Site {
    let site = Site::on_files().await;
    site.reconfigure("[policy]", "[policy]\nvocabulary = \"words.toml\"\n");
    fs::write(site.path("words.toml"), words).expect("written");
    site
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Whether `read` finds one notice that is clear enough to act on.
fn acts(mut read: Command) -> bool {
    let output = read.output().expect("the program runs");
    assert!(output.status.success(), "{}", said(&output));
    let line: Value = serde_json::from_slice(&output.stdout).expect("one JSON value");
    line.get("act").and_then(Value::as_bool).expect("act")
}

/// The program without any configuration.
fn bare(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roi-desk"));
    command.env_remove("ROI_DESK_CONFIG").args(["--format", "json"]).args(arguments).stdin(Stdio::null());
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vocabulary_that_is_not_sound_is_a_configuration_error_that_names_the_phrase() {
    let site = site(MISTYPED).await;
    for command in [&["check", "--offline"] as &[&str], &["serve"], &["case", "list"]] {
        let output = site.output(command);
        assert_eq!(output.status.code(), Some(78), "{command:?}: {}", said(&output));
        let told = said(&output);
        assert!(told.contains("words.toml: policy.vocabulary: ") && told.contains(EXPLAINED), "{told}");
    }
    for (words, why) in [
        ("[colours]\n\"blue\" = \"blue\"", "there is no list called [colours]"),
        ("[consent]\n\"blue form\" = \"the blue form\"\n\"pink form\" = 1\n", "line 3"),
    ] {
        fs::write(site.path("words.toml"), words).expect("written");
        let told = said(&site.output(&["check", "--offline"]));
        assert!(told.contains("FAIL configuration") && told.contains(why), "{told}");
    }
    fs::remove_file(site.path("words.toml")).expect("there");
    let output = site.output(&["check", "--offline"]);
    assert_eq!(output.status.code(), Some(78));
    assert!(said(&output).contains("policy.vocabulary: cannot be read"), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn checking_says_whose_words_are_known() {
    let site = site(WORDS).await;
    let told = site.run(&["check", "--offline"]);
    let file = site.path("words.toml").display().to_string();
    assert!(told.contains(&format!("ok   vocabulary    the built-in phrases and those of {file}")), "{told}");
    site.reconfigure("vocabulary = \"words.toml\"", "");
    let told = site.run(&["check", "--offline"]);
    assert!(told.lines().any(|line| line == "ok   vocabulary    the built-in phrases"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_uses_the_sites_words_patterns_and_addresses_or_a_file_to_be_tried() {
    let site = site("").await;
    let path = |name: &str| site.path(name).display().to_string();
    let (mail, words, mistyped) = (path("dark.eml"), path("other-words.toml"), path("mistyped.toml"));
    fs::write(&mail, DARK.mail("one")).expect("written");
    fs::write(&words, WORDS).expect("written");
    fs::write(&mistyped, MISTYPED).expect("written");

    // No configuration: what is built in, and what is named.
    assert!(!acts(bare(&["read", &mail])));
    assert!(acts(bare(&["read", "--vocabulary", &words, &mail])));
    let refused = bare(&["read", "--vocabulary", &mistyped, &mail]).output().expect("the program runs");
    assert_eq!(refused.status.code(), Some(78));
    assert!(refused.stdout.is_empty(), "no mail is read in words that are not sound");
    let told = said(&refused);
    assert!(told.contains(&format!("{mistyped}: {EXPLAINED}")), "{told}");

    // A configuration: its words, unless others are named; then its own need not be sound.
    let read =
        |more: &[&str]| site.program(&[&["--format", "json", "read"], more, &[mail.as_str()]].concat());
    assert!(!acts(read(&[])));
    fs::write(site.path("words.toml"), WORDS).expect("written");
    assert!(acts(read(&[])));
    fs::write(site.path("words.toml"), MISTYPED).expect("written");
    assert_eq!(site.output(&["read", &mail]).status.code(), Some(78));
    assert!(acts(read(&["--vocabulary", &words])));

    // Its client IDs, and its own address, which no notice comes from.
    fs::write(site.path("words.toml"), WORDS).expect("written");
    site.reconfigure("[policy]", "[policy]\nclient_id = '[A-Z]-\\d{4}'");
    assert!(!acts(read(&[])), "1000001 is no client ID there");
    let kind = |from: &str| {
        let letter = Letter { from, body: "Client C-1001 has gone dark. Please close the record.", ..DARK };
        fs::write(&mail, letter.mail("two")).expect("written");
        let line = site.json(&["read", &mail]).pop().expect("a line");
        (line.get("kind").cloned(), line.get("records").cloned())
    };
    let ours = kind("helpdesk@helpdesk.example");
    assert_eq!(kind("jane@alder.example"), (Some("revocation".into()), Some(vec!["C-1001"].into())));
    assert_eq!(ours, (Some("automatic".into()), Some(Value::Array(Vec::new()))));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_taken_over_by_a_reload_and_bad_ones_leave_the_old_in_place() {
    let site = site("").await;
    site.configure("[ops]\nalarms_to = [\"ops@helpdesk.example\"]");
    site.hmis(
        "INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor) VALUES
            ('1000001', 'alder', 'open', FALSE, FALSE), ('1000002', 'alder', 'open', FALSE, FALSE)",
    )
    .await;
    site.deliver("1", &DARK.mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    assert!(site.json(&["case", "list"]).is_empty(), "nobody knows what that means yet");

    let logged = async |words: &str, text: &str| {
        replace(&site.path("words.toml"), words);
        daemon.signal("HUP");
        let told = until(Duration::from_secs(60), || site.log().contains(text)).await;
        assert!(told, "{text}: {}", site.log());
    };
    logged(WORDS, "the settings were read again and hold from now on").await;
    site.deliver("2", &DARK.mail("two"));
    site.at_rest(2).await;
    assert_eq!(site.json(&["case", "list"]).len(), 1);

    logged(MISTYPED, "the settings were read again and are refused").await;
    assert!(site.log().contains("gone drak"), "the log says what is wrong: {}", site.log());
    let other = Letter { body: "Client 1000002 has gone dark. Please close the record.", ..DARK };
    site.deliver("3", &Letter { subject: "1000002", ..other }.mail("three"));
    // Commands read the file themselves, and would refuse it.
    let alarmed = until(Duration::from_secs(60), || {
        site.sent().iter().any(|mail| mail.contains("ops@helpdesk.example") && !mail.contains("drak"))
    })
    .await;
    assert!(alarmed, "{}", site.log());
    replace(&site.path("words.toml"), WORDS);
    site.at_rest(3).await;
    assert_eq!(site.json(&["case", "list"]).len(), 2, "the words before are known all the while");
    daemon.stop().await;
}

/// Puts another text in place of a file's, so that nobody reads a half.
fn replace(file: &Path, text: &str) {
    let new = file.with_extension("new");
    fs::write(&new, text).expect("written");
    fs::rename(new, file).expect("renamed");
}

/// A mail with a bit of everything that is told apart.
const LAYERS: &str = "From: Jo <jo@alder.example>\r\nTo: helpdesk@hmis.example\r\nSubject: Re: a client\r\n\
    Date: Wed, 14 Oct 2026 10:00:00 -0500\r\nMessage-ID: <1@alder.example>\r\nMIME-Version: 1.0\r\n\
    Content-Type: text/html; charset=utf-8\r\n\r\n\
    <p>Client 1000001 revoked her ROI yesterday. Please close the record, not ticket 2033915.</p>\
    <div style=\"display:none\">client 1999999</div><p>--<br>Jo Alder<br>Case Manager</p>\
    <blockquote type=\"cite\">Which client is it?</blockquote>\r\n";

#[test]
fn reading_explains_whose_words_are_whose_and_what_was_recognised() {
    let folder = tempfile::tempdir().expect("a folder");
    let mail = folder.path().join("layers.eml");
    fs::write(&mail, LAYERS).expect("written");
    let mut read = Command::new(env!("CARGO_BIN_EXE_roi-desk"));
    read.env_remove("ROI_DESK_CONFIG").args(["read", "--explain"]).arg(&mail).stdin(Stdio::null());
    let output = read.output().expect("the program runs");
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    for wanted in [
        "layers.eml: revocation\n",
        "Text that nobody sees names another number",
        "own       | Client 1000001 revoked her ROI yesterday.",
        "quoted    | > Which client is it?",
        "signature | --\n            | Jo Alder",
        "hidden    | client 1999999",
        "says     a client revoked",
        "asks to close",
        "1000001 (a record)",
        "2033915 (no record: a ticket, case or order number)",
        "The day that counts: 2026-10-13",
    ] {
        assert!(said.contains(wanted), "{wanted:?} is not in:\n{said}");
    }
}
