//! Single values: texts, numbers, switches.

use base64::Engine as _;
use serde_json::{Value, json};

use super::companies;
use super::dates::{self, Moment};
use super::painter::{Painter, Subject};
use super::people::Person;
use super::theme::{self, Theme};
use crate::contract::schema::{Bounds, Format, Property, SchemaId, Shape, Text};
use crate::draw::Draw;
use drata_contract::role::{Noun, Role};

impl Painter<'_> {
    pub(crate) fn scalar(
        &self,
        shape: &Shape,
        subject: &Subject<'_>,
        property: Option<&Property>,
        draw: Draw,
    ) -> Value {
        match shape {
            Shape::Boolean => match property.map(|property| property.role) {
                Some(Role::Connected) => self.state(subject).is_none_or(|state| state == "ACTIVE").into(),
                // What was just made is not complete, expired or archived.
                _ if subject.sparse => property.is_some_and(|property| STANDING.contains(&&*property.name)).into(),
                _ => draw.chance(2, 3).into(),
            },
            Shape::Integer(bounds) => self.integer(*bounds, subject, property, draw).into(),
            Shape::Number(bounds) => match property.map(|property| property.role) {
                Some(Role::Version) => json!(1.0 + draw.below(9) as f64 / 10.0),
                _ => self.integer(*bounds, subject, property, draw).into(),
            },
            Shape::Text(text) => self.text(*text, subject, property, draw).into(),
            Shape::Any => self.text(PLAIN, subject, property, draw).into(),
            // The other shapes are not single values.
            _ => Value::Null,
        }
    }

    fn integer(&self, bounds: Bounds, subject: &Subject<'_>, property: Option<&Property>, draw: Draw) -> i64 {
        let small = |end: u64| i64::try_from(draw.below(end)).unwrap_or(0);
        let name = property.map_or("", |property| &property.name);
        let value = match property.map_or(Role::Plain, |property| property.role) {
            Role::Id => i64::try_from(subject.number).unwrap_or(i64::MAX),
            Role::Count => small(40),
            Role::Year => 1995 + small(28),
            Role::Score => 1 + small(25),
            Role::SmallNumber | Role::Version => 1 + small(5),
            Role::Money => 100 * small(90_000),
            _ if name == "statusCode" => 200,
            _ => 1 + small(100),
        };
        // The contract's limits are whole numbers of a few digits.
        #[expect(clippy::cast_possible_truncation, reason = "a cast from f64 saturates, which is what a limit wants")]
        let (least, most) = (bounds.minimum.ceil() as i64, bounds.maximum.floor() as i64);
        value.clamp(least, most.max(least))
    }

    fn text(&self, text: Text, subject: &Subject<'_>, property: Option<&Property>, draw: Draw) -> String {
        let role = property.map_or(Role::Plain, |property| property.role);
        let written = match (text.format, role) {
            (Format::DateTime, Role::At(moment)) => dates::date_time(self.moment(moment, subject, draw)),
            (Format::DateTime, _) => dates::date_time(subject.timeline.at(Moment::Between, draw)),
            (Format::Date, Role::At(moment)) => dates::date(self.moment(moment, subject, draw)),
            (Format::Date, _) => dates::date(subject.timeline.at(Moment::Between, draw)),
            (Format::Uuid, Role::Id) => subject.row().map_or_else(|| draw.uuid(), |row| self.uuid(row)),
            (Format::Uuid, _) => draw.uuid(),
            (Format::Email, _) => self.email(subject, property),
            (Format::Uri, Role::SignedUrl) => self.signed_url(subject),
            (Format::Uri, _) => self.url(subject, property, draw),
            (Format::Binary, _) => String::new(),
            (Format::Plain, role) => self.by_role(role, subject, property, draw),
        };
        fit(written, text, draw)
    }

    fn by_role(&self, role: Role, subject: &Subject<'_>, property: Option<&Property>, draw: Draw) -> String {
        match role {
            Role::Id => self.key(subject, role, draw),
            Role::Key => draw.hex(12),
            Role::Reference(noun) => self.reference_text(noun, subject, property, draw),
            Role::FirstName => self.person(subject, property).first_name().to_owned(),
            Role::LastName => self.person(subject, property).last_name().to_owned(),
            Role::PersonName => self.person(subject, property).full_name(),
            Role::Email => self.email(subject, property),
            Role::Handle => self.person(subject, property).handle(),
            Role::JobTitle => self.person(subject, property).job_title().to_owned(),
            Role::Phone => self.person(subject, property).phone(),
            Role::Name | Role::Title => subject.theme.name(self.seed, subject.number, draw),
            Role::Description | Role::Comment => theme::sentence(draw),
            Role::Code => code(subject),
            Role::Slug => subject.theme.name(self.seed, subject.number, draw).to_lowercase().replace([' ', '.'], "-"),
            Role::Url => self.url(subject, property, draw),
            Role::SignedUrl => self.signed_url(subject),
            Role::FileName => format!("{}.pdf", draw.hex(8)),
            Role::Company => companies::name(self.seed, draw.below(500)),
            Role::Domain => companies::domain(&companies::name(self.seed, subject.number)),
            Role::Address => companies::address(draw),
            Role::City => companies::city(draw).to_owned(),
            Role::At(moment) => self.date_text(moment, subject, property, draw),
            Role::Money => (100 * draw.below(90_000)).to_string(),
            Role::Version => format!("{}.{}.{}", 1 + draw.below(4), draw.below(10), draw.named("patch").below(20)),
            Role::Serial => draw.hex(10).to_uppercase(),
            Role::MacAddress => mac_address(draw),
            Role::System => format!("{}.{}", 13 + draw.below(3), draw.named("minor").below(7)),
            Role::Model => theme::model(draw).to_owned(),
            Role::Mime => "application/pdf".to_owned(),
            Role::Year => (1995 + draw.below(28)).to_string(),
            Role::Score => (1 + draw.below(25)).to_string(),
            Role::Count | Role::SmallNumber => (1 + draw.below(5)).to_string(),
            Role::Status => draw.pick(&["ACTIVE", "IN_PROGRESS", "ARCHIVED"]).to_owned(),
            Role::Color => format!("#{}", draw.hex(6)),
            Role::Plain if self.enumeration(property).is_some() => self.like_named(subject, property, draw),
            Role::Value => match subject.values.map(|values| self.value(values, subject, property, draw)) {
                Some(Value::String(value)) => value,
                _ => theme::words(draw),
            },
            Role::Connected | Role::FileBuffer | Role::Plain => theme::words(draw),
        }
    }

    /// When something of a sort happens to a row. A date to come has passed if the row's state says so.
    fn moment(&self, moment: Moment, subject: &Subject<'_>, draw: Draw) -> jiff::Timestamp {
        match self.urgency(subject).filter(|_| moment == Moment::Future) {
            Some(Urgency::Over) => subject.timeline.at(Moment::Gone, draw),
            Some(Urgency::Soon) => subject.timeline.soon(draw),
            None => subject.timeline.at(moment, draw),
        }
    }

    /// What the state of the row says of the date that is set for it.
    fn urgency(&self, subject: &Subject<'_>) -> Option<Urgency> {
        let state = self.state(&self.subject(subject.owner?, 0))?;
        match state.as_str() {
            "EXPIRED" | "PAST_DUE" | "OVERDUE" => Some(Urgency::Over),
            "EXPIRING_SOON" => Some(Urgency::Soon),
            _ => None,
        }
    }

    /// A day for `…Date`, a moment for `…At`.
    fn date_text(&self, moment: Moment, subject: &Subject<'_>, property: Option<&Property>, draw: Draw) -> String {
        let at = self.moment(moment, subject, draw);
        match property.is_some_and(|property| property.name.ends_with("Date")) {
            true => dates::date(at),
            false => dates::date_time(at),
        }
    }

    /// The id of a row as a string; any key for what is no row.
    fn key(&self, subject: &Subject<'_>, role: Role, draw: Draw) -> String {
        match (subject.row(), role) {
            (Some(row), Role::Id) => self.id_text(row),
            _ => draw.uuid(),
        }
    }

    /// The name of what a property points to.
    fn reference_text(&self, noun: Noun, subject: &Subject<'_>, property: Option<&Property>, draw: Draw) -> String {
        let pointed = || {
            let (owner, property) = (subject.owner?, property?);
            let target = self.catalog.target_of(owner.kind, Some(noun), property.stem)?;
            let rows = self.rows(subject, target, Some(noun), property.stem, false);
            rows.first().map(|row| (row == owner, row))
        };
        match pointed() {
            Some((true, _)) => code(subject),
            Some((_, row)) if noun == Noun::User => Person::number(self.seed, row.number).full_name(),
            Some((_, row)) => theme::of_kind(self.catalog, row.kind).name(self.seed, row.number, draw),
            None => theme::words(draw),
        }
    }

    /// The enumeration that is called like a property.
    fn enumeration(&self, property: Option<&Property>) -> Option<SchemaId> {
        self.catalog.schemas.enumeration(property?.hash)
    }

    /// A value of the enumeration that is called like a text, which the contract does not restrict to it.
    fn like_named(&self, subject: &Subject<'_>, property: Option<&Property>, draw: Draw) -> String {
        match self.enumeration(property).map(|values| self.value(values, subject, property, draw)) {
            Some(Value::String(value)) => value,
            _ => theme::words(draw),
        }
    }

    /// The person that a property is about: all that is said of one person in an object fits together.
    fn person(&self, subject: &Subject<'_>, property: Option<&Property>) -> Person {
        let name = property.map_or("", |property| &*property.name);
        let end = name.find(|letter: char| letter.is_ascii_uppercase()).unwrap_or(name.len());
        let number = match &name[..end] {
            // `firstName`, `email`, `jobTitle`: of the person that it is.
            "" | "first" | "last" | "firstname" | "lastname" | "email" | "job" | "phone" | "username" | "entry"
            | "identity" | "display" => subject.person,
            // `ownerEmail`: of the owner.
            word if Noun::of(word) == Some(Noun::User) => self.named_person(subject, word),
            // `contactAtVendor` and `contactsEmail`: of one contact.
            word => 1 + subject.draw.named(word.trim_end_matches('s')).below(1_000),
        };
        Person::number(self.seed, number)
    }

    /// The number of the user that a row points to by a word such as `owner`.
    fn named_person(&self, subject: &Subject<'_>, word: &str) -> u64 {
        let stem = drata_contract::role::stem(word);
        let target = subject.owner.and_then(|owner| self.catalog.target_of(owner.kind, Some(Noun::User), stem));
        let rows = target.map(|target| self.rows(subject, target, Some(Noun::User), stem, false));
        rows.and_then(|rows| rows.first().map(|row| row.number)).unwrap_or(subject.person)
    }

    /// The address of the person that a property is about; a vendor's contact has one at the vendor.
    fn email(&self, subject: &Subject<'_>, property: Option<&Property>) -> String {
        let person = self.person(subject, property);
        let is_contact = property.is_some_and(|property| property.name.starts_with("contact"));
        if subject.theme == Theme::Vendor && is_contact {
            return person.email(&companies::domain(&companies::name(self.seed, subject.number)));
        }
        person.email(self.domain)
    }

    /// Whether a date that may be missing is: because nothing of that sort has happened to the row.
    pub(super) fn is_dateless(&self, subject: &Subject<'_>, property: &Property, moment: Moment, draw: Draw) -> bool {
        // The state is painted only for the dates that depend on it.
        let is = |states: &[&str]| self.state(subject).map(|state| states.iter().any(|word| state.contains(word)));
        let seldom = !draw.named("seldom").chance(1, 20);
        match &*property.name {
            // What is connected has been.
            "connectedAt" if is(&["ACTIVE"]) == Some(true) => return false,
            "lastPassedAt" | "failedSince" => {
                let result = subject.row().and_then(|row| self.result(row));
                let meant = if property.name.starts_with("last") { "PASSED" } else { "FAILED" };
                if let Some(result) = result {
                    return result != meant && (meant == "FAILED" || draw.named("null").chance(1, 7));
                }
            }
            _ => {}
        }
        match moment {
            Moment::Created | Moment::Updated => false,
            // Lists do not show what was deleted.
            Moment::Gone if property.name.starts_with("deleted") => true,
            Moment::Gone => is(GONE).map_or(seldom, |gone| !gone),
            Moment::Failed => is(&["MISCONFIGURED", "FAIL", "ERROR"]).map_or(seldom, |failed| !failed),
            Moment::Completed => is(DONE).map_or_else(|| draw.named("null").chance(1, 3), |done| !done),
            Moment::Approved | Moment::Published => is(DRAFTS).unwrap_or_else(|| draw.named("null").chance(1, 7)),
            Moment::Future if self.urgency(subject).is_some() => false,
            Moment::Start | Moment::Between | Moment::Future => draw.named("null").chance(1, 7),
        }
    }

    fn url(&self, subject: &Subject<'_>, property: Option<&Property>, draw: Draw) -> String {
        let host = match subject.theme {
            Theme::Vendor => companies::domain(&companies::name(self.seed, subject.number)),
            _ => self.domain.to_owned(),
        };
        match property.map_or("", |property| property.name.trim_end_matches("Url")) {
            "" | "url" | "href" => format!("https://{host}/"),
            name => format!("https://{host}/{}/{}", name.to_lowercase(), draw.hex(6)),
        }
    }

    /// A link to the file of a row that needs no key and runs out.
    pub(super) fn signed_url(&self, subject: &Subject<'_>) -> String {
        self.signed.into_iter().for_each(|signed| signed.set(true));
        let name = self.links.file_name(self.store, subject.owner);
        self.links.sign(subject.owner, &name)
    }

    /// The content of a text file beside its link.
    pub(crate) fn file_buffer(&self, subject: &Subject<'_>) -> Value {
        let content =
            subject.owner.and_then(|row| self.store.files.of(row)).map_or(&b"sandbox\n"[..], |file| &file.content);
        json!({ "buffer": base64::engine::general_purpose::STANDARD.encode(content) })
    }
}

