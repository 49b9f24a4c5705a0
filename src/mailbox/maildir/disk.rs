//! The files of a Maildir. Blocking calls: [`super::Maildir`] runs them on their own threads.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use super::{keywords, name::FileName};
use crate::{
    domain::MessageKey,
    mailbox::{
        Content, Cursor, Entry, Fetched, Found, KEYWORD, Listing, MailboxError, MaildirOptions, Mark,
        imap::names::modified_utf7,
    },
};

/// What the top folder of a Maildir is called.
const INBOX: &str = "INBOX";

/// How long `cur` must look the same until its time of change is believed: file systems count time in steps of
/// up to two seconds, and a second change within one step does not show.
const SETTLED_AFTER: Duration = Duration::from_secs(2);

/// Attempts at a file that another program renames under our hands.
const ATTEMPTS: u32 = 5;

#[derive(Debug)]
pub(super) struct Disk {
    path: PathBuf,
    max_message: u64,
    settled_after: Duration,
    /// Where each message was last seen, by unique name.
    seen: BTreeMap<String, PathBuf>,
    /// Unique names listed since the Maildir was opened.
    listed: BTreeSet<String>,
    cur: Option<Cur>,
    /// When `new` and `cur` had last changed before the last listing.
    before_listing: Option<(u64, u64)>,
}

/// What is known of `cur` since it was last read.
#[derive(Debug, Clone, Copy)]
struct Cur {
    changed_at: u64,
    /// When this time of change was first met with.
    met_at: Instant,
    /// It was read so late that all changes with this time were seen.
    settled: bool,
}

impl Disk {
    pub(super) fn open(options: &MaildirOptions) -> Result<Self, MailboxError> {
        let disk = Self {
            path: options.path.clone(),
            max_message: options.limits.max_message,
            settled_after: SETTLED_AFTER,
            seen: BTreeMap::new(),
            listed: BTreeSet::new(),
            cur: None,
            before_listing: None,
        };
        disk.changes()?;
        Ok(disk)
    }

    /// New messages. `new` is always read; `cur`, which holds the old mail, only when it has changed.
    pub(super) fn list(
        &mut self,
        cursor: Option<&Cursor>,
        since: DateTime<Utc>,
    ) -> Result<Listing, MailboxError> {
        let cursor = cursor.filter(|cursor| cursor.folder == INBOX && cursor.uidvalidity == 0);
        if cursor.is_none() {
            self.listed.clear();
            self.cur = None;
        }
        let now = Instant::now();
        let (new_changed_at, cur_changed_at) = self.changes()?;
        self.before_listing = Some((new_changed_at, cur_changed_at));
        let unchanged = match self.cur {
            Some(cur) => cur.settled && cur.changed_at == cur_changed_at,
            None => cursor.is_some_and(|cursor| cursor.next_uid != 0 && cursor.next_uid == cur_changed_at),
        };
        // `new` first: mail that another program moves to `cur` meanwhile is then met at least once.
        let mut there = self.scan("new")?;
        if unchanged {
            self.seen.extend(there.clone());
        } else {
            there.extend(self.scan("cur")?);
            self.listed.retain(|unique| there.contains_key(unique));
            self.seen.clone_from(&there);
        }
        let met_at = self.cur.filter(|cur| cur.changed_at == cur_changed_at).map_or(now, |cur| cur.met_at);
        let settled = unchanged || now.duration_since(met_at) >= self.settled_after;
        self.cur = Some(Cur { changed_at: cur_changed_at, met_at, settled });

        let (mut entries, mut older) = (Vec::new(), Vec::new());
        for (unique, path) in there {
            if self.listed.contains(&unique) {
                continue;
            }
            let (size, received_at) = match fs::metadata(&path) {
                Ok(file) => (file.size(), instant(&file)),
                // Moved or renamed since: that changed the folder, so the next listing has it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(self.failed("looking at a message", &error)),
            };
            self.listed.insert(unique.clone());
            let key = MessageKey { folder: INBOX.to_owned(), uidvalidity: 0, uid: unique };
            if cursor.is_none() && received_at < since {
                older.push(key);
            } else {
                entries.push(Entry { key, size, received_at });
            }
        }
        entries.sort_by(|a, b| (a.received_at, &a.key.uid).cmp(&(b.received_at, &b.key.uid)));
        let next_uid = if settled { cur_changed_at } else { 0 };
        let cursor = Cursor { folder: INBOX.to_owned(), uidvalidity: 0, next_uid };
        Ok(Listing { entries, older, cursor, reset: false })
    }

