//! The sample's rows: one draft per client record, spelt out to the reference tables.

use chrono::{Days, NaiveDate};

use crate::domain::{AgencyId, ClientId};
use crate::sql::{Transaction, query};

/// The one source of the sample.
const SOURCE: &str = "sample";

/// A stay in a project of the record's creator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stay {
    pub(super) entered: NaiveDate,
    pub(super) left: Option<NaiveDate>,
}

/// One client record.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) creator: Option<&'static str>,
    pub(super) open: bool,
    pub(super) status: &'static str,
    pub(super) merged_into: Option<ClientId>,
    pub(super) alias: Option<&'static str>,
    pub(super) roi_consent: Option<NaiveDate>,
    pub(super) priority_list: bool,
    pub(super) minor: bool,
    /// Agencies with data in it.
    pub(super) data: Vec<&'static str>,
    /// Agencies all of whose data was deleted since.
    pub(super) deleted_data: Vec<&'static str>,
    pub(super) granted: Vec<&'static str>,
    /// The stay at the first agency with data, where it matters; otherwise one is made up.
    pub(super) stay: Option<Stay>,
}

impl Draft {
    /// Open, created by `creator`, and with its data alone.
    pub(super) fn open(creator: &'static str) -> Self {
        Self {
            creator: Some(creator),
            open: true,
            status: "active",
            merged_into: None,
            alias: Some("SHARED"),
            roi_consent: NaiveDate::from_ymd_opt(2025, 2, 10),
            priority_list: false,
            minor: false,
            data: vec![creator],
            deleted_data: vec![],
            granted: vec![],
            stay: None,
        }
    }

    /// The same, closed.
    pub(super) fn closed(creator: &'static str) -> Self {
        Self { open: false, alias: None, roi_consent: None, ..Self::open(creator) }
    }
}

#[derive(Debug)]
struct AgencyRow {
    id: &'static str,
    name: &'static str,
    parent: Option<&'static str>,
    victim_service_provider: bool,
}

/// All rows, in the order in which they are put in.
#[derive(Debug, Default)]
pub(super) struct Tables {
    agencies: Vec<AgencyRow>,
    records: Vec<(ClientId, Draft)>,
}

pub(super) fn agency(id: &str) -> AgencyId {
    AgencyId::parse(id).expect("the sample's agency IDs are well formed")
}

/// The `n`-th client ID: seven digits that look as unordered as real ones.
fn client_id(n: u32) -> ClientId {
    ClientId::parse(&(1_300_017 + n * 3_571).to_string()).expect("seven digits are a client ID")
}

impl Tables {
    pub(super) fn add_agency(
        &mut self,
        id: &'static str,
        name: &'static str,
        parent: Option<&'static str>,
        victim_service_provider: bool,
    ) {
        self.agencies.push(AgencyRow { id, name, parent, victim_service_provider });
    }

    /// Adds a record under the next free ID.
    pub(super) fn add(&mut self, draft: Draft) -> ClientId {
        let n = u32::try_from(self.records.len()).expect("the sample has a few hundred records");
        let record = client_id(n);
        self.records.push((record.clone(), draft));
        record
    }

    /// An ID like the others that no record has.
    pub(super) fn unused_record() -> ClientId {
        client_id(1_000)
    }

    /// The ID of every record.
    #[cfg(test)]
    pub(super) fn ids(&self) -> Vec<ClientId> {
        self.records.iter().map(|(record, _)| record.clone()).collect()
    }

    /// Puts all rows in, on the connection of a transaction.
    pub(super) async fn insert(&self, connection: &mut Transaction) -> Result<(), sqlx::Error> {
        for row in &self.agencies {
            query(include_str!("../sql/insert_agency.sql"))
                .bind(row.id)
                .bind(row.name)
                .bind(row.parent)
                .bind(row.victim_service_provider)
                .execute(&mut *connection)
                .await?;
        }
        for (n, (record, draft)) in (0..).zip(&self.records) {
            insert_record(connection, record, draft).await?;
            insert_contents(connection, n, record, draft).await?;
        }
        query(include_str!("../sql/insert_source.sql"))
            .bind(SOURCE)
            .bind("all")
            .bind("2026-11-01T06:00:00Z")
            .bind(true)
            .execute(connection)
            .await?;
        Ok(())
    }
}

