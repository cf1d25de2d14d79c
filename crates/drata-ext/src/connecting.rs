//! How long a connection may take to come about, call by call.
//!
//! The HTTP client knows one such limit for all its calls, so ours stands around its connector: a call carries its limit in
//! the task that sends it, and the connector finds it there when it is asked for a connection.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task_local;
use tokio::time::timeout;
use tower_layer::Layer;
use tower_service::Service;

use crate::activity::Activity;

/// What a call has to say about a connection that is made for it.
#[derive(Clone, Debug)]
struct Terms {
    limit: Duration,
    activity: Activity,
}

task_local! {
    static TERMS: Terms;
}

/// Runs `exchange`. A connection that is made for it comes about within `limit`, and until then counts as activity.
pub(crate) fn within<F: Future>(
    limit: Duration,
    activity: &Activity,
    exchange: F,
) -> impl Future<Output = F::Output> + use<F> {
    TERMS.scope(Terms { limit, activity: activity.clone() }, exchange)
}

/// Puts the limits of the calls around a connector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectLimit;

impl<S> Layer<S> for ConnectLimit {
    type Service = Limited<S>;

    fn layer(&self, connector: S) -> Limited<S> {
        Limited(connector)
    }
}

/// A connector that keeps to the limit of the call it connects for.
#[derive(Clone, Debug)]
pub(crate) struct Limited<S>(S);

type BoxError = Box<dyn StdError + Send + Sync>;

impl<S, R> Service<R> for Limited<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connecting = self.0.call(target);
        let Ok(Terms { limit, activity }) = TERMS.try_with(Terms::clone) else { return Box::pin(connecting) };
        Box::pin(async move {
            let _pause = activity.pause();
            timeout(limit, connecting).await.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
        })
    }
}
