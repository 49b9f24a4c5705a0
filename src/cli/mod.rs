//! The commands. Each prints for people, or with `--format json` one JSON value per line; logs go to stderr.

mod case_json;
mod cases;
mod check;
mod classify;
mod database;
mod demo;
mod healthcheck;
mod hmis;
mod mails;
mod read;
mod serve;
mod show;
mod staff;

use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use crate::{
    clock::Clock,
    config::{self, Config, Problem, Secrets},
    domain::StaffName,
    engine::{self, Casebook, EngineError, Site},
    store::Store,
};

/// Where the configuration is looked for if nothing else is said.
const USUAL_CONFIG: &str = "/etc/roi-desk/roi-desk.toml";

/// Answers revoked-consent notices at an HMIS helpdesk: reads the mail, asks the HMIS which agencies have data in the
/// client record, closes it or queues it for staff, reads it back, and replies.
#[derive(Debug, Parser)]
#[command(name = "roi-desk", version, max_term_width = 100)]
pub struct Cli {
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "ROI_DESK_CONFIG",
        hide_env = true,
        help = "The configuration file [default: $ROI_DESK_CONFIG, else /etc/roi-desk/roi-desk.toml]"
    )]
    config: Option<PathBuf>,
    /// How results are printed
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON value per line.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon: watch the mailbox, judge, close, reply
    Serve(serve::Args),
    /// Try the whole service in a scratch folder: sample HMIS, sample mails, no servers
    Demo(demo::Args),
    /// Check the configuration, then each connection, and say what was found
    Check(check::Args),
    /// Say what mails are: kind, client IDs, dates. No database, no network
    Read(read::Args),
    /// Ask the HMIS which scenario a client record is in for an agency
    Classify(classify::Args),
    /// See and decide cases
    Case {
        /// Decide as this account of staff; its password is asked for, or read from standard input [default: the account of
        /// your name on this machine]
        #[arg(long = "as", global = true, value_name = "NAME")]
        by: Option<StaffName>,
        #[command(subcommand)]
        args: cases::Args,
    },
    /// See every message and what became of it
    #[command(subcommand)]
    Mail(mails::Args),
    /// The accounts of staff: who may sign in to the console, and decide cases
    #[command(subcommand)]
    Staff(staff::Args),
    /// The HMIS tables
    #[command(subcommand)]
    Hmis(hmis::Args),
    /// The desk's own database
    #[command(subcommand)]
    Db(database::Args),
    /// Ask the running daemon whether it is healthy
    Healthcheck,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// How a command ended, as an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Well.
    Well,
    /// It was asked, and the answer is no.
    No,
}

/// Why a command could not do it; each kind has its exit code.
#[derive(Debug)]
pub enum Failure {
    /// The configuration is bad: every problem.
    Configuration(Vec<Problem>),
    /// It was asked, and the answer is no.
    No(String),
    /// A service is unavailable.
    Unavailable(String),
    /// Somebody else was faster; trying again may help.
    TryAgain(String),
    /// The command was used wrongly.
    Usage(String),
    /// Anything else.
    Other(anyhow::Error),
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let text = error.to_string();
        match error {
            EngineError::Store(crate::store::StoreError::Conflict(_)) | EngineError::Stale { .. } => {
                Self::TryAgain(text)
            }
            // Trying again does not help; systemd is told not to (RestartPreventExitStatus=78).
            EngineError::Store(crate::store::StoreError::Newer { .. }) => {
                Self::Configuration(vec![Problem {
                    source: "database.url".to_owned(),
                    key: String::new(),
                    what: text,
                }])
            }
            EngineError::Illegal(_)
            | EngineError::NoSuchCase(_)
            | EngineError::NoSuchMessage(_)
            | EngineError::AlreadyRead { .. }
            | EngineError::NotAllowed { .. }
            | EngineError::MailGone { .. }
            | EngineError::Unreadable(_)
            | EngineError::NoClientId(_)
            | EngineError::Reply { .. } => Self::No(text),
            EngineError::Store(_)
            | EngineError::Hmis(_)
            | EngineError::Mailbox(_)
            | EngineError::Mailer(_)
            | EngineError::NoRandom(_) => Self::Unavailable(text),
        }
    }
}

