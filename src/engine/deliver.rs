//! Delivering: an action is claimed and its attempt committed, then it happens, then its outcome is committed.
//!
//! An attempt without an outcome (the process died in between) is *uncertain*: a closing asks the record, a reply
//! asks the place it went to; where that cannot be asked, the same octets leave again under the same Message-ID.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Desk, EngineError, Site,
    evidence::Evidence,
    judge::{replacements_of, report},
    worklist::Look,
};
use crate::{
    classify::{self, ReadBack},
    domain::{
        Action, ActionState, Case, ChangedBy, ClientId, Closing, Event, MailAddress, Mode, ReadBackFinding,
        Snapshot, Standing, Step, difference,
    },
    hmis::CloseOutcome,
    mailbox::{Found, Mailbox, MailboxError, Mark},
    mailer::Outcome,
    store::{Claim, Held, Lane, OutgoingMail, Place, PutOff, Write},
};

/// How long an outcome is offered to a database that cannot take it.
pub(super) const NOTE_FOR: TimeDelta = TimeDelta::minutes(10);
/// The first wait after a failure; it doubles with every attempt.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(5);
/// The longest wait after a failure.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
/// How long a reply is tried before a person is asked.
const TRY_REPLY_FOR: TimeDelta = TimeDelta::days(3);

/// How long to wait before an outcome is offered to the database again.
const NOTE_AGAIN: std::time::Duration = std::time::Duration::from_millis(500);

/// How often a mark that the mailbox refuses is tried.
const TRY_MARKS: i64 = 12;

/// What one step of delivering did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// Nothing was due.
    Nothing,
    /// An action came to its end, or was put off.
    One,
}

/// What became of an attempt.
pub(super) enum Effect {
    /// It is done; this happens to the case.
    Done(Option<Event>),
    /// Not now: why, and when again (`None`: after the usual wait).
    Later(String, Option<DateTime<Utc>>),
    /// A look at a record whose change a person makes: what it showed, if that is news; why and when to look again.
    Again(Option<Event>, String, DateTime<Utc>),
    /// Refused for good.
    Refused(String, Option<Event>),
    /// Nobody can say whether it happened.
    Uncertain(String, Option<Event>),
}

impl Desk {
    /// Works off the action that is due longest: of the desk's lane, or else of staff's.
    pub async fn deliver_next(&self) -> Result<Delivered, EngineError> {
        let site = self.book.site();
        let mut claimed = self.claim(&site, Lane::Desk).await?;
        if claimed.is_none() {
            claimed = self.claim(&site, Lane::Staff).await?;
        }
        let Some(claim) = claimed else { return Ok(Delivered::Nothing) };
        let Some(claim) = claim else { return Ok(Delivered::One) };
        let effect = self.holding(Held::Action(&claim), Box::pin(self.effect(&claim))).await?;
        self.conclude(&site, &claim, effect).await?;
        Ok(Delivered::One)
    }

    /// Makes an action's effect happen.
    async fn effect(&self, claim: &Claim) -> Result<Effect, EngineError> {
        Ok(match (&claim.action, &claim.case) {
            (Some(Action::Close(closing)), Some(loaded)) => self.close(claim, &loaded.case, closing).await?,
            (Some(Action::ReadBack(record)), Some(loaded)) => {
                self.read_back(claim, &loaded.case, record).await?
            }
            (Some(Action::Undo { record, .. }), Some(loaded)) => {
                self.undo(claim, &loaded.case, record).await?
            }
            (Some(Action::EndGrace(_)), Some(_)) => Effect::Done(Some(Event::GraceOver)),
            (Some(Action::Reply { number, .. }), Some(_)) => self.send_reply(claim, *number).await,
            (
                Some(Action::NotifyStaff(_) | Action::TakeMail(_) | Action::FinishMail { .. }) | None,
                Some(_) | None,
            )
            | (
                Some(
                    Action::Close(_)
                    | Action::Undo { .. }
                    | Action::ReadBack(_)
                    | Action::EndGrace(_)
                    | Action::Reply { .. },
                ),
                None,
            ) => self.send(claim).await,
        })
    }

