//! The HMIS behind its reference tables (INTERFACES.md): reads what is known about client records, and on a
//! live database closes them.
//!
//! - `schema.sql` and `sql/` hold every statement; a site with other tables replaces them file by file;
//! - `coverage` says which facts are known at a moment, `agencies` who belongs to which organisation,
//!   `assemble` puts both together to a [`Snapshot`];
//! - `check` tells how fresh and how complete it is, and what looks odd in it;
//! - `close` changes a record, and only on the facts it was decided on;
//! - `sample` is a made-up HMIS for the demo.

mod agencies;
mod assemble;
mod check;
mod close;
mod coverage;
mod error;
mod rows;
pub mod sample;
mod statements;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, future::Future, path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use sqlx::{
    Connection, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};

use self::{assemble::Surroundings, coverage::Coverage, statements::Statements};
pub use self::{check::SourceStatus, close::CloseOutcome, error::HmisError};
use crate::domain::{AgencyId, ClientId, Snapshot};

/// The reference tables.
const SCHEMA: &str = include_str!("schema.sql");

/// How long creating the tables may take; `hmis init` has no options.
const INIT_TIMEOUT: Duration = Duration::from_mins(1);

/// Connections that read at the same time: the judge, the deliverer, the console, a command.
const READERS: u32 = 4;

/// Whether the database is the HMIS itself (`hmis.role`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A copy: as old as its last import, and never changed by us.
    Mirror,
    /// The HMIS itself, or a database that writes through to it.
    Live,
}

/// Whether things in a record have locks of their own (`hmis.item_visibility`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemVisibility {
    /// They do not: closing the record closes them.
    WithRecord,
    /// They do: `hmis_data.shared` tells.
    Own,
}

/// The `[hmis]` section, as far as the database is concerned.
#[derive(Clone)]
pub struct HmisOptions {
    /// `sqlite:///absolute/path` or `sqlite://relative/path`.
    pub url: String,
    /// Mirror or live.
    pub role: Role,
    /// On a mirror, facts older than this are unknown.
    pub max_age: Duration,
    /// Locks of things in a record.
    pub item_visibility: ItemVisibility,
    /// A folder of `.sql` files that replace the built-in statements of the same names.
    pub statements: Option<PathBuf>,
    /// How long one call may take.
    pub timeout: Duration,
}

impl fmt::Debug for HmisOptions {
    /// Without the URL: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmisOptions")
            .field("role", &self.role)
            .field("max_age", &self.max_age)
            .field("item_visibility", &self.item_visibility)
            .field("statements", &self.statements)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// The HMIS.
#[derive(Debug)]
pub struct Hmis {
    readers: SqlitePool,
    /// One connection, so that our own changes wait for each other here and not in the database. None on a
    /// mirror.
    writer: Option<SqlitePool>,
    role: Role,
    max_age: Duration,
    item_visibility: ItemVisibility,
    statements: Statements,
    timeout: Duration,
}

impl Hmis {
    /// Creates the database and its reference tables where they are missing; what is there stays as it is.
    ///
    /// # Errors
    /// When the URL cannot be used, or the file cannot be created.
    pub async fn init(url: &str) -> Result<(), HmisError> {
        const DOING: &str = "creating the reference tables";
        let options = sqlite_options(url)?;
        let folder = options.get_filename().parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(HmisError::Url(format!("the folder {} does not exist: create it", folder.display())));
        }
        // Write-ahead logging lets the daemon read while an import writes.
        let options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
        let creating = async {
            let mut connection = SqliteConnection::connect_with(&options).await?;
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            sqlx::raw_sql(SCHEMA).execute(&mut *transaction).await?;
            transaction.commit().await?;
            connection.close().await
        };
        within(INIT_TIMEOUT, DOING, async {
            creating.await.map_err(|error: sqlx::Error| HmisError::database(DOING, error))
        })
        .await
    }

