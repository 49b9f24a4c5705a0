//! Closing a record: re-read and change in one transaction (DOMAIN.md, What follows, 4).

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

use super::{Hmis, HmisError, rows, statements::Statement};
use crate::domain::{AgencyId, Change, ClientId, Closing, Snapshot};

/// What became of a closing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloseOutcome {
    /// All changes were made.
    Closed,
    /// The facts are no longer those the decision was taken on. Nothing was changed. These are the facts now,
    /// one snapshot per expected record, in their order.
    FactsChanged(Vec<Snapshot>),
}

impl Hmis {
    /// Makes exactly the changes of `closing`, if every record it is bound to still has the facts it had.
    ///
    /// Re-reading and changing are one write transaction, so that nobody can enter data in between. The
    /// confirmation does not rest on this outcome but on a later [`Hmis::read`].
    ///
    /// # Errors
    /// On a mirror; when a row to change is not there (all is rolled back); when the database fails. After
    /// [`HmisError::is_uncertain`] the record has to be read before anything else is done.
    pub async fn close(&self, closing: &Closing, now: DateTime<Utc>) -> Result<CloseOutcome, HmisError> {
        const DOING: &str = "closing a record";
        let writer = self.writer.as_ref().ok_or(HmisError::Mirror)?;
        if !closing.expected.iter().any(|expected| expected.record == closing.record) {
            return Err(HmisError::Unbound(closing.record.clone()));
        }

        let prepared = self.in_time(DOING, async {
            // Not a deferred BEGIN: one that reads first and then writes fails at once, without waiting, when
            // another connection has written in between.
            let mut transaction = writer
                .begin_with("BEGIN IMMEDIATE")
                .await
                .map_err(|error| HmisError::database(DOING, error))?;
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
            for change in &closing.changes {
                self.apply(&mut transaction, &closing.record, change).await?;
            }
            Ok(Ok(transaction))
        });
        let transaction = match prepared.await? {
            Ok(transaction) => transaction,
            Err(snapshots) => return Ok(CloseOutcome::FactsChanged(snapshots)),
        };

        // From here on a failure leaves open whether the change was made.
        let unknown = |source| HmisError::CommitUnknown { record: closing.record.clone(), source };
        match tokio::time::timeout(self.timeout, transaction.commit()).await {
            Ok(Ok(())) => Ok(CloseOutcome::Closed),
            Ok(Err(error)) => Err(unknown(Some(error))),
            Err(_elapsed) => Err(unknown(None)),
        }
    }

    async fn apply(
        &self,
        connection: &mut SqliteConnection,
        record: &ClientId,
        change: &Change,
    ) -> Result<(), HmisError> {
        let mismatch = |what| HmisError::Mismatch { record: record.clone(), what };
        match change {
            Change::CloseSharing => {
                let changed = self.change(connection, Statement::CloseSharing, &[record.as_str()]).await?;
                if changed == 1 { Ok(()) } else { Err(mismatch("its sharing could not be set to closed")) }
            }
            Change::SetAlias { from, to } => {
                let values = [record.as_str(), to.as_str(), from.as_deref().unwrap_or_default()];
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
        connection: &mut SqliteConnection,
        record: &ClientId,
        root: &AgencyId,
    ) -> Result<bool, HmisError> {
        let agencies = rows::agencies(connection, &self.statements).await?;
        let granted = rows::grants(connection, &self.statements, record).await?;
        let mut any = false;
        for (as_written, _) in granted.iter().filter(|(_, agency)| agencies.root(agency) == *root) {
            let values = [record.as_str(), as_written.as_str()];
            if self.change(connection, Statement::RemoveGrant, &values).await? == 0 {
                return Ok(false);
            }
            any = true;
        }
        Ok(any)
    }

    /// Runs a statement that changes rows; how many it changed.
    async fn change(
        &self,
        connection: &mut SqliteConnection,
        statement: Statement,
        values: &[&str],
    ) -> Result<u64, HmisError> {
        let mut query = sqlx::query(self.statements.sql(statement));
        for value in values {
            query = query.bind((*value).to_owned());
        }
        query
            .execute(connection)
            .await
            .map(|result| result.rows_affected())
            .map_err(|error| HmisError::database(statement.file(), error))
    }
}
