//! The conformance corpus: one small document for each construct that a vendor may write.
//!
//! The harness imports each document and generates its code. A document that is refused must have a diagnosis that leads to
//! the line to change; a snapshot of each theme shows them. A document that is accepted is compiled, together with all others,
//! as one crate; its sample calls are sent and its responses are read. A contract must not differ from the document it was imported from.
//! `case.rs` describes the files.
//!
//! `cargo test -p xtask --test corpus`; while at work on a few, `CORPUS_ONLY="names/ forms/file" cargo test -p xtask --test
//! corpus constructs` judges those whose names hold one of the texts.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where it stopped")]

mod case;
mod combined;
mod generator;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use std::thread;

use case::{Case, Expect, Expected, Reading};
use combined::{Outcome, Sent};
use generator::{FINDINGS, Module};

/// A construct, and its outcome.
struct Judged {
    case: Case,
    verdict: Verdict,
    /// What differs between the document and its contract; `None` if it was not imported.
    changes: Option<Vec<String>>,
}

enum Verdict {
    Refused(String),
    Panicked(String),
    /// The outcome of the code, the code, and the rules of the findings.
    Generated(Outcome, String, BTreeSet<String>),
}

static CORPUS: LazyLock<Vec<Judged>> = LazyLock::new(judge);

fn judge() -> Vec<Judged> {
    let cases = case::all();
    let names: Vec<String> = cases.iter().map(Case::module).collect();
    let results = generate(&cases, &names);
    let (mut generated, mut code, mut rules) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut verdicts: BTreeMap<&str, Verdict> = BTreeMap::new();
    let mut changes = BTreeMap::new();
    for (name, (result, change)) in results {
        changes.insert(name, change);
        match result {
            Ok(Ok(files)) => {
                code.insert(name, files.values().map(String::as_str).collect::<String>());
                rules.insert(name, files[Path::new(FINDINGS)].lines().map(str::to_owned).collect());
                generated.insert(name, files);
            }
            Ok(Err(said)) if ["panicked at", "overflowed its stack"].iter().any(|part| said.contains(part)) => {
                verdicts.insert(name, Verdict::Panicked(said));
            }
            Ok(Err(said)) => {
                verdicts.insert(name, Verdict::Refused(said));
            }
            Err(said) => {
                verdicts.insert(name, Verdict::Panicked(said));
            }
        }
    }
    let responses: BTreeMap<&str, &[Reading]> =
        names.iter().map(String::as_str).zip(cases.iter().map(|case| case.responses.as_slice())).collect();
    let mut outcomes = combined::run(generated, &responses);
    let judged = cases.into_iter().zip(&names).map(|(case, name)| {
        let verdict = match verdicts.remove(name.as_str()) {
            Some(verdict) => verdict,
            None => Verdict::Generated(
                outcomes.remove(name).unwrap(),
                code.remove(name.as_str()).unwrap(),
                rules.remove(name.as_str()).unwrap(),
            ),
        };
        Judged { case, verdict, changes: changes.remove(name.as_str()).unwrap() }
    });
    judged.collect()
}

/// What `generate` returns, or its panic; and what differs between the document and its contract.
type Results<'a> = BTreeMap<&'a str, (Result<Result<BTreeMap<PathBuf, String>, String>, String>, Option<Vec<String>>)>;

/// Generates the code of every document, in parallel.
fn generate<'a>(cases: &[Case], names: &'a [String]) -> Results<'a> {
    let results = Mutex::new(BTreeMap::new());
    let open = Mutex::new(cases.iter().zip(names));
    let work = || {
        loop {
            let Some((case, name)) = open.lock().unwrap().next() else { break };
            let result = caught(|| generator::generate(name, &case.document));
            let changes = caught(|| generator::changes(&case.document)).unwrap_or_else(|said| Some(vec![said]));
            results.lock().unwrap().insert(name.as_str(), (result, changes));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, Into::into) {
            // As much as the program gives itself.
            thread::Builder::new().stack_size(xtask::STACK).spawn_scoped(scope, work).unwrap();
        }
    });
    results.into_inner().unwrap()
}

fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| match panic.downcast_ref::<String>() {
        Some(said) => said.clone(),
        None => panic.downcast_ref::<&str>().copied().unwrap_or("?").to_owned(),
    })
}

impl Judged {
    /// Each way in which the outcome differs from what the file expects.
    fn shortfalls(&self) -> Vec<String> {
        let mut found = self.of_the_verdict();
        found.extend(self.of_the_changes());
        found
    }

