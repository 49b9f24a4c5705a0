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
        Content, Cursor, Entry, Fetched, Finding, Found, KEYWORD, Listing, MailboxError, MaildirOptions,
        Mark, clock_skew, imap::names::modified_utf7,
    },
};

/// What the top folder of a Maildir is called.
const INBOX: &str = "INBOX";

/// How long `cur` must look the same until its time of change is believed: file systems count time in steps of
/// up to two seconds, and a second change within one step does not show.
const SETTLED_AFTER: Duration = Duration::from_secs(2);

/// After `cur` was read it is left alone for so many times as long as that took. New mail is delivered to `new`: in
/// `cur` only what another program has looked at is found late, and a hundred thousand old mails cost no more time
/// than a hundred.
const CUR_REST: u32 = 20;

/// Attempts at a file that another program renames under our hands.
const ATTEMPTS: u32 = 5;

#[derive(Debug)]
pub(super) struct Disk {
    path: PathBuf,
    max_message: u64,
    settled_after: Duration,
    cur_rest: u32,
    /// Until when `cur` is left alone though it has changed.
    cur_rests_until: Option<Instant>,
    /// It had changed at the last listing, and was not read.
    cur_put_off: bool,
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
            cur_rest: CUR_REST,
            cur_rests_until: None,
            cur_put_off: false,
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
        let rests = self.cur_rests_until.is_some_and(|until| now < until);
        self.cur_put_off = !unchanged && self.cur.is_some() && rests;
        // `new` first: mail that another program moves to `cur` meanwhile is then met at least once.
        let mut there = self.scan("new")?;
        if unchanged || self.cur_put_off {
            self.seen.extend(there.clone());
        } else {
            let began = Instant::now();
            there.extend(self.scan("cur")?);
            self.cur_rests_until = Some(Instant::now() + began.elapsed() * self.cur_rest);
            self.listed.retain(|unique| there.contains_key(unique));
            self.seen.clone_from(&there);
        }
        let met_at = self.cur.filter(|cur| cur.changed_at == cur_changed_at).map_or(now, |cur| cur.met_at);
        let settled = unchanged || (!self.cur_put_off && now.duration_since(met_at) >= self.settled_after);
        if !self.cur_put_off {
            self.cur = Some(Cur { changed_at: cur_changed_at, met_at, settled });
        }

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
            let content = match self.at_file(&entry.key, "reading a message", read) {
                Err(error) if self.another_can_be_read(&entry.key.uid) => {
                    Some(Content::Unavailable(error.to_string()))
                }
                content => content?,
            };
            fetched.extend(content.map(|content| Fetched { entry, content }));
        }
        Ok(fetched)
    }

    /// The proof that a failure is about one file, and not about the disk.
    fn another_can_be_read(&self, uid: &str) -> bool {
        const MOST: usize = 3;
        let others = self.seen.iter().filter(|(unique, _)| *unique != uid).map(|(_, path)| path);
        let read = |path: &PathBuf| fs::File::open(path)?.take(1).read_to_end(&mut Vec::new());
        others.take(MOST).any(|path| read(path).is_ok())
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
        if !self.seen.contains_key(&key.uid)
            && let Some(path) = self.usual_place(&key.uid)
        {
            self.seen.insert(key.uid.clone(), path);
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

    /// Where a message lies that nobody but the desk has marked or at most looked at: reading a large `cur` is spared.
    fn usual_place(&self, uid: &str) -> Option<PathBuf> {
        if FileName::parse(uid)?.unique != uid || uid.contains('/') {
            return None;
        }
        let keyword = keywords::known_letter(&self.path, KEYWORD).ok()?.map(String::from).unwrap_or_default();
        let in_cur = ["", "S", "RS"]
            .into_iter()
            .flat_map(|flags| [format!("cur/{uid}:2,{flags}"), format!("cur/{uid}:2,{flags}{keyword}")]);
        let mut usual = std::iter::once(format!("new/{uid}")).chain(in_cur).map(|name| self.path.join(name));
        usual.find(|path| path.is_file())
    }

    /// Whether `new` or `cur` changed since before the last listing, or what was put off then is due.
    pub(super) fn has_changed(&mut self) -> Result<bool, MailboxError> {
        let due = self.cur_put_off && self.cur_rests_until.is_some_and(|until| Instant::now() >= until);
        Ok(due || self.before_listing != Some(self.changes()?))
    }

    /// For people: what is there, and whether messages can be marked and moved to `folders`.
    pub(super) fn describe(
        &self,
        folders: &[String],
        now: DateTime<Utc>,
    ) -> Result<Vec<Finding>, MailboxError> {
        let (new, cur) = (self.scan("new")?, self.scan("cur")?);
        let mut said = vec![Finding::Well(format!(
            "the Maildir {} holds {} new and {} other messages",
            self.path.display(),
            new.len(),
            cur.len()
        ))];
        said.push(self.marking());
        // `new` is enough: what lies in `cur` was looked at by somebody, or by the desk itself.
        let newest_at =
            new.values().filter_map(|path| fs::metadata(path).ok()).map(|file| instant(&file)).max();
        said.extend(newest_at.and_then(|newest_at| clock_skew(newest_at, now)));
        for folder in folders {
            said.push(self.target(folder));
        }
        Ok(said)
    }

    /// Whether notices can be marked: their files go from `new` to `cur`, and the keyword's letter to a file beside.
    fn marking(&self) -> Finding {
        let cur = self.path.join("cur");
        let keyword = match keywords::known_letter(&self.path, KEYWORD) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => probe(&self.path, &self.path),
            Err(why) => Err(Refusal { at: self.path.clone(), why }),
        };
        match keyword.and_then(|()| probe(&self.path.join("new"), &cur)) {
            Ok(()) => Finding::Well(format!("notices can be marked (keyword {KEYWORD} by dovecot-keywords)")),
            Err(refusal) => Finding::WrongOnceLive(format!("notices cannot be marked: {refusal}")),
        }
    }

    /// Whether messages can be moved to `folder`.
    fn target(&self, folder: &str) -> Finding {
        let path = match subfolder(folder) {
            Ok(name) => self.path.join(name),
            Err(error) => return Finding::WrongOnceLive(error.to_string()),
        };
        let parts = ["tmp", "new", "cur"].map(|part| path.join(part));
        // What is missing is created when it is needed, as far as that can be.
        let there = path.symlink_metadata().is_ok();
        let whole = parts.iter().all(|part| part.symlink_metadata().is_ok());
        let tried = match (there, whole) {
            (_, true) => probe(&self.path.join("cur"), &path.join("cur")),
            (true, false) => probe(&path, &path),
            (false, false) => probe(&self.path, &self.path),
        };
        match tried {
            Ok(()) if whole => Finding::Well(format!("the folder \"{folder}\" is there")),
            Ok(()) => Finding::Well(format!(
                "the folder \"{folder}\" is not there yet: it is created when it is needed"
            )),
            Err(refusal) => {
                Finding::WrongOnceLive(format!("mail cannot be moved to the folder \"{folder}\": {refusal}"))
            }
        }
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
                // No folder, and no pipe or socket either: reading one would never end.
                && is_file(&file)
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

/// Whether it is a file, or a link to one.
fn is_file(entry: &fs::DirEntry) -> bool {
    let Ok(kind) = entry.file_type() else { return false };
    kind.is_file() || (kind.is_symlink() && entry.path().is_file())
}

/// A folder that does not let us do what the desk does there.
struct Refusal {
    at: PathBuf,
    why: io::Error,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = [
            (io::ErrorKind::PermissionDenied, "let the user the desk runs as write there"),
            (
                io::ErrorKind::NotADirectory,
                "a file is in the way: move it elsewhere, or choose another folder",
            ),
            (
                io::ErrorKind::ReadOnlyFilesystem,
                "mount it for writing, or name it in the unit's ReadWritePaths",
            ),
            (io::ErrorKind::CrossesDevices, "it must lie on the file system of the Maildir"),
            (io::ErrorKind::StorageFull, "make room"),
            (io::ErrorKind::QuotaExceeded, "make room, or raise the quota"),
        ];
        let advice = known.iter().find(|(kind, _)| *kind == self.why.kind());
        let advice =
            advice.map_or("make it a folder that the user the desk runs as can write to", |(_, text)| text);
        write!(f, "{} cannot be written to ({}): {advice}", self.at.display(), self.why)
    }
}

/// Does with an empty file what is done with a message: creates it in `from`, moves it to `to` and removes it. Its
/// name begins with a dot, so nobody takes it for mail.
fn probe(from: &Path, to: &Path) -> Result<(), Refusal> {
    let name = format!(".roi-desk-check.{}", std::process::id());
    let (source, target) = (from.join(&name), to.join(&name));
    let at = |folder: &Path| {
        let at = folder.to_owned();
        move |why| Refusal { at, why }
    };
    fs::File::create_new(&source).map_err(at(from))?;
    fs::rename(&source, &target).map_err(|why| {
        // What was created must not stay; why it could not be moved is what counts.
        let _ = fs::remove_file(&source);
        at(to)(why)
    })?;
    fs::remove_file(&target).map_err(at(to))
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
        disk.cur_rest = 0;
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
    fn a_file_that_cannot_be_read_holds_up_no_other() {
        let mut scratch = Scratch::new();
        // Can be looked at by anybody, and read by nobody at its beginning.
        let unreadable = scratch.folder.path().join("new/1.host");
        std::os::unix::fs::symlink("/proc/self/mem", unreadable).expect("linked");
        let alone = scratch.disk.list(None, DateTime::UNIX_EPOCH).expect("listed").entries;
        scratch.disk.fetch(alone).expect_err("it may be the disk: nothing else proves the contrary");
        scratch.put("new/2.host", "two");
        let entries = scratch.disk.list(None, DateTime::UNIX_EPOCH).expect("listed").entries;
        let mut fetched = scratch.disk.fetch(entries).expect("fetched");
        fetched.sort_by(|a, b| a.entry.key.uid.cmp(&b.entry.key.uid));
        let contents: Vec<Content> = fetched.into_iter().map(|fetched| fetched.content).collect();
        assert!(
            matches!(contents.as_slice(), [Content::Unavailable(_), Content::Whole(two)] if two == b"two"),
            "{contents:?}"
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
    fn a_cur_that_was_just_read_is_put_off_but_not_forgotten() {
        let mut scratch = Scratch::new();
        scratch.disk.cur_rest = u32::MAX;
        scratch.put("cur/1.host:2,S", "old");
        let (_, cursor) = scratch.list(None);
        scratch.put("new/2.host", "new");
        scratch.put("cur/3.host:2,S", "read by a person before the desk saw it");
        let (uids, next) = scratch.list(Some(&cursor));
        assert_eq!((uids, next.next_uid), (vec!["2.host".to_owned()], 0), "a start has to read cur again");
        // What is put off can be marked all the same, and is not listed twice.
        assert_eq!(scratch.disk.mark(&key("3.host"), Mark::Answered).expect("marked"), Found::Yes);
        assert_eq!(scratch.disk.mark(&key("2.host"), Mark::Taken).expect("marked"), Found::Yes);
        scratch.list(Some(&next));
        assert!(!scratch.disk.has_changed().expect("looked"));
        scratch.disk.cur_rests_until = Some(Instant::now());
        assert!(scratch.disk.has_changed().expect("looked"), "its time has come");
        assert_eq!(scratch.list(Some(&next)).0, ["3.host"]);
        assert!(!scratch.disk.cur_put_off);
    }

    #[test]
    fn a_message_in_its_usual_place_is_found_without_reading_cur() {
        let mut scratch = Scratch::new();
        scratch.put("dovecot-keywords", "0 Junk\n1 $RoiDesk\n");
        for (name, place) in [
            ("1.host", "new/1.host"),
            ("2.host", "cur/2.host:2,"),
            ("3.host", "cur/3.host:2,Sb"),
            ("4.host", "cur/4.host:2,RSb"),
        ] {
            scratch.put(place, "");
            assert_eq!(scratch.disk.usual_place(name), Some(scratch.folder.path().join(place)));
        }
        scratch.put("cur/5.host:2,FT", "");
        for name in ["5.host", "../cur/4.host:2,RSb", ".", ""] {
            assert_eq!(scratch.disk.usual_place(name), None, "{name}");
        }
        assert_eq!(scratch.disk.mark(&key("5.host"), Mark::Answered).expect("marked"), Found::Yes);
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
    fn what_is_no_file_is_no_mail() {
        let mut scratch = Scratch::new();
        let new = scratch.folder.path().join("new");
        let _socket = std::os::unix::net::UnixListener::bind(new.join("1.host")).expect("a socket");
        let pipe = std::process::Command::new("mkfifo").arg(new.join("2.host")).status();
        assert!(pipe.expect("mkfifo is there").success());
        fs::create_dir(new.join("3.host")).expect("created");
        scratch.put("new/4.host", "mail");
        let (uids, _) = scratch.list(None);
        assert_eq!(uids, ["4.host"]);
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_found_and_nothing_is_left_behind() {
        let scratch = Scratch::new();
        let path = scratch.folder.path();
        let wrong = |folders: &[&str]| -> Vec<String> {
            let folders: Vec<String> = folders.iter().map(ToString::to_string).collect();
            let said = scratch.disk.describe(&folders, DateTime::UNIX_EPOCH).expect("described");
            let wrong = said.into_iter().filter_map(|finding| match finding {
                Finding::Well(_) => None,
                Finding::Wrong(text) | Finding::WrongOnceLive(text) => Some(text),
            });
            wrong.collect()
        };
        for part in ["", "tmp", "new", "cur"] {
            fs::create_dir(path.join(".There").join(part)).expect("created");
        }
        assert_eq!(wrong(&["There", "Missing"]), Vec::<String>::new());
        assert_eq!(scratch.names("new").len() + scratch.names("cur").len(), 0);
        assert_eq!(scratch.names(".There/cur").len(), 0);
        assert!(!path.join(".Missing").exists());
        fs::write(path.join(".File"), "").expect("written");
        fs::remove_dir(path.join(".There/cur")).expect("empty");
        fs::write(path.join(".There/cur"), "").expect("written");
        // Nobody, root neither, creates a file there.
        std::os::unix::fs::symlink("/proc/self", path.join(".Closed")).expect("linked");
        let found = wrong(&["File", "There", "Closed", "../x"]);
        assert_eq!(found.len(), 4, "{found:?}");
        let in_the_way = found.iter().filter(|text| text.contains("a file is in the way"));
        assert_eq!(in_the_way.count(), 2, "{found:?}");
        assert!(found.iter().take(3).all(|text| text.contains(&path.display().to_string())), "{found:?}");
        assert_eq!(scratch.names("cur").len(), 0);
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
