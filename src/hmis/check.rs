//! What staff are told about the HMIS database itself: how fresh, how complete, what looks odd.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Hmis, HmisError, Role,
    coverage::{EVERYTHING, Source, Topic},
    rows,
    statements::{Statement, Statements},
};
use crate::sql::{Isolation, Values};

/// One row of `hmis_source`, for `hmis status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStatus {
    /// The source's name.
    pub source: String,
    /// The fact it speaks of, or `all`.
    pub fact: String,
    /// As of when.
    pub as_of: DateTime<Utc>,
    /// Whether it covers the fact completely.
    pub complete: bool,
    /// Whether it is too old to count (or from the future); never on a live database.
    pub stale: bool,
}

impl Hmis {
    /// What each source vouches for, and whether it is fresh at `now`.
    ///
    /// # Errors
    /// When the database fails or a row has no meaning.
    pub async fn status(&self, now: DateTime<Utc>) -> Result<Vec<SourceStatus>, HmisError> {
        self.reading("reading the sources", async |connection| {
            let coverage = self.coverage(connection, now).await?;
            Ok(coverage
                .sources()
                .iter()
                .map(|source| SourceStatus {
                    source: source.name.clone(),
                    fact: source.fact.clone(),
                    as_of: source.as_of,
                    complete: source.complete,
                    stale: coverage.is_stale(source),
                })
                .collect())
        })
        .await
    }

    /// How old what the sources vouch for completely is at `now`, by fact (in the words of `hmis_source.fact`); a fact
    /// without such a source is absent. A live database is as of the read.
    ///
    /// # Errors
    /// When the database fails or a row has no meaning.
    pub async fn ages(&self, now: DateTime<Utc>) -> Result<Vec<(&'static str, TimeDelta)>, HmisError> {
        self.reading("reading the sources", async |connection| {
            let coverage = self.coverage(connection, now).await?;
            let age = |topic: Topic| {
                let vouching = coverage.sources().iter().filter(|source| {
                    source.complete && (source.fact == topic.word() || source.fact == EVERYTHING)
                });
                let newest = vouching.map(|source| source.as_of).max()?;
                Some(match self.role {
                    Role::Live => TimeDelta::zero(),
                    Role::Mirror => now.signed_duration_since(newest),
                })
            };
            Ok(Topic::ALL.into_iter().filter_map(|topic| Some((topic.word(), age(topic)?))).collect())
        })
        .await
    }

    /// What `check` prints: that every statement fits the tables, how much is there, which facts are known at
    /// `now`, and what looks odd. One line each.
    ///
    /// # Errors
    /// The first thing that makes the HMIS unusable, e.g. a table that is not there.
    pub async fn check(&self, now: DateTime<Utc>) -> Result<Vec<String>, HmisError> {
        self.reading("checking the database", async |connection| {
            for statement in Statement::ALL.into_iter().filter(|statement| self.uses(*statement)) {
                connection
                    .prepare(self.statements.sql(statement), Values::Texts(statement.values()))
                    .await
                    .map_err(|error| HmisError::database(statement.file(), error))?;
            }
            let mut lines = Vec::new();
            for (what, how_many) in rows::figures(connection, &self.statements, Statement::Counts).await? {
                lines.push(format!("{how_many} {what}"));
            }
            let coverage = self.coverage(connection, now).await?;
            for topic in Topic::ALL {
                let known = if coverage.covers(topic) { "known" } else { "unknown" };
                lines.push(format!("{known}: {}", topic.title()));
            }
            for source in coverage.sources() {
                let Source { name, fact, .. } = source;
                if coverage.is_stale(source) {
                    lines.push(format!("warning: source {name}, {fact}: too old to count (or from the future)"));
                }
                if fact != EVERYTHING && Topic::ALL.iter().all(|topic| topic.word() != fact) {
                    lines.push(format!("warning: source {name}: {fact:?} is no known fact, so it covers nothing"));
                }
            }
            for agency in rows::agencies(connection, &self.statements).await?.broken() {
                let agency = agency.as_str();
                lines.push(format!(
                    "warning: agency {agency}: its parents lead nowhere or in a circle, so it counts by itself"
                ));
            }
            if self.role == Role::Live && !self.statements.can_undo() {
                lines.push(format!("warning: closings cannot be undone: hmis.statements lacks {}", Statements::of_an_undo()));
            }
            for (what, how_many) in rows::figures(connection, &self.statements, Statement::Oddities).await? {
                if how_many > 0 {
                    lines.push(format!("warning: {how_many} {what}"));
                }
            }
            Ok(lines)
        })
        .await
    }

    /// Whether the desk's account may keep others from entering anything while it makes a change. Nothing is changed.
    ///
    /// # Errors
    /// When it may not, or the database fails.
    pub async fn check_changes(&self) -> Result<(), HmisError> {
        let writer = self.writer.as_ref().ok_or(HmisError::Mirror)?;
        self.in_time("trying to hold the tables", async {
            let begun = writer.begin(Isolation::Serializable).await;
            let mut transaction =
                begun.map_err(|error| HmisError::database(Statement::Hold.file(), error))?;
            // Undone with the transaction.
            self.hold(&mut transaction).await
        })
        .await
    }

    /// Whether a statement is ever run in this role.
    fn uses(&self, statement: Statement) -> bool {
        match statement {
            Statement::CloseSharing | Statement::RemoveGrant | Statement::SetAlias => self.role == Role::Live,
            Statement::Entered | Statement::GrantRows | Statement::OpenSharing | Statement::RestoreGrant => {
                self.role == Role::Live && self.statements.can_undo()
            }
            // A script: it is tried.
            Statement::Hold => false,
            Statement::Record
            | Statement::Data
            | Statement::Grants
            | Statement::Agencies
            | Statement::Sources
            | Statement::Counts
            | Statement::Oddities => true,
        }
    }
}
