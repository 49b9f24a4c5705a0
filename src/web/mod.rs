//! HTTP at the console's address: the staff console, and health and metrics for machines.
//!
//! The pages are made here, from what the engine says; every change goes through [`crate::engine::Casebook::decide`], as the
//! command line's do. All works without scripts. What comes from a mail or the HMIS is text to these pages, never HTML, a
//! path or a header: askama escapes every value, and the content security policy allows nothing that is not our own file.

mod assets;
mod bulk;
mod case;
mod client;
mod counts;
mod form;
mod guard;
mod health;
mod help;
mod listener;
mod mails;
mod page;
mod paging;
mod problem;
mod queue;
mod session;
mod shadow;
mod sign_in;
mod status;
mod tls;
mod when;
mod words;

use std::{net::IpAddr, sync::Arc};

use axum::{
    Router, middleware,
    routing::{get, post},
};
use chrono_tz::Tz;

pub use self::{
    listener::Listening,
    tls::{Certificate, CertificateError, to_own_console},
};
use crate::engine::{Desk, accounts::SessionRules};

/// What a site has set about its console.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long somebody stays signed in.
    pub sessions: SessionRules,
    /// The zone in which times are shown.
    pub zone: Tz,
    /// Whether browsers come over TLS only, ours or a trusted proxy's: cookies are then kept off plain connections.
    pub secure: bool,
    /// Machines whose word counts about whom they pass on.
    pub trusted_proxy: Vec<IpAddr>,
    /// Whether nobody else is answered: they speak TLS to browsers, and we do not.
    pub behind_proxy: bool,
}

/// What every page can ask.
#[derive(Debug, Clone)]
struct Shared {
    desk: Arc<Desk>,
    settings: Arc<Settings>,
    sign_ins: Arc<client::SignIns>,
    counts: Arc<counts::Counts>,
}

impl Shared {
    fn new(desk: Arc<Desk>, settings: Settings) -> Self {
        Self { desk, settings: Arc::new(settings), sign_ins: Arc::default(), counts: Arc::default() }
    }
}

fn pages(shared: Shared) -> Router {
    let console = Router::new()
        .route("/", get(queue::show))
        .route("/search", get(queue::back).post(queue::search))
        .route("/queue/confirm", get(queue::back).post(bulk::confirm))
        .route("/queue/decide", get(queue::back).post(bulk::decide))
        .route("/mail", get(mails::show))
        .route("/mail/senders", get(mails::strangers))
        .route("/mail/{id}", get(mails::one))
        .route("/mail/{id}/replay", post(mails::replay))
        .route("/mail/{id}/open", post(mails::open))
        .route("/shadow", get(shadow::show))
        .route("/status", get(status::show))
        .route("/cases/{id}", get(case::show))
        .route("/cases/{id}/{action}", post(case::decide))
        .route("/help", get(help::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/sign-out-everywhere", post(sign_in::sign_out_everywhere))
        .route("/assets/{name}", get(assets::asset))
        .fallback(problem::no_such_page)
        .layer(middleware::from_fn_with_state(shared.clone(), counts::after_a_change))
        .layer(middleware::from_fn(guard::same_origin));
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .merge(console)
        .layer(middleware::from_fn_with_state(shared.clone(), client::known))
        .layer(middleware::map_response_with_state(shared.clone(), guard::guarded))
        .with_state(shared)
}