    pub(super) fn fetch(&mut self, batch: Vec<Entry>) -> Result<Vec<Fetched>, MailboxError> {
        let max = self.max_message;
        let mut fetched = Vec::with_capacity(batch.len());
        for entry in batch {
            let read = |path: &Path| {
                let mut bytes = Vec::new();
                fs::File::open(path)?.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
                let whole = bytes.len() as u64 <= max;
                Ok(if whole { Content::Whole(bytes) } else { Content::TooLarge })
            };
            if let Some(content) = self.at_file(&entry.key, "reading a message", read)? {
                fetched.push(Fetched { entry, content });
            }
        }
        Ok(fetched)
    }

    pub(super) fn mark(&mut self, key: &MessageKey, mark: Mark) -> Result<Found, MailboxError> {
        let (folder, cur) = (self.path.clone(), self.path.join("cur"));
        self.moved(key, "marking a message", |name| {
            let letters = match mark {
                Mark::Taken => keywords::letter_for(&folder, KEYWORD)?.to_string(),
                // \Answered is R, for "replied".
                Mark::Answered => "RS".to_owned(),
            };
            Ok((!name.has(&letters)).then(|| cur.join(name.with(&letters))))
        })
    }

    pub(super) fn file(&mut self, key: &MessageKey, folder: &str) -> Result<Found, MailboxError> {
        let name = subfolder(folder)?;
        if folder == INBOX {
            return self.moved(key, "moving a message", |_| Ok(None));
        }
        let (source, target) = (self.path.clone(), self.path.join(name));
        self.moved(key, "moving a message", |name| {
            create_subfolder(&source, &target)?;
            // Letters mean something else in every folder.
            let mut letters = String::new();
            for letter in name.keywords() {
                if let Some(keyword) = keywords::name_of(&source, letter)? {
                    letters.push(keywords::letter_for(&target, &keyword)?);
                }
            }
            Ok(Some(target.join("cur").join(name.with_keywords(&letters))))
        })
    }

    /// Renames the message to what `target` makes of its name; none: it is well as it is.
    fn moved(
        &mut self,
        key: &MessageKey,
        doing: &'static str,
        target: impl Fn(&FileName<'_>) -> io::Result<Option<PathBuf>>,
    ) -> Result<Found, MailboxError> {
        let done = self.at_file(key, doing, |path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some(name) = FileName::parse(name) else { return Err(io::ErrorKind::NotFound.into()) };
            let target = target(&name)?;
            if let Some(target) = &target {
                fs::rename(path, target)?;
            }
            Ok(target)
        })?;
        let Some(renamed) = done else { return Ok(Found::Gone) };
        if let Some(target) = renamed {
            self.seen.remove(&key.uid);
            if target.starts_with(self.path.join("cur")) {
                self.seen.insert(key.uid.clone(), target);
            }
        }
        Ok(Found::Yes)
    }