    fn of_the_changes(&self) -> Vec<String> {
        let changes = self.changes.iter().flatten();
        changes.map(|change| format!("differs from the document it was imported from: {change}")).collect()
    }

    fn of_the_verdict(&self) -> Vec<String> {
        match (&self.verdict, self.case.expect) {
            (Verdict::Panicked(said), _) => vec![format!("panics: {}", message_of(said))],
            (Verdict::Refused(said), Expect::Accepted) => vec![format!("is refused: {}", first_finding(said))],
            // A text that is no document has no location to point to.
            (Verdict::Refused(said), Expect::Refused) if !self.case.is_text && !has_location(said) => {
                vec!["is refused without a location".to_owned()]
            }
            (Verdict::Refused(said), Expect::Refused) => {
                let has_fix = self.case.is_text || said.contains("fix: ");
                let lacks = self.case.says.iter().filter(|part| !said.contains(*part));
                let lacks = lacks.map(|part| format!("is refused without saying {part:?}"));
                lacks.chain((!has_fix).then(|| "is refused without a fix".to_owned())).collect()
            }
            (Verdict::Generated(..), Expect::Refused) => vec!["is accepted".to_owned()],
            (Verdict::Generated(Outcome::Broken(said), ..), Expect::Accepted) => {
                vec![format!("does not compile: {said}")]
            }
            (Verdict::Generated(Outcome::Ran { warnings, sent, read }, code, rules), Expect::Accepted) => {
                let warnings = warnings.iter().map(|said| format!("warns: {said}"));
                let lacks = self.case.code.iter().filter(|part| !code.contains(*part));
                let lacks = lacks.map(|part| format!("lacks {part:?} in what is generated"));
                let silent = self.case.finds.difference(rules).map(|rule| format!("does not find {rule:?}"));
                let unlisted = rules
                    .difference(&self.case.finds)
                    .map(|rule| format!("finds {rule:?}, which the file does not list"));
                let lacks = lacks.chain(silent).chain(unlisted);
                let left_out = self.case.operations.iter().filter(|of| !sent.iter().any(|one| one.of == **of));
                let left_out = left_out.map(|of| format!("leaves out {of}"));
                let wrong = self.wrong_requests(sent).into_iter().chain(self.wrong_readings(read));
                warnings.chain(lacks).chain(left_out).chain(wrong).collect()
            }
        }
    }

    fn wrong_requests(&self, sent: &[Sent]) -> Vec<String> {
        let mut found = Vec::new();
        for (of, expected) in &self.case.wire {
            let full: Vec<&str> =
                sent.iter().filter(|one| of.is_empty() || one.of == *of).map(|one| one.full.as_str()).collect();
            if !matches!(full.as_slice(), [one] if expected.iter().any(|other| other == one)) {
                found.push(format!("sends {full:?} instead of {expected:?}"));
            }
        }
        if let Some(accept) = &self.case.accept
            && !sent.iter().any(|one| one.minimal.ends_with(&format!("\naccept: {accept}")))
        {
            found.push(format!("does not ask for {accept}"));
        }
        for one in sent {
            let bad = |request: &str| ["panics", "not sent"].iter().any(|start| request.starts_with(start));
            if bad(&one.full) || bad(&one.minimal) {
                found.push(format!("{}: {:?}, minimal {:?}", one.of, one.full, one.minimal));
            }
        }
        found
    }

    fn wrong_readings(&self, read: &[Result<serde_json::Value, String>]) -> Vec<String> {
        assert_eq!(read.len(), self.case.responses.len());
        let pairs = self.case.responses.iter().zip(read);
        pairs
            .filter_map(|(response, read)| match (&response.expected, read) {
                (Expected::Back(back), Ok(read)) if back == read => None,
                (Expected::Anything, Ok(_)) => None,
                (Expected::Fails(part), Err(error)) if error.contains(part) => None,
                (_, Ok(read)) => Some(format!("reads {} as {read}", response.shown())),
                (_, Err(error)) => Some(format!("reads {}: {error}", response.shown())),
            })
            .collect()
    }
}

/// The first problem of a refusal.
fn first_finding(said: &str) -> &str {
    let mut lines = said.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    if first.contains(" finding") { lines.next().unwrap_or(first) } else { first.trim_start_matches("error: ") }
}

/// The message of a panic.
fn message_of(panic: &str) -> &str {
    // The number of the thread is another in each run.
    if panic.contains("overflowed its stack") {
        return "the stack overflows";
    }
    let mut lines = panic.lines().skip_while(|line| !line.contains("panicked at")).skip(1);
    lines.next().unwrap_or(panic).trim()
}

