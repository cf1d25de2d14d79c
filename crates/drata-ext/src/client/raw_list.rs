//! Lists that the contract does not know.

use drata_api::{ApiVersion, Call, ItemKey, List, Operation, PageParts, Paged, Pagination};
use serde_json::Value;

/// A list that the contract does not know, page by page as the version of the API pages: by number in version 1, by cursor in
/// version 2. Made by [`RawCall::list`](crate::RawCall::list); walked with [`ListExt`](crate::ListExt).
///
/// ```no_run
/// use drata_ext::ListExt as _;
///
/// # async fn example(drata: drata_ext::Drata) -> Result<(), drata_ext::Error> {
/// let mut groups = drata.get("/v2/groups").list().stream();
/// while let Some(group) = groups.next().await {
///     println!("{}", group?["name"]);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a list does nothing until it is walked through"]
pub struct RawList {
    call: Call,
}

impl RawList {
    pub(super) fn new(call: Call) -> Self {
        Self { call }
    }
}

impl Operation for RawList {
    type Output = Value;

    fn call(&self) -> &Call {
        &self.call
    }

    fn call_mut(&mut self) -> &mut Call {
        &mut self.call
    }
}

impl Paged for RawList {
    type Page = Value;
    type Item = Value;

    /// The rows are the page itself, if it is a list, what stands in its `data`, or its only list.
    fn split(mut page: Value) -> PageParts<Value> {
        let total = page.get("total").or_else(|| page.pointer("/pagination/totalCount")).and_then(Value::as_i64);
        let cursor = page.pointer("/pagination/cursor").and_then(Value::as_str).map(str::to_owned);
        let rows = match &mut page {
            Value::Array(_) => page.as_array_mut(),
            Value::Object(fields) if fields.contains_key("data") => {
                fields.get_mut("data").and_then(Value::as_array_mut)
            }
            Value::Object(fields) => {
                let mut lists = fields.values_mut().filter_map(Value::as_array_mut);
                match (lists.next(), lists.next()) {
                    (Some(only), None) => Some(only),
                    _ => None,
                }
            }
            _ => None,
        };
        PageParts::new(rows.map(|rows| List::from(std::mem::take(rows))), total, cursor)
    }

    fn key(item: &Value) -> Option<ItemKey> {
        match item.get("id")? {
            Value::Number(number) => number.as_i64().map(Into::into),
            Value::String(text) => Some(text.as_str().into()),
            _ => None,
        }
    }

    fn pagination(&self) -> Pagination {
        match self.call.request().version {
            ApiVersion::V1 => Pagination::Number { max_limit: 50, max_page: None },
            _ => Pagination::Cursor { max_size: 500, total: true },
        }
    }
}
