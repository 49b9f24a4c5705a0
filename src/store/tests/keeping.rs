//! What is kept, and for how long: backups and their way back, and what retention removes.

use super::*;

on_both_engines! {
    what_was_backed_up_comes_back_as_it_was_on_either_engine
    a_store_that_may_have_gone_on_since_its_backup_comes_back_under_new_numbers_and_a_new_name
    a_backup_goes_into_an_empty_store_without_a_daemon_only
    retention_removes_what_is_old_and_over_and_nothing_else
    what_vanished_otherwise_is_found
    a_job_counts_from_its_first_start_and_is_done_once
    what_was_done_or_taken_while_a_clock_was_wrong_holds_nobody_up
    of_many_who_order_the_same_once_one_does_and_the_mail_is_not_sent_again
}

/// Ends a case as a person would, at `at`.
async fn end(store: &Store, case: &Case, at: DateTime<Utc>) {
    let mut tx = store.write().await.expect("tx");
    let read = tx.case(case.id).await.expect("read").expect("there");
    let event = Event::HandledByHand { by: "ann".to_owned(), note: "n".to_owned() };
    let over = Case { state: crate::domain::CaseState::Done, finished_at: Some(at), ..read.case.clone() };
    tx.save_case(&read, &over, &event, at).await.expect("saved");
    tx.commit().await.expect("committed");
}

/// Orders a reply of a case, and sends it unless it is to stay.
async fn reply(store: &Store, case: &Case, is_sent: bool) {
    let mail = OutgoingMail {
        to: "jane@agency.example".to_owned(),
        message_id: "1@desk.example".to_owned(),
        octets: b"reply".to_vec(),
    };
    let action = Action::Reply { number: 1, kind: crate::domain::ReplyKind::Received };
    let order = Order { lane: Lane::Desk, mail: Some(mail), ..order(case, &action) };
    let mut tx = store.write().await.expect("tx");
    tx.order(order, now()).await.expect("ordered");
    if is_sent {
        let claim = tx
            .claim(Lane::Desk, Abandoned::TakenOver, now(), now() + TimeDelta::minutes(1))
            .await
            .expect("claimed");
        let claim = claim.expect("due");
        tx.end_action(&claim, ActionState::Done, None, now()).await.expect("held");
    }
    tx.add_evidence(case.id, "seen", &"what the approver saw", now()).await.expect("kept");
    tx.commit().await.expect("committed");
}

async fn mails_kept(store: &Store) -> Vec<i64> {
    let mut counts = Vec::new();
    for statement in [
        "SELECT COUNT(*) FROM raw_mails",
        "SELECT COUNT(*) FROM actions WHERE mail IS NOT NULL",
        "SELECT COUNT(*) FROM evidence",
    ] {
        counts.push(query_scalar(Text::both(statement)).fetch_one(&store.readers).await.expect("a number"));
    }
    counts
}

/// All rows of all tables, in words.
async fn everything(store: &Store) -> Vec<String> {
    let mut rows = Vec::new();
    for statement in [
        "SELECT name || value FROM settings ORDER BY 1",
        "SELECT name || CAST(value AS TEXT) FROM counters ORDER BY 1",
        "SELECT name || CAST(done_at AS TEXT) FROM jobs ORDER BY 1",
        "SELECT folder || CAST(next_uid AS TEXT) FROM cursors ORDER BY 1",
        "SELECT CAST(number AS TEXT) || state || doc || COALESCE(CAST(finished_at AS TEXT), '-') FROM cases ORDER BY 1",
        "SELECT record || CASE WHEN open THEN 'open' ELSE 'shut' END FROM case_records ORDER BY 1",
        "SELECT id || state || COALESCE(sha256, '-') || CASE WHEN possible THEN 'p' ELSE '-' END FROM messages ORDER BY 1",
        "SELECT message FROM raw_mails WHERE LENGTH(octets) > 3 ORDER BY 1",
        "SELECT sha256 || doc FROM evidence ORDER BY 1",
        "SELECT key || state || doc || COALESCE(mail_to, '-') || CAST(COALESCE(LENGTH(mail), 0) AS TEXT) FROM actions ORDER BY 1",
        "SELECT action || CAST(number AS TEXT) || COALESCE(outcome, '-') FROM attempts ORDER BY 1",
        "SELECT hash FROM history ORDER BY seq",
    ] {
        let some: Vec<String> =
            query_scalar(Text::both(statement)).fetch_all(&store.readers).await.expect(statement);
        assert!(!some.is_empty(), "there is something to compare: {statement}");
        rows.extend(some);
    }
    rows
}