async fn insert_record(
    connection: &mut Transaction,
    record: &ClientId,
    draft: &Draft,
) -> Result<(), sqlx::Error> {
    query(include_str!("../sql/insert_record.sql"))
        .bind(record.as_str())
        .bind(draft.status)
        .bind(draft.merged_into.as_ref().map(ClientId::as_str))
        .bind(draft.creator)
        .bind(if draft.open { "open" } else { "closed" })
        .bind(draft.alias)
        .bind(draft.roi_consent.map(|day| day.to_string()))
        .bind(draft.priority_list)
        .bind(draft.minor)
        .execute(&mut *connection)
        .await?;
    for granted in &draft.granted {
        query(include_str!("../sql/insert_grant.sql"))
            .bind(SOURCE)
            .bind(record.as_str())
            .bind(*granted)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// What the agencies entered: each an enrolment with its project stay and a few services, the creator also the
/// signed form of an open record.
async fn insert_contents(
    connection: &mut Transaction,
    n: u64,
    record: &ClientId,
    draft: &Draft,
) -> Result<(), sqlx::Error> {
    let first_day = NaiveDate::from_ymd_opt(2025, 1, 6).expect("a day in the calendar");
    let entered = first_day + Days::new(n * 13 % 560);
    for (place, agency) in (0..).zip(&draft.data) {
        let made_up = Stay {
            entered: entered + Days::new(place * 9),
            left: n.is_multiple_of(2).then(|| entered + Days::new(place * 9 + 20)),
        };
        let stay = draft.stay.filter(|_| place == 0).unwrap_or(made_up);
        let item = Item { record, agency, on: stay.entered, deleted_on: None, shared: draft.open };
        item.insert(connection, "enrollment", 0).await?;
        for service in 0..(n + place) % 3 {
            item.insert(connection, "service", service).await?;
        }
        insert_stay(connection, record, agency, stay).await?;
    }
    for agency in &draft.deleted_data {
        let deleted_on = Some(entered + Days::new(30));
        let item = Item { record, agency, on: entered, deleted_on, shared: draft.open };
        item.insert(connection, "note", 0).await?;
    }
    if let (Some(on), Some(agency)) = (draft.roi_consent, draft.data.first()) {
        let item = Item { record, agency, on, deleted_on: None, shared: draft.open };
        item.insert(connection, "roi", 0).await?;
    }
    Ok(())
}

struct Item<'a> {
    record: &'a ClientId,
    agency: &'a str,
    on: NaiveDate,
    deleted_on: Option<NaiveDate>,
    shared: bool,
}

impl Item<'_> {
    async fn insert(&self, connection: &mut Transaction, kind: &str, number: u64) -> Result<(), sqlx::Error> {
        let (record, agency) = (self.record.as_str(), self.agency);
        query(include_str!("../sql/insert_data.sql"))
            .bind(SOURCE)
            .bind(kind)
            .bind(format!("{record}-{agency}-{number}"))
            .bind(record)
            .bind(agency)
            .bind(self.on.to_string())
            .bind(self.deleted_on.map(|day| day.to_string()))
            .bind(self.shared)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// Every agency of the sample runs one emergency shelter: HUD project type 0, and 101 is the destination
/// "emergency shelter" of the same list of codes (HMIS data standards 2.02.6 and 3.12).
async fn insert_stay(
    connection: &mut Transaction,
    record: &ClientId,
    agency: &str,
    stay: Stay,
) -> Result<(), sqlx::Error> {
    query(include_str!("../sql/insert_entry.sql"))
        .bind(SOURCE)
        .bind(format!("{}-{agency}", record.as_str()))
        .bind(record.as_str())
        .bind(agency)
        .bind(format!("{agency}-es"))
        .bind("0")
        .bind(stay.entered.to_string())
        .bind(stay.left.map(|day| day.to_string()))
        .bind(stay.left.map(|_| "101"))
        .execute(connection)
        .await?;
    Ok(())
}
