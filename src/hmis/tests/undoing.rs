//! Undo on both engines: byte for byte what the closing changed, and only while the record stands as it was left.

use super::*;
use crate::sql::ground::on_both_engines;

on_both_engines! {
    an_undo_sets_back_every_row_as_it_was
    an_undo_leaves_an_alias_that_the_closing_left
    whatever_was_entered_since_refuses_the_undo_and_nothing_is_changed
    an_undo_is_made_once_and_a_lost_outcome_shows_in_the_record
    what_happens_to_other_records_does_not_stop_an_undo
    where_who_has_data_is_not_completely_known_nothing_is_undone
    a_row_that_cannot_be_put_back_rolls_all_back
    a_site_with_its_own_tables_closes_without_a_trace_unless_it_says_how_to_undo
    a_mirror_undoes_nothing
}

/// Record 1 of [`twins`] closed as Scenario 2; all rows before that, and what the closing noted.
async fn closed(scratch: &Scratch, hmis: &Hmis) -> (BTreeSet<String>, Box<Trace>) {
    let before = scratch.dump().await;
    let snapshot = read_one(hmis, "1").await;
    let closing = Closing::of(&snapshot, Some(Scenario::Two), &[]).expect("it is open");
    let trace = assert_closed(hmis.close(&closing, now()).await).expect("the reference tables tell");
    assert_ne!(scratch.dump().await, before);
    (before, trace)
}

async fn undo(hmis: &Hmis, trace: &Trace) -> UndoOutcome {
    hmis.undo(&record("1"), trace, now()).await.expect("it is decided")
}

async fn an_undo_sets_back_every_row_as_it_was(ground: &Ground) {
    for alias in ["'SHARED'", "' shared '", "NULL", "''"] {
        let scratch = twins(ground).await;
        scratch.sql(&format!("UPDATE hmis_record SET alias = {alias}")).await;
        let hmis = scratch.open(Role::Live).await;
        let (before, trace) = closed(&scratch, &hmis).await;
        assert_eq!(trace.removed().len(), 6, "grants to C1, C2 and X, of two sources each");
        assert_eq!(undo(&hmis, &trace).await, UndoOutcome::Undone, "{alias}");
        // An empty text and NULL are not the same.
        let null =
            scratch.count("SELECT COUNT(*) FROM hmis_record WHERE alias IS NULL AND record_id = '1'").await;
        assert_eq!((scratch.dump().await, null), (before, i64::from(alias == "NULL")), "{alias}");
    }
}

async fn an_undo_leaves_an_alias_that_the_closing_left(ground: &Ground) {
    let scratch = twins(ground).await;
    scratch.sql("UPDATE hmis_record SET alias = 'ask Jo'").await;
    let hmis = scratch.open(Role::Live).await;
    let (before, trace) = closed(&scratch, &hmis).await;
    let kept = format!("{trace:?}");
    assert!(trace.alias.is_none() && !kept.contains("Jo"), "words of an agency's own are not kept: {kept}");
    assert_eq!(undo(&hmis, &trace).await, UndoOutcome::Undone);
    assert_eq!(scratch.dump().await, before);
}

