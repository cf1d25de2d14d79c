//! What the contract says about an operation besides its types.

use std::fmt;

/// A version of the Drata API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ApiVersion {
    /// Version 1: pages by number, no version segment in its paths.
    V1,
    /// Version 2: pages by cursor, paths below `/v2`.
    V2,
}

impl ApiVersion {
    /// The path between a region's base URL and the path of an operation: `""` or `"/v2"`.
    pub const fn path_prefix(self) -> &'static str {
        match self {
            Self::V1 => "",
            Self::V2 => "/v2",
        }
    }

    /// `v1` or `v2`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether an operation may be sent again when its outcome is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// Only reads: may always be sent again.
    Safe,
    /// Writes, and writes the same when sent twice (`PUT` and `DELETE` by default).
    Idempotent,
    /// A `POST` documented as an upsert by a key that the caller chooses.
    Upsert,
    /// Sent twice, it may write twice.
    Unsafe,
}

impl Idempotency {
    /// Whether the operation may be sent again although an earlier attempt may have arrived.
    pub const fn may_repeat(self) -> bool {
        !matches!(self, Self::Unsafe)
    }
}

/// How an operation pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pagination {
    /// It does not: one response is all there is.
    None,
    /// By number: `page` from 1, `limit` rows each (v1).
    Number {
        /// The most rows that one page may ask for.
        max_limit: u32,
        /// The highest page number the service accepts, where the contract names one.
        max_page: Option<u32>,
    },
    /// By cursor: `cursor` from the page before, `size` rows each (v2).
    Cursor {
        /// The most rows that one page may ask for.
        max_size: u32,
        /// Whether `includeTotalCount` is understood on the first page.
        total: bool,
    },
}

impl Pagination {
    /// `none`, `number` or `cursor`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Number { .. } => "number",
            Self::Cursor { .. } => "cursor",
        }
    }
}

/// Everything known about one operation before it is called.
///
/// Errors, retries, documentation and the sandbox all read it; it is generated beside the operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationMeta {
    /// The version of the API it belongs to.
    pub version: ApiVersion,
    /// The vendor's identifier.
    pub operation_id: &'static str,
    /// The HTTP method.
    pub method: http::Method,
    /// The path template below the version's root, such as `/connections/{id}`.
    pub path: &'static str,
    /// The area, as its module is named: `connections`.
    pub area: &'static str,
    /// Where it stands in Rust: `v1::connections::list`.
    pub rust_path: &'static str,
    /// The machine name of the permission the key needs, such as `connections-get`.
    pub permission: &'static str,
    /// The name of that permission in the web application, such as `Connections: List Connections`.
    pub permission_name: &'static str,
    /// The plan feature it needs, if any, such as `RISK_MANAGEMENT`.
    pub entitlement: Option<&'static str>,
    /// Whether the vendor marks it as beta.
    pub beta: bool,
    /// Whether it may be sent twice.
    pub idempotency: Idempotency,
    /// How it pages.
    pub pagination: Pagination,
    /// The media types of its request body; empty when it takes none.
    pub request_bodies: &'static [&'static str],
    /// Its documented successes: status and media type (`""` for an empty body).
    pub successes: &'static [(u16, &'static str)],
}

impl OperationMeta {
    /// Whether it only reads.
    pub fn is_read(&self) -> bool {
        self.method == http::Method::GET
    }

    /// The vendor's reference page of this operation.
    pub fn reference_url(&self) -> String {
        format!("https://developers.drata.com/openapi/reference/{}/operation/{}/", self.version, self.operation_id)
    }
}
