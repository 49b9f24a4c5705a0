//! Intake: new mail becomes messages and, where it is a notice, cases. A batch is one transaction; only what is
//! committed is ever acted on, and nothing in the mailbox is touched here.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Desk, EngineError, Site, poll::Look};
use crate::{
    domain::{
        Answer, Case, CaseId, CaseState, ClientId, Event, MailAddress, Mode, NoticeKind, Opening, Standing,
        hex,
    },
    mailbox::{Content, Entry, Fetched},
    notice::{self, Notice, ReaderRules},
    sender,
    store::{Lane, Lease, MessageState, NewMessage, Order, StoreError, Write},
};

/// A mail as it was read, ready to be recorded.
struct Read {
    entry: Entry,
    sha256: Option<String>,
    octets: Vec<u8>,
    /// Or why it was not read: the verdict.
    notice: Result<Notice, (&'static str, Why)>,
    standing: Standing,
    standing_reasons: Vec<String>,
}

/// Why a mail was not read.
struct Why {
    /// What staff are told.
    told: String,
    /// The technical side of it, which is kept for `mail show`.
    detail: Option<String>,
}

impl Why {
    fn plain(told: impl Into<String>) -> Self {
        Self { told: told.into(), detail: None }
    }

    fn whole(&self) -> String {
        match &self.detail {
            Some(detail) => format!("{}: {detail}", self.told),
            None => self.told.clone(),
        }
    }
}

impl Read {
    /// What the reader found: the kind of mail, or the problem's name.
    fn verdict(&self) -> &'static str {
        match &self.notice {
            Err((verdict, _)) => verdict,
            Ok(Notice { problem: Some(problem), .. }) => problem.name(),
            Ok(notice) => notice.kind.as_str(),
        }
    }
}

/// What became of a mail.
enum Became {
    /// Nothing but a message that was recorded.
    Message,
    /// A case.
    Opened,
    /// Part of an open case, to which this happened: the event, the case before and after.
    Joined(Box<(Event, Case, Case)>),
}

/// How a notice is brought to its case.
enum Place {
    /// It opens one.
    New(Box<Opening>),
    /// It belongs to this open one, and this happens to it.
    Existing(CaseId, Event),
}

impl Desk {
    /// Takes a batch in: reads every mail, then records them all in one transaction. `reset`: the server has
    /// renumbered the folder, so what is known by its content only gets its new key.
    pub async fn take_in(
        &self,
        lease: &Lease,
        batch: Vec<Fetched>,
        reset: bool,
    ) -> Result<Look, EngineError> {
        let now = self.book.clock.now();
        let site = self.book.site();
        let mails: Vec<Read> = batch.into_iter().map(|fetched| Self::read(&site, fetched)).collect();
        let mut look = Look::default();
        let mut recorded = Vec::new();
        let mut tx = self.writing_mail(lease).await?;
        for mail in &mails {
            if tx.is_known(&mail.entry.key).await? {
                continue;
            }
            if let Some(sha256) = mail.sha256.as_ref().filter(|_| reset)
                && tx.rekey(&mail.entry.key, sha256).await?
            {
                continue;
            }
            look.messages += 1;
            let became = self.record(&site, &mut tx, mail, now).await?;
            look.cases += usize::from(matches!(became, Became::Opened));
            recorded.push((mail, became));
        }
        tx.commit().await?;
        for (mail, became) in recorded {
            self.book.metrics.mails(mail.verdict(), 1);
            match became {
                Became::Opened => self.book.metrics.opened(),
                Became::Joined(happened) => {
                    let (event, before, after) = *happened;
                    self.book.metrics.happened(&event, &before, &after, now);
                }
                Became::Message => {}
            }
        }
        Ok(look)
    }

