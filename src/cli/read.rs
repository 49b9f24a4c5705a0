//! `roi-desk read`: what mails are, without database or network.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{Exit, Failure, Format, load, print_json, print_text};
use crate::{
    config::{self, Secrets},
    domain::{ClientId, NoticeKind, Scenario},
    engine,
    notice::{self, Notice, ReaderRules},
};

/// Mails to read.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Mails (raw .eml files), folders of them, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Your own phrases, beside the built-in ones and instead of those that policy.vocabulary names
    #[arg(long, value_name = "FILE")]
    vocabulary: Option<PathBuf>,
    /// Show the text as well: whose words each line is, and what was recognised in each of the sender's own sentences (not
    /// with --format json)
    #[arg(long)]
    explain: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    kind: NoticeKind,
    records: &'a [ClientId],
    new_records: &'a [ClientId],
    effective: Option<chrono::NaiveDate>,
    claimed_scenario: Option<Scenario>,
    act: bool,
    reasons: &'a [String],
    problem: Option<&'static str>,
}

pub(super) fn run(args: &Args, config: Option<&Path>, format: Format) -> Result<Exit, Failure> {
    let rules = rules(args, config)?;
    let mut exit = Exit::Well;
    for (name, bytes) in mails(&args.paths)? {
        match bytes {
            Ok(bytes) if args.explain && format == Format::Text => {
                let explained = notice::explain(&bytes, &rules);
                print(&name, &explained.notice, format)?;
                print_text(&explained.to_string())?;
            }
            Ok(bytes) => print(&name, &notice::read(&bytes, &rules), format)?,
            Err(error) => {
                eprintln!("roi-desk: {name}: cannot be read: {error}");
                exit = Exit::No;
            }
        }
    }
    Ok(exit)
}

/// Without a configuration, the built-in defaults.
fn rules(args: &Args, config: Option<&Path>) -> Result<ReaderRules, Failure> {
    let rules = match config {
        Some(file) => {
            let mut config = load(Some(file), Secrets::None)?;
            // A file of words that is not used need not be sound.
            config.vocabulary = config.vocabulary.filter(|_| args.vocabulary.is_none());
            engine::reader(&config).map_err(Failure::Configuration)?
        }
        None => ReaderRules::new(&config::default_client_id(), Vec::new())
            .map_err(|error| Failure::Usage(format!("policy.client_id: {error}")))?,
    };
    match &args.vocabulary {
        Some(file) => {
            let words = engine::vocabulary(file).map_err(|problem| Failure::Configuration(vec![problem]))?;
            Ok(rules.with_vocabulary(words))
        }
        None => Ok(rules),
    }
}

type Mail = (String, io::Result<Vec<u8>>);

/// Files as named, folders' files by name; standard input for `-`.
fn mails(paths: &[PathBuf]) -> Result<Vec<Mail>, Failure> {
    let mut mails = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            let mut bytes = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes);
            mails.push(("-".to_owned(), read));
        } else if path.is_dir() {
            let mut files: Vec<PathBuf> = fs::read_dir(path)?
                .collect::<io::Result<Vec<_>>>()?
                .into_iter()
                .map(|entry| entry.path())
                .filter(|path| path.is_file() && path.extension().is_none_or(|ending| ending != "jsonl"))
                .collect();
            files.sort();
            mails.extend(files.iter().map(|file| (name_of(file), fs::read(file))));
        } else {
            mails.push((name_of(path), fs::read(path)));
        }
    }
    Ok(mails)
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    // It may be a mail's own choice, and must not move the cursor.
    name.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn print(file: &str, notice: &Notice, format: Format) -> Result<(), Failure> {
    let problem = notice.problem.as_ref().map(|problem| problem.name());
    if format == Format::Json {
        return print_json(&Line {
            file,
            kind: notice.kind,
            records: &notice.records,
            new_records: &notice.new_records,
            effective: notice.effective,
            claimed_scenario: notice.claimed_scenario,
            act: notice.act,
            reasons: &notice.reasons,
            problem,
        });
    }
    let list = |ids: &[ClientId]| ids.iter().map(ClientId::as_str).collect::<Vec<_>>().join(", ");
    let mut text = format!("{file}: {}", notice.kind.as_str());
    if notice.act {
        text.push_str(" (clear enough to act on)");
    }
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("\n    {label:<16}{value}"));
        }
    };
    line("records", &list(&notice.records));
    line("new records", &list(&notice.new_records));
    line("effective", &notice.effective.map(|day| day.to_string()).unwrap_or_default());
    line(
        "claims",
        &notice.claimed_scenario.map(|claim| format!("Scenario {}", u8::from(claim))).unwrap_or_default(),
    );
    line("problem", problem.unwrap_or_default());
    for reason in &notice.reasons {
        line("-", reason);
    }
    print_text(&text)
}
