//! Intake: new mail becomes messages and, where it is a notice, cases. A batch is one transaction; only what is
//! committed is ever acted on, and nothing in the mailbox is touched here.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    Casebook, Desk, EngineError, Site,
    poll::Look,
    reading::{Read, Why},
    thread::{Conversation, Place},
};
use crate::{
    domain::{Answer, Case, CaseId, CaseState, ClientId, Event, MailAddress, Mode, NoticeKind, Question},
    mailbox::Fetched,
    notice::{self, Answered, Notice},
    store::{Lease, MessageState, NewMessage, StoreError, Write},
};

/// What became of a mail.
pub(super) enum Became {
    /// Nothing but a message that was recorded.
    Message,
    /// A case.
    Opened,
    /// Part of an open case, to which this happened: the event, the case before and after.
    Joined(Box<(Event, Case, Case)>),
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
        let mut mails: Vec<Read> = batch.into_iter().map(|fetched| Read::of(&site, fetched)).collect();
        match self.record_all(lease, &site, &mails, reset, now).await {
            Err(error) if may_be_one_mail(&error) => {
                tracing::error!(%error, mails = mails.len(), "mails cannot be recorded at once; recording each by itself");
            }
            other => return other,
        }
        let mut look = Look::default();
        for mail in &mut mails {
            let recorded = match self.record_all(lease, &site, std::slice::from_ref(mail), reset, now).await {
                Err(error) if may_be_one_mail(&error) => {
                    tracing::error!(%error, "a mail cannot be recorded as what it is; it is set aside");
                    mail.set_aside(error.to_string());
                    self.record_all(lease, &site, std::slice::from_ref(mail), reset, now).await?
                }
                other => other?,
            };
            look.messages += recorded.messages;
            look.cases += recorded.cases;
        }
        Ok(look)
    }

    /// Records mails that were read, all in one transaction.
    async fn record_all(
        &self,
        lease: &Lease,
        site: &Site,
        mails: &[Read],
        reset: bool,
        now: DateTime<Utc>,
    ) -> Result<Look, EngineError> {
        let mut look = Look::default();
        let mut recorded = Vec::new();
        let mut tx = self.writing_mail(lease).await?;
        for mail in mails {
            if tx.message_at(&mail.entry.key).await?.is_some() {
                continue;
            }
            if let Some(sha256) = mail.sha256.as_ref().filter(|_| reset)
                && tx.rekey(&mail.entry.key, sha256).await?
            {
                continue;
            }
            look.messages += 1;
            let became = self.book.record(site, &mut tx, mail, now).await?;
            look.cases += usize::from(matches!(became, Became::Opened));
            recorded.push((mail, became));
        }
        tx.commit().await?;
        for (mail, became) in recorded {
            self.book.count(mail, became, now);
        }
        Ok(look)
    }
}

/// Whether it may be due to a single mail that something cannot be recorded: the others must not wait for that one.
fn may_be_one_mail(error: &EngineError) -> bool {
    match error {
        EngineError::Store(error) => !error.is_passing() && !matches!(error, StoreError::Conflict(_)),
        EngineError::Illegal(_) | EngineError::Reply { .. } | EngineError::NoSuchCase(_) => true,
        EngineError::Hmis(_)
        | EngineError::Mailbox(_)
        | EngineError::Mailer(_)
        | EngineError::NoSuchMessage(_)
        | EngineError::AlreadyRead { .. }
        | EngineError::NotAllowed { .. }
        | EngineError::MailGone { .. }
        | EngineError::Unreadable(_)
        | EngineError::NoClientId(_)
        | EngineError::NoRandom(_)
        | EngineError::Stale { .. } => false,
    }
}

impl Casebook {
    /// Records one mail, and lets it happen to the case it is about.
    pub(super) async fn record(
        &self,
        site: &Site,
        tx: &mut Write,
        mail: &Read,
        now: DateTime<Utc>,
    ) -> Result<Became, EngineError> {
        let notice = match &mail.notice {
            Ok(notice) => notice,
            Err((_, why)) => {
                let octets = Some(mail.octets.as_slice()).filter(|octets| !octets.is_empty());
                self.quarantine(site, tx, mail, why, octets, now).await?;
                return Ok(Became::Message);
            }
        };
        if let Some(problem) = &notice.problem {
            let why = Why { advice: Some(problem.advice()), ..Why::plain(problem.to_string()) };
            self.quarantine(site, tx, mail, &why, Some(&mail.octets), now).await?;
            return Ok(Became::Message);
        }
        if notice.kind == NoticeKind::Automatic {
            return self.record_machines_mail(site, tx, mail, notice, now).await;
        }
        let conversation = self.conversation(&mut *tx, mail, notice).await?;
        if let Some(became) = self.record_words(site, tx, mail, notice, &conversation, now).await? {
            return Ok(became);
        }
        if !notice.kind.is_notice() {
            let possible = if notice.possible.is_some() { Possible::Yes } else { Possible::No };
            let id = self.leave(tx, mail, notice.possible.as_deref(), possible, now).await?;
            let of_an_agency = mail.standing.agency().is_some();
            if let Some(id) = id
                && notice.foreign
                && of_an_agency
                && site.mode == Mode::Live
                && mail.known.is_none()
            {
                self.tell_of_a_language(site, tx, &id, now).await?;
            }
            return Ok(Became::Message);
        }
        self.record_notice_mail(site, tx, mail, notice, &conversation, now).await
    }

