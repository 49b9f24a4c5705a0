//! Configuration: TOML over the built-in defaults, environment over both; every problem at once, with its key.
//!
//! The commented `config/default.toml` is the reference: it is built in, gives the defaults and decides which keys
//! exist and of which type they are.

mod keys;
mod reload;
mod sections;
mod units;

use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use chrono_tz::Tz;
use secrecy::SecretString;

use crate::{
    domain::{ChangedBy, MailAddress, Mode},
    policy::{Level, Rules},
    sql::Address,
};
pub use units::Rate;

/// The commented reference configuration.
pub const DEFAULT: &str = include_str!("../../config/default.toml");

/// `policy.client_id` as it is without a configuration.
pub fn default_client_id() -> String {
    keys::Keys::read("", "default", Path::new(""), []).text("policy.client_id")
}

/// One thing wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, or the name of the environment variable's source.
    pub source: String,
    /// The key, e.g. `mailbox.host`; empty if the file as a whole is meant.
    pub key: String,
    /// What is wrong, and what to do.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            write!(f, "{}: {}", self.source, self.what)
        } else {
            write!(f, "{}: {}: {}", self.source, self.key, self.what)
        }
    }
}

/// How a server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first octet.
    Implicit,
    /// TLS after STARTTLS, never without it.
    StartTls,
    /// None; loopback only.
    None,
}

/// A server with a login.
#[derive(Debug, Clone)]
pub struct Server {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Transport security.
    pub tls: Tls,
    /// An extra trust anchor.
    pub ca_file: Option<PathBuf>,
    /// Login and password; `None`: no authentication.
    pub login: Option<(String, SecretString)>,
    /// How long one step may take.
    pub timeout: Duration,
}

/// Where notices arrive.
#[derive(Debug, Clone)]
pub enum MailboxKind {
    /// An IMAP server.
    Imap(Server),
    /// A Maildir on this machine.
    Maildir(PathBuf),
}

/// `[mailbox]`.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// Where.
    pub kind: MailboxKind,
    /// The folder that is watched.
    pub folder: String,
    /// How far back the very first start looks.
    pub since: Duration,
    /// Where notices go when their case ends.
    pub done_folder: Option<String>,
    /// Where unreadable mails go.
    pub quarantine_folder: Option<String>,
    /// How often to look.
    pub poll_every: Duration,
    /// Octets.
    pub max_message: u64,
}

/// How replies leave.
#[derive(Debug, Clone)]
pub enum SmtpKind {
    /// A submission server.
    Smtp(Server),
    /// A folder of `.eml` files.
    Files(PathBuf),
}

/// `[smtp]`.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// How.
    pub kind: SmtpKind,
    /// The From field as configured.
    pub from: String,
    /// Its address.
    pub from_address: MailAddress,
    /// Cap for one address.
    pub max_per_sender: Rate,
    /// Cap in all.
    pub max_total: Rate,
    /// Connections kept open.
    pub connections: usize,
}

/// `[database]`.
#[derive(Debug, Clone)]
pub struct Database {
    /// Where it is.
    pub address: Address,
    /// How long a daemon that has died keeps the mailbox, or a job, from the others.
    pub lease: Duration,
    /// Where scheduled backups go; `None`: nowhere.
    pub backup_folder: Option<PathBuf>,
    /// How many of them are kept.
    pub backups: usize,
}

/// `[hmis]`.
#[derive(Debug, Clone)]
pub struct Hmis {
    /// The database.
    pub address: Address,
    /// Statements of the site's own.
    pub statements: Option<PathBuf>,
    /// Whether the database is the HMIS itself.
    pub live: bool,
    /// Who makes changes.
    pub changed_by: ChangedBy,
    /// When facts are too old.
    pub max_age: Duration,
    /// Whether things in a record have locks of their own.
    pub own_visibility: bool,
    /// How long one call may take.
    pub timeout: Duration,
}

