//! Several cases decided at once: first all that would be done is listed, then it is done, one by one.

use askama::Template;
use axum::{extract::State, response::Response};
use serde::Deserialize;

use super::{
    Shared,
    form::{Own, remark},
    page::{Frame, Room, html},
    problem::Problem,
    words,
};
use crate::{
    domain::{Case, CaseId, CaseState, Item, Step},
    engine::{EngineError, staff::StaffDecision},
    store::Loaded,
};

/// So many cases at once: as many as a person can look through.
const AT_ONCE: usize = 100;

/// What was ticked in the list, or the one case whose button was pressed.
#[derive(Deserialize)]
pub(super) struct Ticked {
    #[serde(default)]
    case: Vec<CaseId>,
    selected: Option<Deed>,
    approve: Option<CaseId>,
    decline: Option<CaseId>,
}

/// What is to be done with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Deed {
    Approve,
    Decline,
}

/// A case as it is listed to be confirmed, and with which version and evidence.
struct Line {
    id: CaseId,
    seen: String,
    agency: String,
    about: Vec<About>,
    why: String,
    flags: Vec<&'static str>,
}

struct About {
    record: String,
    scenario: &'static str,
    changes: Vec<String>,
}

struct Not {
    id: CaseId,
    why: String,
}

#[derive(Template)]
#[template(path = "confirm.html", config = "src/web/askama.toml")]
struct Confirm {
    frame: Frame,
    approves: bool,
    lines: Vec<Line>,
    not: Vec<Not>,
    left_out: usize,
}

#[derive(Template)]
#[template(path = "decided.html", config = "src/web/askama.toml")]
struct Decided {
    frame: Frame,
    approves: bool,
    done: Vec<(CaseId, String)>,
    not: Vec<Not>,
}

/// `POST /queue/confirm`: changes nothing; shows what would be.
pub(super) async fn confirm(State(shared): State<Shared>, own: Own<Ticked>) -> Result<Response, Problem> {
    let own = own.of_approver()?;
    let Ticked { case, selected, approve, decline } = own.form;
    let (deed, mut ids) = match (approve, decline, selected) {
        (Some(one), ..) => (Deed::Approve, vec![one]),
        (None, Some(one), _) => (Deed::Decline, vec![one]),
        (None, None, Some(deed)) => (deed, case),
        (None, None, None) => return Err(Problem::BadForm),
    };
    if ids.is_empty() {
        return Err(Problem::Wanting("Tick the cases first: none was ticked."));
    }
    ids.sort();
    ids.dedup();
    let left_out = ids.len().saturating_sub(AT_ONCE);
    ids.truncate(AT_ONCE);
    let frame = Frame::new(&shared, &own.staff, Room::Queue);
    let (mut lines, mut not) = (Vec::new(), Vec::new());
    for id in ids {
        match shared.desk.book.store.case(id).await? {
            Some(loaded) => match may(&shared, &loaded.case, deed, &frame) {
                Ok(()) => lines.push(line(&shared, &loaded, deed)),
                Err(why) => not.push(Not { id, why }),
            },
            None => not.push(Not { id, why: "there is no such case".to_owned() }),
        }
    }
    html(&Confirm { frame, approves: deed == Deed::Approve, lines, not, left_out })
}

/// Whether the case can be decided in a list, as it stands: by the very rules that decide, tried out. What rests on a
/// person's judgement, and no rule offers, is approved on the case's own page only.
pub(super) fn may(shared: &Shared, case: &Case, deed: Deed, frame: &Frame) -> Result<(), String> {
    let decision = match deed {
        Deed::Approve if case.state != CaseState::AwaitingApproval => {
            return Err("no rule offers to close it: open it, and decide there".to_owned());
        }
        Deed::Approve => StaffDecision::Approve {
            evidence_sha256: case.evidence_sha256.clone(),
            only: Vec::new(),
            note: None,
        },
        Deed::Decline => StaffDecision::Decline { note: "a reason".to_owned() },
    };
    shared.desk.book.could(case, &frame.name, decision).map_err(|refused| words::here(&refused.why))
}

