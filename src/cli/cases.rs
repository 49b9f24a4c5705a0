//! `roi-desk case`: see cases, and decide them.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Exit, Failure, Format, casebook, print_json, print_text, show};
use crate::{
    config::Config,
    domain::{
        AgencyId, Approvals, Case, CaseId, CaseState, Change, ClientId, ItemOutcome, MailAddress, NoticeKind,
        Scenario, Standing,
    },
    engine::{Casebook, EngineError, evidence::Evidence, staff::StaffDecision},
    store::{ActionRow, HistoryRow},
};

/// What to do with cases.
#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// List cases, most urgent first
    List {
        /// Only cases in this state, e.g. `awaiting_approval`
        #[arg(long, value_parser = parse_state)]
        state: Option<CaseState>,
        /// Only cases about this client record
        #[arg(long)]
        record: Option<ClientId>,
    },
    /// Show a case: what was found, what would be changed, what would be answered, what happened
    Show {
        /// The case, e.g. RD-1042
        id: CaseId,
    },
    /// Approve the changes as `case show` shows them
    Approve {
        /// The case, e.g. RD-1042
        id: CaseId,
        /// A remark for the history
        #[arg(long)]
        note: Option<String>,
        /// Approve only if the facts are those with this hash (`evidence_sha256` of `case show`)
        #[arg(long, value_name = "SHA256")]
        evidence: Option<String>,
        /// Only these client records of the case, separated by commas
        #[arg(long, value_delimiter = ',', value_name = "RECORD")]
        only: Vec<ClientId>,
    },
    /// Say, by name, that you have made the changes in the HMIS and checked them
    Attest {
        /// The case, e.g. RD-1042
        id: CaseId,
        /// A remark for the history
        #[arg(long)]
        note: Option<String>,
    },
    /// Decline; your note is sent to the agency
    Decline {
        /// The case, e.g. RD-1042
        id: CaseId,
        /// The reason, as the agency will read it
        #[arg(long)]
        note: String,
    },
    /// Ask the agency: for the client ID if the case has none, else whether to go ahead
    Ask {
        /// The case, e.g. RD-1042
        id: CaseId,
    },
    /// Leave a remark in the history
    Note {
        /// The case, e.g. RD-1042
        id: CaseId,
        /// The remark
        #[arg(long)]
        note: String,
    },
    /// Look at the facts again, or send again what did not arrive
    Retry {
        /// The case, e.g. RD-1042
        id: CaseId,
    },
    /// Stop the case; nothing is changed and nobody is written to
    Cancel {
        /// The case, e.g. RD-1042
        id: CaseId,
        /// A remark for the history
        #[arg(long)]
        note: Option<String>,
    },
    /// End a case that you have dealt with yourself; nobody is written to
    Finish {
        /// The case, e.g. RD-1042
        id: CaseId,
        /// What you did
        #[arg(long)]
        note: String,
    },
}

fn parse_state(text: &str) -> Result<CaseState, String> {
    CaseState::parse(text).ok_or_else(|| {
        let names: Vec<_> = CaseState::ALL.iter().map(|state| state.as_str()).collect();
        format!("it is none of {}", names.join(", "))
    })
}

/// A case as JSON shows it (INTERFACES.md).
#[derive(Serialize)]
struct Shown<'a> {
    case: CaseId,
    kind: NoticeKind,
    state: CaseState,
    agency: Option<&'a AgencyId>,
    sender: Option<&'a MailAddress>,
    sender_verified: bool,
    new_records: &'a [ClientId],
    claimed_scenario: Option<Scenario>,
    items: Vec<ShownItem<'a>>,
    received_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    reasons: &'a [String],
    evidence_sha256: Option<&'a str>,
    approvals_needed: usize,
    approvals: Vec<ShownApproval<'a>>,
    actions: Vec<ShownAction<'a>>,
    history: Vec<ShownHistory<'a>>,
}

#[derive(Serialize)]
struct ShownItem<'a> {
    record: &'a ClientId,
    scenario: Option<Scenario>,
    outcome: ItemOutcome,
    reasons: &'a [String],
}

#[derive(Serialize)]
struct ShownApproval<'a> {
    by: &'a str,
    at: DateTime<Utc>,
}

#[derive(Serialize)]
struct ShownAction<'a> {
    key: &'a str,
    kind: &'a str,
    record: Option<&'a str>,
    state: &'a str,
    attempts: i64,
}

#[derive(Serialize)]
struct ShownHistory<'a> {
    at: DateTime<Utc>,
    event: &'a str,
    actor: &'a str,
    from: &'a str,
    to: &'a str,
}

