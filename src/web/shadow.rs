//! Shadow mode: what staff did by hand beside what the desk would have done, so that a site can see when it may let the desk
//! act.

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    Shared,
    page::{Frame, Room, html},
    paging::{Pages, Turn},
    problem::Problem,
    session::Staff,
    when::When,
    words,
};
use crate::{
    domain::{Case, CaseId, CaseState, Did, NoticeKind},
    engine::agreement::Figures,
    store::{Filter, Listed, Loaded},
};

/// So many cases on a page.
const ON_A_PAGE: i64 = 25;
/// So many disagreements at most, the last ones.
const MOST: usize = 50;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    page: i64,
}

/// A line of figures.
struct Line {
    of: String,
    cases: u64,
    records: u64,
    recorded: u64,
    agree: u64,
    disagree: u64,
    percent: Option<u64>,
    person: u64,
}

struct Disagreement {
    case: CaseId,
    desk: &'static str,
    staff: &'static str,
    by: String,
    at: When,
}

struct Row {
    id: CaseId,
    version: i64,
    agency: String,
    why: String,
    would: Vec<String>,
    did: Vec<String>,
    all_recorded: bool,
    received: When,
}

#[derive(Template)]
#[template(path = "shadow.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    total: Line,
    by_finding: Vec<Line>,
    by_agency: Vec<Line>,
    disagreements: Vec<Disagreement>,
    rows: Vec<Row>,
    choices: [(&'static str, String); 4],
    pages: Pages,
}

/// `GET /shadow`.
pub(super) async fn show(
    State(shared): State<Shared>,
    Staff(session): Staff,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(asked) = asked?;
    let frame = Frame::new(&shared, &session, Room::Shadow);
    let book = &shared.desk.book;
    let agreement = book.agreement().await?;
    let site = book.site();
    let turn = Turn::to(asked.page, ON_A_PAGE);
    let filter = Filter { state: Some(CaseState::Shadowed), ..Filter::default() };
    let mut cases = book.store.page(Listed::Over, &filter, turn.limit(), turn.offset()).await?;
    let pages = turn.pages(&mut cases, None, |page| format!("/shadow?page={page}"));
    let name = |case: &Case| {
        let agency = case.agency().map(|id| words::agency(&site, id));
        agency.unwrap_or_else(|| "Unknown sender".to_owned())
    };
    html(&Page {
        total: line("All".to_owned(), agreement.total),
        by_finding: agreement
            .by_finding
            .iter()
            .map(|(did, figures)| line(words::capital(did.in_words()), *figures))
            .collect(),
        by_agency: agreement
            .by_agency
            .iter()
            .map(|(agency, figures)| {
                let name = agency.as_ref().map(|id| words::agency(&site, id));
                line(name.unwrap_or_else(|| "Unknown sender".to_owned()), *figures)
            })
            .collect(),
        disagreements: agreement
            .disagreements
            .iter()
            .rev()
            .take(MOST)
            .map(|one| Disagreement {
                case: one.case,
                desk: one.desk.in_words(),
                staff: one.staff.in_words(),
                by: one.by.clone(),
                at: frame.when(one.at),
            })
            .collect(),
        rows: cases.iter().map(|loaded| row(&frame, loaded, name(&loaded.case))).collect(),
        choices: Did::ALL.map(|did| (did.as_str(), words::capital(did.in_words()))),
        pages,
        frame,
    })
}

fn row(frame: &Frame, Loaded { case, version }: &Loaded, agency: String) -> Row {
    let would = |item: &crate::domain::Item| {
        let did = item.would_have().map_or("ask a person", Did::in_words);
        format!("{}: {did}", item.record)
    };
    let did = |item: &crate::domain::Item| {
        item.by_hand.as_ref().map(|hand| format!("{}: {}, {}", item.record, hand.did.in_words(), hand.by))
    };
    Row {
        id: case.id,
        version: *version,
        agency,
        why: case.reasons.first().map(|why| words::capital(why)).unwrap_or_default(),
        would: case.items.iter().map(would).collect(),
        did: case.items.iter().filter_map(did).collect(),
        all_recorded: case.kind != NoticeKind::Revocation
            || case.items.is_empty()
            || case.items.iter().all(|item| item.by_hand.is_some()),
        received: frame.when(case.received_at),
    }
}

fn line(of: String, figures: Figures) -> Line {
    let compared = figures.agree + figures.disagree;
    Line {
        of,
        cases: figures.cases,
        records: figures.records,
        recorded: figures.recorded,
        agree: figures.agree,
        disagree: figures.disagree,
        percent: (figures.agree * 100).checked_div(compared),
        person: figures.person,
    }
}
