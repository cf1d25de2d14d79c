//! How the values of two enumerations differ.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::Effect;
use super::comparison::{Comparison, Spot};
use super::reach::Way;
use super::shape::Shape;
use crate::document::items;

impl Comparison<'_> {
    /// The values of an enumeration of texts.
    pub(super) fn values(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        if Shape::of(new) != Shape::Text {
            return;
        }
        let all = |schema: &Value| -> BTreeSet<String> {
            items(schema, "enum")
                .iter()
                .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                .collect()
        };
        let (before, after) = (all(old), all(new));
        let name = spot.name();
        match (before.is_empty(), after.is_empty()) {
            (true, true) => return,
            (true, false) => {
                let effect = spot.effect(|way| match way {
                    Way::Request => Effect::run("other values are rejected"),
                    _ => Effect::COMPATIBLE,
                });
                self.note("enum-closed", spot, format!("{name} is one of {} now", list(&after)), effect);
                return;
            }
            (false, true) => {
                self.note("enum-opened", spot, format!("{name} is any string now"), Effect::COMPATIBLE);
                return;
            }
            (false, false) => {}
        }
        let gone: BTreeSet<String> = before.difference(&after).cloned().collect();
        if !gone.is_empty() {
            let effect = spot.effect(|way| match way {
                Way::Request => Effect::run("the service rejects the value"),
                _ => Effect::COMPATIBLE,
            });
            self.note("enum-value-removed", spot, format!("{name} loses {}", list(&gone)), effect);
        }
        let come: BTreeSet<String> = after.difference(&before).cloned().collect();
        if !come.is_empty() {
            // Enumerations are open: a value from after the SDK was built is kept and written back.
            self.note("enum-value-added", spot, format!("{name} gains {}", list(&come)), Effect::COMPATIBLE);
        }
    }
}

/// The first few values and how many more there are.
pub(super) fn list(values: &BTreeSet<String>) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = values.iter().take(SHOWN).map(|value| format!("`{value}`")).collect();
    match values.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