fn line(shared: &Shared, loaded: &Loaded, deed: Deed) -> Line {
    let Loaded { case, version } = loaded;
    // An approval is for the records that wait for one; what else the case holds stays as it is.
    let concerned = |item: &&Item| deed == Deed::Decline || item.step == Step::AwaitingApproval;
    let about = case.items.iter().filter(concerned).map(|item| {
        let changes = item.closing.as_ref().map_or(Vec::new(), |closing| {
            closing.changes.iter().map(|change| change.in_words(|_| "another agency".to_owned())).collect()
        });
        About { record: item.record.to_string(), scenario: words::scenario(item.scenario), changes }
    });
    let site = shared.desk.book.site();
    let agency = case.agency().map(|id| words::agency(&site, id));
    let flags =
        [(case.is_on_priority_list(), "Priority List"), (case.involves_victim_services(), "Victim services")];
    Line {
        id: case.id,
        seen: format!("{}/{version}/{}", case.id, case.evidence_sha256.as_deref().unwrap_or_default()),
        agency: agency.unwrap_or_else(|| "Unknown sender".to_owned()),
        about: about.collect(),
        why: words::why_here(case),
        flags: flags.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word).collect(),
    }
}

/// What was confirmed.
#[derive(Deserialize)]
pub(super) struct Confirmed {
    deed: Deed,
    #[serde(default)]
    seen: Vec<String>,
    #[serde(default)]
    note: String,
}

/// `POST /queue/decide`. Each case for itself: one that has changed since it was listed holds up no other.
pub(super) async fn decide(State(shared): State<Shared>, own: Own<Confirmed>) -> Result<Response, Problem> {
    let own = own.of_approver()?;
    let Confirmed { deed, seen, note } = own.form;
    let note = remark(&note)?;
    if seen.is_empty() || seen.len() > AT_ONCE {
        return Err(Problem::BadForm);
    }
    if deed == Deed::Decline && note.is_empty() {
        return Err(Problem::Wanting("Write the reason: the agencies read it."));
    }
    let frame = Frame::new(&shared, &own.staff, Room::Queue);
    let (mut done, mut not) = (Vec::new(), Vec::new());
    // All of it is read before any of it is done: a form that cannot be read changes nothing.
    let seen = seen.iter().map(|seen| parse(seen)).collect::<Option<Vec<_>>>().ok_or(Problem::BadForm)?;
    for (id, version, sha256) in seen {
        let decision = match deed {
            Deed::Approve => StaffDecision::Approve {
                evidence_sha256: Some(sha256),
                only: Vec::new(),
                note: Some(note.clone()).filter(|note| !note.is_empty()),
            },
            Deed::Decline => StaffDecision::Decline { note: note.clone() },
        };
        match shared.desk.book.decide_seen(id, &frame.name, version, decision).await {
            Ok(case) if deed == Deed::Approve && case.state == CaseState::AwaitingApproval => {
                done.push((id, "a second person must approve it".to_owned()));
            }
            Ok(case) => done.push((id, case.state.in_words().to_owned())),
            Err(EngineError::Illegal(refused)) => not.push(Not { id, why: words::here(&refused.why) }),
            Err(EngineError::Stale { .. }) => {
                let why = "it has changed since it was listed: look at it again".to_owned();
                not.push(Not { id, why });
            }
            Err(error @ (EngineError::NotAllowed { .. } | EngineError::Store(_))) if done.is_empty() => {
                return Err(error.into());
            }
            Err(error) => not.push(Not { id, why: error.to_string() }),
        }
    }
    shared.desk.wake.all();
    html(&Decided { frame, approves: deed == Deed::Approve, done, not })
}

/// `RD-1042/3/HASH`: the case, the version and the evidence that were listed.
fn parse(seen: &str) -> Option<(CaseId, i64, String)> {
    let mut parts = seen.splitn(3, '/');
    let id = parts.next()?.parse().ok()?;
    let version = parts.next()?.parse().ok()?;
    Some((id, version, parts.next()?.to_owned()))
}
