//! What a walk through a list costs beside what it must cost. Prints ratios; absolute times say more about the machine.
//!
//! `cargo bench -p drata-ext --bench walks`
//!
//! 1. Time: 10,000 rows of version 1 from a server with 20 ms latency, eight pages at once, against the ideal.
//! 2. Time: a list of version 2 whose consumer takes as long as the server, against the longer of both.
//! 3. Processor: a row of version 1 against a loop written by hand with reqwest and serde, in the same run.
//! 4. Memory: the peak of a walk through 1,000,000 rows against one through 10,000.
//!
//! For a profiler there are, by name alone, `ours` and `by-hand`: each side of the third one by itself. Their server has a
//! thread of its own, as in `valgrind --tool=callgrind --separate-threads=yes`.

mod server;

use std::time::{Duration, Instant};

use drata_ext::{Drata, ListExt, RateLimiter};
use serde::Deserialize;
use tokio::runtime::{Builder, Runtime};

use server::Server;

/// One of the measurements.
type Measure = fn(&Runtime);

/// How many rows a profiler looks at: enough for what is done once not to count.
const PROFILED: u64 = 100_000;
const LATENCY: Duration = Duration::from_millis(20);
/// As long as a real one, since it is looked for in what arrives.
const KEY: &str = "5f0c1a2b-33d4-4e5f-8a9b-0c1d2e3f4a5b";

fn main() {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    // `cargo bench -p drata-ext --bench walks -- processor` runs that one alone.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let measures: [(&str, Measure); 4] =
        [("latency", pages_at_once), ("look-ahead", look_ahead), ("processor", processor), ("memory", memory)];
    let for_profilers: [(&str, Measure); 2] = [("ours", ours), ("by-hand", by_hand)];
    let is_wanted = |name: &str| wanted.iter().any(|other| other == name);
    for (name, measure) in measures {
        if wanted.is_empty() || is_wanted(name) {
            measure(&runtime);
        }
    }
    for (name, measure) in for_profilers {
        if is_wanted(name) {
            measure(&runtime);
        }
    }
}

fn client(server: &Server) -> Drata {
    let builder = Drata::builder().api_key(KEY).base_url(server.url()).rate_limiter(RateLimiter::unlimited());
    builder.build().expect("a client")
}

async fn walk(drata: &Drata, concurrency: usize) -> usize {
    let mut items = drata.v1().connections().list().stream().concurrency(concurrency);
    let mut count = 0;
    while let Some(item) = items.next().await {
        std::hint::black_box(item.expect("a connection"));
        count += 1;
    }
    count
}

fn report(what: &str, ratio: f64, limit: f64, detail: &str) {
    let verdict = if ratio <= limit { "ok" } else { "MISSED" };
    println!("{what:<44} {ratio:>6.3} (at most {limit:.2}) {verdict}   {detail}");
}

fn pages_at_once(runtime: &Runtime) {
    let server = Server::start(10_000, LATENCY);
    let drata = client(&server);
    let start = Instant::now();
    assert_eq!(runtime.block_on(walk(&drata, 8)), 10_000);
    let took = start.elapsed().as_secs_f64();
    // The first page, then the others eight at once; the last of them, empty, shows that the list ends.
    let ideal = LATENCY.as_secs_f64() * (1.0 + 200.0 / 8.0);
    report("v1, 200 pages, 8 at once: time to ideal", took / ideal, 1.15, &format!("{took:.3} s, ideal {ideal:.3} s"));
}

fn look_ahead(runtime: &Runtime) {
    const PAGES: u32 = 40;
    let server = Server::start(u64::from(PAGES) * 50, LATENCY);
    let drata = client(&server);
    let start = Instant::now();
    runtime.block_on(async {
        let mut pages = drata.v2().workspaces().list().size(50).pages();
        while let Some(page) = pages.next().await {
            page.expect("a page");
            tokio::time::sleep(LATENCY).await;
        }
    });
    let took = start.elapsed().as_secs_f64();
    let ideal = (LATENCY * PAGES).as_secs_f64();
    report(
        "v2, 40 pages, busy consumer: time to ideal",
        took / ideal,
        1.15,
        &format!("{took:.3} s, ideal {ideal:.3} s"),
    );
}

