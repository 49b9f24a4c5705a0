//! `roi-desk mail`: every message ever seen, and what became of it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{Exit, Failure, Format, casebook, print_json, print_text, show};
use crate::{
    config::Config,
    domain::CaseId,
    store::{MessageRow, MessageState},
};

/// What to do with messages.
#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// List messages, in the order they were seen
    List {
        /// Only working, done, left or quarantined ones
        #[arg(long, value_parser = parse_state)]
        state: Option<MessageState>,
        /// Only those left alone that might have been a notice
        #[arg(long)]
        possible: bool,
    },
    /// Show what is known of a message
    Show {
        /// The message's ID, as `mail list` shows it
        id: String,
    },
}

fn parse_state(text: &str) -> Result<MessageState, String> {
    MessageState::parse(text).ok_or_else(|| "it is none of working, done, left, quarantined".to_owned())
}

#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    folder: &'a str,
    uidvalidity: u32,
    uid: &'a str,
    state: &'a str,
    verdict: &'a str,
    reason: Option<&'a str>,
    possible: bool,
    case: Option<CaseId>,
    received_at: DateTime<Utc>,
    purged_at: Option<DateTime<Utc>>,
}

impl<'a> From<&'a MessageRow> for Shown<'a> {
    fn from(row: &'a MessageRow) -> Self {
        Self {
            id: &row.id,
            folder: &row.key.folder,
            uidvalidity: row.key.uidvalidity,
            uid: &row.key.uid,
            state: &row.state,
            verdict: &row.verdict,
            reason: row.reason.as_deref(),
            possible: row.possible,
            case: row.case,
            received_at: row.received_at,
            purged_at: row.purged_at,
        }
    }
}

/// Why it was dealt with as it was, and what is left of it.
fn why(row: &MessageRow, zone: Tz) -> String {
    let removed = row.purged_at.map(|at| show::removed(at, zone));
    let parts: Vec<String> = row.reason.clone().into_iter().chain(removed).collect();
    parts.join("; ")
}

pub(super) async fn run(args: Args, config: &Config, format: Format) -> Result<Exit, Failure> {
    let book = casebook(config).await?;
    let rows = match args {
        Args::List { state, possible } => book.store.messages(state, possible).await?,
        Args::Show { id } => {
            let all = book.store.messages(None, false).await?;
            let one: Vec<_> = all.into_iter().filter(|row| row.id == id).collect();
            if one.is_empty() {
                return Err(Failure::No(format!("there is no message {id}")));
            }
            one
        }
    };
    if format == Format::Json {
        for row in &rows {
            print_json(&Shown::from(row))?;
        }
        return Ok(Exit::Well);
    }
    if rows.is_empty() {
        print_text("No messages.")?;
        return Ok(Exit::Well);
    }
    let lines = rows
        .iter()
        .map(|row| {
            vec![
                row.id.clone(),
                row.state.clone(),
                row.verdict.clone(),
                row.case.map_or("-".to_owned(), |case| case.to_string()),
                show::time(row.received_at, config.time_zone),
                why(row, config.time_zone),
            ]
        })
        .collect();
    print_text(&show::table(&["message", "state", "verdict", "case", "received", "why"], lines))?;
    Ok(Exit::Well)
}
