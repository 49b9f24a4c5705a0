//! The page of one case: what is to be decided, what it rests on, and what has happened.
//!
//! `gather` asks for all of it once; the other modules turn that into what the template shows: `view` the decision in one
//! sentence, `offer` what can be done, `facts` and `claim` what is known and what the mail says, `letters` the replies,
//! `mail` the mails as text, `timeline` the history. `decide` takes the forms, and `conflict` says why one was not taken.

mod claim;
mod conflict;
mod decide;
mod facts;
mod gather;
mod letters;
mod mail;
mod offer;
#[cfg(test)]
mod tests;
mod timeline;
mod view;

use askama::Template;
use axum::{
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    response::Response,
};
use serde::Deserialize;

pub(super) use self::decide::decide;
use self::{
    claim::Compared,
    decide::Said,
    facts::FactTable,
    gather::Gathered,
    letters::{Ordered, Preview},
    mail::MailText,
    offer::Offer,
    timeline::Entry,
    view::{Head, Steps},
};
use super::{
    Shared,
    page::{Frame, Room, html},
    problem::Problem,
    queue::{Row, rows},
    session::Staff,
};
use crate::domain::CaseId;

/// What the address says besides the case.
#[derive(Deserialize)]
pub(super) struct Asked {
    said: Option<String>,
}

#[derive(Template)]
#[template(path = "case.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    said: Option<String>,
    head: Head,
    offer: Offer,
    version: i64,
    evidence: String,
    compared: Vec<Compared>,
    tables: Vec<FactTable>,
    hmis_away: bool,
    steps: Vec<Steps>,
    nothing_else: Option<&'static str>,
    preview: Option<Preview>,
    reply_awaited: bool,
    ordered: Vec<Ordered>,
    mails: Vec<MailText>,
    timeline: Vec<Entry>,
    /// Other cases of the same records.
    rows: Vec<Row>,
}

/// `GET /cases/{id}`.
pub(super) async fn show(
    State(shared): State<Shared>,
    Staff(session): Staff,
    id: Result<Path<CaseId>, PathRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let (Path(id), Query(asked)) = (id?, asked?);
    let frame = Frame::new(&shared, &session, Room::Queue);
    let room = mail::room().await;
    let mut gathered = gather::gather(&shared, id).await?;
    let (mails, replies) = mail::read(&shared, &mut gathered).await;
    drop(room);
    let Gathered { loaded, .. } = &gathered;
    let case = &loaded.case;
    html(&Page {
        said: asked
            .said
            .as_deref()
            .and_then(Said::parse)
            .filter(|said| said.is_true(&gathered.history, &frame))
            .map(|said| said.in_words(case)),
        head: view::head(&gathered, &frame),
        offer: offer::offer(&shared.desk.book, case, &frame),
        version: loaded.version,
        evidence: case.evidence_sha256.clone().unwrap_or_default(),
        compared: claim::compare(&gathered),
        tables: facts::tables(&gathered, &frame),
        hmis_away: gathered.hmis_away,
        steps: view::steps(&gathered, &frame),
        nothing_else: view::nothing_else(case),
        reply_awaited: letters::is_awaited(case),
        preview: letters::preview(&gathered, &shared.desk.book.site()),
        ordered: letters::ordered(&gathered, replies, &frame),
        mails: mail::texts(mails, &gathered, &frame),
        timeline: timeline::timeline(&gathered.history, &gathered.attempts, &frame)?,
        rows: rows(&shared, &frame, &gathered.others),
        frame,
    })
}
