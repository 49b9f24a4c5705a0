//! The life of a case: which event may follow which state, and what it brings about. This is the only place that
//! knows; staff, mail and the daemon all go through [`Case::transition`].

use chrono::{DateTime, Utc};

use super::{
    Action, Approval, Case, CaseState, Event, Hold, ItemOutcome, Mode, Question, ReplyKind, Step, Undo,
    UndoState,
};

/// An event that cannot happen to a case as it stands. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("case {case} is in state {}: {why}", .state.as_str())]
pub struct IllegalTransition {
    /// The case.
    pub case: super::CaseId,
    /// Its state.
    pub state: CaseState,
    /// The event's name.
    pub event: &'static str,
    /// Why not, for the person who asked.
    pub why: String,
}

impl Case {
    /// What becomes of the case when `event` happens at `now`: the case as it is afterwards, and what is to be
    /// done. Pure and total: an event that does not fit is an error and changes nothing.
    #[expect(clippy::too_many_lines, reason = "the whole life of a case, readable in one place")]
    pub fn transition(
        &self,
        event: &Event,
        now: DateTime<Utc>,
    ) -> Result<(Self, Vec<Action>), IllegalTransition> {
        use CaseState as S;

        let refuse = |why: &str| {
            Err(IllegalTransition {
                case: self.id,
                state: self.state,
                event: event.name(),
                why: why.to_owned(),
            })
        };
        let mut next = self.clone();
        let mut actions = Vec::new();
        match event {
            Event::Judged(judgement) => {
                if self.state != S::Received {
                    return refuse("it has been judged already");
                }
                next.take_in(judgement, &mut actions);
            }
            Event::NoticeJoined { tell, excess } => {
                if self.state.is_over() {
                    return refuse("it is over; a further notice opens a new case");
                }
                next.notices += 1;
                next.excess |= *excess;
                if self.mode == Mode::Live {
                    actions.push(Action::TakeMail(next.notices));
                    if let Some(address) = tell {
                        next.reply(ReplyKind::Joined(address.clone()), &mut actions);
                    }
                }
            }
            Event::AgencyAsked { by: _, contact } => {
                if let Err(why) = self.can_be_asked_about(contact.as_ref()) {
                    return refuse(why);
                }
                next.ask(contact.as_ref(), &mut actions);
            }
            Event::AnswerArrived(answer) => {
                // The ID may follow before it is asked for.
                let is_to_be_asked = self.state == S::Received && self.items.is_empty();
                if self.state != S::AwaitingInformation && !is_to_be_asked {
                    return refuse("it does not wait for an answer");
                }
                next.notices += 1;
                actions.push(Action::TakeMail(next.notices));
                next.take_answer(answer);
            }
            Event::AgencyWrote { elsewhere, excess } => {
                if self.state.is_over() {
                    return refuse("it is over");
                }
                if elsewhere.is_none() {
                    next.notices += 1;
                    next.excess |= *excess;
                    if self.mode == Mode::Live {
                        actions.push(Action::TakeMail(next.notices));
                    }
                }
                next.take_words(*elsewhere, now, &mut actions);
            }
            Event::CancelAsked { sure, excess } => {
                if self.state.is_over() {
                    return refuse("it is over; a person must see to it");
                }
                next.notices += 1;
                next.excess |= *excess;
                if self.mode == Mode::Live {
                    actions.push(Action::TakeMail(next.notices));
                }
                next.void_approvals();
                if *sure && !self.items.iter().any(|item| item.change_begun || item.found_closed) {
                    next.end(S::Cancelled, ItemOutcome::NotClosed);
                    next.reply(ReplyKind::Cancelled, &mut actions);
                } else {
                    next.hand_to_staff(if *sure {
                        "the agency asks to stop, and the change may have been made: see how the record stands"
                    } else {
                        "somebody asks to stop who is not certainly the agency: ask the agency"
                    });
                }
            }
            Event::Approved { by, evidence_sha256, only, contact, note: _ } => {
                if !matches!(self.state, S::AwaitingApproval | S::NeedsStaff) {
                    return refuse("it does not wait for an approval");
                }
                let records = match self.approvable(only) {
                    Ok(records) => records,
                    Err(why) => return refuse(why),
                };
                if self.evidence_sha256.is_none() {
                    return refuse(
                        "something happened since it was judged: run `case retry`, and look at it again",
                    );
                }
                if self.evidence_sha256.as_ref() != Some(evidence_sha256) {
                    return refuse(
                        "the facts are not those you saw: look at the case again before you approve",
                    );
                }
                if self.approvals.iter().any(|approval| &approval.by == by) {
                    return refuse("you have approved it already; another person must approve it too");
                }
                if self.approvals.iter().any(|approval| approval.records != records) {
                    return refuse(
                        "the first approval was for other records: approve the same, or run `case retry`",
                    );
                }
                let approval = Approval {
                    by: by.clone(),
                    at: now,
                    evidence_sha256: evidence_sha256.clone(),
                    records: records.clone(),
                };
                next.approvals.push(approval);
                if next.approvals.len() >= self.approvals_needed(&records).people() {
                    if !self.standing.may_be_answered() {
                        next.contact.clone_from(contact);
                    }
                    next.hold = None;
                    next.begin_changes(|item| records.contains(&item.record), None, &mut actions);
                } else {
                    next.notify(&mut actions);
                }
            }
            Event::Attested { by, record, note: _ } => {
                if let Err(why) = next.take_attestation(record.as_ref(), by, now, &mut actions) {
                    return refuse(&why);
                }
            }
            Event::Declined { note, .. } => {
                if let Err(why) = self.can_be_left_alone() {
                    return refuse(why);
                }
                next.end(S::Declined, ItemOutcome::Declined);
                next.reply(ReplyKind::Declined(note.clone()), &mut actions);
            }
            Event::Stopped { .. } => {
                if let Err(why) = self.can_be_left_alone() {
                    return refuse(why);
                }
                next.end(S::Cancelled, ItemOutcome::NotClosed);
            }
            Event::HandledByHand { .. } => {
                if !self.rests() {
                    return refuse("the desk is working on it");
                }
                next.end(S::Done, ItemOutcome::NotClosed);
            }
            Event::RetryAsked { .. } => {
                if !self.rests() && self.failed_replies.is_empty() {
                    return refuse("the desk is working on it, or it is over");
                }
                // A question that never arrived is asked again, and its answer waited for.
                let asks_again = self.asked_in.is_some_and(|number| self.failed_replies.contains(&number));
                next.hold = asks_again.then_some(Hold::Information);
                for number in std::mem::take(&mut next.failed_replies) {
                    // The stored bytes are sent again; the kind only says so.
                    actions.push(Action::Reply { number, kind: ReplyKind::Outcome(Vec::new()) });
                }
                if self.rests() && !asks_again {
                    next.judge_again(|item| !matches!(item.step, Step::Settled(_)));
                }
            }
            Event::UndoAsked { by, note } => {
                let records = match self.undoable() {
                    Ok(records) => records,
                    Err(why) => return refuse(why),
                };
                if note.trim().is_empty() {
                    return refuse("say why the closing was a mistake");
                }
                for record in records {
                    let Some(item) = next.item_mut(&record) else { continue };
                    let number = item.undo.as_ref().map_or(1, |undo| undo.number + 1);
                    item.undo = Some(Undo {
                        number,
                        by: by.clone(),
                        at: now,
                        note: note.trim().to_owned(),
                        state: UndoState::Ordered,
                        ended_at: None,
                        told: false,
                    });
                    actions.push(Action::Undo { record, number });
                }
            }
            Event::StepTicked { by, record, step } => match next.take_tick(record, *step, by, now) {
                // All is done, so they say: it is read now, not at the next look.
                Ok(true) => actions.push(Action::ReadBack(record.clone())),
                Ok(false) => {}
                Err(why) => return refuse(&why),
            },
            Event::StepUnticked { record, step, .. } => {
                if let Err(why) = next.take_untick(record, *step) {
                    return refuse(&why);
                }
            }
            Event::HandRecorded { by, record, did } => {
                if let Err(why) = next.take_hand_record(record.as_ref(), *did, by, now) {
                    return refuse(why);
                }
            }
            Event::Noted { .. } => {}
            Event::GraceOver => {
                // Whatever the case as a whole waits for: this record's time is over.
                if self.state.is_over() || !self.items.iter().any(|item| item.step == Step::Waiting) {
                    return refuse("no grace runs");
                }
                next.begin_changes(|item| item.step == Step::Waiting, None, &mut actions);
            }
            Event::AgencyReminded => {
                if self.state != S::AwaitingInformation {
                    return refuse("it does not wait for an answer");
                }
                if self.reminded_at.is_some() {
                    return refuse("the agency was reminded already, and once is enough");
                }
                next.reminded_at = Some(now);
                let again = match self.question {
                    Question::ClientId => ReplyKind::MissingIdReminder,
                    Question::GoAhead => ReplyKind::GoAheadReminder,
                };
                next.reply(again, &mut actions);
            }
            Event::AnswerOverdue => {
                if self.state != S::AwaitingInformation {
                    return refuse("it does not wait for an answer");
                }
                if self.reminded_at.is_none() {
                    return refuse("the agency was not reminded yet");
                }
                next.hand_to_staff(match self.question {
                    Question::ClientId => {
                        "the agency was asked for the client ID and reminded, and has not answered"
                    }
                    Question::GoAhead => {
                        "the agency was asked whether to go ahead and reminded, and has not answered"
                    }
                });
            }
            Event::Closed { record, trace } => {
                let Some(item) = next.item_mut(record) else { return refuse("it does not name that record") };
                item.changed = true;
                item.trace.clone_from(trace);
                if item.step == Step::Closing {
                    item.step = Step::ReadingBack;
                    actions.push(Action::ReadBack(record.clone()));
                } else {
                    item.since.push("the change was made before it could be stopped".to_owned());
                }
            }
            Event::Undone { record } | Event::UndoRefused { record, .. }
                if !self.item(record).is_some_and(super::Item::is_being_undone) =>
            {
                return refuse("nobody asked to undo that record's closing");
            }
            Event::Undone { record } => next.take_undone(record, UndoState::Done, now, &mut actions),
            Event::UndoRefused { record, reason } => {
                next.take_undone(record, UndoState::Refused(reason.clone()), now, &mut actions);
                next.notify(&mut actions);
            }
            Event::FactsChanged { record, difference } => {
                let Some(item) = self.item(record) else { return refuse("it does not name that record") };
                // What was decided meanwhile is not undone by what a former attempt found.
                if matches!(item.step, Step::Closing | Step::Worklist) {
                    next.take_changed_facts(record, difference);
                }
                next.person_only = true;
                // The new evidence has to hold all that can then be approved, so those are judged again as well.
                next.judge_again(|item| {
                    (&item.record == record && matches!(item.step, Step::Closing | Step::Worklist))
                        || matches!(item.step, Step::AwaitingApproval | Step::Waiting)
                        || (item.step == Step::NeedsStaff && item.closing.is_some() && !item.change_begun)
                });
            }
            Event::CloseRefused { record, reason } => {
                let Some(item) = next.item_mut(record) else { return refuse("it does not name that record") };
                if item.step == Step::Closing {
                    item.hand_to_staff(std::slice::from_ref(reason));
                } else {
                    item.since.push(reason.clone());
                    item.closing = None;
                }
            }
            Event::ReadBack { record, finding } => {
                let Some(item) = next.item_mut(record) else { return refuse("it does not name that record") };
                if !matches!(item.step, Step::ReadingBack | Step::Worklist) {
                    return refuse("that record is not waiting to be read back");
                }
                if let Err(why) = item.take_read_back(finding, now) {
                    return refuse(why);
                }
            }
            Event::ReplySent { number } => {
                if self.final_reply == Some(*number) {
                    next.final_reply_sent = true;
                }
            }
            Event::ReplyFailed { number, reason } => {
                // What is being done to the records goes on: a bounced reply must not delay a client's wish.
                next.failed_replies.insert(*number);
                next.reasons.push(format!("reply {number} has not arrived for certain: {reason}"));
                next.hold = Some(Hold::Staff);
            }
        }
        next.settle(self, now, &mut actions);
        if next.mode == Mode::Shadow {
            actions.clear();
        }
        Ok((next, actions))
    }
}
