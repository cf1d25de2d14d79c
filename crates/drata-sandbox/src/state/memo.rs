//! What was worked out about rows, because it would cost a look at many of them each time. Values are true until something
//! is written; an index says where to look first, and whoever looks there makes sure.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use drata_contract::operation::ApiVersion;
use drata_contract::resource::KindId;
use serde_json::Value;

use super::row::{Row, Within};

/// As many values as are kept; when there would be more, all of them go.
const MOST: usize = 1 << 17;

/// The numbers of rows by the text of one of their properties, in lower case.
pub(crate) type Index = HashMap<String, Vec<u64>>;

/// What an index is about: rows as a version sees them, and the property.
pub(crate) type About = (ApiVersion, KindId, Within, u64);

/// What was worked out.
#[derive(Debug, Default)]
pub(crate) struct Memo(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    values: HashMap<(ApiVersion, Row, u64), Value>,
    indexes: HashMap<About, Arc<Index>>,
}

impl Memo {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a row's property follows to, worked out once. `find` may ask for other values.
    pub(crate) fn value(&self, by: ApiVersion, row: Row, property: u64, find: impl FnOnce() -> Value) -> Value {
        let key = (by, row, property);
        if let Some(known) = self.inner().values.get(&key) {
            return known.clone();
        }
        let value = find();
        let mut inner = self.inner();
        if inner.values.len() >= MOST {
            inner.values = HashMap::new();
        }
        inner.values.insert(key, value.clone());
        value
    }

    /// An index of rows, made once: what is written afterwards is not in it.
    pub(crate) fn index(&self, about: About, make: impl FnOnce() -> Index) -> Arc<Index> {
        if let Some(known) = self.inner().indexes.get(&about) {
            return known.clone();
        }
        let index = Arc::new(make());
        self.inner().indexes.insert(about, index.clone());
        index
    }

    /// Forgets the values: something is written.
    pub(super) fn forget_values(&mut self) {
        let inner = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        if !inner.values.is_empty() {
            inner.values = HashMap::new();
        }
    }
}
