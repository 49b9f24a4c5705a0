//! `roi-desk check`: the configuration, then each connection.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Exit, Failure, Format, config_file, print_json, print_text, serve};
use crate::{
    config::{self, Config, Problem},
    domain::{ChangedBy, Mode},
    engine,
    hmis::{Hmis, HmisError},
    mailbox::{Finding as Found, Mailbox},
    mailer::Mailer,
    store::{self, Store},
};

/// How far to check.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only the configuration and the files it names; no connections
    #[arg(long)]
    offline: bool,
}

/// How a finding stands in the output, before a line that needs somebody's eye and yet keeps nothing from working.
const WARNING: &str = "warning: ";

#[derive(Serialize)]
struct Finding<'a> {
    part: &'a str,
    ok: bool,
    warning: bool,
    text: &'a str,
}

fn say(part: &str, ok: bool, text: &str, format: Format) -> Result<(), Failure> {
    let (warning, text) = text.strip_prefix(WARNING).map_or((false, text), |text| (true, text));
    let mark = match (ok, warning) {
        (false, _) => "FAIL",
        (true, true) => "warn",
        (true, false) => "ok  ",
    };
    match format {
        Format::Json => print_json(&Finding { part, ok, warning, text }),
        Format::Text => print_text(&format!("{mark} {part:<14}{text}")),
    }
}

/// Secrets that others on this machine can read.
fn open_secrets(config: &Config) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = |file: &Path| {
        std::fs::metadata(file).map(|file| file.permissions().mode() & 0o777).unwrap_or_default()
    };
    let open = |file: &&std::path::PathBuf| mode(file) & 0o007 != 0;
    config
        .secret_files
        .iter()
        .filter(open)
        .map(|file| {
            format!(
                "{} holds a password, and everybody on this machine can read it (mode {:o}): chmod o= {0}",
                file.display(),
                mode(file)
            )
        })
        .collect()
}

/// Whether the HMIS vouches for anything that still counts.
async fn hmis(config: &Config, now: DateTime<Utc>) -> Result<Vec<String>, HmisError> {
    let reached = config.hmis.address.reach(config.hmis.timeout).await;
    reached.map_err(|source| HmisError::Database { doing: "connecting", source })?;
    let hmis = Hmis::open(&engine::hmis_options(config)).await?;
    let mut lines = hmis.check(now).await?;
    if config.hmis.changed_by == ChangedBy::Daemon {
        hmis.check_changes().await?;
    }
    let sources = hmis.status(now).await?;
    if sources.is_empty() {
        lines.push(format!(
            "{NOTHING_KNOWN}: no source vouches for any fact (table hmis_source), so every case goes to a person"
        ));
    } else if sources.iter().all(|source| source.stale) {
        lines.push(format!(
            "{NOTHING_KNOWN}: all facts are older than hmis.max_age, or from the future: fill the tables again, and look \
             at this machine's clock"
        ));
    }
    Ok(lines)
}

fn in_words(mode: Mode) -> &'static str {
    match mode {
        Mode::Shadow => "shadow mode: watches and does nothing to anybody",
        Mode::Live => "live mode: writes to agencies, and marks notices in the mailbox",
    }
}

/// Says how the console is reached. Whether it can be.
fn say_console(config: &Config, format: Format) -> Result<bool, Failure> {
    let (ok, text) = match serve::certificate(config) {
        Ok(_) => (true, how_it_is_reached(config)),
        Err(problem) => (false, format!("{}: {}", problem.key, problem.what)),
    };
    say("console", ok, &text, format)?;
    Ok(ok)
}

fn how_it_is_reached(config: &Config) -> String {
    let console = &config.console;
    let by = match (&console.tls, console.trusted_proxy.as_slice()) {
        (Some(files), _) => format!("by TLS, with the certificate in {}", files.cert.display()),
        (None, []) => "from this machine alone".to_owned(),
        (None, proxies) => {
            let proxies: Vec<_> = proxies.iter().map(ToString::to_string).collect();
            format!("through {} alone, which must speak TLS to browsers", proxies.join(", "))
        }
    };
    format!("listens on {}, and is reached {by}", console.listen)
}

