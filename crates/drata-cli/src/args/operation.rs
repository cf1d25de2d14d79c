//! The command of one operation: path values as arguments, parameters and flat fields of the body as flags.

use clap::{Arg, ArgAction, Command};
use drata_contract::operation::Place;
use drata_contract::schema::{SchemaId, Shape};
use drata_ext::by_name::Known;

use super::about::{facts, first_sentence, sample_line};
use super::flags::kebab;
use super::globals;
use super::inputs::{Input, Target, inputs};
use super::values::{limits, parser, value_name, whole};

/// The command of an operation, without its arguments.
pub(crate) fn stub(known: Known) -> Command {
    let operation = known.operation;
    let beta = if operation.beta { " (beta)" } else { "" };
    Command::new(kebab(&operation.name)).about(format!("{}{beta}", first_sentence(&operation.doc)))
}

/// The command of an operation.
pub(crate) fn command(known: Known) -> Command {
    let operation = known.operation;
    let mut command = stub(known).long_about(facts(known)).disable_help_subcommand(true);
    for input in inputs(known) {
        command = command.arg(argument(known, &input));
    }
    if operation.rows().is_some() {
        command = list_options(command, known);
    }
    if operation.body.is_some() {
        command = command.arg(
            Arg::new("json")
                .long("json")
                .value_name("FILE|-|JSON")
                .value_hint(clap::ValueHint::FilePath)
                .help_heading("Body")
                .help("The body, or what flags do not cover: a file, - for standard input, or JSON"),
        );
    }
    let media = media(known);
    if media.len() > 1 {
        command = command.arg(
            Arg::new("accept")
                .long("accept")
                .value_name("MEDIA")
                .value_parser(clap::builder::PossibleValuesParser::new(media))
                .help("The media type to ask for"),
        );
    }
    let sample = sample_line(known);
    command.after_help(globals::ELSEWHERE).after_long_help(format!("Sample:\n  {sample}\n\n{}", globals::ELSEWHERE))
}

/// The media types that an operation responds with.
pub(crate) fn media(known: Known) -> Vec<&'static str> {
    let successes = known.meta.successes.iter().map(|(_, media)| *media).filter(|media| !media.is_empty());
    let mut all: Vec<&str> = successes.collect();
    all.dedup();
    all
}

fn list_options(command: Command, known: Known) -> Command {
    const HEADING: &str = "List";
    let mut command = command
        .arg(
            Arg::new("all")
                .long("all")
                .action(ArgAction::SetTrue)
                .help_heading(HEADING)
                .help("Every row, also on a terminal; a pipe gets all of them anyway"),
        )
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("N")
                .value_parser(super::values::at_least_one)
                .allow_negative_numbers(true)
                .conflicts_with("all")
                .help_heading(HEADING)
                .help("At most so many rows"),
        );
    let Some(paging) = &known.operation.paging else { return command };
    command = command
        .arg(
            Arg::new("page-size")
                .long("page-size")
                .value_name("N")
                .value_parser(whole(1..=u64::from(paging.max_size)))
                .allow_negative_numbers(true)
                .help_heading(HEADING)
                .help(format!("Rows a request, at most {}; the largest by default", paging.max_size)),
        )
        .arg(Arg::new("resume").long("resume").value_name("FILE").value_hint(clap::ValueHint::FilePath).help_heading(HEADING).help(
            "Go on from this file if it is there; written when the list fails, is interrupted or reaches its limit",
        ));
    if paging.counts || paging.total.is_some() {
        command = command.arg(
            Arg::new("with-total")
                .long("with-total")
                .action(ArgAction::SetTrue)
                .help_heading(HEADING)
                .help("Say on standard error how many rows there are"),
        );
    }
    command
}

fn argument(known: Known, input: &Input) -> Arg {
    let schemas = &known.contract.schemas;
    let arg = Arg::new(input.flag.clone());
    match input.target {
        Target::Parameter(parameter) if parameter.place == Place::Path => arg
            .value_name(kebab(&parameter.name).replace('-', "_").to_uppercase())
            .required(true)
            .allow_negative_numbers(true)
            .value_parser(parser(schemas, parameter.schema, &parameter.name))
            .help(describe(known, &parameter.doc, parameter.schema, false)),
        Target::Parameter(parameter) => flag(known, arg, input, parameter.schema, &parameter.name)
            .help_heading("Parameters")
            .required(parameter.required)
            .help(describe(known, &parameter.doc, parameter.schema, parameter.required)),
        Target::Field(field) => {
            let doc = &schemas.get(field.schema).doc;
            flag(known, arg, input, field.schema, &field.name).help_heading("Body").help(describe(
                known,
                doc,
                field.schema,
                field.required,
            ))
        }
        Target::File(file) => {
            let doc = &schemas.get(file.schema).doc;
            let arg = arg.long(input.flag.clone()).value_name("PATH").help_heading("Body");
            let arg = if input.many { arg.action(ArgAction::Append) } else { arg };
            arg.value_parser(clap::value_parser!(std::path::PathBuf))
                .value_hint(clap::ValueHint::FilePath)
                .help(describe(known, doc, file.schema, file.required))
        }
    }
}

/// A flag whose values are checked against their schema.
fn flag(known: Known, arg: Arg, input: &Input, schema: SchemaId, name: &str) -> Arg {
    let schemas = &known.contract.schemas;
    let one = schemas.items(schema).unwrap_or(schema);
    let arg = arg.long(input.flag.clone()).value_name(value_name(schemas, schema)).hide_possible_values(true);
    let arg = arg.value_parser(parser(schemas, one, name)).allow_hyphen_values(true);
    match (&schemas.get(schema).shape, input.many) {
        // A comma may be part of a text, but of no number and no value of a set.
        (_, true) => {
            let arg = arg.action(ArgAction::Append);
            match schemas.get(one).shape {
                Shape::Integer(_) | Shape::Enum(_) => arg.value_delimiter(','),
                _ => arg,
            }
        }
        (Shape::Boolean, false) => {
            arg.num_args(0..=1).require_equals(true).default_missing_value("true").allow_hyphen_values(false)
        }
        _ => arg,
    }
}

/// What help says of a value: our words, whether it is required, and the limits that the words do not name.
fn describe(known: Known, doc: &str, schema: SchemaId, required: bool) -> String {
    let doc = doc.trim();
    let plain = doc.replace(',', "");
    let is_said = |note: &String| {
        let mut numbers =
            note.split(|letter: char| !letter.is_ascii_digit()).filter(|number| !number.is_empty()).peekable();
        numbers.peek().is_some() && !note.contains(", ") && numbers.all(|number| plain.contains(number))
    };
    let mut notes = limits(&known.contract.schemas, schema);
    notes.retain(|note| !is_said(note));
    if required {
        notes.insert(0, "required".to_owned());
    }
    match (doc.is_empty(), notes.is_empty()) {
        (_, true) => doc.to_owned(),
        (true, false) => format!("[{}]", notes.join("; ")),
        (false, false) => format!("{doc} [{}]", notes.join("; ")),
    }
}
