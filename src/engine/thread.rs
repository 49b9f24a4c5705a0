//! Which case a mail belongs to: by the conversation it is part of, by the records it names, and only ever to a case of
//! its own agency.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    Casebook, EngineError, Site,
    intake::{answer, sole_sender, unique},
    reading::Read,
};
use crate::{
    domain::{Case, CaseId, CaseState, Event, MailAddress, NoticeKind, Opening, Standing},
    notice::{Answered, Notice},
    store::{Loaded, Write},
};

/// What happens to open cases because of a mail.
pub(super) type Happens = Vec<(CaseId, Event)>;

/// How a notice is brought to its case.
pub(super) enum Place {
    /// It opens one, and something happens to those it speaks of as well.
    New(Box<Opening>),
    /// It belongs to the first of these open ones.
    Existing(Happens),
}

/// The conversation a mail is part of.
pub(super) enum Conversation {
    /// That of this case, and it certainly comes from the case's own agency.
    Of(Box<Case>),
    /// It says so; nobody can be certain that it comes from the agency (DOMAIN.md, What follows, 6).
    Claimed(CaseId),
    /// None that is known.
    None,
}

/// Whether it is certain who wrote.
fn is_sure(standing: &Standing) -> bool {
    matches!(standing, Standing::Verified(_) | Standing::Trusted(_))
}

impl Casebook {
    /// The conversation of a person's mail: by a case number in the subject, else by what it answers or refers to (RFC 5322
    /// 3.6.4): mails of ours and notices that were taken in. The nearest case of the mail's own agency is the one, be it
    /// over or not.
    pub(super) async fn conversation(
        &self,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
    ) -> Result<Conversation, EngineError> {
        let mut claimed = Conversation::None;
        for id in self.cases_answered(&mut *tx, notice).await? {
            let Some(Loaded { case, .. }) = tx.case(id).await? else { continue };
            if is_sure(&mail.standing) && case.agency() == mail.standing.agency() {
                return Ok(Conversation::Of(Box::new(case)));
            }
            if matches!(claimed, Conversation::None) {
                claimed = Conversation::Claimed(id);
            }
        }
        Ok(claimed)
    }

