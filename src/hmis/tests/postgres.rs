//! What is PostgreSQL's own: others write beside us.

use super::*;
use crate::sql::{ground::Postgres, query_scalar};

#[tokio::test(flavor = "multi_thread")]
async fn data_entered_between_the_reading_and_the_change_voids_the_closing() {
    let ground = Ground::Postgres(Postgres::start());
    let scratch = twins(&ground).await;
    let hmis = std::sync::Arc::new(scratch.open(Role::Live).await);
    let one = read_one(&hmis, "1").await;
    let closing = closing(&[&one], vec![Change::CloseSharing]);

    // An HMIS that looks at the record, holds it, and enters something in it.
    let mut entering = scratch.other.begin(Isolation::Serializable).await.expect("it begins");
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
    // By now the closing has read everything, and waits for the row it is to change.
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