/// Everything a site can set, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it came from; `None`: the built-in defaults.
    pub file: Option<PathBuf>,
    /// The files that hold secrets.
    pub secret_files: Vec<PathBuf>,
    /// The site's zone.
    pub time_zone: Tz,
    /// `[mailbox]`.
    pub mailbox: Mailbox,
    /// `[smtp]`.
    pub smtp: Smtp,
    /// `[database]`.
    pub database: Database,
    /// `[hmis]`.
    pub hmis: Hmis,
    /// `agencies.file`.
    pub agencies_file: PathBuf,
    /// `senders.authserv_id`, where senders are verified; `None`: they are not.
    pub authserv_id: Option<String>,
    /// `policy.mode`.
    pub mode: Mode,
    /// `[policy]`'s rules.
    pub rules: Rules,
    /// `policy.grace`.
    pub grace: Duration,
    /// `policy.deadline`.
    pub deadline: Duration,
    /// `policy.client_id`.
    pub client_id: String,
    /// `policy.vocabulary`; `None`: only what is built in.
    pub vocabulary: Option<PathBuf>,
    /// `replies.templates`.
    pub templates: Option<PathBuf>,
    /// `[console]`.
    pub console: Console,
    /// `staff.notify`.
    pub notify: Vec<MailAddress>,
    /// `ops.alarms_to`.
    pub alarms_to: Vec<MailAddress>,
    /// `[schedule]`: job → cron expression; jobs that are off are absent.
    pub schedule: BTreeMap<String, cron::Schedule>,
    /// `retention.mail`.
    pub keep_mail_for: Duration,
    /// `[log]`.
    pub log: Log,
    /// Every key's value, or a secret file's content, as a fingerprint: enough to see that it has changed.
    fingerprints: BTreeMap<String, u64>,
}

/// `[console]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Console {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its certificate and key; `None`: it speaks HTTP without TLS.
    pub tls: Option<TlsFiles>,
    /// Machines whose word counts about whom they pass on; they speak TLS to browsers.
    pub trusted_proxy: Vec<IpAddr>,
    /// How staff reach it, without a slash at the end.
    pub url: Option<String>,
    /// How long somebody stays signed in without a page being asked for.
    pub session_idle: Duration,
    /// In all.
    pub session_longest: Duration,
}

impl Console {
    /// Whether browsers come over TLS only.
    pub fn is_secure(&self) -> bool {
        self.tls.is_some() || !self.trusted_proxy.is_empty()
    }
}

/// A certificate and its key (PEM).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, with those that lead to its authority after it.
    pub cert: PathBuf,
    /// Its private key; empty where it is named to the daemon alone and this is another command.
    pub key: PathBuf,
}

/// `[log]`.
#[derive(Debug, Clone)]
pub struct Log {
    /// JSON lines instead of text.
    pub json: bool,
    /// The least severe level that is logged.
    pub level: tracing::Level,
}

/// Which passwords are read. Who only looks at cases need not be able to read the mailbox's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// All of them.
    All,
    /// Those of the databases.
    Databases,
    /// None.
    None,
}

impl Secrets {
    /// Whether those of a section are read.
    fn include(self, section: &str) -> bool {
        match self {
            Self::All => true,
            Self::Databases => matches!(section, "database" | "hmis"),
            Self::None => false,
        }
    }
}

/// Reads a configuration file over the defaults, and the environment over both.
pub fn load(
    file: &Path,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, Vec<Problem>> {
    load_with(file, environment, Secrets::All)
}

/// The same with only some of the passwords; the others are empty.
pub fn load_with(
    file: &Path,
    environment: impl IntoIterator<Item = (String, String)>,
    secrets: Secrets,
) -> Result<Config, Vec<Problem>> {
    let source = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| {
        vec![Problem {
            source: source.clone(),
            key: String::new(),
            what: format!("cannot be read ({error}): name another with --config"),
        }]
    })?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut config = build_from(keys::Keys::read(&text, &source, folder, environment).with_secrets(secrets))?;
    config.file = Some(file.to_owned());
    Ok(config)
}

