//! Key by key: the file's values over the defaults', with every problem noted.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    str::FromStr,
};

use secrecy::SecretString;
use toml::{Table, Value};

use super::{DEFAULT, Problem, Secrets};
use crate::{domain::MailAddress, sql::Address};

const PREFIX: &str = "ROI_DESK__";

/// The merged values, where each came from, and what is wrong with them.
pub(super) struct Keys {
    values: BTreeMap<String, Value>,
    /// Keys that the environment set.
    from_environment: BTreeMap<String, String>,
    source: String,
    folder: PathBuf,
    problems: Vec<Problem>,
    /// It is not TOML: there is nothing more to say about it.
    pub(super) unreadable: bool,
    /// Which secrets are read.
    secrets_read: Secrets,
    /// Fingerprints of what was read from secret files, by the key that names the file.
    secrets: BTreeMap<String, u64>,
    /// Files with secrets.
    secret_files: Vec<PathBuf>,
}

impl Keys {
    pub(super) fn read(
        text: &str,
        source: &str,
        folder: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let defaults = DEFAULT.parse::<Table>().expect("the built-in defaults are TOML; a test parses them");
        let mut keys = Self {
            values: BTreeMap::new(),
            from_environment: BTreeMap::new(),
            source: source.to_owned(),
            folder: folder.to_owned(),
            problems: Vec::new(),
            unreadable: false,
            secrets_read: Secrets::All,
            secrets: BTreeMap::new(),
            secret_files: Vec::new(),
        };
        flatten(&defaults, "", &mut keys.values);
        match text.parse::<Table>() {
            Ok(table) => keys.lay_over(&table),
            Err(error) => {
                // Not the error's own text: it repeats the line, and that may hold a password.
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                keys.note(source.to_owned(), "", format!("is not TOML: line {line}: {}", error.message()));
                keys.unreadable = true;
            }
        }
        keys.lay_over_environment(environment);
        keys
    }

    /// The same with only these secrets; all others are empty.
    pub(super) fn with_secrets(self, secrets_read: Secrets) -> Self {
        Self { secrets_read, ..self }
    }

