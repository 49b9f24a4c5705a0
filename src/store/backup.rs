//! Backups: one `SQLite` file each, whichever engine the store is on, and back into an empty store of either.
//!
//! `SQLite` copies itself; between engines it goes row by row, by the tables and columns that the file itself tells of, so
//! that nothing is listed twice.

use std::{
    fs,
    io::{ErrorKind, Read},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};
use uuid::Uuid;

use super::{MIGRATIONS, PATIENCE, Store, StoreError, millis, name_installation, statements, unmigrated};
use crate::sql::{
    Address, Isolation, Pool, Query, Row, Text, Transaction, Value, query, query_as, query_scalar,
};

/// Of a file that is being written.
const PARTIAL: &str = ".partial";

/// The first octets of every `SQLite` file (<https://www.sqlite.org/fileformat.html#the_database_header>).
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Tables that hold something in a store in which nothing has happened yet.
const NEVER_EMPTY: [&str; 4] = ["counters", "jobs", "leases", "settings"];

// These run on the backup's file only, so they are not among `statements`, which both engines must understand.
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
    AND name <> '_sqlx_migrations' ORDER BY name";
const COLUMNS: &str = "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid";
const PARENTS: &str = "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list($1)";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Int,
    Bool,
    Octets,
}

#[derive(Debug)]
struct Column {
    name: String,
    kind: Kind,
}

#[derive(Debug)]
struct Table {
    name: String,
    columns: Vec<Column>,
    /// The primary key's columns, as places in `columns`.
    key: Vec<usize>,
}

/// What numbers and names do after a restore: case numbers and Message-IDs that left must never stand for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// The desk may have gone on after the backup: new cases get numbers far beyond any it can have given away, and new
    /// mails Message-IDs of a new kind. Answers to those of before are still known.
    LeaveGap,
    /// The desk was stopped before the backup and does not go on where it was: the store has moved, and numbers go on.
    GoOn,
}

fn unusable(file: &Path, why: impl std::fmt::Display) -> StoreError {
    StoreError::Backup { file: file.display().to_string(), why: why.to_string() }
}

impl Store {
    /// Writes a backup of this moment into `file`, which must not exist, while others go on working. It appears complete
    /// or not at all, on the disk, and readable for its owner alone.
    pub async fn backup(&self, file: &Path) -> Result<(), StoreError> {
        if tokio::fs::symlink_metadata(file).await.is_ok() {
            return Err(unusable(file, "there is a file of this name already: name a new one"));
        }
        let mut name = file.as_os_str().to_owned();
        name.push(PARTIAL);
        let partial = PathBuf::from(name);
        let written = self.write_backup(&partial, file).await;
        if written.is_err() {
            remove(&partial).await;
        }
        written
    }

    async fn write_backup(&self, partial: &Path, file: &Path) -> Result<(), StoreError> {
        // What an attempt that was cut off has left.
        remove(partial).await;
        let failed = |error: std::io::Error| unusable(file, format!("cannot be written: {error}"));
        let new = tokio::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(partial).await;
        drop(new.map_err(failed)?);
        match &self.readers {
            Pool::Sqlite(_) => {
                // Into an empty file, which keeps its mode. It does not keep those who write from writing.
                let name = partial.to_str().ok_or_else(|| unusable(file, "its name is not UTF-8"))?;
                query(Text::both("VACUUM INTO $1")).bind(name).execute(&self.readers).await?;
            }
            Pool::Postgres(_) => self.copy_to(partial).await?,
        }
        sync(partial).await.map_err(failed)?;
        tokio::fs::rename(partial, file).await.map_err(failed)?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sync(folder).await.map_err(failed)
    }

    async fn copy_to(&self, file: &Path) -> Result<(), StoreError> {
        let copy = open_file(file).await?;
        let mut from = self.readers.begin(Isolation::Read).await?;
        let mut to = copy.begin(Isolation::Write).await?;
        let tables = tables(&mut to, file).await?;
        replace(&mut from, &mut to, &tables).await?;
        to.commit().await?;
        // A file of its own again, without a log beside it.
        query(Text::both("PRAGMA journal_mode = DELETE")).fetch_optional(&copy).await?;
        copy.close().await;
        Ok(())
    }

