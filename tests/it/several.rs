//! Several daemons on one PostgreSQL store and one mailbox: each notice is handled exactly once, and when one of them dies
//! another takes over what it had, within the lease.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use roi_desk::clock::Clock;

use crate::{
    dovecot::Dovecot,
    postgres::Postgres,
    site::{Letter, Site, on_servers, until},
    smtp_sink::SmtpSink,
};

/// `database.lease` of this test; the shortest there is.
const LEASE: Duration = Duration::from_secs(5);
const BEFORE: usize = 60;
const AFTER: usize = 30;

/// Creates the records of all notices, and a trigger that counts how often each is closed.
async fn with_records(site: &Site) {
    let mut facts = String::from(
        "CREATE TABLE closings (record_id TEXT NOT NULL);
         CREATE FUNCTION count_closing() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO closings VALUES (NEW.record_id); RETURN NEW; END $$;
         CREATE TRIGGER count_closings AFTER UPDATE OF sharing ON hmis_record
            FOR EACH ROW EXECUTE FUNCTION count_closing();",
    );
    for number in 0..BEFORE + AFTER {
        let record = 2_000_000 + number;
        facts.push_str(&format!(
            "INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor)
                VALUES ('{record}', 'alder', 'open', FALSE, FALSE);"
        ));
    }
    site.hmis(&facts).await;
}

/// A site with both databases on the server.
async fn site(server: &Postgres, dovecot: &Dovecot, sink: &SmtpSink) -> Site {
    let site = Site::on_postgres(&on_servers(dovecot.options().port, sink.port), server).await;
    site.reconfigure("[hmis]", "lease = \"5s\"\n[hmis]");
    with_records(&site).await;
    site
}

