//! `roi-desk check`: the configuration, then each connection.

use std::path::Path;

use serde::Serialize;

use super::{Exit, Failure, Format, config_file, print_json, print_text};
use crate::{
    config::{self, Problem},
    domain::ChangedBy,
    engine,
    hmis::Hmis,
    mailbox::{Finding as Found, Mailbox},
    mailer::Mailer,
    store::Store,
};

/// How far to check.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only the configuration and the files it names; no connections
    #[arg(long)]
    offline: bool,
}

#[derive(Serialize)]
struct Finding<'a> {
    part: &'a str,
    ok: bool,
    text: &'a str,
}

fn say(part: &str, ok: bool, text: &str, format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => print_json(&Finding { part, ok, text }),
        Format::Text => print_text(&format!("{} {part:<14}{text}", if ok { "ok  " } else { "FAIL" })),
    }
}

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
    let mode = match config.mode {
        crate::domain::Mode::Shadow => "shadow mode: watches and does nothing to anybody",
        crate::domain::Mode::Live => "live mode: writes to agencies, and marks notices in the mailbox",
    };
    say("policy", true, mode, format)?;
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
    if args.offline {
        return Ok(Exit::Well);
    }

    let mut well = true;
    let folders = [&config.mailbox.done_folder, &config.mailbox.quarantine_folder];
    let folders: Vec<&str> = folders.into_iter().flatten().map(String::as_str).collect();
    let now = crate::clock::Clock::system().now();
    match Mailbox::check(&engine::mailbox_options(&config), &folders, now).await {
        Ok(found) => {
            for finding in found {
                let (ok, text) = match &finding {
                    Found::Well(text) => (true, text),
                    Found::Wrong(text) => (false, text),
                };
                well &= ok;
                say("mailbox", ok, text, format)?;
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
    let database = match Store::open(&config.database_url).await {
        Ok(store) => match store.write().await {
            Ok(_) => Ok(vec!["can be written to, its tables are up to date".to_owned()]),
            Err(error) => Err(error.to_string()),
        },
        Err(error) => Err(error.to_string()),
    };
    let hmis = match Hmis::open(&engine::hmis_options(&config)).await {
        Ok(hmis) => hmis.check(crate::clock::Clock::system().now()).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    for (part, found) in [("smtp", mailer), ("database", database), ("hmis", hmis)] {
        match found {
            Ok(lines) => {
                for line in lines {
                    say(part, true, &line, format)?;
                }
            }
            Err(error) => {
                well = false;
                say(part, false, &error, format)?;
            }
        }
    }
    Ok(if well { Exit::Well } else { Exit::No })
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
