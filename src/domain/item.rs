//! One record of a case, and where it stands.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Approvals, ClientId, Closing, Fact, HandRecord, Report, Scenario, Tick, Trace, Undo};

/// What became of one record of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemOutcome {
    /// Not settled yet.
    Pending,
    /// Closed, and read back or attested.
    Closed,
    /// It was closed when the notice came; read back.
    AlreadyClosed,
    /// Left as it was.
    NotClosed,
    /// A person decides.
    NeedsStaff,
    /// Staff declined.
    Declined,
}

impl ItemOutcome {
    /// The word used in JSON, in the store and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Closed => "closed",
            Self::AlreadyClosed => "already_closed",
            Self::NotClosed => "not_closed",
            Self::NeedsStaff => "needs_staff",
            Self::Declined => "declined",
        }
    }
}

/// Where one record of a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The HMIS has not been asked, or has to be asked again.
    Unjudged,
    /// Staff approve or decline.
    AwaitingApproval,
    /// Grace runs.
    Waiting,
    /// The change is under way.
    Closing,
    /// A person makes the change.
    Worklist,
    /// Closed as far as we know: not said before it is read.
    ReadingBack,
    /// A person decides.
    NeedsStaff,
    /// Over.
    Settled(ItemOutcome),
}

/// What reading a record showed whose change a person makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRead {
    /// When it was read. Later looks of the desk's own that showed the same are not noted.
    pub at: DateTime<Utc>,
    /// What is still to be done, or not known yet, in plain sentences for staff; agencies are counted, never named.
    pub still: Vec<String>,
}

/// A person's word that the change was made by hand, until the record was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The account.
    pub by: String,
    /// When they said so.
    pub at: DateTime<Utc>,
}

/// One record of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, none is a parameter")]
pub struct Item {
    /// The record.
    pub record: ClientId,
    /// Where it stands.
    pub step: Step,
    /// Which scenario the HMIS showed; `None`: neither, or not asked yet.
    pub scenario: Option<Scenario>,
    /// Why, in plain sentences for staff: the last judgement's reasons and no others.
    pub reasons: Vec<String>,
    /// What happened since it was judged that staff should know, oldest first; the next judgement clears it.
    #[serde(default)]
    pub since: Vec<String>,
    /// Why a decision did not stand and the record was looked up again; until it is decided anew.
    #[serde(default)]
    pub came_back: Option<String>,
    /// The exact changes that were or would be approved.
    pub closing: Option<Closing>,
    /// What the reply says about it.
    pub report: Report,
    /// Whether the record was found closed, so that no change was made.
    pub found_closed: bool,
    /// How many people must approve its closing.
    pub approvals: Approvals,
    /// Whether a change was begun: from then on stopping may come too late.
    pub change_begun: bool,
    /// Whether the desk has made the change.
    pub changed: bool,
    /// Whether the agency has been told the outcome.
    pub told: bool,
    /// Whether a victim service provider is involved: such a case comes first.
    #[serde(default)]
    pub victim_service_provider: Fact<bool>,
    /// What keeps it from being closed without a person, as it was last judged.
    #[serde(default)]
    pub hindrance: Option<String>,
    /// What the desk's change did, as noted in its transaction; `None`: no change, or it could not be noted.
    #[serde(default)]
    pub trace: Option<Box<Trace>>,
    /// What became of the wish to set the change back, the last one.
    #[serde(default)]
    pub undo: Option<Undo>,
    /// Which changes a person has made of those that stand in the worklist, in their order.
    #[serde(default)]
    pub ticks: Vec<Tick>,
    /// What was last read while the change is in a person's hands.
    #[serde(default)]
    pub last_read: Option<LastRead>,
    /// Who says that the change was made, until the record was read: only then it is taken at their word.
    #[serde(default)]
    pub attested: Option<Attestation>,
    /// The evidence its change was begun on.
    #[serde(default)]
    pub begun_on: Option<String>,
    /// What staff did with it by hand, in shadow mode; the last word counts.
    #[serde(default)]
    pub by_hand: Option<HandRecord>,
}

impl Item {
    /// A record nobody has looked up yet.
    pub fn new(record: ClientId) -> Self {
        Self {
            record,
            step: Step::Unjudged,
            scenario: None,
            reasons: Vec::new(),
            since: Vec::new(),
            came_back: None,
            closing: None,
            report: Report::default(),
            found_closed: false,
            approvals: Approvals::One,
            change_begun: false,
            changed: false,
            told: false,
            victim_service_provider: Fact::Unknown,
            hindrance: None,
            trace: None,
            undo: None,
            ticks: Vec::new(),
            last_read: None,
            attested: None,
            begun_on: None,
            by_hand: None,
        }
    }

    /// What happened that its judgement does not say: why it came back, and what happened since, oldest first.
    pub fn happened(&self) -> impl Iterator<Item = &str> {
        self.came_back.iter().chain(&self.since).map(String::as_str)
    }

    /// A person decides from here on, for this reason; what was approved counts no longer.
    pub(super) fn hand_to_staff(&mut self, why: &[String]) {
        self.since.extend(why.iter().cloned());
        self.hindrance = why.first().cloned().or_else(|| self.hindrance.take());
        self.closing = None;
        self.attested = None;
        self.step = Step::NeedsStaff;
    }

    /// What became of it.
    pub fn outcome(&self) -> ItemOutcome {
        match self.step {
            Step::Settled(outcome) => outcome,
            Step::NeedsStaff => ItemOutcome::NeedsStaff,
            Step::Unjudged
            | Step::AwaitingApproval
            | Step::Waiting
            | Step::Closing
            | Step::Worklist
            | Step::ReadingBack => ItemOutcome::Pending,
        }
    }
}
