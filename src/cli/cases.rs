//! `roi-desk case`: see cases, and decide them.

use chrono::{DateTime, Utc};

use super::{Exit, Failure, Format, case_json::print_case, casebook, print_json, print_text, show, staff};
use crate::{
    config::Config,
    domain::{AgencyId, Approvals, Case, CaseId, CaseState, ClientId, Did, Item, StaffName, Step, UndoState},
    engine::{
        Casebook, EngineError,
        agreement::Figures,
        evidence::{Evidence, reply_as_it_stands},
        staff::StaffDecision,
    },
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
        /// Only of this client record; else of all that are in a person's hands
        #[arg(long)]
        record: Option<ClientId>,
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
    /// Set back what the desk closed by mistake, while nothing was entered since; the agency is told
    Undo {
        /// The case, e.g. RD-1042
        id: CaseId,
        /// Why it was a mistake, for the history
        #[arg(long)]
        note: String,
    },
    /// Tick off a change of the worklist that you have made in the HMIS
    Tick {
        /// The case, e.g. RD-1042
        id: CaseId,
        /// The client record
        #[arg(long)]
        record: ClientId,
        /// Which of its changes, as `case show` numbers them
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        step: u16,
        /// Take the tick back
        #[arg(long)]
        undo: bool,
    },
    /// Record what you did by hand with a case of shadow mode
    Did {
        /// The case, e.g. RD-1042
        id: CaseId,
        /// closed-scenario-1, closed-scenario-2, was-closed or not-closed
        #[arg(long, value_parser = parse_did)]
        did: Did,
        /// Only with this client record; else with all of the case
        #[arg(long)]
        record: Option<ClientId>,
    },
    /// Show how far staff agree with what the desk would have done in shadow mode
    Agreement,
}

fn parse_did(text: &str) -> Result<Did, String> {
    Did::parse(text).ok_or_else(|| {
        let names: Vec<_> = Did::ALL.iter().map(|did| did.as_str().replace('_', "-")).collect();
        format!("it is none of {}", names.join(", "))
    })
}

fn parse_state(text: &str) -> Result<CaseState, String> {
    CaseState::parse(text).ok_or_else(|| {
        let names: Vec<_> = CaseState::ALL.iter().map(|state| state.as_str()).collect();
        format!("it is none of {}", names.join(", "))
    })
}

