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
/// How one that is being written ends.
const PARTIAL: &str = ".partial";

impl Turn<'_> {
    /// Writes a backup and removes those beyond the configured number.
    pub(super) async fn back_up(&self) -> Result<(), EngineError> {
        if let Some(folder) = &self.desk.plan.backup_folder {
            let unusable = |error: io::Error| StoreError::Backup {
                file: folder.display().to_string(),
                why: format!("the folder for backups cannot be used: {error}"),
            };
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unusable)?;
            // What a run that was cut off has left holds mails, and would stay for ever.
            for (_, partial) in found(folder, PARTIAL).map_err(unusable)? {
                fs::remove_file(partial).map_err(unusable)?;
            }
            let file = folder.join(self.now.format(NAME).to_string());
            // One of this second was written by a run that was cut off before it was noted.
            if !file.exists() {
                self.desk.book.store.backup(&file).await?;
            }
            let mut backups = found(folder, "").map_err(unusable)?;
            backups.sort();
            let too_many = backups.len().saturating_sub(self.desk.plan.backups);
            for (_, oldest) in backups.into_iter().take(too_many) {
                fs::remove_file(oldest).map_err(unusable)?;
            }
        }
        self.finish(None).await
    }
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
        assert_eq!(names(PARTIAL), ["roi-desk-20261123-094500.db.partial"]);
    }
}
