//! What the names of properties point to, seen from the row that they stand in.

use drata_contract::hash;
use drata_contract::resource::{KindId, Kinds};
use drata_contract::role::Noun;

use super::relations::{Relations, Side};

/// What a property points to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// Rows that are related to the row.
    Related(Side),
    /// The row itself, or another of its kind.
    Own(KindId),
    /// A row above the row.
    Ancestor(KindId),
    /// Rows below the row.
    Children(KindId),
    /// Rows of a kind that lies below the same ancestor.
    Cousins { above: KindId, kind: KindId },
    /// Rows of a kind that lies below another kind to which the row points: versions of the policy that it names.
    Below { noun: Noun, above: KindId, kind: KindId },
    /// Any rows.
    Any(KindId),
}

impl Target {
    /// The kind of the rows.
    pub(crate) fn kind(&self) -> KindId {
        match self {
            Self::Related(side) => side.leads_to(),
            Self::Own(kind) | Self::Ancestor(kind) | Self::Children(kind) | Self::Any(kind) => *kind,
            Self::Cousins { kind, .. } | Self::Below { kind, .. } => *kind,
        }
    }
}

/// People whom rows of a kind call by several names: the kind, a name, and the one that stands for it.
const SAME: &[(&str, &str, &str)] =
    &[("evidence-library", "user", "owner"), ("policies/approval-configuration", "approver", "user")];

/// What every noun points to from every kind.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// By the places of the kind and of the noun.
    by_noun: Vec<Vec<Option<Target>>>,
    /// By the place of the kind: the stems that another stands for.
    same: Vec<Vec<(u64, u64)>>,
}

impl Targets {
    pub(crate) fn new(kinds: &Kinds, relations: &Relations) -> Self {
        let owners = kinds.all().iter().filter_map(|kind| kinds.by_key(&kind.key));
        let each = |owner| Noun::ALL.iter().map(|noun| find(kinds, relations, owner, *noun)).collect();
        let by_noun = owners.map(each).collect();
        let mut targets = Self { by_noun, same: vec![Vec::new(); kinds.all().len()] };
        for (kind, name, meant) in SAME {
            if let Some(kind) = kinds.by_key(kind) {
                targets.same[kind.place()].push((hash::text(name), hash::text(meant)));
            }
        }
        targets
    }

    pub(crate) fn stem(&self, kind: KindId, stem: u64) -> u64 {
        let same = self.same[kind.place()].iter().find(|(known, _)| *known == stem);
        same.map_or(stem, |(_, meant)| *meant)
    }

    pub(crate) fn of(&self, relations: &Relations, owner: KindId, noun: Option<Noun>, stem: u64) -> Option<Target> {
        let related = relations.shown_by(owner, self.stem(owner, stem)).map(Target::Related);
        related.or_else(|| self.by_noun[owner.place()][noun? as usize])
    }
}

fn find(kinds: &Kinds, relations: &Relations, owner: KindId, noun: Noun) -> Option<Target> {
    let candidates: Vec<_> = noun.kinds().iter().filter_map(|key| kinds.by_key(key)).collect();
    let parent = |kind: KindId| kinds.get(kind).parent;
    let ancestors: Vec<_> = std::iter::successors(parent(owner), |kind| parent(*kind)).collect();
    let first = |is: &dyn Fn(KindId) -> bool| candidates.iter().copied().find(|kind| is(*kind));
    // Lists that show relations have no rows of their own, so nothing is theirs.
    let own = |kind: KindId| relations.listed_by(kind).is_none();
    if let Some(kind) = first(&|kind| kind == owner) {
        return Some(Target::Own(kind));
    }
    if let Some(kind) = first(&|kind| parent(kind) == Some(owner) && own(kind)) {
        return Some(Target::Children(kind));
    }
    if let Some(kind) = first(&|kind| ancestors.contains(&kind)) {
        return Some(Target::Ancestor(kind));
    }
    let workspaces = kinds.by_key("workspaces");
    let is_near =
        |kind: KindId| parent(kind).is_some_and(|above| ancestors.contains(&above) && Some(above) != workspaces);
    if let Some(kind) = first(&is_near) {
        return Some(Target::Cousins { above: parent(kind)?, kind });
    }
    let kind = candidates.first().copied()?;
    let above = parent(kind).filter(|above| Some(*above) != workspaces);
    let Some(above) = above else { return Some(Target::Any(kind)) };
    let way = Noun::ALL.iter().find(|noun| noun.kinds().first().and_then(|key| kinds.by_key(key)) == Some(above));
    Some(way.map_or(Target::Any(kind), |noun| Target::Below { noun: *noun, above, kind }))
}
