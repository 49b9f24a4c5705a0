//! Judging: the facts of a case's records → scenario → decision.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Desk, EngineError, Site,
    evidence::{Evidence, RecordEvidence, preview},
};
use crate::{
    classify::{self, Classification},
    domain::{
        AgencyId, Case, ClientId, Closing, Decision, Event, ItemJudgement, Judgement, NoticeKind,
        Replacement, Report, Snapshot, Standing, Step, to_do,
    },
    hmis::HmisError,
    policy,
    store::{Held, Lease},
};

/// How long judging is put off when the HMIS does not answer.
const PUT_OFF: TimeDelta = TimeDelta::seconds(15);

/// What one step of judging did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// No case was waiting.
    Nothing,
    /// A case was judged.
    One,
    /// The HMIS did not answer; the case waits.
    PutOff,
}

impl Desk {
    /// Judges the case that has waited longest.
    pub async fn judge_next(&self) -> Result<Judged, EngineError> {
        let now = self.book.clock.now();
        if !self.book.store.has_case_to_judge(now).await? {
            return Ok(Judged::Nothing);
        }
        let mut tx = self.book.store.write().await?;
        let Some((loaded, lease)) = tx.lease_case_to_judge(now, self.held_until()).await? else {
            return Ok(Judged::Nothing);
        };
        tx.commit().await?;

        let case = loaded.case;
        let site = self.book.site();
        let (judgement, evidence) = match self.judge_holding(&site, &case, &lease, now).await {
            Ok(judged) => judged,
            Err(EngineError::Hmis(error @ HmisError::BadRow { .. })) => {
                (Judgement::Person { reasons: vec![error.to_string()] }, None)
            }
            Err(EngineError::Hmis(error)) => {
                tracing::warn!(case = %case.id, %error, "the HMIS cannot be asked; the case waits");
                self.hmis_failed().await;
                self.book.store.renew(Held::Case(case.id, &lease), now + PUT_OFF).await?;
                return Ok(Judged::PutOff);
            }
            Err(error) => return Err(error),
        };

        let now = self.book.clock.now();
        let mut tx = self.book.store.write().await?;
        let loaded = tx.case(case.id).await?.ok_or_else(|| EngineError::NoSuchCase(case.id.to_string()))?;
        tx.assert_case_lease(case.id, &lease).await?;
        if let (Some(evidence), Judgement::Records { evidence_sha256, .. }) = (&evidence, &judgement) {
            tx.add_evidence(case.id, evidence_sha256, evidence, now).await?;
        }
        let event = Event::Judged(judgement);
        let saved = self.book.apply(&site, &mut tx, &loaded, &event, now).await?;
        tx.commit().await?;
        self.book.metrics.happened(&event, &loaded.case, &saved.case, now);
        self.wake.all();
        Ok(Judged::One)
    }

    async fn judge_holding(
        &self,
        site: &Site,
        case: &Case,
        lease: &Lease,
        now: DateTime<Utc>,
    ) -> Result<(Judgement, Option<Evidence>), EngineError> {
        self.holding(Held::Case(case.id, lease), self.judge(site, case, now)).await
    }

    async fn judge(
        &self,
        site: &Site,
        case: &Case,
        now: DateTime<Utc>,
    ) -> Result<(Judgement, Option<Evidence>), EngineError> {
        let doubt = match judge_mail(case, now) {
            MailSays::Enough(judgement) => return Ok((judgement, None)),
            MailSays::Doubtful(doubt) => Some(doubt),
            MailSays::LookUp => None,
        };
        let requester = self.requester(case).await?;
        let records: Vec<ClientId> = case
            .items
            .iter()
            .filter(|item| item.step == Step::Unjudged)
            .map(|item| item.record.clone())
            .chain(case.new_records.iter().cloned())
            .collect();
        let mut snapshots = self.hmis.read(&records, now).await?;
        self.hmis_outage.over();
        let replacements = snapshots.split_off(records.len() - case.new_records.len());

        let mut judged = Vec::new();
        let mut seen = Vec::new();
        for snapshot in snapshots {
            let found = classify::classify(&snapshot, requester.as_ref());
            let mut item = self.judge_record(case, &snapshot, &found, &replacements, requester.as_ref());
            if let Some(doubt) = doubt {
                // The facts are shown and the record can be named to be closed; nothing happens by itself.
                item.decision = Decision::Person;
                item.reasons.push(doubt.to_owned());
                item.hindrance = Some(doubt.to_owned());
            }
            seen.push(RecordEvidence {
                snapshot,
                scenario: item.scenario,
                decision: item.decision,
                reasons: item.reasons.clone(),
                closing: item.closing.clone(),
            });
            judged.push(item);
        }
        let evidence = Evidence {
            records: seen,
            replacements,
            claimed_scenario: case.claimed_scenario,
            reply: preview(case, &judged, &site.templates),
        };
        let judgement = Judgement::Records {
            items: judged,
            changed_by: self.changed_by,
            grace_until: (!self.grace.is_zero()).then(|| now + self.grace),
            evidence_sha256: evidence.sha256(),
        };
        Ok((judgement, Some(evidence)))
    }

