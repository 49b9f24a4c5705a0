//! Rows as values. A value without a meaning is an error that names table, column and row: to read it as
//! "unknown" would hide a broken import for ever.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    HmisError,
    agencies::{Agencies, Agency},
    coverage::Source,
    statements::{Statement, Statements},
};
use crate::domain::{AgencyId, ClientId, GrantRow, RecordStatus, Sharing, sha256_of};
use crate::sql::{Row, Transaction, query};

/// One row of `hmis_record`.
#[derive(Debug, Clone)]
pub(super) struct RecordRow {
    pub(super) status: RecordStatus,
    pub(super) creator: Option<AgencyId>,
    pub(super) sharing: Option<Sharing>,
    pub(super) alias: Option<String>,
    /// The alias as it is written: an empty text is one.
    pub(super) alias_as_written: Option<String>,
    pub(super) roi_consent_date: Option<String>,
    pub(super) priority_list: Option<bool>,
    pub(super) minor: Option<bool>,
}

/// What an agency entered in a record, as far as it matters here.
#[derive(Debug, Clone)]
pub(super) struct DataRow {
    pub(super) agency: AgencyId,
    pub(super) deleted: bool,
    /// Has a lock of its own, and that is open; `None`: not known.
    pub(super) shared: Option<bool>,
}

/// A row together with the words an error about it needs.
struct Cells<'a> {
    row: &'a Row,
    statement: Statement,
    table: &'static str,
    id: String,
}

impl Cells<'_> {
    fn bad(&self, column: &'static str, problem: impl Into<String>) -> HmisError {
        HmisError::BadRow { table: self.table, column, row: self.id.clone(), problem: problem.into() }
    }

    /// The database's own words on a value can repeat the value, so they are not passed on.
    fn unreadable(&self, column: &'static str, error: sqlx::Error, wanted: &str) -> HmisError {
        if matches!(error, sqlx::Error::ColumnNotFound(_)) {
            return HmisError::database(self.statement.file(), error);
        }
        self.bad(column, format!("is not {wanted}"))
    }

    /// A text as it stands; an empty field is no text.
    fn text(&self, column: &'static str) -> Result<Option<String>, HmisError> {
        Ok(self.as_written(column)?.filter(|text| !text.is_empty()))
    }

    /// A text as it stands, an empty one too.
    fn as_written(&self, column: &'static str) -> Result<Option<String>, HmisError> {
        self.row.get(column).map_err(|error| self.unreadable(column, error, "a text"))
    }

    fn needed(&self, column: &'static str) -> Result<String, HmisError> {
        self.text(column)?.ok_or_else(|| self.bad(column, "is empty"))
    }

    fn flag(&self, column: &'static str) -> Result<Option<bool>, HmisError> {
        let error = match self.row.get(column) {
            Ok(flag) => return Ok(flag),
            Err(error) => error,
        };
        // A site's own statement on PostgreSQL may give 0 and 1, which on SQLite are the same as no and yes.
        match self.row.get::<Option<i32>>(column) {
            Ok(None) => Ok(None),
            Ok(Some(number @ (0 | 1))) => Ok(Some(number == 1)),
            Ok(Some(_)) | Err(_) => Err(self.unreadable(column, error, "yes, no or empty")),
        }
    }

    fn needed_flag(&self, column: &'static str) -> Result<bool, HmisError> {
        self.flag(column)?.ok_or_else(|| self.bad(column, "is empty"))
    }

    fn agency(&self, column: &'static str) -> Result<Option<AgencyId>, HmisError> {
        let Some(text) = self.text(column)? else { return Ok(None) };
        let agency = AgencyId::parse(&text);
        agency.map(Some).map_err(|error| self.bad(column, format!("is not usable ({error})")))
    }

    fn needed_agency(&self, column: &'static str) -> Result<AgencyId, HmisError> {
        self.agency(column)?.ok_or_else(|| self.bad(column, "is empty"))
    }

    /// A word of the table's own vocabulary that is not known. Such a word is no personal data, so it is shown.
    fn unknown_word(&self, column: &'static str, word: &str, known: &str) -> HmisError {
        let word: String = word.chars().take(30).collect();
        self.bad(column, format!("is {word:?}, which is none of {known}"))
    }
}

