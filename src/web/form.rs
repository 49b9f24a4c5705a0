//! Forms: each carries its session's token, and is small.

use std::time::Duration;

use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Request},
};
use axum_extra::extract::Form;
use serde::{Deserialize, de::DeserializeOwned};
use tokio::time::timeout;

use super::{Shared, problem::Problem, session::Staff};
use crate::engine::accounts::Session;

/// The largest form that is read: a few hundred ticked cases and a remark.
const LARGEST: usize = 128 * 1024;
/// How long it may take to arrive: there are only so many connections.
const READ_WITHIN: Duration = Duration::from_secs(10);

/// The longest remark or reason, in characters.
pub(super) const LONGEST_NOTE: usize = 4_000;

/// A form of somebody who is signed in, sent from one of our own pages.
#[derive(Debug)]
pub(super) struct Own<T> {
    /// Who sends it.
    pub staff: Session,
    /// What is in it.
    pub form: T,
}

#[derive(Deserialize)]
struct Token {
    csrf: Option<String>,
}

impl<T: DeserializeOwned> FromRequest<Shared> for Own<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Staff(staff) = Staff::from_request_parts(&mut parts, shared).await?;
        let body = timeout(READ_WITHIN, to_bytes(body, LARGEST)).await.map_err(|_| Problem::BadForm)?;
        let body = body.map_err(|_| Problem::BadForm)?;
        let again = || {
            let mut request = Request::new(axum::body::Body::from(body.clone()));
            *request.method_mut() = parts.method.clone();
            request.headers_mut().clone_from(&parts.headers);
            request
        };
        let Form(token) = Form::<Token>::from_request(again(), &()).await.map_err(|_| Problem::BadForm)?;
        if !token.csrf.is_some_and(|token| staff.is_own(&token)) {
            tracing::warn!(
                account = %staff.name,
                path = parts.uri.path(),
                "a form without this session's token is refused"
            );
            return Err(Problem::Foreign);
        }
        let Form(form) = Form::<T>::from_request(again(), &()).await.map_err(|_| Problem::BadForm)?;
        Ok(Self { staff, form })
    }
}

impl<T> Own<T> {
    /// The same, of somebody who may decide cases.
    ///
    /// # Errors
    /// Their account may only look.
    pub(super) fn of_approver(self) -> Result<Self, Problem> {
        if self.staff.role.may_decide() {
            Ok(self)
        } else {
            tracing::warn!(account = %self.staff.name, "a decision of somebody who may only look is refused");
            Err(Problem::NotAllowed)
        }
    }
}

/// A remark as it is kept: without blanks around it, with plain line ends, and without characters that nobody types.
pub(super) fn remark(text: &str) -> Result<String, Problem> {
    let plain = text.replace("\r\n", "\n").replace('\r', "\n");
    let typed: String = plain.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let note = typed.trim();
    if note.chars().count() > LONGEST_NOTE {
        return Err(Problem::Wanting("The text is too long: at most 4,000 characters are kept."));
    }
    Ok(note.to_owned())
}
