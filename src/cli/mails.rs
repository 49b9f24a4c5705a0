//! `roi-desk mail`: every message ever seen, and what became of it.

use std::path::Path;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{Exit, Failure, Format, casebook, load, print_json, print_text, show};
use crate::{
    config::Secrets,
    domain::CaseId,
    engine::{self, Casebook, EngineError, quarantine::Replayed, staff::StaffDecision},
    mailbox::{Content, Entry, Fetched, Mailbox},
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
    /// Read a message again that is quarantined or was left alone, with the program and settings as they are now
    Replay {
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

pub(super) async fn run(args: Args, file: Option<&Path>, format: Format) -> Result<Exit, Failure> {
    let config = load(file, Secrets::Databases)?;
    let book = casebook(&config).await?;
    let rows = match args {
        Args::List { state, possible } => book.store.messages(state, possible).await?,
        Args::Show { id } => vec![
            book.store
                .message_row(&id)
                .await?
                .ok_or_else(|| Failure::from(EngineError::NoSuchMessage(id.clone())))?,
        ],
        Args::Replay { id } => return replay(&book, file, &id, format).await,
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

/// Reads a message again: from what is kept of it, else from the mailbox.
async fn replay(book: &Casebook, file: Option<&Path>, id: &str, format: Format) -> Result<Exit, Failure> {
    let (entry, octets) = book.to_replay(id).await?;
    let fetched = match octets {
        Some(octets) => Fetched { entry, content: Content::Whole(octets) },
        None => fetched_again(file, id, entry).await?,
    };
    let replayed = book.replay(id, fetched).await?;
    if let Replayed::Case(case) = &replayed {
        let by = super::user()?;
        book.decide(*case, &by, StaffDecision::Note { note: format!("had message {id} read again") }).await?;
    }
    let (exit, told) = match &replayed {
        Replayed::Unreadable(why) => (Exit::No, format!("{id} still cannot be read: {why}")),
        Replayed::Left(None) => (Exit::Well, format!("{id} is no notice; it is left alone")),
        Replayed::Left(Some(why)) => (Exit::Well, format!("{id} is left alone; it might be a notice: {why}")),
        Replayed::Case(case) => (Exit::Well, format!("{id} belongs to {case} now")),
    };
    match format {
        Format::Text => print_text(&told)?,
        Format::Json => {
            let row = book.store.message_row(id).await?;
            print_json(&row.as_ref().map(Shown::from))?;
        }
    }
    Ok(exit)
}

/// Only here the mailbox's own password is read: who decides about cases may not be allowed to.
async fn fetched_again(file: Option<&Path>, id: &str, entry: Entry) -> Result<Fetched, Failure> {
    let config = load(file, Secrets::All)?;
    let mut mailbox = Mailbox::open(&engine::mailbox_options(&config)).await.map_err(EngineError::from)?;
    let gone = || {
        let hint = match &config.mailbox.quarantine_folder {
            Some(folder) => format!(" If it lies in \"{folder}\", move"),
            None => " If it lies elsewhere, move".to_owned(),
        };
        Failure::No(format!(
            "{id}: nothing is kept of it here, and it is no longer in {} under its number.{hint} it back with any mail \
             program: the desk then takes it in as new mail",
            entry.key.folder
        ))
    };
    let Some(found) = mailbox.find(&entry.key).await.map_err(EngineError::from)? else { return Err(gone()) };
    let fetched = mailbox.fetch(&[found]).await.map_err(EngineError::from)?;
    fetched.into_iter().next().ok_or_else(gone)
}