    /// Works off the action of the mailbox's lane that is due longest, in an open mailbox.
    pub async fn mark_next(&self, mailbox: &mut Mailbox) -> Result<Delivered, EngineError> {
        let site = self.book.site();
        let Some(claim) = self.claim(&site, Lane::Mailbox).await? else { return Ok(Delivered::Nothing) };
        let Some(claim) = claim else { return Ok(Delivered::One) };
        let marking = self.mark(&site, mailbox, &claim);
        let (effect, broken) = match self.holding(Held::Action(&claim), marking).await {
            Ok(()) => (Effect::Done(None), None),
            Err(EngineError::Mailbox(error)) => {
                // Some servers keep no keywords: that is lived with at once. All else is tried for an hour or two.
                let tries = if matches!(claim.action, Some(Action::TakeMail(_))) { 1 } else { TRY_MARKS };
                let effect = if error.is_temporary() || claim.attempts + 1 < tries {
                    Effect::Later(error.to_string(), None)
                } else {
                    Effect::Refused(error.to_string(), None)
                };
                (effect, Some(error))
            }
            Err(error) => return Err(error),
        };
        self.conclude(&site, &claim, effect).await?;
        broken.map_or(Ok(Delivered::One), |error| Err(error.into()))
    }

    /// Claims an action. `Some(None)`: one was due, but it is no longer wanted, or has to wait.
    async fn claim(&self, site: &Site, lane: Lane) -> Result<Option<Option<Claim>>, EngineError> {
        let claimed = self.claim_once(site, lane).await;
        self.answering.note(&claimed);
        claimed
    }

    async fn claim_once(&self, site: &Site, lane: Lane) -> Result<Option<Option<Claim>>, EngineError> {
        if site.mode == Mode::Shadow && lane != Lane::Staff {
            // Also for what was ordered in live mode: shadow mode is the brake, and it holds at once.
            return Ok(None);
        }
        let now = self.book.clock.now();
        // Looking costs no write lock, which others may be waiting for.
        if self.book.store.next_due(lane).await?.is_none_or(|due| due > now) {
            return Ok(None);
        }
        let mut tx = self.book.store.write().await?;
        let abandoned = self.answering.abandoned();
        let Some(claim) = tx.claim(lane, abandoned, now, self.held_until()).await? else { return Ok(None) };
        let unwanted = match (&claim.case, &claim.action) {
            (Some(loaded), Some(action)) => !loaded.case.wants(action),
            (None | Some(_), _) => false,
        };
        let mut dropped = None;
        let held = if unwanted {
            tx.end_action(&claim, ActionState::Dropped, None, now).await?;
            dropped = Some(claim.kind);
            None
        } else if let Some(until) = self.over_the_cap(site, &mut tx, &claim, now).await? {
            tracing::warn!(action = %claim.key, %until, "more mail than the configured rate; it waits");
            let why = "over the rate of smtp.max_per_sender or smtp.max_total";
            tx.put_off(&claim, why, PutOff::Waiting, until, now).await?;
            None
        } else {
            Some(claim)
        };
        tx.commit().await?;
        if let Some(kind) = dropped {
            self.book.metrics.action(&kind, ActionState::Dropped);
        }
        Ok(Some(held))
    }

