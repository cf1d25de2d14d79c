//! What programs read that follow the contract at run time: the effective document, without descriptions.

use crate::files::Output;
use crate::model::Api;

pub(crate) fn emit(api: &Api, output: &mut Output) {
    let mut document = api.wire.clone();
    document.each_operation(|_, operation| {
        operation.retain(|key, _| !["description", "summary"].contains(&key.as_str()));
        for parameter in operation.get_mut("parameters").and_then(serde_json::Value::as_array_mut).into_iter().flatten()
        {
            parameter.as_object_mut().map(|map| map.shift_remove("description"));
        }
    });
    document.each_schema(|_, schema| {
        schema.as_object_mut().map(|map| map.shift_remove("description"));
    });
    document.0.as_object_mut().map(|root| root.shift_remove("tags"));
    output.add(format!("crates/drata-contract/contract/{}.json", api.module), document.to_text());
}
