//! What generated builders have in common.

use std::time::Duration;

use serde_json::Value;

use super::call::Call;

/// What every operation's builder offers beside its own parameters.
pub trait Operation: Sized + Send {
    /// What a successful call returns.
    type Output: Send;

    /// The call being built.
    fn call(&self) -> &Call;

    /// The call being built, to change it.
    fn call_mut(&mut self) -> &mut Call;

    /// Limits the whole call, its tries and the waits between them.
    #[must_use]
    fn deadline(mut self, deadline: Duration) -> Self {
        self.call_mut().request_mut().options.deadline = Some(deadline);
        self
    }

    /// Limits one try, from connecting to the last byte of the answer.
    #[must_use]
    fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.call_mut().request_mut().options.attempt_timeout = Some(timeout);
        self
    }

    /// Limits the time in which a connection has to come about, where one has to be made.
    #[must_use]
    fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.call_mut().request_mut().options.connect_timeout = Some(timeout);
        self
    }

    /// Limits the time without a byte of the answer, from the end of the request on.
    #[must_use]
    fn read_timeout(mut self, timeout: Duration) -> Self {
        self.call_mut().request_mut().options.read_timeout = Some(timeout);
        self
    }

    /// Limits the number of tries, the first included.
    #[must_use]
    fn max_attempts(mut self, attempts: u32) -> Self {
        self.call_mut().request_mut().options.max_attempts = Some(attempts);
        self
    }

    /// Adds a query pair that the contract does not know.
    #[must_use]
    fn extra_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.call_mut().request_mut().query.push((name.into().into(), value.into()));
        self
    }

    /// Adds a field to the body that the contract does not know, replacing one of that name. In a form, it is a part of text.
    ///
    /// A body that holds no fields, such as a list, cannot take one: the call is then refused when it is sent.
    #[must_use]
    fn extra_field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.call_mut().extra_field(name.into(), value.into());
        self
    }
}