/// `by`: the account that decides; `None`: that of whoever types.
pub(super) async fn run(
    args: Args,
    by: Option<StaffName>,
    config: &Config,
    format: Format,
) -> Result<Exit, Failure> {
    let book = casebook(config).await?;
    let (id, decision) = match args {
        Args::List { .. } | Args::Show { .. } | Args::Agreement if by.is_some() => {
            return Err(Failure::Usage("--as is for decisions: to look, leave it out".to_owned()));
        }
        Args::List { state, record } => return list(&book, config, state, record.as_ref(), format).await,
        Args::Show { id } => return show(&book, config, id, format).await,
        Args::Agreement => return agreement(&book, format).await,
        Args::Approve { id, note, evidence, only } => {
            (id, StaffDecision::Approve { evidence_sha256: evidence, only, note })
        }
        Args::Attest { id, record, note } => (id, StaffDecision::Attest { record, note }),
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
        Args::Undo { id, note } => {
            (id, StaffDecision::Undo { note: said(note, "say why it was a mistake")? })
        }
        Args::Tick { id, record, step, undo } => {
            let step = usize::from(step) - 1;
            let decision = if undo {
                StaffDecision::Untick { record, step }
            } else {
                StaffDecision::Tick { record, step }
            };
            (id, decision)
        }
        Args::Did { id, did, record } => (id, StaffDecision::DidByHand { record, did }),
    };
    let by = match by {
        Some(name) => staff::checked(&book, &name).await?.to_string(),
        None => super::user()?,
    };
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
    let reply = evidence.as_ref().and_then(|seen| reply_as_it_stands(&case, seen, &book.site().templates));
    let mut text = in_words(&case, &actions, &history, evidence.as_ref(), reply.as_deref(), config)?;
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

/// What people said and did about a record, a line each.
fn words_of_people(item: &Item, config: &Config) -> Vec<String> {
    let at = |at: DateTime<Utc>| show::time(at, config.time_zone);
    let mut lines = Vec::new();
    if let Some(by) = &item.report.attested_by {
        lines.push(format!("attested by {by}: the change was not read back"));
    }
    if let Some(attested) = &item.attested {
        let (by, at) = (&attested.by, at(attested.at));
        lines.push(format!("attested by {by}, {at}: the record is read before that is confirmed to anybody"));
    }
    if let Some(last) = item.last_read.as_ref().filter(|_| item.step == Step::Worklist) {
        lines.push(format!("read at {}: still to be done: {}", at(last.at), last.still.join(" ")));
    }
    if let Some(undo) = &item.undo {
        let became = match &undo.state {
            UndoState::Ordered => "it is being set back".to_owned(),
            UndoState::Done => "it was set back".to_owned(),
            UndoState::Refused(why) => format!("it was not set back: {why}"),
        };
        lines.push(format!("undo asked by {}, {} ({}): {became}", undo.by, at(undo.at), undo.note));
    }
    if let Some(hand) = &item.by_hand {
        lines.push(format!("done by hand, says {}, {}: {}", hand.by, at(hand.at), hand.did.in_words()));
    }
    lines
}

async fn agreement(book: &Casebook, format: Format) -> Result<Exit, Failure> {
    let agreement = book.agreement().await?;
    if format == Format::Json {
        print_json(&agreement)?;
        return Ok(Exit::Well);
    }
    let row = |what: String, figures: &Figures| {
        let counts = [
            figures.cases,
            figures.records,
            figures.recorded,
            figures.agree,
            figures.disagree,
            figures.person,
        ];
        std::iter::once(what).chain(counts.iter().map(ToString::to_string)).collect::<Vec<_>>()
    };
    let mut rows = vec![row("all".to_owned(), &agreement.total)];
    rows.extend(agreement.by_finding.iter().map(|(did, figures)| row(did.in_words().to_owned(), figures)));
    rows.extend(agreement.by_agency.iter().map(|(agency, figures)| {
        row(agency.as_ref().map_or("no agency".to_owned(), ToString::to_string), figures)
    }));
    let head =
        ["the desk's finding, the agency", "cases", "records", "recorded", "agree", "disagree", "a person"];
    print_text(&show::table(&head, rows))?;
    if !agreement.disagreements.is_empty() {
        print_text("\nWhere staff did something else:")?;
        for other in &agreement.disagreements {
            print_text(&format!(
                "    {} record {}: the desk: {}; {}: {}",
                other.case,
                other.record,
                other.desk.in_words(),
                other.by,
                other.staff.in_words()
            ))?;
        }
    }
    Ok(Exit::Well)
}

fn in_words(
    case: &Case,
    actions: &[ActionRow],
    history: &[HistoryRow],
    evidence: Option<&Evidence>,
    reply: Option<&str>,
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
        for reason in item.happened().chain(item.reasons.iter().map(String::as_str)) {
            line(&format!("    - {reason}"))?;
        }
        if let Some(closing) = &item.closing {
            line("  Changes:")?;
            for (step, change) in closing.changes.iter().enumerate() {
                let tick = item
                    .tick(step)
                    .map(|tick| format!(" (done by {}, {})", tick.by, show::time(tick.at, config.time_zone)));
                line(&format!(
                    "    {}. {}{}",
                    step + 1,
                    change.in_words(AgencyId::to_string),
                    tick.unwrap_or_default()
                ))?;
            }
        }
        for word in words_of_people(item, config) {
            line(&format!("  {word}"))?;
        }
        if let Some(snapshot) = evidence.and_then(|evidence| evidence.snapshot(&item.record)) {
            line("  Facts:")?;
            line(show::facts(snapshot, config.time_zone).trim_end())?;
        }
    }
    if evidence.is_some() && (!case.state.is_over() || case.state == CaseState::Shadowed) {
        match reply {
            Some(reply) => {
                line("\nThe reply, once it is read back:\n")?;
                for reply_line in reply.lines() {
                    line(&format!("    | {reply_line}"))?;
                }
            }
            None => line("\nNo final reply can be composed as it stands.")?,
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
