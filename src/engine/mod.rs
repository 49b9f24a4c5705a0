//! The shell around the pure core: the steps of the desk, and the loops that repeat them.
//!
//! - [`poll`]: the mailbox → new mail, by the one daemon that may look;
//! - [`intake`]: new mail → messages and cases, in one transaction a batch;
//! - `thread`: which case a mail belongs to; [`quarantine`]: what cannot be read, and is read again;
//! - [`judge`]: a case → facts → a conclusion;
//! - [`deliver`]: an ordered action → its effect → its outcome;
//! - `undo`: a closing by mistake is set back;
//! - [`staff`]: what people decide, through the same events; [`agreement`]: how far they decide as the desk would;
//! - [`casebook`]: the one place where an event, the case it changes and what the case then orders are committed
//!   together;
//! - [`jobs`]: what happens by the clock, as [`schedule`] says;
//! - [`daemon`]: the loops; [`pulse`]: whether they still turn;
//! - [`health`]: whether all this makes progress, and its figures; [`metrics`] counts;
//! - `outage`: what has been away for long is alarmed;
//! - [`reload`]: settings that change while the desk works.

pub mod accounts;
pub mod agreement;
pub mod by_hand;
pub mod casebook;
pub mod daemon;
pub mod deliver;
pub mod evidence;
pub mod health;
mod holding;
pub mod intake;
pub mod jobs;
pub mod judge;
pub mod metrics;
mod outage;
pub mod poll;
pub mod pulse;
pub mod quarantine;
mod reading;
pub mod reload;
pub mod schedule;
pub mod staff;
pub mod status;
mod thread;
mod undo;
mod wake;
mod worklist;

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio_util::sync::CancellationToken;

pub use agreement::Agreement;
pub use casebook::{Casebook, Site};
pub use metrics::Metrics;
pub use pulse::{Pulse, Pulses};
pub use reload::Reloaded;
pub use wake::Wake;

use crate::{
    clock::Clock,
    config::{Config, MailboxKind, Problem, SmtpKind, Tls},
    domain::IllegalTransition,
    hmis::{Hmis, HmisError, HmisOptions, ItemVisibility, Role},
    mailbox::{ImapOptions, Limits, MailboxError, MaildirOptions},
    mailer::{self, Mailer, MailerError},
    notice::{ReaderRules, Vocabulary},
    reply::Templates,
    sender::{Require, Roster},
    store::{Store, StoreError},
};

/// Why a step failed. Each says what it was about and whether trying again may help.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The desk's own database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The HMIS.
    #[error(transparent)]
    Hmis(#[from] HmisError),
    /// The mailbox.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// The mailer's settings.
    #[error(transparent)]
    Mailer(#[from] MailerError),
    /// The case does not allow it as it stands.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// A reply could not be made.
    #[error("a reply of {case} cannot be made: {why}")]
    Reply {
        /// The case.
        case: String,
        /// Why.
        why: String,
    },
    /// Something happened to the case since the person looked at it, and what they decided may not fit any more.
    #[error("{case} has changed since you looked at it: see how it stands now, and decide again")]
    Stale {
        /// The case.
        case: crate::domain::CaseId,
        /// The version they saw.
        seen: i64,
        /// The version it has now.
        now: i64,
    },
    /// There is no such case.
    #[error("there is no case {0}")]
    NoSuchCase(String),
    /// There is no such message.
    #[error("there is no message {0}")]
    NoSuchMessage(String),
    /// The message has a case, so there is nothing to read again.
    #[error("message {message} was read: it belongs to {case}")]
    AlreadyRead {
        /// The message.
        message: String,
        /// Its case.
        case: crate::domain::CaseId,
    },
    /// Who asked may not.
    #[error("{who} {why}: ask an administrator of the desk (`roi-desk staff`)")]
    NotAllowed {
        /// The account.
        who: String,
        /// Why not.
        why: &'static str,
    },
    /// A mail is neither kept here nor where it was.
    #[error(
        "nothing is kept of message {message}, and it is no longer in {folder} under its number: move it back there with any \
         mail program, and the desk takes it in as new mail"
    )]
    MailGone {
        /// The message.
        message: String,
        /// Where it was.
        folder: String,
    },
    /// A word that does not look as client IDs look here.
    #[error("\"{0}\" does not look like a client ID here (policy.client_id)")]
    NoClientId(crate::domain::ClientId),
    /// Nothing of a mail can be read, not even who sent it.
    #[error("the mail cannot be read: {0}. See to it in the mailbox")]
    Unreadable(String),
    /// The operating system gives no random numbers, or the hash failed.
    #[error("no secret can be made: {0}")]
    NoRandom(String),
}

impl EngineError {
    /// Whether the desk's database is away for the moment: waiting is all that is needed.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Store(StoreError::Open { source, .. }) => {
                crate::sql::is_passing(source) || crate::sql::is_conflict(source)
            }
            Self::Store(error) => error.is_passing(),
            Self::Hmis(_)
            | Self::Mailbox(_)
            | Self::Mailer(_)
            | Self::Illegal(_)
            | Self::Reply { .. }
            | Self::Stale { .. }
            | Self::NoSuchCase(_)
            | Self::NoSuchMessage(_)
            | Self::AlreadyRead { .. }
            | Self::NotAllowed { .. }
            | Self::MailGone { .. }
            | Self::Unreadable(_)
            | Self::NoClientId(_)
            | Self::NoRandom(_) => false,
        }
    }
}

