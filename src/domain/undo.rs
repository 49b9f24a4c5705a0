//! Setting a closing back that was made by mistake (DOMAIN.md, What follows, 6; INTERFACES.md, "Undo sets back what that
//! closure changed"): what a closing notes about a record, so that exactly that can be set back, and only while the record
//! still stands as it was left.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Case, ClientId, Item, ItemOutcome, ReplyKind, Sharing, Step};
use crate::domain::{Action, Mode};

/// One row of the HMIS by which an agency was granted visibility, as it is written there: not the root agency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GrantRow {
    /// Which source wrote it.
    pub source: String,
    /// The agency, as the row names it.
    pub agency: String,
}

/// A record at one moment: what a closing changes as it is written there, and hashes of all else that tells whether
/// anybody entered something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footprint {
    /// Statewide sharing; `None`: the HMIS says "unknown".
    pub sharing: Option<Sharing>,
    /// SHA-256 (hex) of the alias as it is written: one that a closing leaves alone may be anybody's words.
    pub alias_sha256: String,
    /// The grants, in order.
    pub grants: Vec<GrantRow>,
    /// SHA-256 (hex) of all that was entered in the record: each thing with its source, kind, ID, agency and dates,
    /// deleted things included.
    pub entered_sha256: String,
    /// SHA-256 (hex) of the record's own row, but for what is above, the Priority List (from which a closing may drop the
    /// client) and the client's age.
    pub record_sha256: String,
    /// Whether it was known completely who has data and who was granted visibility.
    pub complete: bool,
}

/// The alias before and after a closing that changed it, as it is written: an empty text is not `None`. A closing changes
/// empty fields and known flags only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasChange {
    /// What an undo sets back.
    pub before: Option<String>,
    /// What the closing wrote.
    pub after: Option<String>,
}

/// What a closing did to a record: how it stood before, and how the closing left it. Both of one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// Before: what an undo sets back.
    pub before: Footprint,
    /// After: how the record must still stand.
    pub after: Footprint,
    /// The alias, if the closing changed it.
    pub alias: Option<AliasChange>,
}

impl Trace {
    /// The grants the closing removed.
    pub fn removed(&self) -> Vec<&GrantRow> {
        self.before.grants.iter().filter(|grant| !self.after.grants.contains(grant)).collect()
    }

    /// Why the closing cannot be set back in a record that now stands like this, in sentences for staff; empty: it can.
    pub fn obstacles(&self, now: &Footprint) -> Vec<String> {
        let left = &self.after;
        let mut obstacles = Vec::new();
        let mut obstacle = |stands: bool, text: &str| {
            if stands {
                obstacles.push(text.to_owned());
            }
        };
        obstacle(
            now.record_sha256 != left.record_sha256,
            "the record itself was changed since (merged, deleted, given another creator, or its Date of ROI Consent)",
        );
        obstacle(now.sharing != left.sharing, "it is no longer closed as the desk left it");
        obstacle(
            now.entered_sha256 != left.entered_sha256,
            "something was entered in it, changed or deleted since it was closed",
        );
        obstacle(now.grants != left.grants, "who was granted visibility has changed since");
        obstacle(now.alias_sha256 != left.alias_sha256, "its alias was changed since");
        obstacle(
            !left.complete || !now.complete,
            "it is not completely known who has data in it, so nobody can say that nothing was entered since",
        );
        obstacles
    }
}

/// How far an undo has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UndoState {
    /// Ordered.
    Ordered,
    /// The record stands as it did before it was closed.
    Done,
    /// Nothing was changed: why, for staff.
    Refused(String),
}

/// What became of the wish to set a closing back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// Which one of this record's it is, from 1: a refused one may be asked for again.
    pub number: u32,
    /// Who asked.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub note: String,
    /// How far it has come.
    pub state: UndoState,
    /// When it came to its end.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether the agency has been told.
    pub told: bool,
}

impl Item {
    /// Whether its closing is being set back at this moment.
    pub fn is_being_undone(&self) -> bool {
        self.undo.as_ref().is_some_and(|undo| undo.state == UndoState::Ordered)
    }

