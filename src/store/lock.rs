//! One daemon on one database file: a lock that the system lifts when its holder ends, however it ends.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::StoreError;

/// Held as long as it lives.
#[derive(Debug)]
#[must_use = "the lock is lifted when this is dropped"]
pub struct WorkerLock {
    _file: File,
}

/// A file beside the database, opened to be locked.
fn beside(database: &Path, ending: &str) -> Result<(File, PathBuf), StoreError> {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    let path = PathBuf::from(name);
    match OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path) {
        Ok(file) => Ok((file, path)),
        Err(source) => Err(unusable(&path, source)),
    }
}

fn unusable(path: &Path, source: std::io::Error) -> StoreError {
    StoreError::LockFile { file: path.display().to_string(), source }
}

/// Waits until no other process brings the database's tables up to date, and keeps others waiting until the value
/// is dropped.
pub(super) async fn alone(database: &Path) -> Result<File, StoreError> {
    let (file, path) = beside(database, ".migrating")?;
    let locking = tokio::task::spawn_blocking(move || file.lock().map(|()| file));
    match locking.await {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(source)) => Err(unusable(&path, source)),
        Err(stopped) => Err(unusable(&path, std::io::Error::other(stopped))),
    }
}

impl WorkerLock {
    pub(super) fn take(database: &Path) -> Result<Self, StoreError> {
        let (mut file, path) = beside(database, ".lock")?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).map_err(|source| unusable(&path, source))?;
                return Err(StoreError::InUse { holder: holder.trim().to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(unusable(&path, source)),
        }
        let write = |file: &mut File| {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            writeln!(file, "{}", std::process::id())
        };
        write(&mut file).map_err(|source| unusable(&path, source))?;
        Ok(Self { _file: file })
    }
}
