//! The handle that every area of the API is reached through.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::read_only::ReadOnlyTransport;
use super::request::Transport;

mod sealed {
    pub trait Sealed {}
}

/// What a client may do: [`ReadOnly`] or [`ReadWrite`].
pub trait Access: sealed::Sealed + Clone + Copy + fmt::Debug + Default + Send + Sync + 'static {}

/// Marks a client that offers reading operations only.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOnly;

/// Marks a client that offers all operations.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadWrite;

impl sealed::Sealed for ReadOnly {}
impl sealed::Sealed for ReadWrite {}
impl Access for ReadOnly {}
impl Access for ReadWrite {}

/// A transport, and what may be sent through it. Cheap to clone.
pub struct Client<A: Access = ReadWrite> {
    transport: Arc<dyn Transport>,
    access: PhantomData<A>,
}

impl Client {
    /// Builds a client over `transport`.
    pub fn new(transport: impl Transport) -> Self {
        Self { transport: Arc::new(transport), access: PhantomData }
    }
}

impl<A: Access> Client<A> {
    /// Returns the same client without its writing operations. Its transport refuses every other method than `GET`, `HEAD` and
    /// `OPTIONS`, whatever is done to a call by hand.
    pub fn read_only(&self) -> Client<ReadOnly> {
        let transport: Arc<dyn Transport> = Arc::new(ReadOnlyTransport(Arc::clone(&self.transport)));
        Client { transport, access: PhantomData }
    }

    /// Returns the transport.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }
}

impl<A: Access> Clone for Client<A> {
    fn clone(&self) -> Self {
        Self { transport: Arc::clone(&self.transport), access: PhantomData }
    }
}

impl<A: Access> fmt::Debug for Client<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("transport", &self.transport).field("access", &A::default()).finish()
    }
}