    /// Whether its closing was set back.
    pub fn was_undone(&self) -> bool {
        self.undo.as_ref().is_some_and(|undo| undo.state == UndoState::Done)
    }

    /// What the closing did, if it may be asked to be set back; else why not, for whoever asks.
    fn undoable(&self) -> Result<&Trace, &'static str> {
        if self.is_being_undone() {
            Err("it is being undone already")
        } else if self.was_undone() {
            Err("it was undone already")
        } else if self.report.attested_by.is_some()
            || (self.change_begun && !self.changed && self.trace.is_none())
        {
            Err("a person made the change: set it back in the HMIS by hand, while nothing was entered since")
        } else if !self.changed {
            Err("the desk has closed no record of it, so there is nothing to undo")
        } else {
            self.trace.as_deref().ok_or(
                "what the closing changed could not be noted (the desk was interrupted at it, or hmis.statements has no \
                 statements for an undo), so it cannot be set back exactly: if it was a mistake, set it back in the HMIS by \
                 hand, while nothing was entered since",
            )
        }
    }
}

impl Case {
    /// The records whose closing can be asked to be set back, or why none can.
    pub fn undoable(&self) -> Result<Vec<ClientId>, &'static str> {
        if self.mode == Mode::Shadow {
            return Err("shadow mode changed nothing, so there is nothing to undo");
        }
        if !self.state.is_over() && !self.rests() {
            return Err("the desk is working on it: wait until it is done");
        }
        let records: Vec<ClientId> = self
            .items
            .iter()
            .filter(|item| item.undoable().is_ok())
            .map(|item| item.record.clone())
            .collect();
        if records.is_empty() {
            // What is nearest to an undo says why there is none.
            let why = |item: &Item| item.undoable().err().map(|why| (!item.changed, !item.change_begun, why));
            let nearest = self.items.iter().filter_map(why).min();
            return Err(nearest.map_or("it names no record", |(_, _, why)| why));
        }
        if self.correspondent().is_none() {
            return Err(
                "nobody at the agency can be written to, and an undo is never made without telling it: reach the \
                        agency, and set the record back in the HMIS by hand",
            );
        }
        Ok(records)
    }

    /// The record stands as before. Once nothing more is being undone, the agency is told.
    pub(super) fn take_undone(
        &mut self,
        record: &ClientId,
        state: UndoState,
        now: DateTime<Utc>,
        actions: &mut Vec<Action>,
    ) {
        if let Some(item) = self.item_mut(record)
            && let Some(undo) = &mut item.undo
        {
            match &state {
                UndoState::Ordered => {}
                UndoState::Done => {
                    item.step = Step::Settled(ItemOutcome::NotClosed);
                    item.closing = None;
                    // The mail on the undo says how it stands.
                    item.told = true;
                }
                UndoState::Refused(why) => {
                    item.since.push(format!("it was not undone: {why}"));
                }
            }
            undo.state = state;
            undo.ended_at = Some(now);
        }
        if self.items.iter().any(Item::is_being_undone) {
            return;
        }
        let untold =
            |item: &Item| item.undo.as_ref().is_some_and(|undo| undo.state == UndoState::Done && !undo.told);
        let records: Vec<ClientId> =
            self.items.iter().filter(|item| untold(item)).map(|item| item.record.clone()).collect();
        if records.is_empty() {
            return;
        }
        for undo in self.items.iter_mut().filter_map(|item| item.undo.as_mut()) {
            undo.told |= undo.state == UndoState::Done;
        }
        // What the mailbox shows as answered was answered by the reply the case ended with.
        let (final_reply, sent_before) = (self.final_reply, self.replies);
        self.reply(ReplyKind::Undone(records), actions);
        let all_settled = self.items.iter().all(|item| matches!(item.step, Step::Settled(_)));
        if self.state.is_over() {
            self.final_reply = final_reply;
        } else if all_settled && self.replies > sent_before {
            self.final_reply = Some(self.replies);
            self.final_reply_sent = false;
        }
    }
}
