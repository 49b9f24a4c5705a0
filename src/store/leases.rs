//! Leases: what only one worker may do at a time, among all daemons that share the database.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Claim, Store, StoreError, Write, instant, millis, statements as sql};
use crate::{
    domain::CaseId,
    sql::{query, query_as},
};

/// A daemon whose `database.lease` is shorter than another's takes nothing from it.
const NO_LEASE_IS_LONGER: TimeDelta = TimeDelta::minutes(10);

/// The right to work on something for a while. Whoever holds another token has lost it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease(pub(super) String);

impl Lease {
    pub(super) fn new() -> Self {
        Self(Uuid::now_v7().to_string())
    }
}

/// Something a worker holds while it works on it.
#[derive(Debug, Clone, Copy)]
pub enum Held<'a> {
    /// An action.
    Action(&'a Claim),
    /// A case that is being judged.
    Case(CaseId, &'a Lease),
    /// What one worker at a time may do, by its name.
    Named(&'a str, &'a Lease),
}

impl Store {
    /// Moves the end of what is held. [`StoreError::Conflict`] if it was lost.
    pub async fn renew(&self, held: Held<'_>, until: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        tx.renew(held, until).await?;
        tx.commit().await
    }

    /// Takes the lease `name` until `until`, if nobody holds it at `now`. `holder` tells people who does. One that lasts far
    /// longer than a lease does was taken while a clock was wrong, and is free as well.
    pub async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Lease>, StoreError> {
        let no_longer = now + ((until - now) * 2).max(NO_LEASE_IS_LONGER);
        let held = |held_until| held_until > now && held_until <= no_longer;
        if self.lease_holder(name).await?.is_some_and(|(_, held_until)| held(held_until)) {
            // Looking costs no write lock.
            return Ok(None);
        }
        let mut tx = self.write().await?;
        let lease = Lease::new();
        let taken = query(sql::LEASE_TAKE)
            .bind(name)
            .bind(holder)
            .bind(&lease.0)
            .bind(millis(until))
            .bind(millis(now))
            .bind(millis(no_longer))
            .execute(&mut tx.inner)
            .await?;
        tx.commit().await?;
        Ok((taken == 1).then_some(lease))
    }

    /// Who holds the lease `name`, or held it last, and until when.
    pub async fn lease_holder(&self, name: &str) -> Result<Option<(String, DateTime<Utc>)>, StoreError> {
        let row: Option<(String, i64)> =
            query_as(sql::LEASE_HOLDER).bind(name).fetch_optional(&self.readers).await?;
        row.map(|(holder, until)| Ok((holder, instant("leases", name, until)?))).transpose()
    }
}

impl Write {
    /// Moves the end of what is held. As part of a transaction it is also the fence: nobody else can take it before this
    /// is committed, and who has lost it commits nothing ([`StoreError::Conflict`]).
    pub async fn renew(&mut self, held: Held<'_>, until: DateTime<Utc>) -> Result<(), StoreError> {
        let until = millis(until);
        let (renewing, name) = match held {
            Held::Action(claim) => (
                query(sql::ACTION_RENEW).bind(until).bind(&claim.key).bind(&claim.lease.0),
                claim.key.clone(),
            ),
            Held::Case(id, lease) => {
                (query(sql::CASE_LEASE_RENEW).bind(until).bind(id.number()).bind(&lease.0), id.to_string())
            }
            Held::Named(name, lease) => (
                query(sql::LEASE_RENEW).bind(until).bind(name).bind(&lease.0),
                format!("the lease \"{name}\""),
            ),
        };
        let renewed = renewing.execute(&mut self.inner).await?;
        if renewed == 1 { Ok(()) } else { Err(StoreError::Conflict(name)) }
    }

    /// Gives a lease back; one that was lost is let be.
    pub async fn end_lease(&mut self, name: &str, lease: &Lease) -> Result<(), StoreError> {
        query(sql::LEASE_END).bind(name).bind(&lease.0).execute(&mut self.inner).await?;
        Ok(())
    }
}
