//! How facts and lists look on a terminal.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use comfy_table::{Cell, ContentArrangement, LineStyle, Table, TableStyle};

use crate::domain::{AgencyId, Fact, RecordStatus, Sharing, Snapshot};

/// An aligned table with a head, as wide as the terminal.
pub(super) fn table<C: Into<Cell>>(head: &[&str], rows: Vec<Vec<C>>) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if table.width().is_none() {
        // Not a terminal: wide enough that nothing is wrapped within a word.
        table.set_width(140);
    }
    table.set_header(head);
    table.add_rows(rows);
    table.trim_fmt()
}

/// An instant in the site's zone, to the minute.
pub(super) fn time(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

/// What is said of something that was kept for a while only.
pub(super) fn removed(at: DateTime<Utc>, zone: Tz) -> String {
    format!("removed on {} (retention.mail)", at.with_timezone(&zone).format("%Y-%m-%d"))
}

fn known(fact: Fact<bool>) -> &'static str {
    match fact {
        Fact::Known(true) => "yes",
        Fact::Known(false) => "no",
        Fact::Unknown => "not known",
    }
}

fn list(agencies: &BTreeSet<AgencyId>) -> String {
    if agencies.is_empty() {
        "none".to_owned()
    } else {
        agencies.iter().map(AgencyId::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// The facts of a record, a line each, times in the site's zone; what is not known says so.
pub(super) fn facts(snapshot: &Snapshot, zone: Tz) -> String {
    let status = match &snapshot.status {
        RecordStatus::Active => "active".to_owned(),
        RecordStatus::Merged(Some(into)) => format!("merged into {into}"),
        RecordStatus::Merged(None) => "merged".to_owned(),
        RecordStatus::Deleted => "deleted".to_owned(),
        RecordStatus::Missing => "no such record".to_owned(),
    };
    let partly = |complete: bool| if complete { "" } else { " (there may be more: not completely known)" };
    let lines = [
        ("record", format!("{} ({status})", snapshot.record)),
        ("created under", snapshot.creator.known().map_or("not known".to_owned(), ToString::to_string)),
        (
            "statewide sharing",
            match snapshot.sharing {
                Fact::Known(Sharing::Open) => "open",
                Fact::Known(Sharing::Closed) => "closed",
                Fact::Unknown => "not known",
            }
            .to_owned(),
        ),
        (
            "agencies with data",
            format!("{}{}", list(&snapshot.agencies_with_data()), partly(snapshot.data.complete)),
        ),
        ("granted", format!("{}{}", list(&snapshot.granted), partly(snapshot.grants_complete))),
        ("alias", snapshot.alias.clone().unwrap_or_else(|| "empty".to_owned())),
        ("Date of ROI Consent", snapshot.roi_consent_date.clone().unwrap_or_else(|| "empty".to_owned())),
        ("Priority List", known(snapshot.priority_list).to_owned()),
        ("under 18", known(snapshot.minor).to_owned()),
        ("victim service provider", known(snapshot.victim_service_provider).to_owned()),
        ("as of", snapshot.as_of.map_or("not known".to_owned(), |at| time(at, zone))),
    ];
    lines.iter().map(|(label, value)| format!("    {label:<26}{value}\n")).collect()
}
