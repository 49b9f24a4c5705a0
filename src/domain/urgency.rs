//! Which case a person should see first.

use chrono::{DateTime, Utc};

use super::{Case, Fact, Item, Step};

impl Case {
    /// Whether a person has to do something about it now: decide, make a change, or see to a reply that did not arrive.
    pub fn waits_for_a_person(&self) -> bool {
        self.state.waits_for_staff() || !self.failed_replies.is_empty()
    }

    /// Whether the client of a record that is not settled waits on the Coordinated Entry Priority List, from which closing
    /// can drop them (DOMAIN.md, Words).
    pub fn is_on_priority_list(&self) -> bool {
        self.any_open(|item| item.report.priority_list == Fact::Known(true))
    }

    /// Whether a victim service provider has to do with a record that is not settled.
    pub fn involves_victim_services(&self) -> bool {
        self.any_open(|item| item.victim_service_provider == Fact::Known(true))
    }

    /// Whether it goes before others that are due at the same time.
    pub fn is_flagged(&self) -> bool {
        self.is_on_priority_list() || self.involves_victim_services()
    }

    /// What the queue is ordered by: when the case is due; one that is flagged counts as due from the moment its notice
    /// arrived, which is when the consent clock began (DOMAIN.md, What follows, 8).
    pub fn urgent_at(&self) -> DateTime<Utc> {
        if self.is_flagged() { self.received_at } else { self.due_at }
    }

    fn any_open(&self, is_so: impl Fn(&Item) -> bool) -> bool {
        self.items.iter().any(|item| !matches!(item.step, Step::Settled(_)) && is_so(item))
    }
}