/// A desk with all its connections.
#[derive(Debug)]
pub struct Desk {
    /// Cases and what they order.
    pub book: Casebook,
    /// Where facts come from and changes are made.
    pub hmis: Hmis,
    /// How replies leave.
    pub mailer: Mailer,
    /// Wakes the loops.
    pub wake: Wake,
    /// Whether the loops still turn.
    pub pulses: Pulses,
    /// Cancelled once the daemon is asked to stop: long steps then end where they can be begun again.
    pub stop: CancellationToken,
    changed_by: crate::domain::ChangedBy,
    live: bool,
    grace: TimeDelta,
    policy: crate::policy::Rules,
    mailbox: crate::mailbox::Options,
    told_of_mail: Mutex<Option<bool>>,
    started_at: DateTime<Utc>,
    done_folder: Option<String>,
    poll_every: Duration,
    lease: TimeDelta,
    folder: String,
    worker: String,
    answering: holding::Answering,
    plan: jobs::Plan,
    refused_since: Mutex<Option<DateTime<Utc>>>,
    mailbox_outage: outage::Outage,
    hmis_outage: outage::Outage,
}

/// The words the reader knows: those that are built in and, where a site has a file of its own, what stands in it. The
/// problem names the list and the phrase.
pub fn vocabulary(file: &Path) -> Result<Arc<Vocabulary>, Problem> {
    let problem = |what| Problem { source: file.display().to_string(), key: String::new(), what };
    let text = std::fs::read_to_string(file).map_err(|error| problem(format!("cannot be read: {error}")))?;
    Vocabulary::with(&text).map(Arc::new).map_err(|error| problem(error.to_string()))
}

/// How a configuration has mails read. All problems at once.
pub fn reader(config: &Config) -> Result<ReaderRules, Vec<Problem>> {
    let mut problems = Vec::new();
    let rules = ReaderRules::new(&config.client_id, vec![config.smtp.from_address.clone()])
        .map_err(|error| {
            problems.push(Problem {
                source: "policy.client_id".to_owned(),
                key: String::new(),
                what: format!("cannot be used: {error}"),
            });
        })
        .ok();
    let words = config.vocabulary.as_deref().map(vocabulary).transpose().map_err(|problem| {
        problems.push(Problem { key: "policy.vocabulary".to_owned(), ..problem });
    });
    match (rules, words) {
        (Some(rules), Ok(None)) => Ok(rules),
        (Some(rules), Ok(Some(words))) => Ok(rules.with_vocabulary(words)),
        (_, _) => Err(problems),
    }
}

/// Reads the files a configuration names: roster, reply texts and vocabulary. All problems at once.
pub fn site(config: &Config) -> Result<Site, Vec<Problem>> {
    let mut problems = Vec::new();
    let source = config.agencies_file.display().to_string();
    let roster = match std::fs::read_to_string(&config.agencies_file) {
        Ok(text) => Roster::parse(&text, &source)
            .map_err(|found| {
                problems.extend(found.iter().map(|problem| Problem {
                    source: format!("{}, line {}", problem.file, problem.line),
                    key: String::new(),
                    what: problem.what.clone(),
                }));
            })
            .ok(),
        Err(error) => {
            problems.push(Problem {
                source: source.clone(),
                key: "agencies.file".to_owned(),
                what: format!("cannot be read: {error}"),
            });
            None
        }
    };
    let templates = Templates::load(config.templates.as_deref())
        .map_err(|found| {
            problems.extend(found.iter().map(|problem| Problem {
                source: "replies.templates".to_owned(),
                key: String::new(),
                what: problem.to_string(),
            }));
        })
        .ok();
    let reader = reader(config).map_err(|found| problems.extend(found)).ok();
    let (Some(roster), Some(templates), Some(reader)) = (roster, templates, reader) else {
        return Err(problems);
    };
    Ok(Site {
        roster: Arc::new(roster),
        templates: Arc::new(templates),
        reader: Arc::new(reader),
        require: match &config.authserv_id {
            Some(authserv_id) => Require::AuthenticationResults { authserv_id: authserv_id.clone() },
            None => Require::None,
        },
        mode: config.mode,
        deadline: delta(config.deadline),
        time_zone: config.time_zone,
        from: config.smtp.from.clone(),
        from_address: config.smtp.from_address.clone(),
        notify: config.notify.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect(),
        console_url: config.console.url.clone(),
        alarms_to: config.alarms_to.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect(),
        quarantine_folder: config.mailbox.quarantine_folder.clone(),
        max_per_sender: config.smtp.max_per_sender,
        max_total: config.smtp.max_total,
    })
}

