//! Which kind of failure an error is.

use http::StatusCode;

use super::{Error, Kind, Phase};

/// Which kind of failure it is.
impl Error {
    fn has_status(&self, status: StatusCode) -> bool {
        self.rejection().is_some_and(|rejection| rejection.status == status)
    }

    /// The request writes, the client is read-only, and nothing was sent.
    pub fn is_read_only(&self) -> bool {
        matches!(self.0.kind, Kind::ReadOnly(_))
    }

    /// The request breaks a rule of the contract and was not sent.
    pub fn is_invalid_request(&self) -> bool {
        matches!(self.0.kind, Kind::Invalid(_))
    }

    /// The client is not set up for this: a missing key, an unknown region, a refused address.
    pub fn is_configuration(&self) -> bool {
        matches!(self.0.kind, Kind::Config(_))
    }

    /// 400: the service refused the request's content.
    pub fn is_bad_request(&self) -> bool {
        self.has_status(StatusCode::BAD_REQUEST)
    }

    /// 401: the key was not accepted.
    pub fn is_unauthorized(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED)
    }

    /// 402: the account's plan lacks the feature.
    pub fn is_plan_required(&self) -> bool {
        self.has_status(StatusCode::PAYMENT_REQUIRED)
    }

    /// 403: the key lacks the permission, or the service's edge refused the request (see [`Error::is_from_edge`]).
    pub fn is_forbidden(&self) -> bool {
        self.has_status(StatusCode::FORBIDDEN)
    }

    /// 404: there is nothing under this id, at least not for this key and workspace.
    pub fn is_not_found(&self) -> bool {
        self.has_status(StatusCode::NOT_FOUND)
    }

    /// 409: the present state forbids it.
    pub fn is_conflict(&self) -> bool {
        self.has_status(StatusCode::CONFLICT)
    }

    /// 412: the owner of the key has not accepted the service's terms.
    pub fn is_terms_not_accepted(&self) -> bool {
        self.has_status(StatusCode::PRECONDITION_FAILED)
    }

    /// 413: the body is too large.
    pub fn is_too_large(&self) -> bool {
        self.has_status(StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// 422: well formed, but it makes no sense to the service.
    pub fn is_unprocessable(&self) -> bool {
        self.has_status(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// 429: too many requests from this address.
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Nothing was sent, because the rate limit leaves no room before the call's deadline, or because the service asked for a
    /// longer pause than the retry policy allows. [`Error::retry_after`] says how long it would take.
    pub fn is_held_back(&self) -> bool {
        matches!(self.0.kind, Kind::Queue { .. } | Kind::Paused { .. })
    }

    /// A response is larger than the limit, see `Builder::max_response_bytes`.
    pub fn is_response_too_large(&self) -> bool {
        matches!(self.0.kind, Kind::TooLarge { .. })
    }

    /// 5xx: the service failed.
    pub fn is_server_error(&self) -> bool {
        self.rejection().is_some_and(|rejection| rejection.status.is_server_error())
    }

    /// The response is a page of the service's edge (its firewall or load balancer), not Drata's own.
    pub fn is_from_edge(&self) -> bool {
        self.rejection().is_some_and(|rejection| rejection.fault.is_html)
    }

    /// No response was received, because no connection was established, it broke off, or nothing was received in time.
    pub fn is_transport(&self) -> bool {
        matches!(self.0.kind, Kind::Connect(_) | Kind::Timeout { .. } | Kind::Broken(_) | Kind::Unprocessed(_))
    }

    /// No connection was established, so the request never arrived.
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Kind::Connect(_) | Kind::Timeout { phase: Phase::Connect, .. })
    }

    /// Time ran out: for one attempt, or for the whole call.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::Timeout { .. } | Kind::Deadline(_) | Kind::Queue { .. })
    }

    /// The time for the whole call ran out, or would have in the queue of the rate limit. What went wrong before that is the
    /// [source](std::error::Error::source).
    pub fn is_deadline(&self) -> bool {
        matches!(self.0.kind, Kind::Deadline(_) | Kind::Queue { .. })
    }

    /// The service responded with a redirect, which is never followed: the key belongs to one host.
    pub fn is_redirect(&self) -> bool {
        matches!(self.0.kind, Kind::Redirect { .. })
    }

    /// A successful response is not what the contract says.
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, Kind::Decode(_))
    }

    /// A write was accepted, yet its response lacks the documented body: it happened, and only its result is not known.
    pub fn is_missing_body(&self) -> bool {
        matches!(self.0.kind, Kind::MissingBody { .. })
    }

    /// One item of a list is not what the contract says; the walk goes on after it.
    pub fn is_item(&self) -> bool {
        self.undecoded().is_some_and(|undecoded| undecoded.is_item)
    }

    /// A file on this side could not be read or written.
    pub fn is_io(&self) -> bool {
        matches!(self.0.kind, Kind::Io(_))
    }

    /// A list handed out the same cursor twice, and would never end.
    pub fn is_repeated_cursor(&self) -> bool {
        matches!(self.0.kind, Kind::RepeatedCursor { .. })
    }

    /// A list has more pages than the service lets one read.
    pub fn is_page_limit(&self) -> bool {
        matches!(self.0.kind, Kind::PageLimit { .. })
    }

    /// A checkpoint does not belong to the list it was to resume.
    pub fn is_checkpoint(&self) -> bool {
        matches!(self.0.kind, Kind::Checkpoint(_))
    }

    /// A job that the service ran for this call failed or did not end in time.
    pub fn is_job(&self) -> bool {
        matches!(self.0.kind, Kind::Job(_))
    }
}