impl From<crate::store::StoreError> for Failure {
    fn from(error: crate::store::StoreError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<crate::hmis::HmisError> for Failure {
    fn from(error: crate::hmis::HmisError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Other(error.into())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

/// Runs the command line's command.
pub fn main() -> ExitCode {
    // Two TLS providers in one process would leave rustls without a choice; ours is ring.
    rustls::crypto::ring::default_provider().install_default().unwrap_or_default();
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("roi-desk: cannot start: {error}");
            return ExitCode::from(75);
        }
    };
    match runtime.block_on(run(cli)) {
        Ok(Exit::Well) => ExitCode::SUCCESS,
        Ok(Exit::No) => ExitCode::from(1),
        Err(failure) => {
            let (code, text) = match failure {
                Failure::Configuration(problems) => {
                    for problem in &problems {
                        eprintln!("roi-desk: {problem}");
                    }
                    return ExitCode::from(78);
                }
                Failure::No(text) => (1, text),
                Failure::Usage(text) => (2, text),
                Failure::Unavailable(text) => (69, text),
                Failure::TryAgain(text) => (75, text),
                // A reader that went away (`roi-desk … | head`) is no failure.
                Failure::Other(error) if is_broken_pipe(&error) => return ExitCode::SUCCESS,
                Failure::Other(error) => (1, format!("{error:#}")),
            };
            eprintln!("roi-desk: {text}");
            ExitCode::from(code)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

async fn run(cli: Cli) -> Result<Exit, Failure> {
    let Cli { config, format, command } = cli;
    let file = config.as_deref();
    match command {
        Command::Read(args) => read::run(&args, file, format),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "roi-desk", &mut io::stdout());
            Ok(Exit::Well)
        }
        Command::Demo(args) => demo::run(args, format).await,
        Command::Check(args) => check::run(&args, file, format).await,
        Command::Serve(args) => serve::run(&args, file, &load_for_daemon(file)?).await,
        Command::Healthcheck => healthcheck::run(&load(file, Secrets::None)?, format).await,
        Command::Classify(args) => classify::run(&args, &load(file, Secrets::Databases)?, format).await,
        Command::Case { by, args } => cases::run(args, by, &load(file, Secrets::Databases)?, format).await,
        Command::Staff(args) => staff::run(args, &load(file, Secrets::Databases)?, format).await,
        Command::Mail(args) => mails::run(args, file, format).await,
        Command::Hmis(args) => hmis::run(&args, &load(file, Secrets::Databases)?, format).await,
        Command::Db(args) => database::run(&args, &load(file, Secrets::Databases)?, format).await,
    }
}

/// The configuration file that was named, or the usual one.
fn config_file(named: Option<&Path>) -> &Path {
    named.unwrap_or(Path::new(USUAL_CONFIG))
}

/// The configuration, for a command: whoever typed it sees its result, and in the log only what went wrong. Only the
/// passwords it needs are read: who decides about cases may not be allowed to read the mailbox's.
fn load(named: Option<&Path>, secrets: Secrets) -> Result<Config, Failure> {
    let loaded = config::load_with(config_file(named), std::env::vars(), secrets);
    let mut config = loaded.map_err(Failure::Configuration)?;
    config.log.level = config.log.level.min(tracing::Level::WARN);
    start_log(&config.log);
    Ok(config)
}

/// The configuration, for the daemon: it logs as configured.
fn load_for_daemon(named: Option<&Path>) -> Result<Config, Failure> {
    let config = config::load(config_file(named), std::env::vars()).map_err(Failure::Configuration)?;
    start_log(&config.log);
    Ok(config)
}

fn site(config: &Config) -> Result<Site, Failure> {
    engine::site(config).map_err(Failure::Configuration)
}

async fn casebook(config: &Config) -> Result<Casebook, Failure> {
    let site = site(config)?;
    let store = Store::open(&config.database.address).await?;
    Ok(Casebook::new(store, site, Clock::system()).await?)
}

/// Who typed the command, for the history: as an account of that name would be written, so that nobody is two people.
fn user() -> Result<String, Failure> {
    let name =
        whoami::username().map_err(|error| Failure::No(format!("who you are cannot be told: {error}")))?;
    Ok(StaffName::parse(&name).map_or(name, |name| name.to_string()))
}

/// Logs to stderr, as configured. Libraries that may log mail are held to errors of their own making.
fn start_log(log: &config::Log) {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::prelude::*;

    let targets = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("roi_desk", log.level)
        // At finer levels these print what they read and write: passwords, and whole mails.
        .with_target("async_imap", LevelFilter::OFF)
        .with_target("imap_proto", LevelFilter::OFF)
        .with_target("lettre", LevelFilter::OFF)
        .with_target("sqlx", LevelFilter::ERROR);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    let registry = tracing_subscriber::registry().with(targets);
    // A second start (a test in the same process) keeps the first.
    if log.json {
        registry.with(layer.json().flatten_event(true)).try_init().unwrap_or_default();
    } else {
        registry.with(layer).try_init().unwrap_or_default();
    }
}

/// Prints one JSON value on a line of its own.
fn print_json<T: serde::Serialize>(value: &T) -> Result<(), Failure> {
    use io::Write;
    let line = serde_json::to_string(value).map_err(anyhow::Error::from)?;
    writeln!(io::stdout(), "{line}")?;
    Ok(())
}

/// Prints text for people.
fn print_text(text: &str) -> Result<(), Failure> {
    use io::Write;
    writeln!(io::stdout(), "{}", text.trim_end())?;
    Ok(())
}
