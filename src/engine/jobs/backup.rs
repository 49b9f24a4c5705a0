//! Scheduled backups: a file each, the oldest removed.

use std::{
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use chrono::NaiveDateTime;

use super::Turn;
use crate::{engine::EngineError, store::StoreError};

/// How a backup is called, by the instant (UTC) it was begun.
const NAME: &str = "roi-desk-%Y%m%d-%H%M%S.db";
/// How the files of one that is being written end: what is copied stands in the file or in what `SQLite` keeps beside it.
const PARTIAL: [&str; 4] = [".partial", ".partial-wal", ".partial-shm", ".partial-journal"];

impl Turn<'_> {
    /// Writes a backup and removes those beyond the configured number.
    pub(super) async fn back_up(&self) -> Result<(), EngineError> {
        if let Some(folder) = &self.desk.plan.backup_folder {
            let unusable = |error: io::Error| StoreError::Backup {
                file: folder.display().to_string(),
                why: format!("the folder for backups cannot be used: {error}"),
            };
            on_disk(folder, prepare).await.map_err(unusable)?;
            let file = folder.join(self.now.format(NAME).to_string());
            // One of this second was written by a run that was cut off before it was noted.
            if !tokio::fs::try_exists(&file).await.map_err(unusable)? {
                self.desk.book.store.backup(&file).await?;
            }
            let number = self.desk.plan.backups;
            on_disk(folder, move |folder| keep_last(folder, number)).await.map_err(unusable)?;
        }
        self.finish(None).await
    }
}

/// Does what waits for the disk, while other work goes on.
async fn on_disk(
    folder: &Path,
    work: impl FnOnce(&Path) -> io::Result<()> + Send + 'static,
) -> io::Result<()> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || work(&folder)).await.map_err(io::Error::other)?
}

/// Creates the folder where it is missing. What a run that was cut off has left holds mails, and would stay for ever.
fn prepare(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    for ending in PARTIAL {
        for (_, partial) in found(folder, ending)? {
            fs::remove_file(partial)?;
        }
    }
    Ok(())
}

/// Removes the oldest, so that this many are left.
fn keep_last(folder: &Path, number: usize) -> io::Result<()> {
    let mut backups = found(folder, "")?;
    backups.sort();
    let too_many = backups.len().saturating_sub(number);
    for (_, oldest) in backups.into_iter().take(too_many) {
        fs::remove_file(oldest)?;
    }
    Ok(())
}

/// The backups in a folder, or what else begins with a backup's name and ends with `ending`. Whatever is called otherwise
/// is not ours.
fn found(folder: &Path, ending: &str) -> io::Result<Vec<(NaiveDateTime, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().and_then(|name| name.strip_suffix(ending)) else { continue };
        let Ok(begun) = NaiveDateTime::parse_from_str(name, NAME) else { continue };
        // Reading is more forgiving than writing: blanks, fewer digits.
        if begun.format(NAME).to_string() == name && entry.file_type()?.is_file() {
            found.push((begun, entry.path()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_called_exactly_like_a_backup_is_one() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let ours = ["roi-desk-20261123-094500.db", "roi-desk-20261122-094500.db"];
        let others = [
            "roi-desk.db",
            "roi-desk-20261123-094500.db.old",
            "roi-desk-20261123-094500.db.partial",
            "roi-desk-20261123-094500.db.partial-wal",
            "roi-desk-20261123-094500.db.partial-old",
            "roi-desk-2026112-3094500.db",
            "roi-desk-20261123-094561.db",
            "roi-desk-20261323-094500.db",
            "my-roi-desk-20261123-094500.db",
            "roi-desk-+2026123-094500.db",
            "ROI-DESK-20261123-094500.db",
        ];
        for name in ours.iter().chain(&others) {
            fs::write(folder.path().join(name), "x").expect("written");
        }
        fs::create_dir(folder.path().join("roi-desk-20261121-094500.db")).expect("created");
        let names = |ending: &str| {
            let mut found = super::found(folder.path(), ending).expect("read");
            found.sort();
            found
                .into_iter()
                .map(|(_, path)| path.file_name().unwrap_or_default().to_string_lossy().into_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(""), ["roi-desk-20261122-094500.db", "roi-desk-20261123-094500.db"]);
        let partial: Vec<_> = PARTIAL.into_iter().flat_map(names).collect();
        assert_eq!(
            partial,
            ["roi-desk-20261123-094500.db.partial", "roi-desk-20261123-094500.db.partial-wal"]
        );
    }
}