fn append(dovecot: &Dovecot, numbers: std::ops::Range<usize>) {
    let today = Clock::system().now().format("%d-%b-%Y %H:%M:%S +0000").to_string();
    for number in numbers {
        let letter = Letter {
            from: &format!("person{number}@alder.example"),
            subject: "revoked consent",
            body: &format!("Client {} revoked consent, please close the record.", 2_000_000 + number),
            dmarc: "pass",
            headers: "",
        };
        dovecot.append("INBOX", "", &today, &letter.mail(&format!("notice-{number}")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_notice_is_handled_exactly_once_and_a_dead_daemons_work_is_taken_over_within_the_lease() {
    let (server, dovecot, sink) = (Postgres::start(), Dovecot::start(), SmtpSink::obliging().await);
    let site = site(&server, &dovecot, &sink).await;
    append(&dovecot, 0..BEFORE);

    let mut daemons: BTreeMap<u32, _> = (0..3).map(|_| site.serve()).map(|it| (it.process(), it)).collect();
    let a_third = until(Duration::from_secs(60), || sink.transactions().len() >= BEFORE / 3).await;
    assert!(a_third, "the work goes on; log:\n{}", site.log());

    // The one that reads the mailbox dies, in the middle of whatever it does; then more arrives.
    let (holder, _) = site.lease("mailbox").await.expect("one of them reads the mailbox");
    daemons.remove(&holder).expect("it is one of ours").kill();
    let killed_at = Instant::now();
    let answered = sink.transactions().len();
    assert!(answered < BEFORE, "it came too late: {answered} replies were out");
    append(&dovecot, BEFORE..BEFORE + AFTER);
    let mut taken_over = None;
    while taken_over.is_none() && killed_at.elapsed() < LEASE * 3 {
        taken_over = site.lease("mailbox").await.filter(|(other, _)| *other != holder);
        until(Duration::from_millis(50), || false).await;
    }
    let (next, _) = taken_over.expect("another one reads the mailbox");
    let after = killed_at.elapsed();
    assert!(daemons.contains_key(&next), "one of the two that are left");
    // A second for those who wait to look, the rest for a busy machine.
    assert!(after < LEASE + Duration::from_secs(4), "taken over after {after:?}");
    site.at_rest(BEFORE + AFTER).await;
    println!(
        "the mailbox was taken over {after:?} after the kill; all at rest after {:?}",
        killed_at.elapsed()
    );
    for daemon in daemons.into_values() {
        daemon.stop().await;
    }

    // Only what the dead one had handed over, and not yet noted, may leave again: it sends four at a time.
    let repeated = site.all_done_once(&sink, BEFORE + AFTER).await;
    assert!(repeated <= 4, "{repeated} replies were repeated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_server_that_restarts_in_the_middle_costs_nothing() {
    let (server, dovecot, sink) = (Postgres::start(), Dovecot::start(), SmtpSink::obliging().await);
    let site = site(&server, &dovecot, &sink).await;
    append(&dovecot, 0..AFTER);
    let daemon = site.serve();
    for answered in [3, 15] {
        let so_far = until(Duration::from_secs(60), || sink.transactions().len() >= answered).await;
        assert!(so_far && sink.transactions().len() < AFTER, "in the middle of it; log:\n{}", site.log());
        server.restart();
    }
    site.at_rest(AFTER).await;
    daemon.stop().await;
    let repeated = site.all_done_once(&sink, AFTER).await;
    assert_eq!(repeated, 0, "an outcome is offered to the database until it is taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_server_that_is_away_for_longer_than_the_lease_costs_nothing() {
    let (server, dovecot, sink) = (Postgres::start(), Dovecot::start(), SmtpSink::obliging().await);
    let site = site(&server, &dovecot, &sink).await;
    append(&dovecot, 0..BEFORE);
    let daemons: Vec<_> = (0..2).map(|_| site.serve()).collect();
    let so_far = until(Duration::from_secs(60), || sink.transactions().len() >= 10).await;
    assert!(so_far && sink.transactions().len() < BEFORE, "in the middle of it; log:\n{}", site.log());
    server
        .away(async {
            until(LEASE + Duration::from_secs(2), || false).await;
        })
        .await;
    site.at_rest(BEFORE).await;
    for daemon in daemons {
        daemon.stop().await;
    }
    let repeated = site.all_done_once(&sink, BEFORE).await;
    assert_eq!(repeated, 0, "an outcome is offered to the database until it is taken; log:\n{}", site.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_was_frozen_past_its_lease_does_no_harm_when_it_goes_on() {
    let (server, dovecot, sink) = (Postgres::start(), Dovecot::start(), SmtpSink::obliging().await);
    let site = site(&server, &dovecot, &sink).await;
    append(&dovecot, 0..BEFORE);
    let daemons: BTreeMap<u32, _> = (0..2).map(|_| site.serve()).map(|it| (it.process(), it)).collect();
    let some = until(Duration::from_secs(60), || sink.transactions().len() >= 5).await;
    assert!(some, "the work goes on; log:\n{}", site.log());
    let (holder, _) = site.lease("mailbox").await.expect("one of them reads the mailbox");
    let frozen = daemons.get(&holder).expect("one of ours");
    frozen.signal("STOP");
    append(&dovecot, BEFORE..BEFORE + AFTER);
    site.at_rest(BEFORE + AFTER).await;
    let (next, _) = site.lease("mailbox").await.expect("the other reads the mailbox");
    assert_ne!(next, holder);
    frozen.signal("CONT");
    // It has lost everything it held, notices, and waits for the mailbox like anybody else.
    let noticed =
        until(Duration::from_secs(30), || site.log().contains("was changed by somebody else meanwhile"))
            .await;
    assert!(noticed, "log:\n{}", site.log());
    site.at_rest(BEFORE + AFTER).await;
    for daemon in daemons.into_values() {
        daemon.stop().await;
    }
    // What it had in hand when it froze may have left twice, under the same Message-ID: it sends four at a time.
    let repeated = site.all_done_once(&sink, BEFORE + AFTER).await;
    assert!(repeated <= 4, "{repeated} replies were repeated");
}
