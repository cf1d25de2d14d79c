//! What a sandbox is made with.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::contract::Catalog;
use crate::faults::Fault;
use crate::faults::rate_limit::RateLimit;
use crate::http::auth::{Access, Features, Permissions};
use crate::http::server;
use crate::http::service::Service;
use crate::sandbox::Sandbox;
use crate::state::settings::Settings;

/// The key that every sandbox knows unless it is given others; it may do everything.
const DEFAULT_KEY: &str = "drata-sandbox-key-0001";

impl Sandbox {
    /// A sandbox with a hundred rows in each list, one key that may do everything, and no faults.
    ///
    /// # Errors
    ///
    /// When no port on the loopback interface is free.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// What a sandbox is made with.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

/// What a [`Sandbox`] is made with.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct Builder {
    settings: Settings,
    address: SocketAddr,
    keys: Vec<(String, Permissions)>,
    features: Features,
    terms_accepted: bool,
    latency: Duration,
    rate_limit: Option<RateLimit>,
    faults: Vec<Fault>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            keys: Vec::new(),
            features: Features::All,
            terms_accepted: true,
            latency: Duration::ZERO,
            rate_limit: None,
            faults: Vec::new(),
        }
    }
}

impl Builder {
    /// How many rows each list holds; 100 unless set. Rows cost nothing until they are asked for.
    ///
    /// Lists within a row, such as the documents of a vendor, hold what [`Builder::nested`] says. A few resources that an
    /// account has few of (frameworks, roles, risk registers, vendor types) do not grow with it.
    pub fn records(mut self, records: u64) -> Self {
        self.settings.records = records;
        self
    }

    /// How many rows a list within a row holds; 5 unless set, and never more than [`Builder::records`].
    pub fn nested(mut self, nested: u64) -> Self {
        self.settings.nested = nested;
        self
    }

    /// How many connections there are; as many as [`Builder::records`] unless set.
    pub fn connections(mut self, connections: u64) -> Self {
        self.settings.connections = Some(connections);
        self
    }

    /// How many workspaces there are; one unless set. Each holds lists of its own.
    pub fn workspaces(mut self, workspaces: u64) -> Self {
        self.settings.workspaces = workspaces;
        self
    }

    /// What time it is when the sandbox starts; the machine's time unless set. It goes on from there as tokio's clock does.
    ///
    /// Dates of seeded rows do not depend on it: they follow from the seed.
    pub fn start_time(mut self, time: SystemTime) -> Self {
        self.settings.start_time = jiff::Timestamp::try_from(time).ok();
        self
    }

    /// What the data follows from: the same seed gives the same rows on every machine.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Adds a key. The first one takes the place of the default key and is what [`Sandbox::api_key`] returns.
    pub fn key(mut self, key: impl Into<String>, permissions: Permissions) -> Self {
        self.keys.push((key.into(), permissions));
        self
    }

    /// Which paid features the plan holds; all unless set.
    pub fn features(mut self, features: Features) -> Self {
        self.features = features;
        self
    }

    /// Whether the terms are accepted; they are unless set.
    pub fn terms_accepted(mut self, accepted: bool) -> Self {
        self.terms_accepted = accepted;
        self
    }

    /// Delays every response.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Limits the requests; there is no limit unless set.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }

    /// Adds a fault.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// The largest bodies, in bytes: of JSON (5,000,000 unless set) and of uploads (100,000,000 unless set).
    pub fn body_limits(mut self, json: usize, upload: usize) -> Self {
        (self.settings.json_limit, self.settings.upload_limit) = (json, upload);
        self
    }

    /// How long a signed link works; ten minutes unless set.
    pub fn link_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.link_lifetime = lifetime;
        self
    }

    /// How long a search does not find what was just created, as the service's index lags behind; not at all unless set.
    pub fn search_lag(mut self, lag: Duration) -> Self {
        self.settings.search_lag = lag;
        self
    }

    /// Responds to `GET /personnel/{personnelId}/devices` of version 1 with a bare list, as the service has been seen to do,
    /// instead of the object that the contract has.
    pub fn bare_device_lists(mut self) -> Self {
        self.settings.bare_device_lists = true;
        self
    }

    /// How many received requests are kept for [`Sandbox::requests`]; 10,000 unless set.
    pub fn history(mut self, requests: usize) -> Self {
        self.settings.history = requests;
        self
    }

    /// The address to listen on; a free port of the loopback interface unless set.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Starts serving on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on.
    ///
    /// # Panics
    ///
    /// When a fault names an operation that the contract does not have.
    pub async fn start(self) -> io::Result<Sandbox> {
        let catalog = Catalog::shared().map_err(io::Error::other)?;
        let listener = TcpListener::bind(self.address).await?;
        let address = listener.local_addr()?;
        let mut keys = self.keys;
        if keys.is_empty() {
            keys.push((DEFAULT_KEY.to_owned(), Permissions::All));
        }
        let key = keys[0].0.clone();
        let keys: BTreeMap<_, _> = keys.into_iter().collect();
        let access = Access { keys, features: self.features, terms_accepted: self.terms_accepted };
        let service = Arc::new(Service::new(catalog, self.settings, access, format!("http://{address}")));
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(server::run(listener, service.clone(), stopped));
        let sandbox = Sandbox::new(service, address, key, stop, server);
        sandbox.set_latency(self.latency);
        sandbox.set_rate_limit(self.rate_limit);
        for fault in self.faults {
            sandbox.add_fault(fault);
        }
        Ok(sandbox)
    }
}
