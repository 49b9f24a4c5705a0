//! `roi-desk classify`: the scenario of a record, from the HMIS.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Exit, Failure, Format, print_json, print_text};
use crate::{
    classify::classify,
    clock::Clock,
    config::Config,
    domain::{AgencyId, ClientId, Fact, RecordStatus, Scenario, Sharing, Snapshot},
    engine::hmis_options,
    hmis::Hmis,
};

/// The record, and who asks.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The client record's ID
    record: ClientId,
    /// The agency that asks, by its ID in the HMIS
    #[arg(long)]
    agency: AgencyId,
}

#[derive(Serialize)]
struct Answer<'a> {
    record: &'a ClientId,
    agency: &'a AgencyId,
    scenario: Option<Scenario>,
    reasons: &'a [String],
    facts: Facts<'a>,
}

/// The facts as JSON shows them (INTERFACES.md); `null` and `unknown`: not known.
#[derive(Serialize)]
pub(super) struct Facts<'a> {
    status: &'static str,
    merged_into: Option<&'a ClientId>,
    creator: Option<&'a AgencyId>,
    sharing: &'static str,
    agencies_with_data: BTreeSet<AgencyId>,
    complete: bool,
    granted: &'a BTreeSet<AgencyId>,
    alias: Option<&'a str>,
    roi_consent_date: Option<&'a str>,
    priority_list: Fact<bool>,
    minor: Fact<bool>,
    victim_service_provider: Fact<bool>,
    as_of: Option<DateTime<Utc>>,
}

impl<'a> From<&'a Snapshot> for Facts<'a> {
    fn from(snapshot: &'a Snapshot) -> Self {
        let (status, merged_into) = match &snapshot.status {
            RecordStatus::Active => ("active", None),
            RecordStatus::Merged(into) => ("merged", into.as_ref()),
            RecordStatus::Deleted => ("deleted", None),
            RecordStatus::Missing => ("missing", None),
        };
        Self {
            status,
            merged_into,
            creator: snapshot.creator.known(),
            sharing: match snapshot.sharing {
                Fact::Known(Sharing::Open) => "open",
                Fact::Known(Sharing::Closed) => "closed",
                Fact::Unknown => "unknown",
            },
            agencies_with_data: snapshot.agencies_with_data(),
            complete: snapshot.data.complete,
            granted: &snapshot.granted,
            alias: snapshot.alias.as_deref(),
            roi_consent_date: snapshot.roi_consent_date.as_deref(),
            priority_list: snapshot.priority_list,
            minor: snapshot.minor,
            victim_service_provider: snapshot.victim_service_provider,
            as_of: snapshot.as_of,
        }
    }
}

pub(super) async fn run(args: &Args, config: &Config, format: Format) -> Result<Exit, Failure> {
    let hmis = Hmis::open(&hmis_options(config)).await?;
    let now = Clock::system().now();
    let requester = hmis.root_agency(&args.agency).await?;
    let snapshots = hmis.read(std::slice::from_ref(&args.record), now).await?;
    for snapshot in &snapshots {
        let found = classify(snapshot, requester.as_ref());
        if format == Format::Json {
            print_json(&Answer {
                record: &args.record,
                agency: &args.agency,
                scenario: found.scenario,
                reasons: &found.reasons,
                facts: snapshot.into(),
            })?;
            continue;
        }
        let scenario = found.scenario.map_or_else(
            || "neither Scenario 1 nor Scenario 2: a person decides".to_owned(),
            |scenario| format!("Scenario {}", u8::from(scenario)),
        );
        let mut text = format!("Record {} for agency {}: {scenario}\n", args.record, args.agency);
        for reason in &found.reasons {
            text.push_str(&format!("  - {reason}\n"));
        }
        text.push_str(&super::show::facts(snapshot, config.time_zone));
        print_text(&text)?;
    }
    Ok(Exit::Well)
}
