//! What has changed in a list since it was read last.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::time::Duration;

use drata_api::{Error, ItemKey, Paged, Timestamp};
use serde::{Deserialize, Serialize};

use crate::lists::ListExt as _;

/// What has changed in a list whose items have ids, since it was read last: new, changed and removed items.
///
/// It keeps a fingerprint of each item, no content; serialize it, and go on in another process. Each
/// [`poll`](Self::poll) reads the whole list, and changes the state only when it got to its end. Save the state after the
/// changes were dealt with: then none is missed, and after a crash some come again.
///
/// ```no_run
/// use drata_ext::{Change, ListChanges};
///
/// # async fn example(drata: drata_ext::Drata, saved: Option<String>) -> Result<(), Box<dyn std::error::Error>> {
/// let mut seen: ListChanges = saved.map_or_else(|| Ok(ListChanges::default()), |saved| serde_json::from_str(&saved))?;
/// for change in seen.poll(drata.v2().risks().list(1)).await? {
///     match change {
///         Change::Added(risk) => println!("new: {}", risk.title),
///         Change::Changed(risk) => println!("changed: {}", risk.title),
///         Change::Removed(id) => println!("gone: {id:?}"),
///         _ => {}
///     }
/// }
/// std::fs::write("state.json", serde_json::to_string(&seen)?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListChanges {
    /// The fingerprint of each item, by its key.
    seen: BTreeMap<String, u64>,
}

/// A change of a list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change<T> {
    /// An item that was not there.
    Added(T),
    /// An item that was there, and different.
    Changed(T),
    /// The key of an item that is there no more.
    Removed(ItemKey),
}

impl ListChanges {
    /// Reads the list and returns what has changed. The first time, everything is new. Where items of a list of several pages
    /// seem to be gone, it is read once more, since items also move while it is read.
    ///
    /// # Errors
    ///
    /// As any walk through a list; also when an item does not decode or has no id, since it could not be told from one that was
    /// removed. The state is then as before.
    pub async fn poll<P>(&mut self, list: P) -> Result<Vec<Change<P::Item>>, Error>
    where
        P: Paged,
        P::Item: Serialize,
    {
        let (mut seen, mut changes) = (BTreeMap::new(), Vec::new());
        let pages = self.walk(list.clone(), &mut seen, &mut changes).await?;
        let gone = |seen: &BTreeMap<String, u64>| -> Vec<String> {
            self.seen.keys().filter(|key| !seen.contains_key(*key)).cloned().collect()
        };
        // An item that moved to an earlier page during the walk was not seen, and is found by another.
        if pages > 1 && !gone(&seen).is_empty() {
            self.walk(list, &mut seen, &mut changes).await?;
        }
        changes.extend(gone(&seen).iter().map(|key| Change::Removed(read(key))));
        self.seen = seen;
        Ok(changes)
    }

    /// Reads the list, notes the items that were not `seen` yet, and returns how many pages there were.
    async fn walk<P>(
        &self,
        list: P,
        seen: &mut BTreeMap<String, u64>,
        changes: &mut Vec<Change<P::Item>>,
    ) -> Result<u64, Error>
    where
        P: Paged,
        P::Item: Serialize,
    {
        let operation = list.call().request().operation;
        let mut items = list.stream();
        while let Some(item) = items.next().await {
            let item = item?;
            let Some(key) = P::key(&item) else {
                return Err(Error::invalid(operation, "the items of this list have no id to know them by"));
            };
            let key = written(&key);
            if seen.contains_key(&key) {
                continue;
            }
            let fingerprint = fingerprint(&item).map_err(|problem| Error::invalid(operation, problem))?;
            match self.seen.get(&key) {
                None => changes.push(Change::Added(item)),
                Some(before) if *before != fingerprint => changes.push(Change::Changed(item)),
                Some(_) => {}
            }
            seen.insert(key, fingerprint);
        }
        Ok(items.progress().pages)
    }

    /// Returns how many items there were when the list was read last.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Returns whether there were none, or the list was never read.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }
}