    /// Makes this store, which must be empty and without a daemon, what the backup in `file` is: all of it, or nothing.
    /// A backup of an older version is brought up to date on the way; the file itself is only read.
    pub async fn restore(&self, file: &Path, numbers: Numbers, now: DateTime<Utc>) -> Result<(), StoreError> {
        check_is_backup(file)?;
        let scratch = Scratch::new(self.address.file().and_then(Path::parent))
            .map_err(|error| unusable(file, format!("there is no room to copy it: {error}")))?;
        let copied = scratch.0.join("backup.db");
        tokio::fs::copy(file, &copied)
            .await
            .map_err(|error| unusable(file, format!("cannot be read: {error}")))?;
        let copy = open_backup(&copied, file).await?;
        let mut from = copy.begin(Isolation::Read).await?;
        let tables = tables(&mut from, file).await?;
        let mut to = self.writer.begin(Isolation::Write).await?;
        self.assert_unused(&mut to, &tables, now).await?;
        replace(&mut from, &mut to, &tables).await?;
        // Whoever worked on something when the backup was made works on it no more.
        for statement in [statements::ACTIONS_FREE, statements::CASES_FREE, statements::LEASES_FREE] {
            query(statement).execute(&mut to).await?;
        }
        match numbers {
            Numbers::LeaveGap => {
                query(statements::CASE_NUMBERS_GAP).execute(&mut to).await?;
                query(statements::INSTALLATION_FORMER).execute(&mut to).await?;
                name_installation(&mut to).await?;
            }
            Numbers::GoOn => {}
        }
        to.commit().await?;
        drop(from);
        copy.close().await;
        Ok(())
    }

    async fn assert_unused(
        &self,
        to: &mut Transaction,
        tables: &[Table],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let held = query_scalar(statements::LEASE_ALIVE).bind(millis(now));
        if let Some(holder) = held.fetch_optional(&mut *to).await? {
            return Err(StoreError::Working { holder });
        }
        for table in tables.iter().filter(|table| !NEVER_EMPTY.contains(&table.name.as_str())) {
            let rows: i64 = query_scalar(sql(format!("SELECT COUNT(*) FROM \"{}\"", table.name)))
                .fetch_one(&mut *to)
                .await?;
            if rows > 0 {
                return Err(StoreError::NotEmpty { name: self.address.name() });
            }
        }
        Ok(())
    }
}

/// Waits until a file, or what a folder says of its files, is on the disk.
async fn sync(place: &Path) -> std::io::Result<()> {
    tokio::fs::File::open(place).await?.sync_all().await
}

/// Removes a file that need not be there, and what `SQLite` keeps beside it. What stays is in nobody's way: the next attempt
/// fails on it and says so.
async fn remove(file: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        if let Err(error) = tokio::fs::remove_file(&name).await
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(file = %Path::new(&name).display(), %error, "an unfinished backup cannot be removed");
        }
    }
}

/// A folder of one's own for a while.
struct Scratch(PathBuf);

impl Scratch {
    fn new(beside: Option<&Path>) -> std::io::Result<Self> {
        let within = beside
            .filter(|folder| !folder.as_os_str().is_empty())
            .map_or_else(std::env::temp_dir, Path::to_owned);
        let folder = within.join(format!("roi-desk-restore-{}", Uuid::now_v7().simple()));
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "a copy of the backup is left there: remove it");
        }
    }
}

fn check_is_backup(file: &Path) -> Result<(), StoreError> {
    let mut head = Vec::new();
    fs::File::open(file)
        .and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut head))
        .map_err(|error| unusable(file, format!("cannot be read: {error}")))?;
    if head != MAGIC {
        return Err(unusable(file, "is not a backup of roi-desk"));
    }
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(unusable(
            file,
            "is a database at work, not a backup: make one of it with `roi-desk db backup`",
        ));
    }
    Ok(())
}

/// Opens a copy of a backup and brings it up to date.
async fn open_backup(copy: &Path, file: &Path) -> Result<Pool, StoreError> {
    let address = Address::of_file(copy);
    let pool = address.writers(1, PATIENCE);
    let steps: Result<i64, _> =
        query_scalar(Text::both("SELECT COUNT(*) FROM _sqlx_migrations")).fetch_one(&pool).await;
    if steps.is_err() {
        return Err(unusable(file, "is not a backup of roi-desk"));
    }
    let sound: String = query_scalar(Text::both("PRAGMA quick_check(1)")).fetch_one(&pool).await?;
    if sound != "ok" {
        return Err(unusable(file, format!("is damaged: {sound}")));
    }
    // Here it is the file that is newer, not the configuration's database.
    migrate(&pool, &address).await.map_err(|error| {
        let StoreError::Newer { step, known, .. } = error else { return unusable(file, error) };
        unusable(
            file,
            format!(
                "was written by a newer roi-desk (its tables are at step {step}, this program knows {known}): restore it \
                 with that version"
            ),
        )
    })?;
    Ok(pool)
}

/// Opens a new file with our tables in it.
async fn open_file(file: &Path) -> Result<Pool, StoreError> {
    let address = Address::of_file(file);
    let pool = address.creating(PATIENCE);
    migrate(&pool, &address).await?;
    Ok(pool)
}

async fn migrate(pool: &Pool, address: &Address) -> Result<(), StoreError> {
    match pool {
        Pool::Sqlite(pool) => MIGRATIONS.run(pool).await,
        Pool::Postgres(pool) => MIGRATIONS.run(pool).await,
    }
    .map_err(|error| unmigrated(address, error))
}

