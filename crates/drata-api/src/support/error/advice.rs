//! The message of an error: what happened, and what to do about it.

use std::fmt;

use super::bounds::{MAX_TEXT, short};
use super::{Error, Inner, Kind, Phase, Rejection, Undecoded};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = inner.operation {
            write!(f, "{}: ", operation.rust_path)?;
        }
        match &inner.kind {
            Kind::Invalid(problem) => write!(f, "not sent: {problem}"),
            Kind::ReadOnly(method) => {
                write!(
                    f,
                    "not sent: {method} writes, and this client is read-only; send it with the client it came from"
                )
            }
            Kind::Config(problem) | Kind::Io(problem) | Kind::Job(problem) | Kind::Checkpoint(problem) => {
                f.write_str(problem)
            }
            Kind::Decode(undecoded) => decode(f, undecoded),
            Kind::MissingBody { status, request_id } => {
                write!(
                    f,
                    "accepted with {}, so the write happened, but the response lacks the documented body; read it back, or \
                     call send_optional() where the body does not matter",
                    status.as_u16()
                )?;
                request_id.as_ref().map_or(Ok(()), |id| write!(f, " [request {id}]"))
            }
            Kind::TooLarge { status, limit } => write!(
                f,
                "the response ({}) is larger than {limit} bytes; ask for fewer rows at once, or raise max_response_bytes",
                status.as_u16()
            ),
            Kind::Status(refusal) => status(f, inner, refusal),
            Kind::Redirect { status, host } => {
                write!(f, "{} redirects to ", status.as_u16())?;
                f.write_str(host.as_deref().unwrap_or("an unreadable address"))?;
                f.write_str(", and the key is never sent to another address; check the region or the base URL")
            }
            Kind::Connect(problem) => write!(f, "could not connect to {}: {problem}", endpoint(inner)),
            Kind::Timeout { waited, phase: Phase::Connect } => {
                write!(f, "could not connect to {} within {waited:?}", endpoint(inner))
            }
            Kind::Timeout { waited, phase: Phase::Read } => {
                write!(f, "{} sent nothing for {waited:?}", endpoint(inner))
            }
            Kind::Timeout { waited, phase: Phase::Attempt } => {
                write!(f, "{} did not finish the response within the attempt timeout of {waited:?}", endpoint(inner))
            }
            Kind::Broken(problem) => write!(f, "the connection to {} broke off: {problem}", endpoint(inner)),
            Kind::Unprocessed(problem) => {
                write!(f, "{} refused to process the request, which had no effect: {problem}", endpoint(inner))
            }
            Kind::Deadline(limit) => {
                write!(f, "not done within the deadline of {limit:?}")?;
                inner.source.as_ref().map_or(Ok(()), |last| write!(f, "; the last attempt failed with: {last}"))
            }
            Kind::Queue { per_minute, deadline, wait } => {
                write!(
                    f,
                    "not sent: the rate limit of {per_minute} requests a minute leaves room in {wait:?}, beyond the deadline \
                     of {deadline:?}; set a longer deadline or send less at once"
                )?;
                inner.source.as_ref().map_or(Ok(()), |last| write!(f, "; the last attempt failed with: {last}"))
            }
            Kind::Paused { wait } => write!(
                f,
                "not sent: {} asked to wait {wait:?}, which is longer than the retry policy's max_retry_after; \
                 call again then",
                endpoint(inner)
            ),
            Kind::RepeatedCursor { length } => write!(
                f,
                "the list handed out a cursor, of {length} characters, twice and would never end; \
                 begin again, or resume from the checkpoint"
            ),
            Kind::PageLimit { max_page, reachable, total } => write!(
                f,
                "the service ends this list at page {max_page}: {reachable} of {total} rows can be read; \
                 split the query, for instance by date"
            ),
        }?;
        // The last attempt's own text says it already.
        if inner.attempts > 1 && !matches!(inner.kind, Kind::Deadline(_) | Kind::Queue { .. }) {
            write!(f, " (after {} attempts)", inner.attempts)?;
        }
        if inner.out_of_budget {
            f.write_str(
                "; not tried again, because this client's retry budget is used up: too many of its calls failed lately",
            )?;
        }
        if inner.outcome_unknown {
            f.write_str("; it may have taken effect all the same: read it back before sending it again")?;
        }
        Ok(())
    }
}

fn endpoint(inner: &Inner) -> &str {
    inner.endpoint.as_deref().unwrap_or("the service")
}

fn decode(f: &mut fmt::Formatter<'_>, undecoded: &Undecoded) -> fmt::Result {
    let Undecoded { status, path, problem, is_item, .. } = undecoded;
    match (is_item, path.as_str()) {
        (true, path) => write!(f, "item {path} of the page")?,
        (false, "") => write!(f, "the response ({})", status.as_u16())?,
        (false, path) => write!(f, "the response ({}) at {path}", status.as_u16())?,
    }
    write!(f, " is not what the contract says: {problem}")
}

