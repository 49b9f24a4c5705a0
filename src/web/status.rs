//! How the desk is: mailbox, outbox, HMIS, schedule.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    Shared,
    page::{Frame, Room, html},
    problem::Problem,
    session::Staff,
    when::{When, length},
    words,
};
use crate::{
    domain::{CaseState, Mode},
    engine,
};

struct Open {
    state: &'static str,
    count: i64,
    oldest: When,
}

struct Lane {
    name: &'static str,
    count: i64,
    oldest_due: Option<When>,
}

struct Source {
    name: String,
    fact: String,
    as_of: When,
    complete: bool,
    stale: bool,
}

struct Job {
    name: &'static str,
    schedule: Option<String>,
    last: Option<When>,
    next: Option<When>,
}

#[derive(Template)]
#[template(path = "status.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    hindrances: Vec<String>,
    started: When,
    acts: bool,
    live: bool,
    folder: String,
    looked: Option<When>,
    poll_every: String,
    is_told: Option<bool>,
    reader: Option<String>,
    open: Vec<Open>,
    overdue: i64,
    lanes: Vec<Lane>,
    sources: Option<Vec<Source>>,
    jobs: Vec<Job>,
}

/// `GET /status`.
pub(super) async fn show(State(shared): State<Shared>, Staff(session): Staff) -> Result<Response, Problem> {
    let frame = Frame::new(&shared, &session, Room::Status);
    let status = shared.desk.status().await?;
    let lanes =
        [("desk", "Changes and replies"), ("mailbox", "Marks in the mailbox"), ("staff", "Word to staff")];
    html(&Page {
        hindrances: status.hindrances.iter().map(|why| words::capital(why)).collect(),
        started: frame.when(status.started_at),
        acts: status.mode == Mode::Live,
        live: status.live,
        folder: status.mailbox.folder,
        looked: status.mailbox.looked_at.map(|at| frame.when(at)),
        poll_every: length_of(status.mailbox.poll_every),
        is_told: status.mailbox.is_told,
        reader: status.mailbox.reader,
        open: status
            .figures
            .open
            .iter()
            .filter_map(|(state, count, oldest)| {
                let state = words::state(CaseState::parse(state)?);
                Some(Open { state, count: *count, oldest: frame.when(*oldest) })
            })
            .collect(),
        overdue: status.figures.overdue,
        lanes: lanes
            .into_iter()
            .map(|(key, name)| {
                let found = status.figures.waiting.iter().find(|(lane, ..)| lane == key);
                let (count, oldest) = found.map_or((0, None), |(_, count, oldest)| (*count, *oldest));
                Lane { name, count, oldest_due: oldest.map(|at| frame.when(at)) }
            })
            .collect(),
        sources: status.sources.map(|sources| {
            let source = |source: crate::hmis::SourceStatus| Source {
                as_of: frame.when(source.as_of),
                name: source.source,
                fact: source.fact.replace('_', " "),
                complete: source.complete,
                stale: source.stale,
            };
            sources.into_iter().map(source).collect()
        }),
        jobs: status
            .jobs
            .into_iter()
            .map(|job: engine::status::JobStatus| Job {
                name: job.name,
                schedule: job.schedule,
                last: job.last.map(|at| frame.when(at)),
                next: job.next.map(|at| frame.when(at)),
            })
            .collect(),
        frame,
    })
}

/// `60 seconds`, or in larger units.
fn length_of(time: std::time::Duration) -> String {
    let seconds = time.as_secs();
    if seconds == 1 {
        "1 second".to_owned()
    } else if seconds < 120 {
        format!("{seconds} seconds")
    } else {
        length(chrono::TimeDelta::from_std(time).unwrap_or_default())
    }
}
