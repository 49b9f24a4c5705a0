//! What holds for every request and every answer.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Shared, problem::Problem};

/// Only our own files and forms; nothing inline, nothing from elsewhere, and in nobody's frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// An answer is of this moment, it is what it says it is, and tells no other site where somebody was.
pub(super) async fn guarded(State(shared): State<Shared>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CACHE_CONTROL, "no-store");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(header::HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if shared.settings.secure {
        // For a year from here on, this browser does not come without TLS (RFC 6797).
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Refuses a change that another site's page asks a browser for. The token in each form says the same once more.
pub(super) async fn same_origin(request: Request, next: Next) -> Response {
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    if looks || !is_foreign(request.headers()) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "a change asked for by another site's page is refused");
    Problem::Foreign.into_response()
}

/// Whether a browser says that the page which asks is not ours (Fetch Metadata; RFC 6454, section 7, where it is not sent).
fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return !(site == "same-origin" || site == "none");
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_none_or(|(_, from)| from != host),
        // Programs send neither; they have no session by accident.
        (None, _) => false,
        (Some(_), None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(of: &[(&'static str, &'static str)]) -> HeaderMap {
        of.iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_change_from_another_sites_page_is_foreign() {
        let own: [&[(&str, &str)]; 4] = [
            &[],
            &[("sec-fetch-site", "same-origin"), ("origin", "http://desk"), ("host", "desk")],
            &[("sec-fetch-site", "none")],
            &[("origin", "http://desk:8080"), ("host", "desk:8080")],
        ];
        for of in own {
            assert!(!is_foreign(&headers(of)), "{of:?}");
        }
        let foreign: [&[(&str, &str)]; 6] = [
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", "http://desk"), ("host", "desk")],
            &[("origin", "http://evil"), ("host", "desk")],
            &[("origin", "null"), ("host", "desk")],
            &[("origin", "http://desk")],
        ];
        for of in foreign {
            assert!(is_foreign(&headers(of)), "{of:?}");
        }
    }
}