    /// Does something with a message's file, wherever it is now; none if the message is gone. Other programs may
    /// rename it at any time, so "not found" means: look again.
    fn at_file<T>(
        &mut self,
        key: &MessageKey,
        doing: &'static str,
        act: impl Fn(&Path) -> io::Result<T>,
    ) -> Result<Option<T>, MailboxError> {
        if key.folder != INBOX || key.uidvalidity != 0 {
            return Ok(None);
        }
        for attempt in 0..ATTEMPTS {
            if attempt > 0 || !self.seen.contains_key(&key.uid) {
                self.seen = self.scan("new")?;
                self.seen.extend(self.scan("cur")?);
            }
            let Some(path) = self.seen.get(&key.uid) else {
                // A file renamed while its folder is read may be missing from what was read: read twice.
                if attempt == 0 {
                    continue;
                }
                return Ok(None);
            };
            match act(path) {
                Ok(done) => return Ok(Some(done)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(self.failed(doing, &error)),
            }
        }
        let why = format!("{doing}: another program keeps renaming its file");
        Err(MailboxError::Folder { folder: self.path.display().to_string(), why, temporary: true })
    }

    /// Whether `new` or `cur` changed since before the last listing.
    pub(super) fn has_changed(&mut self) -> Result<bool, MailboxError> {
        Ok(self.before_listing != Some(self.changes()?))
    }

    /// For people: what is there, and whether messages can be marked and moved.
    pub(super) fn describe(&self) -> Result<Vec<String>, MailboxError> {
        let (new, cur) = (self.scan("new")?.len(), self.scan("cur")?.len());
        let probe = self.path.join("tmp").join(format!("roi-desk-check.{}", std::process::id()));
        fs::File::create_new(&probe)
            .and_then(|_| fs::remove_file(&probe))
            .map_err(|error| self.failed("trying to write to tmp", &error))?;
        Ok(vec![
            format!("the Maildir {} holds {new} new and {cur} other messages", self.path.display()),
            format!("notices can be marked (keyword {KEYWORD} by dovecot-keywords) and moved to subfolders"),
        ])
    }

    /// Messages in `new` or `cur`, by unique name.
    fn scan(&self, part: &str) -> Result<BTreeMap<String, PathBuf>, MailboxError> {
        let failed = |error: io::Error| self.failed("reading its list of messages", &error);
        let mut there = BTreeMap::new();
        for file in fs::read_dir(self.path.join(part)).map_err(failed)? {
            let file = file.map_err(failed)?;
            let name = file.file_name();
            let Some(name) = name.to_str() else {
                tracing::warn!("a file in the Maildir has a name that is not UTF-8 and is passed over");
                continue;
            };
            if let Some(name) = FileName::parse(name)
                && !file.file_type().is_ok_and(|kind| kind.is_dir())
            {
                there.insert(name.unique.to_owned(), file.path());
            }
        }
        Ok(there)
    }

    /// When `new` and `cur` last changed, in nanoseconds since 1970.
    fn changes(&self) -> Result<(u64, u64), MailboxError> {
        let changed_at = |part: &str| {
            let found = fs::metadata(self.path.join(part))
                .map_err(|error| self.failed("looking for its folders new and cur", &error))?;
            let (seconds, rest) = (u64::try_from(found.mtime()), u64::try_from(found.mtime_nsec()));
            Ok(seconds.unwrap_or(0) * 1_000_000_000 + rest.unwrap_or(0))
        };
        Ok((changed_at("new")?, changed_at("cur")?))
    }

    /// File names are left out: the folder is enough to find the fault.
    fn failed(&self, doing: &str, error: &io::Error) -> MailboxError {
        let for_good = matches!(
            error.kind(),
            io::ErrorKind::NotFound
                | io::ErrorKind::PermissionDenied
                | io::ErrorKind::NotADirectory
                | io::ErrorKind::ReadOnlyFilesystem
                | io::ErrorKind::CrossesDevices
                | io::ErrorKind::QuotaExceeded
        );
        let folder = self.path.display().to_string();
        MailboxError::Folder { folder, why: format!("{doing}: {error}"), temporary: !for_good }
    }
}

fn instant(file: &fs::Metadata) -> DateTime<Utc> {
    let nanoseconds = u32::try_from(file.mtime_nsec()).unwrap_or(0);
    DateTime::from_timestamp(file.mtime(), nanoseconds).unwrap_or_default()
}

/// Creates what is missing of the subfolder `target`, for the owner of the Maildir.
fn create_subfolder(maildir: &Path, target: &Path) -> io::Result<()> {
    for part in ["", "tmp", "new", "cur"] {
        let folder = target.join(part);
        if !folder.exists() {
            fs::create_dir(&folder)?;
            keywords::give_to_owner_of(maildir, &folder)?;
        }
    }
    // Marks it as a subfolder for programs that deliver mail (Maildir++).
    let marker = target.join("maildirfolder");
    if !marker.exists() {
        fs::File::create(&marker)?;
        keywords::give_to_owner_of(maildir, &marker)?;
    }
    Ok(())
}

/// The folder of a Maildir++ subfolder: `Done/2026` is `.Done.2026`.
fn subfolder(name: &str) -> Result<String, MailboxError> {
    let parts: Vec<&str> = name.split(['/', '.']).collect();
    if parts.iter().any(|part| part.is_empty()) || name.chars().any(char::is_control) {
        return Err(MailboxError::Config(format!("{name:?} is not the name of a mail folder")));
    }
    Ok(format!(".{}", parts.into_iter().map(modified_utf7).collect::<Vec<_>>().join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailbox::Limits;

    /// A Maildir whose times are believed at once.
    struct Scratch {
        folder: tempfile::TempDir,
        disk: Disk,
    }

    impl Scratch {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a scratch folder");
            for part in ["tmp", "new", "cur"] {
                fs::create_dir(folder.path().join(part)).expect("created");
            }
            let disk = open(folder.path());
            Self { folder, disk }
        }

        fn put(&self, name: &str, content: &str) {
            fs::write(self.folder.path().join(name), content).expect("written");
        }

        fn names(&self, part: &str) -> Vec<String> {
            let mut names: Vec<String> = fs::read_dir(self.folder.path().join(part))
                .expect("a folder")
                .map(|file| file.expect("a file").file_name().into_string().expect("UTF-8"))
                .collect();
            names.sort();
            names
        }

        fn list(&mut self, cursor: Option<&Cursor>) -> (Vec<String>, Cursor) {
            let listing = self.disk.list(cursor, DateTime::UNIX_EPOCH).expect("listed");
            assert_eq!(listing.older, vec![]);
            let mut uids: Vec<String> = listing.entries.into_iter().map(|entry| entry.key.uid).collect();
            uids.sort();
            (uids, listing.cursor)
        }
    }

    fn open(path: &Path) -> Disk {
        let limits = Limits { max_message: 20, ..Limits::default() };
        let mut disk = Disk::open(&MaildirOptions { path: path.to_owned(), limits }).expect("a Maildir");
        disk.settled_after = Duration::ZERO;
        disk
    }

    fn key(uid: &str) -> MessageKey {
        MessageKey { folder: INBOX.to_owned(), uidvalidity: 0, uid: uid.to_owned() }
    }

    #[test]
    fn each_message_is_listed_once_wherever_it_lies() {
        let mut scratch = Scratch::new();
        for (name, content) in [
            ("new/1.host", "one"),
            ("cur/2.host:2,S", "two"),
            ("tmp/3.host", "being delivered"),
            ("new/.hidden", "no message"),
        ] {
            scratch.put(name, content);
        }
        let (uids, cursor) = scratch.list(None);
        assert_eq!(uids, ["1.host", "2.host"]);
        assert_eq!(scratch.list(Some(&cursor)).0, Vec::<String>::new());
        // A mail program looks at the mail: nothing new.
        fs::rename(scratch.folder.path().join("new/1.host"), scratch.folder.path().join("cur/1.host:2,S"))
            .expect("renamed");
        scratch.put("new/4.host", "four");
        assert_eq!(scratch.list(Some(&cursor)).0, ["4.host"]);
        assert_eq!(scratch.names("new"), [".hidden", "4.host"]);
    }

    #[test]
    fn old_mail_is_not_read_again_at_a_start_if_cur_is_unchanged() {
        let mut scratch = Scratch::new();
        scratch.put("cur/1.host:2,S", "one");
        let (_, cursor) = scratch.list(None);
        scratch.put("new/2.host", "two");
        scratch.disk = open(scratch.folder.path());
        assert_eq!(scratch.list(Some(&cursor)).0, ["2.host"]);
        let elsewhere = Cursor { next_uid: cursor.next_uid + 1, ..cursor };
        scratch.disk = open(scratch.folder.path());
        assert_eq!(scratch.list(Some(&elsewhere)).0, ["1.host", "2.host"]);
    }

    #[test]
    fn a_fresh_time_of_change_is_not_believed_yet() {
        let mut scratch = Scratch::new();
        scratch.disk.settled_after = Duration::from_hours(1);
        scratch.put("cur/1.host:2,S", "one");
        let (_, cursor) = scratch.list(None);
        assert_eq!(cursor.next_uid, 0, "the next start has to read cur again");
        scratch.put("cur/2.host:2,", "two");
        assert_eq!(scratch.list(Some(&cursor)).0, ["2.host"]);
    }

    #[test]
    fn at_the_first_look_old_mail_is_kept_apart() {
        let mut scratch = Scratch::new();
        scratch.put("new/1.host", "one");
        let later = DateTime::<Utc>::MAX_UTC;
        let first = scratch.disk.list(None, later).expect("listed");
        assert_eq!((first.entries, first.older), (vec![], vec![key("1.host")]));
        scratch.put("new/2.host", "two");
        let next = scratch.disk.list(Some(&first.cursor), later).expect("listed");
        assert_eq!((next.entries.len(), next.older), (1, vec![]), "since is for the first look only");
    }

    #[test]
    fn content_is_read_whole_or_not_at_all() {
        let mut scratch = Scratch::new();
        scratch.put("new/1.host", "From: a@b\n\nexact");
        scratch.put("cur/2.host:2,S", "more than the twenty bytes allowed");
        scratch.put("new/3.host", "gone soon");
        let entries = scratch.disk.list(None, DateTime::UNIX_EPOCH).expect("listed").entries;
        fs::remove_file(scratch.folder.path().join("new/3.host")).expect("removed");
        fs::rename(scratch.folder.path().join("new/1.host"), scratch.folder.path().join("cur/1.host:2,FS"))
            .expect("renamed");
        let mut fetched: Vec<(String, Content)> = scratch
            .disk
            .fetch(entries)
            .expect("fetched")
            .into_iter()
            .map(|fetched| (fetched.entry.key.uid, fetched.content))
            .collect();
        fetched.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(
            fetched,
            [
                ("1.host".to_owned(), Content::Whole(b"From: a@b\n\nexact".to_vec())),
                ("2.host".to_owned(), Content::TooLarge),
            ]
        );
    }

    #[test]
    fn a_marked_message_moves_to_cur_and_keeps_its_flags() {
        let mut scratch = Scratch::new();
        scratch.put("new/1.host", "one");
        scratch.put("cur/2.host:2,F", "two");
        scratch.put("new/3.host", "somebody else's");
        for _ in 0..2 {
            for uid in ["1.host", "2.host"] {
                for mark in [Mark::Taken, Mark::Answered] {
                    assert_eq!(scratch.disk.mark(&key(uid), mark).expect("marked"), Found::Yes);
                }
            }
        }
        assert_eq!(scratch.names("cur"), ["1.host:2,RSa", "2.host:2,FRSa"]);
        assert_eq!(scratch.names("new"), ["3.host"]);
        assert_eq!(scratch.disk.mark(&key("4.host"), Mark::Taken).expect("looked"), Found::Gone);
        assert_eq!(scratch.disk.mark(&key("../cur/1.host"), Mark::Taken).expect("looked"), Found::Gone);
    }

    #[test]
    fn a_message_renamed_by_another_program_is_found_again() {
        let mut scratch = Scratch::new();
        scratch.put("new/1.host", "one");
        scratch.list(None);
        fs::rename(scratch.folder.path().join("new/1.host"), scratch.folder.path().join("cur/1.host:2,F"))
            .expect("renamed");
        assert_eq!(scratch.disk.mark(&key("1.host"), Mark::Answered).expect("marked"), Found::Yes);
        assert_eq!(scratch.names("cur"), ["1.host:2,FRS"]);
    }

    #[test]
    fn a_filed_message_keeps_flags_and_keywords_under_the_letters_of_its_new_folder() {
        let mut scratch = Scratch::new();
        scratch.put("dovecot-keywords", "0 Junk\n");
        scratch.put("new/1.host", "one");
        scratch.disk.mark(&key("1.host"), Mark::Taken).expect("marked");
        assert_eq!(scratch.names("cur"), ["1.host:2,b"]);
        assert_eq!(scratch.disk.file(&key("1.host"), INBOX).expect("is there"), Found::Yes);
        assert_eq!(scratch.disk.file(&key("1.host"), "Done/Réglé").expect("moved"), Found::Yes);
        assert_eq!(scratch.disk.file(&key("1.host"), "Done/Réglé").expect("looked"), Found::Gone);
        assert_eq!(scratch.names("cur"), Vec::<String>::new());
        assert_eq!(scratch.names(".Done.R&AOk-gl&AOk-/cur"), ["1.host:2,a"]);
        assert_eq!(
            scratch.names(".Done.R&AOk-gl&AOk-"),
            ["cur", "dovecot-keywords", "maildirfolder", "new", "tmp"]
        );
    }

    #[test]
    fn no_path_can_be_smuggled_into_a_folder_name() {
        for name in ["", "../x", "a//b", ".a", "a/", "a\nb", "..", "a\0b"] {
            assert!(matches!(subfolder(name), Err(MailboxError::Config(_))), "{name:?}");
        }
    }

    #[test]
    fn changes_are_noticed_against_the_last_listing() {
        let mut scratch = Scratch::new();
        assert!(scratch.disk.has_changed().expect("looked"), "nothing was listed yet");
        let (_, cursor) = scratch.list(None);
        assert!(!scratch.disk.has_changed().expect("looked"));
        // Not by delivery, whose time may fall into the same step of the clock as the listing.
        let earlier = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        let new = fs::File::open(scratch.folder.path().join("new")).expect("a folder");
        new.set_modified(earlier).expect("set");
        assert!(scratch.disk.has_changed().expect("looked"));
        scratch.list(Some(&cursor));
        assert!(!scratch.disk.has_changed().expect("looked"));
    }

    #[test]
    fn a_missing_maildir_is_an_error_that_names_it() {
        let error = Disk::open(&MaildirOptions::new("/nowhere/Maildir")).expect_err("missing");
        assert!(error.to_string().contains("/nowhere/Maildir"), "{error}");
        assert!(!error.is_temporary());
    }
}
