//! A position in a list, to resume from later.

use serde::{Deserialize, Serialize};

use super::item_key::ItemKey;

/// The version of the serialized form.
const FORM: u32 = 2;

/// A position in a list: serialize it, and resume from it in another process.
///
/// It belongs to one query. It holds the query's parameters, so what is confidential in them is confidential in it, and of a
/// list paged by number the ids of the rows of the last two pages: those that move while the walk is interrupted are known by
/// them, and come once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    form: u32,
    list: ListIdentity,
    position: Position,
    delivered: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

/// What makes a list the list it is: its operation, its path and the parameters that select and order its rows.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListIdentity {
    /// The vendor's identifier of the operation; empty for a request written by hand.
    pub operation: String,
    /// The path with its values.
    pub path: String,
    /// The parameters but for those that say where in the list one is, sorted.
    pub query: Vec<(String, String)>,
}

/// The page to begin with, and how much of it was delivered.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Which page.
    pub page: PageRef,
    /// How many rows a page has, which page numbers count by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
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
    pub fn new(list: ListIdentity, position: Position, delivered: u64, total: Option<u64>) -> Self {
        Self { form: FORM, list, position, delivered, total }
    }

    /// Returns how many items were delivered before it.
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Returns how many items the list had when the service told it last; `None` where it does not tell.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    #[doc(hidden)]
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// Checks that it belongs to `list`, and says what differs if not.
    #[doc(hidden)]
    pub fn check(&self, list: &ListIdentity) -> Result<(), String> {
        let ListIdentity { operation, path, query } = list;
        let problem = if self.form != FORM {
            format!("its form is {}, this version reads {FORM}", self.form)
        } else if self.list.operation != *operation {
            format!("it belongs to {}, not to {operation}", self.list.operation)
        } else if self.list.path != *path {
            "it belongs to another path".to_owned()
        } else if let Some(name) = differing(&self.list.query, query) {
            format!("the parameter {name} differs from the query's that it belongs to")
        } else {
            return Ok(());
        };
        Err(format!("the checkpoint cannot be resumed here: {problem}; begin the list anew"))
    }
}

/// The name of the first parameter that one query has and the other has not, or has with another value.
fn differing<'a>(ours: &'a [(String, String)], theirs: &'a [(String, String)]) -> Option<&'a str> {
    let only_in = |these: &'a [(String, String)], others: &[(String, String)]| {
        these.iter().find(|pair| !others.contains(pair)).map(|(name, _)| name.as_str())
    };
    only_in(theirs, ours).or_else(|| only_in(ours, theirs)).or((ours.len() != theirs.len()).then_some("list"))
}
