//! What health and metrics show of the store. Each statement goes along an index of what is still open: what is over
//! costs nothing, however much of it there is.

use chrono::{DateTime, Utc};

use super::{Lane, Store, StoreError, instant, millis, statements as sql};
use crate::domain::CaseId;
use crate::sql::{query_as, query_scalar};

/// How the store stands at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// Open cases, by state (in the store's words), with the receipt of the oldest.
    pub open: Vec<(String, i64, DateTime<Utc>)>,
    /// Open cases whose deadline is over.
    pub overdue: i64,
    /// Actions that are not over, by lane (in the store's words), with the oldest due time that is past.
    pub waiting: Vec<(String, i64, Option<DateTime<Utc>>)>,
}

/// An action that does not get on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// The word for it.
    pub kind: String,
    /// Its case, if it has one.
    pub case: Option<CaseId>,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl Store {
    /// Open cases and waiting actions.
    pub async fn figures(&self, now: DateTime<Utc>) -> Result<Figures, StoreError> {
        let open: Vec<(String, i64, i64)> = query_as(sql::CASES_OPEN).fetch_all(&self.readers).await?;
        let overdue = query_scalar(sql::CASES_OVERDUE).bind(millis(now)).fetch_one(&self.readers).await?;
        let waiting: Vec<(String, i64, Option<i64>)> =
            query_as(sql::ACTIONS_WAITING).bind(millis(now)).fetch_all(&self.readers).await?;
        Ok(Figures {
            open: open
                .into_iter()
                .map(|(state, count, oldest)| {
                    let oldest = instant("cases", &state, oldest)?;
                    Ok((state, count, oldest))
                })
                .collect::<Result<_, StoreError>>()?,
            overdue,
            waiting: waiting
                .into_iter()
                .map(|(lane, count, due)| {
                    let due = due.map(|due| instant("actions", &lane, due)).transpose()?;
                    Ok((lane, count, due))
                })
                .collect::<Result<_, StoreError>>()?,
        })
    }

    /// The action of `lane` that was due longest before `before`, could have been begun since, and was not.
    pub async fn overdue_action(
        &self,
        lane: Lane,
        before: DateTime<Utc>,
    ) -> Result<Option<Stuck>, StoreError> {
        let row = query_as(sql::ACTION_OVERDUE).bind(lane.as_str()).bind(millis(before));
        stuck(row.fetch_optional(&self.readers).await?)
    }

    /// The action of `lane` of which every attempt has failed since the earliest time before `before`.
    pub async fn failing_action(
        &self,
        lane: Lane,
        before: DateTime<Utc>,
    ) -> Result<Option<Stuck>, StoreError> {
        let row = query_as(sql::ACTION_FAILING).bind(lane.as_str()).bind(millis(before));
        stuck(row.fetch_optional(&self.readers).await?)
    }
}

