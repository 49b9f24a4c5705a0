//! Accounts of staff, and who is signed in at the console.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, Write, instant, millis, statements as sql};
use crate::{
    domain::{StaffName, StaffRole},
    sql::{query, query_as, query_scalar},
};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Its name.
    pub name: StaffName,
    /// What it may do.
    pub role: StaffRole,
    /// Its password as an Argon2id hash (PHC string).
    pub password: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Since when it is shut.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Wrong passwords in a row.
    pub failures: i64,
    /// Until when no password is taken.
    pub locked_until: Option<DateTime<Utc>>,
}

/// Somebody's being signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Whose.
    pub staff: StaffName,
    /// What the account may do by now.
    pub role: StaffRole,
    /// What every form of the session carries.
    pub csrf: String,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it was last used.
    pub used_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct StaffColumns {
    name: String,
    role: String,
    password: String,
    made_at: i64,
    disabled_at: Option<i64>,
    failures: i64,
    locked_until: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct SessionColumns {
    staff: String,
    role: String,
    csrf: String,
    began_at: i64,
    used_at: i64,
}

fn parsed<T: std::str::FromStr<Err = String>>(
    table: &'static str,
    row: &str,
    text: &str,
) -> Result<T, StoreError> {
    text.parse().map_err(|what| StoreError::BadRow { table, row: row.to_owned(), what })
}

impl TryFrom<StaffColumns> for StaffRow {
    type Error = StoreError;
    fn try_from(row: StaffColumns) -> Result<Self, StoreError> {
        let at = |at| instant("staff", &row.name, at);
        Ok(Self {
            name: parsed("staff", &row.name, &row.name)?,
            role: parsed("staff", &row.name, &row.role)?,
            made_at: at(row.made_at)?,
            disabled_at: row.disabled_at.map(at).transpose()?,
            failures: row.failures,
            locked_until: row.locked_until.map(at).transpose()?,
            password: row.password,
        })
    }
}

impl Store {
    /// All accounts, by name.
    pub async fn staff(&self) -> Result<Vec<StaffRow>, StoreError> {
        let rows: Vec<StaffColumns> = query_as(sql::STAFF_LIST).fetch_all(&self.readers).await?;
        rows.into_iter().map(StaffRow::try_from).collect()
    }

    /// The account of that name.
    pub async fn staff_member(&self, name: &StaffName) -> Result<Option<StaffRow>, StoreError> {
        let row: Option<StaffColumns> =
            query_as(sql::STAFF_GET).bind(name.as_str()).fetch_optional(&self.readers).await?;
        row.map(StaffRow::try_from).transpose()
    }

    /// Whether there is any account.
    pub async fn has_staff(&self) -> Result<bool, StoreError> {
        let any: Option<String> = query_scalar(sql::STAFF_ANY).fetch_optional(&self.readers).await?;
        Ok(any.is_some())
    }

    /// The session whose cookie has this SHA-256, if it is still good at `now` and its account is not shut.
    pub async fn session(
        &self,
        token_sha256: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<SessionRow>, StoreError> {
        let row: Option<SessionColumns> = query_as(sql::SESSION_GET)
            .bind(token_sha256)
            .bind(millis(now))
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            Ok(SessionRow {
                began_at: instant("sessions", &row.staff, row.began_at)?,
                used_at: instant("sessions", &row.staff, row.used_at)?,
                staff: parsed("sessions", &row.staff, &row.staff)?,
                role: parsed("staff", &row.staff, &row.role)?,
                csrf: row.csrf,
            })
        })
        .transpose()
    }
}

impl Write {
    /// Adds an account. Whether the name was free.
    pub async fn add_staff(
        &mut self,
        name: &StaffName,
        role: StaffRole,
        password: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let added = query(sql::STAFF_ADD)
            .bind(name.as_str())
            .bind(role.as_str())
            .bind(password)
            .bind(millis(now))
            .execute(&mut self.inner)
            .await?;
        Ok(added == 1)
    }

    /// Gives an account another password, and opens it if wrong ones had locked it; all its sessions end. Whether there
    /// is such an account.
    pub async fn set_password(&mut self, name: &StaffName, password: &str) -> Result<bool, StoreError> {
        let set =
            query(sql::STAFF_PASSWORD).bind(name.as_str()).bind(password).execute(&mut self.inner).await?;
        self.end_sessions(name).await?;
        Ok(set == 1)
    }