/// The rows a statement gives for these values.
async fn rows(
    connection: &mut Transaction,
    statements: &Statements,
    statement: Statement,
    values: &[&str],
) -> Result<Vec<Row>, HmisError> {
    let query = values.iter().fold(query(statements.sql(statement)), |query, value| query.bind(*value));
    query.fetch_all(connection).await.map_err(|error| HmisError::database(statement.file(), error))
}

/// The record, if the HMIS has it.
pub(super) async fn record(
    connection: &mut Transaction,
    statements: &Statements,
    record: &ClientId,
) -> Result<Option<RecordRow>, HmisError> {
    let statement = Statement::Record;
    let rows = rows(connection, statements, statement, &[record.as_str()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let cells = Cells { row, statement, table: "hmis_record", id: of_record(record) };

    let status = cells.needed("status")?;
    let status = match status.as_str() {
        "active" => RecordStatus::Active,
        "deleted" => RecordStatus::Deleted,
        "merged" => RecordStatus::Merged(match cells.text("merged_into")? {
            Some(into) => Some(
                ClientId::parse(&into)
                    .map_err(|error| cells.bad("merged_into", format!("is not usable ({error})")))?,
            ),
            None => None,
        }),
        other => return Err(cells.unknown_word("status", other, "active, merged, deleted")),
    };
    let sharing = cells.needed("sharing")?;
    let sharing = match sharing.as_str() {
        "open" => Some(Sharing::Open),
        "closed" => Some(Sharing::Closed),
        "unknown" => None,
        other => return Err(cells.unknown_word("sharing", other, "open, closed, unknown")),
    };
    Ok(Some(RecordRow {
        status,
        creator: cells.agency("creator_agency_id")?,
        sharing,
        alias: cells.text("alias")?,
        alias_as_written: cells.as_written("alias")?,
        roi_consent_date: cells.text("roi_consent_date")?,
        priority_list: cells.flag("priority_list")?,
        minor: cells.flag("minor")?,
    }))
}

/// Who has entered data in a record.
pub(super) async fn data(
    connection: &mut Transaction,
    statements: &Statements,
    record: &ClientId,
) -> Result<Vec<DataRow>, HmisError> {
    let statement = Statement::Data;
    let rows = rows(connection, statements, statement, &[record.as_str()]).await?;
    rows.iter()
        .map(|row| {
            let cells = Cells { row, statement, table: "hmis_data", id: of_record(record) };
            Ok(DataRow {
                agency: cells.needed_agency("agency_id")?,
                deleted: cells.needed_flag("deleted")?,
                shared: cells.flag("shared")?,
            })
        })
        .collect()
}

/// The agencies that were granted visibility of a record, as the rows name them (not their roots). The text is
/// kept beside the ID: a change has to name the row as it stands.
pub(super) async fn grants(
    connection: &mut Transaction,
    statements: &Statements,
    record: &ClientId,
) -> Result<Vec<(String, AgencyId)>, HmisError> {
    let statement = Statement::Grants;
    let rows = rows(connection, statements, statement, &[record.as_str()]).await?;
    rows.iter()
        .map(|row| {
            let cells = Cells { row, statement, table: "hmis_grant", id: of_record(record) };
            Ok((cells.needed("agency_id")?, cells.needed_agency("agency_id")?))
        })
        .collect()
}

/// A hash of everything that was ever entered in a record.
pub(super) async fn entered_sha256(
    connection: &mut Transaction,
    statements: &Statements,
    record: &ClientId,
) -> Result<String, HmisError> {
    let statement = Statement::Entered;
    let rows = rows(connection, statements, statement, &[record.as_str()]).await?;
    let mut things: Vec<(Vec<Option<String>>, Option<bool>)> = Vec::with_capacity(rows.len());
    for row in &rows {
        let cells = Cells { row, statement, table: "hmis_data", id: of_record(record) };
        let texts = ["source", "kind", "item_id", "agency_id", "entered_at", "deleted_at"]
            .into_iter()
            .map(|column| cells.as_written(column))
            .collect::<Result<_, _>>()?;
        things.push((texts, cells.flag("shared")?));
    }
    things.sort();
    Ok(sha256_of(&things))
}

/// The grants of a record row by row, in order.
pub(super) async fn grant_rows(
    connection: &mut Transaction,
    statements: &Statements,
    record: &ClientId,
) -> Result<Vec<GrantRow>, HmisError> {
    let statement = Statement::GrantRows;
    let rows = rows(connection, statements, statement, &[record.as_str()]).await?;
    let mut grants = rows
        .iter()
        .map(|row| {
            let cells = Cells { row, statement, table: "hmis_grant", id: of_record(record) };
            Ok(GrantRow { source: cells.needed("source")?, agency: cells.needed("agency_id")? })
        })
        .collect::<Result<Vec<_>, HmisError>>()?;
    grants.sort();
    Ok(grants)
}

/// The whole agency list.
pub(super) async fn agencies(
    connection: &mut Transaction,
    statements: &Statements,
) -> Result<Agencies, HmisError> {
    let statement = Statement::Agencies;
    let rows = rows(connection, statements, statement, &[]).await?;
    let mut listed = BTreeMap::new();
    for row in &rows {
        let mut cells = Cells { row, statement, table: "hmis_agency", id: "an agency".to_owned() };
        let agency = cells.needed_agency("agency_id")?;
        cells.id = format!("agency {}", agency.as_str());
        let entry = Agency {
            name: cells.text("name")?.unwrap_or_default(),
            parent: cells.agency("parent_id")?,
            victim_service_provider: cells.flag("victim_service_provider")?,
        };
        if listed.insert(agency, entry).is_some() {
            return Err(cells.bad("agency_id", "stands there twice"));
        }
    }
    Ok(Agencies::new(listed))
}

/// What the sources vouch for.
pub(super) async fn sources(
    connection: &mut Transaction,
    statements: &Statements,
) -> Result<Vec<Source>, HmisError> {
    let statement = Statement::Sources;
    let rows = rows(connection, statements, statement, &[]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = Cells { row, statement, table: "hmis_source", id: "a source".to_owned() };
            let name = cells.needed("source")?;
            cells.id = format!("source {name}");
            let fact = cells.needed("fact")?;
            cells.id = format!("source {name}, fact {fact}");
            let as_of = cells.needed("as_of")?;
            let as_of = DateTime::parse_from_rfc3339(&as_of)
                .map_err(|_| {
                    cells.bad("as_of", "is not an instant with its zone, such as 2026-11-02T14:30:00Z")
                })?
                .with_timezone(&Utc);
            Ok(Source { name, fact, as_of, complete: cells.needed_flag("complete")? })
        })
        .collect()
}

/// Figures with their names, for `check`.
pub(super) async fn figures(
    connection: &mut Transaction,
    statements: &Statements,
    statement: Statement,
) -> Result<Vec<(String, i64)>, HmisError> {
    let rows = rows(connection, statements, statement, &[]).await?;
    rows.iter()
        .map(|row| {
            // PostgreSQL tells whole numbers of different sizes apart.
            let how_many = row.get("how_many").or_else(|_| row.get::<i32>("how_many").map(i64::from))?;
            Ok((row.get("what")?, how_many))
        })
        .collect::<Result<_, _>>()
        .map_err(|error| HmisError::database(statement.file(), error))
}

fn of_record(record: &ClientId) -> String {
    format!("record {}", record.as_str())
}
