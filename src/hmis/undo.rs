//! Undo: sets exactly back what a closing changed, if the record still stands as the closing left it. Looked at and
//! changed in one transaction (DOMAIN.md, What follows, 6).

use chrono::{DateTime, Utc};

use super::{Hmis, HmisError, close::TRIES, rows, statements::Statement};
use crate::domain::{ClientId, Footprint, Trace, sha256_of};
use crate::sql::{self, Isolation, Pool, Transaction};

const DOING: &str = "undoing a closing";

/// What became of an undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UndoOutcome {
    /// The record stands as it did before the closing, to the letter.
    Undone,
    /// It already stood like that: an earlier attempt, of which no outcome was recorded, did its work, or a person has set it
    /// back by hand. Nothing was changed.
    AsBefore,
    /// It does not stand as the closing left it: why, in sentences for staff. Nothing was changed.
    Differs(Vec<String>),
}

impl Hmis {
    /// Sets back what a closing changed in `record` according to its `trace`: sharing, the alias, and the grants row by row.
    /// Only if nothing was entered in it since, deleted or changed, and all that is known. Looking and changing are one
    /// serializable transaction that keeps others from entering anything in between, as in [`Hmis::close`].
    ///
    /// # Errors
    /// On a mirror; when the record does not read as before the closing once all is set back (all is rolled back); when the
    /// database fails. After [`HmisError::is_uncertain`] the next call says how it stands.
    pub async fn undo(
        &self,
        record: &ClientId,
        trace: &Trace,
        now: DateTime<Utc>,
    ) -> Result<UndoOutcome, HmisError> {
        let writer = self.writer.as_ref().ok_or(HmisError::Mirror)?;
        let mut tries = 1;
        loop {
            match self.undo_once(writer, record, trace, now).await {
                Err(HmisError::Database { source, .. }) if sql::is_conflict(&source) && tries < TRIES => {
                    tries += 1;
                }
                other => return other,
            }
        }
    }

    /// Whether the record stands as it did before the closing, to the letter: how an attempt ended of which no outcome was
    /// recorded.
    ///
    /// # Errors
    /// When the database fails or a row has no meaning.
    pub async fn stands_as_before(&self, record: &ClientId, trace: &Trace) -> Result<bool, HmisError> {
        self.reading("looking whether a closing was undone", async |connection| {
            let stands = self.footprint(connection, record, trace.before.complete).await?;
            Ok(stands.is_some_and(|stands| is_like(&stands, &trace.before)))
        })
        .await
    }

    async fn undo_once(
        &self,
        writer: &Pool,
        record: &ClientId,
        trace: &Trace,
        now: DateTime<Utc>,
    ) -> Result<UndoOutcome, HmisError> {
        let prepared = self.in_time(DOING, async {
            let mut transaction = writer
                .begin(Isolation::Serializable)
                .await
                .map_err(|error| HmisError::database(DOING, error))?;
            self.hold(&mut transaction).await?;
            let snapshots = self.snapshots(&mut transaction, std::slice::from_ref(record), now).await?;
            let complete = snapshots.first().is_some_and(|seen| seen.data.complete && seen.grants_complete);
            let stands = self.footprint(&mut transaction, record, complete).await?;
            let refused = match &stands {
                None => Some(UndoOutcome::Differs(vec![
                    "the HMIS no longer has the record, or hmis.statements has no statements for an undo"
                        .to_owned(),
                ])),
                Some(stands) if is_like(stands, &trace.before) => Some(UndoOutcome::AsBefore),
                Some(stands) => {
                    let obstacles = trace.obstacles(stands);
                    (!obstacles.is_empty()).then_some(UndoOutcome::Differs(obstacles))
                }
            };
            if let Some(refused) = refused {
                transaction.rollback().await.map_err(|error| HmisError::database(DOING, error))?;
                return Ok(Err(refused));
            }
            self.set_back(&mut transaction, record, trace).await?;
            let stands = self.footprint(&mut transaction, record, complete).await?;
            if !stands.is_some_and(|stands| is_like(&stands, &trace.before)) {
                let what = "it would not stand exactly as it did before it was closed";
                return Err(HmisError::Mismatch { record: record.clone(), what });
            }
            Ok(Ok(transaction))
        });
        match prepared.await? {
            Ok(transaction) => {
                self.commit(transaction, record, DOING).await?;
                Ok(UndoOutcome::Undone)
            }
            Err(refused) => Ok(refused),
        }
    }

    async fn set_back(
        &self,
        connection: &mut Transaction,
        record: &ClientId,
        trace: &Trace,
    ) -> Result<(), HmisError> {
        let one = |changed: u64, what| {
            if changed == 1 { Ok(()) } else { Err(HmisError::Mismatch { record: record.clone(), what }) }
        };
        let id = Some(record.as_str());
        let opened = self.change(connection, Statement::OpenSharing, &[id]).await?;
        one(opened, "its sharing could not be set back to open")?;
        if let Some(alias) = &trace.alias {
            let values = [id, alias.before.as_deref(), Some(alias.after.as_deref().unwrap_or_default())];
            let set = self.change(connection, Statement::SetAlias, &values).await?;
            one(set, "its alias could not be set back")?;
        }
        for grant in trace.removed() {
            let values = [Some(grant.source.as_str()), id, Some(grant.agency.as_str())];
            let restored = self.change(connection, Statement::RestoreGrant, &values).await?;
            one(restored, "a grant could not be put back")?;
        }
        Ok(())
    }

    /// How a record stands, to the letter; `None`: the HMIS does not have it, or a site's own statements do not tell.
    /// `complete`: whether it is known who has data and who was granted visibility.
    async fn footprint(
        &self,
        connection: &mut Transaction,
        record: &ClientId,
        complete: bool,
    ) -> Result<Option<Footprint>, HmisError> {
        Ok(self.standing(connection, record, complete).await?.map(|(footprint, _)| footprint))
    }

    /// The same, and the alias as it is written.
    pub(super) async fn standing(
        &self,
        connection: &mut Transaction,
        record: &ClientId,
        complete: bool,
    ) -> Result<Option<(Footprint, Option<String>)>, HmisError> {
        if !self.statements.can_undo() {
            return Ok(None);
        }
        let Some(row) = rows::record(connection, &self.statements, record).await? else { return Ok(None) };
        let footprint = Footprint {
            sharing: row.sharing,
            alias_sha256: sha256_of(&(record, &row.alias_as_written)),
            grants: rows::grant_rows(connection, &self.statements, record).await?,
            entered_sha256: rows::entered_sha256(connection, &self.statements, record).await?,
            record_sha256: sha256_of(&(row.status, row.creator, row.roi_consent_date)),
            complete,
        };
        Ok(Some((footprint, row.alias_as_written)))
    }
}

/// Whether a record stands alike, however completely that is known.
fn is_like(one: &Footprint, other: &Footprint) -> bool {
    *one == Footprint { complete: one.complete, ..other.clone() }
}