/// Our tables as a file has them, each after those it refers to.
async fn tables(on: &mut Transaction, file: &Path) -> Result<Vec<Table>, StoreError> {
    let names: Vec<String> = query_scalar(Text::both(TABLES)).fetch_all(&mut *on).await?;
    let mut waiting = Vec::new();
    for name in names {
        let rows: Vec<(String, String, i64)> =
            query_as(Text::both(COLUMNS)).bind(&name).fetch_all(&mut *on).await?;
        let mut columns = Vec::new();
        let mut key: Vec<(i64, usize)> = Vec::new();
        for (place, (column, kind, in_key)) in rows.into_iter().enumerate() {
            let kind = match kind.as_str() {
                "TEXT" => Kind::Text,
                "BIGINT" => Kind::Int,
                "BOOLEAN" => Kind::Bool,
                "BYTEA" => Kind::Octets,
                _ => return Err(unusable(file, format!("{name}.{column} is of an unknown type, {kind}"))),
            };
            columns.push(Column { name: column, kind });
            if in_key > 0 {
                key.push((in_key, place));
            }
        }
        key.sort_unstable();
        let parents: Vec<String> = query_scalar(Text::both(PARENTS)).bind(&name).fetch_all(&mut *on).await?;
        let key = key.into_iter().map(|(_, place)| place).collect();
        waiting.push((Table { name, columns, key }, parents));
    }
    let mut ordered: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let is_there = |parent: &String| ordered.iter().any(|table| &table.name == parent);
        let ready = waiting.iter().position(|(_, parents)| parents.iter().all(is_there));
        let Some(ready) = ready else {
            return Err(unusable(file, "its tables refer to each other in a circle"));
        };
        ordered.push(waiting.remove(ready).0);
    }
    Ok(ordered)
}

/// Puts all rows of one database in the place of the other's.
async fn replace(from: &mut Transaction, to: &mut Transaction, tables: &[Table]) -> Result<(), StoreError> {
    for table in tables.iter().rev() {
        query(sql(format!("DELETE FROM \"{}\"", table.name))).execute(&mut *to).await?;
    }
    for table in tables {
        copy_table(from, to, table).await?;
    }
    Ok(())
}

async fn copy_table(from: &mut Transaction, to: &mut Transaction, table: &Table) -> Result<(), StoreError> {
    // A mail may have megabytes: one at a time.
    let at_once = if table.columns.iter().any(|column| column.kind == Kind::Octets) { 1 } else { 500 };
    let quoted = |column: &Column| format!("\"{}\"", column.name);
    let columns = listed(table.columns.iter().map(quoted));
    let placeholders = |count: usize| listed((1..=count).map(|number| format!("${number}")));
    let key = listed(table.key.iter().filter_map(|place| table.columns.get(*place)).map(quoted));
    let first = format!("SELECT {columns} FROM \"{}\" ORDER BY {key} LIMIT {at_once}", table.name);
    let next = format!(
        "SELECT {columns} FROM \"{}\" WHERE ({key}) > ({}) ORDER BY {key} LIMIT {at_once}",
        table.name,
        placeholders(table.key.len())
    );
    let insert = sql(format!(
        "INSERT INTO \"{}\" ({columns}) VALUES ({})",
        table.name,
        placeholders(table.columns.len())
    ));
    let mut last: Option<Vec<Value<'static>>> = None;
    loop {
        let rows = match last.take() {
            None => query(sql(first.clone())),
            Some(key) => key.into_iter().fold(query(sql(next.clone())), Query::bind),
        }
        .fetch_all(&mut *from)
        .await?;
        for row in &rows {
            let values = values(row, table)?;
            last = Some(table.key.iter().filter_map(|place| values.get(*place)).cloned().collect());
            let insert = values.into_iter().fold(query(insert.clone()), Query::bind);
            insert.execute(&mut *to).await?;
        }
        if rows.len() < at_once {
            return Ok(());
        }
    }
}

fn values(row: &Row, table: &Table) -> Result<Vec<Value<'static>>, StoreError> {
    let value = |(place, column): (usize, &Column)| {
        Ok(match column.kind {
            Kind::Text => Value::from(row.at::<Option<String>>(place)?),
            Kind::Int => Value::from(row.at::<Option<i64>>(place)?),
            Kind::Bool => Value::from(row.at::<Option<bool>>(place)?),
            Kind::Octets => Value::from(row.at::<Option<Vec<u8>>>(place)?),
        })
    };
    table.columns.iter().enumerate().map(value).collect()
}

fn listed(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// A statement made of our own tables' names, never of values.
fn sql(text: String) -> SqlStr {
    AssertSqlSafe(text).into_sql_str()
}
