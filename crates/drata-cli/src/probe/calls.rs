//! What reading operations are called with: identifiers that lists showed.

use std::collections::BTreeMap;

use drata_contract::operation::{Operation, Place};
use drata_contract::resource::{KindId, Plan};
use drata_contract::sample::{Extent, sample};
use drata_contract::schema::Shape;
use drata_ext::by_name::Known;
use serde_json::Value;

/// Fields that identify a row, the most telling first.
const IDENTIFIERS: [&str; 4] = ["testId", "sessionId", "identityId", "id"];

/// One row of each kind, by the identifiers on the way to it.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// The values of the path parameters that lead to a row of a kind, and the row's own.
    rows: BTreeMap<KindId, (Vec<(KindId, Value)>, Value)>,
}

impl Ids {
    /// Whether every row that the path names is known.
    pub(super) fn covers(&self, operation: &Operation) -> bool {
        operation.anchors.iter().all(|anchor| self.rows.contains_key(&anchor.kind))
    }

    /// The values that a call needs: identifiers of rows that belong together, and samples of what else is required.
    pub(super) fn values(&self, known: Known) -> Vec<(&'static str, Value)> {
        let operation = known.operation;
        let mut values: Vec<(&'static str, Value)> = Vec::new();
        // The innermost row says whose it is.
        let inner = operation.anchors.iter().rev().find_map(|anchor| self.rows.get(&anchor.kind));
        for anchor in &operation.anchors {
            let on_the_way =
                inner.and_then(|(way, _)| way.iter().find(|(kind, _)| *kind == anchor.kind).map(|(_, id)| id));
            let own = self.rows.get(&anchor.kind).map(|(_, id)| id);
            if let Some(id) = on_the_way.or(own) {
                values.push((&anchor.parameter, id.clone()));
            }
        }
        let schemas = &known.contract.schemas;
        for parameter in operation.parameters.iter().filter(|one| one.required && one.place != Place::Path) {
            let mut value = sample(schemas, parameter.schema, Extent::Required);
            if let Shape::Array(array) = &schemas.get(parameter.schema).shape {
                value = Value::Array(vec![sample(schemas, array.items, Extent::Required)]);
            }
            values.push((&parameter.name, value));
        }
        values
    }

    /// Keeps the first row of a list.
    pub(super) fn learn(&mut self, known: Known, page: &Value) {
        let Plan::List { kind, .. } = &known.operation.plan else { return };
        let Some(way) = known.operation.rows() else { return };
        let rows = way.iter().try_fold(page, |value, step| value.get(*step));
        let Some(row) = rows.and_then(|rows| rows.get(0)) else { return };
        let id = IDENTIFIERS.iter().find_map(|name| row.get(*name)).filter(|id| id.is_number() || id.is_string());
        let Some(id) = id else { return };
        let through: Vec<(KindId, Value)> = known
            .operation
            .anchors
            .iter()
            .filter_map(|anchor| Some((anchor.kind, self.rows.get(&anchor.kind)?.1.clone())))
            .collect();
        self.rows.entry(*kind).or_insert_with(|| (through, id.clone()));
    }
}
