//! One suite for both engines, and what only SQLite can do.

mod conformance;
mod postgres;
mod sqlite;
mod undoing;

use std::collections::BTreeSet;

use super::*;
use crate::{
    domain::{
        Change, Closing, Contributors, Expected, Fact, FactName, RecordStatus, Scenario, Sharing, Trace,
        Vouched,
    },
    sql::{
        ground::{Ground, Plot, script},
        query,
    },
};

const NOW: &str = "2026-11-02T12:00:00Z";

fn now() -> DateTime<Utc> {
    NOW.parse().expect("an instant")
}

fn record(text: &str) -> ClientId {
    ClientId::parse(text).expect("a client ID")
}

fn agency(text: &str) -> AgencyId {
    AgencyId::parse(text).expect("an agency ID")
}

fn agencies(names: &[&str]) -> BTreeSet<AgencyId> {
    names.iter().map(|name| agency(name)).collect()
}

/// An HMIS of its own, and a second connection to it, as another program would have one.
struct Scratch {
    plot: Plot,
    other: Pool,
}

impl Scratch {
    /// The reference tables with agencies A (and A1, A2 below it), B, C and V, a victim service provider, and
    /// record 1 (open, created by A, with A's data). A source covers everything.
    async fn new(ground: &Ground) -> Self {
        let scratch = Self::empty(ground).await;
        scratch
            .sql(
                "INSERT INTO hmis_agency (agency_id, name, parent_id, victim_service_provider) VALUES
                     ('A', 'Agency A', NULL, FALSE), ('A1', 'A, site 1', 'A', FALSE), ('A2', 'A, site 2', 'A1', FALSE),
                     ('B', 'Agency B', NULL, FALSE), ('C', 'Agency C', NULL, FALSE), ('V', 'Agency V', NULL, TRUE);
                 INSERT INTO hmis_record (record_id, creator_agency_id, sharing, priority_list, minor) VALUES
                     ('1', 'A', 'open', FALSE, FALSE);
                 INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
                     ('s', 'enrollment', '1', '1', 'A1');
                 INSERT INTO hmis_source (source, fact, as_of, complete) VALUES
                     ('s', 'all', '2026-11-02T11:00:00Z', TRUE)",
            )
            .await;
        scratch
    }

    async fn empty(ground: &Ground) -> Self {
        let plot = ground.plot();
        Hmis::init(&plot.address).await.expect("the tables are created");
        let other = plot.address.writers(1, Duration::from_secs(20));
        Self { plot, other }
    }

    fn options(&self, role: Role) -> HmisOptions {
        HmisOptions {
            address: self.plot.address.clone(),
            role,
            max_age: Duration::from_hours(26),
            item_visibility: ItemVisibility::WithRecord,
            statements: None,
            timeout: Duration::from_secs(20),
        }
    }

    async fn open(&self, role: Role) -> Hmis {
        Hmis::open(&self.options(role)).await.expect("the database opens")
    }

    /// Runs statements on the other connection.
    async fn sql(&self, sql: &str) {
        script(&self.other, sql).await;
    }

    /// The one number a statement gives.
    async fn count(&self, sql: &'static str) -> i64 {
        crate::sql::query_scalar(sql).fetch_one(&self.other).await.expect("a number")
    }

    /// Every row of every table, as text.
    async fn dump(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for (table, columns) in [
            ("hmis_agency", "agency_id name parent_id victim_service_provider?"),
            (
                "hmis_record",
                "record_id status merged_into creator_agency_id sharing alias roi_consent_date priority_list? minor?",
            ),
            ("hmis_data", "source kind item_id record_id agency_id entered_at deleted_at shared?"),
            ("hmis_grant", "source record_id agency_id"),
            ("hmis_entry", "source entry_id record_id agency_id project_id entry_date exit_date destination"),
            ("hmis_source", "source fact as_of complete?"),
        ] {
            let names: Vec<&str> = columns.split(' ').map(|name| name.trim_end_matches('?')).collect();
            let sql = sqlx::AssertSqlSafe(format!("SELECT {} FROM {table}", names.join(", ")));
            let rows = query(sqlx::SqlSafeStr::into_sql_str(sql)).fetch_all(&self.other).await.expect("rows");
            for row in rows {
                let cells = columns.split(' ').map(|column| {
                    let value = if let Some(flag) = column.strip_suffix('?') {
                        let value: Option<bool> = row.get(flag).expect("a flag");
                        value.map(|yes| if yes { "yes" } else { "no" }.to_owned())
                    } else {
                        row.get(column).expect("a text")
                    };
                    format!("{}={}", column.trim_end_matches('?'), value.as_deref().unwrap_or("-"))
                });
                all.insert(format!("{table} {}", cells.collect::<Vec<_>>().join(" ")));
            }
        }
        all
    }
}

async fn read_one(hmis: &Hmis, id: &str) -> Snapshot {
    let mut snapshots = hmis.read(&[record(id)], now()).await.expect("the record is read");
    snapshots.pop().expect("one snapshot per record")
}

/// The closing was made; what it noted.
fn assert_closed(outcome: Result<CloseOutcome, HmisError>) -> Option<Box<Trace>> {
    match outcome.expect("it closes") {
        CloseOutcome::Closed(trace) => trace,
        CloseOutcome::FactsChanged(now) => unreachable!("nothing has changed: {now:?}"),
    }
}

fn closing(snapshots: &[&Snapshot], changes: Vec<Change>) -> Closing {
    let expected: Vec<_> = snapshots
        .iter()
        .map(|seen| Expected { record: seen.record.clone(), facts_sha256: seen.facts_sha256() })
        .collect();
    let record = expected.first().expect("the record to close comes first").record.clone();
    Closing { record, changes, expected }
}

fn set_alias(from: Option<&str>, to: &str) -> Change {
    Change::SetAlias { from: from.map(str::to_owned), to: to.to_owned() }
}

/// Record 1 open with an alias, grants to C, to two sites of A and to an agency that is not listed; record 2 as
/// like it as can be.
async fn twins(ground: &Ground) -> Scratch {
    let scratch = Scratch::new(ground).await;
    scratch
        .sql(
            "UPDATE hmis_record SET alias = 'SHARED', roi_consent_date = '2025-03-04';
             INSERT INTO hmis_record SELECT '2', status, merged_into, creator_agency_id, sharing, alias,
                 roi_consent_date, priority_list, minor FROM hmis_record;
             INSERT INTO hmis_data (source, kind, item_id, record_id, agency_id) VALUES
                 ('s', 'enrollment', '2', '2', 'A1'), ('s', 'service', '3', '1', 'B'), ('s', 'service', '4', '2', 'B');
             INSERT INTO hmis_entry (source, entry_id, record_id, agency_id, entry_date) VALUES
                 ('s', '1', '1', 'A1', '2026-01-01'), ('s', '2', '2', 'A1', '2026-01-01');
             INSERT INTO hmis_agency (agency_id, name, parent_id, victim_service_provider) VALUES
                 ('C1', 'C, site 1', 'C', FALSE), ('C2', 'C, site 2', 'C1', FALSE);
             INSERT INTO hmis_grant (source, record_id, agency_id)
                 SELECT source, record_id, agency_id FROM (SELECT 's' AS source UNION ALL SELECT 't') AS sources,
                     (SELECT '1' AS record_id UNION ALL SELECT '2') AS records,
                     (SELECT 'B' AS agency_id UNION ALL SELECT 'C1' UNION ALL SELECT 'C2' UNION ALL SELECT 'X') AS agencies",
        )
        .await;
    scratch
}
