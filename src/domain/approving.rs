//! What an approval is for, and how many people it takes.

use super::{Approvals, Case, ClientId, Item, Step};

impl Case {
    /// The records an approval is for: those named, else those that wait for one; where none does, those that a
    /// person may close all the same. A mail that is not clear enough to act on takes the records by name.
    pub(super) fn approvable(&self, only: &[ClientId]) -> Result<Vec<ClientId>, &'static str> {
        let can = |item: &&Item| {
            matches!(item.step, Step::AwaitingApproval | Step::NeedsStaff)
                && item.closing.is_some()
                && !item.is_being_undone()
        };
        let all: Vec<&Item> = self.items.iter().filter(can).collect();
        if all.is_empty() {
            return Err("there is nothing to approve: no record of it can be closed as it stands");
        }
        if !only.is_empty() {
            let known = only.iter().all(|record| all.iter().any(|item| &item.record == record));
            return if known {
                Ok(only.to_vec())
            } else {
                Err("a record you name cannot be closed as it stands")
            };
        }
        if !self.act {
            return Err("the mail is not clear: read it, and name the records to close with --only");
        }
        let waiting: Vec<&&Item> = all.iter().filter(|item| item.step == Step::AwaitingApproval).collect();
        let chosen = if waiting.is_empty() { all.iter().collect() } else { waiting };
        Ok(chosen.into_iter().map(|item| item.record.clone()).collect())
    }

    /// How many people must approve the closing of these records: the strictest of their rules.
    pub fn approvals_needed(&self, records: &[ClientId]) -> Approvals {
        let rules =
            self.items.iter().filter(|item| records.contains(&item.record)).map(|item| item.approvals);
        rules.max().unwrap_or(Approvals::One)
    }

    /// How many people must approve what can be approved now.
    pub fn approvals_wanted(&self) -> Approvals {
        let open = self.items.iter().filter(|item| {
            matches!(item.step, Step::AwaitingApproval | Step::NeedsStaff) && item.closing.is_some()
        });
        open.map(|item| item.approvals).max().unwrap_or(Approvals::One)
    }
}