    /// Gives an account another role. Whether there is such an account.
    pub async fn set_role(&mut self, name: &StaffName, role: StaffRole) -> Result<bool, StoreError> {
        let set =
            query(sql::STAFF_ROLE).bind(name.as_str()).bind(role.as_str()).execute(&mut self.inner).await?;
        Ok(set == 1)
    }

    /// Shuts an account (or opens it again, `None`); all its sessions end. Whether there is such an account.
    pub async fn disable_staff(
        &mut self,
        name: &StaffName,
        at: Option<DateTime<Utc>>,
    ) -> Result<bool, StoreError> {
        let set = query(sql::STAFF_DISABLE)
            .bind(name.as_str())
            .bind(at.map(millis))
            .execute(&mut self.inner)
            .await?;
        self.end_sessions(name).await?;
        Ok(set == 1)
    }

    /// The account of that name, as it stands in this transaction.
    pub async fn staff_member(&mut self, name: &StaffName) -> Result<Option<StaffRow>, StoreError> {
        let row: Option<StaffColumns> =
            query_as(sql::STAFF_GET).bind(name.as_str()).fetch_optional(&mut self.inner).await?;
        row.map(StaffRow::try_from).transpose()
    }

    /// The same, kept from all others until this transaction ends: who waited for it sees what became of it.
    pub async fn hold_staff_member(&mut self, name: &StaffName) -> Result<Option<StaffRow>, StoreError> {
        let row: Option<StaffColumns> =
            query_as(sql::STAFF_HOLD).bind(name.as_str()).fetch_optional(&mut self.inner).await?;
        row.map(StaffRow::try_from).transpose()
    }

    /// Whether there is any account.
    pub async fn has_staff(&mut self) -> Result<bool, StoreError> {
        let any: Option<String> = query_scalar(sql::STAFF_ANY).fetch_optional(&mut self.inner).await?;
        Ok(any.is_some())
    }

    /// Counts a wrong password. Gives how many there were in a row.
    pub async fn count_failure(&mut self, name: &StaffName) -> Result<i64, StoreError> {
        let failures: Option<i64> =
            query_scalar(sql::STAFF_FAILED).bind(name.as_str()).fetch_optional(&mut self.inner).await?;
        Ok(failures.unwrap_or_default())
    }

    /// Takes no password for an account until then.
    pub async fn lock_staff(&mut self, name: &StaffName, until: DateTime<Utc>) -> Result<(), StoreError> {
        query(sql::STAFF_LOCK).bind(name.as_str()).bind(millis(until)).execute(&mut self.inner).await?;
        Ok(())
    }

    /// Forgets the wrong passwords of an account.
    pub async fn unlock_staff(&mut self, name: &StaffName) -> Result<(), StoreError> {
        query(sql::STAFF_UNLOCK).bind(name.as_str()).execute(&mut self.inner).await?;
        Ok(())
    }

    /// Begins a session; those that are over are removed.
    pub async fn begin_session(
        &mut self,
        token_sha256: &str,
        name: &StaffName,
        csrf: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        query(sql::SESSIONS_OVER).bind(millis(now)).execute(&mut self.inner).await?;
        query(sql::SESSION_ADD)
            .bind(token_sha256)
            .bind(name.as_str())
            .bind(csrf)
            .bind(millis(now))
            .bind(millis(until))
            .execute(&mut self.inner)
            .await?;
        Ok(())
    }

    /// Notes that a session is in use, and lets it last until then.
    pub async fn use_session(
        &mut self,
        token_sha256: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        query(sql::SESSION_USED)
            .bind(token_sha256)
            .bind(millis(now))
            .bind(millis(until))
            .execute(&mut self.inner)
            .await?;
        Ok(())
    }

    /// Ends one session.
    pub async fn end_session(&mut self, token_sha256: &str) -> Result<(), StoreError> {
        query(sql::SESSION_END).bind(token_sha256).execute(&mut self.inner).await?;
        Ok(())
    }

    /// Ends every session of an account.
    pub async fn end_sessions(&mut self, name: &StaffName) -> Result<(), StoreError> {
        query(sql::SESSIONS_END).bind(name.as_str()).execute(&mut self.inner).await?;
        Ok(())
    }
}
