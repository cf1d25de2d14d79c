//! Operations as the generator would make them, one of each kind.

use std::sync::LazyLock;

use drata_api::{Call, Client, ItemKey, List, PageParts, Pagination};
use drata_ext::{Access, ApiVersion, Drata, Error, Idempotency, Operation, OperationMeta, Paged};
use http::Method;
use serde::Deserialize;

/// A generated operation, made into another one.
fn meta(method: Method, path: &'static str, change: impl FnOnce(&mut OperationMeta)) -> OperationMeta {
    let mut meta = drata_ext::v1::connections::meta::LIST.clone();
    meta.operation_id = "ThingsController_operation";
    meta.method = method;
    meta.path = path;
    meta.area = "things";
    meta.rust_path = "v1::things::operation";
    meta.permission = "things-get";
    meta.permission_name = "Things: List Things";
    meta.idempotency = Idempotency::Unsafe;
    meta.pagination = Pagination::None;
    change(&mut meta);
    meta
}

pub(crate) static READ: LazyLock<OperationMeta> =
    LazyLock::new(|| meta(Method::GET, "/things", |meta| meta.idempotency = Idempotency::Safe));
pub(crate) static CREATE: LazyLock<OperationMeta> = LazyLock::new(|| {
    meta(Method::POST, "/things", |meta| {
        meta.operation_id = "ThingsController_create";
        meta.permission = "things-post";
        meta.permission_name = "Things: Create Thing";
        meta.entitlement = Some("THINGS");
    })
});
pub(crate) static UPSERT: LazyLock<OperationMeta> =
    LazyLock::new(|| meta(Method::POST, "/things/records", |meta| meta.idempotency = Idempotency::Upsert));
pub(crate) static REPLACE: LazyLock<OperationMeta> =
    LazyLock::new(|| meta(Method::PUT, "/things/{id}", |meta| meta.idempotency = Idempotency::Idempotent));

static NUMBERED: LazyLock<OperationMeta> = LazyLock::new(|| {
    meta(Method::GET, "/things", |meta| {
        meta.idempotency = Idempotency::Safe;
        meta.pagination = Pagination::Number { max_limit: 50, max_page: None };
    })
});
static BOUNDED: LazyLock<OperationMeta> = LazyLock::new(|| {
    meta(Method::GET, "/events", |meta| {
        meta.idempotency = Idempotency::Safe;
        meta.pagination = Pagination::Number { max_limit: 50, max_page: Some(3) };
    })
});
static CURSOR: LazyLock<OperationMeta> = LazyLock::new(|| {
    let mut meta = meta(Method::GET, "/things", |meta| {
        meta.idempotency = Idempotency::Safe;
        meta.operation_id = "ThingsV2Controller_list";
        meta.pagination = Pagination::Cursor { max_size: 500, total: true };
    });
    meta.version = ApiVersion::V2;
    meta
});

/// A call of `operation`.
pub(crate) fn call<A: Access>(drata: &Drata<A>, operation: &'static LazyLock<OperationMeta>) -> Call {
    Call::new(drata.client(), operation)
}

/// A list of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Things(Call);

/// Both envelopes in one.
#[derive(Deserialize)]
pub(crate) struct ThingsPage {
    data: Option<List<i64>>,
    total: Option<i64>,
    pagination: Option<Next>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Next {
    cursor: Option<String>,
    total_count: Option<i64>,
}

impl Things {
    pub(crate) fn numbered<A: Access>(client: &Client<A>) -> Self {
        Self(Call::new(client, &NUMBERED))
    }

    pub(crate) fn bounded<A: Access>(client: &Client<A>) -> Self {
        Self(Call::new(client, &BOUNDED))
    }

    pub(crate) fn cursor<A: Access>(client: &Client<A>) -> Self {
        Self(Call::new(client, &CURSOR))
    }

    pub(crate) fn filter(mut self, value: &str) -> Self {
        self.0.query("filter", value);
        self
    }

    pub(crate) fn page(mut self, page: i64) -> Self {
        self.0.query("page", page);
        self
    }

    pub(crate) fn limit(mut self, limit: i64) -> Self {
        self.0.query("limit", limit);
        self
    }
}

impl Operation for Things {
    type Output = ThingsPage;

    fn call(&self) -> &Call {
        &self.0
    }

    fn call_mut(&mut self) -> &mut Call {
        &mut self.0
    }
}

impl Paged for Things {
    type Page = ThingsPage;
    type Item = i64;

    fn split(page: ThingsPage) -> PageParts<i64> {
        let (cursor, total) = page.pagination.map_or((None, None), |next| (next.cursor, next.total_count));
        PageParts::new(page.data, page.total.or(total), cursor)
    }

    fn key(item: &i64) -> Option<ItemKey> {
        Some((*item).into())
    }
}

/// A list of numbers that nothing tells apart.
#[derive(Clone, Debug)]
pub(crate) struct Nameless(pub(crate) Things);

impl Operation for Nameless {
    type Output = ThingsPage;

    fn call(&self) -> &Call {
        self.0.call()
    }

    fn call_mut(&mut self) -> &mut Call {
        self.0.call_mut()
    }
}

impl Paged for Nameless {
    type Page = ThingsPage;
    type Item = i64;

    fn split(page: ThingsPage) -> PageParts<i64> {
        Things::split(page)
    }

    fn key(_: &i64) -> Option<ItemKey> {
        None
    }
}

/// The error of a call that must fail.
pub(crate) async fn error_of(call: Call) -> Error {
    call.receive_nothing().await.expect_err("the server refuses it")
}
