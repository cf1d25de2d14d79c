//! `drata probe`: where the service is not what the contract says, by reading alone.

mod calls;
mod compare;
mod rate_limit;
mod report;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use clap_complete::ArgValueCandidates;
use drata_contract::Contract;
use drata_contract::operation::Operation;
use drata_ext::api::{Call, Response, ResponseBody};
use drata_ext::by_name::{Known, NamedCall};
use serde_json::Value;

use self::calls::Ids;
use self::compare::compare;
use self::rate_limit::RateLimit;
use self::report::{Finding, Observed, Report};
use crate::args::area::{check_names, is_called};
use crate::args::candidates;
use crate::args::globals::Globals;
use crate::args::values::whole;
use crate::failure::{Failure, Kind};
use crate::files::write_whole;
use crate::interrupt::Interrupt;
use crate::session::Session;

pub(crate) fn command() -> Command {
    Command::new("probe")
        .about("Compare the service with the contract, by reading alone, and report where they differ")
        .long_about(
            "Calls every reading operation that the key may call, once, with identifiers found in lists, within the rate limit.\n\
             Reports fields and enumeration values that the contract does not know, nulls and types that it does not allow,\n\
             required fields that are missing, statuses that it does not document, and the headers that a 429 comes with. The\n\
             report holds names and types, and of enumerations the constant: no other value of the account, no identifier and no\n\
             key. `cargo xtask lint --observed FILE` turns it into corrections of the contract.",
        )
        .arg(Arg::new("out").long("out").value_name("FILE").value_parser(clap::value_parser!(PathBuf)).help("Where to write the whole report, as JSON"))
        .arg(Arg::new("rows").long("rows").value_name("N").default_value("100").value_parser(whole(1..=500)).allow_negative_numbers(true).help("Rows to look at in each list"))
        .arg(Arg::new("only").long("only").value_name("AREA").value_delimiter(',').help("Only these areas, such as vendors,risks").add(ArgValueCandidates::new(candidates::areas)))
}

pub(crate) async fn run(matches: &ArgMatches, globals: &Globals) -> Result<(), Failure> {
    let rows = matches.get_one::<u64>("rows").copied().unwrap_or(100);
    let only: Vec<&String> = matches.get_many::<String>("only").into_iter().flatten().collect();
    check_names(&only)?;
    let contract = Contract::shared().map_err(Failure::other)?;
    let session = Session::open(globals).await?;
    let mut report = Report::new(&session.account.region);
    let mut ids = Ids::default();
    let wanted = |operation: &Operation| only.is_empty() || only.iter().any(|only| is_called(&operation.area, only));
    let mut left: Vec<&'static Operation> =
        contract.operations.iter().filter(|operation| operation.is_read()).collect();
    let interrupt = Interrupt::listen();
    let mut outcome = Ok(());
    // Lists come before what their rows are needed for; what is left at last has nothing to be called with.
    'rounds: loop {
        let (now, later): (Vec<_>, Vec<_>) = left.into_iter().partition(|operation| ids.covers(operation));
        left = later;
        if now.is_empty() {
            break;
        }
        for operation in now {
            // Lists are read in any case, because others need their identifiers.
            if !wanted(operation) && operation.rows().is_none() {
                continue;
            }
            let known = Known::new(contract, operation);
            let call = call(&session, known, &ids, rows)?;
            let one = observe(known, call, &mut ids, &mut report.rate_limit);
            tokio::select! {
                found = one => match found {
                    Ok(found) if wanted(operation) => report.add(known, found),
                    Ok(_) => {}
                    Err(failure) => {
                        outcome = Err(failure.hint("the report holds what was seen so far"));
                        break 'rounds;
                    }
                },
                () = interrupt.wait() => {
                    outcome = Err(Failure::interrupted("interrupted: the report holds what was seen so far"));
                    break 'rounds;
                }
            }
        }
    }
    for operation in left.into_iter().filter(|operation| wanted(operation)) {
        report.not_called(operation, "no row to call it with was found");
    }
    if let Some(path) = matches.get_one::<PathBuf>("out") {
        let text = serde_json::to_string_pretty(&report).map_err(|error| Failure::other(error.to_string()))?;
        write_whole(path, text.as_bytes())?;
    }
    let mut out = session.screen.rows(Some(Finding::COLUMNS.map(str::to_owned).into()))?;
    for finding in report.findings() {
        out.row(&finding)?;
    }
    out.finish()?;
    session.screen.note(report.summary());
    if !report.rate_limit.is_unseen() {
        session.screen.note(report.rate_limit.summary());
    }
    outcome
}