async fn what_was_backed_up_comes_back_as_it_was_on_either_engine(ground: &Ground) {
    use std::os::unix::fs::PermissionsExt;
    let (plot, store) = scratch(ground).await;
    // More than one batch of each kind of table.
    for number in 0..40 {
        let case = with_case(&store).await;
        reply(&store, &case, number % 2 == 0).await;
    }
    store.job_done_at("digest", now()).await.expect("begun");
    let mut tx = store.write().await.expect("tx");
    tx.set_cursor("INBOX", 1, 7, now()).await.expect("set");
    for number in 0..600 {
        let id = CaseId::new(1001 + number % 40);
        let read = tx.case(id).await.expect("read").expect("there");
        let event = Event::Noted { by: "ann".to_owned(), note: number.to_string() };
        tx.save_case(&read, &read.case.clone(), &event, now()).await.expect("saved");
    }
    tx.commit().await.expect("committed");

    let file = plot.folder.path().join("a backup, 100% ours?.db");
    store.backup(&file).await.expect("written");
    let mode = std::fs::metadata(&file).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds mails");
    let beside: Vec<_> = std::fs::read_dir(plot.folder.path())
        .expect("read")
        .filter_map(|entry| entry.expect("read").file_name().into_string().ok())
        .filter(|name| name.starts_with("a backup") && name != "a backup, 100% ours?.db")
        .collect();
    assert_eq!(beside, Vec::<String>::new(), "a backup is one file");
    let again = store.backup(&file).await.expect_err("there is one");
    assert!(again.to_string().contains("there is a file of this name already"), "{again}");

    // From here into a file, and from there back.
    let before = everything(&store).await;
    let mut last = file;
    for (place, next) in [(&Ground::Sqlite, "second"), (ground, "third")] {
        let (_plot, restored) = scratch(place).await;
        restored.restore(&last, Numbers::GoOn, now()).await.expect("restored");
        last = plot.folder.path().join(next);
        restored.backup(&last).await.expect("written");
        assert_eq!(everything(&restored).await, before);
        let found = restored.verify().await.expect("verified");
        assert_eq!((found.faults, found.history), (vec![], 640));
        assert_eq!(restored.installation().await.expect("name"), store.installation().await.expect("name"));
        let mut tx = restored.write().await.expect("tx");
        assert_eq!(tx.next_case().await.expect("number"), CaseId::new(1041), "numbers go on");
    }
}

async fn a_store_that_may_have_gone_on_since_its_backup_comes_back_under_new_numbers_and_a_new_name(
    ground: &Ground,
) {
    let (plot, store) = scratch(ground).await;
    with_case(&store).await;
    let mut former = Vec::new();
    let (mut last, mut plots) = (store, Vec::new());
    for first in [20_001, 40_001] {
        let file = plot.folder.path().join(first.to_string());
        last.backup(&file).await.expect("written");
        former.push(last.installation().await.expect("name"));
        let (next, restored) = scratch(ground).await;
        plots.push(next);
        let own = restored.installation().await.expect("name");
        restored.restore(&file, Numbers::LeaveGap, now()).await.expect("restored");
        let name = restored.installation().await.expect("name");
        assert!(name != own && !former.contains(&name), "nothing was ever called so");
        assert_eq!(restored.former_installations().await.expect("names"), former);
        let mut tx = restored.write().await.expect("tx");
        assert_eq!(tx.next_case().await.expect("number"), CaseId::new(first));
        tx.commit().await.expect("committed");
        assert_eq!(restored.verify().await.expect("verified").faults, Vec::<String>::new());
        last = restored;
    }
}

