//! How the fields of two objects differ: which came and went, which must be there, and which may be null.

use serde_json::Value;

use super::change::Effect;
use super::comparison::{Comparison, Spot};
use super::reach::Way;
use super::shape::{describe, nullable, plain};
use crate::document::{items, members};

impl Comparison<'_> {
    pub(super) fn fields(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let required = |schema: &Value, name: &str| items(schema, "required").iter().any(|one| one == name);
        let has = |schema: &Value, name: &str| schema["properties"].get(name).is_some();
        let gone: Vec<(&String, &Value)> = members(old, "properties").filter(|(name, _)| !has(new, name)).collect();
        let come: Vec<(&String, &Value)> = members(new, "properties").filter(|(name, _)| !has(old, name)).collect();

        // One that went and one that came, alike in all but the name, is one that was renamed.
        let renamed = match (gone.as_slice(), come.as_slice()) {
            ([(from, old_field)], [(to, new_field)]) => {
                old_field == new_field && required(old, from) == required(new, to)
            }
            _ => false,
        };
        for (name, schema) in &gone {
            let field = spot.field(name);
            let safe = !required(old, name) || nullable(&plain(schema));
            let effect = field.effect(|way| match way {
                Way::Request if renamed && required(old, name) => {
                    Effect::run("the service rejects a request without the new name")
                }
                Way::Request => Effect::run("the service does not know it any more"),
                _ if safe => Effect::run("it reads as absent"),
                _ => Effect::run("a response without it cannot be read"),
            });
            if renamed {
                let what = format!("field {} is called `{}` now", field.name(), come[0].0);
                self.note("field-renamed", &spot.field(come[0].0), what, effect);
            } else {
                self.note("field-removed", &field, format!("field {} is removed", field.name()), effect);
            }
        }
        for (name, schema) in come.iter().filter(|_| !renamed) {
            let field = spot.field(name);
            let must = required(new, name);
            let effect = field.effect(|way| match way {
                Way::Request if must => Effect::run("a request without it is rejected"),
                _ => Effect::COMPATIBLE,
            });
            let kind = if must { "required-field-added" } else { "field-added" };
            let what =
                format!("{}field {}, {}, is new", if must { "required " } else { "" }, field.name(), describe(schema));
            self.note(kind, &field, what, effect);
        }
        for (name, before) in members(old, "properties") {
            if let Some(after) = new["properties"].get(name) {
                let field = spot.field(name);
                self.presence(&field, (required(old, name), before), (required(new, name), after));
                self.schemas(&field, before, after);
            }
        }
    }

    /// Whether a field must be there, and whether it may be null.
    fn presence(&mut self, field: &Spot<'_>, old: (bool, &Value), new: (bool, &Value)) {
        let null = |schema: &Value| nullable(&plain(schema));
        let (before, after) = ((old.0, null(old.1)), (new.0, null(new.1)));
        if before.0 != after.0 {
            let (kind, what) = match after.0 {
                true => ("field-required", "is required now"),
                false => ("field-optional", "is not required any more"),
            };
            let effect = field.effect(|way| presence(way, before, (after.0, before.1)));
            self.note(kind, field, format!("field {} {what}", field.name()), effect);
        }
        if before.1 != after.1 {
            let (kind, what) = match after.1 {
                true => ("field-nullable", "may be null now"),
                false => ("field-not-nullable", "is never null now"),
            };
            let effect = field.effect(|way| presence(way, (after.0, before.1), after));
            self.note(kind, field, format!("field {} {what}", field.name()), effect);
        }
    }

    /// Whether an item of a list or a body may be null.
    pub(super) fn nulls(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let (before, after) = (nullable(&plain(old)), nullable(&plain(new)));
        if before != after {
            let effect = spot.effect(|way| presence(way, (true, before), (true, after)));
            let what = if after { "may be null now" } else { "is never null now" };
            self.note(if after { "nullable" } else { "not-nullable" }, spot, format!("{} {what}", spot.name()), effect);
        }
    }
}

/// What a change of `(required, nullable)` does.
fn presence(way: Way, before: (bool, bool), after: (bool, bool)) -> Effect {
    match way {
        Way::Response => {
            let optional = |(required, nullable): (bool, bool)| !required || nullable;
            match !optional(before) && optional(after) {
                true => Effect::run("a response without a value cannot be read"),
                false => Effect::COMPATIBLE,
            }
        }
        Way::Request => {
            let mut effect = Effect::COMPATIBLE;
            if after.0 && !before.0 {
                effect = effect.and(Effect::run("a request without it is rejected"));
            }
            if before.1 && !after.1 {
                effect = effect.and(Effect::run("null is rejected"));
            }
            effect
        }
        Way::Error => Effect::COMPATIBLE,
    }
}
