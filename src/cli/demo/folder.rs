//! The demo's folder: a desk's files, a mailbox with the sample mails, and the sample HMIS.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use crate::{cli::Failure, config, demo, hmis::sample};

pub(super) const CONFIGURATION: &str = "roi-desk.toml";
pub(super) const MAILBOX: &str = "Maildir";
pub(super) const REPLIES: &str = "replies";
/// A mail for the user to drop into the mailbox.
pub(super) const ANOTHER: &str = "another-notice.eml";

/// The folder of a demo, absolute: the one named, or a fresh one for scratch. A demo that is in it is left as it
/// is; an empty folder is filled; one with anything else in it is refused.
pub(super) async fn prepare(named: Option<&Path>, now: DateTime<Utc>) -> Result<PathBuf, Failure> {
    let folder = match named {
        Some(named) => {
            fs::create_dir_all(named).map_err(|error| cannot(named, &error))?;
            named.to_owned()
        }
        None => scratch(now)?,
    };
    let folder = folder.canonicalize().map_err(|error| cannot(&folder, &error))?;
    // Written last, so that a folder half filled is not taken for a demo.
    if folder.join(CONFIGURATION).exists() {
        return Ok(folder);
    }
    let mut entries = fs::read_dir(&folder).map_err(|error| cannot(&folder, &error))?;
    if entries.next().is_some() {
        return Err(Failure::Usage(format!(
            "{} holds other things, and no complete demo: name a new or an empty folder",
            folder.display()
        )));
    }
    fill(&folder, now).await?;
    Ok(folder)
}

fn cannot(folder: &Path, error: &io::Error) -> Failure {
    Failure::No(format!("{} cannot be used as the demo's folder: {error}", folder.display()))
}

/// A folder that only this user can look into, for it may lie where everybody may write.
fn scratch(now: DateTime<Utc>) -> Result<PathBuf, Failure> {
    let name = format!("roi-desk-demo-{}-{}", now.format("%Y%m%d-%H%M%S"), std::process::id());
    let folder = std::env::temp_dir().join(name);
    DirBuilder::new().mode(0o700).create(&folder).map_err(|error| cannot(&folder, &error))?;
    Ok(folder)
}

async fn fill(folder: &Path, now: DateTime<Utc>) -> Result<(), Failure> {
    let configuration = demo::configuration(folder);
    let parsed = config::parse(&configuration, CONFIGURATION, folder, []).map_err(Failure::Configuration)?;
    let sample = sample::fill(&parsed.hmis.address).await?;
    let mailbox = folder.join(MAILBOX);
    for part in ["tmp", "new", "cur"] {
        fs::create_dir_all(mailbox.join(part))?;
    }
    fs::create_dir_all(folder.join(REPLIES))?;
    let mails = demo::mails(&sample, now);
    for mail in &mails {
        // The mailbox counts the order of arrival by the files' times.
        write(&mailbox.join("new").join(mail.name), &mail.octets, mail.arrived_at)?;
    }
    let another = demo::another(&sample, now);
    write(&folder.join(ANOTHER), &another.octets, now)?;
    fs::write(folder.join("agencies.toml"), demo::agencies(&sample))?;
    fs::write(folder.join(CONFIGURATION), configuration)?;
    Ok(())
}

fn write(path: &Path, octets: &[u8], at: DateTime<Utc>) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(octets)?;
    file.set_modified(at.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-22T16:00:00Z".parse().expect("an instant")
    }

    #[tokio::test]
    async fn a_demo_is_used_on_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let new = folder.path().join("some/where");
        let prepared = prepare(Some(&new), now()).await.map_err(|_| ()).expect("filled");
        assert!(prepared.is_absolute());
        let arrived = || fs::read_dir(prepared.join("Maildir/new")).expect("a mailbox").count();
        assert_eq!(arrived(), 34);
        fs::remove_file(prepared.join("Maildir/new/01-scenario-1.eml")).expect("somebody takes a mail away");
        prepare(Some(&new), now()).await.map_err(|_| ()).expect("used on");
        assert_eq!(arrived(), 33, "nothing is filled in again");

        let refused = prepare(Some(folder.path()), now()).await;
        assert!(matches!(refused, Err(Failure::Usage(_))));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