    /// The cases whose conversation a mail carries on by its header, the nearest first.
    async fn cases_answered(&self, tx: &mut Write, notice: &Notice) -> Result<Vec<CaseId>, EngineError> {
        let envelope = &notice.envelope;
        let mut ids = envelope.case_numbers.clone();
        for message_id in envelope.in_reply_to.iter().chain(envelope.references.iter().rev()) {
            match self.reply_of(message_id) {
                Some((case, _)) => ids.push(case),
                None => ids.extend(tx.cases_of_message(message_id).await?),
            }
        }
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(*id));
        Ok(ids)
    }

    /// Which case a notice belongs to, and what else happens because of it.
    pub(super) async fn place(
        &self,
        site: &Site,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
        conversation: &Conversation,
        now: DateTime<Utc>,
    ) -> Result<Place, EngineError> {
        let mut reasons = notice.reasons.clone();
        match (notice.kind, conversation) {
            (NoticeKind::Cancel, _) => {
                let (stops, over) = self.cancelled(tx, mail, notice, conversation).await?;
                if !stops.is_empty() && over.is_empty() {
                    return Ok(Place::Existing(stops));
                }
                reasons.extend(over);
            }
            (NoticeKind::Revocation, _) if notice.act => {
                if let Some(happens) = self.repeated(tx, mail, notice).await? {
                    return Ok(Place::Existing(vec![happens]));
                }
            }
            // Not clear by itself, and about nothing but what this conversation is about.
            (NoticeKind::Revocation, Conversation::Of(case))
                if !case.state.is_over() && !notice.records.is_empty() && names_only(notice, case) =>
            {
                let event = Event::AgencyWrote { elsewhere: None, excess: notice.excess };
                return Ok(Place::Existing(vec![(case.id, event)]));
            }
            (NoticeKind::Revocation | NoticeKind::Consent | NoticeKind::Other | NoticeKind::Automatic, _) => {
            }
        }
        let received_at = mail.entry.received_at.min(now);
        reasons.extend(mail.standing_reasons.iter().cloned());
        Ok(Place::New(Box::new(Opening {
            id: tx.next_case().await?,
            kind: notice.kind,
            mode: site.mode,
            standing: mail.standing.clone(),
            sender: sole_sender(notice),
            act: notice.act,
            records: unique(&notice.records),
            new_records: unique(&notice.new_records),
            claimed_scenario: notice.claimed_scenario,
            effective: notice.effective,
            excess: notice.excess,
            reasons,
            received_at,
            due_at: received_at + site.deadline,
        })))
    }

    /// A second notice joins the case only if its sender is sure and one open revocation of the same agency
    /// names all of its records. Anything else opens a case of its own: the closing itself happens only once. A case of
    /// which the agency was asked whether to go ahead has its answer so.
    async fn repeated(
        &self,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
    ) -> Result<Option<(CaseId, Event)>, EngineError> {
        let Some(agency) = mail.standing.agency().filter(|_| is_sure(&mail.standing)) else {
            return Ok(None);
        };
        let Some(first) = notice.records.first() else { return Ok(None) };
        for id in tx.open_cases_for(agency, first).await? {
            let Some(Loaded { case, .. }) = tx.case(id).await? else { continue };
            let replaces_nothing_new =
                notice.new_records.iter().all(|record| case.new_records.contains(record));
            // A case that rests on an unverified mail must not swallow the real notice.
            let joins = is_sure(&case.standing)
                && !case.state.is_over()
                && case.kind == NoticeKind::Revocation
                && names_only(notice, &case)
                && replaces_nothing_new;
            if joins && case.state == CaseState::AwaitingInformation {
                return Ok(Some((id, Event::AnswerArrived(answer(notice, &Answered::default())))));
            }
            if joins && case.act {
                let tell = sole_sender(notice)
                    .filter(MailAddress::can_be_written_to)
                    .filter(|writer| !case.sender.as_ref().is_some_and(|sender| sender.same_mailbox(writer)));
                return Ok(Some((id, Event::NoticeJoined { tell, excess: notice.excess })));
            }
        }
        Ok(None)
    }

    /// What a cancel stops: every open revocation of the same agency that it names by record or case number, or whose
    /// conversation it carries on. What is not certainly the agency's, or about all of a case, calls a person. And, for
    /// whoever reads it, which cases it may mean that are over.
    async fn cancelled(
        &self,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
        conversation: &Conversation,
    ) -> Result<(Happens, Vec<String>), EngineError> {
        let Some(agency) = mail.standing.agency() else { return Ok((Vec::new(), Vec::new())) };
        let here = match conversation {
            Conversation::Of(case) => Some(case.id),
            Conversation::Claimed(id) => Some(*id),
            Conversation::None => None,
        };
        let mut ids: Vec<CaseId> = here.into_iter().collect();
        for record in &notice.records {
            ids.extend(tx.open_cases_for(agency, record).await?);
        }
        let (mut open, mut over) = (Vec::new(), BTreeSet::new());
        let mut seen = BTreeSet::new();
        for id in ids.into_iter().filter(|id| seen.insert(*id)) {
            let Some(Loaded { case, .. }) = tx.case(id).await? else { continue };
            if case.kind != NoticeKind::Revocation || case.agency() != Some(agency) {
                continue;
            }
            if case.state.is_over() {
                over.insert(id);
            } else {
                open.push(case);
            }
        }
        let mut unknown = false;
        for record in &notice.records {
            if open.iter().any(|case| case.item(record).is_some()) {
                continue;
            }
            match tx.last_case_over_for(agency, record).await? {
                Some(id) => drop(over.insert(id)),
                // Of a case that names none yet it may be the one.
                None => unknown |= !open.iter().any(|case| case.items.is_empty() && here == Some(case.id)),
            }
        }
        let certain = is_sure(&mail.standing) && !notice.doubtful && !unknown;
        let stops = open.iter().map(|case| {
            // Only part of the case's records, or none named: which is meant is for a person to find out, but where the
            // conversation is about one record only.
            let all = case.items.iter().all(|item| notice.records.contains(&item.record));
            let the_one = here == Some(case.id)
                && (case.items.is_empty() || notice.records.is_empty() && case.items.len() == 1);
            let sure = certain && (all && !case.items.is_empty() || the_one);
            (case.id, Event::CancelAsked { sure, excess: notice.excess })
        });
        let told = |id| {
            format!(
                "{id} is over, and may be what it is about: see how its records stand; what others entered since cannot be \
                 taken back"
            )
        };
        Ok((stops.collect(), over.into_iter().map(told).collect()))
    }

    /// What happens to other open cases because of a mail that has opened its own: a consent speaks against the
    /// revocations of its records, a cancel stops what is still open, and what names no record may be about anybody.
    pub(super) async fn beside(
        &self,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
        conversation: &Conversation,
        opened: CaseId,
    ) -> Result<Happens, EngineError> {
        let Some(agency) = mail.standing.agency() else { return Ok(Vec::new()) };
        let here = match conversation {
            Conversation::Of(case) => Some(case.id),
            Conversation::Claimed(_) | Conversation::None => None,
        };
        let ids: Vec<CaseId> = match notice.kind {
            NoticeKind::Cancel => {
                return Ok(self.cancelled(tx, mail, notice, conversation).await?.0);
            }
            NoticeKind::Consent => {
                let mut ids: Vec<CaseId> = here.into_iter().collect();
                for record in &notice.records {
                    ids.extend(tx.open_cases_for(agency, record).await?);
                }
                ids
            }
            NoticeKind::Revocation if notice.records.is_empty() => here.into_iter().collect(),
            NoticeKind::Revocation | NoticeKind::Other | NoticeKind::Automatic => Vec::new(),
        };
        let mut seen = BTreeSet::new();
        let mut happens = Vec::new();
        for id in ids.into_iter().filter(|id| seen.insert(*id)) {
            let case = tx.case(id).await?.map(|loaded| loaded.case);
            let waits = |case: &Case| case.kind == NoticeKind::Revocation && !case.state.is_over();
            if case.is_some_and(|case| waits(&case)) {
                happens.push((id, Event::AgencyWrote { elsewhere: Some(opened), excess: notice.excess }));
            }
        }
        Ok(happens)
    }
}

/// Whether the case has every record the notice names.
fn names_only(notice: &Notice, case: &Case) -> bool {
    notice.records.iter().all(|record| case.item(record).is_some())
}
