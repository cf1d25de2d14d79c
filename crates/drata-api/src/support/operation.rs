//! What generated builders have in common.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::call::Call;
use super::retry_policy::RetryPolicy;

/// A generated builder: what `builder!` implements, so that the page of [`Operation`] does not list three hundred of them.
#[doc(hidden)]
pub trait Built: Sized + Send {
    type Output: Send;

    fn call(&self) -> &Call;
    fn call_mut(&mut self) -> &mut Call;
}

/// Every generated builder is an operation.
impl<B: Built> Operation for B {
    type Output = B::Output;

    fn call(&self) -> &Call {
        Built::call(self)
    }

    fn call_mut(&mut self) -> &mut Call {
        Built::call_mut(self)
    }
}

/// What every operation's builder offers beside its own parameters.
pub trait Operation: Sized + Send {
    /// What a successful call returns.
    type Output: Send;

    /// The call being built.
    fn call(&self) -> &Call;

    /// The call being built, to change it.
    fn call_mut(&mut self) -> &mut Call;

    /// Limits the whole call: its attempts, the waits between them, and the wait for the rate limit.
    #[must_use]
    fn deadline(mut self, deadline: Duration) -> Self {
        self.call_mut().request_mut().options.deadline = Some(deadline);
        self
    }

    /// Limits one attempt, from connecting to the last byte of the response.
    #[must_use]
    fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.call_mut().request_mut().options.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the connect timeout of a connection that is made for this call.
    #[must_use]
    fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.call_mut().request_mut().options.connect_timeout = Some(timeout);
        self
    }

    /// Sets the read timeout: the longest gap between received bytes, from the end of the request on.
    #[must_use]
    fn read_timeout(mut self, timeout: Duration) -> Self {
        self.call_mut().request_mut().options.read_timeout = Some(timeout);
        self
    }

    /// Sets how failed attempts of this call are repeated, in place of the client's policy.
    #[must_use]
    fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.call_mut().request_mut().options.retry_policy = Some(policy);
        self
    }

    /// Limits the number of attempts, the first included.
    #[must_use]
    fn max_attempts(mut self, attempts: u32) -> Self {
        self.call_mut().request_mut().options.max_attempts = Some(attempts);
        self
    }

    /// Limits the size of the response, decompressed, in bytes.
    #[must_use]
    fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.call_mut().request_mut().options.max_response_bytes = Some(bytes);
        self
    }

    /// Adds a header that the contract does not know, replacing one of that name. The key is not a header of the caller's:
    /// `authorization` is ignored.
    #[must_use]
    fn extra_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        let headers = &mut self.call_mut().request_mut().headers;
        headers.retain(|(other, _)| *other != name);
        headers.push((name, value));
        self
    }

    /// Adds a query pair that the contract does not know.
    #[must_use]
    fn extra_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.call_mut().request_mut().query.push((name.into().into(), value.into()));
        self
    }

    /// Adds a field to the body that the contract does not know, replacing one of that name. In a form, it is a string.
    ///
    /// A body that holds no fields, such as a list, cannot take one: the call is then refused when it is sent.
    #[must_use]
    fn extra_field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.call_mut().extra_field(name.into(), value.into());
        self
    }
}
