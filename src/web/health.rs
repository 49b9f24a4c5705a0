//! The three pages for machines.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use super::Shared;

/// The media type of `OpenMetrics` text (`OpenMetrics` 1.0, "Overall Structure").
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `GET /healthz`: whoever can answer is alive.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: whether the desk makes progress, or each reason why not on a line of its own.
pub(super) async fn ready(State(shared): State<Shared>) -> impl IntoResponse {
    let reasons = shared.desk.not_ready().await;
    if reasons.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, reasons.into_iter().map(|reason| reason + "\n").collect())
    }
}

/// `GET /metrics`.
pub(super) async fn metrics(State(shared): State<Shared>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, OPEN_METRICS)], shared.desk.metrics_text().await)
}
