//! The contract as it is served: what the crate `drata-contract` reads, the routes, and what rows are about.

use std::ops::Deref;
use std::sync::OnceLock;

pub(crate) use drata_contract::{Contract, V1, V2, operation, resource, schema};

use crate::generate::theme::Theme;
use crate::route::Router;

/// Everything that follows from the contract.
#[derive(Debug)]
pub(crate) struct Catalog {
    contract: &'static Contract,
    pub(crate) router: Router,
    /// What the rows of a kind are about, by the place of the kind.
    themes: Vec<Theme>,
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
        let router = Router::new(&contract.operations);
        let themes = contract.kinds.all().iter().map(|kind| Theme::of(&kind.key)).collect();
        Self { contract, router, themes }
    }

    /// What the rows of a kind are about.
    pub(crate) fn theme(&self, kind: resource::KindId) -> Theme {
        self.themes[kind.place()]
    }
}

impl Deref for Catalog {
    type Target = Contract;

    fn deref(&self) -> &Contract {
        self.contract
    }
}
