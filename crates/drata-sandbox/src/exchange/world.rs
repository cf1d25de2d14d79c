//! Everything that one sandbox holds of its account.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde_json::Value;

use super::kept::Kept;
use crate::contract::Catalog;
use crate::contract::operation::ApiVersion;
use crate::data::painter::Painter;
use crate::data::{companies, dates};
use crate::state::clock::Clock;
use crate::state::settings::Settings;
use crate::state::signed::Links;
use crate::state::store::Store;

/// The account of a sandbox.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) catalog: &'static Catalog,
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) links: Links,
    /// The mail domain of the account.
    domain: String,
    store: RwLock<Store>,
    /// What lists have answered since the store was last written to.
    pub(crate) kept: Kept,
}

impl World {
    pub(crate) fn new(catalog: &'static Catalog, settings: Settings, base: String) -> Self {
        let clock = Clock::start(settings.start_time);
        let domain = companies::domain(&companies::name(settings.seed, 0));
        let links = Links { base, secret: settings.seed ^ 0x5eed, lifetime: settings.link_lifetime, clock };
        Self {
            kept: Kept::default(),
            store: RwLock::new(Store::new(catalog, &settings)),
            catalog,
            settings,
            clock,
            links,
            domain,
        }
    }

    /// The store to read; a test that panicked while it wrote does not stop the others.
    pub(crate) fn store(&self) -> RwLockReadGuard<'_, Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store to write; whatever has been kept of it is no longer true.
    pub(crate) fn store_mut(&self) -> RwLockWriteGuard<'_, Store> {
        let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
        store.revise();
        store
    }

    /// Brings the first state back.
    pub(crate) fn reset(&self) {
        self.store_mut().reset(&self.settings);
    }

    /// Paints rows for a version, seen from a workspace.
    pub(crate) fn painter<'a>(&'a self, store: &'a Store, by: ApiVersion, workspace: u64) -> Painter<'a> {
        Painter {
            catalog: self.catalog,
            store,
            by,
            workspace,
            links: &self.links,
            seed: self.settings.seed,
            domain: &self.domain,
            signed: None,
        }
    }

    /// The time as the service writes it.
    pub(crate) fn now(&self) -> Value {
        dates::date_time(self.clock.now()).into()
    }
}
