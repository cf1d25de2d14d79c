//! Layers of the program's own.

use std::fmt;
use std::sync::Arc;

use drata_api::{Request, Response, SendFuture};

use super::layer::Calls;
use drata_api::Error;

/// A layer of the program's own: it sees every call before it is sent and every outcome after, to add headers, to record, to
/// measure, to respond from elsewhere.
///
/// It is called once for a call, however many attempts that takes, in the order in which [`Builder::layer`] was given it. It
/// sees no key, also where a server sends the key back.
///
/// ```
/// use drata_ext::{Drata, Layer, Next};
/// use drata_ext::api::{Request, SendFuture};
/// use drata_ext::http::HeaderValue;
///
/// /// Adds the name of a tenant to every request.
/// struct Tenant(HeaderValue);
///
/// impl Layer for Tenant {
///     fn send<'a>(&'a self, mut request: Request, next: Next<'a>) -> SendFuture<'a> {
///         request.headers.push(("x-tenant".parse().expect("a header name"), self.0.clone()));
///         next.send(request)
///     }
/// }
///
/// let drata = Drata::builder().api_key("key").layer(Tenant(HeaderValue::from_static("blue"))).build()?;
/// # Ok::<(), drata_ext::Error>(())
/// ```
///
/// [`Builder::layer`]: crate::Builder::layer
pub trait Layer: Send + Sync + 'static {
    /// Makes a call, by passing it on to `next` as a rule.
    fn send<'a>(&'a self, request: Request, next: Next<'a>) -> SendFuture<'a>;
}

/// What comes after a [`Layer`].
#[derive(Clone, Copy)]
pub struct Next<'a> {
    layers: &'a [Arc<dyn Layer>],
    inner: &'a dyn Inner,
}

impl<'a> Next<'a> {
    /// Makes the call.
    pub fn send(self, request: Request) -> SendFuture<'a> {
        match self.layers.split_first() {
            Some((layer, layers)) => layer.send(request, Self { layers, inner: self.inner }),
            None => self.inner.boxed(request),
        }
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("layers", &self.layers.len()).finish_non_exhaustive()
    }
}

/// What stands below the program's layers.
trait Inner: Send + Sync {
    fn boxed(&self, request: Request) -> SendFuture<'_>;
}

impl<S: Calls> Inner for S {
    fn boxed(&self, request: Request) -> SendFuture<'_> {
        Box::pin(self.call(Box::new(request)))
    }
}

/// The program's layers around the rest of the transport.
pub(crate) struct UserLayers<S> {
    pub(crate) layers: Arc<[Arc<dyn Layer>]>,
    pub(crate) inner: S,
}

impl<S: Calls> Calls for UserLayers<S> {
    async fn call(&self, request: Box<Request>) -> Result<Response, Error> {
        if self.layers.is_empty() {
            return self.inner.call(request).await;
        }
        Next { layers: &self.layers, inner: &self.inner }.send(*request).await
    }
}
