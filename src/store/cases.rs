//! Cases: loaded, saved under their version, found by record, leased to be judged.

use chrono::{DateTime, Utc};

use super::{Lease, Store, StoreError, Write, document, json, millis, statements as sql};
use crate::domain::{AgencyId, Case, CaseId, CaseState, ClientId, Event};
use crate::sql::{query, query_as, query_scalar};

/// A case and the version it was read at.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The case.
    pub case: Case,
    /// Its version: one more with everything that happens to it.
    pub version: i64,
}

fn loaded(id: CaseId, row: (String, i64)) -> Result<Loaded, StoreError> {
    let (doc, version) = row;
    Ok(Loaded { case: document("cases", &id.to_string(), &doc)?, version })
}

impl Store {
    /// The case, if there is one of that number.
    pub async fn case(&self, id: CaseId) -> Result<Option<Loaded>, StoreError> {
        let row = query_as(sql::CASE_GET).bind(id.number()).fetch_optional(&self.readers).await?;
        row.map(|row| loaded(id, row)).transpose()
    }

    /// All cases, most urgent first; only those in `state`, only those that name `record`.
    pub async fn cases(
        &self,
        state: Option<CaseState>,
        record: Option<&ClientId>,
    ) -> Result<Vec<Case>, StoreError> {
        let rows: Vec<(String, i64)> = query_as(sql::CASES_LIST)
            .bind(state.map_or("", CaseState::as_str))
            .bind(record.map_or("", ClientId::as_str))
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|(doc, _)| document("cases", "in the list", doc)).collect()
    }

    /// The next cases of shadow mode after number `after`, by number, so many at most.
    pub async fn shadowed_cases(&self, after: i64, at_most: i64) -> Result<Vec<Case>, StoreError> {
        let docs: Vec<String> =
            query_scalar(sql::CASES_SHADOWED).bind(after).bind(at_most).fetch_all(&self.readers).await?;
        docs.iter().map(|doc| document("cases", "of shadow mode", doc)).collect()
    }

    /// Whether a case waits to be judged and nobody holds it.
    pub async fn has_case_to_judge(&self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let number: Option<i64> = query_scalar(sql::CASE_TO_JUDGE.looking())
            .bind(millis(now))
            .fetch_optional(&self.readers)
            .await?;
        Ok(number.is_some())
    }

    /// What an approver was shown.
    pub async fn evidence<T: serde::de::DeserializeOwned>(
        &self,
        case: CaseId,
        sha256: &str,
    ) -> Result<Option<T>, StoreError> {
        let doc: Option<String> = query_scalar(sql::EVIDENCE_GET)
            .bind(case.number())
            .bind(sha256)
            .fetch_optional(&self.readers)
            .await?;
        doc.map(|doc| document("evidence", &case.to_string(), &doc)).transpose()
    }
}

impl Write {
    /// The next case number.
    pub async fn next_case(&mut self) -> Result<CaseId, StoreError> {
        Ok(CaseId::new(self.next("case").await?))
    }

    /// The case, if there is one of that number, to be changed: until the transaction ends, nobody else changes any.
    pub async fn case(&mut self, id: CaseId) -> Result<Option<Loaded>, StoreError> {
        self.hold_history().await?;
        self.peek(id).await
    }

    /// The case as it was committed last, with nothing held.
    pub(super) async fn peek(&mut self, id: CaseId) -> Result<Option<Loaded>, StoreError> {
        let row = query_as(sql::CASE_GET).bind(id.number()).fetch_optional(&mut self.inner).await?;
        row.map(|row| loaded(id, row)).transpose()
    }

    /// Adds a new case; its history begins with `opened`.
    pub async fn add_case(&mut self, case: &Case, now: DateTime<Utc>) -> Result<(), StoreError> {
        query(sql::CASE_ADD)
            .bind(case.id.number())
            .bind(case.state.as_str())
            .bind(case.agency().map(AgencyId::as_str))
            .bind(json(case))
            .bind(millis(case.received_at))
            .bind(millis(case.due_at))
            .bind(case.finished_at.map(millis))
            .bind(case.waits_for_a_person())
            .bind(case.is_flagged())
            .bind(millis(case.urgent_at()))
            .execute(&mut self.inner)
            .await?;
        self.add_records(case).await?;
        self.add_history(case, "opened", "agency", case.state, "{}", now).await
    }

