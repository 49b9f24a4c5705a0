//! One SQL on two engines: SQLite, embedded, and PostgreSQL, where several daemons share the load.
//!
//! The text of a statement is the same on both (`$1` placeholders, RETURNING, ON CONFLICT, partial indexes; ids TEXT,
//! instants BIGINT, octets BYTEA, BOOLEAN), but for the few that must lock rows on PostgreSQL and need not on SQLite,
//! where a transaction that writes is alone: [`Text`]. A [`Query`] collects values and runs on whichever engine the
//! [`Pool`] or the [`Transaction`] belongs to. sqlx's own `Any` driver cannot decode half of the types.

mod address;
mod explain;
#[cfg(test)]
pub(crate) mod ground;
mod query;

use sqlx::{PgPool, Postgres, SqlSafeStr, Sqlite, SqlitePool, postgres::PgTypeInfo};

pub use address::Address;
pub use explain::explain;
pub use query::{
    Decode, FromBoth, On, Query, QueryAs, QueryScalar, Row, Text, Value, query, query_as, query_scalar,
};

/// The two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, a file.
    Sqlite,
    /// A server.
    Postgres,
}

/// Connections to one database.
#[derive(Debug, Clone)]
pub enum Pool {
    /// To a file.
    Sqlite(SqlitePool),
    /// To a server.
    Postgres(PgPool),
}

/// What a transaction is to keep from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// All it reads is of one moment; it writes nothing.
    Read,
    /// It writes. On SQLite it is alone from its beginning: one that reads first and then writes would fail at once,
    /// without waiting, when another had written in between. On PostgreSQL others run beside it, and what it read to
    /// change it has to be locked ([`Text::locking`]).
    Write,
    /// It writes, and others may not have changed anything it read: as if it were alone (SSI on PostgreSQL). It may
    /// fail with [`is_conflict`] and is then to be run again.
    Serializable,
}

/// A transaction. Dropped without [`Transaction::commit`], it never was.
pub struct Transaction {
    inner: Inner,
}

enum Inner {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Pool {
    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a transaction.
    pub async fn begin(&self, isolation: Isolation) -> Result<Transaction, sqlx::Error> {
        let inner = match self {
            Self::Sqlite(pool) => Inner::Sqlite(
                Box::pin(pool.begin_with(match isolation {
                    Isolation::Read => "BEGIN",
                    Isolation::Write | Isolation::Serializable => "BEGIN IMMEDIATE",
                }))
                .await?,
            ),
            Self::Postgres(pool) => Inner::Postgres(
                Box::pin(pool.begin_with(match isolation {
                    Isolation::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                    // Each statement sees what was committed before it: whoever waited for a lock sees what it was
                    // held for.
                    Isolation::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
                    Isolation::Serializable => "BEGIN ISOLATION LEVEL SERIALIZABLE",
                }))
                .await?,
            ),
        };
        Ok(Transaction { inner })
    }

    /// Waits for running work and closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    /// Which engine it runs on.
    pub fn engine(&self) -> Engine {
        match self.inner {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// Makes it so.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self.inner {
            Inner::Sqlite(transaction) => transaction.commit().await,
            Inner::Postgres(transaction) => transaction.commit().await,
        }
    }

    /// Undoes it.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        match self.inner {
            Inner::Sqlite(transaction) => transaction.rollback().await,
            Inner::Postgres(transaction) => transaction.rollback().await,
        }
    }

    /// Runs several statements at once, separated by semicolons, without values.
    pub async fn run_script(&mut self, script: impl SqlSafeStr) -> Result<(), sqlx::Error> {
        match &mut self.inner {
            Inner::Sqlite(transaction) => {
                Box::pin(sqlx::raw_sql(script).execute(&mut **transaction)).await.map(drop)
            }
            Inner::Postgres(transaction) => {
                Box::pin(sqlx::raw_sql(script).execute(&mut **transaction)).await.map(drop)
            }
        }
    }

    /// Has the engine prepare a statement without running it: it fits the tables, or the engine says why not.
    pub async fn prepare(&mut self, text: impl Into<Text>, values: Values) -> Result<(), sqlx::Error> {
        use sqlx::Executor;
        let sql = text.into().on(self.engine());
        match &mut self.inner {
            Inner::Sqlite(transaction) => transaction.prepare(sql).await.map(drop),
            Inner::Postgres(transaction) => {
                let types = match values {
                    Values::Texts(number) => vec![PgTypeInfo::with_name("text"); number],
                    Values::Guessed => Vec::new(),
                };
                transaction.prepare_with(sql, &types).await.map(drop)
            }
        }
    }
}

/// What a statement's values are, when it is only prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// So many texts, as they will be when it is run: a server keeps a prepared statement for the connection.
    Texts(usize),
    /// Whatever the server takes them for.
    Guessed,
}

/// Whether the database rolled a transaction back because others ran beside it (PostgreSQL's `serialization_failure`
/// and `deadlock_detected`): nothing was done, and running it again is all that is needed.
pub fn is_conflict(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| {
        // Five characters: SQLite's result codes are shorter numbers.
        code == "40001" || code == "40P01"
    })
}

/// Whether an error passes by itself: the database is locked, busy, restarting or out of reach, or its disk fails at
/// the moment. Nothing was changed, unless it came from a commit.
pub fn is_passing(error: &sqlx::Error) -> bool {
    /// `SQLite`: busy, locked, I/O error, disk full, cannot open, locking protocol
    /// (<https://www.sqlite.org/rescode.html>). The extended code's low byte is the primary code.
    const SQLITE: [i64; 6] = [5, 6, 10, 13, 14, 15];
    /// PostgreSQL's classes of SQLSTATE: connection, transaction rollback, insufficient resources, not in the right
    /// state (lock not available), operator intervention (shutting down, starting up, timeout), system error
    /// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
    const POSTGRES: [&str; 6] = ["08", "40", "53", "55", "57", "58"];
    if let Some(error) = error.as_database_error() {
        let Some(code) = error.code() else { return false };
        return if error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() {
            code.get(..2).is_some_and(|class| POSTGRES.contains(&class))
                // A session ended for holding locks while doing nothing.
                || code == "25P03"
        } else {
            code.parse::<i64>().is_ok_and(|code| SQLITE.contains(&(code & 0xff)))
        };
    }
    matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed
    )
}

/// The table a statement names and the database does not have.
pub fn missing_table(error: &sqlx::Error) -> Option<String> {
    let error = error.as_database_error()?;
    // SQLite has one code for every mistake in a statement; the words are the only way to tell.
    if let Some(name) = error.message().strip_prefix("no such table: ") {
        return Some(name.trim_start_matches("main.").to_owned());
    }
    // undefined_table: its words stand in the server's language, the name in quotes.
    let name = error.message().split('"').nth(1);
    (error.code().as_deref() == Some("42P01")).then(|| name.unwrap_or("that it asks for").to_owned())
}