fn call(session: &Session, known: Known, ids: &Ids, rows: u64) -> Result<NamedCall, Failure> {
    let mut call = session.drata.operation(known.meta.rust_path)?;
    for (name, value) in ids.values(known) {
        call = call.set(name, value);
    }
    if let Some(paging) = &known.operation.paging {
        let name = if paging.by_cursor { "size" } else { "limit" };
        call = call.set(name, rows.min(u64::from(paging.max_size)));
    }
    Ok(call)
}

async fn observe(
    known: Known,
    call: NamedCall,
    ids: &mut Ids,
    rate_limit: &mut RateLimit,
) -> Result<Observed, Failure> {
    let mut observed = Observed { status: 0, rows: 0, rejected: 0, findings: Vec::new(), note: None };
    let is_json = known.meta.successes.iter().any(|(_, media)| *media == "application/json");
    let response = match call.request() {
        Ok(request) => send(request, rate_limit).await,
        Err(error) => {
            observed.note = Some(format!("not called: {error}"));
            return Ok(observed);
        }
    };
    let Response { status, body, .. } = match response {
        Ok(response) => response,
        Err(error) => return of_error(known, observed, error),
    };
    observed.status = status.as_u16();
    if known.operation.answer(observed.status).is_none() {
        observed.findings.push(Finding::status(known, observed.status));
    }
    let ResponseBody::Buffered(body) = body else { return Ok(observed) };
    let schema =
        known.operation.answer(observed.status).or_else(|| known.operation.success()).and_then(|answer| answer.json());
    let Some(schema) = schema.filter(|_| is_json) else { return Ok(observed) };
    let Ok(value) = serde_json::from_slice::<Value>(&body) else {
        observed.findings.push(Finding::body(known, "JSON", "something else"));
        return Ok(observed);
    };
    ids.learn(known, &value);
    let all = compare(known, schema, &value);
    (observed.rows, observed.rejected) = (all.rows, all.rejected);
    observed.findings.extend(all.findings);
    Ok(observed)
}

/// Sends a call, once by itself: the retries that follow would keep what a 429 says to themselves.
async fn send(call: Call, rate_limit: &mut RateLimit) -> Result<Response, drata_ext::Error> {
    let mut once = call.clone();
    once.request_mut().options.max_attempts = Some(1);
    let rejected = match once.receive_response().await {
        Err(error) if error.is_rate_limited() => error,
        Err(error) if error.is_transport() || error.is_server_error() => return call.receive_response().await,
        outcome => return outcome,
    };
    rejected.headers().into_iter().for_each(|headers| rate_limit.see(headers));
    let outcome = call.receive_response().await;
    if let Err(error) = &outcome
        && error.is_rate_limited()
    {
        error.headers().into_iter().for_each(|headers| rate_limit.see(headers));
    }
    outcome
}

/// A rejection is an observation too; only what ends every call ends the probe.
fn of_error(known: Known, mut observed: Observed, error: drata_ext::Error) -> Result<Observed, Failure> {
    let Some(status) = error.status() else {
        let failure = Failure::from(error);
        return match failure.kind() {
            Kind::Network => Err(failure),
            _ => {
                observed.note = Some(failure.to_string());
                Ok(observed)
            }
        };
    };
    if error.is_unauthorized() {
        return Err(error.into());
    }
    observed.status = status.as_u16();
    observed.note = match observed.status {
        402 => Some("not in the plan".to_owned()),
        403 => Some(format!("the key lacks {}", known.meta.permission_name)),
        404 => Some("not found".to_owned()),
        429 => Some("rate limit exceeded".to_owned()),
        _ => Some("rejected".to_owned()),
    };
    if known.operation.answer(observed.status).is_none() {
        observed.findings.push(Finding::status(known, observed.status));
    }
    Ok(observed)
}
