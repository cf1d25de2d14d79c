//! Everything one sandbox holds, and how a request goes through it.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::contract::Catalog;
use crate::contract::operation::{ApiVersion, Operation};
use crate::contract::route::Matched;
use crate::data::companies;
use crate::data::locate;
use crate::data::painter::Painter;
use crate::effects;
use crate::effects::plans;
use crate::exchange::body::{self, Payload};
use crate::exchange::failure::Failure;
use crate::exchange::params::{self, Parameters};
use crate::exchange::reply::Reply;
use crate::faults::Faults;
use crate::faults::rate_limit::Limiter;
use crate::http::auth::Access;
use crate::http::record::Log;
use crate::state::clock::Clock;
use crate::state::settings::Settings;
use crate::state::signed::Links;
use crate::state::store::{Row, Store};

/// The state of a sandbox.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) catalog: &'static Catalog,
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) links: Links,
    /// The mail domain of the account.
    domain: String,
    pub(crate) access: RwLock<Access>,
    store: RwLock<Store>,
    /// Locked after the store, where both are.
    effects: Mutex<effects::State>,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) limiter: Mutex<Option<Limiter>>,
    pub(crate) latency: Mutex<Duration>,
    pub(crate) log: Mutex<Log>,
}

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

/// What a request sends.
pub(crate) struct Sent<'a> {
    pub(crate) path: Matched,
    pub(crate) query: &'a [(String, String)],
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: Bytes,
}

impl World {
    pub(crate) fn new(catalog: &'static Catalog, settings: Settings, access: Access, base: String) -> Self {
        let clock = Clock::start();
        let domain = companies::domain(&companies::name(settings.seed, 0));
        let links = Links { base, secret: settings.seed ^ 0x5eed, lifetime: settings.link_lifetime, clock };
        Self {
            store: RwLock::new(Store::new(catalog, &settings)),
            log: Mutex::new(Log::new(settings.history)),
            faults: Mutex::new(Faults::new(settings.seed)),
            catalog,
            settings,
            clock,
            links,
            domain,
            access: RwLock::new(access),
            effects: Mutex::default(),
            limiter: Mutex::default(),
            latency: Mutex::default(),
        }
    }

    /// The store to read; a test that panicked while it wrote does not stop the others.
    pub(crate) fn store(&self) -> RwLockReadGuard<'_, Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn store_mut(&self) -> RwLockWriteGuard<'_, Store> {
        self.store.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the first state back. Keys, faults and what was received stay.
    pub(crate) fn reset(&self) {
        let mut store = self.store_mut();
        *self.effects() = effects::State::default();
        *store = Store::new(self.catalog, &self.settings);
    }

    pub(crate) fn effects(&self) -> MutexGuard<'_, effects::State> {
        self.effects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn painter<'a>(&'a self, store: &'a Store, by: ApiVersion) -> Painter<'a> {
        Painter { catalog: self.catalog, store, by, links: &self.links, seed: self.settings.seed, domain: &self.domain }
    }

    /// The time as the service writes it.
    pub(crate) fn now(&self) -> Value {
        crate::data::dates::date_time(self.clock.now()).into()
    }

    /// Answers a request to a known operation. What it did against the contract is added to `violations`.
    pub(crate) async fn answer(
        &self,
        operation: &'static Operation,
        sent: Sent<'_>,
        violations: &mut Vec<String>,
    ) -> Result<Reply, Failure> {
        self.access.read().unwrap_or_else(PoisonError::into_inner).check(sent.headers, operation)?;
        let unknown = params::unknown(operation, sent.query);
        violations.extend(unknown.into_iter().map(|name| format!("{name} is not a parameter of this operation")));
        let read = Parameters::read(&self.catalog.schemas, operation, &sent.path, sent.query, sent.headers);
        let parameters = read.map_err(|problems| {
            violations.extend(problems.iter().cloned());
            Failure::invalid(&problems)
        })?;
        let payload = body::parse(&self.catalog.schemas, operation, sent.headers, sent.body).await;
        let payload = payload.inspect_err(|failure| violations.push(failure.message.clone()))?;
        violations.extend(payload.undeclared.iter().map(|path| format!("{path} is not a property of the body")));
        let anchors = self.locate(operation, &sent.path)?;
        let accept = sent.headers.get(http::header::ACCEPT).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let call = Call { world: self, operation, parameters, anchors, payload, accept, path: sent.path };
        match effects::answer(&call) {
            Some(answer) => answer,
            None => plans::answer(&call),
        }
    }

    /// Finds the rows that a path names.
    fn locate(&self, operation: &Operation, path: &[String]) -> Result<Vec<Row>, Failure> {
        let store = self.store();
        let painter = self.painter(&store, operation.version);
        let mut anchors: Vec<Row> = Vec::with_capacity(path.len());
        for (anchor, id) in operation.anchors.iter().zip(path) {
            let kind = self.catalog.kinds.get(anchor.kind);
            let above = anchors.iter().rev().find(|row| Some(row.kind) == kind.parent).map(|row| row.number);
            let found = locate::row(&painter, anchor.kind, &anchor.parameter, id, above);
            let made =
                || effects::makes_row(operation, &anchor.parameter).then_some(Row { kind: anchor.kind, number: 0 });
            anchors.push(found.or_else(made).ok_or_else(|| Failure::missing(&kind.key, id))?);
        }
        Ok(anchors)
    }
}

impl Call<'_> {
    /// The version that asks.
    pub(crate) fn by(&self) -> ApiVersion {
        self.operation.version
    }

    pub(crate) fn painter<'a>(&'a self, store: &'a Store) -> Painter<'a> {
        self.world.painter(store, self.by())
    }

    /// The row whose collection or action this is.
    pub(crate) fn target(&self) -> Option<Row> {
        self.anchors.get(self.operation.target?).copied()
    }

    pub(crate) fn is_read(&self) -> bool {
        self.operation.method == Method::GET
    }

    /// The row of the kind's parent that the path names.
    pub(crate) fn parent_of(&self, kind: crate::contract::resource::KindId) -> Option<u64> {
        let parent = self.world.catalog.kinds.get(kind).parent?;
        self.anchors.iter().rev().find(|row| row.kind == parent).map(|row| row.number)
    }
}
