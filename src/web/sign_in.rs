//! Signing in and out.

use std::time::Duration;

use askama::Template;
use axum::{
    Extension,
    body::{Body, to_bytes},
    extract::{FromRequest, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use axum_extra::extract::{Form, cookie::CookieJar};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::{Instant, sleep_until, timeout};

use super::{
    Shared,
    client::Client,
    form::Own,
    problem::Problem,
    session::{cookie, no_cookie, token},
};
use crate::{domain::StaffName, engine::accounts::SignInError};

/// The largest form that is read of somebody whom nobody knows yet: name, password and the way back.
const LARGEST: usize = 8 * 1024;
/// How long it may take to arrive.
const READ_WITHIN: Duration = Duration::from_secs(10);
/// A refusal leaves at a full quarter of a second after its request: unknown names, locked accounts and wrong passwords take
/// the desk different times, and nobody is to see which it was.
const BEAT: Duration = Duration::from_millis(250);
/// What is said to all of them.
const REFUSED: &str = "This name and this password do not go together, or there were too many wrong passwords for this \
                       name. Try again, or wait a while (up to an hour); an administrator can give you a new password.";

#[derive(Template)]
#[template(path = "sign_in.html", config = "src/web/askama.toml")]
struct Page {
    name: String,
    next: String,
    wrong: Option<String>,
    out: bool,
    no_accounts: bool,
}

/// What the sign-in page is told by its address.
#[derive(Deserialize)]
pub(super) struct Asked {
    next: Option<String>,
    out: Option<String>,
}

/// What is typed into it.
#[derive(Deserialize)]
pub(super) struct Typed {
    name: String,
    password: SecretString,
    #[serde(default)]
    next: String,
}

/// The address of the sign-in page from which one comes to `next`.
pub(super) fn address(next: Option<&str>) -> String {
    match next.filter(|next| is_ours(next) && *next != "/") {
        Some(next) => {
            format!("/sign-in?{}", serde_html_form::to_string([("next", next)]).unwrap_or_default())
        }
        None => "/sign-in".to_owned(),
    }
}

/// Whether a browser that is sent there stays with us: a plain path, without a host, and only of characters that ours have.
fn is_ours(next: &str) -> bool {
    let plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '?' | '&' | '=' | '+' | '%')
    };
    next.starts_with('/') && !next.starts_with("//") && next.len() <= 512 && next.chars().all(plain)
}

/// `GET /sign-in`.
pub(super) async fn show(
    State(shared): State<Shared>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(asked) = asked?;
    let no_accounts = !shared.desk.book.store.has_staff().await?;
    let next = asked.next.filter(|next| is_ours(next)).unwrap_or_default();
    let page = Page { name: String::new(), next, wrong: None, out: asked.out.is_some(), no_accounts };
    Ok(Html(page.render()?).into_response())
}

/// `POST /sign-in`. Every session has a cookie of its own making: one that was there before is not taken over, it ends.
pub(super) async fn sign_in(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    request: Request,
) -> Result<Response, Problem> {
    let begun = Instant::now();
    // Before anything is read or hashed. Not the name: people type passwords there.
    if let Err(wait) = shared.sign_ins.one_more(client) {
        tracing::warn!(client = %client.0, "too many sign-ins from one address: refused");
        let seconds = wait.as_millis().div_ceil(1000).max(1).to_string();
        return Ok(([(header::RETRY_AFTER, seconds)], Problem::TooMany).into_response());
    }
    let old = token(request.headers(), &shared);
    let typed = typed(request).await?;
    let book = &shared.desk.book;
    let signed_in = match StaffName::parse(&typed.name) {
        Ok(name) => book.sign_in(&name, &typed.password, shared.settings.sessions).await,
        Err(_) => Err(SignInError::NoAccount),
    };
    match signed_in {
        Ok(new) => {
            if let Some(old) = old {
                book.sign_out(&old).await?;
            }
            let next = if is_ours(&typed.next) { typed.next.as_str() } else { "/" };
            let jar = CookieJar::new().add(cookie(&shared, new.expose_secret().to_owned()));
            return Ok((jar, Redirect::to(next)).into_response());
        }
        Err(SignInError::Engine(error)) => return Err(error.into()),
        Err(SignInError::NoAccount | SignInError::WrongPassword) => {
            tracing::warn!(client = %client.0, "a sign-in with a wrong name or password is refused");
        }
        Err(SignInError::Locked { .. }) => {
            tracing::warn!(client = %client.0, "a sign-in to a locked account is refused");
        }
    }
    let page = Page {
        name: typed.name.chars().take(64).collect(),
        next: if is_ours(&typed.next) { typed.next } else { String::new() },
        wrong: Some(REFUSED.to_owned()),
        out: false,
        no_accounts: false,
    };
    let answer = (StatusCode::UNAUTHORIZED, Html(page.render()?)).into_response();
    sleep_until(begun + beat(begun.elapsed())).await;
    Ok(answer)
}

/// The first full beat after that long.
fn beat(taken: Duration) -> Duration {
    let beats = taken.as_millis() / BEAT.as_millis() + 1;
    BEAT * u32::try_from(beats).unwrap_or(u32::MAX)
}

async fn typed(request: Request) -> Result<Typed, Problem> {
    let (parts, body) = request.into_parts();
    let body = timeout(READ_WITHIN, to_bytes(body, LARGEST)).await.map_err(|_| Problem::BadForm)?;
    let body = body.map_err(|_| Problem::BadForm)?;
    let request = Request::from_parts(parts, Body::from(body));
    let Form(typed) = Form::from_request(request, &()).await.map_err(|_| Problem::BadForm)?;
    Ok(typed)
}

/// A form with nothing in it but its token.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `POST /sign-out`.
pub(super) async fn sign_out(
    State(shared): State<Shared>,
    headers: HeaderMap,
    _own: Own<Nothing>,
) -> Result<Response, Problem> {
    if let Some(token) = token(&headers, &shared) {
        shared.desk.book.sign_out(&token).await?;
    }
    Ok(signed_out(&shared))
}

/// `POST /sign-out-everywhere`.
pub(super) async fn sign_out_everywhere(
    State(shared): State<Shared>,
    own: Own<Nothing>,
) -> Result<Response, Problem> {
    shared.desk.book.sign_out_everywhere(&own.staff.name).await?;
    Ok(signed_out(&shared))
}

fn signed_out(shared: &Shared) -> Response {
    let forget = no_cookie(shared);
    (CookieJar::new().add(forget), Redirect::to("/sign-in?out=1")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_leave_on_the_beat() {
        for (taken, leaves) in [(0, 250), (1, 250), (249, 250), (250, 500), (1_100, 1_250)] {
            assert_eq!(beat(Duration::from_millis(taken)), Duration::from_millis(leaves), "{taken} ms");
        }
    }

    #[test]
    fn after_signing_in_one_stays_with_us() {
        for ours in ["/", "/cases/RD-1042", "/?list=over&page=2"] {
            assert!(is_ours(ours), "{ours}");
        }
        for elsewhere in [
            "",
            "cases",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\r\nSet-Cookie: a=b",
            "/a b",
            "/@evil:x",
        ] {
            assert!(!is_ours(elsewhere), "{elsewhere:?}");
            assert_eq!(address(Some(elsewhere)), "/sign-in");
        }
        assert_eq!(address(Some("/?list=over&page=2")), "/sign-in?next=%2F%3Flist%3Dover%26page%3D2");
    }
}
