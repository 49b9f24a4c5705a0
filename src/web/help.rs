//! How the console works, and its keys.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    Shared,
    page::{Frame, Room, html},
    problem::Problem,
    session::Staff,
};

#[derive(Template)]
#[template(path = "help.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
}

/// `GET /help`.
pub(super) async fn show(State(shared): State<Shared>, Staff(session): Staff) -> Result<Response, Problem> {
    html(&Page { frame: Frame::new(&shared, &session, Room::Elsewhere) })
}
