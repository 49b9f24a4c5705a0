//! What staff are told of the desk as a whole: what is open, and what a stretch of time brought.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Store, StoreError, document, instant, millis, statements as sql};
use crate::{
    domain::Case,
    sql::{Isolation, query_as, query_scalar},
};

/// A case that is not over.
#[derive(Debug, Clone)]
pub struct OpenCase {
    /// The case.
    pub case: Case,
    /// Since when it has been in its state.
    pub since: DateTime<Utc>,
}

/// What came and what ended in a stretch of time.
#[derive(Debug, Clone, Default)]
pub struct Period {
    /// Messages by state: how many came, and how many of them might have been notices though they were left alone.
    pub messages: BTreeMap<String, (i64, i64)>,
    /// The cases that ended.
    pub ended: Vec<Case>,
}

impl Store {
    /// All cases that are not over, those that are due first in front.
    pub async fn open_cases(&self) -> Result<Vec<OpenCase>, StoreError> {
        let rows: Vec<(String, Option<i64>)> = query_as(sql::OPEN_CASES).fetch_all(&self.readers).await?;
        rows.into_iter()
            .map(|(doc, since)| {
                let case: Case = document("cases", "in the list of open ones", &doc)?;
                // A case that has not moved is as old as itself.
                let since = since.map(|since| instant("history", &case.id.to_string(), since)).transpose()?;
                Ok(OpenCase { since: since.unwrap_or(case.received_at), case })
            })
            .collect()
    }

    /// What came and what ended from `since` on and before `until`, so that stretches can follow each other.
    pub async fn period(&self, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<Period, StoreError> {
        let mut reader = self.readers.begin(Isolation::Read).await?;
        let messages: Vec<(String, i64, i64)> = query_as(sql::MESSAGES_NEW)
            .bind(millis(since))
            .bind(millis(until))
            .fetch_all(&mut reader)
            .await?;
        let docs: Vec<String> = query_scalar(sql::CASES_ENDED)
            .bind(millis(since))
            .bind(millis(until))
            .fetch_all(&mut reader)
            .await?;
        let ended = docs.iter().map(|doc| document("cases", "in the list of those that ended", doc));
        Ok(Period {
            messages: messages.into_iter().map(|(state, all, possible)| (state, (all, possible))).collect(),
            ended: ended.collect::<Result<_, _>>()?,
        })
    }
}