    fn judge_record(
        &self,
        case: &Case,
        snapshot: &Snapshot,
        found: &Classification,
        replacements: &[Snapshot],
        requester: Option<&AgencyId>,
    ) -> ItemJudgement {
        let (decision, approvals, more_reasons) =
            policy::decide(snapshot, found, &case.standing, case.claimed_scenario, self.policy);
        let related: Vec<Snapshot> = replacements_of(case, &snapshot.record)
            .iter()
            .filter_map(|record| replacements.iter().find(|replacement| &replacement.record == *record))
            .cloned()
            .collect();
        // A record that may not be the sender's is never offered for approval.
        let closing =
            (!found.is_neutral()).then(|| Closing::of(snapshot, found.scenario, &related)).flatten();
        let after = closing.as_ref().map_or_else(|| snapshot.clone(), |closing| closing.applied_to(snapshot));
        let mut reasons = found.reasons.clone();
        let mut hindrance = match found.scenario {
            // What was found stands after what the record looks like.
            None => found.reasons.last().cloned(),
            Some(_) => more_reasons.last().cloned(),
        };
        reasons.extend(more_reasons);
        if let (Some(claimed), Some(scenario)) = (case.claimed_scenario, found.scenario)
            && claimed != scenario
        {
            let why = format!("the notice speaks of Scenario {}", u8::from(claimed));
            reasons.push(why.clone());
            hindrance = Some(why);
        }
        let decision = if closing.is_none() && matches!(decision, Decision::Apply | Decision::Approve) {
            Decision::Person
        } else {
            decision
        };
        ItemJudgement {
            record: snapshot.record.clone(),
            scenario: found.scenario,
            decision,
            approvals,
            reasons,
            closing,
            report: report(case, &after, found.scenario, &related, requester),
            victim_service_provider: snapshot.victim_service_provider,
            hindrance,
        }
    }

    /// The root agency of the sender, as the HMIS lists it.
    pub(super) async fn requester(&self, case: &Case) -> Result<Option<AgencyId>, HmisError> {
        match case.agency() {
            Some(agency) => self.hmis.root_agency(agency).await,
            None => Ok(None),
        }
    }
}

/// How far the mail alone decides.
enum MailSays {
    /// All the way.
    Enough(Judgement),
    /// The facts are worth a look, but a person has to read the mail: why.
    Doubtful(&'static str),
    /// The HMIS decides.
    LookUp,
}

/// What the mail alone decides, without asking the HMIS.
fn judge_mail(case: &Case, now: DateTime<Utc>) -> MailSays {
    let person = |why: &str| MailSays::Enough(Judgement::Person { reasons: vec![why.to_owned()] });
    match case.kind {
        NoticeKind::Revocation => {}
        NoticeKind::Consent => return person("a client who had refused now consents: check both records"),
        NoticeKind::Cancel => return person("it takes back a notice, and no open case fits it"),
        NoticeKind::Other | NoticeKind::Automatic => return person("it is not a notice"),
    }
    match &case.standing {
        Standing::Verified(_) | Standing::Trusted(_) if case.correspondent().is_none() => {
            return person(
                "no mail can be sent to the address it came from: reach the agency in another way",
            );
        }
        Standing::Verified(_) | Standing::Trusted(_) if case.items.is_empty() => {
            return MailSays::Enough(Judgement::MissingId);
        }
        Standing::Unverified(_) | Standing::Stranger | Standing::Several(_) if case.items.is_empty() => {
            return person("the notice names no record, and its sender cannot be asked");
        }
        Standing::Verified(_) | Standing::Trusted(_) | Standing::Unverified(Some(_)) => {}
        Standing::Stranger => return person("the sender is in no agency's roster"),
        Standing::Several(_) => return person("the sender is in the rosters of several agencies"),
        Standing::Unverified(None) => return person("it could not be verified who sent the notice"),
    }
    if !case.act {
        return MailSays::Doubtful(
            "the notice is not clear enough to act on without a person having read it",
        );
    }
    // Somewhere on earth it may be tomorrow already.
    let tomorrow = (case.received_at.max(now) + TimeDelta::hours(14)).date_naive();
    if case.effective.is_some_and(|day| day > tomorrow) {
        return MailSays::Doubtful("the revocation counts from a day in the future");
    }
    MailSays::LookUp
}

/// Which of the case's new records replace `record`: pair by pair where there are as many, else all of them.
pub(super) fn replacements_of<'a>(case: &'a Case, record: &ClientId) -> Vec<&'a ClientId> {
    if case.new_records.len() == case.items.len() {
        let position = case.items.iter().position(|item| &item.record == record);
        position.and_then(|position| case.new_records.get(position)).into_iter().collect()
    } else {
        case.new_records.iter().collect()
    }
}

/// What the reply says about a record as it stands in `snapshot`.
pub(super) fn report(
    case: &Case,
    snapshot: &Snapshot,
    scenario: Option<crate::domain::Scenario>,
    replacements: &[Snapshot],
    requester: Option<&AgencyId>,
) -> Report {
    let others = match requester {
        Some(agency) => snapshot.others_with_access(agency),
        None => snapshot.agencies_with_data(),
    };
    Report {
        other_agencies: others.len(),
        others_complete: snapshot.data.complete,
        priority_list: snapshot.priority_list,
        replacements: replacements_of(case, &snapshot.record)
            .into_iter()
            .filter_map(|record| replacements.iter().find(|replacement| &replacement.record == record))
            .map(|replacement| Replacement {
                record: replacement.record.clone(),
                lacks: classify::in_words(&classify::replacement(replacement, requester)),
            })
            .collect(),
        to_do: to_do(snapshot, scenario),
        attested_by: None,
    }
}
