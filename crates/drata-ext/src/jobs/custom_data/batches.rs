//! Records in batches that the service takes.

use serde_json::Value;

/// The most bytes of a batch: the service takes 5 MB, and the rest of the request has to fit too.
const MAX_BYTES: usize = 4_500_000;
/// The most records of a batch.
const MAX_RECORDS: usize = 500;

/// How large a batch may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) bytes: usize,
    pub(super) records: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: MAX_BYTES, records: MAX_RECORDS }
    }
}

/// Some records in their order, each with its position in the ledger.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) records: Vec<(usize, Value)>,
    bytes: usize,
}

/// Divides records, each with its position and the bytes of its JSON, into batches.
pub(super) fn batches(records: Vec<(usize, Value, usize)>, limits: Limits) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for (position, record, bytes) in records {
        let fits = |batch: &&mut Batch| batch.records.len() < limits.records && batch.bytes + bytes <= limits.bytes;
        match batches.last_mut().filter(fits) {
            Some(batch) => {
                batch.bytes += bytes;
                batch.records.push((position, record));
            }
            None => batches.push(Batch { records: vec![(position, record)], bytes }),
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_record_is_in_one_batch_that_is_not_too_large(
            sizes in prop::collection::vec(1..100usize, 0..200),
            bytes in 100..500usize,
            records in 1..20usize,
        ) {
            let given = sizes.iter().enumerate().map(|(position, size)| (position, Value::Null, *size)).collect();
            let batches = batches(given, Limits { bytes, records });
            let positions: Vec<_> = batches.iter().flat_map(|batch| batch.records.iter().map(|(at, _)| *at)).collect();
            prop_assert_eq!(positions, (0..sizes.len()).collect::<Vec<_>>());
            for batch in &batches {
                let size: usize = batch.records.iter().map(|(at, _)| sizes[*at]).sum();
                prop_assert!(size <= bytes && batch.records.len() <= records);
            }
        }
    }
}
