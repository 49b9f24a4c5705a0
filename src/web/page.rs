//! What is the same on every page of somebody who is signed in.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::{Shared, problem::Problem, when::When};
use crate::{domain::Mode, engine::accounts::Session};

/// Where in the console a page is: which of the links at the top is the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// What waits for a person.
    Queue,
    /// All mail.
    Mail,
    /// What staff did, beside what the desk would have done.
    Shadow,
    /// How the desk is.
    Status,
    /// None of them.
    Elsewhere,
}

/// The frame around a page: who looks, when, and where.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// The account's name.
    pub name: String,
    /// Its role, in words.
    pub role: &'static str,
    /// Whether it may decide cases.
    pub may_decide: bool,
    /// What each form carries.
    pub csrf: String,
    /// Whether the desk only watches.
    pub shadow: bool,
    /// Where we are.
    pub room: Room,
    /// Now.
    pub now: DateTime<Utc>,
    zone: chrono_tz::Tz,
}

impl Frame {
    pub(super) fn new(shared: &Shared, session: &Session, room: Room) -> Self {
        Self {
            name: session.name.to_string(),
            role: session.role.as_str(),
            may_decide: session.role.may_decide(),
            csrf: session.csrf.clone(),
            shadow: shared.desk.book.site().mode == Mode::Shadow,
            room,
            now: shared.desk.book.clock.now(),
            zone: shared.settings.zone,
        }
    }

    /// A frame around nothing, as `name` sees it at `now`.
    #[cfg(test)]
    pub(super) fn of(name: &str, now: DateTime<Utc>) -> Self {
        Self {
            name: name.to_owned(),
            role: "approver",
            may_decide: true,
            csrf: String::new(),
            shadow: false,
            room: Room::Queue,
            now,
            zone: chrono_tz::America::Chicago,
        }
    }

    /// An instant as this page shows it.
    pub(super) fn when(&self, at: DateTime<Utc>) -> When {
        When::new(at, self.now, self.zone)
    }

    /// Whether the page is there (for the link at the top).
    pub(super) fn is_in(&self, room: &str) -> bool {
        matches!(
            (self.room, room),
            (Room::Queue, "queue")
                | (Room::Mail, "mail")
                | (Room::Shadow, "shadow")
                | (Room::Status, "status")
        )
    }
}

/// A page as it leaves.
pub(super) fn html(page: &impl Template) -> Result<Response, Problem> {
    Ok(Html(page.render()?).into_response())
}
