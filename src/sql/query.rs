//! Statements with their values, run on either engine.

use std::{borrow::Cow, marker::PhantomData};

use sqlx::{
    Arguments, AssertSqlSafe, FromRow, Row as _, SqlSafeStr, SqlStr,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{Engine, Inner, Pool, Transaction};

/// A statement's text: one for both engines, or with the locks that only PostgreSQL needs.
#[derive(Debug, Clone)]
pub struct Text {
    both: SqlStr,
    locking: Option<&'static str>,
}

impl Text {
    /// The same text on both engines.
    pub const fn both(both: &'static str) -> Self {
        Self { both: SqlStr::from_static(both), locking: None }
    }

    /// A text to which PostgreSQL adds a clause that locks the rows it reads, e.g. `FOR UPDATE SKIP LOCKED`.
    pub const fn locking(both: &'static str, clause: &'static str) -> Self {
        Self { both: SqlStr::from_static(both), locking: Some(clause) }
    }

    /// The text for one engine.
    /// The same without locks, for a look.
    #[must_use]
    pub fn looking(self) -> Self {
        Self { locking: None, ..self }
    }

    pub(crate) fn on(self, engine: Engine) -> SqlStr {
        match (engine, self.locking) {
            (Engine::Sqlite, _) | (Engine::Postgres, None) => self.both,
            (Engine::Postgres, Some(clause)) => {
                AssertSqlSafe(format!("{} {clause}", self.both.as_str())).into_sql_str()
            }
        }
    }
}

impl From<&'static str> for Text {
    fn from(both: &'static str) -> Self {
        Self::both(both)
    }
}

impl From<SqlStr> for Text {
    fn from(both: SqlStr) -> Self {
        Self { both, locking: None }
    }
}

/// A value of a statement.
#[derive(Clone)]
pub enum Value<'q> {
    /// TEXT.
    Text(Option<Cow<'q, str>>),
    /// BIGINT.
    Int(Option<i64>),
    /// BOOLEAN.
    Bool(Option<bool>),
    /// BYTEA.
    Octets(Option<Cow<'q, [u8]>>),
}

macro_rules! values {
    ($($from:ty => |$value:ident| $into:expr;)*) => {
        $(impl<'q> From<$from> for Value<'q> {
            fn from($value: $from) -> Self { $into }
        })*
    };
}

values! {
    &'q str => |text| Self::Text(Some(Cow::Borrowed(text)));
    &'q String => |text| Self::Text(Some(Cow::Borrowed(text)));
    String => |text| Self::Text(Some(Cow::Owned(text)));
    Option<&'q str> => |text| Self::Text(text.map(Cow::Borrowed));
    Option<String> => |text| Self::Text(text.map(Cow::Owned));
    i64 => |number| Self::Int(Some(number));
    Option<i64> => |number| Self::Int(number);
    bool => |flag| Self::Bool(Some(flag));
    Option<bool> => |flag| Self::Bool(flag);
    &'q [u8] => |octets| Self::Octets(Some(Cow::Borrowed(octets)));
    Option<Vec<u8>> => |octets| Self::Octets(octets.map(Cow::Owned));
}

/// A row of either engine.
pub enum Row {
    /// Of a file.
    Sqlite(SqliteRow),
    /// Of a server.
    Postgres(PgRow),
}

/// What a column can be read as.
pub trait Decode:
    for<'r> sqlx::Decode<'r, sqlx::Sqlite>
    + sqlx::Type<sqlx::Sqlite>
    + for<'r> sqlx::Decode<'r, sqlx::Postgres>
    + sqlx::Type<sqlx::Postgres>
{
}
impl<T> Decode for T where
    T: for<'r> sqlx::Decode<'r, sqlx::Sqlite>
        + sqlx::Type<sqlx::Sqlite>
        + for<'r> sqlx::Decode<'r, sqlx::Postgres>
        + sqlx::Type<sqlx::Postgres>
{
}

/// What a whole row can be read as; `#[derive(sqlx::FromRow)]` gives it, and tuples have it.
pub trait FromBoth: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}
impl<T> FromBoth for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

impl Row {
    /// The value of a column, by its name.
    pub fn get<T: Decode>(&self, column: &str) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// The value of a column, by its place, from 0.
    pub fn at<T: Decode>(&self, place: usize) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(place),
            Self::Postgres(row) => row.try_get(place),
        }
    }

    /// The row as a value of its own.
    pub fn read<T: FromBoth>(&self) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => T::from_row(row),
            Self::Postgres(row) => T::from_row(row),
        }
    }
}

/// Where a statement runs.
pub enum On<'a> {
    /// On any free connection, by itself.
    Pool(&'a Pool),
    /// Within a transaction.
    Transaction(&'a mut Transaction),
}

impl<'a> From<&'a Pool> for On<'a> {
    fn from(pool: &'a Pool) -> Self {
        Self::Pool(pool)
    }
}

impl<'a> From<&'a mut Transaction> for On<'a> {
    fn from(transaction: &'a mut Transaction) -> Self {
        Self::Transaction(transaction)
    }
}

/// A statement and its values.
#[must_use = "a statement does nothing until it is run"]
pub struct Query<'q> {
    text: Text,
    values: Vec<Value<'q>>,
}

/// Begins a statement.
pub fn query<'q>(text: impl Into<Text>) -> Query<'q> {
    Query { text: text.into(), values: Vec::new() }
}

/// Begins a statement whose rows are read as `T`.
pub fn query_as<'q, T: FromBoth>(text: impl Into<Text>) -> QueryAs<'q, T> {
    QueryAs { query: query(text), row: PhantomData }
}

