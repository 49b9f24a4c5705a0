//! What follows from an event within a case: the parts [`Case::transition`] is made of.

use chrono::{DateTime, Utc};

use super::{
    Action, Answer, Assent, Case, CaseId, CaseState, ChangedBy, ClientId, Decision, Hold, Item,
    ItemJudgement, ItemOutcome, Judgement, MailAddress, Mode, NoticeKind, Question, ReplyKind, Step,
};

impl Case {
    pub(super) fn item_mut(&mut self, record: &ClientId) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| &item.record == record)
    }

    /// Takes in a conclusion, and orders the first reply if none has been sent.
    pub(super) fn take_in(&mut self, judgement: &Judgement, actions: &mut Vec<Action>) {
        let first_reply = match judgement {
            Judgement::MissingId => {
                self.hold = Some(Hold::Information);
                Some(ReplyKind::MissingId)
            }
            Judgement::Person { reasons } => {
                for why in reasons {
                    // Looked at again, it is said once.
                    if !self.reasons.contains(why) {
                        self.reasons.push(why.clone());
                    }
                }
                self.hold = Some(Hold::Staff);
                for item in self.items.iter_mut().filter(|item| item.step == Step::Unjudged) {
                    item.step = Step::NeedsStaff;
                }
                Some(match self.kind {
                    NoticeKind::Consent => ReplyKind::ConsentReceived,
                    NoticeKind::Revocation
                    | NoticeKind::Cancel
                    | NoticeKind::Other
                    | NoticeKind::Automatic => ReplyKind::Received,
                })
            }
            Judgement::Records { items, changed_by, grace_until, evidence_sha256 } => {
                self.changed_by = *changed_by;
                self.grace_until = *grace_until;
                self.evidence_sha256 = Some(evidence_sha256.clone());
                for judged in items {
                    self.take_in_record(judged, actions);
                }
                let automatic = |item: &Item| item.step == Step::Unjudged;
                self.begin_changes(automatic, *grace_until, actions);
                let waits = |item: &Item| {
                    matches!(
                        item.step,
                        Step::AwaitingApproval | Step::Waiting | Step::Worklist | Step::NeedsStaff
                    )
                };
                self.items.iter().any(waits).then_some(ReplyKind::Received)
            }
        };
        if !self.acknowledged
            && let Some(kind) = first_reply
        {
            self.reply(kind, actions);
        }
    }

    /// One record's conclusion. What is to be applied stays `Unjudged` for [`Self::begin_changes`].
    pub(super) fn take_in_record(&mut self, judged: &ItemJudgement, actions: &mut Vec<Action>) {
        let person_only = self.person_only;
        let Some(item) = self.item_mut(&judged.record).filter(|item| item.step == Step::Unjudged) else {
            return;
        };
        item.scenario = judged.scenario;
        item.reasons.clone_from(&judged.reasons);
        item.since.clear();
        item.closing.clone_from(&judged.closing);
        item.forget_hands();
        item.report = judged.report.clone();
        item.victim_service_provider = judged.victim_service_provider;
        // Why it came back says more than what keeps it from being closed without a person.
        item.hindrance = item.came_back.clone().or_else(|| judged.hindrance.clone());
        item.approvals = judged.approvals;
        let decision = match judged.decision {
            Decision::Apply if person_only => Decision::Approve,
            decision @ (Decision::Apply | Decision::Approve | Decision::CheckOnly | Decision::Person) => {
                decision
            }
        };
        match decision {
            Decision::Apply => {}
            Decision::Approve => item.step = Step::AwaitingApproval,
            Decision::CheckOnly => {
                item.step = Step::ReadingBack;
                item.found_closed = !item.change_begun;
                actions.push(Action::ReadBack(judged.record.clone()));
            }
            Decision::Person => item.step = Step::NeedsStaff,
        }
    }

    /// Begins the change of the chosen records: by a person, after the grace, or now.
    pub(super) fn begin_changes(
        &mut self,
        chosen: impl Fn(&Item) -> bool,
        grace_until: Option<DateTime<Utc>>,
        actions: &mut Vec<Action>,
    ) {
        let changed_by = self.changed_by;
        let evidence = self.evidence_sha256.clone();
        for item in self.items.iter_mut().filter(|item| chosen(item)) {
            item.came_back = None;
            item.begun_on.clone_from(&evidence);
            let Some(closing) = &item.closing else {
                item.step = Step::NeedsStaff;
                continue;
            };
            match (changed_by, grace_until) {
                (ChangedBy::Person, _) => {
                    item.change_begun = true;
                    // What the desk may have changed before is not what this change leaves.
                    item.trace = None;
                    item.forget_hands();
                    item.step = Step::Worklist;
                    actions.push(Action::ReadBack(item.record.clone()));
                }
                (ChangedBy::Daemon, Some(until)) => {
                    item.step = Step::Waiting;
                    actions.push(Action::EndGrace(until));
                }
                (ChangedBy::Daemon, None) => {
                    item.change_begun = true;
                    item.step = Step::Closing;
                    actions.push(Action::Close(closing.clone()));
                }
            }
        }
    }

    /// An order for the next reply, if there is anybody to write to.
    pub(super) fn reply(&mut self, kind: ReplyKind, actions: &mut Vec<Action>) {
        if !matches!(kind, ReplyKind::Joined(_)) {
            if self.correspondent().is_none() {
                return;
            }
            self.acknowledged = true;
        }
        self.replies += 1;
        if matches!(kind, ReplyKind::MissingId | ReplyKind::GoAhead) {
            self.asked_in = Some(self.replies);
        }
        if self.state.is_over() {
            self.final_reply = Some(self.replies);
        }
        actions.push(Action::Reply { number: self.replies, kind });
    }

    pub(super) fn void_approvals(&mut self) {
        self.evidence_sha256 = None;
        self.approvals.clear();
    }

    /// Whether nothing of the case is in motion, so that a person may end it or have it looked at again.
    pub(super) fn rests(&self) -> bool {
        let in_motion = |item: &Item| {
            matches!(item.step, Step::Unjudged | Step::Closing | Step::ReadingBack) || item.is_being_undone()
        };
        match self.state {
            CaseState::AwaitingInformation
            | CaseState::AwaitingApproval
            | CaseState::Waiting
            | CaseState::Worklist
            | CaseState::NeedsStaff => !self.items.iter().any(in_motion),
            CaseState::Received
            | CaseState::Closing
            | CaseState::Replying
            | CaseState::Done
            | CaseState::Declined
            | CaseState::Cancelled
            | CaseState::Shadowed => false,
        }
    }

    /// Whether it can be said that the records were left alone: nothing is in motion, something is open, and the
    /// desk has changed none of what is open.
    pub(super) fn can_be_left_alone(&self) -> Result<(), &'static str> {
        let open = || self.items.iter().filter(|item| !matches!(item.step, Step::Settled(_)));
        if !self.rests() {
            Err("the desk is working on it, or it is over")
        } else if open().any(|item| item.changed) {
            Err(
                "the desk has closed a record of it already: see how it stands, and end it with `case finish`",
            )
        } else if !self.items.is_empty() && open().next().is_none() {
            Err(
                "all its records are settled: end it with `case finish`, or send the reply again with `case retry`",
            )
        } else {
            Ok(())
        }
    }

    /// Whether the agency can be asked about the case, and would be heard: only its own people answer for it.
    pub(super) fn can_be_asked_about(&self, contact: Option<&MailAddress>) -> Result<(), &'static str> {
        let waits = matches!(self.state, CaseState::AwaitingApproval | CaseState::NeedsStaff);
        if self.kind != NoticeKind::Revocation {
            Err("only about a revocation there is a question to ask")
        } else if !waits || !self.rests() {
            Err("it does not wait for a person")
        } else if self.items.iter().any(|item| item.change_begun) {
            Err("the change may have been made already: see how the record stands")
        } else if !self.items.is_empty()
            && self.items.iter().all(|item| matches!(item.step, Step::Settled(_)))
        {
            Err("all its records are settled: there is nothing to ask")
        } else if self.agency().is_none() {
            Err("its sender is in no agency's roster, or in several: nobody could answer for it")
        } else if !self.standing.may_be_answered() && contact.is_none() {
            Err(
                "its sender is not verified, and the roster has no contact of the agency that is among its senders too: add one, or ask by telephone",
            )
        } else if self.standing.may_be_answered() && self.correspondent().is_none() {
            Err("its sender cannot be written to: ask by telephone")
        } else {
            Ok(())
        }
    }

    /// Asks the agency, at its roster's contact where the sender is not verified (DOMAIN.md, What follows, 6).
    pub(super) fn ask(&mut self, contact: Option<&MailAddress>, actions: &mut Vec<Action>) {
        if !self.standing.may_be_answered() {
            self.contact = contact.cloned();
        }
        self.void_approvals();
        self.person_only = true;
        self.hold = Some(Hold::Information);
        self.reminded_at = None;
        // While the question is open nothing goes on.
        for item in &mut self.items {
            if matches!(item.step, Step::AwaitingApproval | Step::Waiting) {
                item.step = Step::NeedsStaff;
            }
        }
        let (question, words) = if self.items.is_empty() {
            (Question::ClientId, ReplyKind::MissingId)
        } else {
            (Question::GoAhead, ReplyKind::GoAhead)
        };
        self.question = question;
        self.reply(words, actions);
    }

    /// The agency's answer to what it was asked.
    pub(super) fn take_answer(&mut self, answer: &Answer) {
        self.excess |= answer.excess;
        self.hold = None;
        self.asked_in = None;
        match self.question {
            Question::ClientId => self.take_records(answer),
            Question::GoAhead => self.take_assent(answer),
        }
    }

    fn take_records(&mut self, answer: &Answer) {
        let replaced_by_itself = answer.records.iter().any(|record| self.new_records.contains(record));
        self.items = answer.records.iter().cloned().map(Item::new).collect();
        if !answer.new_records.is_empty() {
            self.new_records.clone_from(&answer.new_records);
        }
        self.effective = answer.effective.or(self.effective);
        self.claimed_scenario = answer.claimed_scenario.or(self.claimed_scenario);
        self.act = answer.clear && !answer.records.is_empty();
        if answer.complete_notice {
            self.person_only = true;
            let doubt = "the answer is a notice of its own: if it is about another client, the first one's ID is still missing";
            self.reasons.push(doubt.to_owned());
        }
        if self.items.is_empty() {
            self.hand_to_staff("the agency has answered, and no client ID could be read from it for certain");
        } else if replaced_by_itself {
            self.hand_to_staff(
                "the agency answers with the ID of the new record: the old one's is still missing",
            );
        }
    }

    /// Whether to go ahead. A yes makes a doubtful notice clear; a person approves it all the same.
    fn take_assent(&mut self, answer: &Answer) {
        let known = answer.records.iter().all(|record| self.item(record).is_some());
        let names_all = self.items.iter().all(|item| answer.records.contains(&item.record));
        let says_so_in_full = answer.complete_notice && names_all;
        if !known {
            self.hand_to_staff(
                "the agency was asked whether to go ahead, and its answer names another number: read it",
            );
        } else if answer.assent == Assent::Yes && (answer.records.is_empty() || names_all) || says_so_in_full
        {
            self.act = true;
            self.reasons.push("the agency was asked whether to go ahead, and says yes".to_owned());
            self.judge_again(|item| !matches!(item.step, Step::Settled(_)));
        } else if answer.assent == Assent::No {
            self.hand_to_staff("the agency was asked whether to go ahead, and says no");
        } else {
            self.hand_to_staff(
                "the agency was asked whether to go ahead, and its answer is for a person to read",
            );
        }
    }

    /// Words that the desk does not understand: they may take everything back. What was not looked up yet is, for the
    /// person who reads them.
    pub(super) fn take_words(
        &mut self,
        elsewhere: Option<CaseId>,
        now: DateTime<Utc>,
        actions: &mut Vec<Action>,
    ) {
        let at = now.format("%Y-%m-%d %H:%M UTC");
        let why = match elsewhere {
            Some(case) => format!(
                "{case} has come in and may be about the same ({at}): look at both before anything is done, then run `case retry`"
            ),
            None => {
                format!(
                    "a mail in this conversation has come in ({at}): read it before anything is done, then run `case retry`"
                )
            }
        };
        self.void_approvals();
        if self.state == CaseState::Received {
            self.person_only = true;
            self.hold = Some(Hold::Staff);
            self.reasons.push(why);
            return;
        }
        let told_already = self.state == CaseState::NeedsStaff;
        self.hand_to_staff(&why);
        if told_already && self.mode == Mode::Live {
            self.notify(actions);
        }
    }

    /// Sends the chosen records back to be judged.
    pub(super) fn judge_again(&mut self, chosen: impl Fn(&Item) -> bool) {
        self.void_approvals();
        for item in self.items.iter_mut().filter(|item| chosen(item)) {
            item.step = Step::Unjudged;
        }
    }

    /// From here on a person decides; closings that were ordered are no longer wanted.
    pub(super) fn hand_to_staff(&mut self, why: &str) {
        self.reasons.push(why.to_owned());
        self.hold = Some(Hold::Staff);
        self.person_only = true;
        for item in &mut self.items {
            if matches!(
                item.step,
                Step::Unjudged | Step::AwaitingApproval | Step::Waiting | Step::Closing | Step::Worklist
            ) {
                item.step = Step::NeedsStaff;
            }
        }
    }

    pub(super) fn end(&mut self, state: CaseState, unsettled: ItemOutcome) {
        self.state = state;
        self.hold = None;
        for item in self.items.iter_mut().filter(|item| !matches!(item.step, Step::Settled(_))) {
            item.step = Step::Settled(unsettled);
        }
    }

    /// What follows from the records as they now stand: the reply on those that are settled, the case's state,
    /// the end of its mail, and word to staff.
    pub(super) fn settle(&mut self, before: &Self, now: DateTime<Utc>, actions: &mut Vec<Action>) {
        if !self.state.is_over() {
            self.tell_outcomes(actions);
            self.state = self.derived_state();
        }
        if self.mode == Mode::Shadow && self.state != CaseState::Received {
            self.state = CaseState::Shadowed;
        }
        if self.state.is_over() && !before.state.is_over() {
            self.finished_at = Some(now);
        }
        if self.mail_is_finished() && !before.mail_is_finished() {
            actions.push(Action::FinishMail { answered: self.final_reply_sent });
        }
        let under_way = |item: &Item| {
            matches!(item.step, Step::Waiting | Step::Closing | Step::Worklist | Step::ReadingBack)
        };
        let was_changing = matches!(before.state, CaseState::Closing | CaseState::Worklist);
        if was_changing && self.state == CaseState::NeedsStaff && !self.items.iter().any(under_way) {
            // They were for changes that are made or no longer offered: whoever gave one may approve what is left.
            self.approvals.clear();
        }
        let newly_waits = self.state.waits_for_staff() && self.state != before.state;
        if newly_waits && !self.acknowledged && self.mode == Mode::Live {
            self.reply(ReplyKind::Received, actions);
        }
        let undelivered_end = self.state.is_over() && self.failed_replies.len() > before.failed_replies.len();
        if newly_waits || undelivered_end {
            self.notify(actions);
        }
    }

    pub(super) fn notify(&mut self, actions: &mut Vec<Action>) {
        self.notifications += 1;
        actions.push(Action::NotifyStaff(self.notifications));
    }

    /// Orders the reply on records that are settled and not told of: the final one when all are settled, an
    /// interim one when the rest waits for people.
    fn tell_outcomes(&mut self, actions: &mut Vec<Action>) {
        let in_motion = |item: &Item| matches!(item.step, Step::Unjudged | Step::Closing | Step::ReadingBack);
        let untold = |item: &Item| matches!(item.step, Step::Settled(_)) && !item.told;
        if self.items.iter().any(in_motion) || !self.items.iter().any(untold) {
            return;
        }
        let records: Vec<_> =
            self.items.iter().filter(|item| untold(item)).map(|item| item.record.clone()).collect();
        for item in &mut self.items {
            item.told |= matches!(item.step, Step::Settled(_));
        }
        let orders_before = self.replies;
        self.reply(ReplyKind::Outcome(records), actions);
        let all_settled = self.items.iter().all(|item| matches!(item.step, Step::Settled(_)));
        if all_settled && self.replies > orders_before {
            self.final_reply = Some(self.replies);
        }
    }

    /// Over, and no reply is outstanding that the mailbox should show as answered.
    fn mail_is_finished(&self) -> bool {
        let outstanding = self.final_reply.is_some_and(|number| !self.failed_replies.contains(&number));
        self.state.is_over() && (self.final_reply_sent || !outstanding)
    }

    fn derived_state(&self) -> CaseState {
        let any = |steps: &[Step]| self.items.iter().any(|item| steps.contains(&item.step));
        // Whoever is to decide needs the facts first.
        if any(&[Step::Unjudged]) {
            CaseState::Received
        } else if self.hold == Some(Hold::Staff) {
            CaseState::NeedsStaff
        } else if self.hold == Some(Hold::Information) {
            CaseState::AwaitingInformation
        } else if self.items.is_empty() {
            CaseState::Received
        } else if any(&[Step::Closing, Step::ReadingBack]) {
            CaseState::Closing
        } else if any(&[Step::AwaitingApproval]) {
            CaseState::AwaitingApproval
        } else if any(&[Step::Waiting]) {
            CaseState::Waiting
        } else if any(&[Step::Worklist]) {
            CaseState::Worklist
        } else if any(&[Step::NeedsStaff]) {
            CaseState::NeedsStaff
        } else if self.final_reply.is_some() && !self.final_reply_sent {
            CaseState::Replying
        } else {
            CaseState::Done
        }
    }
}
