//! How a request goes through a sandbox: who asks, what, about which rows, and what comes of it.

use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use super::auth::Access;
use super::record::Log;
use crate::contract::Catalog;
use crate::contract::operation::Operation;
use crate::contract::route::Matched;
use crate::data::locate;
use crate::effects;
use crate::exchange::body;
use crate::exchange::call::Call;
use crate::exchange::failure::Failure;
use crate::exchange::params::{self, Parameters};
use crate::exchange::reply::Reply;
use crate::exchange::world::World;
use crate::faults::Faults;
use crate::faults::rate_limit::Limiter;
use crate::state::row::{Row, Within};
use crate::state::settings::Settings;

/// A sandbox as the server serves it.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) world: World,
    pub(crate) access: RwLock<Access>,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) limiter: Mutex<Option<Limiter>>,
    pub(crate) latency: Mutex<Duration>,
    pub(crate) log: Mutex<Log>,
}

/// What a request sends.
pub(crate) struct Sent<'a> {
    pub(crate) path: Matched,
    pub(crate) query: &'a [(String, String)],
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: Bytes,
}

impl Service {
    pub(crate) fn new(catalog: &'static Catalog, settings: Settings, access: Access, base: String) -> Self {
        Self {
            log: Mutex::new(Log::new(settings.history)),
            faults: Mutex::new(Faults::new(settings.seed)),
            world: World::new(catalog, settings, base),
            access: RwLock::new(access),
            limiter: Mutex::default(),
            latency: Mutex::default(),
        }
    }

    /// Answers a request to a known operation. What it did against the contract is added to `violations`.
    pub(crate) async fn answer(
        &self,
        operation: &'static Operation,
        sent: Sent<'_>,
        violations: &mut Vec<String>,
    ) -> Result<Reply, Failure> {
        self.access.read().unwrap_or_else(PoisonError::into_inner).check(sent.headers, operation)?;
        let schemas = &self.world.catalog.schemas;
        let unknown = params::unknown(operation, sent.query);
        violations.extend(unknown.into_iter().map(|name| format!("{name} is not a parameter of this operation")));
        let read = Parameters::read(schemas, operation, &sent.path, sent.query, sent.headers);
        let parameters = read.map_err(|problems| {
            violations.extend(problems.iter().cloned());
            Failure::invalid(&problems)
        })?;
        let payload = body::parse(schemas, operation, sent.headers, sent.body).await;
        let payload = payload.inspect_err(|failure| violations.push(failure.message.clone()))?;
        violations.extend(payload.noted.iter().cloned());
        let anchors = self.locate(operation, &sent.path)?;
        let accept = sent.headers.get(http::header::ACCEPT).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let call = Call { world: &self.world, operation, parameters, anchors, payload, accept, path: sent.path };
        effects::answer(&call)
    }

    /// Finds the rows that a path names.
    fn locate(&self, operation: &Operation, path: &[String]) -> Result<Vec<Row>, Failure> {
        let world = &self.world;
        let store = world.store();
        let mut anchors: Vec<Row> = Vec::with_capacity(path.len());
        for (anchor, id) in operation.anchors.iter().zip(path) {
            let workspace = anchors.iter().find(|row| Some(row.kind) == world.catalog.workspaces);
            let painter = world.painter(&store, operation.version, workspace.map_or(1, |row| row.number));
            if let Some(name) = id.strip_prefix("name:")
                && locate::all_by_property(&painter, anchor.kind, Within::ALL, "name", name, 2).len() > 1
            {
                return Err(Failure::new(422, format!("several rows have the name {name:?}; name one by its id")));
            }
            let found = locate::row(&painter, anchor.kind, &anchor.parameter, id, &anchors);
            let made =
                || effects::makes_row(operation, &anchor.parameter).then_some(Row { kind: anchor.kind, number: 0 });
            let missing = || Failure::missing(&world.catalog.kinds().get(anchor.kind).key, id);
            anchors.push(found.or_else(made).ok_or_else(missing)?);
        }
        Ok(anchors)
    }
}
