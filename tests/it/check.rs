//! What `roi-desk check` finds and explains, besides mailbox and mail server.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::{
    postgres::Postgres,
    site::{Letter, Site},
};

/// What `check` says, and with which exit code it ends.
fn check(site: &Site) -> (String, Option<i32>) {
    let output = site.output(&["check"]);
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

/// A site that is all right.
async fn site() -> Site {
    let site = Site::on_files().await;
    site.hmis(
        "INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor)
            VALUES ('1000001', 'alder', 'open', FALSE, FALSE)",
    )
    .await;
    site
}

/// Lets the daemon do a little, so that its database is there.
async fn with_history(site: &Site) {
    let letter = Letter {
        from: "jane@alder.example",
        subject: "revoked",
        body: "Client 1000001 revoked consent today, please close the record.",
        dmarc: "pass",
        headers: "",
    };
    site.deliver("1", &letter.mail("one"));
    let daemon = site.serve();
    site.at_rest(1).await;
    daemon.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn checking_creates_nothing_and_says_what_the_daemon_will() {
    let site = site().await;
    let (said, code) = check(&site);
    assert!(said.contains("is not there yet: the desk creates it when it starts"), "{said}");
    assert_eq!(code, Some(0), "{said}");
    assert!(!site.path("roi-desk.db").exists());

    with_history(&site).await;
    let (said, code) = check(&site);
    assert!(said.contains("can be written to, its tables are up to date"), "{said}");
    assert_eq!(code, Some(0), "{said}");
    site.run(&["db", "verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_made_or_reached_is_named_with_what_to_do() {
    let site = site().await;
    let url = format!("sqlite://{}", site.path("roi-desk.db").display());
    fs::write(site.path("a-file"), "").expect("written");
    let inside_a_file = format!("sqlite://{}", site.path("a-file/roi-desk.db").display());
    site.reconfigure(&url, &inside_a_file);
    let (said, code) = check(&site);
    assert!(said.contains("FAIL database") && said.contains("cannot be written to"), "{said}");
    assert_eq!(code, Some(1));

    // A port nobody listens on, and a password in the address, which is not repeated.
    site.reconfigure(&inside_a_file, "postgres://desk:hunter2@127.0.0.1:1/roi");
    let (said, code) = check(&site);
    assert!(said.contains("FAIL database") && said.contains("roi on 127.0.0.1:1"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    assert_eq!(code, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_a_newer_program_stops_the_daemon_for_good() {
    let site = site().await;
    with_history(&site).await;
    site.damage(
        "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
         SELECT 999, 'from the future', installed_on, success, checksum, execution_time FROM _sqlx_migrations
         WHERE version = 1",
    )
    .await;
    let (said, code) = check(&site);
    assert!(said.contains("written by a newer roi-desk") && code == Some(1), "{said}");
    let served = site.output(&["serve"]);
    let errors = String::from_utf8_lossy(&served.stderr);
    assert_eq!(served.status.code(), Some(78), "{errors}");
    assert!(errors.contains("database.url") && errors.contains("newer roi-desk"), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_that_others_can_read_are_found() {
    let site = site().await;
    let file = site.path("store-password");
    fs::write(&file, "secret\n").expect("written");
    site.reconfigure(
        "[hmis]",
        "password_file = \"store-password\"
[hmis]",
    );
    for (mode, code) in [(0o600, 0), (0o640, 0), (0o644, 1)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("ours");
        let (said, ended) = check(&site);
        assert_eq!(ended, Some(code), "{mode:o}: {said}");
        assert_eq!(said.contains("store-password holds a password, and everybody"), code == 1, "{said}");
    }
    fs::remove_file(&file).expect("there");
    let (said, ended) = check(&site);
    assert!(said.contains("database.password_file") && said.contains("cannot be read"), "{said}");
    assert_eq!(ended, Some(78));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hmis_that_knows_nothing_is_a_failure_and_a_clock_that_went_back_a_warning() {
    let site = site().await;
    with_history(&site).await;
    site.damage("UPDATE history SET at = at + 86400000 WHERE seq = 1").await;
    let (said, code) = check(&site);
    assert!(said.contains("warn database") && said.contains("in the future"), "{said}");
    assert_eq!(code, Some(0), "{said}");

    site.reconfigure("role = \"live\"\n            changes = \"apply\"", "role = \"mirror\"");
    site.hmis("UPDATE hmis_source SET as_of = '2020-01-01T00:00:00Z'").await;
    let (said, code) = check(&site);
    assert!(said.contains("FAIL hmis") && said.contains("older than hmis.max_age"), "{said}");
    assert_eq!(code, Some(1));

    site.hmis("DELETE FROM hmis_source").await;
    assert!(check(&site).0.contains("no source vouches for any fact"));
    site.hmis("DROP TABLE hmis_grant").await;
    let (said, _) = check(&site);
    assert!(said.contains("has no table hmis_grant") && said.contains("roi-desk hmis init"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_server_is_checked_alike() {
    let server = Postgres::start();
    let site = Site::on_postgres(
        "[mailbox]\nkind = \"maildir\"\npath = \"Maildir\"\n[smtp]\nkind = \"files\"\npath = \"sent\"\n\
         from = \"Desk <desk@helpdesk.example>\"",
        &server,
    )
    .await;
    for folder in ["cur", "new", "tmp"] {
        fs::create_dir_all(site.path("Maildir").join(folder)).expect("created");
    }
    let (said, code) = check(&site);
    assert!(said.contains("PostgreSQL") && said.contains("it is empty: the desk makes its tables"), "{said}");
    assert_eq!(code, Some(0), "{said}");
    site.run(&["db", "migrate"]);
    let (said, code) = check(&site);
    assert!(said.contains("can be written to, its tables are up to date"), "{said}");
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_let_us_in_is_explained() {
    let server = Postgres::start();
    let there = server.database();
    let site = site().await;
    let mut url = format!("sqlite://{}", site.path("roi-desk.db").display());
    fs::write(site.path("no-database"), "a letter, rather longer than a hundred characters, ".repeat(40))
        .expect("written");
    for (next, says) in [
        ("postgres://desk@127.0.0.1:1/roi".to_owned(), "nothing listens there"),
        (there.replace("/db0?", "/nosuch?"), "has no such database"),
        (there.replace("desk@", "nobody@"), "does not let this user in"),
        (format!("sqlite://{}", site.path("no-database").display()), "is no SQLite database"),
    ] {
        site.reconfigure(&url, &next);
        let (said, code) = check(&site);
        assert!(said.contains("FAIL database") && said.contains(says), "{says}: {said}");
        assert_eq!(code, Some(1));
        url = next;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_the_mail_password_may_ask_for_health_and_cases() {
    let site = site().await;
    with_history(&site).await;
    // As under the unit: the credential is given to the service alone, the file leaves it out.
    site.reconfigure("kind = \"maildir\"", "kind = \"imap\"\nhost = \"127.0.0.1\"\nuser = \"desk\"");
    let code = |arguments: &[&str]| site.output(arguments).status.code();
    assert_eq!((code(&["case", "list"]), code(&["db", "verify"])), (Some(0), Some(0)));
    assert_eq!(code(&["healthcheck"]), Some(69), "no daemon answers");
    assert_eq!(code(&["serve"]), Some(78), "the daemon needs it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_that_is_not_there_fails_the_check_in_shadow_mode_too() {
    let server = crate::dovecot::Dovecot::start();
    let site = site().await;
    site.reconfigure(
        "kind = \"maildir\"",
        &format!(
            "kind = \"imap\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nuser = \"worker\"\n\
         password = \"secret\"\nfolder = \"Inbocks\"",
            server.options().port
        ),
    );
    site.reconfigure("mode = \"live\"", "mode = \"shadow\"");
    fs::set_permissions(site.config(), fs::Permissions::from_mode(0o600)).expect("ours");
    let (said, code) = check(&site);
    assert!(said.contains("Inbocks"), "{said}");
    assert_eq!(code, Some(1), "nothing can be watched: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_done_folder_that_cannot_take_mail_is_found_in_a_maildir() {
    let site = site().await;
    site.reconfigure("poll_every = \"1s\"", "poll_every = \"1s\"\ndone_folder = \"Done\"");
    fs::write(site.path("Maildir/.Done"), "").expect("written");
    let (said, code) = check(&site);
    assert!(said.contains("FAIL mailbox") && code == Some(1), "{said}");
}
