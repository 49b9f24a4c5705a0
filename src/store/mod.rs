//! The desk's own database: messages, cases, the outbox and the history. All its SQL is in `statements`.
//!
//! Whatever must hold together is one [`Write`] transaction: a case, what it ordered and what its history says are
//! never apart.

mod backup;
mod cases;
mod check;
mod figures;
mod history;
mod jobs;
mod leases;
mod lock;
mod messages;
mod outbox;
mod period;
mod queue;
mod retention;
mod staff;
mod statements;
mod verify;

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::migrate::{MigrateError, Migrator};
use uuid::Uuid;

use crate::sql::{self, Address, Isolation, Pool, Text, Transaction, query, query_scalar};
pub use backup::Numbers;
pub use cases::Loaded;
pub use check::check_backups;
pub use figures::{Figures, Stuck};
pub use history::HistoryRow;
pub use leases::{Held, Lease};
pub use lock::WorkerLock;
pub use messages::{MessageRow, MessageState, NewMessage, Place, Which};
pub use outbox::{Abandoned, ActionRow, Claim, Lane, Order, OutgoingMail, PutOff};
pub use period::{OpenCase, Period};
pub use queue::{Attempt, Filter, Listed, OrderedReply, StateCount};
pub use staff::{SessionRow, StaffRow};
pub use verify::Accounting;

/// The tables, and how they came to be.
static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

/// How long to wait for a connection, and for a file that another process writes to.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database says no, or does not answer.
    #[error("the desk's database: {}", sql::explain(.0))]
    Database(#[from] sqlx::Error),
    /// The database cannot be opened.
    #[error("the desk's database {name} cannot be opened: {}", sql::explain(source))]
    Open {
        /// The file, or database and server.
        name: String,
        /// Why.
        source: sqlx::Error,
    },
    /// `SQLite` cannot keep its write-ahead log beside the file, without which readers and the writer stop each other.
    #[error(
        "the desk's database {name} cannot keep a write-ahead log: put it on a local disk (network file systems cannot)"
    )]
    NoWriteAhead {
        /// The file.
        name: String,
    },
    /// Nothing can be created where the database file is to be.
    #[error(
        "the desk's database cannot be created: the folder {folder} cannot be written to ({source}): create it, or give it \
         to the account the desk runs as"
    )]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        source: std::io::Error,
    },
    /// The tables could not be brought up to date.
    #[error("the desk's database cannot be brought up to date: {0}")]
    Migrate(MigrateError),
    /// A later version of the program has worked on it.
    #[error(
        "the desk's database {name} was written by a newer roi-desk (its tables are at step {step}, this program knows \
         {known}): install that version again, or restore a backup from before"
    )]
    Newer {
        /// The database.
        name: String,
        /// The first step this program does not know.
        step: i64,
        /// The last step it knows.
        known: i64,
    },
    /// A row does not hold what this program writes.
    #[error("the desk's database: {table} {row}: {what}; run `roi-desk db verify`")]
    BadRow {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
        /// What is wrong with it.
        what: String,
    },
    /// Somebody else changed the case, or took over the lease, meanwhile.
    #[error("{0} was changed by somebody else meanwhile: look at it again")]
    Conflict(String),
    /// Another daemon runs on this database.
    #[error("another roi-desk daemon (process {holder}) works on this database: stop it first")]
    InUse {
        /// Its process number, as it wrote it down.
        holder: String,
    },
    /// There is something in the database already.
    #[error("the desk's database {name} is not empty: a backup is restored into a new one only")]
    NotEmpty {
        /// The database.
        name: String,
    },
    /// A daemon works on the database.
    #[error("a roi-desk daemon ({holder}) works on this database: stop it first")]
    Working {
        /// Which, as it wrote it down.
        holder: String,
    },
    /// A file cannot be used as a backup, to be written or to be read.
    #[error("{file}: {why}")]
    Backup {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// The file that says so cannot be used.
    #[error("the lock file {file} cannot be used: {source}")]
    LockFile {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
}

impl StoreError {
    /// Whether it passes by itself: the database is busy, restarting or out of reach, or others changed the same. Running
    /// the whole transaction again is all that is needed.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Database(error) => sql::is_conflict(error) || sql::is_passing(error),
            Self::Open { source, .. } => sql::is_passing(source),
            Self::Migrate(MigrateError::Execute(error)) => sql::is_passing(error),
            Self::Migrate(_)
            | Self::Folder { .. }
            | Self::NoWriteAhead { .. }
            | Self::Newer { .. }
            | Self::BadRow { .. }
            | Self::Conflict(_)
            | Self::InUse { .. }
            | Self::NotEmpty { .. }
            | Self::Working { .. }
            | Self::Backup { .. }
            | Self::LockFile { .. } => false,
        }
    }
}

