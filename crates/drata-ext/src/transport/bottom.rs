//! What is below the layers that see calls.

use std::sync::Arc;

use drata_api::{Request, Response, Transport};

use super::host::Keyed;
use super::layer::Calls;
use super::limits::Limited;
use super::pace::Paced;
use super::retry::Retried;
use drata_api::Error;

/// What is below the check: the network, or what the program has in its place.
#[derive(Clone)]
pub(crate) enum Bottom {
    Network(Arc<Retried<Paced<Limited<Keyed>>>>),
    Custom(Arc<dyn Transport>),
}

impl Calls for Bottom {
    async fn call(&self, request: Box<Request>) -> Result<Response, Error> {
        match self {
            Self::Network(network) => network.call(request).await,
            Self::Custom(transport) => transport.send(*request).await,
        }
    }
}
