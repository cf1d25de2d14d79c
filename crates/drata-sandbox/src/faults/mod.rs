//! Faults on demand: what goes wrong, with which requests, how often.

pub(crate) mod distort;
pub(crate) mod rate_limit;

use std::time::Duration;

use crate::contract::operation::Operation;
use crate::draw::Draw;

/// One thing that goes wrong.
///
/// Without a condition it happens to every request. Conditions combine: a fault happens to the requests that fulfil all of
/// them.
///
/// ```
/// use drata_sandbox::Fault;
///
/// // The next two calls of the operation meet a gateway that cannot reach the service.
/// let gateway = Fault::html(502).on("getConnections").next(2);
/// // Every fifth response is cut off in the middle.
/// let cut = Fault::truncated().every(5);
/// // The second, the fourth and the sixth request fail, and no other.
/// let three = Fault::status(503).every(2).next(3);
/// ```
///
/// Where several faults would fail a request, the one that was added first does, and the others wait for
/// the next request.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub(crate) effect: Effect,
    target: Target,
    when: When,
    pub(crate) afterwards: bool,
    /// The `Retry-After` of an error.
    pub(crate) retry_after: Option<String>,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    Status(u16),
    Html(u16),
    Reset,
    Truncated,
    Slow(Duration),
    Latency(Duration),
    RepeatedCursor,
    UnknownEnum,
    ExtraFields,
    MissingFields,
    MissingCursor,
    TextIds,
}

/// Which requests it happens to.
#[derive(Clone, Debug, PartialEq)]
enum Target {
    Any,
    Operation(String),
    Files,
}

/// A request, as far as faults are concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aimed<'a> {
    Operation(&'a Operation),
    /// A signed link.
    File,
    Nowhere,
}

/// Which of the requests that it could happen to; all conditions must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct When {
    /// The last of every so many.
    every: Option<u64>,
    /// This share of them.
    rate: Option<f64>,
    /// No more than so many times.
    next: Option<u64>,
}

impl Effect {
    /// Whether it takes the place of the response.
    fn is_error(&self) -> bool {
        matches!(self, Self::Status(_) | Self::Html(_) | Self::Reset)
    }
}

impl Fault {
    const fn new(effect: Effect) -> Self {
        let when = When { every: None, rate: None, next: None };
        Self { effect, target: Target::Any, when, afterwards: false, retry_after: None }
    }

    /// An error of the service with the documented body.
    pub const fn status(status: u16) -> Self {
        Self::new(Effect::Status(status))
    }

    /// An error page of a gateway in front of the service: HTML, no JSON.
    pub const fn html(status: u16) -> Self {
        Self::new(Effect::Html(status))
    }

    /// The connection is reset instead of a response.
    pub const fn reset() -> Self {
        Self::new(Effect::Reset)
    }

    /// The response ends in the middle of its body, and the connection with it.
    pub const fn truncated() -> Self {
        Self::new(Effect::Truncated)
    }

    /// The body comes in eight parts with this pause before each.
    pub const fn slow_body(pause: Duration) -> Self {
        Self::new(Effect::Slow(pause))
    }

    /// The response begins this much later.
    pub const fn latency(latency: Duration) -> Self {
        Self::new(Effect::Latency(latency))
    }

    /// A page returns the cursor that it was asked for, so that the list never ends.
    pub const fn repeated_cursor() -> Self {
        Self::new(Effect::RepeatedCursor)
    }

    /// Values of enumerations that the contract does not know yet.
    pub const fn unknown_enum() -> Self {
        Self::new(Effect::UnknownEnum)
    }

    /// Properties that the contract does not know yet.
    pub const fn extra_fields() -> Self {
        Self::new(Effect::ExtraFields)
    }

    /// Optional properties are left out, all of them; nullable ones are null. What pages a list stays: a page that lost its
    /// cursor would look like the last one, which is what [`Fault::missing_cursor`] is for.
    pub const fn missing_fields() -> Self {
        Self::new(Effect::MissingFields)
    }

    /// Every page of a list looks like the last one: its cursor is null.
    pub const fn missing_cursor() -> Self {
        Self::new(Effect::MissingCursor)
    }

    /// Numbers named `id` are written as strings.
    pub const fn text_ids() -> Self {
        Self::new(Effect::TextIds)
    }