/// How a line begins that says the HMIS is of no use as it is.
const NOTHING_KNOWN: &str = "nothing is known";

pub(super) async fn run(args: &Args, named: Option<&Path>, format: Format) -> Result<Exit, Failure> {
    let file = config_file(named);
    let loaded = config::load(file, std::env::vars())
        .and_then(|config| engine::site(&config).map(|site| (config, site)));
    let (config, site) = match loaded {
        Ok(loaded) => loaded,
        Err(problems) => {
            for problem in &problems {
                say("configuration", false, &problem.to_string(), format)?;
            }
            return Err(Failure::Configuration(vec![Problem {
                source: file.display().to_string(),
                key: String::new(),
                what: format!("{} to mend; nothing was connected to", count(problems.len(), "problem")),
            }]));
        }
    };
    say("configuration", true, &format!("{} is valid", file.display()), format)?;
    say("agencies", true, &format!("in the roster: {}", site.roster.ids().count()), format)?;
    let words = match &config.vocabulary {
        Some(file) => format!("the built-in phrases and those of {}", file.display()),
        None => "the built-in phrases".to_owned(),
    };
    say("vocabulary", true, &words, format)?;
    say("policy", true, in_words(config.mode), format)?;
    let changes = match config.hmis.changed_by {
        ChangedBy::Person => "changes are made in the HMIS by a person",
        ChangedBy::Daemon => "changes are made in the HMIS by the desk",
    };
    let rules = format!(
        "{changes}: Scenario 1 {}, Scenario 2 {}, on the Priority List at least {}",
        config.rules.scenario_1.in_words(),
        config.rules.scenario_2.in_words(),
        config.rules.priority_list.in_words()
    );
    say("policy", true, &rules, format)?;
    if config.notify.is_empty() {
        say("staff", true, "nobody is told of cases that wait for a person: staff.notify is empty", format)?;
    }
    let mut well = true;
    for text in open_secrets(&config) {
        well = false;
        say("secrets", false, &text, format)?;
    }
    well &= say_console(&config, format)?;
    if args.offline {
        return Ok(if well { Exit::Well } else { Exit::No });
    }

    let folders = [&config.mailbox.done_folder, &config.mailbox.quarantine_folder];
    let folders: Vec<&str> = folders.into_iter().flatten().map(String::as_str).collect();
    let now = crate::clock::Clock::system().now();
    match Mailbox::check(&engine::mailbox_options(&config), &folders, now).await {
        Ok(found) => {
            for finding in found {
                let (ok, text) = match finding {
                    Found::Well(text) => (true, text),
                    // In shadow mode nothing is marked or moved: it is to be mended before going live.
                    Found::WrongOnceLive(text) if config.mode == Mode::Shadow => {
                        (true, format!("{WARNING}{text}"))
                    }
                    Found::Wrong(text) | Found::WrongOnceLive(text) => (false, text),
                };
                well &= ok;
                say("mailbox", ok, &text, format)?;
            }
        }
        Err(error) => {
            well = false;
            say("mailbox", false, &error.to_string(), format)?;
        }
    }
    let mailer = match Mailer::new(engine::mailer_options(&config)) {
        Ok(mailer) => mailer.check().await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let database = Store::check(&config.database.address, now).await.map_err(|error| error.to_string());
    let hmis = hmis(&config, now).await.map_err(|error| error.to_string());
    for (part, found) in [("smtp", mailer), ("database", database), ("hmis", hmis)] {
        match found {
            Ok(lines) => {
                for line in lines {
                    let ok = !line.starts_with(NOTHING_KNOWN);
                    well &= ok;
                    say(part, ok, &line, format)?;
                }
            }
            Err(error) => {
                well = false;
                say(part, false, &error, format)?;
            }
        }
    }
    let backups = config.database.backup_folder.as_ref().filter(|_| config.schedule.contains_key("backup"));
    if let Some(folder) = backups {
        say("backups", true, &store::check_backups(folder), format)?;
    }
    Ok(if well { Exit::Well } else { Exit::No })
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