/// What is new in a list that can be filtered by time, since it was read last. It reads the new part alone.
///
/// Items may appear late, and share their time: so each [`poll`](Self::poll) reads a little further back than the last item,
/// and leaves out what it returned before. One whose time is in the future by this machine's clock does not move that on.
/// Serialise it, and go on in another process.
///
/// ```no_run
/// use drata_ext::NewItems;
///
/// # async fn example(drata: drata_ext::Drata, mut state: NewItems) -> Result<(), drata_ext::Error> {
/// // Begun with: NewItems::since("2026-11-24T00:00:00Z")
/// let events = drata.v2().events();
/// let list = |since| events.list().created_at_start_date(since);
/// for event in state.poll(list, |event| &event.created_at).await? {
///     println!("{}", event.id);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewItems {
    since: Timestamp,
    /// How much further back is read, in seconds.
    overlap: u64,
    /// The keys of what was returned since then, with their times in milliseconds.
    recent: BTreeMap<String, i64>,
}

impl NewItems {
    /// Returns a state that begins at this time.
    pub fn since(time: impl Into<Timestamp>) -> Self {
        Self { since: time.into(), overlap: 300, recent: BTreeMap::new() }
    }

    /// Sets how much further back than the last item is read; five minutes by default. An item that appears later than that
    /// after its time is missed.
    #[must_use]
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.overlap = overlap.as_secs();
        self
    }

    /// Reads what `list` returns for a time, and returns the items that are new, in its order. `time` is the time of an item
    /// that the list is filtered by.
    ///
    /// # Errors
    ///
    /// As any walk through a list; also when an item does not decode, has no id, or no time that can be read. The state is then
    /// as before.
    pub async fn poll<P: Paged>(
        &mut self,
        list: impl FnOnce(Timestamp) -> P,
        time: impl Fn(&P::Item) -> &Timestamp,
    ) -> Result<Vec<P::Item>, Error> {
        let list = list(self.since.clone());
        let operation = list.call().request().operation;
        let invalid = |problem: String| Error::invalid(operation, problem);
        let begin = self.since.to_instant().map_err(|error| invalid(error.to_string()))?;
        let now = jiff::Timestamp::now().as_millisecond();
        let mut latest = begin.as_millisecond();
        let mut recent = self.recent.clone();
        let mut items = list.stream();
        let mut new = Vec::new();
        while let Some(item) = items.next().await {
            let item = item?;
            let Some(key) = P::key(&item) else {
                return Err(invalid("the items of this list have no id to know them by".to_owned()));
            };
            let at = time(&item).to_instant().map_err(|error| invalid(error.to_string()))?.as_millisecond();
            // A time to come is somebody's mistake: what appears until then has to be read all the same.
            if at <= now {
                latest = latest.max(at);
            }
            if recent.insert(written(&key), at).is_none() {
                new.push(item);
            }
        }
        let overlap = i64::try_from(self.overlap).unwrap_or(i64::MAX).saturating_mul(1000);
        // Never further back than before, and what is read again is known.
        let next = latest.saturating_sub(overlap).max(begin.as_millisecond());
        recent.retain(|_, at| *at >= next);
        self.since = jiff::Timestamp::from_millisecond(next).map_err(|error| invalid(error.to_string()))?.into();
        self.recent = recent;
        Ok(new)
    }
}

/// A key as text: numbers and strings that look the same stay apart.
fn written(key: &ItemKey) -> String {
    match key {
        ItemKey::Number(number) => number.to_string(),
        ItemKey::Text(text) => format!("\"{text}"),
        other => format!("\"{other:?}"),
    }
}

fn read(key: &str) -> ItemKey {
    match (key.strip_prefix('"'), key.parse::<i64>()) {
        (None, Ok(number)) => number.into(),
        (Some(text), _) => text.into(),
        (None, Err(_)) => key.into(),
    }
}

/// A number that changes when the item does. It is the same in every process of this version of the program.
fn fingerprint(item: &impl Serialize) -> Result<u64, String> {
    let json = serde_json::to_string(item).map_err(|error| format!("an item cannot be written as JSON: {error}"))?;
    let mut hasher = DefaultHasher::new();
    json.hash(&mut hasher);
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_being_written() {
        for key in [ItemKey::Number(7), ItemKey::Number(-7), "7".into(), "\"7".into(), "".into()] {
            assert_eq!(read(&written(&key)), key);
        }
    }
}