    /// The records by which a case is found.
    async fn add_records(&mut self, case: &Case) -> Result<(), StoreError> {
        for item in &case.items {
            query(sql::CASE_RECORD_ADD)
                .bind(case.id.number())
                .bind(item.record.as_str())
                .bind(case.agency().map(AgencyId::as_str))
                .bind(!case.state.is_over())
                .execute(&mut self.inner)
                .await?;
        }
        Ok(())
    }

    /// Saves what became of a case, with the event in its history. [`StoreError::Conflict`] if somebody else
    /// saved it since it was loaded.
    pub async fn save_case(
        &mut self,
        before: &Loaded,
        after: &Case,
        event: &Event,
        now: DateTime<Utc>,
    ) -> Result<Loaded, StoreError> {
        let saved = query(sql::CASE_SAVE)
            .bind(after.state.as_str())
            .bind(json(after))
            .bind(after.finished_at.map(millis))
            .bind(after.id.number())
            .bind(before.version)
            .bind(after.waits_for_a_person())
            .bind(after.is_flagged())
            .bind(millis(after.urgent_at()))
            .execute(&mut self.inner)
            .await?;
        if saved != 1 {
            return Err(StoreError::Conflict(after.id.to_string()));
        }
        if after.items.len() != before.case.items.len() {
            self.add_records(after).await?;
        }
        if after.state.is_over() && !before.case.state.is_over() {
            query(sql::CASE_RECORDS_SHUT).bind(after.id.number()).execute(&mut self.inner).await?;
            query(sql::MESSAGES_DONE).bind(after.id.number()).execute(&mut self.inner).await?;
        }
        self.add_history(
            after,
            event.name(),
            &event.actor().to_string(),
            before.case.state,
            &json(event),
            now,
        )
        .await?;
        Ok(Loaded { case: after.clone(), version: before.version + 1 })
    }

    /// The open cases of `agency` that name `record`, oldest first.
    pub async fn open_cases_for(
        &mut self,
        agency: &AgencyId,
        record: &ClientId,
    ) -> Result<Vec<CaseId>, StoreError> {
        let numbers: Vec<i64> = query_scalar(sql::CASES_OPEN_FOR)
            .bind(record.as_str())
            .bind(agency.as_str())
            .fetch_all(&mut self.inner)
            .await?;
        Ok(numbers.into_iter().map(CaseId::new).collect())
    }

    /// The last case of `agency` about `record` that is over.
    pub async fn last_case_over_for(
        &mut self,
        agency: &AgencyId,
        record: &ClientId,
    ) -> Result<Option<CaseId>, StoreError> {
        let number: Option<i64> = query_scalar(sql::CASE_OVER_FOR)
            .bind(record.as_str())
            .bind(agency.as_str())
            .fetch_optional(&mut self.inner)
            .await?;
        Ok(number.map(CaseId::new))
    }

    /// Leases the oldest case that is to be judged until `until`; `None`: none is.
    pub async fn lease_case_to_judge(
        &mut self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<(Loaded, Lease)>, StoreError> {
        let number: Option<i64> =
            query_scalar(sql::CASE_TO_JUDGE).bind(millis(now)).fetch_optional(&mut self.inner).await?;
        let Some(number) = number else { return Ok(None) };
        let lease = Lease::new();
        query(sql::CASE_LEASE)
            .bind(&lease.0)
            .bind(millis(until))
            .bind(number)
            .execute(&mut self.inner)
            .await?;
        let case = self.peek(CaseId::new(number)).await?;
        Ok(case.map(|case| (case, lease)))
    }

    /// Fails with [`StoreError::Conflict`] unless the lease is still held.
    pub async fn assert_case_lease(&mut self, id: CaseId, lease: &Lease) -> Result<(), StoreError> {
        let token: Option<Option<String>> =
            query_scalar(sql::CASE_LEASE_OF).bind(id.number()).fetch_optional(&mut self.inner).await?;
        if token.flatten().as_ref() == Some(&lease.0) {
            Ok(())
        } else {
            Err(StoreError::Conflict(id.to_string()))
        }
    }

    /// Keeps what an approver is shown.
    pub async fn add_evidence<T: serde::Serialize>(
        &mut self,
        case: CaseId,
        sha256: &str,
        doc: &T,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        query(sql::EVIDENCE_ADD)
            .bind(case.number())
            .bind(sha256)
            .bind(json(doc))
            .bind(millis(now))
            .execute(&mut self.inner)
            .await?;
        Ok(())
    }
}
