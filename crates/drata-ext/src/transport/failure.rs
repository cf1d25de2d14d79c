//! An attempt that failed, and what that means for the next.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use drata_api::OperationMeta;
use http::StatusCode;

use drata_api::Error;

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) cause: Cause,
    /// Whether the call's deadline ended it.
    pub(crate) is_out_of_time: bool,
}

/// What is known about why an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The request was never sent, since there was no connection.
    NotConnected,
    /// The request was not sent, and will not be: there is no permit for it.
    NotSent,
    /// The service says that it did not process the request (HTTP/2).
    Unprocessed,
    /// The service rejected it before it did anything (429).
    Throttled,
    /// Transient; whether the service carried the request out is not known.
    Transient,
    /// The service failed (500), which may be transient.
    ServerError,
    /// Another attempt would fail like this one.
    Final,
}

impl Failure {
    pub(crate) fn new(error: Error, cause: Cause) -> Self {
        Self { error, cause, is_out_of_time: false }
    }

    /// Another attempt would not help.
    pub(crate) fn last(error: Error) -> Self {
        Self::new(error, Cause::Final)
    }

    /// A response other than 2xx.
    pub(crate) fn of_status(error: Error) -> Self {
        let cause = match error.status() {
            Some(StatusCode::TOO_MANY_REQUESTS) => Cause::Throttled,
            Some(StatusCode::INTERNAL_SERVER_ERROR) => Cause::ServerError,
            Some(
                StatusCode::REQUEST_TIMEOUT
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT,
            ) => Cause::Transient,
            _ => Cause::Final,
        };
        Self::new(error, cause)
    }

    /// Whether the service may have carried the request out all the same: it broke off, ran out of time or failed, which it
    /// can do before and after. Only 501 says that it does no such thing.
    pub(crate) fn may_have_happened(&self) -> bool {
        let failed = |status: StatusCode| status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED;
        self.cause == Cause::Transient || self.error.status().is_some_and(failed)
    }

    /// No complete response. The address, which may hold secrets of a signed link, is taken out.
    pub(crate) fn of_client(
        operation: Option<&'static OperationMeta>,
        error: reqwest::Error,
        proxy: Option<&str>,
    ) -> Self {
        let error = error.without_url();
        if let Some(local) = find::<LocalError>(&error) {
            let source = std::io::Error::new(local.kind, local.problem.to_string());
            return Self::last(Error::io_problem(local.problem.to_string(), source));
        }
        let problem = root_cause(&error);
        let (failure, cause) = if let Some(reason) = unprocessed(&error) {
            (Error::unprocessed(operation, reason), Cause::Unprocessed)
        } else if error.is_connect() && error.is_timeout() {
            // The layer of the limits knows which it was.
            (Error::connect_timeout(operation, Duration::ZERO), Cause::NotConnected)
        } else if error.is_connect() {
            let through = proxy.map_or_else(String::new, |proxy| format!(" through the proxy {proxy}"));
            let cause = if is_certificate_problem(&error) { Cause::Final } else { Cause::NotConnected };
            (Error::connect(operation, format!("{problem}{through}")), cause)
        } else if is_certificate_refused(&error) {
            (Error::connect(operation, problem), Cause::Final)
        } else if error.is_builder() {
            (Error::invalid(operation, problem), Cause::Final)
        } else {
            (Error::broken(operation, problem), Cause::Transient)
        };
        Self::new(failure.with_source(error), cause)
    }
}

/// A file or reader on this side that failed while a request was sent.
#[derive(Clone, Debug)]
pub(crate) struct LocalError {
    pub(crate) problem: Arc<str>,
    pub(crate) kind: std::io::ErrorKind,
}

impl fmt::Display for LocalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl StdError for LocalError {}

