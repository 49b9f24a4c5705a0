//! Cases and what they order, committed together. Every event of every source goes through [`Casebook::apply`].

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{EngineError, Metrics};
use crate::{
    clock::Clock,
    config::Rate,
    domain::{Action, Actor, Case, CaseId, Event, MailAddress, Mode, ReplyKind},
    mailer::{self, Mail},
    notice::ReaderRules,
    reply::{self, Templates},
    sender::{Require, Roster},
    store::{Lane, Loaded, Order, OutgoingMail, Store, Write},
};

/// What a site has set that decides about cases and texts.
#[derive(Debug, Clone)]
pub struct Site {
    /// Who may write for which agency.
    pub roster: Arc<Roster>,
    /// The texts of replies.
    pub templates: Arc<Templates>,
    /// How client IDs look, and which mail is our own.
    pub reader: Arc<ReaderRules>,
    /// How senders are verified.
    pub require: Require,
    /// Watch or act.
    pub mode: Mode,
    /// From receipt to a case's due time.
    pub deadline: TimeDelta,
    /// The From field of our mail.
    pub from: String,
    /// Its address.
    pub from_address: MailAddress,
    /// The zone in which people read times (`ops.time_zone`).
    pub time_zone: Tz,
    /// Who is told of cases that wait for a person.
    pub notify: Vec<MailAddress>,
    /// The console as staff reach it, e.g. `https://desk.example.org`, for links; `None`: there are none.
    pub console_url: Option<String>,
    /// Who is told that the desk itself needs somebody.
    pub alarms_to: Vec<MailAddress>,
    /// Where unreadable mails go.
    pub quarantine_folder: Option<String>,
    /// At most so many replies to one address.
    pub max_per_sender: Rate,
    /// At most so many mails in all.
    pub max_total: Rate,
}

impl Site {
    /// An instant as people read it, in the site's zone.
    pub(super) fn time_of(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.time_zone).format("%Y-%m-%d %H:%M %Z").to_string()
    }
}

/// The store, with all that is needed to let things happen to cases.
#[derive(Debug)]
pub struct Casebook {
    /// The desk's own database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// What has happened so far.
    pub metrics: Metrics,
    site: RwLock<Arc<Site>>,
    installation: String,
    former_installations: Vec<String>,
}

impl Casebook {
    /// A casebook over an open store.
    pub async fn new(store: Store, site: Site, clock: Clock) -> Result<Self, EngineError> {
        let installation = store.installation().await?;
        let former_installations = store.former_installations().await?;
        let site = RwLock::new(Arc::new(site));
        Ok(Self { store, clock, metrics: Metrics::default(), site, installation, former_installations })
    }

    /// What the site has set, as of now. A step asks once and goes on with that: it may be another one the next moment.
    pub fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another in its place; steps that have begun end with the one they began with.
    pub fn replace_site(&self, site: Site) {
        *self.site.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
    }

    /// Lets `event` happen to a case: what becomes of it, its history and all it orders, in the caller's
    /// transaction. An event that does not fit the case is an error, and the transaction is to be dropped; so is a
    /// decision of somebody who may not decide at this very moment, wherever it was asked for.
    pub async fn apply(
        &self,
        site: &Site,
        tx: &mut Write,
        before: &Loaded,
        event: &Event,
        now: DateTime<Utc>,
    ) -> Result<Loaded, EngineError> {
        if let Actor::Staff(by) = event.actor() {
            Self::may_decide(tx, &by).await?;
        }
        let stands = if matches!(event, Event::Approved { .. }) {
            Self::with_approvals_that_count(tx, &before.case).await?
        } else {
            None
        };
        let (after, actions) = stands.as_ref().unwrap_or(&before.case).transition(event, now)?;
        let saved = tx.save_case(before, &after, event, now).await?;
        self.order(site, tx, &before.case, &after, &actions, now).await?;
        tracing::info!(
            case = %after.id,
            event = event.name(),
            from = before.case.state.as_str(),
            to = after.state.as_str(),
            "case"
        );
        Ok(saved)
    }

    /// The case without the approvals of people who may not decide any more, where it has such: two people approve who may,
    /// both, at the moment the second one does.
    async fn with_approvals_that_count(tx: &mut Write, case: &Case) -> Result<Option<Case>, EngineError> {
        let mut stands = case.clone();
        stands.approvals.clear();
        for approval in &case.approvals {
            match Self::may_decide(tx, &approval.by).await {
                Ok(()) => stands.approvals.push(approval.clone()),
                Err(EngineError::NotAllowed { who, why }) => {
                    stands.reasons.push(format!("the approval of {who} no longer counts: {who} {why}"));
                }
                Err(error) => return Err(error),
            }
        }
        Ok((stands.approvals.len() < case.approvals.len()).then_some(stands))
    }

