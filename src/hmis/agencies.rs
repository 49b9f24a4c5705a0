//! Agencies are compared at the root of their tree (DOMAIN.md, Words: Agency).

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::AgencyId;

/// One row of `hmis_agency`.
#[derive(Debug, Clone)]
pub(super) struct Agency {
    pub(super) name: String,
    pub(super) parent: Option<AgencyId>,
    /// `None`: not known.
    pub(super) victim_service_provider: Option<bool>,
}

/// The agency list of the HMIS with every agency's root worked out.
#[derive(Debug, Default)]
pub(super) struct Agencies {
    listed: BTreeMap<AgencyId, Agency>,
    roots: BTreeMap<AgencyId, AgencyId>,
    /// Agencies whose chain of parents leads nowhere or in a circle.
    broken: BTreeSet<AgencyId>,
}

impl Agencies {
    pub(super) fn new(listed: BTreeMap<AgencyId, Agency>) -> Self {
        let mut roots = BTreeMap::new();
        let mut broken = BTreeSet::new();
        for agency in listed.keys() {
            let root = root_of(&listed, agency).unwrap_or_else(|| {
                // Nothing proves which organisation it belongs to, so it stands for itself. To take it for
                // a part of another one could turn two agencies into "only your agency".
                broken.insert(agency.clone());
                agency.clone()
            });
            roots.insert(agency.clone(), root);
        }
        Self { listed, roots, broken }
    }

    /// The root of a listed agency; `None` if the list lacks it.
    pub(super) fn listed_root(&self, agency: &AgencyId) -> Option<&AgencyId> {
        self.roots.get(agency)
    }

    /// What an agency counts as: its root, or itself where the list lacks it.
    pub(super) fn root(&self, agency: &AgencyId) -> AgencyId {
        self.listed_root(agency).unwrap_or(agency).clone()
    }

    /// Whether there is a victim service provider at this root or anywhere below it; `None`: the list does not
    /// tell. One that is known to be there counts, whatever else is unknown.
    pub(super) fn victim_service_provider(&self, root: &AgencyId) -> Option<bool> {
        let flags = || {
            self.roots
                .iter()
                .filter(|(_, its_root)| *its_root == root)
                .filter_map(|(agency, _)| self.listed.get(agency))
                .map(|agency| agency.victim_service_provider)
        };
        if flags().any(|flag| flag == Some(true)) {
            return Some(true);
        }
        let all_known = self.listed.contains_key(root)
            && !self.broken.contains(root)
            && flags().all(|flag| flag == Some(false));
        all_known.then_some(false)
    }

    /// Names by ID, for staff.
    pub(super) fn names(&self) -> BTreeMap<AgencyId, String> {
        self.listed.iter().map(|(agency, row)| (agency.clone(), row.name.clone())).collect()
    }

    /// Agencies whose `parent_id` leads nowhere or in a circle.
    pub(super) fn broken(&self) -> &BTreeSet<AgencyId> {
        &self.broken
    }
}

/// Climbs to the root; `None` if a parent is not listed or the climb comes back to where it was. An agency that
/// is its own parent is a root: some systems mark roots that way.
fn root_of(listed: &BTreeMap<AgencyId, Agency>, agency: &AgencyId) -> Option<AgencyId> {
    let mut seen = BTreeSet::new();
    let mut here = agency;
    loop {
        match &listed.get(here)?.parent {
            Some(parent) if parent != here => {
                if !seen.insert(here) {
                    return None;
                }
                here = parent;
            }
            Some(_) | None => return Some(here.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> AgencyId {
        AgencyId::parse(text).expect("an agency ID")
    }

    fn tree(rows: &[(&str, Option<&str>, Option<bool>)]) -> Agencies {
        Agencies::new(
            rows.iter()
                .map(|(agency, parent, flag)| {
                    let row = Agency {
                        name: String::new(),
                        parent: parent.map(id),
                        victim_service_provider: *flag,
                    };
                    (id(agency), row)
                })
                .collect(),
        )
    }

    #[test]
    fn an_agency_with_a_parent_counts_as_its_root() {
        let known = Some(false);
        let tree = tree(&[
            ("root", None, known),
            ("child", Some("root"), known),
            ("grandchild", Some("child"), known),
            ("own-parent", Some("own-parent"), known),
            ("below", Some("own-parent"), known),
            ("circle-1", Some("circle-2"), known),
            ("circle-2", Some("circle-1"), known),
            ("into-circle", Some("circle-1"), known),
            ("dangling", Some("nowhere"), known),
            ("below-dangling", Some("dangling"), known),
        ]);
        for (agency, root) in [
            ("root", "root"),
            ("child", "root"),
            ("grandchild", "root"),
            ("own-parent", "own-parent"),
            ("below", "own-parent"),
            // Nothing proves that these belong together.
            ("circle-1", "circle-1"),
            ("circle-2", "circle-2"),
            ("into-circle", "into-circle"),
            ("dangling", "dangling"),
            ("below-dangling", "below-dangling"),
        ] {
            assert_eq!(tree.listed_root(&id(agency)), Some(&id(root)), "{agency}");
        }
        assert_eq!(tree.listed_root(&id("unlisted")), None);
        assert_eq!(tree.root(&id("unlisted")), id("unlisted"));
        let broken: Vec<_> = tree.broken().iter().map(AgencyId::as_str).collect();
        assert_eq!(broken, ["below-dangling", "circle-1", "circle-2", "dangling", "into-circle"]);
    }

    #[test]
    fn a_victim_service_provider_anywhere_below_the_root_counts() {
        let (yes, no) = (Some(true), Some(false));
        for (name, rows, answer) in [
            ("none", vec![("r", None, no), ("c", Some("r"), no)], no),
            ("the root", vec![("r", None, yes), ("c", Some("r"), no)], yes),
            ("a child", vec![("r", None, no), ("c", Some("r"), yes)], yes),
            ("a grandchild", vec![("r", None, no), ("c", Some("r"), no), ("g", Some("c"), yes)], yes),
            ("true wins over unknown", vec![("r", None, None), ("c", Some("r"), yes)], yes),
            ("the root is not told", vec![("r", None, None), ("c", Some("r"), no)], None),
            ("a child is not told", vec![("r", None, no), ("c", Some("r"), None)], None),
            ("another tree", vec![("r", None, no), ("other", None, yes)], no),
            ("not listed", vec![("other", None, yes)], None),
            ("its organisation is not listed", vec![("r", Some("nowhere"), no)], None),
        ] {
            assert_eq!(tree(&rows).victim_service_provider(&id("r")), answer, "{name}");
        }
    }
}
