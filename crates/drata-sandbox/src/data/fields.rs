//! What rows hold in custom fields.

use serde_json::{Value, json};

use super::definition::{CARRIERS, Definition, KIND, NAMES};
use super::painter::{Painter, Subject};
use crate::contract::schema::{Object, Property, SchemaId};
use crate::state::row::Row;

impl Painter<'_> {
    /// The custom fields that rows of this kind carry; `None` where they carry none.
    pub(crate) fn definitions(&self, row: Row) -> Option<Vec<Definition>> {
        // An account has definitions whether or not the contract can list them.
        let kind = self.catalog.kinds().by_key(KIND);
        let count = kind.map_or(NAMES.len() as u64, |kind| self.store.seeded(kind));
        let key = &*self.catalog.kinds().get(row.kind).key;
        let (_, carrier) = CARRIERS.iter().find(|(known, _)| *known == key)?;
        let all = (1..=count).map(|number| Definition { number });
        Some(all.filter(|definition| definition.carriers().any(|known| known == *carrier)).collect())
    }

    /// What a row holds in its custom fields: the definition and the value as text.
    pub(crate) fn custom_values(&self, row: Row) -> Option<Vec<(Definition, Option<String>)>> {
        let written = self.store.written(row).and_then(|written| written.get("customFields")?.as_object());
        let draw = self.subject(row, 0).draw.named("custom fields");
        let is_created = self.store.is_created(row);
        let value = |definition: Definition| match written.and_then(|map| map.get(&definition.number.to_string())) {
            Some(value) => value.as_str().map(str::to_owned),
            None if is_created => None,
            None => definition.value(draw),
        };
        Some(self.definitions(row)?.into_iter().map(|definition| (definition, value(definition))).collect())
    }

    /// The property `customFields` of a row.
    pub(super) fn custom_fields(&self, subject: &Subject<'_>, property: &Property, items: SchemaId) -> Option<Value> {
        let row = subject.row().filter(|_| &*property.name == "customFields")?;
        let object = self.catalog.schemas.object(items)?;
        let values = self.custom_values(row)?;
        Some(values.into_iter().map(|(definition, value)| self.custom_field(object, definition, value)).collect())
    }

    fn custom_field(&self, object: &Object, definition: Definition, value: Option<String>) -> Value {
        let mut field = json!({ "customFieldId": definition.number, "name": definition.name() });
        if let Some(inner) = object.property("value") {
            let value = value.and_then(|text| super::coerce::to(&self.catalog.schemas, inner.schema, &text.into()));
            match value {
                Some(value) => field["value"] = value,
                None if inner.required => field["value"] = Value::Null,
                None => {}
            }
        }
        field
    }

    /// The properties of a definition.
    pub(super) fn defined(&self, row: Row, property: &Property) -> Option<Value> {
        let definition = Definition { number: row.number };
        let options = definition.options();
        let value = match &*property.name {
            "name" => definition.name().into(),
            "type" => definition.type_name().into(),
            "isRequired" | "isHidden" => false.into(),
            "readOnly" => definition.is_read_only().into(),
            "entityTypes" => definition.carriers().collect(),
            "options" => {
                let options = options?.into_iter();
                options.map(|(id, value)| json!({ "customFieldOptionId": id, "value": value })).collect()
            }
            _ => return None,
        };
        super::coerce::to(&self.catalog.schemas, property.schema, &value)
    }
}