async fn a_backup_goes_into_an_empty_store_without_a_daemon_only(ground: &Ground) {
    let (plot, store) = scratch(ground).await;
    with_case(&store).await;
    let file = plot.folder.path().join("backup");
    store.backup(&file).await.expect("written");
    let refused = store.restore(&file, Numbers::LeaveGap, now()).await.expect_err("not empty");
    assert!(matches!(refused, StoreError::NotEmpty { .. }), "{refused}");
    assert_eq!(store.verify().await.expect("verified").history, 1, "nothing was touched");

    let (_other, busy) = scratch(ground).await;
    let until = now() + TimeDelta::seconds(30);
    busy.take_lease("mailbox", "a daemon", now(), until).await.expect("asked").expect("free");
    let refused = busy.restore(&file, Numbers::LeaveGap, now()).await.expect_err("a daemon is on it");
    assert!(refused.to_string().contains("(a daemon)"), "{refused}");
    busy.restore(&file, Numbers::LeaveGap, until).await.expect("it is gone");

    let (other, empty) = scratch(ground).await;
    let strange = other.folder.path().join("strange");
    let strange_database = other.folder.path().join("strange.db");
    let pool = sql::Address::of_file(&strange_database).creating(PATIENCE);
    script(&pool, "CREATE TABLE t (x TEXT)").await;
    pool.close().await;
    let damaged = other.folder.path().join("damaged");
    let mut octets = std::fs::read(&file).expect("read");
    let cut = octets.len() / 2;
    octets.truncate(cut);
    std::fs::write(&damaged, octets).expect("written");
    for (file, text) in
        [(&strange, ""), (&strange, "hello, world: this is no database"), (&strange_database, "")]
    {
        if file == &strange {
            std::fs::write(file, text).expect("written");
        }
        let refused = empty.restore(file, Numbers::LeaveGap, now()).await.expect_err("not ours");
        assert!(refused.to_string().ends_with("is not a backup of roi-desk"), "{refused}");
    }
    empty.restore(&damaged, Numbers::LeaveGap, now()).await.expect_err("half of it is missing");
    empty
        .restore(&other.folder.path().join("nowhere"), Numbers::LeaveGap, now())
        .await
        .expect_err("it is not there");
    let found = empty.verify().await.expect("verified");
    assert_eq!((found.faults, found.history), (vec![], 0), "nothing was half done");
    let left: Vec<_> = std::fs::read_dir(other.folder.path())
        .expect("read")
        .filter_map(|entry| entry.expect("read").file_name().into_string().ok())
        .filter(|name| name.contains("restore"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "no copy is left lying about");
}

#[tokio::test]
async fn a_backup_of_a_newer_program_is_refused_and_says_so() {
    let (plot, store) = scratch(&Ground::Sqlite).await;
    script(
        &store.writer,
        "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
         SELECT 999, 'from the future', installed_on, success, checksum, execution_time FROM _sqlx_migrations
         WHERE version = 1",
    )
    .await;
    let file = plot.folder.path().join("backup");
    store.backup(&file).await.expect("written");
    let (_plot, empty) = scratch(&Ground::Sqlite).await;
    let refused = empty.restore(&file, Numbers::LeaveGap, now()).await.expect_err("it is newer");
    assert!(matches!(refused, StoreError::Backup { .. }), "it is the file, not the database: {refused}");
    let said = format!("{}: was written by a newer roi-desk (its tables are at step 999,", file.display());
    assert!(refused.to_string().starts_with(&said), "{refused}");
}

#[tokio::test]
async fn a_database_at_work_is_not_taken_for_a_backup() {
    let (plot, store) = scratch(&Ground::Sqlite).await;
    with_case(&store).await;
    let (_plot, empty) = scratch(&Ground::Sqlite).await;
    let live = plot.address.file().expect("a file");
    let refused = empty.restore(live, Numbers::LeaveGap, now()).await.expect_err("its log is beside it");
    assert!(refused.to_string().contains("is a database at work"), "{refused}");
}

async fn purge_all(store: &Store, before: DateTime<Utc>, at: DateTime<Utc>) -> u64 {
    let mut removed = 0;
    loop {
        let mut tx = store.write().await.expect("tx");
        let batch = tx.purge(before, at).await.expect("purged");
        tx.commit().await.expect("committed");
        if batch == 0 {
            return removed;
        }
        removed += batch;
    }
}

async fn retention_removes_what_is_old_and_over_and_nothing_else(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let (old, unsent, recent, open) =
        (with_case(&store).await, with_case(&store).await, with_case(&store).await, with_case(&store).await);
    for case in [&old, &recent, &open] {
        reply(&store, case, true).await;
    }
    reply(&store, &unsent, false).await;
    let (long_ago, lately) = (now() + TimeDelta::days(1), now() + TimeDelta::days(9));
    end(&store, &old, long_ago).await;
    end(&store, &unsent, long_ago).await;
    end(&store, &recent, lately).await;
    assert_eq!(mails_kept(&store).await, [4, 4, 4]);

    let (before, at) = (now() + TimeDelta::days(5), now() + TimeDelta::days(10));
    assert_eq!(purge_all(&store, now(), at).await, 0, "nothing is that old");
    assert_eq!(purge_all(&store, before, at).await, 5, "two mails, one reply, what was seen of two cases");
    assert_eq!(mails_kept(&store).await, [2, 3, 2], "a reply that has not left yet is kept");
    for (case, purged) in [(&old, Some(at)), (&unsent, Some(at)), (&recent, None), (&open, None)] {
        assert_eq!(store.purged_at(case.id).await.expect("asked"), purged, "{}", case.id);
    }
    let found = store.verify().await.expect("verified");
    assert_eq!(found.faults, Vec::<String>::new());
    assert_eq!(purge_all(&store, before, at).await, 0, "once");
}

async fn what_vanished_otherwise_is_found(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let (over, open) = (with_case(&store).await, with_case(&store).await);
    end(&store, &over, now()).await;
    script(&store.writer, "DELETE FROM raw_mails").await;
    let faults = store.verify().await.expect("verified").faults;
    assert_eq!(faults.iter().filter(|fault| fault.ends_with("its octets are gone")).count(), 2, "{faults:?}");
    // That they were removed on purpose is believed of cases that are over only.
    script(&store.writer, "UPDATE messages SET purged_at = 1").await;
    let faults = store.verify().await.expect("verified").faults;
    let place = store.messages_of(open.id).await.expect("read");
    let open = place.first().expect("its notice");
    assert_eq!(faults, [format!("message {}: its octets are gone", open.id)]);
}

async fn a_job_counts_from_its_first_start_and_is_done_once(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let later = now() + TimeDelta::days(1);
    assert_eq!(store.job_done_at("digest", now()).await.expect("begun"), now());
    assert_eq!(store.job_done_at("digest", later).await.expect("asked"), now(), "the first start counts");
    let mut tx = store.write().await.expect("tx");
    tx.job_done("digest", later).await.expect("done");
    tx.commit().await.expect("committed");
    assert_eq!(store.job_done_at("digest", later + TimeDelta::days(1)).await.expect("asked"), later);
    assert_eq!(store.job_done_at("remind", later).await.expect("begun"), later, "each for itself");
}

async fn what_was_done_or_taken_while_a_clock_was_wrong_holds_nobody_up(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let at = |minutes| now() + TimeDelta::minutes(minutes);
    let done = async |name: &str, when: DateTime<Utc>| {
        store.job_done_at(name, now()).await.expect("begun");
        let mut tx = store.write().await.expect("tx");
        tx.job_done(name, when).await.expect("noted");
        tx.commit().await.expect("committed");
    };
    done("digest", now() + TimeDelta::days(3_650)).await;
    assert_eq!(store.job_done_at("digest", at(1)).await.expect("asked"), at(1), "it counts from now");
    assert_eq!(store.job_done_at("digest", at(2)).await.expect("asked"), at(1), "and goes on doing so");
    done("remind", at(5)).await;
    let asked = store.job_done_at("remind", now()).await.expect("asked");
    assert_eq!(asked, at(5), "another daemon's clock is a little ahead: it is done");

    let half = TimeDelta::seconds(30);
    for (name, until, is_free) in
        [("years", now() + TimeDelta::days(3_650), true), ("a longer lease", at(9), false)]
    {
        store.take_lease(name, "one", now() - half, until).await.expect("asked").expect("free");
        let taken = store.take_lease(name, "two", now(), now() + half).await.expect("asked");
        assert_eq!(taken.is_some(), is_free, "{name}");
    }
}

async fn of_many_who_order_the_same_once_one_does_and_the_mail_is_not_sent_again(ground: &Ground) {
    let (_plot, store) = scratch(ground).await;
    let word = |number: u8| Order {
        key: "alarm/disk/2026-11-23T10/1".to_owned(),
        case: None,
        message: None,
        lane: Lane::Staff,
        kind: "alarm",
        action: None,
        mail: Some(OutgoingMail {
            to: "ops@helpdesk.example".to_owned(),
            message_id: "alarm@desk.example".to_owned(),
            octets: vec![number],
        }),
        due_at: now(),
    };
    let mut daemons = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (store, word) = (store.clone(), word(number));
        daemons.spawn(async move {
            let mut tx = store.write().await.expect("tx");
            let is_ordered = tx.order_once(word, now()).await.expect("nobody fails because of another");
            tx.commit().await.expect("committed");
            is_ordered
        });
    }
    let ordered = daemons.join_all().await.into_iter().filter(|is_ordered| *is_ordered).count();
    assert_eq!(ordered, 1);
    let mut tx = store.write().await.expect("tx");
    let claim = tx.claim(Lane::Staff, Abandoned::TakenOver, now(), now()).await.expect("asked").expect("due");
    tx.end_action(&claim, ActionState::Done, None, now()).await.expect("held");
    assert!(!tx.order_once(word(9), now()).await.expect("asked"), "it was sent");
    assert!(
        tx.claim(Lane::Staff, Abandoned::TakenOver, now(), now()).await.expect("asked").is_none(),
        "and is not again"
    );
}