    /// Puts what a case ordered into the outbox, replies as the octets that will leave.
    pub async fn order(
        &self,
        site: &Site,
        tx: &mut Write,
        before: &Case,
        case: &Case,
        actions: &[Action],
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        for action in actions {
            let key = action.key(case.id);
            let order = |key: String, lane, mail, due_at| Order {
                key,
                case: Some(case.id),
                message: None,
                lane,
                kind: action.kind(),
                action: Some(action),
                mail,
                due_at,
            };
            match action {
                Action::Reply { number, .. } if *number <= before.replies => {
                    tx.order_again(&key, now).await?;
                }
                Action::Reply { number, kind } => {
                    match self.reply(site, tx, case, *number, kind, !before.acknowledged, now).await {
                        Ok(Some(mail)) => tx.order(order(key, Lane::Desk, Some(mail), now), now).await?,
                        Ok(None) => {}
                        // Ordered without octets, it fails where a failed reply is known to call a person; what is
                        // committed along with it must not be held up.
                        Err(error @ EngineError::Reply { .. }) => {
                            tracing::error!(case = %case.id, %error, "a reply cannot be made");
                            tx.order(order(key, Lane::Desk, None, now), now).await?;
                        }
                        Err(error) => return Err(error),
                    }
                }
                Action::NotifyStaff(_) => {
                    for (index, to) in site.notify.iter().enumerate() {
                        let key = format!("{key}/{}", index + 1);
                        let mail = self.word_to_staff(
                            site,
                            &key,
                            to,
                            &waiting_subject(case),
                            &waiting_text(case, site),
                            now,
                        )?;
                        tx.order(order(key, Lane::Desk, Some(mail), now), now).await?;
                    }
                }
                Action::TakeMail(_) | Action::FinishMail { .. } => {
                    tx.order(order(key, Lane::Mailbox, None, now), now).await?;
                }
                Action::EndGrace(until) => tx.order(order(key, Lane::Desk, None, *until), now).await?,
                Action::Close(_) | Action::Undo { .. } | Action::ReadBack(_) => {
                    tx.order(order(key, Lane::Desk, None, now), now).await?;
                }
            }
        }
        Ok(())
    }

    /// A reply as it will leave; `None` if nobody may be written to.
    #[expect(clippy::too_many_arguments, reason = "each is a thing of its own, and there is one caller")]
    async fn reply(
        &self,
        site: &Site,
        tx: &mut Write,
        case: &Case,
        number: u32,
        kind: &ReplyKind,
        first: bool,
        now: DateTime<Utc>,
    ) -> Result<Option<OutgoingMail>, EngineError> {
        let notices = tx.messages_of(case.id).await?;
        let (to, answered) = match kind {
            ReplyKind::Joined(writer) => (Some(writer), notices.last()),
            ReplyKind::Received
            | ReplyKind::MissingId
            | ReplyKind::MissingIdReminder
            | ReplyKind::GoAhead
            | ReplyKind::GoAheadReminder
            | ReplyKind::ConsentReceived
            | ReplyKind::Outcome(_)
            | ReplyKind::Declined(_)
            | ReplyKind::Cancelled
            | ReplyKind::Undone(_) => (case.correspondent(), notices.first()),
        };
        let Some(to) = to else { return Ok(None) };
        let letter = reply::letter(case, kind, first);
        let rendered = site
            .templates
            .render(&letter)
            .map_err(|error| EngineError::Reply { case: case.id.to_string(), why: error.to_string() })?;
        let key = format!("{}/reply/{number}", case.id);
        let mail = Mail {
            from: site.from.clone(),
            to: to.clone(),
            subject: rendered.subject,
            text: rendered.text,
            html: rendered.html,
            message_id: self.message_id(site, &key),
            in_reply_to: answered.and_then(|notice| notice.message_id.clone()),
            references: answered.map(|notice| notice.references.clone()).unwrap_or_default(),
            date: now,
        };
        Self::outgoing(&key, &mail).map(Some)
    }