    /// Only this operation: its identifier in the contract, the short form of it (`getConnections`) or its route
    /// (`GET /connections`). Both versions may have an operation of the same short form; then it is both.
    ///
    /// # Panics
    ///
    /// When the fault has a target already.
    #[must_use]
    pub fn on(mut self, operation: impl Into<String>) -> Self {
        assert!(self.target == Target::Any, "a fault has one target; add another fault for another operation");
        self.target = Target::Operation(operation.into());
        self
    }

    /// Only the storage: the files behind signed links and the addresses that take one.
    ///
    /// # Panics
    ///
    /// When the fault has a target already.
    #[must_use]
    pub fn on_files(mut self) -> Self {
        assert!(self.target == Target::Any, "a fault has one target; add another fault for the storage");
        self.target = Target::Files;
        self
    }

    /// No more than so many times.
    #[must_use]
    pub const fn next(mut self, requests: u64) -> Self {
        self.when.next = Some(requests);
        self
    }

    /// Only the last of every so many requests.
    ///
    /// # Panics
    ///
    /// When `requests` is 0.
    #[must_use]
    pub const fn every(mut self, requests: u64) -> Self {
        assert!(requests > 0, "the last of every 0 requests is none");
        self.when.every = Some(requests);
        self
    }

    /// Only this share of all requests; which ones follows from the seed.
    ///
    /// # Panics
    ///
    /// When `share` is outside 0 to 1.
    #[must_use]
    pub const fn rate(mut self, share: f64) -> Self {
        assert!(share >= 0.0 && share <= 1.0, "a share is between 0 and 1");
        self.when.rate = Some(share);
        self
    }

    /// An error comes after the request did what it asks for, so that its outcome is in doubt.
    ///
    /// # Panics
    ///
    /// When the fault is no error: a response that is distorted is always one to what was done.
    #[must_use]
    pub fn afterwards(mut self) -> Self {
        assert!(self.effect.is_error(), "only an error can come after the request did what it asks for");
        self.afterwards = true;
        self
    }

    /// An error carries this `Retry-After`.
    ///
    /// # Panics
    ///
    /// When the fault is neither [`Fault::status`] nor [`Fault::html`].
    #[must_use]
    pub fn with_retry_after(mut self, value: impl Into<String>) -> Self {
        let has_headers = matches!(self.effect, Effect::Status(_) | Effect::Html(_));
        assert!(has_headers, "only an error with a status can carry Retry-After");
        self.retry_after = Some(value.into());
        self
    }

    /// The operation that it is restricted to.
    pub(crate) fn operation(&self) -> Option<&str> {
        match &self.target {
            Target::Operation(name) => Some(name),
            Target::Any | Target::Files => None,
        }
    }
}

/// The faults of a sandbox.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    armed: Vec<Armed>,
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    /// Requests that it could have happened to.
    seen: u64,
    /// Requests that it happened to.
    struck: u64,
}

impl Faults {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { seed, armed: Vec::new() }
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        self.armed.push(Armed { fault, seen: 0, struck: 0 });
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// The faults that happen to this request.
    pub(crate) fn strike(&mut self, request: Aimed<'_>) -> Vec<Fault> {
        let mut struck: Vec<Fault> = Vec::new();
        for (place, armed) in self.armed.iter_mut().enumerate() {
            let meant = match (&armed.fault.target, request) {
                (Target::Any, _) | (Target::Files, Aimed::File) => true,
                (Target::Operation(name), Aimed::Operation(operation)) => operation.is_called(name),
                (Target::Operation(_) | Target::Files, _) => false,
            };
            let is_answered = struck.iter().any(|fault| fault.effect.is_error());
            if !meant || (is_answered && armed.fault.effect.is_error()) {
                continue;
            }
            armed.seen += 1;
            let When { every, rate, next } = armed.fault.when;
            let draw = Draw(self.seed).named("fault").within(place as u64).within(armed.seen);
            let strikes = every.is_none_or(|requests| armed.seen % requests == 0)
                && rate.is_none_or(|share| (draw.below(1_000_000) as f64) < share * 1_000_000.0)
                && next.is_none_or(|times| armed.struck < times);
            if strikes {
                armed.struck += 1;
                struck.push(armed.fault.clone());
            }
        }
        struck
    }
}
