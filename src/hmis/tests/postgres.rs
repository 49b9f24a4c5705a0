//! What is PostgreSQL's own: others write beside us.

use super::*;
use crate::sql::{ground::Postgres, query_scalar};

/// An HMIS that looks at a record, holds it and enters something in it while the desk closes it.
async fn data_entered_meanwhile_voids_the_closing(isolation: Isolation) {
    let ground = Ground::Postgres(Postgres::start());
    let scratch = twins(&ground).await;
    let hmis = std::sync::Arc::new(scratch.open(Role::Live).await);
    let one = read_one(&hmis, "1").await;
    let closing = closing(&[&one], vec![Change::CloseSharing]);

    let mut entering = scratch.other.begin(isolation).await.expect("it begins");
    entering
        .run_script("SELECT * FROM hmis_record WHERE record_id = '1' FOR UPDATE")
        .await
        .expect("the record is held");
    let task = tokio::task::spawn({
        let hmis = std::sync::Arc::clone(&hmis);
        async move { hmis.close(&closing, now()).await }
    });
    let looking = scratch.plot.address.readers(1, Duration::from_secs(20));
    let waiting = async {
        let mut again = tokio::time::interval(Duration::from_millis(10));
        loop {
            again.tick().await;
            let waits: i64 = query_scalar("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")
                .fetch_one(&looking)
                .await
                .expect("the server tells");
            if waits > 0 {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("the closing waits for the record");
    entering
        .run_script(
            "INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES ('s', 'note', '9', '1', 'C')",
        )
        .await
        .expect("entered");
    entering.commit().await.expect("committed");

    let outcome = task.await.expect("it ran").expect("it is decided");
    let CloseOutcome::FactsChanged(snapshots) = outcome else {
        unreachable!("nothing may be applied: {outcome:?}")
    };
    assert_eq!(snapshots, [read_one(&hmis, "1").await]);
    assert!(snapshots.iter().all(|it| it.data.live.contains(&agency("C")) && it.sharing.is(&Sharing::Open)));
}

#[tokio::test(flavor = "multi_thread")]
async fn data_entered_by_an_ordinary_transaction_between_the_reading_and_the_change_voids_the_closing() {
    data_entered_meanwhile_voids_the_closing(Isolation::Write).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_so_does_data_entered_by_a_serializable_one() {
    data_entered_meanwhile_voids_the_closing(Isolation::Serializable).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_not_hold_the_tables_is_found_by_check_and_changes_nothing() {
    let server = Postgres::start();
    let url = server.database();
    let ground = Ground::Postgres(server);
    let mut scratch = twins(&ground).await;
    scratch
        .sql(
            "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN;
             GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; GRANT UPDATE ON hmis_record TO reader",
        )
        .await;
    let own = scratch.plot.address.name();
    let database = own.split(' ').next().expect("its name").to_owned();
    let last = url.split('?').next().and_then(|url| url.rsplit('/').next()).expect("a name").to_owned();
    let url = url.replace("desk@", "reader@").replace(&format!("/{last}?"), &format!("/{database}?"));
    scratch.plot.address = Address::parse(&url, None).expect("usable");
    let hmis = scratch.open(Role::Live).await;
    let one = read_one(&hmis, "1").await;
    for refused in [
        hmis.check_changes().await.expect_err("not allowed"),
        hmis.close(&closing(&[&one], vec![Change::CloseSharing]), now()).await.expect_err("not allowed"),
    ] {
        assert!(refused.to_string().contains("hold.sql") && !refused.is_temporary(), "{refused}");
    }
    assert_eq!(read_one(&hmis, "1").await, one);
}
