//! What follows from the rest of a row, or from the rows that it points to: scores, switches, flags and counts. Nothing of
//! it is drawn, so that it cannot contradict what it is about, whatever requests write.

use std::collections::HashSet;

use drata_contract::hash;
use drata_contract::role::{self, Noun};
use serde_json::Value;

use super::coerce;
use super::dates;
use super::painter::{Painter, Subject};
use crate::contract::resource::KindId;
use crate::contract::schema::{Property, Shape};
use crate::contract::targets::Target;
use crate::draw::mix;
use crate::state::row::{Row, Within};

/// Numbers that are the product of two others.
const PRODUCTS: &[(&str, [&str; 2])] =
    &[("score", ["impact", "likelihood"]), ("residualScore", ["residualImpact", "residualLikelihood"])];

/// Figures about more rows than this are drawn, since a list costs what its page holds.
const MOST: u64 = 10_000;

/// Seconds before a renewal in which it is due soon.
const SOON: i64 = 30 * 86_400;

impl Painter<'_> {
    /// The value of a property that follows from others; `None` where none does.
    pub(super) fn derived(&self, subject: &Subject<'_>, property: &Property) -> Option<Value> {
        let owner = subject.owner?;
        let schema = self.catalog.schemas.get(property.schema);
        let value = match &schema.shape {
            Shape::Boolean => self.switch(subject, owner, &property.name)?.into(),
            Shape::Integer(_) | Shape::Number(_) => self.number(subject, owner, &property.name)?,
            Shape::Enum(_) | Shape::Text(_) => self.word(subject, owner, &property.name)?,
            _ => return None,
        };
        match value {
            Value::Null => schema.nullable.then_some(Value::Null),
            value => coerce::to(&self.catalog.schemas, property.schema, &value),
        }
    }

    /// A property of a row; `Null` for one that the row has and that has no value.
    fn of(&self, row: Row, name: &str) -> Option<Value> {
        let schema = self.catalog.kinds().get(row.kind).schema?;
        self.catalog.schemas.object(schema)?.property(name)?;
        self.field(row, schema, name)
    }

    fn is(&self, row: Row, name: &str) -> Option<bool> {
        self.of(row, name)?.as_bool()
    }

    fn switch(&self, subject: &Subject<'_>, owner: Row, name: &str) -> Option<bool> {
        match name {
            "hasExpiredRenewalDate" | "isExpired" => return self.is_over(owner, "renewalDate"),
            "isReady" => return self.is_ready(owner),
            "isOutOfScope" => return Some(!self.of(subject.row()?, "archivedAt")?.is_null()),
            "isMonitored" => return Some(self.tests_of(owner)?.next().is_some()),
            _ => {}
        }
        if let Some(noun) = name.strip_prefix("has") {
            return self.has_some(owner, noun);
        }
        let row = subject.row()?;
        if self.is_key(row, "devices") && SAFEGUARDS.contains(&name) {
            // What does not comply lacks the first of them, and most of what does comply lacks none.
            return match self.is(row, "isDeviceCompliant")? {
                true => Some(true),
                false => (name == SAFEGUARDS[0]).then_some(false),
            };
        }
        if let Some(other) = name.strip_suffix("Active").filter(|other| other.starts_with("is")) {
            return (!self.is(row, other)?).then_some(false);
        }
        // `isCompleted` says that there is a `completedAt`.
        let stem = name.strip_prefix("is").filter(|stem| stem.ends_with("ed"))?;
        let at = format!("{}{}At", stem.get(..1)?.to_lowercase(), stem.get(1..)?);
        Some(!self.of(row, &at)?.is_null())
    }

    fn number(&self, subject: &Subject<'_>, owner: Row, name: &str) -> Option<Value> {
        let row = subject.row()?;
        if let Some((_, factors)) = PRODUCTS.iter().find(|(product, _)| *product == name) {
            let [one, other] = [self.of(row, factors[0])?, self.of(row, factors[1])?];
            return Some(one.as_u64().zip(other.as_u64()).map_or(Value::Null, |(one, other)| (one * other).into()));
        }
        match name {
            "totalInScopeControls" | "numInScopeControls" => {
                let find = || self.controls_of(row).map(|all| all.len()).into();
                Some(self.once(row, "numInScopeControls", find)).filter(|count| !count.is_null())
            }
            "numInScopeRequirements" => {
                let find = || self.requirements_of(row).map(|all| all.len()).into();
                Some(self.once(row, name, find)).filter(|count| !count.is_null())
            }
            "numReadyInScopeRequirements" => {
                let ready = |all: Vec<Row>| all.into_iter().filter(|row| self.is_ready(*row) == Some(true)).count();
                let find = || self.requirements_of(row).map(ready).into();
                Some(self.once(row, name, find)).filter(|count| !count.is_null())
            }
            "scopedPersonnelCount" => {
                let people = self.store.numbers(self.by, self.kind("personnel")?, Within::ALL);
                if people.count() > MOST {
                    return None;
                }
                let find = || self.scoped_people(owner).map(|(scoped, _)| scoped).into();
                Some(self.once(owner, name, find)).filter(|count| !count.is_null())
            }
            "totalQuestionsAnswered" => {
                let all = self.of(row, "totalQuestions")?.as_u64()?;
                let is_done = self.is(row, "isCompleted")?;
                Some(if is_done { all } else { subject.draw.named("answered").below(all.max(1)) }.into())
            }
            "passwordMinLength" => (!self.is(row, "passwordRequiresMinLength")?).then_some(Value::Null),
            _ => None,
        }
    }

    fn word(&self, subject: &Subject<'_>, owner: Row, name: &str) -> Option<Value> {
        let row = subject.row().filter(|row| *row == owner)?;
        match name {
            "renewalDateStatus" => {
                let date = self.of(row, "renewalDate")?;
                let left =
                    date.as_str().and_then(dates::parse).map(|at| at.as_second() - self.today(row, "renewalDate"));
                Some(Value::from(match left {
                    None => "NO_RENEWAL",
                    Some(..0) => "RENEWAL_DUE",
                    Some(..SOON) => "RENEWAL_DUE_SOON",
                    Some(_) => "COMPLETED",
                }))
            }
            "decision" if self.is_key(row, "vendors/security-reviews") => {
                let is_done = self.of(row, "status")?.as_str()? == "COMPLETED";
                const DECISIONS: &[&str] = &["APPROVED", "APPROVED_WITH_CONDITIONS", "APPROVED", "REJECTED"];
                Some(Value::from(if is_done { subject.draw.named("decision").pick(DECISIONS) } else { "PENDING" }))
            }
            _ => None,
        }
    }

    /// How a test ended.
    pub(super) fn result(&self, row: Row) -> Option<String> {
        Some(self.of(row, "checkResultStatus")?.as_str()?.to_owned())
    }

    fn is_key(&self, row: Row, key: &str) -> bool {
        *self.catalog.kinds().get(row.kind).key == *key
    }

    /// Whether a day of a row has passed.
    fn is_over(&self, row: Row, name: &str) -> Option<bool> {
        let date = self.of(row, name)?;
        Some(date.as_str().and_then(dates::parse).is_some_and(|at| at.as_second() < self.today(row, name)))
    }

    /// The second from which a date of a row is seen: what is seeded is as it was on the last day of seeded data.
    fn today(&self, row: Row, name: &str) -> i64 {
        match self.store.written(row).filter(|written| written.contains_key(name)) {
            Some(_) => self.links.clock.now().as_second(),
            None => dates::END,
        }
    }

    /// `hasOwner`: whether the row points to any.
    fn has_some(&self, owner: Row, word: &str) -> Option<bool> {
        let (noun, stem) = (Noun::of(word), role::stem(word));
        let target = self.catalog.target_of(owner.kind, noun, self.catalog.stem(owner.kind, stem))?;
        let is_told = matches!(target, Target::Related(_) | Target::Children(_));
        is_told.then(|| self.rows(&self.subject(owner, 0), target, noun, stem, true).numbers.count() > 0)
    }

    /// Whether a control, a requirement or a framework is ready: a control that something proves and no test contradicts,
    /// a requirement whose controls are, a framework whose requirements are.
    fn is_ready(&self, row: Row) -> Option<bool> {
        self.once(row, "isReady", || self.work_out_ready(row).into()).as_bool()
    }

    /// What follows from many rows is worked out once while nothing is written.
    fn once(&self, row: Row, name: &str, find: impl FnOnce() -> Value) -> Value {
        let workspace = self.store.workspace(row).unwrap_or(self.workspace);
        self.store.memo.value(self.by, row, mix(hash::text(name), workspace), find)
    }

    fn work_out_ready(&self, row: Row) -> Option<bool> {
        if self.is_key(row, "controls") {
            let results = self.tests_of(row)?.map(|test| self.of(test, "checkResultStatus"));
            let results: Vec<_> = results.flatten().collect();
            let proves = results.iter().any(|result| result == "PASSED")
                || ["evidence", "policy"].into_iter().any(|what| self.has_some(row, what) == Some(true));
            return Some(proves && !results.iter().any(|result| result == "FAILED"));
        }
        if let Some(requirements) = self.requirements_of(row) {
            return Some(requirements.into_iter().all(|row| self.is_ready(row) == Some(true)));
        }
        let controls = self.controls_of(row)?;
        Some(controls.into_iter().all(|row| self.is_ready(row) == Some(true)))
    }

    fn tests_of(&self, control: Row) -> Option<impl Iterator<Item = Row>> {
        let side = self.catalog.relations.shown_by(control.kind, hash::text("test"))?;
        let numbers = self.store.related(self.by, side, control.number, self.workspace);
        let numbers: Vec<_> = numbers.iter().collect();
        Some(numbers.into_iter().map(move |number| Row { kind: side.leads_to(), number }))
    }

    /// The requirements of a framework that are in scope.
    fn requirements_of(&self, framework: Row) -> Option<Vec<Row>> {
        let kind = self.kind("frameworks/requirements").filter(|_| self.is_key(framework, "frameworks"))?;
        let within = match self.catalog.kinds().get(kind).parent == Some(framework.kind) {
            true => Within::parent(framework.number),
            false => Within { parent: None, workspace: Some(self.workspace) },
        };
        let numbers = self.store.numbers(self.by, kind, within);
        if numbers.count() > MOST {
            return None;
        }
        Some(self.in_scope(kind, numbers.iter()))
    }

    /// The controls of a requirement, or of all requirements of a framework, that are in scope.
    fn controls_of(&self, row: Row) -> Option<Vec<Row>> {
        let (requirements, kind) = (self.kind("frameworks/requirements")?, self.kind("controls")?);
        let all = match self.requirements_of(row) {
            Some(all) => all,
            None => (row.kind == requirements).then(|| vec![row])?,
        };
        let side = self.catalog.relations.shown_by(requirements, hash::text("control"))?;
        let numbers = all
            .into_iter()
            .flat_map(|row| self.store.related(self.by, side, row.number, self.workspace).iter().collect::<Vec<_>>());
        let mut numbers: Vec<_> = numbers.collect();
        numbers.sort_unstable();
        numbers.dedup();
        Some(self.in_scope(kind, numbers.into_iter()))
    }

    fn in_scope(&self, kind: KindId, numbers: impl Iterator<Item = u64>) -> Vec<Row> {
        let rows = numbers.map(|number| Row { kind, number });
        rows.filter(|row| self.of(*row, "archivedAt").is_none_or(|at| at.is_null())).collect()
    }

    fn kind(&self, key: &str) -> Option<KindId> {
        self.catalog.kinds().by_key(key)
    }

    /// How many people are in a group of a workspace's scope, and how many there are.
    pub(crate) fn scoped_people(&self, workspace: Row) -> Option<(usize, usize)> {
        let (personnel, group) = (self.kind("personnel")?, hash::text("group"));
        let scope = self.catalog.relations.shown_by(workspace.kind, group)?;
        let membership = self.catalog.relations.shown_by(personnel, group)?;
        let related = |side, number| self.store.related(self.by, side, number, workspace.number);
        let groups: HashSet<_> = related(scope, workspace.number).iter().collect();
        let people: Vec<_> = self.store.numbers(self.by, personnel, Within::ALL).iter().collect();
        let counts = |person: &&u64| related(membership, **person).iter().any(|group| groups.contains(&group));
        Some((people.iter().filter(counts).count(), people.len()))
    }

    /// How many of the rows that `rows` counts have what a count says of them: `devicesFailingComplianceCount`,
    /// `risksWithAnticipatedCompletionDateCount`.
    pub(super) fn counted_with(&self, rows: impl Iterator<Item = Row>, what: &str) -> Option<u64> {
        let lower = |name: &str| Some(name.get(..1)?.to_lowercase() + name.get(1..)?);
        let what = what.strip_suffix("Count")?;
        let has_it: Box<dyn Fn(Row) -> bool> = match (what.strip_prefix("With"), what) {
            (Some(name), _) => {
                let name = lower(name)?;
                Box::new(move |row| self.of(row, &name).is_some_and(|value| !value.is_null()))
            }
            (None, "FailingCompliance") => Box::new(|row| self.is(row, "isDeviceCompliant") == Some(false)),
            _ => return None,
        };
        Some(rows.filter(|row| has_it(*row)).count() as u64)
    }
}

/// What a device must have to comply.
const SAFEGUARDS: &[&str] =
    &["encryptionEnabled", "antivirusEnabled", "autoUpdateEnabled", "firewallEnabled", "passwordManagerEnabled"];