/// Reads a configuration text. Relative paths in it count from `folder`.
pub fn parse(
    text: &str,
    source: &str,
    folder: &Path,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, Vec<Problem>> {
    build_from(keys::Keys::read(text, source, folder, environment))
}

fn build_from(mut keys: keys::Keys) -> Result<Config, Vec<Problem>> {
    if keys.unreadable {
        return Err(keys.into_problems());
    }
    let config = build(&mut keys).map(|config| Config { secret_files: keys.secret_files(), ..config });
    match (config, keys.into_problems()) {
        (Some(config), problems) if problems.is_empty() => Ok(config),
        (_, problems) => Err(problems),
    }
}

/// Every key is asked for, so that all problems are found, before the first missing value ends it.
fn build(keys: &mut keys::Keys) -> Option<Config> {
    let time_zone = keys.parsed("time_zone", |text| {
        Tz::from_str(text).map_err(|_| format!("\"{text}\" is no IANA time zone"))
    });
    let mailbox = sections::mailbox(keys);
    let smtp = sections::smtp(keys);
    let database = sections::database(keys);
    let hmis = sections::hmis(keys);
    let agencies_file = keys.path("agencies.file");
    if agencies_file.is_none() {
        keys.problem(
            "agencies.file",
            "is empty: name the file that lists the agencies and who may write for them",
        );
    }
    let verified = keys.one_of("senders.require", &[("authentication-results", true), ("none", false)]);
    let authserv_id = keys.text("senders.authserv_id");
    if verified == Some(true) && authserv_id.is_empty() {
        keys.problem(
            "senders.authserv_id",
            "is empty: give the name at the start of your mail server's Authentication-Results headers",
        );
    }
    let mode = keys.one_of("policy.mode", &[("shadow", Mode::Shadow), ("live", Mode::Live)]);
    let levels =
        [("apply", Level::Apply), ("approve", Level::Approve), ("approve-twice", Level::ApproveTwice)];
    let scenario_1 = keys.one_of("policy.scenario_1", &levels);
    let scenario_2 = keys.one_of("policy.scenario_2", &levels);
    let priority_list = keys.one_of("policy.priority_list", &levels);
    let grace = keys.parsed("policy.grace", units::duration);
    let deadline = keys.parsed("policy.deadline", units::duration);
    let client_id = keys.parsed("policy.client_id", |text| match regex::Regex::new(text) {
        Ok(pattern) if pattern.is_match("") => Err("would find a client ID in an empty text".to_owned()),
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(format!("\"{text}\" is not a regular expression")),
    });
    let vocabulary = keys.path("policy.vocabulary");
    let templates = keys.path("replies.templates");
    let console = sections::console(keys);
    let notify = keys.addresses("staff.notify");
    let alarms_to = keys.addresses("ops.alarms_to");
    let schedule = keys.schedule();
    let keep_mail_for = keys.parsed("retention.mail", units::duration);
    let json = keys.one_of("log.format", &[("text", false), ("json", true)]);
    let level = keys.parsed("log.level", |text| {
        tracing::Level::from_str(text).map_err(|_| format!("\"{text}\" is none of error, warn, info, debug"))
    });
    Some(Config {
        file: None,
        secret_files: Vec::new(),
        time_zone: time_zone?,
        mailbox: mailbox?,
        smtp: smtp?,
        database: database?,
        hmis: hmis?,
        agencies_file: agencies_file?,
        authserv_id: verified?.then_some(authserv_id),
        mode: mode?,
        rules: Rules { scenario_1: scenario_1?, scenario_2: scenario_2?, priority_list: priority_list? },
        grace: grace?,
        deadline: deadline?,
        client_id: client_id?,
        vocabulary,
        templates,
        console: console?,
        notify,
        alarms_to,
        schedule,
        keep_mail_for: keep_mail_for?,
        log: Log { json: json?, level: level? },
        fingerprints: keys.fingerprints(),
    })
}

#[cfg(test)]
mod tests;
