//! How two schemas differ, field by field.
//!
//! The SDK is tolerant where it reads: enumerations are open, unknown fields are kept, a number in quotes is a number, and
//! what is not required or may be null is an `Option` either way. A change that this absorbs is compatible.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::Effect;
use super::comparison::{Comparison, Spot};
use super::limits;
use super::reach::Way;
use super::shape::{Shape, describe, plain};
use super::values::list;
use crate::document::{SCHEMAS, escape, items, reference};
use crate::field_rules::FieldRule;
use crate::names::rules;

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
                    self.note("type-renamed", spot, what, Effect::COMPATIBLE);
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
        if rules::type_name(before) != rules::type_name(after) && is_type(old) && is_type(new) {
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
            self.note("type-renamed", &place, what, Effect::COMPATIBLE);
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
            self.note("deprecation", spot, format!("{name} {what}"), Effect::COMPATIBLE);
        }
        if old.get("default") != new.get("default") {
            let what =
                format!("{name}: the default was {} and is {}", worded(old.get("default")), worded(new.get("default")));
            let effect = spot.effect(|way| match way {
                Way::Request => Effect::run("leaving it out means something else"),
                _ => Effect::COMPATIBLE,
            });
            self.note("default", spot, what, effect);
        }
    }

    /// Compares what two schemas are, both resolved.
    fn structures(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let (before, after) = (Shape::of(old), Shape::of(new));
        if before != after {
            let what = format!("{} was {} and is {}", spot.name(), describe(old), describe(new));
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
            self.note("format", spot, what, Effect::COMPATIBLE);
        }
        if old.get("x-observed-type") != new.get("x-observed-type") {
            let what = match new.get("x-observed-type").and_then(Value::as_str) {
                Some(observed) => {
                    format!("{}: the samples show a {observed} now, against the declared type", spot.name())
                }
                None => format!("{}: the samples agree with the declared type now", spot.name()),
            };
            self.note("samples", spot, what, Effect::COMPATIBLE);
        }
        self.values(spot, old, new);
        for (kind, what, tightened) in limits::changes(old, new) {
            let effect = spot.effect(|way| match way {
                Way::Request if tightened => Effect::run("values that were accepted are rejected"),
                _ => Effect::COMPATIBLE,
            });
            self.note(kind, spot, format!("{}: {what}", spot.name()), effect);
        }
        self.rules(spot, old, new);
        self.fields(spot, old, new);
        // A list that does not say of what is one of anything.
        let (old_items, new_items) =
            (old.get("items").unwrap_or(&Value::Null), new.get("items").unwrap_or(&Value::Null));
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

    /// Rules about which fields go together.
    fn rules(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let (before, after) = (FieldRule::of(old), FieldRule::of(new));
        for rule in after.iter().filter(|rule| !before.contains(rule)) {
            let effect = spot.effect(|way| match way {
                Way::Request => Effect::run("requests that were accepted are rejected"),
                _ => Effect::COMPATIBLE,
            });
            self.note("rule-added", spot, format!("{} must hold {rule} now", spot.name()), effect);
        }
        for rule in before.iter().filter(|rule| !after.contains(rule)) {
            let what = format!("{} need not hold {rule} any more", spot.name());
            self.note("rule-removed", spot, what, Effect::COMPATIBLE);
        }
    }

    /// Whether fields beyond the declared ones are let through. The SDK writes none, and keeps those that it reads.
    fn openness(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        let closed = |schema: &Value| schema.get("additionalProperties") == Some(&Value::Bool(false));
        if closed(old) != closed(new) {
            let what = if closed(new) { "lets no other fields through now" } else { "lets other fields through now" };
            self.note("openness", spot, format!("{} {what}", spot.name()), Effect::COMPATIBLE);
        }
    }

    fn alternatives(&mut self, spot: &Spot<'_>, old: &Value, new: &Value) {
        for key in ["oneOf", "anyOf", "allOf"] {
            let (before, after) = (items(old, key), items(new, key));
            let all = |list: &[Value]| -> BTreeSet<String> { list.iter().map(describe).collect() };
            let (names_before, names_after) = (all(before), all(after));
            if names_before != names_after {
                let gone = names_before.difference(&names_after).next().is_some();
                let come = names_after.difference(&names_before).next().is_some();
                let effect = spot.effect(|way| match way {
                    Way::Request if gone => Effect::run("a form that was accepted is rejected"),
                    Way::Response if come => Effect::run("a response may have a form that was not there"),
                    _ => Effect::COMPATIBLE,
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
    let fits = match way {
        // What the old SDK reads although it was declared otherwise.
        Way::Response => {
            matches!((before, after), (Open, _) | (Number, Integer) | (Text, Integer | Number | Boolean | Time))
        }
        // What the service takes although it is declared otherwise.
        Way::Request => matches!((before, after), (_, Open) | (Integer, Number) | (Time, Text)),
        Way::Error => true,
    };
    match (way, fits) {
        (_, true) => Effect::COMPATIBLE,
        (Way::Request, false) => Effect::run("the service rejects what was right"),
        (_, false) => Effect::run("the response cannot be read"),
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
