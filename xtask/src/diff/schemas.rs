//! How two schemas differ, field by field.
//!
//! The SDK is tolerant where it reads: enumerations are open, unknown fields are kept, a number in quotes is a number, and
//! what is not required or may be null is an `Option` either way. A change that this absorbs only adds.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::Effect;
use super::comparison::{Comparison, Spot};
use super::limits;
use super::reach::Way;
use super::shape::{Shape, describe, nullable, plain};
use crate::document::{Document, SCHEMAS, escape, items, members, reference};
use crate::names;

impl Comparison<'_> {
    /// Compares two schemas that stand at the same place.
    pub(super) fn schemas(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        if old == new {
            return;
        }
        let (old, new) = (plain(old), plain(new));
        self.annotations(spot, &old, &new);
        match (reference(&old), reference(&new)) {
            (Some(before), Some(after)) if before == after => {}
            (Some(before), Some(after)) => self.other_name(spot, before, after),
            (None, None) => self.structures(spot, &old, &new),
            (before, after) => {
                let (resolved_old, resolved_new) = (self.old.resolve(&old), self.new.resolve(&new));
                if is_type(resolved_old) && is_type(resolved_new) {
                    let what = match (before, after) {
                        (Some(before), _) => format!("{}: its type {before} is declared in place now", spot.name()),
                        (_, after) => {
                            format!("{}: its type is declared as {} now", spot.name(), after.unwrap_or_default())
                        }
                    };
                    let effect = spot.effect(|_| Effect::compile("the type has another name"));
                    self.note("type-renamed", spot, what, effect);
                }
                let key = (before.unwrap_or_default().to_owned(), after.unwrap_or_default().to_owned());
                self.follow(key, |this| this.structures(spot, resolved_old, resolved_new));
            }
        }
    }

    /// A place refers to another named schema than before.
    fn other_name(&mut self, spot: &Spot<'_>, before: &str, after: &str) {
        let (Some(old), Some(new)) = (self.old.schema(before), self.new.schema(after)) else { return };
        let pointer = format!("{SCHEMAS}/{}", escape(after));
        if names::type_name(before) != names::type_name(after) && is_type(old) && is_type(new) {
            let gone = self.new.schema(before).is_none();
            let what = if gone {
                format!("schema {before} is called {after} now")
            } else {
                format!("{}: refers to {after} instead of {before}", spot.name())
            };
            let place = if gone {
                Spot { pointer: pointer.clone(), within: String::new(), ..spot.clone() }
            } else {
                spot.clone()
            };
            self.note("type-renamed", &place, what, spot.effect(|_| Effect::compile("the type has another name")));
        }
        let inner = Spot {
            subject: format!("schema {after} (was {before})"),
            within: String::new(),
            pointer,
            reach: spot.reach,
        };
        self.follow((before.to_owned(), after.to_owned()), |this| this.schemas(&inner, old, new));
    }

    fn follow(&mut self, pair: (String, String), compare: impl FnOnce(&mut Self)) {
        if !self.following.contains(&pair) {
            self.following.push(pair);
            compare(self);
            self.following.pop();
        }
    }

    /// What stands beside the type.
    fn annotations(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let name = spot.name();
        let mark = |schema: &Value| schema.get("deprecated") == Some(&Value::Bool(true));
        if mark(old) != mark(new) {
            let what = if mark(new) { "is deprecated" } else { "is not deprecated any more" };
            self.note("deprecation", spot, format!("{name} {what}"), Effect::ADDS);
        }
        if old.get("default") != new.get("default") {
            let what =
                format!("{name}: the default was {} and is {}", worded(old.get("default")), worded(new.get("default")));
            let effect = spot.effect(|way| match way {
                Way::Request => Effect::run("leaving it out means something else"),
                _ => Effect::ADDS,
            });
            self.note("default", spot, what, effect);
        }
    }

    /// Compares what two schemas are, both resolved.
    fn structures(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let (before, after) = (Shape::of(old), Shape::of(new));
        if before != after {
            let what = format!("{} was {} and is {}", spot.name(), describe(self.old, old), describe(self.new, new));
            self.note("retyped", spot, what, spot.effect(|way| retyped(way, before, after)));
            return;
        }
        let spelling = |schema: &Value| (schema.get("type").cloned(), schema.get("format").cloned());
        if spelling(old) != spelling(new) {
            let what = format!(
                "{}: declared as {} instead of {}, the same type in the SDK",
                spot.name(),
                spelled(new),
                spelled(old)
            );
            self.note("format", spot, what, Effect::ADDS);
        }
        if old.get("x-observed-type") != new.get("x-observed-type") {
            let what = match new.get("x-observed-type").and_then(Value::as_str) {
                Some(observed) => {
                    format!("{}: the samples show a {observed} now, against the declared type", spot.name())
                }
                None => format!("{}: the samples agree with the declared type now", spot.name()),
            };
            self.note("samples", spot, what, Effect::ADDS);
        }
        self.values(spot, old, new);
        for (kind, what, tightened) in limits::changes(old, new) {
            let effect = spot.effect(|way| match way {
                Way::Request if tightened => Effect::run("values that were accepted are refused"),
                _ => Effect::ADDS,
            });
            self.note(kind, spot, format!("{}: {what}", spot.name()), effect);
        }
        self.fields(spot, old, new);
        // A list that does not say of what is one of anything.
        let (old_items, new_items) = (old.get("items").unwrap_or(&Value::Null), new.get("items").unwrap_or(&Value::Null));
        self.nulls(&spot.part("items", "[]"), old_items, new_items);
        self.schemas(&spot.part("items", "[]"), old_items, new_items);
        if before == Shape::Map
            && let (Some(old), Some(new)) = (old.get("additionalProperties"), new.get("additionalProperties"))
        {
            self.schemas(&spot.part("additionalProperties", "{}"), old, new);
        }
        self.openness(spot, old, new);
        self.alternatives(spot, old, new);
    }

    /// Whether fields beyond the declared ones are let through. The SDK writes none, and keeps those that it reads.
    fn openness(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let closed = |schema: &Value| schema.get("additionalProperties") == Some(&Value::Bool(false));
        if closed(old) != closed(new) {
            let what = if closed(new) { "lets no other fields through now" } else { "lets other fields through now" };
            self.note("openness", spot, format!("{} {what}", spot.name()), Effect::ADDS);
        }
    }

    /// The values of an enumeration of texts.
    fn values(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
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
                    Way::Request => Effect::both("the text becomes an enumeration", "other values are refused"),
                    _ => Effect::compile("the text becomes an enumeration"),
                });
                self.note("enum-closed", spot, format!("{name} is one of {} now", list(&after)), effect);
                return;
            }
            (false, true) => {
                let effect = spot.effect(|_| Effect::compile("the enumeration becomes a text"));
                self.note("enum-opened", spot, format!("{name} is any text now"), effect);
                return;
            }
            (false, false) => {}
        }
        let gone: BTreeSet<String> = before.difference(&after).cloned().collect();
        if !gone.is_empty() {
            let effect = spot.effect(|way| match way {
                Way::Request => Effect::both("the variant is gone", "the service refuses the value"),
                _ => Effect::compile("the variant is gone"),
            });
            self.note("enum-value-removed", spot, format!("{name} loses {}", list(&gone)), effect);
        }
        let come: BTreeSet<String> = after.difference(&before).cloned().collect();
        if !come.is_empty() {
            // Enumerations are open: a value from after the SDK was built is kept and written back.
            self.note("enum-value-added", spot, format!("{name} gains {}", list(&come)), Effect::ADDS);
        }
    }

    fn fields(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
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
            let what = format!(
                "{}field {}, {}, is new",
                if must { "required " } else { "" },
                field.name(),
                describe(self.new, schema)
            );
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

    fn alternatives(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        for key in ["oneOf", "anyOf", "allOf"] {
            let (before, after) = (items(old, key), items(new, key));
            let all = |document: &Document, list: &[Value]| -> BTreeSet<String> {
                list.iter().map(|schema| describe(document, schema)).collect()
            };
            let (names_before, names_after) = (all(self.old, before), all(self.new, after));
            if names_before != names_after {
                let gone = names_before.difference(&names_after).next().is_some();
                let come = names_after.difference(&names_before).next().is_some();
                let effect = spot.effect(|way| match way {
                    Way::Request if gone => Effect::both("the type changes", "a form that was accepted is refused"),
                    Way::Answer if come => {
                        Effect::both("the type changes", "an answer may have a form that was not there")
                    }
                    _ => Effect::compile("the type changes"),
                });
                let what = format!(
                    "{} was a choice of {} and is one of {}",
                    spot.name(),
                    list(&names_before),
                    list(&names_after)
                );
                self.note("alternatives", spot, what, effect);
            } else {
                for (index, (old, new)) in before.iter().zip(after).enumerate() {
                    self.schemas(&spot.part(&format!("{key}/{index}"), ""), old, new);
                }
            }
        }
    }
}