/// How near the date is that is set for a row.
#[derive(Clone, Copy)]
enum Urgency {
    Over,
    Soon,
}

/// Switches that are on from the beginning.
const STANDING: &[&str] = &["current", "enabled", "isActive", "isCurrent", "isEnabled"];

/// Words in the states of rows that are no longer in use, that are done, that are not agreed on yet.
const GONE: &[&str] = &["ARCHIVED", "CANCEL", "FORMER", "REMOVED", "DELETED", "DISCONNECTED"];
const DONE: &[&str] = &["COMPLETED", "CLOSED", "RESOLVED", "ACCEPTED", "APPROVED", "DONE", "FINISHED", "SENT"];
const DRAFTS: &[&str] = &["DRAFT", "NEEDS_APPROVAL", "PENDING", "IN_REVIEW"];

const PLAIN: Text = Text { format: Format::Plain, min_length: 0, max_length: usize::MAX };

/// A code such as `DCF-37`, made of the row's number.
fn code(subject: &Subject<'_>) -> String {
    match subject.theme {
        Theme::Control => format!("DCF-{}", subject.number),
        Theme::Risk => format!("RISK-{:03}", subject.number),
        Theme::Evidence => format!("EVD-{}", subject.number),
        _ => format!("REF-{}", subject.number),
    }
}

fn mac_address(draw: Draw) -> String {
    // The second bit of the first byte says that the address is no manufacturer's.
    let hex = draw.hex(10);
    let parts: Vec<_> = (0..5).map(|place| &hex[2 * place..2 * place + 2]).collect();
    format!("02:{}", parts.join(":"))
}

/// Makes a text as long as it must be and no longer than it may.
fn fit(mut written: String, text: Text, draw: Draw) -> String {
    while written.chars().count() < text.min_length {
        written.push_str(&draw.hex(8));
    }
    if written.len() > text.max_length {
        written = written.chars().take(text.max_length).collect();
    }
    written
}