fn status(f: &mut fmt::Formatter<'_>, inner: &Inner, refusal: &Rejection) -> fmt::Result {
    write!(f, "{}", refusal.status.as_u16())?;
    if let Some(reason) = refusal.status.canonical_reason() {
        write!(f, " {}", reason.to_ascii_lowercase())?;
    }
    match (refusal.fault.messages.as_slice(), refusal.fault.is_html) {
        ([], true) => f.write_str(", with an HTML page")?,
        ([], false) => {}
        (messages, true) => write!(f, ", with the HTML page {:?}", joined(messages))?,
        (messages, false) => write!(f, ", {:?}", joined(messages))?,
    }
    if let Some(code) = refusal.fault.code {
        write!(f, " (code {code})")?;
    }
    advice(f, inner, refusal)?;
    if let Some(id) = &refusal.request_id {
        write!(f, " [request {id}]")?;
    }
    Ok(())
}

/// The vendor's messages, as far as they fit into a message.
fn joined(messages: &[String]) -> String {
    short(messages.join("; "), MAX_TEXT)
}

/// What to do, which depends on the status and on what the contract says about the operation.
fn advice(f: &mut fmt::Formatter<'_>, inner: &Inner, refusal: &Rejection) -> fmt::Result {
    let entitlement = inner.operation.and_then(|operation| operation.entitlement);
    match refusal.status.as_u16() {
        400 | 401 | 403 | 404 | 410 if inner.is_link => {
            f.write_str(": the signed link is not valid any more; such links live for minutes, so ask for a new one")
        }
        429 if inner.is_link => {
            f.write_str(": the store of files gets too many requests")?;
            refusal.retry_after.map_or(Ok(()), |wait| write!(f, "; try again in {wait:?}"))
        }
        400.. if inner.is_link => f.write_str(": the store of files failed; try again later"),
        400 => f.write_str(": correct the request"),
        401 => write!(
            f,
            ": {} did not accept the key; a key works only in the region of its account, and stops working when it \
             expires, is revoked, or is used from an address that it does not allow",
            endpoint(inner)
        ),
        402 => match entitlement {
            Some(feature) => write!(f, ": the account's plan needs the feature {feature}"),
            None => f.write_str(": the account's plan does not include this"),
        },
        403 => forbidden(f, inner, refusal),
        404 => f.write_str(
            ": nothing is there for this key; the id may belong to another workspace, \
             and archived or template items are listed but cannot be read",
        ),
        409 => f.write_str(": the present state forbids it; read it again before the next attempt"),
        412 => f.write_str(": the owner of the key has to accept Drata's terms in the web application first"),
        413 => f.write_str(": send less at once"),
        422 => f.write_str(": the values do not fit together; correct the request"),
        429 => {
            f.write_str(": too many requests from this address, 500 a minute are allowed")?;
            refusal.retry_after.map_or(Ok(()), |wait| write!(f, "; try again in {wait:?}"))
        }
        500.. if refusal.fault.is_html => {
            f.write_str(": the service's edge responded in its place; try again later, see status.drata.com")
        }
        503 => {
            f.write_str(": a system that the service relies on is down; ")?;
            later(f, refusal)
        }
        500.. => {
            f.write_str(": the service failed; ")?;
            later(f, refusal)
        }
        _ => Ok(()),
    }
}

fn later(f: &mut fmt::Formatter<'_>, rejection: &Rejection) -> fmt::Result {
    match rejection.retry_after {
        Some(wait) => write!(f, "try again in {wait:?}"),
        None => f.write_str("try again later, see status.drata.com"),
    }
}

fn forbidden(f: &mut fmt::Formatter<'_>, inner: &Inner, refusal: &Rejection) -> fmt::Result {
    let permission = inner.operation.filter(|operation| !operation.permission.is_empty());
    if refusal.fault.is_html {
        f.write_str(
            ": the service's edge rejected the request before Drata saw it: a firewall rule blocked the source address or \
             the content",
        )?;
        return permission
            .map_or(Ok(()), |needed| write!(f, "; the key also needs the permission {}", PermissionName(needed)));
    }
    match permission {
        Some(needed) => write!(f, ": the key lacks the permission {}", PermissionName(needed))?,
        None => f.write_str(": the key lacks a permission")?,
    }
    f.write_str(", see Settings, API Keys")?;
    // A key may be bound to one connection, and its other permissions do not help with the rest.
    if inner
        .operation
        .is_some_and(|operation| operation.area.contains("connection") || operation.path.contains("{connectionId}"))
    {
        f.write_str("; or what it asks for belongs to another connection")?;
    }
    match inner.operation.and_then(|operation| operation.entitlement) {
        Some(feature) => write!(f, ", or the account's plan lacks the feature {feature}"),
        None => Ok(()),
    }
}

/// A permission as people find it in the web application, and its machine name.
struct PermissionName(&'static crate::OperationMeta);

impl fmt::Display for PermissionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.permission_name {
            "" => write!(f, "{}", self.0.permission),
            name => write!(f, "{name:?} ({})", self.0.permission),
        }
    }
}
