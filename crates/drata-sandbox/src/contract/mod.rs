//! The contract as it is served: what the crate `drata-contract` reads, the routes, and which rows belong together.

pub(crate) mod relations;
pub(crate) mod route;
pub(crate) mod targets;

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::OnceLock;

pub(crate) use drata_contract::{Contract, V1, V2, operation, resource, schema};

use drata_contract::role::Noun;
use operation::Answer;
use resource::{KindId, Kinds, Plan};
use schema::{SchemaId, Shape};

use relations::Relations;
use route::Router;
use targets::{Target, Targets};

/// Everything that follows from the contract.
#[derive(Debug)]
pub(crate) struct Catalog {
    contract: &'static Contract,
    pub(crate) router: Router,
    pub(crate) relations: Relations,
    targets: Targets,
    traits: Vec<Traits>,
    /// By the place of the kind: its enumerations by the hashes of their properties. What one schema leaves open, another
    /// tells.
    enumerations: Vec<HashMap<u64, SchemaId>>,
    /// The kind of the workspaces.
    pub(crate) workspaces: Option<KindId>,
}

/// Endings of the keys of kinds whose rows have an order that they show.
const ORDERED: &[&str] = &["versions", "artifacts", "approval-configuration", "custom-field-definitions"];

/// What is known of a kind besides what the contract's reader says.
#[derive(Clone, Copy, Debug, Default)]
struct Traits {
    in_workspaces: bool,
    /// Every schema of its rows writes their ids as strings, so they are no numbers.
    text_ids: bool,
    /// There is one of its kind, or one for each parent.
    single: bool,
    /// Some values of its rows follow from the other rows: which version is the current one, a place in an order.
    ordered: bool,
}

impl Catalog {
    /// The catalogue of the contract compiled into `drata-contract`, built at the first call.
    ///
    /// # Errors
    ///
    /// When the compiled-in contract is not one; a build with such a contract fails its first test.
    pub(crate) fn shared() -> Result<&'static Self, String> {
        static CATALOG: OnceLock<Result<Catalog, String>> = OnceLock::new();
        CATALOG.get_or_init(|| Contract::shared().map(Self::new)).as_ref().map_err(Clone::clone)
    }

    fn new(contract: &'static Contract) -> Self {
        let relations = Relations::new(&contract.kinds);
        let workspaces = contract.kinds.by_key("workspaces");
        let mut traits: Vec<_> = contract.kinds.all().iter().map(|_| Traits::default()).collect();
        for (place, kind) in contract.kinds.all().iter().enumerate() {
            let mut above = kind.parent;
            while let Some(parent) = above {
                traits[place].in_workspaces |= Some(parent) == workspaces;
                above = contract.kinds.get(parent).parent;
            }
        }
        for operation in &contract.operations {
            if let Plan::Singleton { kind } = operation.plan {
                traits[kind.place()].single = true;
            }
        }
        for (traits, kind) in traits.iter_mut().zip(contract.kinds.all()) {
            traits.ordered = ORDERED.iter().any(|ending| kind.key.ends_with(ending));
        }
        note_ids(contract, &mut traits);
        Self {
            contract,
            router: Router::new(&contract.operations),
            targets: Targets::new(&contract.kinds, &relations),
            relations,
            enumerations: enumerations(contract),
            traits,
            workspaces,
        }
    }

    /// All kinds of rows.
    pub(crate) fn kinds(&self) -> &'static Kinds {
        &self.contract.kinds
    }

    /// Whether rows of a kind belong to a workspace.
    pub(crate) fn in_workspaces(&self, kind: KindId) -> bool {
        self.traits[kind.place()].in_workspaces
    }

    /// Whether the ids of a kind are no numbers.
    pub(crate) fn has_text_ids(&self, kind: KindId) -> bool {
        self.traits[kind.place()].text_ids
    }

    /// Whether there is one of a kind, or one for each parent.
    pub(crate) fn is_single(&self, kind: KindId) -> bool {
        self.traits[kind.place()].single
    }

    /// The enumeration that a property of the rows of a kind is of, in whatever schema of them.
    pub(crate) fn enumeration_of(&self, kind: KindId, property: u64) -> Option<SchemaId> {
        self.enumerations[kind.place()].get(&property).copied()
    }

    /// Whether some values of the rows of a kind follow from the other rows.
    pub(crate) fn is_ordered(&self, kind: KindId) -> bool {
        self.traits[kind.place()].ordered
    }

    /// Where the rows of a list live: at the kind itself, or at the one that a relation leads to.
    pub(crate) fn home(&self, kind: KindId) -> KindId {
        self.relations.listed_by(kind).map_or(kind, |side| side.leads_to())
    }

    /// The stem that stands for this one in rows of a kind: some call the same person `user` here and `owner` there.
    pub(crate) fn stem(&self, kind: KindId, stem: u64) -> u64 {
        self.targets.stem(kind, stem)
    }

    /// What a noun with this stem points to in a row of this kind, or in a part of such a row.
    pub(crate) fn target_of(&self, owner: KindId, noun: Option<Noun>, stem: u64) -> Option<Target> {
        self.targets.of(&self.relations, owner, noun, stem)
    }
}

/// The schemas of rows, with the kinds of the rows.
fn row_schemas(contract: &Contract) -> impl Iterator<Item = (KindId, SchemaId)> {
    contract.operations.iter().filter_map(|operation| match &operation.plan {
        Plan::List { kind, envelope } => Some((*kind, envelope.items)),
        Plan::Read => {
            let target = operation.target.and_then(|place| operation.anchors.get(place))?;
            Some((target.kind, operation.success().and_then(Answer::json)?))
        }
        _ => None,
    })
}

fn enumerations(contract: &Contract) -> Vec<HashMap<u64, SchemaId>> {
    let mut all = vec![HashMap::new(); contract.kinds.all().len()];
    for (kind, schema) in row_schemas(contract) {
        let properties = contract.schemas.object(schema).map(|object| &object.properties);
        for property in properties.into_iter().flatten() {
            if matches!(contract.schemas.get(property.schema).shape, Shape::Enum(_)) {
                all[kind.place()].insert(property.hash, property.schema);
            }
        }
    }
    all
}

/// Finds the kinds whose ids are written as strings wherever the contract shows a row.
fn note_ids(contract: &Contract, traits: &mut [Traits]) {
    let mut numbered = vec![false; traits.len()];
    for (kind, schema) in row_schemas(contract) {
        if let Some(id) = contract.schemas.object(schema).and_then(|object| object.property("id")) {
            match contract.schemas.get(id.schema).shape {
                Shape::Text(_) => traits[kind.place()].text_ids = true,
                _ => numbered[kind.place()] = true,
            }
        }
    }
    for (traits, numbered) in traits.iter_mut().zip(numbered) {
        traits.text_ids &= !numbered;
    }
}

impl Deref for Catalog {
    type Target = Contract;

    fn deref(&self) -> &Contract {
        self.contract
    }
}
