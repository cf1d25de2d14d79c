//! The body of a response on its way out: whole, in parts with pauses, or cut off.

use std::collections::VecDeque;
use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// A body.
pub(crate) struct Outgoing {
    parts: VecDeque<Bytes>,
    /// The bytes that are announced and not yet sent.
    left: u64,
    pause: Option<Duration>,
    waiting: Option<Pin<Box<Sleep>>>,
    /// Whether what came before a cut has had its chance to be sent.
    flushed: bool,
}

impl Outgoing {
    pub(crate) fn whole(bytes: Bytes) -> Self {
        let left = bytes.len() as u64;
        let parts = if bytes.is_empty() { VecDeque::new() } else { VecDeque::from([bytes]) };
        Self { parts, left, pause: None, waiting: None, flushed: false }
    }

    /// Half of the body; the rest is announced and never comes.
    pub(crate) fn cut(mut bytes: Bytes) -> Self {
        let left = bytes.len() as u64;
        bytes.truncate(bytes.len() / 2);
        Self { parts: VecDeque::from([bytes]), left, pause: None, waiting: None, flushed: false }
    }

    /// Eight parts with a pause before each.
    pub(crate) fn slow(mut bytes: Bytes, pause: Duration) -> Self {
        let left = bytes.len() as u64;
        let size = bytes.len().div_ceil(8).max(1);
        let mut parts = VecDeque::new();
        while !bytes.is_empty() {
            parts.push_back(bytes.split_to(size.min(bytes.len())));
        }
        Self { parts, left, pause: Some(pause), waiting: None, flushed: false }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(pause) = self.pause.filter(|_| !self.parts.is_empty()) {
            let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(pause)));
            if waiting.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.waiting = None;
        }
        let Some(part) = self.parts.pop_front() else {
            if self.left > 0 && !self.flushed {
                self.flushed = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            return Poll::Ready((self.left > 0).then(|| Err(io::ErrorKind::ConnectionAborted.into())));
        };
        self.left = self.left.saturating_sub(part.len() as u64);
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