    fn read(site: &Site, fetched: Fetched) -> Read {
        let unread = |verdict, reason| Read {
            entry: fetched.entry.clone(),
            sha256: None,
            octets: Vec::new(),
            notice: Err((verdict, reason)),
            standing: Standing::Unverified(None),
            standing_reasons: Vec::new(),
        };
        let octets = match fetched.content {
            Content::Whole(octets) => octets,
            Content::TooLarge => {
                return unread("too_large", Why::plain("it is larger than mailbox.max_message allows"));
            }
            Content::Unavailable(why) => {
                let told = "the mail server does not give it".to_owned();
                return unread("unavailable", Why { told, detail: Some(why) });
            }
        };
        let notice = notice::read(&octets, &site.reader);
        let envelope = &notice.envelope;
        let (standing, standing_reasons) = sender::standing(
            &site.require,
            &site.roster,
            &envelope.from,
            envelope.from_fields,
            &envelope.authentication_results,
        );
        Read {
            entry: fetched.entry,
            sha256: Some(hex(&Sha256::digest(&octets))),
            octets,
            notice: Ok(notice),
            standing,
            standing_reasons,
        }
    }

    /// Records one mail.
    async fn record(
        &self,
        site: &Site,
        tx: &mut Write,
        mail: &Read,
        now: DateTime<Utc>,
    ) -> Result<Became, EngineError> {
        let notice = match &mail.notice {
            Ok(notice) => notice,
            Err((_, why)) => {
                self.quarantine(site, tx, mail, why, None, now).await?;
                return Ok(Became::Message);
            }
        };
        if let Some(problem) = &notice.problem {
            let why = Why::plain(problem.to_string());
            self.quarantine(site, tx, mail, &why, Some(&mail.octets), now).await?;
            return Ok(Became::Message);
        }
        let thread = self.open_case_answered(&mut *tx, mail, notice).await?;
        if let Some((id, CaseState::AwaitingInformation)) = thread {
            let (records, clear) = answered_records(mail, notice, &site.reader);
            let answer = Answer {
                records,
                clear,
                complete_notice: notice.act,
                new_records: unique(&notice.new_records),
                effective: notice.effective,
                claimed_scenario: notice.claimed_scenario,
                excess: notice.excess,
            };
            self.record_notice(tx, mail, notice, id, now).await?;
            return self.join(site, tx, id, Event::AnswerArrived(answer), now).await;
        }
        if !notice.kind.is_notice() {
            // We ask agencies to answer: what they say to an open case is for a person to find.
            let answers = thread.map(|(id, _)| format!("It answers {id}, which is open."));
            let possible = answers.as_deref().or(notice.possible.as_deref());
            let message = NewMessage {
                state: MessageState::Left,
                verdict: mail.verdict(),
                reason: possible,
                possible: possible.is_some(),
                ..blank(mail)
            };
            tx.add_message(&message, now).await?;
            return Ok(Became::Message);
        }
        match self.place(site, tx, mail, notice, now).await? {
            Place::Existing(id, event) => {
                self.record_notice(tx, mail, notice, id, now).await?;
                self.join(site, tx, id, event, now).await
            }
            Place::New(opening) => {
                let (case, actions) = Case::open(*opening);
                tx.add_case(&case, now).await?;
                self.record_notice(tx, mail, notice, case.id, now).await?;
                self.book.order(site, tx, &case, &case, &actions, now).await?;
                tracing::info!(case = %case.id, kind = case.kind.as_str(), records = case.items.len(), "case opened");
                Ok(Became::Opened)
            }
        }
    }

    /// Lets what a mail says happen to the open case it belongs to.
    async fn join(
        &self,
        site: &Site,
        tx: &mut Write,
        id: CaseId,
        event: Event,
        now: DateTime<Utc>,
    ) -> Result<Became, EngineError> {
        let before = tx.case(id).await?.ok_or_else(|| EngineError::NoSuchCase(id.to_string()))?;
        let after = self.book.apply(site, tx, &before, &event, now).await?;
        Ok(Became::Joined(Box::new((event, before.case, after.case))))
    }

