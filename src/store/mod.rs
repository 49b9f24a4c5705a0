//! The desk's own database: messages, cases, the outbox and the history. All its SQL is in `statements`.
//!
//! Whatever must hold together is one [`Write`] transaction: a case, what it ordered and what its history says are
//! never apart.

mod cases;
mod history;
mod lock;
mod messages;
mod outbox;
mod statements;
mod verify;

use std::{str::FromStr, time::Duration};

use chrono::{DateTime, Utc};
use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
};
use uuid::Uuid;

pub use cases::{Lease, Loaded};
pub use history::HistoryRow;
pub use lock::WorkerLock;
pub use messages::{MessageRow, MessageState, NewMessage, Place};
pub use outbox::{ActionRow, Claim, Lane, Order, OutgoingMail};
pub use verify::Accounting;

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database says no, or does not answer.
    #[error("the desk's database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database file cannot be opened.
    #[error("the desk's database {file} cannot be opened: {source}")]
    Open {
        /// The file.
        file: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The tables could not be brought up to date.
    #[error("the desk's database cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
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
    Held {
        /// Its process number, as it wrote it down.
        holder: String,
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

/// The open database: one writer, many readers.
#[derive(Debug, Clone)]
pub struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
}

/// A transaction that may write. Dropped without [`Write::commit`], it never was.
pub struct Write {
    inner: Transaction<'static, Sqlite>,
}

impl Store {
    /// Opens the database at `url` (`sqlite:///path`), creating it and bringing its tables up to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let file = lock::private_file(url)?;
        let options = SqliteConnectOptions::from_str(url)?
            // An answer that was sent must be known after a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(20));
        // A command and the daemon may start at the same moment.
        let alone = lock::alone(url).await?;
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(|source| StoreError::Open { file, source })?;
        sqlx::query(statements::WRITE_AHEAD).execute(&writer).await?;
        sqlx::migrate!("src/store/migrations").run(&writer).await?;
        drop(alone);
        let readers =
            SqlitePoolOptions::new().max_connections(8).connect_with(options.read_only(true)).await?;
        let store = Self { writer, readers };
        let mut tx = store.write().await?;
        sqlx::query(statements::SETTING_SET)
            .bind("installation")
            .bind(Uuid::now_v7().simple().to_string())
            .execute(&mut *tx.inner)
            .await?;
        tx.commit().await?;
        Ok(store)
    }

    /// Begins a transaction that may write. It takes the database's write lock at once, so that it never fails
    /// half way for having read first.
    pub async fn write(&self) -> Result<Write, StoreError> {
        Ok(Write { inner: self.writer.begin_with("BEGIN IMMEDIATE").await? })
    }

    /// Makes this process the one daemon on the database and sets free what a daemon that died had claimed.
    /// Fails with [`StoreError::Held`] if another daemon runs on it.
    pub async fn become_worker(&self, url: &str, now: DateTime<Utc>) -> Result<WorkerLock, StoreError> {
        let lock = WorkerLock::take(url)?;
        for statement in [statements::ACTIONS_FREE, statements::CASES_FREE] {
            let mut tx = self.write().await?;
            sqlx::query(statement).bind(millis(now)).execute(&mut *tx.inner).await?;
            tx.commit().await?;
        }
        Ok(lock)
    }

    /// The random name of this installation, part of every Message-ID.
    pub async fn installation(&self) -> Result<String, StoreError> {
        Ok(sqlx::query_scalar(statements::SETTING_GET).bind("installation").fetch_one(&self.readers).await?)
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
        Ok(sqlx::query_scalar(statements::COUNTER_NEXT).bind(counter).fetch_one(&mut *self.inner).await?)
    }
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
mod tests;
