//! Mail as files in a folder, for the demonstration and for tests.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{MailerError, Outcome};
use crate::domain::sha256_of;

#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Writes the mail unless it is there already; a file under its final name is always whole.
    pub(super) async fn send(&self, message_id: &str, bytes: &[u8]) -> Outcome {
        let path = self.path_of(message_id);
        let bytes = bytes.to_vec();
        match on_disk(move || write_once(&path, &bytes)).await {
            Ok(()) => Outcome::Done,
            // Nothing is under the final name, or the next attempt finds it there.
            Err(error) => {
                Outcome::Retry(format!("the mail could not be written to its folder: {}", error.kind()))
            }
        }
    }

    pub(super) async fn was_sent(&self, message_id: &str) -> Option<bool> {
        let path = self.path_of(message_id);
        on_disk(move || fs::exists(path)).await.ok()
    }

    /// Tries to write where the first mail is written, or its folder made.
    pub(super) async fn check(&self) -> Result<Vec<String>, MailerError> {
        let (folder, there) = match self.folder.ancestors().find(|folder| folder.symlink_metadata().is_ok()) {
            Some(there) => (there.to_owned(), there == self.folder),
            // A relative path of which nothing is there is made where the desk runs.
            None => (PathBuf::from("."), false),
        };
        let probe = folder.join(".check.tmp");
        on_disk(move || {
            write_whole(&probe, b"")?;
            fs::remove_file(&probe)
        })
        .await
        .map_err(|error| MailerError::Folder { folder, why: error.kind() })?;
        let mut said = vec![format!("mail is not sent but written to the folder {}", self.folder.display())];
        if !there {
            said.push("that folder is not there yet: it is made with the first mail".to_owned());
        }
        Ok(said)
    }

    /// `RD-1042.reply.1.0192f3-6f1c….eml`: readable, safe on any file system, and different for different IDs.
    fn path_of(&self, message_id: &str) -> PathBuf {
        let id = message_id.trim().trim_start_matches('<').trim_end_matches('>');
        let readable: String = id
            .split('@')
            .next()
            .unwrap_or_default()
            .trim_start_matches('.')
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' })
            .take(80)
            .collect();
        let digest: String = sha256_of(&id).chars().take(16).collect();
        self.folder.join(format!("{readable}-{digest}.eml"))
    }
}

async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn write_once(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::exists(path)? {
        return Ok(());
    }
    let folder = path.parent().expect("the path was made by joining a name to a folder");
    fs::create_dir_all(folder)?;
    let temporary = path.with_extension("eml.tmp");
    write_whole(&temporary, bytes)?;
    fs::rename(&temporary, path)?;
    // The new name must outlast a power cut as well.
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mail_is_written_once_and_found_again() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let folder = scratch.path().join("outgoing");
        let files = Files::new(folder.clone());
        let id = "RD-1042.reply.1.0192f3@example.org";
        assert_eq!(files.was_sent(id).await, Some(false));
        assert_eq!(files.send(id, b"first").await, Outcome::Done);
        assert_eq!(files.was_sent(id).await, Some(true));
        assert_eq!(files.was_sent(&format!("<{id}>")).await, Some(true));
        assert_eq!(files.send(id, b"second").await, Outcome::Done);
        let names: Vec<_> = fs::read_dir(&folder)
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .collect();
        assert_eq!(names.len(), 1);
        assert!(names.iter().all(|name| name.starts_with("RD-1042.reply.1.0192f3-")), "{names:?}");
        let content = fs::read(files.path_of(id)).expect("the mail");
        assert_eq!(content, b"first");
    }

    #[tokio::test]
    async fn a_half_written_mail_is_not_taken_for_one() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let files = Files::new(scratch.path().to_owned());
        let path = files.path_of("a@b");
        fs::write(path.with_extension("eml.tmp"), b"ha").expect("written");
        assert_eq!(files.was_sent("a@b").await, Some(false));
        assert_eq!(files.send("a@b", b"whole").await, Outcome::Done);
        assert_eq!(fs::read(path).expect("the mail"), b"whole");
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_used_is_told_and_tried_again() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let in_the_way = scratch.path().join("file");
        fs::write(&in_the_way, b"").expect("written");
        let files = Files::new(in_the_way.clone());
        assert!(matches!(files.send("a@b", b"x").await, Outcome::Retry(_)));
        let error = files.check().await.expect_err("a file is in the way").to_string();
        assert!(error.contains(&in_the_way.display().to_string()) && error.contains("smtp.path"), "{error}");
        let error = Files::new(in_the_way.join("new")).check().await.expect_err("alike").to_string();
        assert!(error.contains(&in_the_way.display().to_string()), "{error}");
        let new = scratch.path().join("new/mail");
        let files = Files::new(new.clone());
        assert_eq!(files.check().await.map(|lines| lines.len()).ok(), Some(2));
        assert!(!scratch.path().join("new").exists(), "a check makes nothing");
        assert_eq!(files.send("a@b", b"x").await, Outcome::Done);
        assert_eq!(files.check().await.map(|lines| lines.len()).ok(), Some(1));
        assert_eq!(fs::read_dir(new).expect("there").count(), 1);
    }

    #[test]
    fn no_message_id_leaves_the_folder() {
        let files = Files::new(PathBuf::from("out"));
        for id in ["../../etc/x@y", "/etc/x@y", "..@y", "\u{0}@y", "", &"x".repeat(500)] {
            let path = files.path_of(id);
            assert_eq!(path.parent(), Some(Path::new("out")), "{id:?}");
            let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
            assert!(name.len() < 120 && !name.starts_with('.') && !name.contains('\0'), "{name:?}");
        }
        assert_ne!(files.path_of("a/b@y"), files.path_of("a_b@y"));
    }
}