    /// Records a mail that is a notice: it joins an open case, or opens one and tells those it speaks against.
    pub(super) async fn record_notice_mail(
        &self,
        site: &Site,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
        conversation: &Conversation,
        now: DateTime<Utc>,
    ) -> Result<Became, EngineError> {
        match self.place(site, tx, mail, notice, conversation, now).await? {
            Place::Existing(happens) => {
                let mut became = Became::Message;
                for (nth, (id, event)) in happens.into_iter().enumerate() {
                    // The mail belongs to the first of them.
                    if nth == 0 {
                        became = self.record_event(site, tx, mail, notice, (id, event), now).await?;
                    } else {
                        self.join(site, tx, id, event, now).await?;
                    }
                }
                Ok(became)
            }
            Place::New(opening) => {
                let (case, actions) = Case::open(*opening);
                tx.add_case(&case, now).await?;
                self.record_notice(tx, mail, notice, case.id, now).await?;
                self.order(site, tx, &case, &case, &actions, now).await?;
                tracing::info!(case = %case.id, kind = case.kind.as_str(), records = case.items.len(), "case opened");
                for (id, event) in self.beside(tx, mail, notice, conversation, case.id).await? {
                    self.join(site, tx, id, event, now).await?;
                }
                Ok(Became::Opened)
            }
        }
    }

    /// A person's mail that carries on a conversation: the answer to what was asked, or words for a person to read. `None`:
    /// it is to be taken for itself.
    async fn record_words(
        &self,
        site: &Site,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
        conversation: &Conversation,
        now: DateTime<Utc>,
    ) -> Result<Option<Became>, EngineError> {
        let (is_words, id) = match (notice.kind, conversation) {
            (_, Conversation::None)
            | (NoticeKind::Cancel | NoticeKind::Consent | NoticeKind::Automatic, _) => {
                return Ok(None);
            }
            (NoticeKind::Other, Conversation::Of(case)) => (true, case.id),
            (NoticeKind::Other, Conversation::Claimed(id)) => (true, *id),
            (NoticeKind::Revocation, Conversation::Of(case)) => (false, case.id),
            (NoticeKind::Revocation, Conversation::Claimed(_)) => return Ok(None),
        };
        let answered = notice::answer(&mail.octets, &site.reader);
        // "Ok" is no more than thanks, but where a question is open.
        let asked =
            matches!(conversation, Conversation::Of(case) if case.state == CaseState::AwaitingInformation);
        if is_words && (answered.is_courtesy() || !asked && answered.is_agreeable()) {
            return Ok(None);
        }
        let became = match conversation {
            Conversation::Of(case) if waits_for(case, notice, &answered) => {
                let event = Event::AnswerArrived(answer(notice, &answered));
                self.record_event(site, tx, mail, notice, (id, event), now).await?
            }
            Conversation::Of(_) | Conversation::Claimed(_) | Conversation::None if !is_words => {
                return Ok(None);
            }
            Conversation::Of(case) if !case.state.is_over() => {
                // We ask agencies to answer: what they say may take everything back.
                let event = Event::AgencyWrote { elsewhere: None, excess: notice.excess };
                self.record_event(site, tx, mail, notice, (id, event), now).await?
            }
            Conversation::Of(_) => {
                let why = format!("It answers {id}, which is over.");
                self.leave(tx, mail, Some(&why), Possible::Yes, now).await?;
                Became::Message
            }
            Conversation::Claimed(_) | Conversation::None => {
                let why = format!("It seems to answer {id}, and does not certainly come from its agency.");
                self.leave(tx, mail, Some(&why), Possible::Yes, now).await?;
                Became::Message
            }
        };
        Ok(Some(became))
    }

    /// A machine's mail is left alone, whatever it says; that a reply of ours did not arrive is told to its case.
    async fn record_machines_mail(
        &self,
        site: &Site,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
        now: DateTime<Utc>,
    ) -> Result<Became, EngineError> {
        let returned = notice::undelivered(&mail.octets);
        let reply = returned.as_deref().and_then(|returned| Some((returned, self.reply_of(returned)?)));
        if let Some((message_id, (id, number))) = reply {
            let reason = "a report says that it could not be delivered; nobody can be certain".to_owned();
            // The first report of a mail that really left; whoever sends more, or invents one, changes nothing.
            if tx.mail_returned(&format!("{id}/reply/{number}"), message_id, &reason).await? {
                let why = format!("It reports that reply {number} of {id} did not arrive.");
                self.leave(tx, mail, Some(&why), Possible::No, now).await?;
                return self.join(site, tx, id, Event::ReplyFailed { number, reason }, now).await;
            }
        }
        let possible = if notice.possible.is_some() { Possible::Yes } else { Possible::No };
        self.leave(tx, mail, notice.possible.as_deref(), possible, now).await?;
        Ok(Became::Message)
    }

