//! What can go wrong with the HMIS database. Every text says what, where, and what to do; none carries a
//! parameter value, and of a row only its table, column and ID.

use std::{path::PathBuf, time::Duration};

use crate::{domain::ClientId, sql};

/// Why the HMIS could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum HmisError {
    /// `hmis.url` cannot be used.
    #[error("hmis.url: {0}")]
    Url(String),
    /// The database file is not there.
    #[error("there is no HMIS database at {}: run `roi-desk hmis init` to create it, or correct hmis.url", .0.display())]
    NoDatabase(PathBuf),
    /// A table is not there.
    #[error(
        "the HMIS database has no table {table} ({file} asks for it): run `roi-desk hmis init` to create the \
         reference tables, or put a {file} for your own tables into the folder hmis.statements"
    )]
    MissingTable {
        /// The table.
        table: String,
        /// The statement that asks for it.
        file: &'static str,
    },
    /// A value in a row has no meaning.
    #[error("{table}.{column} of {row} {problem}: correct the row, or the import that wrote it")]
    BadRow {
        /// The reference table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Which row, by its ID.
        row: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The folder of a site's own statements cannot be used.
    #[error("hmis.statements, {}: {problem}", .path.display())]
    Statements {
        /// The folder or the file in it.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A change was asked for on a mirror.
    #[error("hmis.role is \"mirror\": a copy is never changed; the change has to be made in the HMIS itself")]
    Mirror,
    /// A change that is not bound to the facts of the record it changes.
    #[error("closing record {0} was not bound to the facts it was decided on; nothing was changed")]
    Unbound(ClientId),
    /// The row a change is for is not as the facts said; everything was rolled back.
    #[error("changing record {record}: {what}; nothing was changed")]
    Mismatch {
        /// The record.
        record: ClientId,
        /// What did not fit.
        what: &'static str,
    },
    /// The sample was to be put into a database that is in use.
    #[error("the HMIS database already holds client records: the sample goes into an empty one only")]
    NotEmpty,
    /// It took too long.
    #[error("the HMIS database did not answer within {after:?} ({doing})")]
    Timeout {
        /// What was being done.
        doing: &'static str,
        /// The limit, `hmis.timeout`.
        after: Duration,
    },
    /// The change was handed in, and no answer came: it may have been made or not.
    #[error("it is not known whether the HMIS took the change to record {record}: look at the record")]
    CommitUnknown {
        /// The record.
        record: ClientId,
        /// What the database said, if anything.
        #[source]
        source: Option<sqlx::Error>,
    },
    /// Anything else the database says.
    #[error("the HMIS database refused ({doing}): {}", sql::explain(source))]
    Database {
        /// What was being done: a statement's file name or a few words.
        doing: &'static str,
        /// The database's own words.
        source: sqlx::Error,
    },
}

impl HmisError {
    /// Whether trying again later can help, with nothing for a person to correct: the database is locked, busy,
    /// slow, or its disk fails at the moment. Nothing was changed.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Timeout { .. } => true,
            Self::Database { source, .. } => sql::is_passing(source) || sql::is_conflict(source),
            Self::Url(_)
            | Self::NoDatabase(_)
            | Self::MissingTable { .. }
            | Self::BadRow { .. }
            | Self::Statements { .. }
            | Self::Mirror
            | Self::Unbound(_)
            | Self::Mismatch { .. }
            | Self::NotEmpty
            | Self::CommitUnknown { .. } => false,
        }
    }

    /// Whether a change may have been made or not: the record has to be read before anything else is done.
    pub fn is_uncertain(&self) -> bool {
        matches!(self, Self::CommitUnknown { .. })
    }

    /// A database error met while running the statement `file` or doing a thing described in a few words.
    pub(super) fn database(doing: &'static str, source: sqlx::Error) -> Self {
        let table = sql::missing_table(&source);
        match table {
            Some(table) => Self::MissingTable { table, file: doing },
            None => Self::Database { doing, source },
        }
    }
}