    /// A mail to the helpdesk's own staff: case numbers and hints only, nothing about a client.
    pub(super) fn word_to_staff(
        &self,
        site: &Site,
        key: &str,
        to: &MailAddress,
        subject: &str,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<OutgoingMail, EngineError> {
        let mail = Mail {
            from: site.from.clone(),
            to: to.clone(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: reply::html_of(text),
            message_id: self.message_id(site, key),
            in_reply_to: None,
            references: Vec::new(),
            date: now,
        };
        Self::outgoing(key, &mail)
    }

    /// Tells the people of `ops.alarms_to` that something needs them, by mail and in the log. `kind` names what is wrong
    /// (one word, for the log and the key): the same kind is mailed once an hour at most. `text` says what happened, where
    /// and what to do, and holds nothing about clients.
    pub async fn alarm(&self, kind: &str, text: &str) -> Result<(), EngineError> {
        self.alarm_of(kind, &self.clock.now().format("%Y-%m-%dT%H").to_string(), text).await
    }

    /// The same, mailed once for each `occasion`, which several daemons that tell of the same call the same.
    pub(super) async fn alarm_of(&self, kind: &str, occasion: &str, text: &str) -> Result<(), EngineError> {
        // One line: a journal makes an entry of each.
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        tracing::error!(alarm = kind, "{line}");
        self.metrics.alarm(kind);
        let (site, now, subject) = (self.site(), self.clock.now(), alarm_subject(kind));
        let mut tx = self.store.write().await?;
        for (index, to) in site.alarms_to.iter().enumerate() {
            let key = format!("alarm/{kind}/{occasion}/{}", index + 1);
            let mail = self.word_to_staff(&site, &key, to, &subject, text, now)?;
            let order = Order {
                key,
                case: None,
                message: None,
                lane: Lane::Staff,
                kind: "alarm",
                action: None,
                mail: Some(mail),
                due_at: now,
            };
            tx.order_once(order, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    fn outgoing(key: &str, mail: &Mail) -> Result<OutgoingMail, EngineError> {
        let octets = mailer::build(mail)
            .map_err(|error| EngineError::Reply { case: key.to_owned(), why: error.to_string() })?;
        Ok(OutgoingMail { to: mail.to.unmasked(), message_id: mail.message_id.clone(), octets })
    }

    /// Which reply of which case has this Message-ID, made here or before a restore.
    pub(super) fn reply_of(&self, message_id: &str) -> Option<(CaseId, u32)> {
        let mut names = self.former_installations.iter().chain([&self.installation]);
        let ours = names.any(|name| message_id.contains(name));
        let mut atoms = message_id.trim_matches(['<', '>']).split('.').filter(|_| ours);
        let case = atoms.next()?.parse().ok()?;
        let number = atoms.next().filter(|kind| *kind == "reply").and_then(|_| atoms.next()?.parse().ok());
        Some((case, number?))
    }

    fn message_id(&self, site: &Site, key: &str) -> String {
        mailer::message_id(key, &self.installation, site.from_address.domain())
    }

    /// Lets `event` happen to the case of that number, in a transaction of its own.
    pub async fn happen(&self, id: CaseId, event: &Event) -> Result<Case, EngineError> {
        self.happen_to(id, None, event).await
    }

    /// The same, only if the case still has the version that a person saw: that is looked up in the transaction.
    ///
    /// # Errors
    /// [`EngineError::Stale`] if it has another; [`EngineError::Illegal`] if the event does not fit the case.
    pub(super) async fn happen_to(
        &self,
        id: CaseId,
        seen: Option<i64>,
        event: &Event,
    ) -> Result<Case, EngineError> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let loaded = tx.case(id).await?.ok_or_else(|| EngineError::NoSuchCase(id.to_string()))?;
        if let Some(seen) = seen.filter(|seen| *seen != loaded.version) {
            return Err(EngineError::Stale { case: id, seen, now: loaded.version });
        }
        let saved = self.apply(&self.site(), &mut tx, &loaded, event, now).await?;
        tx.commit().await?;
        self.metrics.happened(event, &loaded.case, &saved.case, now);
        Ok(saved.case)
    }
}

/// What is wrong, for whoever reads no more than that.
fn alarm_subject(kind: &str) -> String {
    match (kind, kind.strip_prefix("job-")) {
        ("certificate", _) => "Alarm: the console's new certificate cannot be used".to_owned(),
        ("reload", _) => "Alarm: the changed settings cannot be used".to_owned(),
        ("mailbox", _) => "Alarm: the mailbox cannot be read".to_owned(),
        ("hmis", _) => "Alarm: the HMIS cannot be asked".to_owned(),
        (_, Some(job)) => format!("Alarm: the scheduled job \"{job}\" has failed"),
        (other, None) => format!("Alarm: {other}"),
    }
}

fn waiting_subject(case: &Case) -> String {
    format!("[{}] {}", case.id, waiting_for(case))
}

fn waiting_for(case: &Case) -> &'static str {
    use crate::domain::CaseState as S;
    match case.state {
        S::AwaitingApproval => "waits for your approval",
        S::Worklist => "waits for the change to be made in the HMIS",
        S::NeedsStaff => "needs a person to look at it",
        S::Received
        | S::AwaitingInformation
        | S::Waiting
        | S::Closing
        | S::Replying
        | S::Done
        | S::Declined
        | S::Cancelled
        | S::Shadowed => {
            if case.failed_replies.is_empty() && case.has_refused_undo() {
                "its closing was not undone"
            } else {
                "a reply could not be delivered"
            }
        }
    }
}

fn waiting_text(case: &Case, site: &Site) -> String {
    let link = site
        .console_url
        .as_deref()
        .map(|url| format!("    {url}/cases/{}\n\nOr from the terminal:\n\n", case.id));
    format!(
        "Case {id}: {what}.\n\nIt is due on {due}.\n\nTo see it:\n\n{link}    roi-desk case show {id}\n",
        id = case.id,
        what = waiting_for(case),
        due = site.time_of(case.due_at),
        link = link.unwrap_or_default(),
    )
}