    /// Nobody here knows what it says, and a client's wish cannot wait for somebody to look through the list.
    async fn tell_of_a_language(
        &self,
        site: &Site,
        tx: &mut Write,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
        let text = format!(
            "A mail that arrived at the helpdesk is written, all of it or in part, in a language the desk does not read. It \
             was left alone.\n\nIt may be a notice: please read it in the mailbox.\n\nTo see what is known of it:\n\n    \
             roi-desk mail show {id}\n"
        );
        self.tell_staff(site, tx, id, "A mail in another language", &text, now).await
    }

    /// Records a mail that is not ours, of which nothing is kept; gives its row.
    async fn leave(
        &self,
        tx: &mut Write,
        mail: &Read,
        reason: Option<&str>,
        possible: Possible,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, EngineError> {
        let message = NewMessage {
            state: MessageState::Left,
            verdict: mail.verdict(),
            reason,
            possible: possible == Possible::Yes,
            ..blank(mail)
        };
        self.keep(tx, mail, &message, now).await
    }

    /// Records a mail as part of an open case, and lets what it says happen to that.
    async fn record_event(
        &self,
        site: &Site,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
        (id, event): (CaseId, Event),
        now: DateTime<Utc>,
    ) -> Result<Became, EngineError> {
        self.record_notice(tx, mail, notice, id, now).await?;
        self.join(site, tx, id, event, now).await
    }

    /// Lets `event` happen to a case, in the caller's transaction.
    async fn join(
        &self,
        site: &Site,
        tx: &mut Write,
        id: CaseId,
        event: Event,
        now: DateTime<Utc>,
    ) -> Result<Became, EngineError> {
        let before = tx.case(id).await?.ok_or_else(|| EngineError::NoSuchCase(id.to_string()))?;
        let after = self.apply(site, tx, &before, &event, now).await?;
        Ok(Became::Joined(Box::new((event, before.case, after.case))))
    }

    async fn record_notice(
        &self,
        tx: &mut Write,
        mail: &Read,
        notice: &Notice,
        case: CaseId,
        now: DateTime<Utc>,
    ) -> Result<(), EngineError> {
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
        self.keep(tx, mail, &message, now).await.map(drop)
    }

    /// Writes down what becomes of a message; gives its row, `None` if that was known before.
    pub(super) async fn keep(
        &self,
        tx: &mut Write,
        mail: &Read,
        message: &NewMessage<'_>,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, EngineError> {
        let Some(id) = &mail.known else { return Ok(tx.add_message(message, now).await?) };
        tx.renew_message(id, message, now).await?;
        Ok(Some(id.clone()))
    }
}

/// Whether a mail that is left alone might have been a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Possible {
    Yes,
    No,
}

pub(super) fn blank(mail: &Read) -> NewMessage<'_> {
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

pub(super) fn sole_sender(notice: &Notice) -> Option<MailAddress> {
    match notice.envelope.from.as_slice() {
        [only] => Some(only.clone()),
        [] | [_, ..] => None,
    }
}

pub(super) fn unique(records: &[ClientId]) -> Vec<ClientId> {
    let mut seen = BTreeSet::new();
    records.iter().filter(|record| seen.insert((*record).clone())).cloned().collect()
}

/// Whether a mail in the conversation of a case may be the answer it waits for, or will be asked for. A clear notice about
/// other records is none to the question whether to go ahead.
fn waits_for(case: &Case, notice: &Notice, answered: &Answered) -> bool {
    let about_others = notice.act && notice.records.iter().all(|record| case.item(record).is_none());
    match case.state {
        CaseState::AwaitingInformation => !(case.question == Question::GoAhead && about_others),
        // The ID may follow before it is asked for.
        CaseState::Received => {
            case.kind == NoticeKind::Revocation
                && case.items.is_empty()
                && answered.plain
                && answered.records.len() == 1
        }
        CaseState::AwaitingApproval
        | CaseState::Waiting
        | CaseState::Closing
        | CaseState::Worklist
        | CaseState::Replying
        | CaseState::NeedsStaff
        | CaseState::Done
        | CaseState::Declined
        | CaseState::Cancelled
        | CaseState::Shadowed => false,
    }
}

/// What a mail says as the answer to our question. A bare ID means nothing alone; as the answer to that very question
/// it is what was asked for, if nothing stands beside it that would have to be understood.
pub(super) fn answer(notice: &Notice, answered: &Answered) -> Answer {
    let (records, clear) = if notice.records.is_empty() {
        (answered.records.clone(), answered.plain && answered.records.len() == 1 && !notice.doubtful)
    } else {
        (unique(&notice.records), notice.act)
    };
    Answer {
        records,
        assent: answered.assent,
        clear,
        complete_notice: notice.act,
        new_records: unique(&notice.new_records),
        effective: notice.effective,
        claimed_scenario: notice.claimed_scenario,
        excess: notice.excess,
    }
}
