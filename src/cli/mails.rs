//! `roi-desk mail`: every message ever seen, and what became of it.

use std::path::Path;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{Exit, Failure, Format, casebook, load, print_json, print_text, show};
use crate::{
    config::Secrets,
    domain::{CaseId, ClientId, NoticeKind},
    engine::{
        self, Casebook, EngineError,
        by_hand::{SaidToBe, fetch_again},
        quarantine::Replayed,
    },
    mailbox::{Content, Fetched},
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
    /// Open a case from a message that is quarantined or was left alone, because you have read it and it is a notice
    Open {
        /// The message's ID, as `mail list` shows it
        id: String,
        /// What it says
        #[arg(long)]
        kind: Kind,
        /// The client records it names, separated by commas [default: those the desk finds in it]
        #[arg(long, value_delimiter = ',', value_name = "RECORD")]
        record: Vec<ClientId>,
    },
}

/// What a person can say that a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// A client revokes consent
    Revocation,
    /// A client who had refused now consents
    Consent,
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
        Args::Open { id, kind, record } => {
            let kind = match kind {
                Kind::Revocation => NoticeKind::Revocation,
                Kind::Consent => NoticeKind::Consent,
            };
            return open(&book, file, &id, &SaidToBe { kind, records: record }, format).await;
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

/// Reads a message again: from what is kept of it, else from the mailbox.
async fn replay(book: &Casebook, file: Option<&Path>, id: &str, format: Format) -> Result<Exit, Failure> {
    let fetched = fetched(book, file, id).await?;
    let replayed = book.replay(id, &super::user()?, fetched).await?;
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

/// Opens a case from a message because somebody says what it is.
async fn open(
    book: &Casebook,
    file: Option<&Path>,
    id: &str,
    said: &SaidToBe,
    format: Format,
) -> Result<Exit, Failure> {
    let fetched = fetched(book, file, id).await?;
    let case = book.open_by_hand(id, &super::user()?, said, fetched).await?;
    match format {
        Format::Text => print_text(&format!("{id} belongs to {case} now"))?,
        Format::Json => {
            let row = book.store.message_row(id).await?;
            print_json(&row.as_ref().map(Shown::from))?;
        }
    }
    Ok(Exit::Well)
}

/// A message from what is kept of it, else from the mailbox. Only then the mailbox's own password is read: who decides about
/// cases may not be allowed to.
async fn fetched(book: &Casebook, file: Option<&Path>, id: &str) -> Result<Fetched, Failure> {
    let (entry, octets) = book.to_replay(id).await?;
    if let Some(octets) = octets {
        return Ok(Fetched { entry, content: Content::Whole(octets) });
    }
    let config = load(file, Secrets::All)?;
    fetch_again(&engine::mailbox_options(&config), &entry)
        .await?
        .ok_or_else(|| EngineError::MailGone { message: id.to_owned(), folder: entry.key.folder }.into())
}
