//! What the desk does to a notice in the mailbox: marks it and moves it.

use async_imap::imap_proto::{AttributeValue, Response};

use super::{
    check::MAY_NOT_LEAVE,
    listing::{uid_among, uid_of},
    names,
    session::{Access, Leaving, Live},
};
use crate::{
    domain::MessageKey,
    mailbox::{Found, KEYWORD, MailboxError, Mark},
};

impl Live {
    /// Adds the flags of `mark`. Doing it twice is the same as once.
    pub(super) async fn mark(&mut self, key: &MessageKey, mark: Mark) -> Result<Found, MailboxError> {
        let wanted: &[&str] = match mark {
            Mark::Taken => &[KEYWORD],
            Mark::Answered => &["\\Seen", "\\Answered"],
        };
        let Some((uid, flags)) = self.find(key).await? else { return Ok(Found::Gone) };
        if has_all(&flags, wanted) {
            return Ok(Found::Yes);
        }
        if self.select(&key.folder, Access::Change).await?.uidvalidity != key.uidvalidity {
            return Ok(Found::Gone);
        }
        let command = format!("UID STORE {uid} +FLAGS.SILENT ({})", wanted.join(" "));
        self.exec("UID STORE", &command, |_| ()).await?;
        // A server may take a keyword and not keep it, and says OK for a message that is gone: ask.
        match self.flags(uid).await? {
            None => Ok(Found::Gone),
            Some(flags) if has_all(&flags, wanted) => Ok(Found::Yes),
            Some(_) => Err(MailboxError::Refused {
                command: "UID STORE",
                text: format!("it did not keep {}", wanted.join(" ")),
            }),
        }
    }

    /// Moves the message into `folder`, creating that where missing. Once moved, it is [`Found::Gone`] from
    /// where it was. A server that can neither move nor remove a single message keeps it there, marked as deleted.
    pub(super) async fn file(&mut self, key: &MessageKey, folder: &str) -> Result<Found, MailboxError> {
        let target = names::folder(folder)?;
        // The commands below say OK also when there is nothing to move.
        let Some((uid, flags)) = self.find(key).await? else { return Ok(Found::Gone) };
        if folder == key.folder {
            return Ok(Found::Yes);
        }
        let leaving = self.extensions.leaving;
        if leaving == Leaving::CopyAndMark && has_all(&flags, &["\\Deleted"]) {
            // Copied at an earlier attempt, or thrown away by a person: nothing is left to do.
            return Ok(Found::Gone);
        }
        if self.select(&key.folder, Access::Change).await?.uidvalidity != key.uidvalidity {
            return Ok(Found::Gone);
        }
        if leaving == Leaving::Move {
            self.creating((&key.folder, folder), "UID MOVE", &format!("UID MOVE {uid} {target}")).await?;
            return Ok(Found::Yes);
        }
        self.creating((&key.folder, folder), "UID COPY", &format!("UID COPY {uid} {target}")).await?;
        self.exec("UID STORE", &format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)"), |_| ()).await?;
        // Without it the mark has to say it all: mail programs hide such mail, and whoever tidies up removes it.
        if leaving == Leaving::CopyAndExpunge {
            self.exec("UID EXPUNGE", &format!("UID EXPUNGE {uid}"), |_| ()).await?;
        }
        Ok(Found::Yes)
    }

    /// The UID and flags of the message `key` names, if it is still there. By EXAMINE: where there is nothing to
    /// change, `\Recent` is not taken from others.
    async fn find(&mut self, key: &MessageKey) -> Result<Option<(u32, Vec<String>)>, MailboxError> {
        let Some(uid) = uid_of(key) else { return Ok(None) };
        if self.select(&key.folder, Access::Read).await?.uidvalidity != key.uidvalidity {
            return Ok(None);
        }
        Ok(self.flags(uid).await?.map(|flags| (uid, flags)))
    }

    /// The flags of a message in the open folder; none if it is gone.
    pub(super) async fn flags(&mut self, uid: u32) -> Result<Option<Vec<String>>, MailboxError> {
        let mut found = None;
        self.exec("UID FETCH", &format!("UID FETCH {uid} (UID FLAGS)"), |response| {
            let Response::Fetch(_, attributes) = response else { return };
            if uid_among(attributes) != Some(uid) {
                return;
            }
            for attribute in attributes {
                if let AttributeValue::Flags(flags) = attribute {
                    found = Some(flags.iter().map(ToString::to_string).collect());
                }
            }
        })
        .await?;
        Ok(found)
    }

    /// Runs a command that brings mail from one folder to `folder`, and creates the folder if it is refused. TRYCREATE is not waited for:
    /// not every server sends it. NOPERM (RFC 5530 3) is not about a folder that is missing: mail may not leave the
    /// one it is in, or not enter this one.
    async fn creating(
        &mut self,
        (from, folder): (&str, &str),
        name: &'static str,
        command: &str,
    ) -> Result<(), MailboxError> {
        let refused = match self.exec(name, command, |_| ()).await {
            Err(MailboxError::Refused { text, .. }) if !text.contains("[NOPERM]") => text,
            result => return result,
        };
        // Dovecot speaks of a missing folder first, also where the mail could not leave its own.
        if self.rights(from).await?.is_some_and(|rights| !self.may_leave(&rights)) {
            let why = MAY_NOT_LEAVE.to_owned();
            return Err(MailboxError::Folder { folder: from.to_owned(), why, temporary: false });
        }
        let written = names::folder(folder)?;
        match self.exec("CREATE", &format!("CREATE {written}"), |_| ()).await {
            Ok(()) => {}
            // The folder was not what is missing.
            Err(MailboxError::Refused { text, .. }) if text.contains("[ALREADYEXISTS]") => {
                return Err(MailboxError::Refused { command: name, text: refused });
            }
            Err(MailboxError::Refused { text, .. }) => {
                let why = format!("{name}: \"{refused}\"; creating it: \"{text}\"");
                return Err(MailboxError::Folder { folder: folder.to_owned(), why, temporary: false });
            }
            Err(error) => return Err(error),
        }
        // Most mail programs show only subscribed folders. Where it is refused, the folder is there all the same.
        match self.exec("SUBSCRIBE", &format!("SUBSCRIBE {written}"), |_| ()).await {
            Ok(()) | Err(MailboxError::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
        self.exec(name, command, |_| ()).await
    }
}

/// Flags and keywords are compared without case (RFC 9051 2.3.2).
fn has_all(flags: &[String], wanted: &[&str]) -> bool {
    wanted.iter().all(|wanted| flags.iter().any(|flag| flag.eq_ignore_ascii_case(wanted)))
}
