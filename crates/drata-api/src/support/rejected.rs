//! What of a list is not what the contract says.

use std::fmt;

/// An item of a [`List`](crate::List) that is not what the contract says.
#[derive(Clone, PartialEq)]
pub struct Rejected {
    index: usize,
    /// The path of the list.
    list: String,
    path: String,
    problem: String,
    raw: Box<str>,
}

impl Rejected {
    pub(crate) fn new(index: usize, list: String, path: &str, problem: &str, raw: &str) -> Self {
        Self { index, list, path: path.to_owned(), problem: problem.to_owned(), raw: raw.into() }
    }

    /// Returns the JSON path of the list that it stands in, such as `data[3].owners`; empty when the list is the response.
    pub fn list(&self) -> &str {
        &self.list
    }

    /// Its place in the list, counted from 0 over all items, the good ones included.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The JSON path of the offending value within the item; empty when it is the item itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with it: what was expected, and which kind of value is there.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// The JSON of the item as it came.
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

/// Where it stands and what is wrong, without the item, which may be somebody's record.
impl fmt::Debug for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rejected({self})")
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.list, self.index)?;
        if !self.path.is_empty() {
            write!(f, ".{}", self.path)?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for Rejected {}
