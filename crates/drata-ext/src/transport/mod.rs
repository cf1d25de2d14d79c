//! From a request to its response, through layers.
//!
//! Each layer is a file with one idea. A call passes them in this order, and its response in the opposite one:
//!
//! | Layer | Sees | Does |
//! |---|---|---|
//! | [`trace`] | calls | a span for each |
//! | [`user`] | calls | what the program puts in |
//! | [`guard`] | calls | refuses writes of a read-only client |
//! | [`redact`] | calls | takes the key out of everything that came from outside |
//! | [`retry`] | calls | repeats attempts |
//! | [`pace`] | attempts | a permit of the rate limiter for each |
//! | [`limits`] | attempts | connect, read and attempt timeout, and the deadline |
//! | [`host`] | attempts | the key, the host, the headers |
//! | [`exchange`], [`body`] | attempts | HTTP, and a body that is bounded |
//!
//! The permit comes after the decision to try again, since each attempt is a request that the service counts; and before the
//! timeouts, which are about the service and not about the queue. A transport of the program's own stands in place of
//! everything below [`redact`].

pub(crate) mod activity;
pub(crate) mod api_key;
pub(crate) mod base_url;
mod body;
pub(crate) mod bottom;
pub(crate) mod connecting;
mod decision;
pub(crate) mod exchange;
pub(crate) mod failure;
mod form;
pub(crate) mod guard;
pub(crate) mod host;
mod layer;
pub(crate) mod limits;
pub(crate) mod pace;
pub(crate) mod proxies;
pub(crate) mod rate_limiter;
pub(crate) mod redact;
mod redactor;
pub(crate) mod retry;
mod retry_after;
pub(crate) mod retry_budget;
mod source;
pub(crate) mod time;
pub(crate) mod trace;
mod turn;
pub(crate) mod user;
pub(crate) mod window;

use std::fmt;
use std::sync::Arc;

use drata_api::{OperationMeta, Rejected, Request, SendFuture, Transport};

use self::bottom::Bottom;
use self::guard::Guard;
use self::layer::Calls as _;
use self::redact::{Keys, Redacted};
use self::trace::{Server, Traced};
use self::user::{Layer, UserLayers};
use crate::permissions::Recorder;

/// All layers, for one kind of access.
pub(crate) struct Stack(Traced<UserLayers<Guard<Redacted<Bottom>>>>);

/// What stacks for different kinds of access share.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) server: Arc<Server>,
    pub(crate) recorder: Recorder,
    pub(crate) keys: Arc<Keys>,
    pub(crate) layers: Arc<[Arc<dyn Layer>]>,
    pub(crate) bottom: Bottom,
    /// What `Debug` shows.
    pub(crate) endpoint: Arc<str>,
}

impl Parts {
    /// Puts the layers together, for a client that may write or one that may not.
    pub(crate) fn stack(&self, read_only: bool) -> Stack {
        let Self { server, recorder, keys, layers, bottom, .. } = self.clone();
        // At the border, so that nothing of this program sees what is taken out.
        let redacted = Redacted { keys, inner: bottom };
        let guard = Guard { read_only, inner: redacted };
        Stack(Traced { server, recorder, inner: UserLayers { layers, inner: guard } })
    }
}

impl Transport for Stack {
    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(self.0.call(Box::new(request)))
    }

    fn items_rejected(&self, operation: Option<&'static OperationMeta>, rejected: &[Rejected]) {
        let operation = operation.map_or("", |operation| operation.rust_path);
        for one in rejected.iter().take(10) {
            // Where it stands, not what it holds.
            tracing::warn!(
                operation,
                list = one.list(),
                index = one.index(),
                field = one.path(),
                "an item was rejected"
            );
        }
        if rejected.len() > 10 {
            tracing::warn!(operation, items = rejected.len(), "more items were rejected");
        }
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("server", &self.0.server).finish_non_exhaustive()
    }
}