async fn whatever_was_entered_since_refuses_the_undo_and_nothing_is_changed(ground: &Ground) {
    for (name, meanwhile, words) in [
        (
            "another agency adds data",
            "INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('s', 'note', '9', '1', 'C')",
            "was entered in it",
        ),
        (
            "its own agency adds data",
            "INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('s', 'note', '9', '1', 'A1')",
            "was entered in it",
        ),
        (
            "something that is deleted already",
            "INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id, deleted_at)
                VALUES ('s', 'note', '9', '1', 'A1', '2026-11-02')",
            "was entered in it",
        ),
        (
            "a thing is deleted",
            "UPDATE hmis_data SET deleted_at = '2026-11-02' WHERE item_id = '3'",
            "deleted since",
        ),
        ("a row is gone", "DELETE FROM hmis_data WHERE item_id = '3'", "deleted since"),
        ("a lock", "UPDATE hmis_data SET shared = TRUE WHERE item_id = '3'", "changed or deleted"),
        (
            "a project stay",
            "INSERT INTO hmis_entry (source, entry_id, record_id, agency_id, entry_date) VALUES ('s', '9', '1', 'A', '2026-11-02')",
            "was entered in it",
        ),
        (
            "a stay ends",
            "UPDATE hmis_entry SET exit_date = '2026-11-02' WHERE entry_id = '1'",
            "changed or deleted",
        ),
        (
            "another project",
            "UPDATE hmis_entry SET project_id = 'elsewhere' WHERE entry_id = '1'",
            "changed or deleted",
        ),
        (
            "a record merged into it",
            "INSERT INTO hmis_record (record_id, status, merged_into) VALUES ('77', 'merged', '1')",
            "entered",
        ),
        ("another alias", "UPDATE hmis_record SET alias = 'ask Jo' WHERE record_id = '1'", "alias"),
        ("no alias", "UPDATE hmis_record SET alias = NULL WHERE record_id = '1'", "alias"),
        (
            "a grant",
            "INSERT INTO hmis_grant (source, record_id, agency_id) VALUES ('s', '1', 'V')",
            "granted visibility",
        ),
        (
            "a grant is gone",
            "DELETE FROM hmis_grant WHERE record_id = '1' AND source = 't'",
            "granted visibility",
        ),
        (
            "re-opened by hand",
            "UPDATE hmis_record SET sharing = 'open' WHERE record_id = '1'",
            "no longer closed",
        ),
        ("unknown", "UPDATE hmis_record SET sharing = 'unknown' WHERE record_id = '1'", "no longer closed"),
        (
            "merged",
            "UPDATE hmis_record SET status = 'merged', merged_into = '2' WHERE record_id = '1'",
            "the record itself was changed",
        ),
        (
            "deleted",
            "UPDATE hmis_record SET status = 'deleted' WHERE record_id = '1'",
            "the record itself was changed",
        ),
        (
            "the ROI date",
            "UPDATE hmis_record SET roi_consent_date = NULL WHERE record_id = '1'",
            "Date of ROI Consent",
        ),
        ("a source no longer vouches", "UPDATE hmis_source SET complete = FALSE", "not completely known"),
        ("the record is gone", "DELETE FROM hmis_record WHERE record_id = '1'", "no longer has the record"),
    ] {
        let scratch = twins(ground).await;
        let hmis = scratch.open(Role::Live).await;
        let (_, trace) = closed(&scratch, &hmis).await;
        scratch.sql(meanwhile).await;
        let before = scratch.dump().await;
        let outcome = undo(&hmis, &trace).await;
        let UndoOutcome::Differs(why) = outcome else { unreachable!("{name}: {outcome:?}") };
        assert!(why.iter().any(|why| why.contains(words)), "{name}: {why:?}");
        assert!(!why.iter().any(|why| why.contains("Jo")), "{why:?}");
        assert_eq!(scratch.dump().await, before, "{name}");
        assert!(!hmis.stands_as_before(&record("1"), &trace).await.expect("read"), "{name}");
    }
}

async fn an_undo_is_made_once_and_a_lost_outcome_shows_in_the_record(ground: &Ground) {
    let scratch = twins(ground).await;
    let (here, there) = (scratch.open(Role::Live).await, scratch.open(Role::Live).await);
    let (before, trace) = closed(&scratch, &here).await;
    assert!(!here.stands_as_before(&record("1"), &trace).await.expect("read"));
    let record = record("1");
    let (first, second) = tokio::join!(here.undo(&record, &trace, now()), there.undo(&record, &trace, now()));
    let mut outcomes =
        [first.expect("decided"), second.expect("decided")].map(|outcome| format!("{outcome:?}"));
    outcomes.sort();
    assert_eq!(outcomes, ["AsBefore", "Undone"]);
    assert!(here.stands_as_before(&record, &trace).await.expect("read"));
    assert_eq!(scratch.dump().await, before);
}

