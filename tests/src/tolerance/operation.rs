//! The check of one operation.

use drata_api::{ApiVersion, Error};
use futures_util::FutureExt as _;
use http::StatusCode;

use super::change::{Case, Change, Expected, Kind, changes};
use super::conclude;
use super::site::sites;
use crate::contract::Contract;
use crate::instance::{Extent, instance};
use crate::sample::{Reply, Sample, Sent};
use crate::{Canned, samples};

const JSON: &str = "application/json";

/// Checks that an operation reads every success that the contract documents, and a bit more.
///
/// # Panics
/// When it does not, or when there is no such operation.
pub fn check_operation(rust_path: &str) {
    let sample = samples::find(rust_path).unwrap_or_else(|| panic!("no sample of {rust_path}"));
    let mut problems = Vec::new();
    for (status, media) in sample.meta.successes {
        let status = StatusCode::from_u16(*status).expect("the contract has valid statuses");
        match *media {
            "" => problems.extend(empty_problem(sample, status)),
            JSON => problems.extend(json_problems(sample, status)),
            other => problems.extend(text_problems(sample, status, other)),
        }
    }
    assert!(!sample.meta.successes.is_empty(), "{rust_path}: the contract knows no success");
    conclude(rust_path, &problems);
}

/// The answer of `send` to a canned answer.
fn ask(
    send: fn(&drata_api::Client) -> Sent,
    status: StatusCode,
    body: impl Into<bytes::Bytes>,
) -> Result<Reply, Error> {
    let sent = send(&Canned::new(status, body).client());
    sent.now_or_never().expect("a canned answer is there at once")
}

/// A success without a body is one, whether its operation documents another or not.
fn empty_problem(sample: &Sample, status: StatusCode) -> Option<String> {
    match ask(sample.minimal, status, "") {
        Ok(reply) if reply.json.is_null() => None,
        other => Some(format!("{status} without a body: {other:?}")),
    }
}

fn json_problems(sample: &Sample, status: StatusCode) -> Vec<String> {
    let version = sample.meta.version;
    let contract = Contract::of(version);
    let Some(schema) = contract.answer(sample.meta.operation_id) else {
        return vec![format!("the contract has no JSON for {status}")];
    };
    let full = instance(contract, schema, Extent::Full);
    let minimal = instance(contract, schema, Extent::Minimal);
    let sites = sites(contract, schema, &full);
    let all: Vec<Change> = sites.iter().flat_map(|site| changes(contract, site)).collect();
    // One change at a time is the business of the types, but for the outermost: there the errors' paths show.
    let outermost = sites.iter().filter(|site| site.path.is_direct()).flat_map(|site| changes(contract, site));
    let cases = [Case::unchanged("a full answer", full.clone()), Case::unchanged("a minimal answer", minimal)]
        .into_iter()
        .chain(Kind::EVERYWHERE.map(|kind| Case::everywhere(&full, &all, kind)))
        .chain(outermost.map(|change| Case::one(&full, &change)));
    let mut problems: Vec<String> = cases.filter_map(|case| problem(sample, status, &case)).collect();
    problems.extend(no_json_problems(sample, status));
    problems.extend(sample_problem(sample, version));
    problems
}

fn problem(sample: &Sample, status: StatusCode, case: &Case) -> Option<String> {
    let problem = match (&case.expected, ask(sample.minimal, status, case.input.to_string())) {
        (Expected::Written(expected), Ok(reply)) if reply.json == *expected => return None,
        (Expected::Written(_), Ok(reply)) => format!("written back as {}", reply.json),
        (Expected::Written(_), Err(error)) => format!("refused: {error}"),
        (Expected::Refused { .. }, Ok(_)) => "was read".to_owned(),
        (Expected::Refused { path, missing }, Err(error)) => {
            let names = missing.as_ref().is_none_or(|name| error.to_string().contains(&format!("`{name}`")));
            if error.is_decode() && error.decode_path() == Some(path) && names {
                return None;
            }
            format!("the error has the path {:?}, not {path:?}, or lacks {missing:?}: {error}", error.decode_path())
        }
    };
    Some(format!("{status}, {}: {problem}", case.what))
}

/// An answer that is no JSON is an error that keeps it; no answer at all is a success of a write, and only of that.
fn no_json_problems(sample: &Sample, status: StatusCode) -> Vec<String> {
    const BROKEN: &str = r#"{"data": ["#;
    let mut problems = Vec::new();
    match ask(sample.minimal, status, BROKEN) {
        Err(error) if error.is_decode() && error.raw_body().is_some_and(|body| body == BROKEN) => {}
        other => problems.push(format!("{status}, half of a JSON: {other:?}")),
    }
    let may_be_empty = !sample.meta.is_read() || sample.meta.successes.iter().any(|(_, media)| media.is_empty());
    for nothing in ["", " \n"] {
        match ask(sample.minimal, status, nothing) {
            Ok(reply) if may_be_empty && reply.json.is_null() => {}
            Err(error) if !may_be_empty && error.is_decode() => {}
            other => problems.push(format!("{status}, {nothing:?}: {other:?}")),
        }
    }
    problems
}

/// The request that was sent is the operation's.
fn sample_problem(sample: &Sample, version: ApiVersion) -> Option<String> {
    let canned = Canned::new(StatusCode::OK, "");
    let _ = (sample.minimal)(&canned.client()).now_or_never();
    match canned.requests().as_slice() {
        [request]
            if request.version == version && request.method == sample.meta.method && !request.path.contains('{') =>
        {
            None
        }
        other => Some(format!("sent {other:?}")),
    }
}

fn text_problems(sample: &Sample, status: StatusCode, media: &str) -> Vec<String> {
    let Some((_, send)) = sample.texts.iter().find(|(other, _)| *other == media) else {
        return vec![format!("nothing asks for {media}")];
    };
    let mut problems = Vec::new();
    for text in ["", "id,name\n1,\"Grüße\"\n"] {
        match ask(*send, status, text) {
            Ok(reply) if reply.json == text => {}
            other => problems.push(format!("{media} {text:?}: {other:?}")),
        }
    }
    match ask(*send, status, &b"\xff\xfe"[..]) {
        Err(error) if error.is_decode() => {}
        other => problems.push(format!("{media} that is not UTF-8: {other:?}")),
    }
    problems
}