pub(super) async fn run(args: Args, config: &Config, format: Format) -> Result<Exit, Failure> {
    let book = casebook(config).await?;
    let (id, decision) = match args {
        Args::List { state, record } => return list(&book, config, state, record.as_ref(), format).await,
        Args::Show { id } => return show(&book, config, id, format).await,
        Args::Approve { id, note, evidence, only } => {
            (id, StaffDecision::Approve { evidence_sha256: evidence, only, note })
        }
        Args::Attest { id, note } => (id, StaffDecision::Attest { note }),
        Args::Decline { id, note } => {
            (id, StaffDecision::Decline { note: said(note, "the agency reads it")? })
        }
        Args::Note { id, note } => (id, StaffDecision::Note { note: said(note, "it is the remark")? }),
        Args::Ask { id } => (id, StaffDecision::Ask),
        Args::Retry { id } => (id, StaffDecision::Retry),
        Args::Cancel { id, note } => (id, StaffDecision::Stop { note }),
        Args::Finish { id, note } => {
            (id, StaffDecision::HandledByHand { note: said(note, "say what you did")? })
        }
    };
    let by = super::user()?;
    let case = book.decide(id, &by, decision).await?;
    match format {
        Format::Json => print_case(&book, &case).await?,
        Format::Text => print_text(&format!("{}: {}", case.id, standing_in_words(&case)))?,
    }
    Ok(Exit::Well)
}

fn said(note: String, why: &str) -> Result<String, Failure> {
    if note.trim().is_empty() { Err(Failure::Usage(format!("--note is empty: {why}"))) } else { Ok(note) }
}

async fn list(
    book: &Casebook,
    config: &Config,
    state: Option<CaseState>,
    record: Option<&ClientId>,
    format: Format,
) -> Result<Exit, Failure> {
    let cases = book.store.cases(state, record).await?;
    if format == Format::Json {
        for case in &cases {
            print_case(book, case).await?;
        }
        return Ok(Exit::Well);
    }
    if cases.is_empty() {
        print_text("No cases.")?;
        return Ok(Exit::Well);
    }
    let rows = cases
        .iter()
        .map(|case| {
            let records: Vec<_> = case.items.iter().map(|item| item.record.to_string()).collect();
            vec![
                case.id.to_string(),
                case.state.as_str().to_owned(),
                case.agency().map_or("-".to_owned(), ToString::to_string),
                records.join(" "),
                show::time(case.received_at, config.time_zone),
                show::time(case.due_at, config.time_zone),
            ]
        })
        .collect();
    print_text(&show::table(&["case", "state", "agency", "records", "received", "due"], rows))?;
    Ok(Exit::Well)
}

async fn print_case(book: &Casebook, case: &Case) -> Result<(), Failure> {
    let actions = book.store.actions(case.id).await?;
    let history = book.store.history(case.id).await?;
    print_json(&shown(case, &actions, &history)?)
}

fn shown<'a>(
    case: &'a Case,
    actions: &'a [ActionRow],
    history: &'a [HistoryRow],
) -> Result<Shown<'a>, Failure> {
    Ok(Shown {
        case: case.id,
        kind: case.kind,
        state: case.state,
        agency: case.agency(),
        sender: case.sender.as_ref(),
        sender_verified: matches!(
            case.standing,
            Standing::Verified(_) | Standing::Stranger | Standing::Several(_)
        ),
        new_records: &case.new_records,
        claimed_scenario: case.claimed_scenario,
        items: case
            .items
            .iter()
            .map(|item| ShownItem {
                record: &item.record,
                scenario: item.scenario,
                outcome: item.outcome(),
                reasons: &item.reasons,
            })
            .collect(),
        received_at: case.received_at,
        due_at: case.due_at,
        finished_at: case.finished_at,
        reasons: &case.reasons,
        evidence_sha256: case.evidence_sha256.as_deref(),
        approvals_needed: case.approvals_wanted().people(),
        approvals: case
            .approvals
            .iter()
            .map(|approval| ShownApproval { by: &approval.by, at: approval.at })
            .collect(),
        actions: actions
            .iter()
            .map(|action| ShownAction {
                key: &action.key,
                kind: &action.kind,
                record: action.record.as_deref(),
                state: &action.state,
                attempts: action.attempts,
            })
            .collect(),
        history: history
            .iter()
            .map(|row| {
                Ok(ShownHistory {
                    at: row.at()?,
                    event: &row.event,
                    actor: &row.actor,
                    from: &row.from_state,
                    to: &row.to_state,
                })
            })
            .collect::<Result<_, crate::store::StoreError>>()?,
    })
}

