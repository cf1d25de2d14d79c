//! Which rows belong together beyond parents and children: the owners of a control, the devices of a person.
//!
//! Every relation is told once, from the side that holds it, and can be asked from both. Lists of rows that live elsewhere
//! (`controls/owners`) show relations, and so do embedded rows (`owners`) and ids (`ownerIds`): they cannot disagree.

use drata_contract::hash;
use drata_contract::resource::{KindId, Kinds};

/// How many rows a seeded row is related to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// So many, and fewer where lists within rows are shorter than that.
    Few(u64),
    /// As many as a nested list holds.
    Nested,
    /// All rows are shared out: each is related to one row only.
    Split,
}

/// A relation from the rows of one kind to those of another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Relation {
    pub(crate) holder: KindId,
    pub(crate) target: KindId,
    /// The stem of the properties that show it, such as that of `ownerIds` and `owners`.
    pub(crate) stem: u64,
    pub(crate) share: Share,
}

/// A relation seen from one of its sides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side {
    pub(crate) relation: Relation,
    /// Asked by the target: who holds me?
    pub(crate) is_back: bool,
}

impl Side {
    /// The kind of the rows that it leads to.
    pub(crate) fn leads_to(&self) -> KindId {
        if self.is_back { self.relation.holder } else { self.relation.target }
    }
}

/// A relation in words: who holds it, its stem, whom it leads to; the list that shows it; and the stems and the list that
/// show it from the other side.
struct Entry {
    holder: &'static str,
    stem: &'static str,
    target: &'static str,
    share: Share,
    list: Option<&'static str>,
    back_stems: &'static [&'static str],
    back_list: Option<&'static str>,
}

const fn entry(holder: &'static str, stem: &'static str, target: &'static str, share: Share) -> Entry {
    Entry { holder, stem, target, share, list: None, back_stems: &[], back_list: None }
}

impl Entry {
    const fn listed(self, list: &'static str) -> Self {
        Self { list: Some(list), ..self }
    }

    const fn back(self, back_stems: &'static [&'static str]) -> Self {
        Self { back_stems, ..self }
    }

    const fn back_listed(self, list: &'static str) -> Self {
        Self { back_list: Some(list), ..self }
    }
}

const RELATIONS: &[Entry] = &[
    entry("controls", "owner", "users", Share::Nested).listed("controls/owners"),
    entry("frameworks/requirements", "control", "controls", Share::Few(3))
        .listed("frameworks/requirements/controls")
        .back(&["requirement"])
        .back_listed("controls/requirements"),
    entry("evidence-library", "control", "controls", Share::Few(2)).back(&["evidence", "report", "validreport"]),
    entry("monitoring-tests", "control", "controls", Share::Few(2)).back(&["test", "monitoringtest"]),
    entry("policies", "control", "controls", Share::Nested).listed("policies/associated-controls").back(&["policy"]),
    entry("risk-registers/risks", "control", "controls", Share::Few(2)).back(&["risk"]),
    entry("personnel", "user", "users", Share::Split).back(&["personnel"]),
    entry("personnel", "device", "devices", Share::Split).listed("personnel/devices").back(&["personnel"]),
    entry("connections", "device", "devices", Share::Split).listed("connections/devices").back(&["connection"]),
    entry("assets", "device", "devices", Share::Split).back(&["asset"]),
    entry("roles", "user", "users", Share::Split).listed("roles/users").back(&["role"]),
    entry("personnel", "group", "groups", Share::Few(2)).back(&["personnel"]),
    entry("workspaces", "group", "groups", Share::Few(3)).listed("scoped-personnel-groups"),
];

/// All relations, by the stems and by the lists that show them.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    /// By the place of the kind: the stems that show relations of its rows; few, so that looking through them is fast.
    by_stem: Vec<Vec<(u64, Side)>>,
    /// By the place of the list's kind.
    by_list: Vec<Option<Side>>,
}

impl Relations {
    pub(crate) fn new(kinds: &Kinds) -> Self {
        let count = kinds.all().len();
        let mut relations = Self { by_stem: vec![Vec::new(); count], by_list: vec![None; count] };
        for entry in RELATIONS {
            // A kind that the contract no longer has takes its relations with it.
            let (Some(holder), Some(target)) = (kinds.by_key(entry.holder), kinds.by_key(entry.target)) else {
                continue;
            };
            let relation = Relation { holder, target, stem: hash::text(entry.stem), share: entry.share };
            let (forth, back) = (Side { relation, is_back: false }, Side { relation, is_back: true });
            relations.by_stem[holder.place()].push((relation.stem, forth));
            for stem in entry.back_stems {
                relations.by_stem[target.place()].push((hash::text(stem), back));
            }
            for (list, side) in [(entry.list, forth), (entry.back_list, back)] {
                if let Some(list) = list.and_then(|list| kinds.by_key(list)) {
                    relations.by_list[list.place()] = Some(side);
                }
            }
        }
        relations
    }

    /// The relation that a property with this stem shows in rows of a kind.
    pub(crate) fn shown_by(&self, kind: KindId, stem: u64) -> Option<Side> {
        self.by_stem[kind.place()].iter().rev().find(|(known, _)| *known == stem).map(|(_, side)| *side)
    }

    /// The relation that a list shows instead of rows of its own.
    pub(crate) fn listed_by(&self, list: KindId) -> Option<Side> {
        self.by_list[list.place()]
    }
}
