//! What is SQLite's own: one file, columns that take any type, one writer.

use super::*;

/// A connection as another program would have one.
async fn connection(scratch: &Scratch) -> sqlx::pool::PoolConnection<sqlx::Sqlite> {
    let Pool::Sqlite(pool) = &scratch.other else { unreachable!("a file") };
    pool.acquire().await.expect("it opens")
}

async fn run(connection: &mut sqlx::SqliteConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(connection).await.expect("it runs");
}

#[tokio::test]
async fn a_value_of_another_type_names_table_column_and_row() {
    for (sql, words) in [
        ("UPDATE hmis_record SET minor = 'of age'", "hmis_record.minor of record 1 is not yes, no or empty"),
        ("UPDATE hmis_record SET priority_list = 0.5", "hmis_record.priority_list of record 1"),
        ("UPDATE hmis_record SET alias = x'ff00'", "hmis_record.alias of record 1 is not a text"),
        ("UPDATE hmis_data SET shared = 'secret'", "hmis_data.shared of record 1"),
        ("UPDATE hmis_agency SET victim_service_provider = 'secret' WHERE agency_id = 'B'", "of agency B"),
        ("UPDATE hmis_source SET complete = 'secret'", "hmis_source.complete of source s, fact all"),
    ] {
        let scratch = Scratch::new(&Ground::Sqlite).await;
        scratch.sql(sql).await;
        let hmis = scratch.open(Role::Live).await;
        let error = hmis.read(&[record("1")], now()).await.expect_err(sql);
        let text = error.to_string();
        assert!(text.contains(words), "{sql}: {text}");
        assert!(!text.contains("secret") && !error.is_temporary(), "{text}");
    }
}

#[tokio::test]
async fn numbers_where_a_text_is_due_are_read_as_the_text() {
    let scratch = Scratch::new(&Ground::Sqlite).await;
    scratch
        .sql("INSERT INTO hmis_record (record_id, creator_agency_id, alias) VALUES (1555555, 42, 7)")
        .await;
    let hmis = scratch.open(Role::Live).await;
    let snapshot = read_one(&hmis, "1555555").await;
    assert_eq!((snapshot.creator, snapshot.alias), (Fact::Known(agency("42")), Some("7".to_owned())));
}

#[tokio::test]
async fn only_init_creates_the_database_and_it_leaves_what_is_there() {
    let scratch = Scratch::new(&Ground::Sqlite).await;
    let missing = Ground::Sqlite.plot();
    let options = HmisOptions { address: missing.address.clone(), ..scratch.options(Role::Live) };
    let error = Hmis::open(&options).await.expect_err("there is no file");
    assert!(matches!(&error, HmisError::NoDatabase(_)) && !error.is_temporary());
    assert!(error.to_string().contains("roi-desk hmis init"), "{error}");
    assert!(missing.address.file().is_some_and(|file| !file.exists()));

    let nowhere = format!("sqlite://{}", missing.folder.path().join("no/such/hmis.db").display());
    let nowhere = Address::parse(&nowhere, None).expect("usable");
    assert!(Hmis::init(&nowhere).await.expect_err("no folder").to_string().contains("create it"));

    let before = scratch.dump().await;
    Hmis::init(&scratch.plot.address).await.expect("the tables are there already");
    assert_eq!(scratch.dump().await, before);
}

#[tokio::test]
async fn a_locked_database_is_a_reason_to_try_again() {
    let scratch = twins(&Ground::Sqlite).await;
    let options = HmisOptions { timeout: Duration::from_millis(200), ..scratch.options(Role::Live) };
    let hmis = Hmis::open(&options).await.expect("the database opens");
    let one = read_one(&hmis, "1").await;
    let mut other = connection(&scratch).await;
    run(&mut other, "BEGIN IMMEDIATE").await;
    let closing = closing(&[&one], vec![Change::CloseSharing]);
    let error = hmis.close(&closing, now()).await.expect_err("another program is writing");
    assert!(error.is_temporary() && !error.is_uncertain(), "{error}");
    // Reading goes on, and sees nothing of what is not committed.
    assert_eq!(read_one(&hmis, "1").await, one);
    run(&mut other, "ROLLBACK").await;
    let patient = scratch.open(Role::Live).await;
    assert_closed(patient.close(&closing, now()).await);
}

#[tokio::test]
async fn a_commit_without_an_answer_is_uncertain_and_the_record_tells_what_became_of_it() {
    let scratch = twins(&Ground::Sqlite).await;
    // Without write-ahead logging a commit waits for readers.
    let mut other = connection(&scratch).await;
    run(&mut other, "PRAGMA journal_mode = DELETE").await;
    let options = HmisOptions { timeout: Duration::from_millis(200), ..scratch.options(Role::Live) };
    let hmis = Hmis::open(&options).await.expect("the database opens");
    let one = read_one(&hmis, "1").await;
    run(&mut other, "BEGIN; SELECT COUNT(*) FROM hmis_record").await;
    let closing = closing(&[&one], vec![Change::CloseSharing]);
    let error = hmis.close(&closing, now()).await.expect_err("somebody is reading");
    assert!(error.is_uncertain() && !error.is_temporary(), "{error}");
    run(&mut other, "ROLLBACK").await;
    let patient = scratch.open(Role::Live).await;
    assert!(!closing.is_applied(&read_one(&patient, "1").await));
    assert_closed(patient.close(&closing, now()).await);
}
