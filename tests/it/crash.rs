//! kill -9 at random moments, twenty times, while two hundred notices drain: none lost, none closed twice, none
//! answered twice.

use std::time::Duration;

use crate::{
    site::{Letter, Site, until, until_every},
    smtp_sink::SmtpSink,
};

const NOTICES: usize = 200;
const ROUNDS: u32 = 20;

/// A small generator of pseudo-random numbers, so that a failing run can be repeated (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_notice_is_lost_or_answered_twice_however_often_the_daemon_is_killed() {
    let sink = SmtpSink::obliging().await;
    let site = Site::new(&format!(
        r#"
        [mailbox]
        kind = "maildir"
        path = "Maildir"
        poll_every = "1s"
        [smtp]
        host = "127.0.0.1"
        port = {}
        tls = "none"
        from = "HMIS Helpdesk <helpdesk@helpdesk.example>"
        "#,
        sink.port
    ))
    .await;
    let mut facts = String::new();
    for number in 0..NOTICES {
        let record = 2_000_000 + number;
        // A trigger counts how often each record's sharing was closed.
        facts.push_str(&format!(
            "INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor)
                VALUES ('{record}', 'alder', 'open', FALSE, FALSE);
             INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id)
                VALUES ('test', 'service', 's{record}', '{record}', 'alder');"
        ));
    }
    site.hmis(&format!(
        "CREATE TABLE closings (record_id TEXT NOT NULL);
         CREATE TRIGGER count_closings AFTER UPDATE OF sharing ON hmis_record
            BEGIN INSERT INTO closings VALUES (NEW.record_id); END;
         {facts}"
    ))
    .await;
    for folder in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(site.path("Maildir").join(folder)).expect("created");
    }
    let senders = ["ann", "bea", "cat", "dee", "eve"];
    for number in 0..NOTICES {
        let letter = Letter {
            from: &format!("{}{number}@alder.example", senders.get(number % 5).expect("five")),
            subject: "revoked consent",
            body: &format!("Client {} revoked consent, please close the record.", 2_000_000 + number),
            dmarc: "pass",
            headers: "",
        };
        site.deliver(&format!("{number}.notice"), &letter.mail(&format!("notice-{number}")));
    }

    let mut dice = Dice(42);
    for round in 0..ROUNDS {
        let daemon = site.serve();
        // Some at the very start, while mail is taken in; most while replies leave. Each before the end.
        if round < 4 {
            let moment = Duration::from_millis(20 + dice.roll(150));
            until(moment, || false).await;
        } else {
            let enough = sink.transactions().len() + usize::try_from(1 + dice.roll(8)).expect("small");
            until_every(Duration::from_millis(1), Duration::from_secs(60), || {
                sink.transactions().len() >= enough
            })
            .await;
        }
        daemon.kill();
        let answered = sink.transactions().len();
        assert!(answered < NOTICES, "round {round} came too late: {answered} replies were out");
    }
    let daemon = site.serve();
    site.at_rest(NOTICES).await;
    daemon.stop().await;

    let repeated = site.all_done_once(&sink, NOTICES).await;
    // The one window: the server has taken the mail, and the process dies before that is committed.
    println!("{ROUNDS} kills: {NOTICES} notices, {repeated} replies repeated under the same Message-ID");
}
