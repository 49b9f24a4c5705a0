//! The queue: what waits for a person, the most urgent first; beside it what runs and what is over.

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Shared,
    bulk::{self, Deed},
    form::Own,
    page::{Frame, Room, html},
    paging::{Pages, Turn},
    problem::Problem,
    session::Staff,
    when::When,
    words,
};
use crate::{
    domain::{AgencyId, Case, CaseId, CaseState, ClientId, Standing, Step},
    store::{Filter, Listed, Loaded, StateCount},
};

/// So many cases on a page.
const ON_A_PAGE: i64 = 25;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    list: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    state: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    agency: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    flagged: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    overdue: String,
    page: i64,
}

/// A line of the list.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark or a button of its own")]
pub(super) struct Row {
    pub id: CaseId,
    pub kind: &'static str,
    pub state: &'static str,
    pub tone: &'static str,
    pub why: String,
    pub agency: String,
    pub records: Vec<String>,
    pub more_records: usize,
    pub scenario: String,
    pub received: When,
    pub due: When,
    pub overdue: bool,
    pub priority_list: bool,
    pub victim_services: bool,
    pub can_be_approved: bool,
    pub can_be_declined: bool,
}

struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

struct Tab {
    address: &'static str,
    label: &'static str,
    count: Option<i64>,
    here: bool,
}

#[derive(Template)]
#[template(path = "queue.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    title: &'static str,
    list: &'static str,
    tabs: Vec<Tab>,
    states: Vec<Choice>,
    agencies: Vec<Choice>,
    flagged: bool,
    overdue: bool,
    filtered: bool,
    rows: Vec<Row>,
    overdue_count: i64,
    pages: Pages,
}

#[derive(Template)]
#[template(path = "found.html", config = "src/web/askama.toml")]
struct Found {
    frame: Frame,
    what: String,
    problem: Option<&'static str>,
    rows: Vec<Row>,
}

/// `GET /`.
pub(super) async fn show(
    State(shared): State<Shared>,
    Staff(session): Staff,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(asked) = asked?;
    let frame = Frame::new(&shared, &session, Room::Queue);
    let store = &shared.desk.book.store;
    let listed = match asked.list.as_str() {
        "" | "waiting" => Listed::Waiting,
        "running" => Listed::Running,
        "over" => Listed::Over,
        _ => return Err(Problem::NoPage),
    };
    let filter = filter(&asked, frame.now)?;
    let turn = Turn::to(asked.page, ON_A_PAGE);
    let counts = shared.counts.of(store, &filter, frame.now).await?;
    let mut cases = store.page(listed, &filter, turn.limit(), turn.offset()).await?;
    let sum = |of: fn(&StateCount) -> i64| -> i64 {
        counts.iter().filter(|count| filter.state.is_none_or(|state| state == count.state)).map(of).sum()
    };
    let count = (listed == Listed::Waiting).then(|| sum(|count| count.cases));
    let pages = turn.pages(&mut cases, count, |page| address(&asked, page));
    let rows = rows(&shared, &frame, &cases);
    html(&Page {
        title: match listed {
            Listed::Waiting => "Waiting for a person",
            Listed::Running => "Running by itself",
            Listed::Over => "Over",
        },
        list: match listed {
            Listed::Waiting => "",
            Listed::Running => "running",
            Listed::Over => "over",
        },
        tabs: vec![
            Tab { address: "/", label: "Waiting for a person", count, here: listed == Listed::Waiting },
            Tab { address: "/?list=running", label: "Running", count: None, here: listed == Listed::Running },
            Tab { address: "/?list=over", label: "Over", count: None, here: listed == Listed::Over },
        ],
        states: states(listed)
            .iter()
            .map(|state| Choice {
                value: state.as_str().to_owned(),
                label: words::state(*state).to_owned(),
                chosen: filter.state == Some(*state),
            })
            .collect(),
        agencies: agencies(&shared, filter.agency.as_ref()),
        flagged: filter.flagged,
        overdue: filter.due_by.is_some(),
        filtered: filter != Filter::default(),
        rows,
        overdue_count: sum(|count| count.overdue),
        pages,
        frame,
    })
}

/// The address of a page that only a form leads to, loaded again or come back to.
pub(super) async fn back() -> Redirect {
    Redirect::to("/")
}

/// What is typed into the search field.
#[derive(Deserialize)]
pub(super) struct Sought {
    what: String,
}

