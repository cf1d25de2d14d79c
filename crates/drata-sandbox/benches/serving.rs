//! How fast a sandbox starts and serves: `cargo bench -p drata-sandbox`.
//!
//! Client and server share this process and its processors, so the figures are what a test suite sees. Processor time is
//! what both have used together; it says more than a rate where other programs want the machine as well.

use std::time::{Duration, Instant};

use drata_contract::Contract;
use drata_contract::operation::{Operation, Place};
use drata_contract::resource::Plan;
use drata_contract::schema::Shape;
use drata_sandbox::Sandbox;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

const SPAN: Duration = Duration::from_secs(4);
/// How long each list is asked for.
const GLANCE: Duration = Duration::from_millis(250);
const CONNECTIONS: usize = 8;
/// The slowest lists that are shown.
const SLOWEST: usize = 12;

#[tokio::main]
async fn main() {
    let begun = Instant::now();
    let sandbox = Sandbox::builder().records(1_000).history(0).start().await.expect("a port");
    println!("first start, contracts read and compiled: {:.1?}", begun.elapsed());
    let begun = Instant::now();
    drop(Sandbox::builder().records(100_000).start().await.expect("a port"));
    println!("next start in the same process, 100,000 records: {:.1?}", begun.elapsed());
    println!("resident memory with both contracts: {} MB", resident_megabytes());

    // `cargo bench -p drata-sandbox -- PATH`: that one alone, for a profiler.
    if let Some(path) = std::env::args().skip(1).find(|word| word.starts_with('/')) {
        return show(&path, &load(&sandbox, &path, SPAN).await);
    }
    for path in [
        "/public/connections?limit=50",
        "/public/connections?limit=50&page=7&state=ACTIVE&sort=CREATED_AT",
        "/public/v2/vendors?size=50",
        "/public/vendors?limit=50&page=3",
        "/public/v2/users/17",
    ] {
        show(path, &load(&sandbox, path, SPAN).await);
    }
    println!("resident memory afterwards: {} MB", resident_megabytes());

    let mut lists = Vec::new();
    for path in Contract::shared().expect("a contract").operations.iter().filter_map(list_path) {
        lists.push((load(&sandbox, &path, GLANCE).await, path));
    }
    lists.sort_by(|(a, _), (b, _)| a.rate.total_cmp(&b.rate));
    println!("the slowest of {} lists, every parameter at its most:", lists.len());
    lists.iter().take(SLOWEST).for_each(|(load, path)| show(path, load));
}

/// The path of a list with its longest page.
fn list_path(operation: &Operation) -> Option<String> {
    let Plan::List { .. } = operation.plan else { return None };
    let schemas = &Contract::shared().ok()?.schemas;
    let value = |name: &str| match operation.parameter(name).map(|parameter| &schemas.get(parameter.schema).shape) {
        Some(Shape::Enum(values)) => values[0].as_str().unwrap_or("1").to_owned(),
        Some(Shape::Text(text)) => format!("{:0>width$}", 1, width = text.min_length),
        _ => "1".to_owned(),
    };
    let named = |part: &str| Some(value(part.strip_prefix('{')?.strip_suffix('}')?));
    let path = operation.path.split('/').map(|part| named(part).unwrap_or_else(|| part.to_owned()));
    let path = path.collect::<Vec<_>>().join("/");
    let paged = |name: &str| operation.parameter(name).is_some().then(|| format!("{name}=50"));
    let needed = operation.in_place(Place::Query).filter(|parameter| parameter.required);
    let needed = needed.map(|parameter| format!("{}={}", parameter.name, value(&parameter.name)));
    let query: Vec<_> = paged("limit").into_iter().chain(paged("size")).chain(needed).collect();
    Some(format!("{}{path}?{}", operation.version.root(), query.join("&")))
}

/// What serving one path cost.
struct Load {
    /// Requests a second.
    rate: f64,
    /// Processor time of client and server for one request.
    each: Duration,
    /// The bytes of one body.
    bytes: usize,
}

fn show(path: &str, load: &Load) {
    let Load { rate, each, bytes } = load;
    println!("{rate:>7.0} requests/s, {each:>8.1?} of processor and {bytes:>6} bytes each: GET {path}");
}

async fn load(sandbox: &Sandbox, path: &str, span: Duration) -> Load {
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: sandbox\r\nauthorization: Bearer {}\r\n\r\n", sandbox.api_key());
    let (begun, before) = (Instant::now(), processor_time());
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(sandbox.address()).await.expect("a connection");
        stream.set_nodelay(true).expect("an option");
        clients.push(tokio::spawn(client(stream, request.clone(), begun + span)));
    }
    let (mut requests, mut bytes) = (0_u32, 0);
    for client in clients {
        let (count, size) = client.await.expect("no panic");
        requests += count;
        bytes = size;
    }
    let each = (processor_time() - before) / requests.max(1);
    Load { rate: f64::from(requests) / begun.elapsed().as_secs_f64(), each, bytes }
}
async fn client(stream: TcpStream, request: String, end: Instant) -> (u32, usize) {
    let mut stream = BufReader::with_capacity(64 * 1024, stream);
    let (mut count, mut size) = (0, 0);
    let mut body = Vec::new();
    while Instant::now() < end {
        stream.get_mut().write_all(request.as_bytes()).await.expect("sent");
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("a status");
        assert!(line.contains(" 200 "), "{line}");
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).await.expect("a header");
            if let Some(length) = line.strip_prefix("content-length: ") {
                size = length.trim().parse().expect("a length");
            }
        }
        body.resize(size, 0);
        stream.read_exact(&mut body).await.expect("a body");
        count += 1;
    }
    (count, size)
}

/// What client and server have used together, which other programs on the machine do not change; zero where the kernel
/// does not say.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    // Fields 14 and 15 of the line, in hundredths of a second.
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

/// What the kernel says; 0 where it says nothing.
fn resident_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