fn stuck(row: Option<(String, Option<i64>, i64)>) -> Result<Option<Stuck>, StoreError> {
    row.map(|(kind, case, since)| {
        let since = instant("actions", &kind, since)?;
        Ok(Stuck { kind, case: case.map(CaseId::new), since })
    })
    .transpose()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use sqlx::{AssertSqlSafe, SqlSafeStr};

    use super::super::{
        Abandoned, PutOff,
        tests::{now, scratch, with_case},
    };
    use super::*;
    use crate::{
        domain::ActionState,
        sql::{
            Engine, Text,
            ground::{Ground, on_both_engines},
            query,
        },
    };

    on_both_engines! {
        open_cases_and_waiting_actions_are_counted
        an_action_that_nobody_works_on_is_found_and_one_that_is_claimed_is_not
        what_fails_again_and_again_is_found_and_what_only_waits_is_not
    }

    async fn open_cases_and_waiting_actions_are_counted(ground: &Ground) {
        let (_plot, store) = scratch(ground).await;
        assert_eq!(store.figures(now()).await.expect("read"), Figures::default());
        with_case(&store).await;
        with_case(&store).await;
        let figures = store.figures(now()).await.expect("read");
        assert_eq!(figures.open, [("received".to_owned(), 2, now())]);
        assert_eq!(figures.overdue, 2, "due at this very moment");
        assert_eq!(figures.waiting, [("mailbox".to_owned(), 2, Some(now()))]);
        let before = store.figures(now() - TimeDelta::seconds(1)).await.expect("read");
        assert_eq!((before.overdue, before.waiting), (0, vec![("mailbox".to_owned(), 2, None)]));
    }

    async fn an_action_that_nobody_works_on_is_found_and_one_that_is_claimed_is_not(ground: &Ground) {
        let (_plot, store) = scratch(ground).await;
        let case = with_case(&store).await;
        let overdue = |before| store.overdue_action(Lane::Mailbox, before);
        assert_eq!(overdue(now() - TimeDelta::seconds(1)).await.expect("read"), None);
        let found = Some(Stuck { kind: "take_mail".to_owned(), case: Some(case.id), since: now() });
        assert_eq!(overdue(now()).await.expect("read"), found);
        assert_eq!(store.overdue_action(Lane::Desk, now()).await.expect("read"), None);

        let until = now() + TimeDelta::minutes(10);
        let mut tx = store.write().await.expect("tx");
        assert!(
            tx.claim(Lane::Mailbox, Abandoned::TakenOver, now(), until).await.expect("claimed").is_some()
        );
        tx.commit().await.expect("committed");
        assert_eq!(overdue(until - TimeDelta::seconds(1)).await.expect("read"), None);
        assert_eq!(overdue(until).await.expect("read"), found, "whoever had it is gone");
    }

    async fn what_fails_again_and_again_is_found_and_what_only_waits_is_not(ground: &Ground) {
        let (_plot, store) = scratch(ground).await;
        with_case(&store).await;
        let put_off = async |why: PutOff, at: DateTime<Utc>| {
            let mut tx = store.write().await.expect("tx");
            let claim =
                tx.claim(Lane::Mailbox, Abandoned::TakenOver, at, at).await.expect("read").expect("due");
            tx.put_off(&claim, "not now", why, at, at).await.expect("held");
            tx.commit().await.expect("committed");
        };
        let failing = async || {
            let later = now() + TimeDelta::days(1);
            let stuck = store.failing_action(Lane::Mailbox, later).await.expect("read");
            stuck.map(|stuck| (stuck.since - now()).num_minutes())
        };
        let at = |minute| now() + TimeDelta::minutes(minute);
        put_off(PutOff::Waiting, at(1)).await;
        assert_eq!(failing().await, None);
        put_off(PutOff::Failed, at(2)).await;
        put_off(PutOff::Failed, at(3)).await;
        assert_eq!(failing().await, Some(2), "since the first failure");
        put_off(PutOff::Waiting, at(4)).await;
        assert_eq!(failing().await, None, "an attempt that was answered ends it");
        put_off(PutOff::Failed, at(5)).await;
        assert_eq!(failing().await, Some(5));
        let mut tx = store.write().await.expect("tx");
        let claim =
            tx.claim(Lane::Mailbox, Abandoned::TakenOver, at(6), at(7)).await.expect("read").expect("due");
        tx.end_action(&claim, ActionState::Done, None, at(6)).await.expect("held");
        tx.commit().await.expect("committed");
        assert_eq!(failing().await, None);
    }

    /// A hundred thousand old cases must cost a look nothing: each statement goes along an index of what is open.
    #[tokio::test]
    async fn every_figure_is_read_along_an_index_of_what_is_open() {
        let (_plot, store) = scratch(&Ground::Sqlite).await;
        for (statement, index) in [
            (sql::CASES_OPEN, "cases_open"),
            (sql::CASES_OVERDUE, "cases_open"),
            (sql::ACTIONS_WAITING, "actions_due"),
            (sql::ACTION_OVERDUE, "actions_due"),
            (sql::ACTION_FAILING, "actions_failing"),
        ] {
            let text = statement.on(Engine::Sqlite);
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", text.as_str())).into_sql_str();
            let plan = query(Text::from(explain)).fetch_all(&store.readers).await.expect("a plan");
            let plan: Vec<String> = plan.iter().map(|row| row.get("detail").expect("text")).collect();
            let first = plan.first().map(String::as_str).unwrap_or_default();
            assert!(first.contains("INDEX") && first.contains(index), "{}: {plan:?}", text.as_str());
        }
    }
}
