//! `roi-desk db`: the desk's own database.

use std::{collections::BTreeMap, path::PathBuf};

use super::{Exit, Failure, Format, print_json, print_text};
use crate::{
    clock::Clock,
    config::Config,
    store::{Accounting, Numbers, Store, StoreError},
};

/// What to do with the database.
#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Create the tables or bring them up to date
    Migrate,
    /// Prove the accounting: every message in one state, every action accounted for, the history whole
    Verify,
    /// Write a backup into a new file, while the daemon goes on working
    #[command(
        after_help = "It is one SQLite file, whichever the database is, and holds all that the database holds: mails, \
                      cases, history."
    )]
    Backup {
        /// The file; it must not exist
        file: PathBuf,
    },
    /// Read a backup into an empty database, and prove the accounting
    #[command(
        after_help = "The database is the one of the configuration, SQLite or PostgreSQL. It must be empty and no daemon \
                      may run on it: to go back, name a new one in database.url, restore, and start the daemon. The \
                      desk may have given case numbers away since the backup, so new cases go on beyond the next \
                      10,000; --exact lets them go on where they were."
    )]
    Restore {
        /// Move: the desk was stopped before the backup was made, and the old database is not used any more
        #[arg(long)]
        exact: bool,
        /// The backup, as `db backup` or the daemon has written it
        file: PathBuf,
    },
}

pub(super) async fn run(args: &Args, config: &Config, format: Format) -> Result<Exit, Failure> {
    let store = Store::open(&config.database.address).await?;
    match args {
        Args::Migrate => {
            if format == Format::Text {
                print_text("The database is up to date.")?;
            }
            Ok(Exit::Well)
        }
        Args::Verify => say(&store.verify().await?, format),
        Args::Backup { file } => {
            store.backup(file).await.map_err(refused)?;
            if format == Format::Text {
                print_text(&format!("{} is written.", file.display()))?;
            }
            Ok(Exit::Well)
        }
        Args::Restore { file, exact } => {
            let numbers = if *exact { Numbers::GoOn } else { Numbers::LeaveGap };
            let lock = store.become_worker().await.map_err(refused)?;
            store.restore(file, numbers, Clock::system().now()).await.map_err(refused)?;
            drop(lock);
            if format == Format::Text {
                let name = config.database.address.name();
                print_text(&format!("{} is in {name}. What is in it now:\n", file.display()))?;
            }
            say(&store.verify().await?, format)
        }
    }
}

/// What was asked for cannot be, as things stand.
fn refused(error: StoreError) -> Failure {
    match error {
        StoreError::NotEmpty { .. }
        | StoreError::Working { .. }
        | StoreError::Backup { .. }
        | StoreError::InUse { .. } => Failure::No(error.to_string()),
        StoreError::Database(_)
        | StoreError::Open { .. }
        | StoreError::Folder { .. }
        | StoreError::NoWriteAhead { .. }
        | StoreError::Migrate(_)
        | StoreError::Newer { .. }
        | StoreError::BadRow { .. }
        | StoreError::Conflict(_)
        | StoreError::LockFile { .. } => error.into(),
    }
}

fn say(found: &Accounting, format: Format) -> Result<Exit, Failure> {
    if format == Format::Json {
        print_json(found)?;
    } else {
        let counts = |counts: &BTreeMap<String, i64>| {
            let parts: Vec<_> = counts.iter().map(|(state, count)| format!("{count} {state}")).collect();
            if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
        };
        let mut text = format!(
            "messages: {}\ncases:    {}\nactions:  {}\nhistory:  {} rows, in one chain\n",
            counts(&found.messages),
            counts(&found.cases),
            counts(&found.actions),
            found.history
        );
        for fault in &found.faults {
            text.push_str(&format!("FAULT: {fault}\n"));
        }
        if found.faults.is_empty() {
            text.push_str("Everything adds up.\n");
        }
        print_text(&text)?;
    }
    Ok(if found.faults.is_empty() { Exit::Well } else { Exit::No })
}