    /// Files that hold secrets: those that were named, and the configuration itself where one stands in it.
    pub(super) fn secret_files(&self) -> Vec<PathBuf> {
        let files: std::collections::BTreeSet<_> = self.secret_files.iter().cloned().collect();
        files.into_iter().collect()
    }

    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort();
        self.problems.dedup();
        self.problems
    }

    /// Every key's value as a fingerprint; of a key that names a secret's file, the secret's.
    pub(super) fn fingerprints(&self) -> BTreeMap<String, u64> {
        let values = self.values.iter().map(|(key, value)| (key.clone(), fingerprint(&value.to_string())));
        let mut fingerprints: BTreeMap<String, u64> = values.collect();
        fingerprints.extend(self.secrets.clone());
        fingerprints
    }

    /// Notes a problem with a key.
    pub(super) fn problem(&mut self, key: &str, what: &str) {
        let source = self.from_environment.get(key).cloned().unwrap_or_else(|| self.source.clone());
        self.note(source, key, what.to_owned());
    }

    fn note(&mut self, source: String, key: &str, what: String) {
        self.problems.push(Problem { source, key: key.to_owned(), what });
    }

    fn lay_over(&mut self, table: &Table) {
        let mut given = BTreeMap::new();
        flatten(table, "", &mut given);
        for (key, value) in given {
            match self.values.get(&key) {
                None => {
                    let what = match self.nearest(&key) {
                        Some(known) => format!("is not a key of the configuration; do you mean {known}?"),
                        None => "is not a key of the configuration".to_owned(),
                    };
                    self.problem(&key, &what);
                }
                Some(default) if !default.same_type(&value) => {
                    let what = format!("is {}, and should be {}", type_name(&value), type_name(default));
                    self.problem(&key, &what);
                }
                Some(_) => {
                    self.values.insert(key, value);
                }
            }
        }
    }

    fn lay_over_environment(&mut self, environment: impl IntoIterator<Item = (String, String)>) {
        for (name, text) in environment {
            let Some(path) = name.strip_prefix(PREFIX) else { continue };
            let key = path.to_ascii_lowercase().replace("__", ".");
            let Some(default) = self.values.get(&key) else {
                self.note("environment".to_owned(), &name, "is not a key of the configuration".to_owned());
                continue;
            };
            let value = match default {
                Value::String(_) => Some(Value::String(text)),
                Value::Integer(_) => text.parse().ok().map(Value::Integer),
                Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
                Value::Array(_) => format!("value = {text}")
                    .parse::<Table>()
                    .ok()
                    .and_then(|mut table| table.remove("value"))
                    .filter(Value::is_array),
                Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
            };
            self.from_environment.insert(key.clone(), format!("environment {name}"));
            if let Some(value) = value {
                self.values.insert(key, value);
            } else {
                let what = format!("should be {}", self.values.get(&key).map_or("a text", type_name));
                self.problem(&key, &what);
            }
        }
    }

    /// The key with the same last part, for a slip in the section's name.
    fn nearest(&self, key: &str) -> Option<String> {
        let last = |key: &str| key.rsplit('.').next().map(str::to_owned);
        let mut alike = self.values.keys().filter(|known| last(known) == last(key));
        match (alike.next(), alike.next()) {
            (Some(only), None) => Some(only.clone()),
            (None | Some(_), _) => None,
        }
    }

    pub(super) fn text(&self, key: &str) -> String {
        self.values.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
    }

    pub(super) fn parsed<T>(&mut self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        match parse(&self.text(key)) {
            Ok(value) => Some(value),
            Err(what) => {
                self.problem(key, &what);
                None
            }
        }
    }

    pub(super) fn one_of<T: Copy>(&mut self, key: &str, allowed: &[(&str, T)]) -> Option<T> {
        self.parsed(key, |text| {
            allowed.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).ok_or_else(|| {
                let names: Vec<_> = allowed.iter().map(|(name, _)| *name).collect();
                format!("\"{text}\" is none of {}", names.join(", "))
            })
        })
    }

    /// A path, relative ones counted from the configuration file's folder; `None` if empty.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        let text = self.text(key);
        (!text.is_empty()).then(|| self.folder.join(text))
    }

    /// Whether a section's secrets are wanted.
    pub(super) fn reads_secrets_of(&self, section: &str) -> bool {
        self.secrets_read.include(section)
    }

    /// The same, of a file that nobody else should be able to read.
    pub(super) fn secret_file(&mut self, key: &str) -> Option<PathBuf> {
        let path = self.path(key);
        self.secret_files.extend(path.clone());
        path
    }

    /// Addresses of single machines.
    pub(super) fn machines(&mut self, key: &str) -> Vec<IpAddr> {
        let list = self.values.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut machines = Vec::new();
        for (index, entry) in list.iter().enumerate() {
            match entry.as_str().map(str::parse::<IpAddr>) {
                Some(Ok(address)) if !address.is_unspecified() => machines.push(address.to_canonical()),
                Some(Ok(_) | Err(_)) | None => {
                    let what =
                        format!("entry {} is not the address of one machine, such as 10.0.0.5", index + 1);
                    self.problem(key, &what);
                }
            }
        }
        machines
    }

    pub(super) fn count(&mut self, key: &str, allowed: RangeInclusive<usize>) -> Option<usize> {
        let number =
            self.values.get(key).and_then(Value::as_integer).and_then(|number| usize::try_from(number).ok());
        let number = number.filter(|number| allowed.contains(number));
        if number.is_none() {
            self.problem(key, &format!("should be from {} to {}", allowed.start(), allowed.end()));
        }
        number
    }

    pub(super) fn port(&mut self, key: &str) -> Option<u16> {
        self.count(key, 1..=65_535).and_then(|port| u16::try_from(port).ok())
    }

    pub(super) fn addresses(&mut self, key: &str) -> Vec<MailAddress> {
        let list = self.values.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut addresses = Vec::new();
        for (index, entry) in list.iter().enumerate() {
            match entry.as_str().map(MailAddress::parse) {
                Some(Ok(address)) => addresses.push(address),
                Some(Err(_)) | None => {
                    self.problem(key, &format!("entry {} is not a mail address", index + 1));
                }
            }
        }
        addresses
    }

    /// A secret, from its own key or from the file that `…_file` names. `None` if neither is given or the file
    /// cannot be read.
    pub(super) fn secret(&mut self, section: &str, name: &str) -> Option<SecretString> {
        if !self.secrets_read.include(section) {
            return Some(String::new().into());
        }
        let (key, file_key) = (format!("{section}.{name}"), format!("{section}.{name}_file"));
        let (given, file) = (self.text(&key), self.path(&file_key));
        match (given.is_empty(), file) {
            (true, None) => None,
            (false, None) => {
                if !self.from_environment.contains_key(&key) {
                    self.secret_files.push(PathBuf::from(&self.source));
                }
                Some(given.into())
            }
            (false, Some(_)) => {
                self.problem(&key, &format!("is given twice: here and as {file_key}; keep one"));
                None
            }
            (true, Some(file)) => match std::fs::read_to_string(&file) {
                Ok(text) if !text.trim().is_empty() => {
                    self.secrets.insert(file_key, fingerprint(&text));
                    self.secret_files.push(file);
                    Some(text.trim_end_matches(['\r', '\n']).to_owned().into())
                }
                Ok(_) => {
                    self.problem(&file_key, &format!("{} is empty", file.display()));
                    // Not `None`: the file was given, so "give a file" would mislead.
                    Some(String::new().into())
                }
                Err(error) => {
                    self.problem(&file_key, &format!("{} cannot be read: {error}", file.display()));
                    Some(String::new().into())
                }
            },
        }
    }

    /// The database of a section: its `url`, with a `password` or `password_file` apart.
    pub(super) fn database(&mut self, section: &str) -> Option<Address> {
        let password = self.secret(section, "password");
        let key = format!("{section}.url");
        let in_the_address = self
            .text(&key)
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once('@'))
            .is_some_and(|(user, _)| user.contains(':'));
        if in_the_address && !self.from_environment.contains_key(&key) {
            self.secret_files.push(PathBuf::from(&self.source));
        }
        // Relative paths of files count from the folder the program runs in, as SQLite has them.
        self.parsed(&key, |url| Address::parse(url, password.as_ref()))
    }

    /// The jobs of `[schedule]` that are not off. The `cron` crate counts weekdays from 1 = Sunday, everybody else
    /// from 0: numbers are refused, names are not mistaken.
    pub(super) fn schedule(&mut self) -> BTreeMap<String, cron::Schedule> {
        let jobs: Vec<String> =
            self.values.keys().filter(|key| key.starts_with("schedule.")).cloned().collect();
        let mut schedule = BTreeMap::new();
        for key in jobs {
            let text = self.text(&key);
            if text.is_empty() {
                continue;
            }
            let weekdays = text.split_whitespace().nth(5).unwrap_or("*");
            if text.split_whitespace().count() < 6 {
                self.problem(
                    &key,
                    "has too few fields: second minute hour day month weekday, e.g. 0 30 8 * * Mon-Fri",
                );
            } else if weekdays.chars().any(|c| c.is_ascii_digit()) {
                self.problem(
                    &key,
                    "write weekdays as names (Mon-Fri): programs disagree on what their numbers mean",
                );
            } else {
                match cron::Schedule::from_str(&text) {
                    // 30 February: in none of the years the expression allows.
                    Ok(times) if times.after(&chrono::DateTime::UNIX_EPOCH).next().is_none() => {
                        self.problem(&key, &format!("\"{text}\" never comes: there is no such day"));
                    }
                    Ok(times) => {
                        schedule.insert(key.trim_start_matches("schedule.").to_owned(), times);
                    }
                    Err(_) => {
                        self.problem(&key, &format!("\"{text}\" is not a cron expression (seconds first)"));
                    }
                }
            }
        }
        schedule
    }
}

fn flatten(table: &Table, prefix: &str, into: &mut BTreeMap<String, Value>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Table(inner) => flatten(inner, &key, into),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_) => {
                into.insert(key, value.clone());
            }
        }
    }
}

/// A number that tells two texts apart, kept in their stead: some are secrets.
fn fingerprint(text: &str) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    static KEYS: std::sync::LazyLock<RandomState> = std::sync::LazyLock::new(RandomState::new);
    KEYS.hash_one(text)
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text in quotes",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}