/// Begins a statement whose rows have one column, read as `T`.
pub fn query_scalar<'q, T: Decode>(text: impl Into<Text>) -> QueryScalar<'q, T> {
    QueryScalar { query: query(text), value: PhantomData }
}

/// Runs one of sqlx's calls on whatever engine `$on` is; `$back` names what comes back. Boxed, since sqlx's futures are
/// large, and every caller's would be four times as large.
macro_rules! run {
    ($query:expr, $on:expr, $call:ident, |$back:ident| $sqlite:expr, $postgres:expr) => {{
        let Query { text, values } = $query;
        match $on {
            On::Pool(Pool::Sqlite(pool)) => {
                let query = sqlx::query_with(text.on(Engine::Sqlite), sqlite(values)?);
                let $back = Box::pin(query.$call(pool)).await?;
                Ok($sqlite)
            }
            On::Pool(Pool::Postgres(pool)) => {
                let $back =
                    sqlx::query_with(text.on(Engine::Postgres), postgres(values)?).$call(pool).await?;
                Ok($postgres)
            }
            On::Transaction(transaction) => match &mut transaction.inner {
                Inner::Sqlite(inner) => {
                    let query = sqlx::query_with(text.on(Engine::Sqlite), sqlite(values)?);
                    let $back = Box::pin(query.$call(&mut **inner)).await?;
                    Ok($sqlite)
                }
                Inner::Postgres(inner) => {
                    let query = sqlx::query_with(text.on(Engine::Postgres), postgres(values)?);
                    let $back = Box::pin(query.$call(&mut **inner)).await?;
                    Ok($postgres)
                }
            },
        }
    }};
}

impl<'q> Query<'q> {
    /// Gives the next placeholder its value.
    pub fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs it; how many rows it changed.
    pub async fn execute<'a>(self, on: impl Into<On<'a>>) -> Result<u64, sqlx::Error> {
        run!(self, on.into(), execute, |done| done.rows_affected(), done.rows_affected())
    }

    /// Its rows.
    pub async fn fetch_all<'a>(self, on: impl Into<On<'a>>) -> Result<Vec<Row>, sqlx::Error> {
        run!(
            self,
            on.into(),
            fetch_all,
            |rows| rows.into_iter().map(Row::Sqlite).collect(),
            rows.into_iter().map(Row::Postgres).collect()
        )
    }

    /// Its row, if there is one.
    pub async fn fetch_optional<'a>(self, on: impl Into<On<'a>>) -> Result<Option<Row>, sqlx::Error> {
        run!(self, on.into(), fetch_optional, |row| row.map(Row::Sqlite), row.map(Row::Postgres))
    }
}

/// A statement whose rows are read as `T`.
#[must_use = "a statement does nothing until it is run"]
pub struct QueryAs<'q, T> {
    query: Query<'q>,
    row: PhantomData<T>,
}

impl<'q, T: FromBoth> QueryAs<'q, T> {
    /// Gives the next placeholder its value.
    pub fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.query = self.query.bind(value);
        self
    }

    /// Its rows.
    pub async fn fetch_all<'a>(self, on: impl Into<On<'a>>) -> Result<Vec<T>, sqlx::Error> {
        self.query.fetch_all(on).await?.iter().map(Row::read).collect()
    }

    /// Its row, if there is one.
    pub async fn fetch_optional<'a>(self, on: impl Into<On<'a>>) -> Result<Option<T>, sqlx::Error> {
        self.query.fetch_optional(on).await?.as_ref().map(Row::read).transpose()
    }

    /// Its row; without one it fails.
    pub async fn fetch_one<'a>(self, on: impl Into<On<'a>>) -> Result<T, sqlx::Error> {
        self.fetch_optional(on).await?.ok_or(sqlx::Error::RowNotFound)
    }
}

/// A statement whose rows have one column, read as `T`.
#[must_use = "a statement does nothing until it is run"]
pub struct QueryScalar<'q, T> {
    query: Query<'q>,
    value: PhantomData<T>,
}

impl<'q, T: Decode> QueryScalar<'q, T> {
    /// Gives the next placeholder its value.
    pub fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.query = self.query.bind(value);
        self
    }

    /// The values of all rows.
    pub async fn fetch_all<'a>(self, on: impl Into<On<'a>>) -> Result<Vec<T>, sqlx::Error> {
        self.query.fetch_all(on).await?.iter().map(|row| row.at(0)).collect()
    }

    /// The row's value, if there is one.
    pub async fn fetch_optional<'a>(self, on: impl Into<On<'a>>) -> Result<Option<T>, sqlx::Error> {
        self.query.fetch_optional(on).await?.map(|row| row.at(0)).transpose()
    }

    /// The row's value; without a row it fails.
    pub async fn fetch_one<'a>(self, on: impl Into<On<'a>>) -> Result<T, sqlx::Error> {
        self.fetch_optional(on).await?.ok_or(sqlx::Error::RowNotFound)
    }
}

fn sqlite(values: Vec<Value<'_>>) -> Result<SqliteArguments, sqlx::Error> {
    arguments(values)
}

fn postgres(values: Vec<Value<'_>>) -> Result<PgArguments, sqlx::Error> {
    arguments(values)
}

fn arguments<'q, A>(values: Vec<Value<'q>>) -> Result<A, sqlx::Error>
where
    A: Arguments,
    Option<String>: sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
    Option<i64>: sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
    Option<bool>: sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
    Option<Vec<u8>>: sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
{
    let mut arguments = A::default();
    for value in values {
        match value {
            Value::Text(text) => arguments.add(text.map(Cow::into_owned)),
            Value::Int(number) => arguments.add(number),
            Value::Bool(flag) => arguments.add(flag),
            Value::Octets(octets) => arguments.add(octets.map(Cow::into_owned)),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}