/// `POST /search`: a case by its number, or all cases of a client record. The ID is nobody's business but ours, so that it is
/// not part of an address, which browsers and proxies write down.
pub(super) async fn search(State(shared): State<Shared>, own: Own<Sought>) -> Result<Response, Problem> {
    let frame = Frame::new(&shared, &own.staff, Room::Queue);
    let what = own.form.what.trim().to_owned();
    let store = &shared.desk.book.store;
    if let Ok(id) = what.to_uppercase().parse::<CaseId>()
        && store.case(id).await?.is_some()
    {
        return Ok(Redirect::to(&format!("/cases/{id}")).into_response());
    }
    let found = match ClientId::parse(&what) {
        Ok(record) => store.cases_about(&record).await?,
        Err(_) => Vec::new(),
    };
    let looks_like_one = shared.desk.book.site().reader.is_client_id(&what);
    let problem = (found.is_empty() && !looks_like_one).then_some(
        "This is neither the number of a case (they look like RD-1042) nor a client ID as they look here.",
    );
    let rows = rows(&shared, &frame, &found);
    html(&Found { frame, what, problem, rows })
}

fn filter(asked: &Asked, now: DateTime<Utc>) -> Result<Filter, Problem> {
    let state = match asked.state.as_str() {
        "" => None,
        name => Some(CaseState::parse(name).ok_or(Problem::NoPage)?),
    };
    let agency = match asked.agency.as_str() {
        "" => None,
        id => Some(AgencyId::parse(id).map_err(|_| Problem::NoPage)?),
    };
    Ok(Filter {
        state,
        agency,
        flagged: !asked.flagged.is_empty(),
        due_by: (!asked.overdue.is_empty()).then_some(now),
    })
}

/// The address of another page of the same list.
fn address(asked: &Asked, page: i64) -> String {
    // Plain words and a number can always be written so.
    let query = serde_html_form::to_string(Asked { page, ..asked.clone() }).unwrap_or_default();
    format!("/?{query}")
}

/// The states a list can hold.
fn states(listed: Listed) -> &'static [CaseState] {
    use CaseState as S;
    match listed {
        Listed::Waiting => &[S::AwaitingApproval, S::NeedsStaff, S::Worklist],
        Listed::Running => &[S::Received, S::AwaitingInformation, S::Waiting, S::Closing, S::Replying],
        Listed::Over => &[S::Done, S::Declined, S::Cancelled, S::Shadowed],
    }
}

fn agencies(shared: &Shared, chosen: Option<&AgencyId>) -> Vec<Choice> {
    let site = shared.desk.book.site();
    let mut all: Vec<Choice> = site
        .roster
        .ids()
        .map(|id| Choice {
            value: id.to_string(),
            label: words::agency(&site, id),
            chosen: chosen == Some(id),
        })
        .collect();
    all.sort_by(|one, other| one.label.cmp(&other.label));
    all
}

/// Cases as lines.
pub(super) fn rows(shared: &Shared, frame: &Frame, cases: &[Loaded]) -> Vec<Row> {
    let site = shared.desk.book.site();
    let name = |case: &Case| match (case.agency(), &case.standing) {
        (Some(agency), Standing::Unverified(_)) => {
            format!("{} (not verified)", words::agency(&site, agency))
        }
        (Some(agency), _) => words::agency(&site, agency),
        (None, Standing::Several(_)) => "Several agencies".to_owned(),
        (None, _) => "Unknown sender".to_owned(),
    };
    cases
        .iter()
        .map(|Loaded { case, .. }| {
            let shown = 3;
            Row {
                id: case.id,
                kind: words::kind(case.kind),
                state: words::state(case.state),
                tone: words::tone(case.state),
                why: words::why_here(case),
                agency: name(case),
                records: case.items.iter().take(shown).map(|item| item.record.to_string()).collect(),
                more_records: case.items.len().saturating_sub(shown),
                scenario: scenarios(case),
                received: frame.when(case.received_at),
                due: frame.when(case.due_at),
                overdue: case.finished_at.is_none() && case.due_at <= frame.now,
                priority_list: case.is_on_priority_list(),
                victim_services: case.involves_victim_services(),
                can_be_approved: frame.may_decide && bulk::may(shared, case, Deed::Approve, frame).is_ok(),
                can_be_declined: frame.may_decide && bulk::may(shared, case, Deed::Decline, frame).is_ok(),
            }
        })
        .collect()
}

/// The scenarios of a case's records, each once.
fn scenarios(case: &Case) -> String {
    let mut found: Vec<&str> = case
        .items
        .iter()
        .filter(|item| item.step != Step::Unjudged)
        .map(|item| words::scenario(item.scenario))
        .collect();
    found.dedup();
    found.join(", ")
}