fn has_location(said: &str) -> bool {
    pointers(said).next().is_some() || said.contains("line ") && said.contains("column ")
}

/// The JSON pointers in a text.
fn pointers(said: &str) -> impl Iterator<Item = &str> {
    let starts = ["/paths", "/components", "/openapi", "/info"];
    let words = said.split_whitespace().map(|word| word.trim_end_matches(':'));
    words.filter(move |word| starts.iter().any(|start| word.starts_with(start)))
}

fn themes() -> BTreeMap<&'static str, Vec<&'static Judged>> {
    let mut themes: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    for judged in CORPUS.iter() {
        themes.entry(&judged.case.theme).or_default().push(judged);
    }
    themes
}

/// The generator never falls short of a file.
#[test]
fn constructs_come_out_as_their_files_say() {
    let mut page = String::new();
    for judged in CORPUS.iter() {
        for shortfall in judged.shortfalls() {
            let shortfall: String = shortfall.escape_debug().take(300).collect();
            page += &format!("{}: {shortfall}\n", judged.case.title());
        }
    }
    assert!(page.is_empty(), "{page}");
}

#[test]
fn there_are_enough_of_them() {
    let abouts: BTreeSet<&str> = CORPUS.iter().map(|judged| judged.case.about.as_str()).collect();
    assert_eq!(abouts.len(), CORPUS.len(), "two constructs are the same by their first lines");
    assert!(CORPUS.len() >= 220, "{} constructs", CORPUS.len());
}

/// The diagnoses of what is refused, by theme. Each names the location and the fix.
#[test]
fn refusals_lead_to_the_line_to_change() {
    for (theme, constructs) in themes() {
        let mut page = String::new();
        for Judged { case, verdict, .. } in constructs {
            if let (Expect::Refused, Verdict::Refused(said)) = (case.expect, verdict) {
                page += &format!("# {}: {}\n{}\n\n", case.name, case.about, said.trim());
            }
        }
        if !page.is_empty() {
            insta::assert_snapshot!(format!("refused_{theme}"), page);
        }
    }
}

/// A newer document keeps the public names of the older one.
#[test]
fn names_stay_when_the_document_grows() {
    let mut page = String::new();
    for case in case::all() {
        let Some(newer) = &case.newer else { continue };
        match generator::evolve(&case.document, newer) {
            Ok([before, after]) => {
                let after = public_names(&after);
                for lost in public_names(&before).difference(&after) {
                    page += &format!("{}: loses {lost}\n", case.title());
                }
            }
            Err(said) => page += &format!("{}: is refused: {}\n", case.title(), first_finding(&said)),
        }
    }
    insta::assert_snapshot!("lost_names", page);
}

/// The public items of each area, those that it re-exports among them.
fn public_names(module: &Module) -> BTreeSet<String> {
    let kinds = ["pub struct ", "pub enum ", "pub fn ", "pub static "];
    let ident = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut found = BTreeSet::new();
    for (path, text) in module {
        // What areas share is public where an area re-exports it.
        let area = match path.components().next() {
            Some(first) if path.components().count() > 1 => first.as_os_str().to_str().unwrap(),
            _ if path.ends_with("shared.rs") => continue,
            _ => "",
        };
        for line in text.lines().map(str::trim) {
            let kind = kinds.iter().find(|kind| line.starts_with(**kind));
            found.extend(kind.map(|kind| format!("{area}::{}", ident(&line[kind.len()..]))));
        }
        for used in text.split("pub use ").skip(1).filter_map(|rest| rest.split_once(';')).map(|(used, _)| used) {
            let names = used.rsplit("::").next().unwrap_or_default().split(',');
            let names = names.map(|name| ident(name.trim_matches(|c: char| c == '{' || c == '}' || c.is_whitespace())));
            found.extend(names.filter(|name| !name.is_empty()).map(|name| format!("{area}::{name}")));
        }
    }
    found
}

/// The requests that no file describes and that are more than a path.
#[test]
fn requests_are_what_the_document_describes() {
    let mut page = String::new();
    for Judged { case, verdict, .. } in CORPUS.iter() {
        let Verdict::Generated(Outcome::Ran { sent, .. }, ..) = verdict else { continue };
        for one in sent.iter().filter(|one| case.wire.is_empty() && !one.is_plain()) {
            page += &format!("# {}: {}\n{}\n\n", case.title(), case.about, one.full);
        }
    }
    insta::assert_snapshot!("requests", page);
}
