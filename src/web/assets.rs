//! The console's own files, which are part of the program.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};

use super::problem::Problem;

/// All of them: the name, the media type and what is in it.
const ASSETS: [(&str, &str, &str); 3] = [
    ("style.css", "text/css; charset=utf-8", include_str!("assets/style.css")),
    ("keys.js", "text/javascript; charset=utf-8", include_str!("assets/keys.js")),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
];

/// `GET /assets/NAME`.
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    match ASSETS.into_iter().find(|(known, ..)| *known == name) {
        Some((_, media, text)) => ([(header::CONTENT_TYPE, media)], text).into_response(),
        None => Problem::NoPage.into_response(),
    }
}
