//! A place in a list, to go on from later.

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::error::Error;
use super::paged::ItemKey;

/// The version of the serialised form.
const FORM: u32 = 1;

/// Query parameters that say where in the list one is, and not which list it is.
const PLACE: [&str; 3] = ["page", "cursor", "includeTotalCount"];

/// A place in a list: serialise it, and go on from there in another process.
///
/// It belongs to one query. It holds the query's parameters, so what is confidential in them is confidential in it, and of a
/// list paged by number the ids of the rows of the last two pages: those that move while the walk is interrupted are known by
/// them, and come once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    form: u32,
    operation: String,
    path: String,
    query: Vec<(String, String)>,
    position: Position,
    delivered: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

/// The page to begin with, and how much of it was delivered.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Which page.
    pub page: PageRef,
    /// How many of its items were delivered.
    pub skip: usize,
    /// The keys of the items that were delivered last, if they have any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<ItemKey>,
}

/// A page of a list.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageRef {
    /// By number, from 1.
    Number(u32),
    /// By the cursor that leads to it; `None` is the first page.
    Cursor(Option<String>),
}

impl Checkpoint {
    #[doc(hidden)]
    pub fn new(call: &Call, position: Position, delivered: u64, total: Option<u64>) -> Self {
        Self {
            form: FORM,
            operation: operation_id(call).to_owned(),
            path: call.request().path.clone(),
            query: list_query(call),
            position,
            delivered,
            total,
        }
    }

    /// How many items were delivered before it.
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// How many items the list had when it was told last; `None` where it is not told.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    #[doc(hidden)]
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// Checks that it belongs to the list that `call` asks for, and says what differs if not.
    #[doc(hidden)]
    pub fn check(&self, call: &Call) -> Result<(), Error> {
        let query = list_query(call);
        let problem = if self.form != FORM {
            format!("its form is {}, this version reads {FORM}", self.form)
        } else if self.operation != operation_id(call) {
            format!("it belongs to {}, not to {}", self.operation, operation_id(call))
        } else if self.path != call.request().path {
            format!("it belongs to {}, not to {}", self.path, call.request().path)
        } else if self.query != query {
            format!("it belongs to the query [{}], not to [{}]", join(&self.query), join(&query))
        } else {
            return Ok(());
        };
        let problem = format!("the checkpoint cannot be resumed here: {problem}; begin the list anew");
        Err(Error::other_list(call.request().operation, problem))
    }
}

fn operation_id(call: &Call) -> &'static str {
    call.request().operation.map_or("", |operation| operation.operation_id)
}

/// The parameters that make the list what it is, in an order of their own.
fn list_query(call: &Call) -> Vec<(String, String)> {
    let mut query: Vec<_> = call
        .request()
        .query
        .iter()
        .filter(|(name, _)| !PLACE.contains(&name.as_ref()))
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect();
    query.sort();
    query
}

fn join(query: &[(String, String)]) -> String {
    let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}