    /// Opens an existing database.
    ///
    /// # Errors
    /// When it is not there, the URL cannot be used, or the folder of own statements is not in order.
    pub async fn open(options: &HmisOptions) -> Result<Self, HmisError> {
        const DOING: &str = "opening the database";
        let statements = match &options.statements {
            Some(folder) => Statements::from_folder(folder)?,
            None => Statements::default(),
        };
        // The database's own waiting ends before ours does, so that "locked" is reported as such.
        let connect = sqlite_options(&options.url)?.busy_timeout(options.timeout / 4 * 3);
        if !connect.get_filename().is_file() {
            return Err(HmisError::NoDatabase(connect.get_filename().to_owned()));
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(options.timeout)
            .connect_lazy_with(connect.clone().read_only(true));
        let writer = match options.role {
            Role::Mirror => None,
            // Opened at the first change: where a person makes the changes, it never is.
            Role::Live => Some(
                SqlitePoolOptions::new()
                    .max_connections(1)
                    .acquire_timeout(options.timeout)
                    .connect_lazy_with(connect.read_only(false)),
            ),
        };
        let hmis = Self {
            readers,
            writer,
            role: options.role,
            max_age: options.max_age,
            item_visibility: options.item_visibility,
            statements,
            timeout: options.timeout,
        };
        hmis.in_time(DOING, async {
            hmis.readers.acquire().await.map(drop).map_err(|error| HmisError::database(DOING, error))
        })
        .await?;
        Ok(hmis)
    }

    /// What is known about each of `records` at `now`: one snapshot per record, in their order, all read in one
    /// transaction. A record the HMIS does not have is `Missing`.
    ///
    /// # Errors
    /// When the database fails or a row has no meaning.
    pub async fn read(&self, records: &[ClientId], now: DateTime<Utc>) -> Result<Vec<Snapshot>, HmisError> {
        self.reading("reading client records", async |connection| {
            self.snapshots(connection, records, now).await
        })
        .await
    }

    /// The root of an agency; `None` if it is not in `hmis_agency`.
    ///
    /// # Errors
    /// When the database fails or a row has no meaning.
    pub async fn root_agency(&self, agency: &AgencyId) -> Result<Option<AgencyId>, HmisError> {
        self.reading("reading the agencies", async |connection| {
            let agencies = rows::agencies(connection, &self.statements).await?;
            Ok(agencies.listed_root(agency).cloned())
        })
        .await
    }

    /// The names of all agencies by ID. For staff only: an agency's name must never get into a reply.
    ///
    /// # Errors
    /// When the database fails or a row has no meaning.
    pub async fn agency_names(&self) -> Result<BTreeMap<AgencyId, String>, HmisError> {
        self.reading("reading the agencies", async |connection| {
            Ok(rows::agencies(connection, &self.statements).await?.names())
        })
        .await
    }

    async fn coverage(
        &self,
        connection: &mut SqliteConnection,
        now: DateTime<Utc>,
    ) -> Result<Coverage, HmisError> {
        let sources = rows::sources(connection, &self.statements).await?;
        Ok(Coverage::new(sources, self.role, self.max_age, now))
    }

    /// The snapshots of `records`, on the connection of a transaction.
    async fn snapshots(
        &self,
        connection: &mut SqliteConnection,
        records: &[ClientId],
        now: DateTime<Utc>,
    ) -> Result<Vec<Snapshot>, HmisError> {
        let surroundings = Surroundings {
            agencies: rows::agencies(connection, &self.statements).await?,
            coverage: self.coverage(connection, now).await?,
            item_visibility: self.item_visibility,
        };
        let mut snapshots = Vec::with_capacity(records.len());
        for record in records {
            let row = rows::record(connection, &self.statements, record).await?;
            let data = rows::data(connection, &self.statements, record).await?;
            let granted = rows::grants(connection, &self.statements, record).await?;
            let granted: Vec<_> = granted.into_iter().map(|(_, agency)| agency).collect();
            snapshots.push(surroundings.snapshot(record, row, &data, &granted));
        }
        Ok(snapshots)
    }

    /// Runs `read` in one read transaction: all it sees is of one moment.
    async fn reading<T>(
        &self,
        doing: &'static str,
        read: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, HmisError>,
    ) -> Result<T, HmisError> {
        self.in_time(doing, async {
            let mut transaction =
                self.readers.begin_with("BEGIN").await.map_err(|error| HmisError::database(doing, error))?;
            let result = read(&mut transaction).await?;
            transaction.rollback().await.map_err(|error| HmisError::database(doing, error))?;
            Ok(result)
        })
        .await
    }

    async fn in_time<T>(
        &self,
        doing: &'static str,
        work: impl Future<Output = Result<T, HmisError>>,
    ) -> Result<T, HmisError> {
        within(self.timeout, doing, work).await
    }
}

async fn within<T>(
    after: Duration,
    doing: &'static str,
    work: impl Future<Output = Result<T, HmisError>>,
) -> Result<T, HmisError> {
    match tokio::time::timeout(after, work).await {
        Ok(result) => result,
        Err(_elapsed) => Err(HmisError::Timeout { doing, after }),
    }
}

/// The connection options of a `sqlite:` URL. The errors do not repeat the URL: another kind of URL may hold a
/// password.
fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, HmisError> {
    let wrong =
        |problem: &str| HmisError::Url(format!("{problem}; it is written sqlite:///absolute/path.db"));
    if !url.starts_with("sqlite:") {
        return Err(wrong("this is not the address of an SQLite file"));
    }
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(wrong("a database in memory is gone when the program ends"));
    }
    url.parse().map_err(|_| wrong("this is not the address of an SQLite file"))
}
