//! Keywords in a Maildir. The format has none; Dovecot's way is used, which mail programs see through it:
//! letters `a` to `z` in the file name, and a file `dovecot-keywords` with lines `0 $Name` for `a` and so on.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, chown},
    path::Path,
    thread,
    time::Duration,
};

const FILE: &str = "dovecot-keywords";
/// What Dovecot holds while it writes the file, for milliseconds.
const LOCK: &str = "dovecot-keywords.lock";
const LETTERS: std::ops::RangeInclusive<char> = 'a'..='z';

/// The name that `letter` stands for in the folder.
pub(super) fn name_of(folder: &Path, letter: char) -> io::Result<Option<String>> {
    Ok(read(folder)?.into_iter().find(|(held, _)| *held == letter).map(|(_, name)| name))
}

/// The letter for `name` in the folder, if it has one already.
pub(super) fn known_letter(folder: &Path, name: &str) -> io::Result<Option<char>> {
    Ok(find(&read(folder)?, name))
}

/// The letter for `name` in the folder, adding it to the file if it is not there yet. Waits up to five seconds
/// for another program that writes the file.
pub(super) fn letter_for(folder: &Path, name: &str) -> io::Result<char> {
    if let Some(letter) = find(&read(folder)?, name) {
        return Ok(letter);
    }
    let lock = folder.join(LOCK);
    let file = take(&lock)?;
    let result = add(folder, name, file, &lock);
    if result.is_err() {
        // On success it has become the file itself.
        let _ = fs::remove_file(&lock);
    }
    result
}

fn take(lock: &Path) -> io::Result<fs::File> {
    const TRIES: u32 = 100;
    for _ in 0..TRIES {
        match fs::File::create_new(lock) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                thread::sleep(Duration::from_millis(50));
            }
            result => return result,
        }
    }
    Err(io::Error::new(
        io::ErrorKind::TimedOut,
        format!("another program holds {LOCK}; delete that file if none is at work"),
    ))
}

/// Writes the file with `name` added into the lock file and puts that in its place, so that nobody ever sees
/// half of it.
fn add(folder: &Path, name: &str, mut file: fs::File, lock: &Path) -> io::Result<char> {
    let mut keywords = read(folder)?;
    if let Some(letter) = find(&keywords, name) {
        fs::remove_file(lock)?;
        return Ok(letter);
    }
    let free = LETTERS.into_iter().find(|letter| keywords.iter().all(|(held, _)| held != letter));
    let Some(letter) = free else {
        let why = "the folder has 26 keywords already, the most a Maildir can hold";
        return Err(io::Error::new(io::ErrorKind::QuotaExceeded, why));
    };
    keywords.push((letter, name.to_owned()));
    keywords.sort_unstable();
    for (letter, name) in &keywords {
        writeln!(file, "{} {name}", u32::from(*letter) - u32::from('a'))?;
    }
    let target = folder.join(FILE);
    // As the folder's owner would have written it, for other programs have to read it.
    if let Ok(before) = fs::metadata(&target) {
        file.set_permissions(before.permissions())?;
    }
    give_to_owner_of(folder, lock)?;
    file.sync_all()?;
    fs::rename(lock, target)?;
    Ok(letter)
}

/// Gives a file or folder that we created to whom `folder` belongs, where that is somebody else. Only root may:
/// others get an error, since the owner could not use what is theirs.
pub(super) fn give_to_owner_of(folder: &Path, created: &Path) -> io::Result<()> {
    let (owner, ours) = (fs::metadata(folder)?, fs::metadata(created)?);
    if owner.uid() == ours.uid() {
        return Ok(());
    }
    chown(created, Some(owner.uid()), Some(owner.gid()))
}

fn find(keywords: &[(char, String)], name: &str) -> Option<char> {
    keywords.iter().find(|(_, held)| held.eq_ignore_ascii_case(name)).map(|(letter, _)| *letter)
}

fn read(folder: &Path) -> io::Result<Vec<(char, String)>> {
    let text = match fs::read_to_string(folder.join(FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text?,
    };
    Ok(text
        .lines()
        .filter_map(|line| {
            let (number, name) = line.split_once(' ')?;
            let letter = b'a'.checked_add(number.parse().ok()?)?;
            LETTERS.contains(&char::from(letter)).then(|| (char::from(letter), name.to_owned()))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(folder: &Path) -> String {
        fs::read_to_string(folder.join(FILE)).expect("the file")
    }

    #[test]
    fn a_keyword_takes_the_first_free_letter_and_keeps_it() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path();
        assert_eq!(letter_for(path, "$RoiDesk").expect("added"), 'a');
        assert_eq!(text(path), "0 $RoiDesk\n");
        fs::write(path.join(FILE), "0 $Forwarded\n2 Junk\n").expect("written");
        assert_eq!(letter_for(path, "$RoiDesk").expect("added"), 'b');
        assert_eq!(letter_for(path, "$roidesk").expect("found"), 'b');
        assert_eq!(text(path), "0 $Forwarded\n1 $RoiDesk\n2 Junk\n");
        assert_eq!(name_of(path, 'c').expect("read").as_deref(), Some("Junk"));
        assert_eq!(name_of(path, 'd').expect("read"), None);
        assert!(!path.join(LOCK).exists());
    }

    #[test]
    fn a_full_folder_says_so_and_leaves_no_lock() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let full = (0..26).fold(String::new(), |text, number| format!("{text}{number} k{number}\n"));
        fs::write(folder.path().join(FILE), &full).expect("written");
        let error = letter_for(folder.path(), "$RoiDesk").expect_err("full");
        assert!(error.to_string().contains("26 keywords"), "{error}");
        assert_eq!(text(folder.path()), full);
        assert!(!folder.path().join(LOCK).exists());
    }
}
