//! A server on a thread of its own, which does as little as it can, so that what is measured is the client.

use std::fmt::Write as _;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Serves connections of version 1 by number and workspaces of version 2 by cursor. Dropped, it stops.
pub(crate) struct Server {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Server {
    /// Serves lists of `rows`, each response after `latency`.
    pub(crate) fn start(rows: u64, latency: Duration) -> Self {
        let (url, started) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let address = listener.local_addr().expect("an address");
                url.send(format!("http://{address}/public")).expect("somebody waits");
                let accept = async {
                    while let Ok((stream, _)) = listener.accept().await {
                        tokio::spawn(serve(stream, rows, latency));
                    }
                };
                tokio::select! {
                    () = accept => {}
                    _ = stopped => {}
                }
            });
        });
        Self { url: started.recv().expect("an address"), stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(stream: TcpStream, rows: u64, latency: Duration) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut stream = BufReader::new(stream);
    let (mut line, mut response) = (String::new(), String::new());
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        let target = line.split(' ').nth(1)?.to_owned();
        while line.trim_end() != "" {
            line.clear();
            stream.read_line(&mut line).await.ok()?;
        }
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let body = if target.contains("/v2/") { workspaces(&target, rows) } else { connections(&target, rows) };
        response.clear();
        let length = body.len();
        write!(response, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
            .ok()?;
        stream.get_mut().write_all(response.as_bytes()).await.ok()?;
    }
}

fn parameter(target: &str, name: &str) -> Option<u64> {
    let (_, query) = target.split_once('?')?;
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(other, _)| *other == name)?.1.parse().ok()
}

fn connections(target: &str, rows: u64) -> String {
    let (page, limit) = (parameter(target, "page").unwrap_or(1), parameter(target, "limit").unwrap_or(20));
    let (start, end) = ((page - 1) * limit, rows.min(page * limit));
    let rows_of_page = (start..end).map(|id| {
        format!(
            "{{\"id\":{id},\"clientType\":\"OKTA_IDENTITY\",\"state\":\"ACTIVE\",\"connected\":true,\
             \"connectedAt\":\"2026-01-05T10:30:00.000Z\",\"failedAt\":null,\"clientId\":\"client-{id}\",\
             \"clientAlias\":\"Okta of the department {id}\",\"aliasUpdatedAt\":null,\"deletedAt\":null,\
             \"providerTypes\":[{{\"value\":\"IDENTITY\",\"isEnabled\":true}},{{\"value\":\"MDM\",\"isEnabled\":false}}],\
             \"code\":null,\"groupLabel\":null}}"
        )
    });
    format!("{{\"data\":[{}],\"page\":{page},\"limit\":{limit},\"total\":{rows}}}", join(rows_of_page))
}

fn workspaces(target: &str, rows: u64) -> String {
    let (start, size) = (parameter(target, "cursor").unwrap_or(0), parameter(target, "size").unwrap_or(50));
    let end = rows.min(start + size);
    let cursor = if end < rows { format!("\"{end}\"") } else { "null".to_owned() };
    let rows_of_page = (start..end).map(|id| {
        format!(
            "{{\"id\":{id},\"primary\":false,\"name\":\"Workspace {id}\",\"description\":null,\"howItWorks\":null,\
             \"url\":null,\"logo\":null,\"createdAt\":\"2026-01-05T10:30:00.000Z\",\
             \"updatedAt\":\"2026-01-05T10:30:00.000Z\"}}"
        )
    });
    format!("{{\"data\":[{}],\"pagination\":{{\"cursor\":{cursor}}}}}", join(rows_of_page))
}

fn join(rows: impl Iterator<Item = String>) -> String {
    let rows: Vec<_> = rows.collect();
    rows.join(",")
}
