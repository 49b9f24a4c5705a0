//! Closing a record: re-read and change in one transaction (DOMAIN.md, What follows, 4).

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::{Hmis, HmisError, rows, statements::Statement};
use crate::domain::{AgencyId, AliasChange, Change, ClientId, Closing, Footprint, Snapshot, Trace};
use crate::sql::{self, Engine, Isolation, Pool, Transaction, query};

const DOING: &str = "closing a record";

/// How often a change is tried that others on the same database got in the way of.
pub(super) const TRIES: u32 = 5;

/// What became of a closing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloseOutcome {
    /// All changes were made: what they changed, exactly. `None` where a site's own statements do not tell; such a closing
    /// cannot be undone.
    Closed(Option<Box<Trace>>),
    /// The facts are no longer those the decision was taken on. Nothing was changed. These are the facts now,
    /// one snapshot per expected record, in their order.
    FactsChanged(Vec<Snapshot>),
}

impl Hmis {
    /// Makes exactly the changes of `closing`, if every record it is bound to still has the facts it had.
    ///
    /// Re-reading and changing are one serializable transaction that keeps others from entering anything in between: on
    /// SQLite it is alone, on PostgreSQL it locks the tables (`hold.sql`). The confirmation does not rest on
    /// this outcome but on a later [`Hmis::read`].
    ///
    /// # Errors
    /// On a mirror; when a row to change is not there (all is rolled back); when the database fails. After
    /// [`HmisError::is_uncertain`] the record has to be read before anything else is done.
    pub async fn close(&self, closing: &Closing, now: DateTime<Utc>) -> Result<CloseOutcome, HmisError> {
        let writer = self.writer.as_ref().ok_or(HmisError::Mirror)?;
        if !closing.expected.iter().any(|expected| expected.record == closing.record) {
            return Err(HmisError::Unbound(closing.record.clone()));
        }
        let mut tries = 1;
        loop {
            match self.close_once(writer, closing, now).await {
                // Others wrote what we had read: all of it was undone, and the facts are read again.
                Err(HmisError::Database { source, .. }) if sql::is_conflict(&source) && tries < TRIES => {
                    tries += 1;
                }
                other => return other,
            }
        }
    }

    async fn close_once(
        &self,
        writer: &Pool,
        closing: &Closing,
        now: DateTime<Utc>,
    ) -> Result<CloseOutcome, HmisError> {
        let prepared = self.in_time(DOING, async {
            let mut transaction = writer
                .begin(Isolation::Serializable)
                .await
                .map_err(|error| HmisError::database(DOING, error))?;
            self.hold(&mut transaction).await?;
            let records: Vec<_> = closing.expected.iter().map(|expected| expected.record.clone()).collect();
            let snapshots = self.snapshots(&mut transaction, &records, now).await?;
            let unchanged = closing
                .expected
                .iter()
                .zip(&snapshots)
                .all(|(expected, snapshot)| expected.facts_sha256 == snapshot.facts_sha256());
            if !unchanged {
                transaction.rollback().await.map_err(|error| HmisError::database(DOING, error))?;
                return Ok(Err(snapshots));
            }
            let complete = closing
                .expected
                .iter()
                .zip(&snapshots)
                .find(|(expected, _)| expected.record == closing.record)
                .is_some_and(|(_, snapshot)| snapshot.data.complete && snapshot.grants_complete);
            let before = self.standing(&mut transaction, &closing.record, complete).await?;
            for change in &closing.changes {
                self.apply(&mut transaction, &closing.record, change).await?;
            }
            let after = self.standing(&mut transaction, &closing.record, complete).await?;
            let trace = before.zip(after).map(|(before, after)| Box::new(trace(before, after)));
            Ok(Ok((transaction, trace)))
        });
        let (transaction, trace) = match prepared.await? {
            Ok(changed) => changed,
            Err(snapshots) => return Ok(CloseOutcome::FactsChanged(snapshots)),
        };
        self.commit(transaction, &closing.record, DOING).await?;
        Ok(CloseOutcome::Closed(trace))
    }