/// The open database: writers and readers.
#[derive(Debug, Clone)]
pub struct Store {
    address: Address,
    writer: Pool,
    readers: Pool,
}

/// A transaction that may write. Dropped without [`Write::commit`], it never was.
pub struct Write {
    inner: Transaction,
    holds_history: bool,
}

impl Store {
    /// Opens the database, creating a file where it is missing, and brings its tables up to date.
    pub async fn open(address: &Address) -> Result<Self, StoreError> {
        let open = |source| StoreError::Open { name: address.name(), source };
        let alone = match address.file() {
            Some(file) => {
                address.make_file().map_err(|source| StoreError::Folder {
                    folder: file.parent().unwrap_or(file).display().to_string(),
                    source,
                })?;
                // A command and the daemon may start at the same moment. (A server sees to that itself.)
                Some(lock::alone(file).await?)
            }
            None => None,
        };
        let writer = address.writers(8, PATIENCE);
        match &writer {
            Pool::Sqlite(pool) => {
                // Kept in the file: connections need not ask for it again, and so cannot be refused.
                let mode: String = query_scalar(Text::both("PRAGMA journal_mode = WAL"))
                    .fetch_one(&writer)
                    .await
                    .map_err(open)?;
                if mode != "wal" {
                    return Err(StoreError::NoWriteAhead { name: address.name() });
                }
                MIGRATIONS.run(pool).await
            }
            Pool::Postgres(pool) => {
                address.reach(PATIENCE).await.map_err(open)?;
                MIGRATIONS.run(pool).await
            }
        }
        .map_err(|error| unmigrated(address, error))?;
        drop(alone);
        let store = Self { address: address.clone(), writer, readers: address.readers(8, PATIENCE) };
        let name: Option<String> =
            query_scalar(statements::SETTING_GET).bind("installation").fetch_optional(&store.readers).await?;
        if name.is_none() {
            let mut tx = store.write().await?;
            name_installation(&mut tx.inner).await?;
            tx.commit().await?;
        }
        Ok(store)
    }

    /// Begins a transaction that may write.
    pub async fn write(&self) -> Result<Write, StoreError> {
        Ok(Write { inner: self.writer.begin(Isolation::Write).await?, holds_history: false })
    }

    /// Makes this process a daemon's on the database. On a file it is the only one, or fails with [`StoreError::InUse`],
    /// and it sets free what a daemon that died had claimed. On a server there may be others: what a dead one had
    /// claimed is free when its leases are over.
    pub async fn become_worker(&self) -> Result<Option<WorkerLock>, StoreError> {
        let Some(file) = self.address.file() else { return Ok(None) };
        let lock = WorkerLock::take(file)?;
        let mut tx = self.write().await?;
        for statement in [statements::ACTIONS_FREE, statements::CASES_FREE, statements::LEASES_FREE] {
            query(statement).execute(&mut tx.inner).await?;
        }
        tx.commit().await?;
        Ok(Some(lock))
    }

    /// The random name of this installation, part of every Message-ID.
    pub async fn installation(&self) -> Result<String, StoreError> {
        Ok(query_scalar(statements::SETTING_GET).bind("installation").fetch_one(&self.readers).await?)
    }

    /// What it was called before restores, in mails that left then.
    pub async fn former_installations(&self) -> Result<Vec<String>, StoreError> {
        Ok(query_scalar(statements::INSTALLATIONS_FORMER).fetch_all(&self.readers).await?)
    }

    /// Waits for running work and closes the database.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl Write {
    /// Makes it so.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.inner.commit().await?)
    }

    async fn next(&mut self, counter: &str) -> Result<i64, StoreError> {
        Ok(query_scalar(statements::COUNTER_NEXT).bind(counter).fetch_one(&mut self.inner).await?)
    }
}

/// Gives the installation a random name, unless it has one.
async fn name_installation(on: &mut Transaction) -> Result<(), StoreError> {
    let name = Uuid::now_v7().simple().to_string();
    query(statements::SETTING_SET).bind("installation").bind(name).execute(on).await?;
    Ok(())
}

fn unmigrated(address: &Address, error: MigrateError) -> StoreError {
    let MigrateError::VersionMissing(step) = error else { return StoreError::Migrate(error) };
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    StoreError::Newer { name: address.name(), step, known }
}

fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

fn instant(table: &'static str, row: &str, millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| StoreError::BadRow {
        table,
        row: row.to_owned(),
        what: "holds an instant out of range".to_owned(),
    })
}

fn document<T: serde::de::DeserializeOwned>(
    table: &'static str,
    row: &str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::BadRow {
        table,
        row: row.to_owned(),
        what: format!("its document cannot be read (line {}, column {})", error.line(), error.column()),
    })
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data with text keys always serialises")
}

#[cfg(test)]
pub(crate) mod tests;
