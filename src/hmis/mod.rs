//! The HMIS behind its reference tables (INTERFACES.md): reads what is known about client records, and on a
//! live database closes them.
//!
//! - `schema.sql` and `sql/` hold every statement; a site with other tables replaces them file by file;
//! - `coverage` says which facts are known at a moment, `agencies` who belongs to which organisation,
//!   `assemble` puts both together to a [`Snapshot`];
//! - `check` tells how fresh and how complete it is, and what looks odd in it;
//! - `close` changes a record, and only on the facts it was decided on; `undo` sets exactly that back, while nothing was
//!   entered since;
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
mod undo;

use std::{
    collections::BTreeMap,
    future::Future,
    path::{Path, PathBuf},
    time::Duration,
};

use self::{assemble::Surroundings, coverage::Coverage, statements::Statements};
pub use self::{check::SourceStatus, close::CloseOutcome, error::HmisError, undo::UndoOutcome};
use crate::domain::{AgencyId, ClientId, Snapshot};
use crate::sql::{Address, Isolation, Pool, Transaction};
use chrono::{DateTime, Utc};

/// The reference tables.
const SCHEMA: &str = include_str!("schema.sql");

/// How long creating the tables may take; `hmis init` has no options.
const INIT_TIMEOUT: Duration = Duration::from_mins(1);

/// Connections that read at the same time: the judge, the deliverer, the console, a command.
const READERS: u32 = 4;

/// Changes made at the same time, on a server; to a file there is one.
const WRITERS: u32 = 4;

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
#[derive(Debug, Clone)]
pub struct HmisOptions {
    /// The database.
    pub address: Address,
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

/// The HMIS.
#[derive(Debug)]
pub struct Hmis {
    readers: Pool,
    /// None on a mirror.
    writer: Option<Pool>,
    role: Role,
    max_age: Duration,
    item_visibility: ItemVisibility,
    statements: Statements,
    timeout: Duration,
}

impl Hmis {
    /// Creates the reference tables where they are missing, and on SQLite the database itself; what is there stays as
    /// it is.
    ///
    /// # Errors
    /// When the file cannot be created, or the server not be reached.
    pub async fn init(address: &Address) -> Result<(), HmisError> {
        const DOING: &str = "creating the reference tables";
        let folder = address.file().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(HmisError::Url(format!("the folder {} does not exist: create it", folder.display())));
        }
        let made = address.make_file().map_err(sqlx::Error::Io);
        made.map_err(|error| HmisError::database(DOING, error))?;
        let pool = address.creating(INIT_TIMEOUT);
        let creating = async {
            let mut transaction = pool.begin(Isolation::Write).await?;
            transaction.run_script(SCHEMA).await?;
            transaction.commit().await
        };
        within(INIT_TIMEOUT, DOING, async {
            creating.await.map_err(|error: sqlx::Error| HmisError::database(DOING, error))
        })
        .await?;
        pool.close().await;
        Ok(())
    }

    /// Opens an existing database.
    ///
    /// # Errors
    /// When it is not there or cannot be reached, or the folder of own statements is not in order.
    pub async fn open(options: &HmisOptions) -> Result<Self, HmisError> {
        const DOING: &str = "opening the database";
        let hmis = Self::connect_later(options)?;
        if let Some(file) = options.address.file().filter(|file| !file.is_file()) {
            return Err(HmisError::NoDatabase(file.to_owned()));
        }
        hmis.in_time(DOING, async {
            let opened = hmis.readers.begin(Isolation::Read).await;
            opened.map(drop).map_err(|error| HmisError::database(DOING, error))
        })
        .await?;
        Ok(hmis)
    }

    /// The same without connecting yet: whoever asks first connects, and finds out whether the database is there.
    ///
    /// # Errors
    /// When the folder of own statements is not in order.
    pub fn connect_later(options: &HmisOptions) -> Result<Self, HmisError> {
        let statements = match &options.statements {
            Some(folder) => Statements::from_folder(folder)?,
            None => Statements::default(),
        };
        // The database's own waiting ends before ours does, so that "locked" is reported as such.
        let patience = options.timeout / 4 * 3;
        Ok(Self {
            readers: options.address.readers(READERS, patience),
            writer: match options.role {
                Role::Mirror => None,
                // Connected at the first change: where a person makes the changes, never.
                Role::Live => Some(options.address.writers(WRITERS, patience)),
            },
            role: options.role,
            max_age: options.max_age,
            item_visibility: options.item_visibility,
            statements,
            timeout: options.timeout,
        })
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
        connection: &mut Transaction,
        now: DateTime<Utc>,
    ) -> Result<Coverage, HmisError> {
        let sources = rows::sources(connection, &self.statements).await?;
        Ok(Coverage::new(sources, self.role, self.max_age, now))
    }

    /// The snapshots of `records`, on the connection of a transaction.
    async fn snapshots(
        &self,
        connection: &mut Transaction,
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
        read: impl AsyncFnOnce(&mut Transaction) -> Result<T, HmisError>,
    ) -> Result<T, HmisError> {
        self.in_time(doing, async {
            let mut transaction = self
                .readers
                .begin(Isolation::Read)
                .await
                .map_err(|error| HmisError::database(doing, error))?;
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
