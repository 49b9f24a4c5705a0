//! What cannot be shown or done, as a page that says what to do.

use askama::Template;
use axum::{
    extract::rejection::{PathRejection, QueryRejection},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};

use crate::{engine::EngineError, store::StoreError};

/// Why a page is not shown, or a change not made.
#[derive(Debug)]
pub(super) enum Problem {
    /// Nobody is signed in; afterwards, `next` is shown.
    SignIn {
        /// A path of ours.
        next: Option<String>,
    },
    /// There is no such page.
    NoPage,
    /// There is no such case.
    NoCase(String),
    /// There is no such message.
    NoMessage,
    /// A form that is too long, or does not hold what it should.
    BadForm,
    /// A form in which something is missing or too long: what.
    Wanting(&'static str),
    /// A change that was not asked for on one of our own pages.
    Foreign,
    /// The account may only look.
    NotAllowed,
    /// Not through the proxy that browsers have to come through.
    NotByProxy,
    /// Too many sign-ins.
    TooMany,
    /// The case does not allow it: why.
    Refused(String),
    /// The desk could not do it.
    Failed(EngineError),
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        let text = error.to_string();
        match error {
            EngineError::NoSuchCase(id) => Self::NoCase(id),
            EngineError::NoSuchMessage(_) => Self::NoMessage,
            EngineError::NotAllowed { .. } => Self::NotAllowed,
            EngineError::Illegal(why) => Self::Refused(why.why),
            EngineError::AlreadyRead { .. }
            | EngineError::MailGone { .. }
            | EngineError::Unreadable(_)
            | EngineError::NoClientId(_)
            | EngineError::Stale { .. }
            | EngineError::Store(StoreError::Conflict(_)) => Self::Refused(text),
            error @ (EngineError::Store(_)
            | EngineError::Hmis(_)
            | EngineError::Mailbox(_)
            | EngineError::Mailer(_)
            | EngineError::NoRandom(_)
            | EngineError::Reply { .. }) => Self::Failed(error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page cannot be made");
        Self::NoPage
    }
}

/// A path whose parts are not what they should be leads nowhere.
impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        Self::NoPage
    }
}

impl From<QueryRejection> for Problem {
    fn from(_: QueryRejection) -> Self {
        Self::NoPage
    }
}

/// Any address that leads nowhere.
pub(super) async fn no_such_page() -> Problem {
    Problem::NoPage
}

#[derive(Template)]
#[template(path = "problem.html", config = "src/web/askama.toml")]
struct Page {
    title: &'static str,
    what: String,
    todo: &'static str,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, title, what, todo) = match self {
            Self::SignIn { next } => {
                return Redirect::to(&super::sign_in::address(next.as_deref())).into_response();
            }
            Self::NoPage => (
                StatusCode::NOT_FOUND,
                "There is no such page",
                "The address may be old, or have a slip in it.".to_owned(),
                "Go to the queue and look from there.",
            ),
            Self::NoCase(id) => (
                StatusCode::NOT_FOUND,
                "There is no such case",
                format!("No case has the number {id}."),
                "Case numbers look like RD-1042. Search for the client record instead.",
            ),
            Self::NoMessage => (
                StatusCode::NOT_FOUND,
                "There is no such mail",
                "No mail has this address.".to_owned(),
                "Look for it on the mail page.",
            ),
            Self::BadForm => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "The form cannot be read",
                "Something in it is missing, too long or not what it should be. Nothing was changed."
                    .to_owned(),
                "Go back, reload the page and try again.",
            ),
            Self::Wanting(what) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "The form is not complete",
                format!("{what} Nothing was done."),
                "Go back: what you have written is still there.",
            ),
            Self::Foreign => (
                StatusCode::FORBIDDEN,
                "Refused",
                "This did not come from a page of your present session. Nothing was changed.".to_owned(),
                "Go to the page again, and decide there. Should you not have clicked anything, tell your administrator.",
            ),
            Self::NotAllowed => (
                StatusCode::FORBIDDEN,
                "Your account may not do this",
                "It may look at cases, and not decide them. Nothing was changed.".to_owned(),
                "Ask an administrator for the role \"approver\".",
            ),
            Self::NotByProxy => (
                StatusCode::FORBIDDEN,
                "Not this way",
                "Between you and this address nothing is encrypted.".to_owned(),
                "Use the address of the console that your administrator gave you: it begins with https.",
            ),
            Self::TooMany => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many tries",
                "There were too many sign-ins from your address.".to_owned(),
                "Wait a minute, and try again.",
            ),
            Self::Refused(why) => (
                StatusCode::CONFLICT,
                "This could not be done",
                format!("It was refused: {why}. Nothing was changed."),
                "Look at the case as it stands now.",
            ),
            Self::Failed(error) => {
                tracing::error!(%error, "a page of the console could not be made");
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The desk cannot do this at the moment",
                    "Its database or the HMIS does not answer. The log says more.".to_owned(),
                    "Try again in a minute. What was half done was not done at all.",
                )
            }
        };
        let page = Page { title, what, todo };
        match page.render() {
            Ok(text) => (status, Html(text)).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page cannot be made");
                (status, title).into_response()
            }
        }
    }
}