/// A connection as one would write it by hand, with all its fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read from JSON, which is what is measured")]
struct ByHand {
    id: i64,
    client_type: String,
    state: String,
    connected: bool,
    connected_at: Option<String>,
    failed_at: Option<String>,
    client_id: Option<String>,
    client_alias: Option<String>,
    alias_updated_at: Option<String>,
    deleted_at: Option<String>,
    provider_types: Vec<ByHandProvider>,
    code: Option<i64>,
    group_label: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read from JSON, which is what is measured")]
struct ByHandProvider {
    value: String,
    is_enabled: bool,
}

#[derive(Deserialize)]
struct ByHandPage {
    data: Vec<ByHand>,
    total: usize,
}

async fn walk_by_hand(http: &reqwest::Client, url: &str) -> usize {
    let mut count = 0;
    for page in 1.. {
        let url = format!("{url}/connections?limit=50&page={page}");
        let response = http.get(url).bearer_auth(KEY).send().await.expect("a response");
        let body = response.error_for_status().expect("a page").bytes().await.expect("a whole page");
        let page: ByHandPage = serde_json::from_slice(&body).expect("a page");
        count += page.data.len();
        page.data.into_iter().for_each(|row| drop(std::hint::black_box(row)));
        if count >= page.total {
            break;
        }
    }
    count
}

fn processor(runtime: &Runtime) {
    const ROWS: u64 = 10_000;
    let server = Server::start(ROWS, Duration::ZERO);
    let (drata, http) = (client(&server), reqwest::Client::new());
    let mut rounds: Vec<(f64, f64)> = Vec::new();
    // In turns, so that whatever else the machine does meets both; the median round, so that what meets one does not count.
    for _ in 0..101 {
        let start = processor_time();
        assert_eq!(runtime.block_on(walk(&drata, 1)), ROWS as usize);
        let between = processor_time();
        assert_eq!(runtime.block_on(walk_by_hand(&http, &server.url())), ROWS as usize);
        let per_row = |time: Duration| time.as_secs_f64() * 1e9 / ROWS as f64;
        rounds.push((per_row(between - start), per_row(processor_time() - between)));
    }
    rounds.sort_by(|one, other| (one.0 / one.1).total_cmp(&(other.0 / other.1)));
    let (ours, by_hand) = rounds[rounds.len() / 2];
    let detail = format!("{ours:.0} ns a row, by hand {by_hand:.0} ns");
    report("processor time of a row to one by hand", ours / by_hand, 1.00, &detail);
}

fn ours(runtime: &Runtime) {
    let server = Server::start(PROFILED, Duration::ZERO);
    assert_eq!(runtime.block_on(walk(&client(&server), 1)), PROFILED as usize);
}

fn by_hand(runtime: &Runtime) {
    let server = Server::start(PROFILED, Duration::ZERO);
    assert_eq!(runtime.block_on(walk_by_hand(&reqwest::Client::new(), &server.url())), PROFILED as usize);
}

/// What this thread has used of the processor; on systems that do not say, the time that passed.
fn processor_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let used = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let used = used.and_then(|text| text.split(' ').next()?.parse().ok()).map(Duration::from_nanos);
    used.unwrap_or_else(|| START.get_or_init(Instant::now).elapsed())
}

fn memory(runtime: &Runtime) {
    let peak_of = |rows: u64| {
        let server = Server::start(rows, Duration::ZERO);
        let drata = client(&server);
        forget_peak()?;
        assert_eq!(runtime.block_on(walk(&drata, 8)), rows as usize);
        peak()
    };
    // Once to warm up, so that both walks find the same pools.
    peak_of(10_000);
    match (peak_of(10_000), peak_of(1_000_000)) {
        (Some(few), Some(many)) => {
            let detail = format!("{few} kB for 10,000 rows, {many} kB for 1,000,000");
            report("peak memory of a hundred times the rows", many as f64 / few as f64, 1.10, &detail);
        }
        _ => println!("peak memory: this system does not say it"),
    }
}

/// Sets the peak back to what is used now.
fn forget_peak() -> Option<()> {
    std::fs::write("/proc/self/clear_refs", "5").ok()
}

/// The most memory this process held, in kB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
