//! Accounts of staff: who they are, what they may do, and being signed in at the console.
//!
//! Passwords are kept as Argon2id hashes, sessions as the SHA-256 of their cookie. As long as a site has no account at all,
//! whoever can write its database decides under the name the operating system gives them; with the first account that ends.

use std::{sync::LazyLock, time::Duration};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use super::{Casebook, EngineError};
use crate::{
    domain::{StaffName, StaffRole, hex},
    store::{StaffRow, Write},
};

/// The shortest password taken, in characters.
const SHORTEST: usize = 8;
/// The longest, in bytes: hashing takes longer with what it is given.
const LONGEST: usize = 1024;
/// So many wrong passwords in a row lock an account; each further one locks it for twice as long.
const FREE_FAILURES: i64 = 5;
/// For how long the first time.
const FIRST_LOCK: TimeDelta = TimeDelta::minutes(1);
/// For how long at most.
const LONGEST_LOCK: TimeDelta = TimeDelta::hours(1);
/// A session's use is noted this often at most, so that looking at pages costs no writing.
const NOTE_USE_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Hashing takes 19 MiB each, and a good part of a second: two at once, however many ask.
static HASHING: Semaphore = Semaphore::const_new(2);

/// A hash of nobody's password, so that an unknown name takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("nobody's password").unwrap_or_default());

/// How long somebody stays signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRules {
    /// Without a page being asked for.
    pub idle: Duration,
    /// In all.
    pub longest: Duration,
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub name: StaffName,
    /// What they may do, as of now.
    pub role: StaffRole,
    /// What each of their forms has to carry.
    pub csrf: String,
}

impl Session {
    /// Whether a form's token is this session's.
    pub fn is_own(&self, csrf: &str) -> bool {
        csrf.as_bytes().ct_eq(self.csrf.as_bytes()).into()
    }
}

/// Why nobody was signed in. What the person is told does not say which of the first two it is.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no such account, or it is shut.
    #[error("there is no account of that name, or it is disabled")]
    NoAccount,
    /// The password is another one.
    #[error("the password is wrong")]
    WrongPassword,
    /// Too many wrong passwords.
    #[error("the account is locked until {until} after too many wrong passwords")]
    Locked {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// It could not be found out.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<crate::store::StoreError> for SignInError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Engine(error.into())
    }
}

/// Why an account could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The name is taken.
    #[error("there is an account {0} already")]
    Taken(StaffName),
    /// There is none of that name.
    #[error("there is no account {0}")]
    Missing(StaffName),
    /// The password will not do.
    #[error("the password {0}")]
    Password(&'static str),
    /// It could not be done.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<crate::store::StoreError> for AccountError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Engine(error.into())
    }
}

impl Casebook {
    /// Makes an account.
    ///
    /// # Errors
    /// The name is taken, or the password too short, too long or the name itself.
    pub async fn add_staff(
        &self,
        name: &StaffName,
        role: StaffRole,
        password: &SecretString,
    ) -> Result<(), AccountError> {
        let hashed = hashed(name, password).await?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        if !tx.add_staff(name, role, &hashed, now).await? {
            return Err(AccountError::Taken(name.clone()));
        }
        tx.commit().await?;
        tracing::info!(account = %name, %role, "an account was made");
        Ok(())
    }

    /// Gives an account another password; it is open again if wrong ones had locked it, and signed out everywhere.
    ///
    /// # Errors
    /// There is no such account, or the password will not do.
    pub async fn set_password(&self, name: &StaffName, password: &SecretString) -> Result<(), AccountError> {
        let hashed = hashed(name, password).await?;
        let mut tx = self.store.write().await?;
        if !tx.set_password(name, &hashed).await? {
            return Err(AccountError::Missing(name.clone()));
        }
        tx.commit().await?;
        tracing::info!(account = %name, "an account has another password");
        Ok(())
    }

    /// Gives an account another role, from the next page or decision on.
    ///
    /// # Errors
    /// There is no such account.
    pub async fn set_role(&self, name: &StaffName, role: StaffRole) -> Result<(), AccountError> {
        let mut tx = self.store.write().await?;
        if !tx.set_role(name, role).await? {
            return Err(AccountError::Missing(name.clone()));
        }
        tx.commit().await?;
        tracing::info!(account = %name, %role, "an account has another role");
        Ok(())
    }

