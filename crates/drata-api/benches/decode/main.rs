//! What tolerant reading costs: pages of 500 items, read through the crate and into structs that derive `Deserialize`.
//!
//! `cargo bench -p drata-api --bench decode` measures both ways in turns, in one run, and prints the ratio of their medians.
//! A word after `--` picks one page; with `--check` it fails when a ratio is above what the project allows.

mod derived;
mod pages;

use std::hint::black_box;
use std::pin::pin;
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use drata_api::v1::V1;
use drata_api::v2::V2;
use drata_api::{Client, Request, Response, ResponseBody, SendFuture, Transport};
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

/// The most that reading through the crate may cost, as a multiple of derived structs.
const MOST: f64 = 1.15;

/// Turns, each of one reading in either way.
const TURNS: usize = 401;

/// Turns before the first that counts.
const WARM_UP: usize = 40;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = arguments.iter().any(|argument| argument == "--check");
    let filter = arguments.iter().find(|argument| !argument.starts_with('-')).map_or("", String::as_str);
    println!("{:<16} {:>9} {:>12} {:>12} {:>7}", "page", "bytes", "drata-api", "derived", "ratio");
    let mut most: f64 = 0.0;
    if "v1 connections".contains(filter) {
        let page = pages::connections();
        let client = Client::new(Canned(page.clone()));
        let read = || drop(black_box(at_once(V1::new(&client).connections().list().send())));
        most = most.max(compare::<derived::Page<derived::Connection>>("v1 connections", &page, read));
    }
    if "v2 vendors".contains(filter) {
        let page = pages::vendors();
        let client = Client::new(Canned(page.clone()));
        let read = || drop(black_box(at_once(V2::new(&client).vendors().list().send())));
        most = most.max(compare::<derived::CursorPage<derived::Vendor>>("v2 vendors", &page, read));
    }
    if check && most > MOST { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Measures both ways in turns and prints a line; returns the ratio.
fn compare<T: DeserializeOwned>(name: &str, page: &Bytes, read: impl Fn()) -> f64 {
    let derived = || drop(black_box(serde_json::from_slice::<T>(black_box(page)).expect("the page is what it says")));
    let (mut ours, mut theirs) = (Vec::with_capacity(TURNS), Vec::with_capacity(TURNS));
    for turn in 0..WARM_UP + TURNS {
        // Who goes first changes from turn to turn.
        let (one, other) = if turn % 2 == 0 {
            let one = time(&read);
            (one, time(derived))
        } else {
            let other = time(derived);
            (time(&read), other)
        };
        if turn >= WARM_UP {
            ours.push(one);
            theirs.push(other);
        }
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{name:<16} {:>9} {ours:>12.1?} {theirs:>12.1?} {ratio:>7.3}", page.len());
    ratio
}

fn time(work: impl Fn()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The output of a future that never waits.
fn at_once<T, E: std::fmt::Debug>(future: impl Future<Output = Result<T, E>>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result.expect("the page is what the contract says"),
        Poll::Pending => unreachable!("a canned answer is there at once"),
    }
}

/// Answers with the same bytes.
#[derive(Debug)]
struct Canned(Bytes);

impl Transport for Canned {
    fn send(&self, _: Request) -> SendFuture<'_> {
        let response = Response::new(StatusCode::OK, HeaderMap::new(), ResponseBody::Buffered(self.0.clone()));
        Box::pin(async move { Ok(response) })
    }
}
