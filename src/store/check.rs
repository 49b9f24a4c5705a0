//! Whether the desk could work on its database, found out without creating or changing anything.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{MIGRATIONS, PATIENCE, Store, StoreError, instant, statements as sql};
use crate::sql::{Address, Engine, Isolation, Pool, missing_table, query, query_scalar};

/// A clock that is this far off puts due times, leases and the history's order in doubt.
const SKEW: chrono::TimeDelta = chrono::TimeDelta::seconds(5);

impl Store {
    /// Tries the database at `address` out, and says in plain sentences what it found; those that begin with `warning: `
    /// need somebody's eye. `now` is this machine's time.
    ///
    /// # Errors
    /// The first thing that would keep the desk from working.
    pub async fn check(address: &Address, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        let open = |source| StoreError::Open { name: address.name(), source };
        if let Some(file) = address.file().filter(|file| !file.exists()) {
            let folder =
                file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(".".as_ref());
            // Only trying tells: permissions, a file system mounted read-only, a sandbox.
            probe(folder)
                .map_err(|source| StoreError::Folder { folder: folder.display().to_string(), source })?;
            return Ok(vec![format!(
                "{} is not there yet: the desk creates it when it starts",
                file.display()
            )]);
        }
        address.reach(PATIENCE).await.map_err(open)?;
        let pool = address.writers(1, PATIENCE);
        let checked = async {
            let mut tx = pool.begin(Isolation::Write).await.map_err(open)?;
            let mut found = vec![match address.engine() {
                Engine::Sqlite => format!("SQLite, {}", address.name()),
                Engine::Postgres => {
                    let version: String = query_scalar(sql::SERVER_VERSION).fetch_one(&mut tx).await?;
                    format!("PostgreSQL {version}, {}", address.name())
                }
            }];
            let steps = match query_scalar::<i64>(sql::STEPS).fetch_all(&mut tx).await {
                Ok(steps) => steps,
                Err(error) if missing_table(&error).is_some() => {
                    found.push("it is empty: the desk makes its tables when it starts".to_owned());
                    return Ok(found);
                }
                Err(error) => return Err(error.into()),
            };
            let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
            if let Some(step) = steps.iter().copied().find(|step| *step > known) {
                return Err(StoreError::Newer { name: address.name(), step, known });
            }
            if steps.iter().max() < Some(&known) {
                found.push("its tables are brought up to date when the desk starts".to_owned());
                return Ok(found);
            }
            // Undone below: whether it may be written to is all that is asked.
            query(sql::SETTING_SET).bind("check").bind("may be written to").execute(&mut tx).await?;
            found.push("can be written to, its tables are up to date".to_owned());
            found.extend(skew(&pool, &mut tx, now).await?);
            Ok(found)
        };
        let found = checked.await;
        pool.close().await;
        found
    }
}

/// Whether scheduled backups can be written into `folder`, in one sentence; it begins with `warning: ` if not. Only a file
/// that is removed again is made there, or where the folder would be created.
pub fn check_backups(folder: &Path) -> String {
    let there = folder.ancestors().find(|place| place.exists()).unwrap_or(Path::new("."));
    match probe(there) {
        Ok(()) if there == folder => format!("{} can be written to", folder.display()),
        Ok(()) => format!("{} is not there yet: it is created at the first backup", folder.display()),
        Err(error) => format!(
            "warning: no backup can be written: the folder {} {} ({error}): create it, and give it to the account the desk \
             runs as, or name another in database.backup_folder",
            folder.display(),
            if there == folder { "cannot be written to" } else { "cannot be created" },
        ),
    }
}

/// Says where this machine's clock and the server's, or the history's last instant, do not agree.
async fn skew(
    pool: &Pool,
    tx: &mut crate::sql::Transaction,
    now: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    if pool.engine() == Engine::Postgres {
        let server: i64 = query_scalar(sql::SERVER_TIME).fetch_one(&mut *tx).await?;
        let off = instant("the server's clock", "now", server)? - now;
        if off.abs() > SKEW {
            return Ok(Some(format!(
                "warning: this machine's clock and the database server's are {} seconds apart: set both by NTP, or several \
                 daemons take each other's work",
                off.num_seconds().abs()
            )));
        }
    }
    let last: Option<i64> = query_scalar(sql::HISTORY_LAST).fetch_one(&mut *tx).await?;
    let Some(last) = last else { return Ok(None) };
    let ahead = instant("history", "the last one", last)? - now;
    Ok((ahead > SKEW).then(|| {
        format!(
            "warning: the last thing the desk did lies {} seconds in the future: is this machine's clock right?",
            ahead.num_seconds()
        )
    }))
}

/// Creates a file in a folder and removes it again.
fn probe(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join(format!(".roi-desk-check-{}", std::process::id()));
    std::fs::OpenOptions::new().write(true).create_new(true).open(&probe)?;
    std::fs::remove_file(&probe)
}
