//! Who asks: the session behind a request's cookie.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, request::Parts},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use super::{Shared, problem::Problem};
use crate::engine::accounts::Session;

/// The cookie's name where browsers come over TLS only: they then take it from this very host and keep it off plain
/// connections (RFC 6265bis, section 4.1.3.2).
const SECURE_NAME: &str = "__Host-roi-desk";
/// Its name on a plain connection from this machine.
const PLAIN_NAME: &str = "roi-desk";

/// A person who is signed in. As an argument of a page it sends everybody else to sign in first.
#[derive(Debug, Clone)]
pub(super) struct Staff(pub Session);

impl FromRequestParts<Shared> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let token = token(&parts.headers, shared);
        let session = match &token {
            Some(token) => shared.desk.book.session(token, shared.settings.sessions).await?,
            None => None,
        };
        session.map(Self).ok_or_else(|| {
            // Whoever was about to change something looks at it once more after signing in.
            let looks = parts.method == Method::GET;
            Problem::SignIn { next: looks.then(|| parts.uri.to_string()) }
        })
    }
}

/// The cookie's value, if the request has one.
pub(super) fn token(headers: &HeaderMap, shared: &Shared) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(name(shared)).map(|cookie| cookie.value().to_owned())
}

/// A cookie for the browser to keep until it is closed, out of reach of scripts and of other sites' requests.
pub(super) fn cookie(shared: &Shared, token: String) -> Cookie<'static> {
    Cookie::build((name(shared), token))
        .path("/")
        .http_only(true)
        .secure(shared.settings.secure)
        .same_site(SameSite::Lax)
        .build()
}

/// The same cookie, to be forgotten.
pub(super) fn no_cookie(shared: &Shared) -> Cookie<'static> {
    let mut cookie = cookie(shared, String::new());
    cookie.make_removal();
    cookie
}

fn name(shared: &Shared) -> &'static str {
    if shared.settings.secure { SECURE_NAME } else { PLAIN_NAME }
}
