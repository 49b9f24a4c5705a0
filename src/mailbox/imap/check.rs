//! What `check` asks the server, without changing anything: the folder, its clock, and whether notices can be marked
//! and moved.

use async_imap::imap_proto::{AttributeValue, MailboxDatum, NameAttribute, Response, rfc4314::AclRight};
use chrono::{DateTime, Utc};

use super::{
    listing::internal_date,
    names,
    session::{Access, Leaving, Live, Selected},
};
use crate::mailbox::{
    Finding::{self, Well, Wrong, WrongOnceLive},
    ImapOptions, KEYWORD, MailboxError, Tls, clock_skew,
};

/// How many of the last messages are asked when they arrived.
const NEWEST: u32 = 10;

/// What to do about a folder that mail may not leave.
pub(super) const MAY_NOT_LEAVE: &str = "this user may not remove mail from the watched folder, so nothing can be moved out of it: give it the rights t and \
     e, or leave done_folder and quarantine_folder empty";

/// A folder as the server lists it.
struct Listed {
    name: String,
    separator: Option<String>,
    selectable: bool,
}

/// Connects, logs in, looks at the folders and says what it found.
pub(in crate::mailbox) async fn check(
    options: &ImapOptions,
    folders: &[&str],
    now: DateTime<Utc>,
) -> Result<Vec<Finding>, MailboxError> {
    let mut live = Live::open(options).await?;
    let protection = match options.tls {
        Tls::Implicit => "over TLS",
        Tls::StartTls => "over TLS (STARTTLS)",
        Tls::None => "without encryption, on this machine",
    };
    let mut said = vec![Well(format!("logged in to {} {protection}", options.server()))];
    let folder = match live.select(&options.folder, Access::Read).await {
        Ok(folder) => folder,
        // The connection is in step: NO is an answer.
        Err(MailboxError::Folder { why, .. }) => {
            let known = live.folders("*").await?;
            let text = format!(
                "the folder \"{}\" cannot be opened ({why}): {}",
                options.folder,
                advice(&options.folder, &known)
            );
            said.push(Wrong(text));
            return Ok(said);
        }
        Err(error) => return Err(error),
    };
    said.push(Well(format!("folder \"{}\" holds {} messages", options.folder, folder.messages)));
    said.extend(live.newest(&folder).await?.and_then(|newest_at| clock_skew(newest_at, now)));
    said.push(Well(if live.extensions.idle {
        "the server tells of new mail at once (IDLE)".to_owned()
    } else {
        "the server does not tell of new mail (no IDLE): mail is found at every poll_every".to_owned()
    }));
    let rights = live.rights(&options.folder).await?;
    said.push(live.marking(&folder, rights.as_deref()).await?);
    if !folders.is_empty() {
        said.extend(live.leaving(rights.as_deref()));
    }
    for target in folders {
        said.push(live.target(target).await?);
    }
    Ok(said)
}

impl Live {
    /// When the newest of the last messages arrived.
    async fn newest(&mut self, folder: &Selected) -> Result<Option<DateTime<Utc>>, MailboxError> {
        if folder.messages == 0 {
            return Ok(None);
        }
        let first = folder.messages.saturating_sub(NEWEST - 1).max(1);
        let mut newest: Option<DateTime<Utc>> = None;
        self.exec("FETCH", &format!("FETCH {first}:* (UID INTERNALDATE)"), |response| {
            let Response::Fetch(_, attributes) = response else { return };
            for attribute in attributes {
                if let AttributeValue::InternalDate(date) = attribute {
                    newest = newest.max(internal_date(date));
                }
            }
        })
        .await?;
        Ok(newest)
    }