/// The mailbox a configuration names.
pub fn mailbox_options(config: &Config) -> crate::mailbox::Options {
    let limits = Limits { max_message: config.mailbox.max_message, ..Limits::default() };
    match &config.mailbox.kind {
        MailboxKind::Maildir(path) => {
            crate::mailbox::Options::Maildir(MaildirOptions { limits, ..MaildirOptions::new(path.clone()) })
        }
        MailboxKind::Imap(server) => {
            let (user, password) = server.login.clone().unwrap_or_default();
            crate::mailbox::Options::Imap(ImapOptions {
                port: server.port,
                tls: match server.tls {
                    Tls::Implicit => crate::mailbox::Tls::Implicit,
                    Tls::StartTls => crate::mailbox::Tls::StartTls,
                    Tls::None => crate::mailbox::Tls::None,
                },
                ca_file: server.ca_file.clone(),
                folder: config.mailbox.folder.clone(),
                step_timeout: server.timeout,
                limits,
                ..ImapOptions::new(server.host.clone(), user, password)
            })
        }
    }
}

/// How a configuration sends mail.
pub fn mailer_options(config: &Config) -> mailer::Options {
    match &config.smtp.kind {
        SmtpKind::Files(path) => mailer::Options::Files { path: path.clone() },
        SmtpKind::Smtp(server) => {
            let (user, password) = server.login.clone().unzip();
            mailer::Options::Smtp(mailer::SmtpOptions {
                host: server.host.clone(),
                port: server.port,
                tls: match server.tls {
                    Tls::Implicit => mailer::Tls::Implicit,
                    Tls::StartTls => mailer::Tls::StartTls,
                    Tls::None => mailer::Tls::None,
                },
                ca_file: server.ca_file.clone(),
                user,
                password,
                envelope_from: config.smtp.from_address.clone(),
                connections: config.smtp.connections,
                step_timeout: server.timeout,
            })
        }
    }
}

/// The HMIS a configuration names.
pub fn hmis_options(config: &Config) -> HmisOptions {
    HmisOptions {
        address: config.hmis.address.clone(),
        role: if config.hmis.live { Role::Live } else { Role::Mirror },
        max_age: config.hmis.max_age,
        item_visibility: if config.hmis.own_visibility {
            ItemVisibility::Own
        } else {
            ItemVisibility::WithRecord
        },
        statements: config.hmis.statements.clone(),
        timeout: config.hmis.timeout,
    }
}

impl Desk {
    /// How long a lease lasts (`database.lease`).
    pub fn lease_for(&self) -> Duration {
        self.lease.to_std().unwrap_or_default()
    }

    /// Notes whether the mail server tells when mail arrives.
    pub(crate) fn note_told_of_mail(&self, is_told: bool) {
        *self.told_of_mail.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(is_told);
    }

    fn is_told_of_mail(&self) -> Option<bool> {
        *self.told_of_mail.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Opens store, HMIS and mailer as configured.
    pub async fn open(config: &Config, site: Site, clock: Clock) -> Result<Self, EngineError> {
        let store = Store::open(&config.database.address).await?;
        let hmis = Hmis::open(&hmis_options(config)).await?;
        Self::with(config, site, clock, store, hmis).await
    }

    /// The same for the daemon, which need not find the HMIS there: whoever asks it waits for it.
    pub async fn open_before_the_hmis(
        config: &Config,
        site: Site,
        clock: Clock,
    ) -> Result<Self, EngineError> {
        let hmis = Hmis::connect_later(&hmis_options(config))?;
        let store = Store::open(&config.database.address).await?;
        Self::with(config, site, clock, store, hmis).await
    }

    async fn with(
        config: &Config,
        site: Site,
        clock: Clock,
        store: Store,
        hmis: Hmis,
    ) -> Result<Self, EngineError> {
        let started_at = clock.now();
        Ok(Self {
            book: Casebook::new(store, site, clock).await?,
            hmis,
            mailer: Mailer::new(mailer_options(config))?,
            wake: Wake::default(),
            pulses: Pulses::new(config),
            stop: CancellationToken::new(),
            changed_by: config.hmis.changed_by,
            live: config.hmis.live,
            grace: delta(config.grace),
            policy: config.rules,
            mailbox: mailbox_options(config),
            told_of_mail: Mutex::default(),
            started_at,
            done_folder: config.mailbox.done_folder.clone(),
            poll_every: config.mailbox.poll_every,
            lease: delta(config.database.lease),
            folder: config.mailbox.folder.clone(),
            worker: worker(),
            answering: match config.database.address.file() {
                Some(_) => holding::Answering::to_one(),
                None => holding::Answering::to_several(),
            },
            plan: jobs::Plan::of(config),
            refused_since: Mutex::default(),
            mailbox_outage: outage::Outage::default(),
            hmis_outage: outage::Outage::default(),
        })
    }
}

/// How this process is called where people look who holds what.
fn worker() -> String {
    let host = whoami::hostname().unwrap_or_else(|_| "unknown host".to_owned());
    format!("{host}, process {}", std::process::id())
}

/// Configured durations are bounded by a century, so this never saturates.
pub(crate) fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