    /// Shuts an account and signs it out everywhere, or opens it again. Accounts are never removed: the history names them.
    ///
    /// # Errors
    /// There is no such account.
    pub async fn disable_staff(&self, name: &StaffName, shut: bool) -> Result<(), AccountError> {
        let at = shut.then(|| self.clock.now());
        let mut tx = self.store.write().await?;
        if !tx.disable_staff(name, at).await? {
            return Err(AccountError::Missing(name.clone()));
        }
        tx.commit().await?;
        tracing::info!(account = %name, disabled = shut, "an account was shut or opened");
        Ok(())
    }

    /// Whether a password is the account's. Wrong ones are counted, and lock it for longer and longer.
    ///
    /// # Errors
    /// Why it is not; while the account is locked, not even the right one is taken.
    pub async fn check_password(
        &self,
        name: &StaffName,
        password: &SecretString,
    ) -> Result<StaffRow, SignInError> {
        let (tx, account) = self.checked(name, password).await?;
        tx.commit().await?;
        Ok(account)
    }

    /// The same, with the transaction in which the account is still as it was found.
    async fn checked(
        &self,
        name: &StaffName,
        password: &SecretString,
    ) -> Result<(Write, StaffRow), SignInError> {
        let kept = self.store.staff_member(name).await?.map(|account| account.password);
        // For a name that is unknown, shut or locked as well: how long it takes says nothing about it.
        let right = verified(kept.clone(), password.clone()).await;
        let mut tx = self.store.write().await?;
        // Others may have tried meanwhile: asking all at once gives nobody more tries.
        let found = tx.hold_staff_member(name).await?;
        let Some(account) = found.filter(|account| account.disabled_at.is_none()) else {
            return Err(SignInError::NoAccount);
        };
        let now = self.clock.now();
        if let Some(until) = account.locked_until.filter(|until| *until > now) {
            return Err(SignInError::Locked { until });
        }
        if right && kept.as_ref() == Some(&account.password) {
            if account.failures > 0 {
                tx.unlock_staff(name).await?;
            }
            return Ok((tx, account));
        }
        let failures = tx.count_failure(name).await?;
        if failures >= FREE_FAILURES {
            let doublings = u32::try_from(failures - FREE_FAILURES).unwrap_or(6).min(6);
            let locked = (FIRST_LOCK * 2_i32.pow(doublings)).min(LONGEST_LOCK);
            tx.lock_staff(name, now + locked).await?;
            tracing::warn!(account = %name, failures, "an account is locked after wrong passwords");
        }
        tx.commit().await?;
        Err(SignInError::WrongPassword)
    }

    /// Signs somebody in. Gives the cookie, which nobody else is told and which is not kept.
    ///
    /// # Errors
    /// As [`Self::check_password`].
    pub async fn sign_in(
        &self,
        name: &StaffName,
        password: &SecretString,
        rules: SessionRules,
    ) -> Result<SecretString, SignInError> {
        let (token, csrf) = (random()?, random()?);
        // One transaction: who is shut out, or given another password, at this moment does not stay signed in.
        let (mut tx, account) = self.checked(name, password).await?;
        let now = self.clock.now();
        let until = now + super::delta(rules.idle.min(rules.longest));
        tx.begin_session(&fingerprint(&token), &account.name, &csrf, now, until).await?;
        tx.commit().await?;
        tracing::info!(account = %account.name, "signed in");
        Ok(token.into())
    }

    /// Who has this cookie; `None`: nobody (any more).
    pub async fn session(&self, token: &str, rules: SessionRules) -> Result<Option<Session>, EngineError> {
        let (token, now) = (fingerprint(token), self.clock.now());
        let Some(row) = self.store.session(&token, now).await? else { return Ok(None) };
        let end = row.began_at + super::delta(rules.longest);
        let last_use = row.used_at;
        if now >= end || now >= last_use + super::delta(rules.idle) {
            return Ok(None);
        }
        if now - last_use >= NOTE_USE_EVERY {
            let until = (now + super::delta(rules.idle)).min(end);
            let mut tx = self.store.write().await?;
            tx.use_session(&token, now, until).await?;
            tx.commit().await?;
        }
        Ok(Some(Session { name: row.staff, role: row.role, csrf: row.csrf }))
    }

