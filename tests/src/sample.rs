//! A sample call of one operation.

use std::fmt;
use std::pin::Pin;

use drata_api::{Client, Error, Operation, OperationMeta, Paged};
use serde::Serialize;
use serde_json::Value;

/// A sample call of one operation through the public API.
#[derive(Debug)]
pub struct Sample {
    /// What is known of the operation.
    pub meta: &'static OperationMeta,
    /// Whether the operation has another form, which is the one to exercise.
    pub alternative: bool,
    /// Sends the least request that is valid.
    pub minimal: SendSample,
    /// A request with everything set, as it goes over the wire.
    pub full: fn(&Client) -> String,
    /// The other media types that the operation answers with, and the least request that asks for each.
    pub texts: &'static [(&'static str, SendSample)],
}

/// Sends a sample through a client.
pub type SendSample = fn(&Client) -> Sent;

/// A call on its way: in the end, what was read as it is written back.
pub type Sent = Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>;

/// What a call brought.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer, written back as JSON; `null` where the call returns nothing.
    pub json: Value,
    /// The rows of the page that were rejected.
    pub rows: Option<String>,
    /// What lists within the answer rejected, at whatever depth, and kept as it came.
    pub kept: Option<String>,
}

/// A call on its way, whatever its answer's type is.
pub(crate) fn sent<T: Serialize + fmt::Debug>(call: impl Future<Output = Result<T, Error>> + Send + 'static) -> Sent {
    Box::pin(async move {
        let answer = call.await?;
        let json = serde_json::to_value(&answer).expect("an answer has only text keys, so it can be written");
        Ok(Reply { json, rows: None, kept: rejected(&answer) })
    })
}

/// A call on its way that returns bytes: there is nothing to write back.
#[allow(dead_code, reason = "whether an operation returns bytes is the contract's decision")]
pub(crate) fn sent_bytes(call: impl Future<Output = Result<drata_api::Bytes, Error>> + Send + 'static) -> Sent {
    Box::pin(async move { call.await.map(|_| Reply { json: Value::Null, rows: None, kept: None }) })
}

/// A call of a list on its way: there, a rejected row is a row that did not arrive.
pub(crate) fn sent_page<P: Paged + Sync>(call: P) -> Sent
where
    P::Page: Serialize + fmt::Debug,
    P::Item: fmt::Debug,
{
    Box::pin(async move {
        let page = call.call().clone().receive::<P::Page>().await?;
        let json = serde_json::to_value(&page).expect("an answer has only text keys, so it can be written");
        let kept = rejected(&page);
        let rows = P::split(page).items.and_then(|items| items.rejected().first().map(ToString::to_string));
        Ok(Reply { json, rows, kept })
    })
}

/// Written back, a rejected item looks like any other; `Debug` is the one view that shows them in every type.
fn rejected(answer: &impl fmt::Debug) -> Option<String> {
    const SHOWN: usize = 300;
    let text = format!("{answer:?}");
    let start = text.find("Rejected { index")?;
    Some(text[start..].chars().take(SHOWN).collect())
}

/// The request of a call as it goes over the wire, or the rule that it breaks.
pub(crate) fn wire(call: &impl Operation) -> String {
    match call.call().violation() {
        Some(violation) => format!("not sent: {violation}"),
        None => call.call().to_string(),
    }
}
