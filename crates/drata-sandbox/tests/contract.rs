//! Random valid requests to every operation: none is answered with a server error, and every answer follows the contract.

mod support;

use drata_sandbox::Sandbox;
use support::{Body, Contract, Dice, Operation, Request};

/// Operations whose contract documents too few answers: a valid request may still name what is not there.
const UNDOCUMENTED: &[u16] = &[400, 404, 409, 422];

/// Rules that the service has and no schema tells.
const RULES: &[&str] = &[
    "includeWebUploadUrl must be true",
    "createEvidence needs multiArtifact",
    "createEvidence excludes",
    "multiArtifact needs",
    "existingArtifactId excludes",
    "workspaceId is required for evidence",
    "only one of file",
    "exactly one of",
    "is not available for the current resource state",
    "names no upload",
    "is required for S3_FILE",
    "is required for URL",
    "custom field",
];

/// The one upload whose content is looked into.
const ROSTER: &str = "id,first_name,last_name,email,is_contractor,mfa\n1,Ada,Byron,ada@acme.example,no,yes\n";

async fn send(
    sandbox: &Sandbox,
    client: &reqwest::Client,
    root: &str,
    operation: &Operation<'_>,
    request: &Request,
) -> (u16, Option<String>, String) {
    let method = operation.method.parse().expect("a method");
    let url = format!("{}{root}{}", sandbox.base_url(), request.path);
    let mut builder = client.request(method, url).query(&request.query).bearer_auth(sandbox.api_key());
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    builder = match &request.body {
        None => builder,
        Some(Body::Json(value)) => builder.json(value),
        Some(Body::Form(fields)) => {
            let mut form = reqwest::multipart::Form::new();
            for (name, value, is_file) in fields {
                let is_roster = request.path.ends_with("/csv");
                let part = reqwest::multipart::Part::text(if is_roster { ROSTER.to_owned() } else { value.clone() });
                form = form.part(name.clone(), if *is_file { part.file_name("a.txt") } else { part });
            }
            builder.multipart(form)
        }
    };
    let response = builder.send().await.expect("an answer");
    let status = response.status().as_u16();
    let media = response.headers().get("content-type").map(|value| value.to_str().expect("ASCII").to_owned());
    (status, media, response.text().await.expect("a body"))
}

#[tokio::test]
async fn random_valid_requests_are_answered_as_the_contract_says() {
    let client = reqwest::Client::new();
    let mut problems = Vec::new();
    let mut successes = 0;
    for contract in Contract::both() {
        for round in 0..8 {
            // A fresh sandbox each round: what was deleted in one is there again in the next.
            let sandbox = Sandbox::builder().seed(round).records(60).start().await.expect("a port");
            let mut dice = Dice::new(round);
            for operation in contract.operations() {
                let request = contract.request(&operation, &mut dice);
                let (status, media, body) = send(&sandbox, &client, contract.root, &operation, &request).await;
                successes += usize::from(status < 300);
                let mut found = contract.check_answer(&operation, status, media.as_deref(), &body);
                if UNDOCUMENTED.contains(&status) && found == [format!("status {status} is not documented")] {
                    found.clear();
                }
                if status >= 500 {
                    found.push("a server error".to_owned());
                }
                let name = format!("{}{} {}", operation.method, contract.root, operation.path);
                if status == 400 && !RULES.iter().any(|rule| body.contains(rule)) {
                    found.push(format!("a valid request is refused: {body}"));
                }
                problems
                    .extend(found.into_iter().map(|problem| format!("round {round}: {name} [{status}]: {problem}")));
            }
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
    assert!(successes > 1_500, "only {successes} requests succeeded");
}

/// What the README says is not acted out.
#[tokio::test]
async fn the_readme_names_what_is_not_acted_out() {
    let client = reqwest::Client::new();
    let (mut found, mut operations) = (std::collections::BTreeSet::new(), 0);
    for contract in Contract::both() {
        operations += contract.operations().len();
        for round in 0..4 {
            let sandbox = Sandbox::builder().seed(round).records(12).start().await.expect("a port");
            let mut dice = Dice::new(round + 100);
            for operation in contract.operations() {
                let request = contract.request(&operation, &mut dice);
                let before = sandbox.requests().not_simulated().len();
                send(&sandbox, &client, contract.root, &operation, &request).await;
                if sandbox.requests().not_simulated().len() > before {
                    found.insert(format!("`{} {}{}`", operation.method, contract.root, operation.path));
                }
            }
        }
    }
    let readme = include_str!("../README.md");
    let missing: Vec<_> = found.iter().filter(|name| !readme.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "the README does not name {missing:#?}");
    let says = format!("{} of {operations}", found.len());
    assert!(readme.contains(&says), "the README does not say {says}: {found:#?}");
}