    /// Commits a change to a record. From here on a failure leaves open whether the change was made, unless the database
    /// says that it was not.
    pub(super) async fn commit(
        &self,
        transaction: Transaction,
        record: &ClientId,
        doing: &'static str,
    ) -> Result<(), HmisError> {
        let unknown = |source| HmisError::CommitUnknown { record: record.clone(), source };
        match tokio::time::timeout(self.timeout, transaction.commit()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if sql::is_conflict(&error) => Err(HmisError::database(doing, error)),
            Ok(Err(error)) => Err(unknown(Some(error))),
            Err(_elapsed) => Err(unknown(None)),
        }
    }

    /// Keeps others from entering anything until the transaction ends.
    pub(super) async fn hold(&self, transaction: &mut Transaction) -> Result<(), HmisError> {
        match transaction.engine() {
            Engine::Sqlite => Ok(()),
            Engine::Postgres => {
                let script = self.statements.sql(Statement::Hold);
                let held = transaction.run_script(AssertSqlSafe(script.as_str())).await;
                held.map_err(|error| HmisError::database(Statement::Hold.file(), error))
            }
        }
    }

    async fn apply(
        &self,
        connection: &mut Transaction,
        record: &ClientId,
        change: &Change,
    ) -> Result<(), HmisError> {
        let mismatch = |what| HmisError::Mismatch { record: record.clone(), what };
        match change {
            Change::CloseSharing => {
                let changed =
                    self.change(connection, Statement::CloseSharing, &[Some(record.as_str())]).await?;
                if changed == 1 { Ok(()) } else { Err(mismatch("its sharing could not be set to closed")) }
            }
            Change::SetAlias { from, to } => {
                let values =
                    [Some(record.as_str()), Some(to.as_str()), Some(from.as_deref().unwrap_or_default())];
                let changed = self.change(connection, Statement::SetAlias, &values).await?;
                if changed == 1 {
                    Ok(())
                } else {
                    Err(mismatch("its alias is not the one that was to change"))
                }
            }
            Change::RemoveGrant(root) => {
                if self.remove_grants(connection, record, root).await? {
                    Ok(())
                } else {
                    Err(mismatch("a grant that was to be removed is not there"))
                }
            }
        }
    }

    /// Removes every grant to an agency at or below `root`; whether there was one, and each was found again.
    async fn remove_grants(
        &self,
        connection: &mut Transaction,
        record: &ClientId,
        root: &AgencyId,
    ) -> Result<bool, HmisError> {
        let agencies = rows::agencies(connection, &self.statements).await?;
        let granted = rows::grants(connection, &self.statements, record).await?;
        let mut any = false;
        for (as_written, _) in granted.iter().filter(|(_, agency)| agencies.root(agency) == *root) {
            let values = [Some(record.as_str()), Some(as_written.as_str())];
            if self.change(connection, Statement::RemoveGrant, &values).await? == 0 {
                return Ok(false);
            }
            any = true;
        }
        Ok(any)
    }

    /// Runs a statement that changes rows; how many it changed.
    pub(super) async fn change(
        &self,
        connection: &mut Transaction,
        statement: Statement,
        values: &[Option<&str>],
    ) -> Result<u64, HmisError> {
        let mut query = query(self.statements.sql(statement));
        for value in values {
            query = query.bind(*value);
        }
        query.execute(connection).await.map_err(|error| HmisError::database(statement.file(), error))
    }
}

/// What a closing did, from how the record stood and the alias read before and after it.
fn trace(before: (Footprint, Option<String>), after: (Footprint, Option<String>)) -> Trace {
    let alias = (before.1 != after.1).then_some(AliasChange { before: before.1, after: after.1 });
    Trace { before: before.0, after: after.0, alias }
}
