//! What the staff console lists: cases page by page, and all there is to tell of one.

use chrono::{DateTime, Utc};

use super::{Loaded, Store, StoreError, document, instant, millis, statements as sql};
use crate::{
    domain::{AgencyId, CaseId, CaseState, ClientId},
    sql::{Text, query_as},
};

/// Which list of cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Listed {
    /// What waits for a person, the most urgent first.
    #[default]
    Waiting,
    /// What is open and waits for nobody here, what is due first.
    Running,
    /// What is over, the last first.
    Over,
}

/// What of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only cases in this state.
    pub state: Option<CaseState>,
    /// Only cases of this agency.
    pub agency: Option<AgencyId>,
    /// Only cases of clients on the Priority List, or with a victim service provider.
    pub flagged: bool,
    /// Only cases that were due by then.
    pub due_by: Option<DateTime<Utc>>,
}

/// How many waiting cases are in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateCount {
    /// The state.
    pub state: CaseState,
    /// How many.
    pub cases: i64,
    /// How many of them are flagged.
    pub flagged: i64,
    /// How many of them are overdue.
    pub overdue: i64,
}

/// One attempt at an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The action's key.
    pub action: String,
    /// Which attempt at it, from 1.
    pub number: i64,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// When it ended; `None`: under way, or nobody knows.
    pub ended_at: Option<DateTime<Utc>>,
    /// What came of it.
    pub outcome: Option<String>,
}

/// A reply that a case ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderedReply {
    /// The action's key; the reply's number stands at its end.
    pub key: String,
    /// How far it got, in the outbox's word.
    pub state: String,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// To whom.
    pub to: Option<String>,
    /// The mail as it left or will leave; `None`: it could not be made, or was removed since (`retention.mail`).
    pub octets: Option<Vec<u8>>,
    /// When it was ordered.
    pub ordered_at: DateTime<Utc>,
    /// When it came to its end.
    pub ended_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct AttemptColumns {
    action: String,
    number: i64,
    begun_at: i64,
    ended_at: Option<i64>,
    outcome: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ReplyColumns {
    key: String,
    state: String,
    last_error: Option<String>,
    mail_to: Option<String>,
    mail: Option<Vec<u8>>,
    ordered_at: i64,
    ended_at: Option<i64>,
}

impl Store {
    /// A page of a list: `limit` cases after the first `offset`.
    pub async fn page(
        &self,
        listed: Listed,
        filter: &Filter,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Loaded>, StoreError> {
        let text = match listed {
            Listed::Waiting => sql::QUEUE_WAITING,
            Listed::Running => sql::QUEUE_RUNNING,
            Listed::Over => sql::QUEUE_OVER,
        };
        let rows: Vec<(String, i64)> = query_as(text)
            .bind(filter.state.map_or("", CaseState::as_str))
            .bind(filter.agency.as_ref().map_or("", AgencyId::as_str))
            .bind(filter.flagged)
            .bind(filter.due_by.map(millis))
            .bind(limit)
            .bind(offset)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(listed_case).collect()
    }

    /// How many cases wait for a person in each state, under a filter whose state does not count.
    pub async fn waiting(&self, filter: &Filter, now: DateTime<Utc>) -> Result<Vec<StateCount>, StoreError> {
        let rows: Vec<(String, i64, i64, i64)> = query_as(sql::QUEUE_WAITING_COUNT)
            .bind(filter.agency.as_ref().map_or("", AgencyId::as_str))
            .bind(filter.flagged)
            .bind(millis(now))
            .bind(filter.due_by.map(millis))
            .fetch_all(&self.readers)
            .await?;
        let count = |(state, cases, flagged, overdue): (String, i64, i64, i64)| {
            let known = CaseState::parse(&state).ok_or_else(|| StoreError::BadRow {
                table: "cases",
                row: "in the queue".to_owned(),
                what: format!("the state {state} is not known"),
            })?;
            Ok(StateCount { state: known, cases, flagged, overdue })
        };
        rows.into_iter().map(count).collect()
    }

    /// The cases that name a record, the last first; a hundred at most.
    pub async fn cases_about(&self, record: &ClientId) -> Result<Vec<Loaded>, StoreError> {
        self.listed(sql::CASES_ABOUT, Some(record.as_str())).await
    }

    /// The last cases whose sender speaks for no agency; two hundred at most.
    pub async fn cases_without_agency(&self) -> Result<Vec<Loaded>, StoreError> {
        self.listed(sql::CASES_WITHOUT_AGENCY, None).await
    }

    async fn listed(&self, text: Text, about: Option<&str>) -> Result<Vec<Loaded>, StoreError> {
        let mut asked = query_as(text);
        if let Some(about) = about {
            asked = asked.bind(about);
        }
        let rows: Vec<(String, i64)> = asked.fetch_all(&self.readers).await?;
        rows.into_iter().map(listed_case).collect()
    }

    /// The replies a case ordered, as they will leave or have left.
    pub async fn replies(&self, case: CaseId) -> Result<Vec<OrderedReply>, StoreError> {
        let rows: Vec<ReplyColumns> =
            query_as(sql::REPLIES_OF_CASE).bind(case.number()).fetch_all(&self.readers).await?;
        let reply = |row: ReplyColumns| {
            Ok(OrderedReply {
                ordered_at: instant("actions", &row.key, row.ordered_at)?,
                ended_at: row.ended_at.map(|at| instant("actions", &row.key, at)).transpose()?,
                key: row.key,
                state: row.state,
                last_error: row.last_error,
                to: row.mail_to,
                octets: row.mail,
            })
        };
        rows.into_iter().map(reply).collect()
    }

    /// Every attempt at the actions of a case, as they began.
    pub async fn attempts(&self, case: CaseId) -> Result<Vec<Attempt>, StoreError> {
        let rows: Vec<AttemptColumns> =
            query_as(sql::ATTEMPTS_OF_CASE).bind(case.number()).fetch_all(&self.readers).await?;
        let attempt = |row: AttemptColumns| {
            Ok(Attempt {
                begun_at: instant("attempts", &row.action, row.begun_at)?,
                ended_at: row.ended_at.map(|at| instant("attempts", &row.action, at)).transpose()?,
                action: row.action,
                number: row.number,
                outcome: row.outcome,
            })
        };
        rows.into_iter().map(attempt).collect()
    }
}

fn listed_case((doc, version): (String, i64)) -> Result<Loaded, StoreError> {
    let case: crate::domain::Case = document("cases", "in the list", &doc)?;
    Ok(Loaded { case, version })
}
