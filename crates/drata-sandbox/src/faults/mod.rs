//! Faults on demand: what goes wrong, with which requests, how often.

pub(crate) mod distort;
pub(crate) mod rate_limit;

use std::time::Duration;

use crate::contract::operation::Operation;
use crate::draw::Draw;

/// One thing that goes wrong.
///
/// Without a condition it happens to every request.
///
/// ```
/// use drata_sandbox::Fault;
///
/// // The next two calls of the operation meet a gateway that cannot reach the service.
/// let gateway = Fault::html(502).on("getConnections").next(2);
/// // Every fifth answer is cut off in the middle.
/// let cut = Fault::truncated().every(5);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub(crate) effect: Effect,
    target: Target,
    when: When,
    pub(crate) afterwards: bool,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    Status { status: u16, retry_after: Option<String> },
    Html(u16),
    Reset,
    Truncated,
    Slow(Duration),
    Latency(Duration),
    RepeatedCursor,
    UnknownEnum,
    ExtraFields,
    MissingFields,
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

#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Always,
    Next(u64),
    Every(u64),
    Rate(f64),
}

impl Fault {
    const fn new(effect: Effect) -> Self {
        Self { effect, target: Target::Any, when: When::Always, afterwards: false }
    }

    /// An error of the service with the documented body.
    pub const fn status(status: u16) -> Self {
        Self::new(Effect::Status { status, retry_after: None })
    }

    /// An error page of a gateway in front of the service: HTML, no JSON.
    pub const fn html(status: u16) -> Self {
        Self::new(Effect::Html(status))
    }

    /// The connection is reset instead of an answer.
    pub const fn reset() -> Self {
        Self::new(Effect::Reset)
    }

    /// The answer ends in the middle of its body, and the connection with it.
    pub const fn truncated() -> Self {
        Self::new(Effect::Truncated)
    }

    /// The body comes in eight parts with this pause before each.
    pub const fn slow_body(pause: Duration) -> Self {
        Self::new(Effect::Slow(pause))
    }

    /// The answer begins this much later.
    pub const fn latency(latency: Duration) -> Self {
        Self::new(Effect::Latency(latency))
    }

    /// A page answers with the cursor that it was asked with, so that the list never ends.
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

    /// Optional properties are left out, all of them; nullable ones are null.
    pub const fn missing_fields() -> Self {
        Self::new(Effect::MissingFields)
    }

    /// Numbers named `id` are written as texts.
    pub const fn text_ids() -> Self {
        Self::new(Effect::TextIds)
    }

    /// Only this operation: its identifier in the contract, the short form of it (`getConnections`) or its route
    /// (`GET /connections`). Both versions may have an operation of the same short form; then it is both.
    #[must_use]
    pub fn on(mut self, operation: impl Into<String>) -> Self {
        self.target = Target::Operation(operation.into());
        self
    }

    /// Only the files behind signed links.
    #[must_use]
    pub fn on_files(mut self) -> Self {
        self.target = Target::Files;
        self
    }

    /// Only the next so many requests.
    #[must_use]
    pub const fn next(mut self, requests: u64) -> Self {
        self.when = When::Next(requests);
        self
    }

    /// Only the last of every so many requests.
    #[must_use]
    pub const fn every(mut self, requests: u64) -> Self {
        self.when = When::Every(requests);
        self
    }

    /// Only this share of all requests, between 0 and 1; which ones follows from the seed.
    #[must_use]
    pub const fn rate(mut self, share: f64) -> Self {
        self.when = When::Rate(share);
        self
    }

    /// An error comes after the request did what it asks for, so that its outcome is in doubt.
    #[must_use]
    pub const fn afterwards(mut self) -> Self {
        self.afterwards = true;
        self
    }

    /// An error of [`Fault::status`] carries this `Retry-After`.
    #[must_use]
    pub fn with_retry_after(mut self, value: impl Into<String>) -> Self {
        if let Effect::Status { retry_after, .. } = &mut self.effect {
            *retry_after = Some(value.into());
        }
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
}

impl Faults {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { seed, armed: Vec::new() }
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        self.armed.push(Armed { fault, seen: 0 });
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// The faults that happen to this request.
    pub(crate) fn strike(&mut self, request: Aimed<'_>) -> Vec<Fault> {
        let mut struck = Vec::new();
        for (place, armed) in self.armed.iter_mut().enumerate() {
            let meant = match (&armed.fault.target, request) {
                (Target::Any, _) | (Target::Files, Aimed::File) => true,
                (Target::Operation(name), Aimed::Operation(operation)) => operation.is_called(name),
                (Target::Operation(_) | Target::Files, _) => false,
            };
            if !meant {
                continue;
            }
            armed.seen += 1;
            let strikes = match armed.fault.when {
                When::Always => true,
                When::Next(requests) => armed.seen <= requests,
                When::Every(requests) => requests > 0 && armed.seen % requests == 0,
                When::Rate(share) => {
                    let draw = Draw(self.seed).named("fault").within(place as u64).within(armed.seen);
                    (draw.below(1_000_000) as f64) < share * 1_000_000.0
                }
            };
            if strikes {
                struck.push(armed.fault.clone());
            }
        }
        struck
    }
}