/// The error of a type in a chain, also where an I/O error holds it.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        if let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref)
            && let Some(found) = find::<E>(inner)
        {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

/// Why the service did not process the request, if HTTP/2 says that: a stream that is refused before any processing, or one
/// that a connection which is being shut down in good order does not serve any more.
fn unprocessed(error: &(dyn StdError + 'static)) -> Option<&'static str> {
    let error = find::<h2::Error>(error)?;
    match error.reason() {
        Some(h2::Reason::REFUSED_STREAM) => Some("the HTTP/2 stream was refused"),
        Some(h2::Reason::NO_ERROR) if error.is_go_away() && error.is_remote() => {
            Some("the HTTP/2 connection was shut down before the request was processed")
        }
        _ => None,
    }
}

/// Whether the service does not accept our certificate. With TLS 1.3 it says so when the handshake is over on this side, and so
/// to the request; it has not read that before.
#[cfg(feature = "_rustls")]
fn is_certificate_refused(error: &(dyn StdError + 'static)) -> bool {
    use rustls::AlertDescription as Alert;
    matches!(
        find::<rustls::Error>(error),
        Some(rustls::Error::AlertReceived(
            Alert::CertificateRequired
                | Alert::NoCertificate
                | Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateRevoked
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::UnknownCA
        ))
    )
}

#[cfg(not(feature = "_rustls"))]
fn is_certificate_refused(_: &(dyn StdError + 'static)) -> bool {
    false
}

/// Whether the two sides do not agree about certificates or the protocol, which the next attempt would not change.
#[cfg(feature = "_rustls")]
fn is_certificate_problem(error: &(dyn StdError + 'static)) -> bool {
    use rustls::{AlertDescription, Error as Tls};
    match find::<Tls>(error) {
        Some(Tls::AlertReceived(alert)) => !matches!(
            alert,
            AlertDescription::CloseNotify
                | AlertDescription::InternalError
                | AlertDescription::UserCanceled
                | AlertDescription::DecryptError
        ),
        Some(
            Tls::InvalidCertificate(_)
            | Tls::InvalidCertRevocationList(_)
            | Tls::NoCertificatesPresented
            | Tls::UnsupportedNameType
            | Tls::PeerIncompatible(_)
            | Tls::NoApplicationProtocol
            | Tls::InvalidMessage(_)
            | Tls::BadMaxFragmentSize
            | Tls::EncryptError,
        ) => true,
        _ => false,
    }
}

/// Whether the two sides do not agree about certificates or the protocol. The platform's library tells no cases apart.
#[cfg(all(feature = "native-tls", not(feature = "_rustls")))]
fn is_certificate_problem(error: &(dyn StdError + 'static)) -> bool {
    find::<native_tls::Error>(error).is_some()
}

#[cfg(not(any(feature = "native-tls", feature = "_rustls")))]
fn is_certificate_problem(_: &(dyn StdError + 'static)) -> bool {
    false
}

/// The innermost of a chain of errors, which is the one that says why.
pub(crate) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As HTTP clients wrap the errors of their parts.
    #[derive(Debug)]
    struct Outer(Box<dyn StdError + Send + Sync>);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("outer")
        }
    }

    impl StdError for Outer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&*self.0)
        }
    }

    #[test]
    fn a_stream_that_is_refused_was_not_processed_and_one_that_is_reset_may_have_been() {
        let of = |reason: h2::Reason| unprocessed(&Outer(Box::new(h2::Error::from(reason)))).is_some();
        assert!(of(h2::Reason::REFUSED_STREAM));
        for reason in [h2::Reason::NO_ERROR, h2::Reason::CANCEL, h2::Reason::INTERNAL_ERROR, h2::Reason::PROTOCOL_ERROR]
        {
            assert!(!of(reason), "{reason}");
        }
    }

    #[cfg(feature = "_rustls")]
    #[test]
    fn certificates_do_not_mend_by_trying_again() {
        let of = |error| is_certificate_problem(&Outer(Box::new(std::io::Error::other(error))));
        assert!(of(rustls::Error::InvalidCertificate(rustls::CertificateError::Expired)));
        assert!(of(rustls::Error::AlertReceived(rustls::AlertDescription::UnknownCA)));
        assert!(!of(rustls::Error::AlertReceived(rustls::AlertDescription::InternalError)));
        assert!(!is_certificate_problem(&Outer(Box::new(std::io::Error::from(std::io::ErrorKind::ConnectionReset)))));
    }

    #[test]
    fn local_errors_are_found_within_io_errors() {
        let local = LocalError { problem: "the file x shrank".into(), kind: std::io::ErrorKind::Other };
        let outer = Outer(Box::new(Outer(Box::new(std::io::Error::other(local)))));
        assert_eq!(find::<LocalError>(&outer).unwrap().to_string(), "the file x shrank");
        assert!(find::<h2::Error>(&outer).is_none());
    }
}