    /// What the user may do in `folder` (RFC 4314 3.5); none where the server does not say.
    pub(super) async fn rights(&mut self, folder: &str) -> Result<Option<Vec<AclRight>>, MailboxError> {
        if !self.extensions.acl {
            return Ok(None);
        }
        let mut found = None;
        let command = format!("MYRIGHTS {}", names::folder(folder)?);
        let asked = self.exec("MYRIGHTS", &command, |response| {
            if let Response::MyRights(mine) = response {
                found = Some(mine.rights.clone());
            }
        });
        match asked.await {
            Ok(()) => Ok(found),
            Err(MailboxError::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether notices can be marked. Where rights do not tell, only SELECT does, which takes `\Recent` from other
    /// programs: a check must not.
    async fn marking(
        &mut self,
        folder: &Selected,
        rights: Option<&[AclRight]>,
    ) -> Result<Finding, MailboxError> {
        if rights.is_some_and(|rights| !has(rights, &[AclRight::Write, AclRight::Seen])) {
            return Ok(WrongOnceLive(format!(
                "this user may not change flags in \"{}\", so notices cannot be marked: give it the rights w and s",
                folder.folder
            )));
        }
        if folder.recent > 0 {
            return Ok(Well(format!(
                "whether notices can be marked with {KEYWORD} shows at the first one: asking now would touch {} \
                 recent messages",
                folder.recent
            )));
        }
        let opened = match self.select(&folder.folder, Access::Change).await {
            Ok(opened) => opened,
            Err(MailboxError::Folder { why, .. }) => {
                return Ok(WrongOnceLive(format!(
                    "the folder \"{}\" cannot be opened for changes ({why}), so notices can be neither marked nor \
                     moved: let this user write to it",
                    folder.folder
                )));
            }
            Err(error) => return Err(error),
        };
        let keeps = |flag: &str| opened.permanent_flags.iter().any(|kept| kept.eq_ignore_ascii_case(flag));
        if !keeps("\\Seen") || !keeps("\\Answered") {
            return Ok(WrongOnceLive(format!(
                "the server does not let this user mark mail in \"{}\" as read and answered: let it write to the folder",
                folder.folder
            )));
        }
        Ok(if keeps("\\*") || keeps(KEYWORD) {
            Well(format!("notices can be marked with {KEYWORD}"))
        } else {
            Well(format!(
                "the server keeps no keyword {KEYWORD} in this folder: notices are marked as read and answered only"
            ))
        })
    }

    /// Whether these rights in a folder let mail leave it.
    pub(super) fn may_leave(&self, rights: &[AclRight]) -> bool {
        match self.extensions.leaving {
            Leaving::Move | Leaving::CopyAndExpunge => {
                has(rights, &[AclRight::DeleteMessage, AclRight::Expunge])
            }
            Leaving::CopyAndMark => has(rights, &[AclRight::DeleteMessage]),
        }
    }

    /// Whether mail can leave the watched folder, and how.
    fn leaving(&self, rights: Option<&[AclRight]>) -> Vec<Finding> {
        let how = match self.extensions.leaving {
            Leaving::Move => "mail is moved to other folders by MOVE",
            Leaving::CopyAndExpunge => "mail is moved to other folders by copying and removing (UIDPLUS)",
            Leaving::CopyAndMark => {
                "mail is copied to other folders and the original is marked as deleted: the server can neither \
                 move it (MOVE) nor remove a single one (UIDPLUS)"
            }
        };
        let mut said = vec![Well(how.to_owned())];
        if rights.is_some_and(|rights| !self.may_leave(rights)) {
            said.push(WrongOnceLive(MAY_NOT_LEAVE.to_owned()));
        }
        said
    }

    /// Whether mail can be moved to `folder`.
    async fn target(&mut self, folder: &str) -> Result<Finding, MailboxError> {
        let listed = self.folders(folder).await?;
        if let Some(there) = listed.iter().find(|listed| listed.name == folder) {
            if !there.selectable {
                return Ok(WrongOnceLive(format!(
                    "\"{folder}\" holds folders, not mail: choose another name"
                )));
            }
            let rights = self.rights(folder).await?;
            return Ok(if rights.is_some_and(|rights| !has(&rights, &[AclRight::Insert])) {
                WrongOnceLive(format!("this user may not put mail into \"{folder}\": give it the right i"))
            } else {
                Well(format!("the folder \"{folder}\" is there"))
            });
        }
        // RFC 3501 6.3.8: an empty name asks for the separator.
        let separator = self.folders("").await?.into_iter().find_map(|root| root.separator);
        if let Some(used) = ['/', '.'].iter().find(|used| folder.contains(**used))
            && let Some(separator) = &separator
            && !folder.contains(separator.as_str())
        {
            return Ok(WrongOnceLive(format!(
                "\"{folder}\" is not there, and this server separates folders by \"{separator}\": write \"{}\"",
                folder.replace(*used, separator)
            )));
        }
        let parent = separator.as_ref().and_then(|separator| folder.rsplit_once(separator.as_str()));
        if let Some((parent, _)) = parent
            && let Some(rights) = self.rights(parent).await?
            && !has(&rights, &[AclRight::CreateMailbox])
        {
            return Ok(WrongOnceLive(format!(
                "the folder \"{folder}\" is not there, and this user may not create it in \"{parent}\": create it, or \
                 give the user the right k"
            )));
        }
        Ok(Well(format!("the folder \"{folder}\" is not there yet: it is created when it is needed")))
    }

    /// The folders whose names match; `*`: all.
    async fn folders(&mut self, pattern: &str) -> Result<Vec<Listed>, MailboxError> {
        let pattern = if pattern.is_empty() { "\"\"".to_owned() } else { names::folder(pattern)? };
        let mut found = Vec::new();
        self.exec("LIST", &format!("LIST \"\" {pattern}"), |response| {
            let Response::MailboxData(MailboxDatum::List(listed)) = response else { return };
            found.push(Listed {
                name: names::from_modified_utf7(&listed.name),
                separator: listed.delimiter.as_ref().map(ToString::to_string),
                selectable: !listed.name_attributes.contains(&NameAttribute::NoSelect),
            });
        })
        .await?;
        Ok(found)
    }
}

/// Whether all of `wanted` are among `rights`; the letters of RFC 2086 count for what they have become
/// (RFC 4314 2.1.1).
fn has(rights: &[AclRight], wanted: &[AclRight]) -> bool {
    wanted.iter().all(|wanted| {
        let once = if *wanted == AclRight::CreateMailbox { AclRight::OldCreate } else { AclRight::OldDelete };
        let was_one = matches!(wanted, AclRight::CreateMailbox | AclRight::DeleteMessage | AclRight::Expunge);
        rights.contains(wanted) || (was_one && rights.contains(&once))
    })
}

/// What to do about a folder that is not there: the names most like it, best first.
fn advice(wanted: &str, known: &[Listed]) -> String {
    const MOST: usize = 5;
    /// Below it, names have no more in common than any two.
    const ALIKE: f64 = 0.7;
    let last = |name: &str| name.rsplit(['/', '.']).next().unwrap_or(name).to_lowercase();
    let mut alike: Vec<(f64, &str)> = known
        .iter()
        .filter(|listed| listed.selectable)
        .map(|listed| {
            let whole = strsim::jaro_winkler(&wanted.to_lowercase(), &listed.name.to_lowercase());
            (whole.max(strsim::jaro_winkler(&last(wanted), &last(&listed.name))), listed.name.as_str())
        })
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let names: Vec<String> = alike.iter().take(MOST).map(|(_, name)| format!("\"{name}\"")).collect();
    if names.is_empty() {
        "set mailbox.folder to a folder of this user".to_owned()
    } else {
        format!("do you mean {}?", names.join(", "))
    }
}