async fn what_happens_to_other_records_does_not_stop_an_undo(ground: &Ground) {
    let scratch = twins(ground).await;
    let hmis = scratch.open(Role::Live).await;
    let (_, trace) = closed(&scratch, &hmis).await;
    scratch
        .sql(
            "UPDATE hmis_record SET alias = 'x' WHERE record_id = '2';
             UPDATE hmis_record SET priority_list = TRUE WHERE record_id = '1';
             INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('s', 'note', '9', '2', 'C')",
        )
        .await;
    assert_eq!(undo(&hmis, &trace).await, UndoOutcome::Undone);
}

async fn where_who_has_data_is_not_completely_known_nothing_is_undone(ground: &Ground) {
    let scratch = twins(ground).await;
    scratch.sql("UPDATE hmis_source SET fact = 'sharing'").await;
    let hmis = scratch.open(Role::Live).await;
    let (_, trace) = closed(&scratch, &hmis).await;
    let UndoOutcome::Differs(why) = undo(&hmis, &trace).await else { unreachable!("it cannot be known") };
    assert!(why.iter().any(|why| why.contains("not completely known")), "{why:?}");
}

async fn a_row_that_cannot_be_put_back_rolls_all_back(ground: &Ground) {
    let scratch = twins(ground).await;
    let hmis = scratch.open(Role::Live).await;
    let (_, trace) = closed(&scratch, &hmis).await;
    let before = scratch.dump().await;
    let mut torn = trace.clone();
    torn.before.grants.pop();
    torn.before.entered_sha256.clear();
    let error = hmis.undo(&record("1"), &torn, now()).await.expect_err("not exactly as before");
    assert!(matches!(error, HmisError::Mismatch { .. }) && !error.is_temporary(), "{error}");
    assert_eq!(scratch.dump().await, before);
}

async fn a_site_with_its_own_tables_closes_without_a_trace_unless_it_says_how_to_undo(ground: &Ground) {
    let scratch = twins(ground).await;
    let statements = scratch.plot.folder.path().join("statements");
    std::fs::create_dir(&statements).expect("a folder");
    let copy = |name: &str, text: &str| std::fs::write(statements.join(name), text).expect("written");
    copy("data.sql", include_str!("../sql/data.sql"));
    let options = HmisOptions { statements: Some(statements.clone()), ..scratch.options(Role::Live) };
    let hmis = Hmis::open(&options).await.expect("the database opens");
    let snapshot = read_one(&hmis, "1").await;
    let closing = Closing::of(&snapshot, Some(Scenario::Two), &[]).expect("it is open");
    assert_eq!(assert_closed(hmis.close(&closing, now()).await), None, "closed all the same");

    let warning = "warning: closings cannot be undone: hmis.statements lacks entered.sql, grant_rows.sql, open_sharing.sql, restore_grant.sql";
    let check = async |hmis: &Hmis| hmis.check(now()).await.expect("all fit");
    assert!(check(&hmis).await.iter().any(|line| line == warning));
    scratch.sql("UPDATE hmis_record SET sharing = 'open', alias = NULL").await;
    copy("entered.sql", include_str!("../sql/entered.sql"));
    copy("grant_rows.sql", include_str!("../sql/grant_rows.sql"));
    copy("open_sharing.sql", include_str!("../sql/open_sharing.sql"));
    copy("restore_grant.sql", include_str!("../sql/insert_grant.sql"));
    let hmis = Hmis::open(&options).await.expect("the database opens");
    assert!(!check(&hmis).await.iter().any(|line| line == warning));
    let (before, trace) = closed(&scratch, &hmis).await;
    assert_eq!(undo(&hmis, &trace).await, UndoOutcome::Undone);
    assert_eq!(scratch.dump().await, before);
}

async fn a_mirror_undoes_nothing(ground: &Ground) {
    let scratch = twins(ground).await;
    let (_, trace) = closed(&scratch, &scratch.open(Role::Live).await).await;
    let before = scratch.dump().await;
    let mirror = scratch.open(Role::Mirror).await;
    let refused = mirror.undo(&record("1"), &trace, now()).await;
    assert!(matches!(refused, Err(HmisError::Mirror)), "{refused:?}");
    assert_eq!(scratch.dump().await, before);
}