async fn show(book: &Casebook, config: &Config, id: CaseId, format: Format) -> Result<Exit, Failure> {
    let case = book
        .store
        .case(id)
        .await?
        .ok_or_else(|| Failure::from(EngineError::NoSuchCase(id.to_string())))?
        .case;
    if format == Format::Json {
        print_case(book, &case).await?;
        return Ok(Exit::Well);
    }
    let actions = book.store.actions(id).await?;
    let history = book.store.history(id).await?;
    let evidence: Option<Evidence> = match &case.evidence_sha256 {
        Some(sha256) => book.store.evidence(id, sha256).await?,
        None => None,
    };
    let mut text = in_words(&case, &actions, &history, evidence.as_ref(), config)?;
    text.push_str("\nMails:\n");
    for mail in book.store.message_rows_of(id).await? {
        let at = show::time(mail.received_at, config.time_zone);
        text.push_str(&format!("    {at}  {:<12}{} in {}\n", mail.verdict, mail.id, mail.key.folder));
    }
    if let Some(at) = book.store.purged_at(id).await? {
        let removed = show::removed(at, config.time_zone);
        text.push_str(&format!("\nIts mails, the replies and the facts it was judged by were {removed}.\n"));
    }
    print_text(&text)?;
    Ok(Exit::Well)
}

/// The state, and how many approvals of how many there are where more than one is needed.
fn standing_in_words(case: &Case) -> String {
    let state = case.state.in_words();
    if case.state == CaseState::AwaitingApproval && case.approvals_wanted() == Approvals::Two {
        let by: Vec<_> = case.approvals.iter().map(|approval| approval.by.as_str()).collect();
        match by.as_slice() {
            [] => "waits for the approval of two different people".to_owned(),
            by => format!("waits for a second person's approval (approved by {})", by.join(", ")),
        }
    } else {
        state.to_owned()
    }
}

fn change_in_words(change: &Change) -> String {
    match change {
        Change::CloseSharing => "close statewide data sharing".to_owned(),
        Change::RemoveGrant(agency) => {
            format!("take away the visibility granted to {agency}, which has no data in it")
        }
        Change::SetAlias { from, to } => {
            format!("alias: {} → {to}", from.as_deref().filter(|alias| !alias.is_empty()).unwrap_or("empty"))
        }
    }
}

fn in_words(
    case: &Case,
    actions: &[ActionRow],
    history: &[HistoryRow],
    evidence: Option<&Evidence>,
    config: &Config,
) -> Result<String, Failure> {
    use std::fmt::Write;

    let mut text = String::new();
    let mut line = |line: &str| writeln!(text, "{line}").map_err(anyhow::Error::from);
    line(&format!("{} ({}): {}", case.id, case.kind.as_str(), standing_in_words(case)))?;
    line(&format!(
        "    agency {}, received {}, due {}",
        case.agency().map_or("unknown", AgencyId::as_str),
        show::time(case.received_at, config.time_zone),
        show::time(case.due_at, config.time_zone)
    ))?;
    if let Some(claimed) = case.claimed_scenario {
        line(&format!("    the sender claims Scenario {}", u8::from(claimed)))?;
    }
    for reason in &case.reasons {
        line(&format!("    - {reason}"))?;
    }
    for item in &case.items {
        let scenario = item
            .scenario
            .map_or("no scenario".to_owned(), |scenario| format!("Scenario {}", u8::from(scenario)));
        line(&format!("\nRecord {}: {scenario}, {}", item.record, item.outcome().as_str()))?;
        for reason in &item.reasons {
            line(&format!("    - {reason}"))?;
        }
        if let Some(closing) = &item.closing {
            line("  Changes:")?;
            for change in &closing.changes {
                line(&format!("    - {}", change_in_words(change)))?;
            }
        }
        if let Some(snapshot) = evidence.and_then(|evidence| evidence.snapshot(&item.record)) {
            line("  Facts:")?;
            line(show::facts(snapshot).trim_end())?;
        }
    }
    if let Some(evidence) = evidence.filter(|_| !case.state.is_over() || case.state == CaseState::Shadowed) {
        line("\nThe reply, once it is read back:\n")?;
        for reply_line in evidence.reply.lines() {
            line(&format!("    | {reply_line}"))?;
        }
        if let Some(sha256) = &case.evidence_sha256 {
            line(&format!("\nEvidence {sha256}"))?;
        }
    }
    if !actions.is_empty() {
        line("\nOrdered:")?;
        for action in actions {
            let error = action.last_error.as_deref().map(|error| format!(" ({error})")).unwrap_or_default();
            line(&format!("    {:<36}{}, attempts: {}{error}", action.key, action.state, action.attempts))?;
        }
    }
    line("\nHistory:")?;
    for row in history {
        let at = show::time(row.at()?, config.time_zone);
        line(&format!("    {at}  {:<16}{:<20}{} → {}", row.actor, row.event, row.from_state, row.to_state))?;
    }
    Ok(text)
}