    /// Ends one session.
    pub async fn sign_out(&self, token: &str) -> Result<(), EngineError> {
        let mut tx = self.store.write().await?;
        tx.end_session(&fingerprint(token)).await?;
        Ok(tx.commit().await?)
    }

    /// Ends all sessions of an account.
    pub async fn sign_out_everywhere(&self, name: &StaffName) -> Result<(), EngineError> {
        let mut tx = self.store.write().await?;
        tx.end_sessions(name).await?;
        tx.commit().await?;
        tracing::info!(account = %name, "signed out everywhere");
        Ok(())
    }

    /// Fails unless `by` may decide cases at this moment, in the very transaction that decides.
    ///
    /// # Errors
    /// [`EngineError::NotAllowed`].
    pub(super) async fn may_decide(tx: &mut Write, by: &str) -> Result<(), EngineError> {
        if !tx.has_staff().await? {
            return Ok(());
        }
        let refused = |why| EngineError::NotAllowed { who: by.to_owned(), why };
        let name = StaffName::parse(by).map_err(|_| refused("has no account here"))?;
        let account = tx.staff_member(&name).await?.ok_or_else(|| refused("has no account here"))?;
        if account.disabled_at.is_some() {
            return Err(refused("has an account that is disabled"));
        }
        if !account.role.may_decide() {
            return Err(refused("may look at cases, and not decide them"));
        }
        Ok(())
    }
}

/// A password that nobody has thought of, of 60 random bits, easy to read out: `k3vw-9q2m-x7ht`.
///
/// # Errors
/// [`EngineError::NoRandom`].
pub fn random_password() -> Result<SecretString, EngineError> {
    /// 32 letters and digits, without those that look alike.
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::NoRandom(error.to_string()))?;
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map(char::from);
    let groups: Vec<String> =
        bytes.chunks(4).map(|group| group.iter().filter_map(letter).collect()).collect();
    Ok(groups.join("-").into())
}

/// 256 random bits, as hexadecimal digits.
fn random() -> Result<String, EngineError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::NoRandom(error.to_string()))?;
    Ok(hex(&bytes))
}

fn fingerprint(token: &str) -> String {
    hex(&Sha256::digest(token))
}

fn hash(password: &str) -> Result<String, EngineError> {
    let hashed = Argon2::default().hash_password(password.as_bytes());
    Ok(hashed.map_err(|error| EngineError::NoRandom(error.to_string()))?.to_string())
}

async fn hashed(name: &StaffName, password: &SecretString) -> Result<String, AccountError> {
    let text = password.expose_secret();
    if text.chars().count() < SHORTEST {
        return Err(AccountError::Password("is too short: take at least 8 characters"));
    }
    if text.len() > LONGEST {
        return Err(AccountError::Password("is too long: take at most 1024 bytes"));
    }
    if text.to_lowercase() == name.as_str() {
        return Err(AccountError::Password("is the account's name: take another one"));
    }
    let text = password.clone();
    Ok(apart(move || hash(text.expose_secret())).await?)
}

async fn verified(kept: Option<String>, password: SecretString) -> bool {
    apart(move || {
        // Made when first needed, which takes as long as a check: whoever comes first waits for both, known or not.
        let nobodys: &str = &NOBODY;
        let kept = kept.as_deref().unwrap_or(nobodys);
        let text = password.expose_secret();
        // More than was ever taken is not worth the time.
        let text = if text.len() > LONGEST { "" } else { text };
        PasswordHash::new(kept)
            .is_ok_and(|kept| Argon2::default().verify_password(text.as_bytes(), &kept).is_ok())
    })
    .await
}

/// Does what keeps a processor busy beside the threads that answer.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let _room = HASHING.acquire().await.expect("it is never closed");
    tokio::task::spawn_blocking(work).await.expect("hashing does not panic")
}

#[cfg(test)]
mod tests;
