//! The connect timeout, call by call.
//!
//! The HTTP client knows one such limit for all its calls, so ours stands around its connector: a call carries its limit in
//! the task that sends it, and the connector finds it there when it is asked for a connection.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task_local;
use tokio::time::{Sleep, sleep};
use tower_layer::Layer;
use tower_service::Service;

use super::activity::{Activity, Connecting};

/// What a call has to say about a connection that is made for it.
#[derive(Clone, Debug)]
struct Terms {
    limit: Duration,
    activity: Activity,
}

task_local! {
    static TERMS: Terms;
}

/// Runs `exchange`. A connection that is made for it is established within `limit`, and until then no bytes are expected.
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
        let connect = self.0.call(target);
        let Ok(Terms { limit, activity }) = TERMS.try_with(Terms::clone) else { return Box::pin(connect) };
        Box::pin(Connect {
            connect: Box::pin(connect),
            timeout: Box::pin(sleep(limit)),
            connecting: Some(activity.connecting()),
        })
    }
}

/// A connection being established.
struct Connect<F> {
    connect: Pin<Box<F>>,
    timeout: Pin<Box<Sleep>>,
    /// Whether the call still waits for it.
    connecting: Option<Connecting>,
}

impl<F, T> Future for Connect<F>
where
    F: Future<Output = Result<T, BoxError>>,
{
    type Output = Result<T, BoxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // A call that gets an idle connection in the meantime leaves this one to a task of the HTTP client's, outside of the
        // call's scope. From then on the call is waiting for its response, and its read timeout counts.
        if TERMS.try_with(|_| ()).is_err()
            && let Some(connecting) = self.connecting.take()
        {
            connecting.connected();
        }
        if let Poll::Ready(outcome) = self.connect.as_mut().poll(context) {
            match (self.connecting.take(), &outcome) {
                (Some(connecting), Ok(_)) => connecting.connected(),
                (connecting, _) => drop(connecting),
            }
            return Poll::Ready(outcome);
        }
        if self.timeout.as_mut().poll(context).is_ready() {
            self.connecting = None;
            return Poll::Ready(Err(io::Error::from(io::ErrorKind::TimedOut).into()));
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connector that never connects.
    #[derive(Clone)]
    struct Never;

    impl Service<()> for Never {
        type Response = ();
        type Error = BoxError;
        type Future = std::future::Pending<Result<(), BoxError>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, (): ()) -> Self::Future {
            std::future::pending()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_is_left_to_the_background_does_not_hold_the_call_up() {
        let activity = Activity::new();
        let mut connector = ConnectLimit.layer(Never);
        let connect =
            within(Duration::from_secs(4), &activity, std::future::poll_fn(|_| Poll::Ready(connector.call(())))).await;
        assert!(activity.was_not_sent());
        let background = tokio::spawn(connect);
        tokio::task::yield_now().await;
        assert!(!activity.was_not_sent());
        assert!(background.await.unwrap().is_err(), "the limit holds there too");
    }
}