#[tokio::test]
async fn what_retention_removed_is_not_in_the_file_any_more() {
    let (plot, store) = scratch(&Ground::Sqlite).await;
    let case = with_case(&store).await;
    let place = store.messages_of(case.id).await.expect("read").first().expect("one").clone();
    let mut tx = store.write().await.expect("tx");
    let octets = b"CLIENT-SECRET-WORDS ".repeat(500);
    query(Text::both("UPDATE raw_mails SET octets = $1 WHERE message = $2"))
        .bind(&octets[..])
        .bind(&place.id)
        .execute(&mut tx.inner)
        .await
        .expect("written");
    tx.commit().await.expect("committed");
    end(&store, &case, now()).await;
    assert!(purge_all(&store, now() + TimeDelta::days(5), now() + TimeDelta::days(10)).await > 0);
    let file = plot.address.file().expect("a file").to_owned();
    let words = || {
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        [file.as_os_str(), &log].map(|file| {
            let octets = std::fs::read(file).expect("read");
            octets.windows(19).filter(|words| words == b"CLIENT-SECRET-WORDS").count()
        })
    };
    assert!(words().iter().sum::<usize>() > 0, "the log has them still");
    assert!(store.empty_log().await.expect("asked"), "nobody reads");
    assert_eq!(words(), [0, 0], "what was removed is neither in the file nor in its log");
    // One who reads goes on reading what was there before.
    let mut reader = store.readers.begin(Isolation::Read).await.expect("begun");
    query(Text::both("SELECT COUNT(*) FROM cases")).fetch_optional(&mut reader).await.expect("read");
    store.job_done_at("digest", now()).await.expect("something is written");
    assert!(!store.empty_log().await.expect("asked"), "it says so");
}
