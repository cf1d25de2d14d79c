//! A request that may be answered.

use http::Method;

use super::body::Payload;
use super::params::Parameters;
use super::world::World;
use crate::contract::operation::{ApiVersion, Operation};
use crate::contract::resource::KindId;
use crate::contract::route::Matched;
use crate::data::painter::Painter;
use crate::state::row::{Row, Within};
use crate::state::store::Store;

/// A request that may be answered: its key is good, its parameters and its body follow the contract, the rows that its
/// path names are there.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a World,
    pub(crate) operation: &'static Operation,
    pub(crate) parameters: Parameters,
    /// The rows that the path names, in their order.
    pub(crate) anchors: Vec<Row>,
    pub(crate) payload: Payload,
    pub(crate) accept: Option<String>,
    /// The texts of the path's parameters.
    pub(crate) path: Matched,
}

impl Call<'_> {
    /// The version that asks.
    pub(crate) fn by(&self) -> ApiVersion {
        self.operation.version
    }

    pub(crate) fn painter<'a>(&'a self, store: &'a Store) -> Painter<'a> {
        self.world.painter(store, self.by(), self.workspace().unwrap_or(1))
    }

    /// The row whose collection or action this is.
    pub(crate) fn target(&self) -> Option<Row> {
        self.anchors.get(self.operation.target?).copied()
    }

    pub(crate) fn is_read(&self) -> bool {
        self.operation.method == Method::GET
    }

    /// The workspace that the path names.
    pub(crate) fn workspace(&self) -> Option<u64> {
        let workspaces = self.world.catalog.workspaces?;
        self.anchors.iter().find(|row| row.kind == workspaces).map(|row| row.number)
    }

    /// The row of the kind's parent that the path names.
    pub(crate) fn parent_of(&self, kind: KindId) -> Option<u64> {
        let parent = self.world.catalog.kinds().get(kind).parent?;
        self.anchors.iter().rev().find(|row| row.kind == parent).map(|row| row.number)
    }

    /// Which rows of a kind the path is about.
    pub(crate) fn within(&self, kind: KindId) -> Within {
        Within { parent: self.parent_of(kind), workspace: self.workspace() }
    }
}
