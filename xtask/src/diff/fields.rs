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
                    Effect::both("the field is gone", "the service refuses a request without the new name")
                }
                Way::Request => Effect::both("the field is gone", "the service does not know it any more"),
                _ if safe => Effect::both("the field is gone", "it reads as absent"),
                _ => Effect::both("the field is gone", "an answer without it cannot be read"),
            });
            if renamed {
                let what = format!("field {} is called `{}` now", field.name(), come[0].0);
                self.note("field-renamed", &spot.field(come[0].0), what, effect);
            } else {
                self.note("field-removed", &field, format!("field {} is gone", field.name()), effect);
            }
        }
        for (name, schema) in come.iter().filter(|_| !renamed) {
            let field = spot.field(name);
            let must = required(new, name);
            let effect = field.effect(|way| match way {
                Way::Request if must => Effect::both("the constructor takes it", "a request without it is refused"),
                _ => Effect::ADDS,
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
    let changes = |before: u8, after: u8| {
        if before == after { Effect::ADDS } else { Effect::compile("the type of the field changes") }
    };
    match way {
        Way::Answer => {
            let form = |(required, nullable): (bool, bool)| u8::from(!required || nullable);
            let run = match form(before) == 0 && form(after) == 1 {
                true => Effect::run("an answer without a value cannot be read"),
                false => Effect::ADDS,
            };
            changes(form(before), form(after)).and(run)
        }
        Way::Request => {
            // A plain value, an option in the constructor, an option, and one of leave, set and clear.
            let form = |(required, nullable)| match (required, nullable) {
                (true, false) => 0,
                (true, true) => 1,
                (false, false) => 2,
                (false, true) => 3,
            };
            let mut effect = changes(form(before), form(after));
            if after.0 && !before.0 {
                effect = effect.and(Effect::run("a request without it is refused"));
            }
            if before.1 && !after.1 {
                effect = effect.and(Effect::run("null is refused"));
            }
            effect
        }
        Way::Error => Effect::ADDS,
    }
}