    async fn record_notice(
        &self,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
        case: CaseId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let references = notice.envelope.references.join(" ");
        let message = NewMessage {
            state: MessageState::Working,
            verdict: mail.verdict(),
            case: Some(case),
            message_id: notice.envelope.message_id.as_deref(),
            references: Some(&references),
            octets: Some(&mail.octets),
            ..blank(mail)
        };
        tx.add_message(&message, now).await.map(drop)
    }

    /// Which case a notice belongs to: an open one of the same agency about the same records, or a new one.
    async fn place(
        &self,
        site: &Site,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
        now: DateTime<Utc>,
    ) -> Result<Place, EngineError> {
        match notice.kind {
            NoticeKind::Cancel => {
                if let Some(place) = self.place_cancel(tx, mail, notice).await? {
                    return Ok(place);
                }
            }
            NoticeKind::Revocation if notice.act => {
                if let Some(place) = self.place_repeat(tx, mail, notice).await? {
                    return Ok(place);
                }
            }
            NoticeKind::Revocation | NoticeKind::Consent | NoticeKind::Other | NoticeKind::Automatic => {}
        }
        let received_at = mail.entry.received_at.min(now);
        let mut reasons = notice.reasons.clone();
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
    /// names all of its records. Anything else opens a case of its own: the closing itself happens only once.
    async fn place_repeat(
        &self,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
    ) -> Result<Option<Place>, EngineError> {
        let (Standing::Verified(agency) | Standing::Trusted(agency)) = &mail.standing else {
            return Ok(None);
        };
        let Some(first) = notice.records.first() else { return Ok(None) };
        for id in tx.open_cases_for(agency, first).await? {
            let Some(open) = tx.case(id).await? else { continue };
            // A case that rests on an unverified mail must not swallow the real notice.
            let sure = matches!(open.case.standing, Standing::Verified(_) | Standing::Trusted(_));
            let names_all = notice.records.iter().all(|record| open.case.item(record).is_some());
            let replaces_nothing_new =
                notice.new_records.iter().all(|record| open.case.new_records.contains(record));
            if sure
                && !open.case.state.is_over()
                && open.case.kind == NoticeKind::Revocation
                && open.case.act
                && names_all
                && replaces_nothing_new
            {
                let tell = sole_sender(notice).filter(MailAddress::can_be_written_to).filter(|writer| {
                    !open.case.sender.as_ref().is_some_and(|sender| sender.same_mailbox(writer))
                });
                return Ok(Some(Place::Existing(id, Event::NoticeJoined { tell, excess: notice.excess })));
            }
        }
        Ok(None)
    }

    /// The open case this mail answers, and its state: it carries the case's number or answers one of our mails, and
    /// certainly comes from the case's own agency. A person's mail only: machines answer nothing.
    async fn open_case_answered(
        &self,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
    ) -> Result<Option<(CaseId, CaseState)>, EngineError> {
        if !matches!(notice.kind, NoticeKind::Revocation | NoticeKind::Other) {
            return Ok(None);
        }
        let (Standing::Verified(agency) | Standing::Trusted(agency)) = &mail.standing else {
            return Ok(None);
        };
        let envelope = &notice.envelope;
        let threads = envelope.in_reply_to.iter().chain(&envelope.references);
        let answered = threads.filter_map(|message_id| self.book.case_of(message_id));
        for id in envelope.case_numbers.iter().copied().chain(answered) {
            let Some(open) = tx.case(id).await? else { continue };
            if !open.case.state.is_over() && open.case.agency() == Some(agency) {
                return Ok(Some((id, open.case.state)));
            }
        }
        Ok(None)
    }

    /// A cancel stops the open case of the same agency that it names, by record or by case number.
    async fn place_cancel(
        &self,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
    ) -> Result<Option<Place>, EngineError> {
        let Some(agency) = mail.standing.agency() else { return Ok(None) };
        let mut candidates = notice.envelope.case_numbers.clone();
        for record in &notice.records {
            candidates.extend(tx.open_cases_for(agency, record).await?);
        }
        for id in candidates {
            let Some(open) = tx.case(id).await? else { continue };
            let covers = notice.records.iter().all(|record| open.case.item(record).is_some());
            let all = open.case.items.iter().all(|item| notice.records.contains(&item.record));
            let same_agency = open.case.agency() == Some(agency);
            if open.case.kind == NoticeKind::Revocation && !open.case.state.is_over() && same_agency && covers
            {
                let verified = matches!(mail.standing, Standing::Verified(_) | Standing::Trusted(_));
                // Only part of the case's records, or none named: which is meant is for a person to find out.
                return Ok(Some(Place::Existing(
                    id,
                    Event::CancelAsked { sure: verified && all && !notice.doubtful, excess: notice.excess },
                )));
            }
        }
        Ok(None)
    }

    /// Keeps a mail that could not be read, and tells staff.
    async fn quarantine(
        &self,
        site: &Site,
        tx: &mut Write,
        mail: &Read,
        why: &Why,
        octets: Option<&[u8]>,
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        let reason = why.whole();
        let message = NewMessage {
            state: MessageState::Quarantined,
            verdict: mail.verdict(),
            reason: Some(&reason),
            octets,
            ..blank(mail)
        };
        let Some(id) = tx.add_message(&message, now).await? else { return Ok(()) };
        tracing::warn!(message = %id, problem = mail.verdict(), "a mail could not be read and is quarantined");
        if site.mode == Mode::Shadow {
            return Ok(());
        }
        let order = |key: String, lane, kind, mail| Order {
            key,
            case: None,
            message: Some(&id),
            lane,
            kind,
            action: None,
            mail,
            due_at: now,
        };
        let mut place = "in the mailbox".to_owned();
        if let Some(folder) = &site.quarantine_folder {
            tx.order(order(format!("mail/{id}/quarantine"), Lane::Mailbox, "quarantine", None), now).await?;
            place = format!("in the mailbox, in the folder \"{folder}\", where the desk moves it");
        }
        for (index, to) in site.notify.iter().enumerate() {
            let key = format!("mail/{id}/notify/{}", index + 1);
            let text = format!(
                "A mail that arrived at the helpdesk could not be read by the desk ({}).\n\n\
                 It may be a notice: please read it {place}.\n\nTo see what is known of it:\n\n    \
                 roi-desk mail show {id}\n",
                why.told
            );
            let mail = self.book.word_to_staff(site, &key, to, "A mail could not be read", &text, now)?;
            tx.order(order(key, Lane::Desk, "notify", Some(mail)), now).await?;
        }
        Ok(())
    }
}

fn blank(mail: &Read) -> NewMessage<'_> {
    NewMessage {
        key: &mail.entry.key,
        sha256: mail.sha256.as_deref(),
        state: MessageState::Left,
        verdict: "",
        reason: None,
        possible: false,
        case: None,
        message_id: None,
        references: None,
        received_at: mail.entry.received_at,
        octets: None,
    }
}

fn sole_sender(notice: &Notice) -> Option<MailAddress> {
    match notice.envelope.from.as_slice() {
        [only] => Some(only.clone()),
        [] | [_, ..] => None,
    }
}

fn unique(records: &[ClientId]) -> Vec<ClientId> {
    let mut seen = BTreeSet::new();
    records.iter().filter(|record| seen.insert((*record).clone())).cloned().collect()
}

/// The records an answer to "which client ID?" names, and whether that is clear. A bare ID means nothing alone; as
/// the answer to that very question it is what was asked for.
fn answered_records(mail: &Read, notice: &Notice, rules: &ReaderRules) -> (Vec<ClientId>, bool) {
    if !notice.records.is_empty() {
        return (unique(&notice.records), notice.act);
    }
    let named = unique(&notice::named_records(&mail.octets, rules));
    let clear = named.len() == 1 && !notice.doubtful;
    (named, clear)
}
