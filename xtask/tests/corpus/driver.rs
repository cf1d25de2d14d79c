//! The generated code of every accepted document, and the program that sends its calls and reads its responses.

// The lints of the workspace.
#![warn(missing_docs, non_ascii_idents, rust_2018_idioms, unreachable_pub)]

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde_json::{Value, json};

use canned::Canned;
use sample::Sample;

/// Sends every sample call, reads every response on standard input, and prints the outcomes as JSON.
pub fn run() {
    std::panic::set_hook(Box::new(|_| {}));
    let input: BTreeMap<String, Vec<Value>> = serde_json::from_reader(std::io::stdin()).expect("the harness writes it");
    let output: BTreeMap<&str, Value> = documents::all()
        .into_iter()
        .map(|(name, areas)| {
            let samples: Vec<&Sample> = areas.iter().copied().flatten().collect();
            let responses = input.get(name).map_or(&[][..], Vec::as_slice);
            let read: Vec<Value> = responses.iter().map(|response| read(&samples, response)).collect();
            let sent: Vec<Value> = samples.iter().map(|sample| sent(sample)).collect();
            (name, json!({ "sent": sent, "read": read }))
        })
        .collect();
    println!("{}", serde_json::to_string(&output).expect("texts are JSON"));
}

fn key(sample: &Sample) -> String {
    format!("{} {}", sample.meta.method.as_str().to_lowercase(), sample.meta.path)
}

/// The requests of an operation: the one with everything set, and the minimal one as the transport receives it.
fn sent(sample: &Sample) -> Value {
    let canned = Canned::new(http::StatusCode::OK, "{}");
    let full = caught(|| (sample.full)(&canned.client()));
    let minimal = caught(|| {
        let canned = Canned::new(http::StatusCode::OK, "{}");
        // Only the request matters here, not what is read from this response.
        let outcome = wait((sample.minimal)(&canned.client()));
        match canned.requests().first() {
            Some(request) => {
                let accept = request.accept.unwrap_or("nothing");
                let call = crate::Call::from_request(&canned.client(), request.clone());
                format!("{call}\naccept: {accept}")
            }
            None => format!("not sent: {}", outcome.err().map_or_else(String::new, |error| error.to_string())),
        }
    });
    json!({ "of": key(sample), "full": full, "minimal": minimal })
}

/// What an operation makes of a response: JSON written back, or an error.
fn read(samples: &[&Sample], response: &Value) -> Value {
    let of = response["of"].as_str().unwrap_or_default();
    let Some(sample) = samples.iter().find(|sample| of.is_empty() || key(sample) == of) else {
        return json!({ "error": format!("no operation {of}") });
    };
    let status = response["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
    let status = http::StatusCode::from_u16(status).expect("a status");
    let body = response["body"].as_array().into_iter().flatten().filter_map(Value::as_u64);
    let body: Vec<u8> = body.filter_map(|byte| u8::try_from(byte).ok()).collect();
    let canned = Canned::new(status, body);
    let media = response["media"].as_str().unwrap_or_default();
    let send = match sample.texts.iter().find(|(other, _)| *other == media) {
        Some((_, send)) => *send,
        None if media.is_empty() => sample.minimal,
        None => return json!({ "error": format!("no sample asks for {media}") }),
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| wait(send(&canned.client()))));
    match outcome {
        Ok(Ok(reply)) => match reply.rows.or(reply.kept) {
            None => json!({ "back": reply.json }),
            Some(rejected) => json!({ "error": format!("rejected: {rejected}"), "back": reply.json }),
        },
        Ok(Err(error)) => json!({ "error": error.to_string() }),
        Err(_) => json!({ "error": "it panics" }),
    }
}

fn caught(make: impl FnOnce() -> String) -> String {
    catch_unwind(AssertUnwindSafe(make)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
        format!("panics: {}", said.unwrap_or_default())
    })
}

/// Runs a future to its end. The transport here never waits, so a future is ready at once.
fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
