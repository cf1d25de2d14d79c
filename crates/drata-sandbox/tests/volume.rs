//! A list costs what its page holds, not what the account does: with a thousand million rows, whatever walks over them
//! or makes a list of them would not be there before the test is given up.

#[path = "support/api.rs"]
mod api;

use std::time::Duration;

use api::Api;
use drata_contract::Contract;
use drata_contract::operation::{Operation, Place};
use drata_contract::resource::Plan;
use drata_contract::schema::{Schemas, Shape};
use drata_sandbox::Sandbox;

/// The path of a list with a short page far away, and with everything that can be embedded.
fn list(operation: &Operation, schemas: &Schemas) -> Option<String> {
    let Plan::List { .. } = operation.plan else { return None };
    // Without pages the list is the page.
    operation.paging.as_ref()?;
    let value = |name: &str| match operation.parameter(name).map(|parameter| &schemas.get(parameter.schema).shape) {
        Some(Shape::Enum(values)) => values[0].as_str().unwrap_or("1").to_owned(),
        Some(Shape::Text(text)) => format!("{:0>width$}", 1, width = text.min_length),
        _ => "1".to_owned(),
    };
    let named = |part: &str| Some(value(part.strip_prefix('{')?.strip_suffix('}')?));
    let path = operation.path.split('/').map(|part| named(part).unwrap_or_else(|| part.to_owned()));
    let path = path.collect::<Vec<_>>().join("/");
    let mut query = vec!["page=900".to_owned(), "limit=2".to_owned(), "size=2".to_owned()];
    query.push("includeTotalCount=true".to_owned());
    query.extend(operation.expands.iter().map(|name| format!("expand[]={name}")));
    query.retain(|pair| pair.split('=').next().is_some_and(|name| operation.parameter(name).is_some()));
    for parameter in operation.in_place(Place::Query).filter(|parameter| parameter.required) {
        query.push(format!("{}={}", parameter.name, value(&parameter.name)));
    }
    let version = operation.version.root().trim_start_matches("/public");
    Some(format!("{version}{path}?{}", query.join("&")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_costs_what_its_page_holds() {
    let sandbox = Sandbox::builder().records(1_000_000_000).nested(1_000_000).start().await.expect("a port");
    let api = Api::new(sandbox);
    let contract = Contract::shared().expect("a contract");
    let lists: Vec<_> = contract.operations.iter().filter_map(|operation| list(operation, &contract.schemas)).collect();
    assert!(lists.len() > 80, "{} lists", lists.len());
    for path in lists {
        let answer = tokio::time::timeout(Duration::from_secs(20), api.try_get(&path)).await;
        let (status, body) = answer.unwrap_or_else(|_| panic!("{path} walks over the rows of the account"));
        assert_eq!(status, 200, "{path}: {body}");
        assert!(body.to_string().len() < 400_000, "{path} answers with {} bytes", body.to_string().len());
    }
}