/// Whether a schema becomes a type with a name.
fn is_type(schema: &Value) -> bool {
    schema.get("properties").is_some() || schema.get("enum").is_some()
}

/// What another type does.
fn retyped(way: Way, before: Shape, after: Shape) -> Effect {
    use Shape::{Boolean, Integer, Number, Open, Text, Time};
    let compile = Effect::compile("the type changes");
    let fits = match way {
        // What the old SDK reads although it was declared otherwise.
        Way::Answer => {
            matches!((before, after), (Open, _) | (Number, Integer) | (Text, Integer | Number | Boolean | Time))
        }
        // What the service takes although it is declared otherwise.
        Way::Request => matches!((before, after), (_, Open) | (Integer, Number) | (Time, Text)),
        Way::Error => true,
    };
    match (way, fits) {
        (_, true) => compile,
        (Way::Request, false) => compile.and(Effect::run("the service refuses what was right")),
        (_, false) => compile.and(Effect::run("the answer cannot be read")),
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

/// The first few values and how many more there are.
fn list(values: &BTreeSet<String>) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = values.iter().take(SHOWN).map(|value| format!("`{value}`")).collect();
    match values.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn worded(value: Option<&Value>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| format!("`{value}`"))
}

fn spelled(schema: &Value) -> String {
    let part = |key: &str| schema.get(key).and_then(Value::as_str);
    match (part("type"), part("format")) {
        (Some(kind), Some(format)) => format!("{kind} ({format})"),
        (Some(kind), None) => kind.to_owned(),
        (None, Some(format)) => format!("nothing but a format ({format})"),
        (None, None) => "no type".to_owned(),
    }
}