    /// Until when a mail has to wait for the configured rates. They are for strangers: what an agency of the roster
    /// or staff must hear never waits.
    async fn over_the_cap(
        &self,
        site: &Site,
        tx: &mut Write,
        claim: &Claim,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, EngineError> {
        let Some(mail) = &claim.mail else { return Ok(None) };
        let to_a_stranger = claim.case.as_ref().is_some_and(|loaded| {
            matches!(claim.action, Some(Action::Reply { .. }))
                && matches!(loaded.case.standing, Standing::Stranger | Standing::Several(_))
        });
        if !to_a_stranger {
            return Ok(None);
        }
        for (to, rate) in [(Some(mail.to.as_str()), site.max_per_sender), (None, site.max_total)] {
            let per = super::delta(rate.per);
            let (sent, first) = tx.mails_sent(to, now - per).await?;
            if sent >= i64::from(rate.count) {
                return Ok(Some(first.unwrap_or(now) + per + TimeDelta::seconds(1)));
            }
        }
        Ok(None)
    }

    /// Commits an attempt's outcome and what follows from it. The effect has happened: while the database cannot take
    /// the outcome, it is offered again, for as long as the attempt is ours and nobody wants the desk to stop. An attempt
    /// left without an outcome is uncertain to the next start, which asks the other side or sends the same octets again.
    async fn conclude(&self, site: &Site, claim: &Claim, effect: Effect) -> Result<(), EngineError> {
        let until = self.book.clock.now() + NOTE_FOR;
        loop {
            let concluded = self.conclude_once(site, claim, &effect).await;
            self.answering.note(&concluded);
            match concluded {
                Err(EngineError::Store(error)) if error.is_passing() && self.stop.is_cancelled() => {
                    tracing::warn!(action = %claim.key, "its outcome cannot be noted: the next start sees to it");
                    return Err(error.into());
                }
                Err(EngineError::Store(error)) if error.is_passing() && self.book.clock.now() < until => {
                    tracing::warn!(action = %claim.key, %error, "its outcome cannot be noted yet");
                    super::daemon::rest(NOTE_AGAIN, &self.stop).await;
                }
                other => return other,
            }
        }
    }

    async fn conclude_once(&self, site: &Site, claim: &Claim, effect: &Effect) -> Result<(), EngineError> {
        let now = self.book.clock.now();
        let mut tx = self.book.store.write().await?;
        let (state, error, event) = match effect {
            Effect::Later(why, due) => {
                // Who knows when to look again waits for somebody; all else is a failure.
                let put_off = if due.is_some() { PutOff::Waiting } else { PutOff::Failed };
                let due = due.unwrap_or_else(|| now + wait_after(claim.attempts));
                tracing::warn!(action = %claim.key, %due, why, "put off");
                tx.put_off(claim, why, put_off, due, now).await?;
                tx.commit().await?;
                self.book.metrics.action(&claim.kind, ActionState::Retrying);
                return Ok(());
            }
            Effect::Again(event, why, due) => {
                return self.look_again(site, tx, claim, event.as_ref(), why, *due).await;
            }
            Effect::Done(event) => (ActionState::Done, None, event),
            Effect::Refused(why, event) => (ActionState::Refused, Some(why), event),
            Effect::Uncertain(why, event) => (ActionState::Uncertain, Some(why), event),
        };
        if let Some(error) = error {
            tracing::warn!(action = %claim.key, state = state.as_str(), error, "not delivered for certain");
        }
        // Read again, and before anything is changed: the case may have moved on while the effect happened.
        let case = match (event, &claim.case) {
            (Some(event), Some(held)) => tx.case(held.case.id).await?.map(|loaded| (event, loaded)),
            (None, _) | (_, None) => None,
        };
        tx.end_action(claim, state, error.map(String::as_str), now).await?;
        let mut happened = None;
        if let Some((event, loaded)) = case {
            match self.book.apply(site, &mut tx, &loaded, event, now).await {
                Ok(saved) => happened = Some((event, loaded, saved)),
                Err(EngineError::Illegal(why)) => {
                    tracing::warn!(action = %claim.key, %why, "its outcome no longer matters to the case");
                }
                Err(error) => return Err(error),
            }
        }
        tx.commit().await?;
        self.book.metrics.action(&claim.kind, state);
        if let Some((event, before, after)) = happened {
            self.book.metrics.happened(event, &before.case, &after.case, now);
        }
        self.wake.all();
        Ok(())
    }

    /// Notes what a look showed, and puts the next one off. What happened to the case meanwhile (a tick, somebody's word)
    /// may want another look at once, and the order for it found this one begun.
    async fn look_again(
        &self,
        site: &Site,
        mut tx: Write,
        claim: &Claim,
        event: Option<&Event>,
        why: &str,
        due: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        let now = self.book.clock.now();
        let loaded = match &claim.case {
            Some(held) => tx.case(held.case.id).await?,
            None => None,
        };
        let version = |loaded: Option<&crate::store::Loaded>| loaded.map(|loaded| loaded.version);
        let due = if version(loaded.as_ref()) == version(claim.case.as_ref()) { due } else { now };
        tx.put_off(claim, why, PutOff::Waiting, due, now).await?;
        let mut happened = None;
        if let (Some(event), Some(before)) = (event, loaded) {
            match self.book.apply(site, &mut tx, &before, event, now).await {
                Ok(after) => happened = Some((event, before, after)),
                Err(EngineError::Illegal(why)) => {
                    tracing::info!(action = %claim.key, %why, "what it read no longer matters to the case");
                }
                Err(error) => return Err(error),
            }
        }
        tx.commit().await?;
        self.book.metrics.action(&claim.kind, ActionState::Retrying);
        if let Some((event, before, after)) = happened {
            self.book.metrics.happened(event, &before.case, &after.case, now);
        }
        self.wake.all();
        Ok(())
    }

    async fn close(&self, claim: &Claim, case: &Case, closing: &Closing) -> Result<Effect, EngineError> {
        let record = &closing.record;
        if self.changed_by == ChangedBy::Person {
            let difference = vec!["changes are made by a person now (hmis.changes)".to_owned()];
            return Ok(Effect::Refused(
                "the desk no longer makes changes".to_owned(),
                Some(Event::FactsChanged { record: record.clone(), difference }),
            ));
        }
        match self.hmis.close(closing, self.book.clock.now()).await {
            Ok(CloseOutcome::Closed(trace)) => {
                Ok(Effect::Done(Some(Event::Closed { record: record.clone(), trace })))
            }
            Ok(CloseOutcome::FactsChanged(now)) => {
                // An earlier attempt, of which no outcome is known, may have made the change.
                let tried = claim.attempts > 0;
                if tried
                    && now.iter().any(|snapshot| &snapshot.record == record && closing.is_applied(snapshot))
                {
                    return Ok(Effect::Done(Some(Event::Closed { record: record.clone(), trace: None })));
                }
                let difference = self.what_changed(case, &now).await?;
                Ok(Effect::Refused(
                    "the facts have changed since the decision".to_owned(),
                    Some(Event::FactsChanged { record: record.clone(), difference }),
                ))
            }
            // A change of which nobody knows whether it was made shows at the next attempt.
            Err(error) if error.is_temporary() || error.is_uncertain() => {
                self.hmis_failed().await;
                Ok(Effect::Later(error.to_string(), None))
            }
            Err(error) => {
                let reason = error.to_string();
                Ok(Effect::Refused(
                    reason.clone(),
                    Some(Event::CloseRefused { record: record.clone(), reason }),
                ))
            }
        }
    }

    async fn what_changed(&self, case: &Case, now: &[Snapshot]) -> Result<Vec<String>, EngineError> {
        let Some(sha256) = &case.evidence_sha256 else { return Ok(vec!["the facts".to_owned()]) };
        let seen: Option<Evidence> = self.book.store.evidence(case.id, sha256).await?;
        Ok(now
            .iter()
            .filter_map(|now| Some((seen.as_ref()?.snapshot(&now.record)?, now)))
            .flat_map(|(seen, now)| difference(seen, now))
            .collect())
    }

    /// Reads a record after the change. Only this releases a confirmation; a named person's word counts only for what cannot
    /// be read.
    async fn read_back(&self, claim: &Claim, case: &Case, record: &ClientId) -> Result<Effect, EngineError> {
        let now = self.book.clock.now();
        let Some(item) = case.item(record) else { return Ok(Effect::Done(None)) };
        let mut records = vec![record.clone()];
        records.extend(replacements_of(case, record).into_iter().cloned());
        let read = async {
            let requester = self.requester(case).await?;
            let snapshots = self.hmis.read(&records, now).await?;
            Ok::<_, crate::hmis::HmisError>((requester, snapshots))
        };
        let (requester, snapshots) = match read.await {
            Ok(read) => read,
            Err(error @ crate::hmis::HmisError::BadRow { .. }) => {
                let finding = ReadBackFinding::Differs(vec![error.to_string()]);
                return Ok(Effect::Done(Some(Event::ReadBack { record: record.clone(), finding })));
            }
            Err(error) => {
                self.hmis_failed().await;
                return Ok(Effect::Later(error.to_string(), None));
            }
        };
        self.hmis_outage.over();
        let Some((snapshot, replacements)) = snapshots.split_first() else { return Ok(Effect::Done(None)) };
        let again = now + super::delta(self.poll_every);
        if item.step == Step::Worklist {
            let look =
                Look { claim, case, item, snapshot, replacements, requester: requester.as_ref(), again };
            return self.look_at_worklist(&look).await;
        }
        let differs = |reasons: Vec<String>| {
            let finding = ReadBackFinding::Differs(reasons);
            Ok(Effect::Done(Some(Event::ReadBack { record: record.clone(), finding })))
        };
        match classify::read_back(snapshot, item.scenario, requester.as_ref()) {
            ReadBack::Confirmed { .. } => {
                let report = report(case, snapshot, item.scenario, replacements, requester.as_ref());
                let finding = ReadBackFinding::Confirmed(report);
                Ok(Effect::Done(Some(Event::ReadBack { record: record.clone(), finding })))
            }
            // A mirror may know after its next filling.
            ReadBack::Unknown(reasons) if !self.live => Ok(Effect::Later(reasons.join(" "), Some(again))),
            ReadBack::StillOpen => differs(vec!["it reads back as still shared statewide".to_owned()]),
            ReadBack::Differs(reasons) | ReadBack::Unknown(reasons) => differs(reasons),
        }
    }

    async fn send_reply(&self, claim: &Claim, number: u32) -> Effect {
        match self.send(claim).await {
            Effect::Done(_) => Effect::Done(Some(Event::ReplySent { number })),
            Effect::Refused(reason, _) => {
                Effect::Refused(reason.clone(), Some(Event::ReplyFailed { number, reason }))
            }
            Effect::Uncertain(reason, _) => {
                Effect::Uncertain(reason.clone(), Some(Event::ReplyFailed { number, reason }))
            }
            Effect::Later(reason, _) if self.book.clock.now() - claim.ordered_at > TRY_REPLY_FOR => {
                Effect::Refused(reason.clone(), Some(Event::ReplyFailed { number, reason }))
            }
            later @ (Effect::Later(..) | Effect::Again(..)) => later,
        }
    }

    async fn send(&self, claim: &Claim) -> Effect {
        let Some(OutgoingMail { to, message_id, octets }) = &claim.mail else {
            return Effect::Refused("the outbox holds no mail for it".to_owned(), None);
        };
        let Ok(to) = MailAddress::parse(to) else {
            return Effect::Refused("its address cannot be used".to_owned(), None);
        };
        if self.book.clock.now() > claim.until
            && let Err(error) = self.book.store.renew(Held::Action(claim), self.held_until()).await
        {
            // The process was frozen, or the machine asleep: by now somebody else may be sending it.
            return Effect::Later(error.to_string(), None);
        }
        if claim.interrupted && self.mailer.was_sent(message_id).await == Some(true) {
            return Effect::Done(None);
        }
        match self.mailer.send(&to, message_id, octets).await {
            Outcome::Done => Effect::Done(None),
            Outcome::Retry(why) => Effect::Later(why, None),
            Outcome::Refused(why) => Effect::Refused(why, None),
            Outcome::Uncertain(why) => Effect::Uncertain(why, None),
        }
    }

    async fn mark(&self, site: &Site, mailbox: &mut Mailbox, claim: &Claim) -> Result<(), EngineError> {
        let store = &self.book.store;
        match (&claim.action, &claim.case, &claim.message) {
            (Some(Action::TakeMail(_)), Some(loaded), _) => {
                for place in store.messages_of(loaded.case.id).await? {
                    let found = mailbox.mark(&place.key, Mark::Taken).await?;
                    note_if_gone(&place, found);
                }
            }
            (Some(Action::FinishMail { answered }), Some(loaded), _) => {
                for place in store.messages_of(loaded.case.id).await? {
                    if *answered {
                        let found = mailbox.mark(&place.key, Mark::Answered).await?;
                        note_if_gone(&place, found);
                    }
                    if let Some(folder) = &self.done_folder {
                        file(mailbox, &place, folder).await?;
                    }
                }
            }
            (None, _, Some(message)) => {
                // Read again meanwhile, it is a notice like any other.
                let row = store.message_row(message).await?.filter(|row| row.case.is_none());
                let place = if row.is_some() { store.message(message).await? } else { None };
                if let (Some(place), Some(folder)) = (place, &site.quarantine_folder) {
                    file(mailbox, &place, folder).await?;
                }
            }
            (Some(_) | None, _, _) => {}
        }
        Ok(())
    }
}

async fn file(mailbox: &mut Mailbox, place: &Place, folder: &str) -> Result<(), MailboxError> {
    mailbox.file(&place.key, folder).await.map(|found| note_if_gone(place, found))
}

fn note_if_gone(place: &Place, found: Found) {
    if found == Found::Gone {
        tracing::info!(message = %place.id, "somebody has moved or deleted this notice in the mailbox");
    }
}

/// 5 s, 10 s, 20 s … 15 min.
fn wait_after(attempts: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(0, 16)).unwrap_or(16);
    FIRST_WAIT.checked_mul(1 << doublings).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}
