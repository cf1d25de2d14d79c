//! From an operation of the contract to what the transport decides by.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use drata_api::{ApiVersion, Idempotency, OperationMeta, Pagination};
use drata_contract::Contract;
use drata_contract::operation::{ApiVersion as Version, Operation};
use http::Method;

use crate::Error;

/// An operation of the contract, with what is known of it.
#[derive(Clone, Copy)]
pub struct Known {
    /// The contract of its version.
    pub contract: &'static Contract,
    /// Its parameters, bodies and responses.
    pub operation: &'static Operation,
    /// What retries, paging and errors go by.
    pub meta: &'static OperationMeta,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({})", self.meta.rust_path)
    }
}

impl Known {
    /// Finds the operation with this name: where it stands in the library, such as `v2::risks::list`, or the vendor's
    /// identifier.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn find(name: &str) -> Result<Self, Error> {
        let versions = match name.split("::").next() {
            Some("v1") => &[Version::V1][..],
            Some("v2") => &[Version::V2][..],
            _ => &[Version::V2, Version::V1][..],
        };
        for version in versions {
            let contract = Contract::of(*version).map_err(Error::configuration)?;
            let by_id = || contract.operations.iter().find(|operation| &*operation.id == name);
            if let Some(operation) = contract.at(name).or_else(by_id) {
                return Ok(Self::new(contract, operation));
            }
        }
        let problem = format!(
            "no operation is called {name:?}: a name says version, area and operation, such as v2::risks::list"
        );
        Err(Error::invalid(None, problem))
    }

    /// An operation of a contract.
    pub fn new(contract: &'static Contract, operation: &'static Operation) -> Self {
        Self { contract, operation, meta: meta(operation) }
    }
}

/// What is known of an operation, made once for the process.
fn meta(operation: &'static Operation) -> &'static OperationMeta {
    static MADE: LazyLock<Mutex<HashMap<usize, &'static OperationMeta>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    // There are as many as the contract has operations, so what is leaked has an end.
    made.entry(std::ptr::from_ref(operation) as usize).or_insert_with(|| Box::leak(Box::new(read(operation))))
}

fn read(operation: &'static Operation) -> OperationMeta {
    let version = match operation.version {
        Version::V1 => ApiVersion::V1,
        Version::V2 => ApiVersion::V2,
    };
    let rust_path: &'static str = operation.rust_path().leak();
    let mut meta = OperationMeta::new(version, &operation.id, operation.method.clone(), &operation.path, rust_path);
    meta.area = &operation.area;
    meta.permission = operation.permissions.first().map_or("", String::as_str);
    meta.permission_name = &operation.permission_name;
    meta.entitlement = operation.entitlements.first().map(String::as_str);
    meta.beta = operation.beta;
    meta.idempotency = match operation.method {
        Method::GET => Idempotency::Safe,
        Method::PUT | Method::DELETE => Idempotency::Idempotent,
        _ if operation.upsert => Idempotency::Upsert,
        _ => Idempotency::Unsafe,
    };
    meta.pagination = match &operation.paging {
        None => Pagination::None,
        Some(paging) if paging.by_cursor => Pagination::Cursor { max_size: paging.max_size, total: paging.counts },
        Some(paging) => Pagination::Number { max_limit: paging.max_size, max_page: paging.max_page },
    };
    let bodies = operation.body.iter().flat_map(|body| &body.content).map(|(media, _)| media.as_str());
    meta.request_bodies = bodies.collect::<Vec<_>>().leak();
    let successes = operation.answers.iter().filter(|answer| (200..300).contains(&answer.status));
    let successes = successes.flat_map(|answer| {
        let none = answer.content.is_empty().then_some((answer.status, ""));
        none.into_iter().chain(answer.content.iter().map(|(media, _)| (answer.status, media.as_str())))
    });
    meta.successes = successes.collect::<Vec<_>>().leak();
    meta
}
