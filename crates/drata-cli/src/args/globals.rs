//! Options that every command takes.

use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use crate::config::Config;
use crate::failure::Failure;
use crate::output::format::Format;

/// What the options before and after a command say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Globals {
    pub(crate) profile: Option<String>,
    pub(crate) region: Option<String>,
    /// The seed of the account in memory that stands in for the service.
    pub(crate) sandbox: Option<u64>,
    pub(crate) format: Format,
    pub(crate) fields: Vec<String>,
    pub(crate) filter: Option<String>,
    pub(crate) quiet: bool,
    pub(crate) write: bool,
    pub(crate) yes: bool,
    pub(crate) dry_run: bool,
    pub(crate) color: Color,
    pub(crate) timeout: Option<Duration>,
}

/// Whether output is colored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// What the help of a command says in place of these options.
pub(crate) const ELSEWHERE: &str = "Global options, such as --output, --fields, --filter, --profile, --sandbox, --write, --yes and --dry-run: `drata --help`";

/// Adds the options to the root of the command line; `shown` says whether help lists them.
pub(crate) fn add(command: Command, shown: bool) -> Command {
    const HEADING: &str = "Global options";
    let option = |name: &'static str| Arg::new(name).long(name).global(true).hide(!shown).help_heading(HEADING);
    let flag = |name: &'static str| option(name).action(ArgAction::SetTrue);
    command
        .arg(
            option("profile")
                .short('p')
                .value_name("NAME")
                .help("Profile to use: see `drata profiles`")
                .add(ArgValueCandidates::new(profiles)),
        )
        .arg(
            option("region")
                .value_name("REGION")
                .value_parser(PossibleValuesParser::new(["us", "eu", "apac"]))
                .ignore_case(true)
                .help("Region of the account, in place of the profile's"),
        )
        .arg(
            option("sandbox")
                .value_name("SEED")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("1")
                .value_parser(super::values::whole(0..=u64::MAX))
                .help("Run on an account in memory; =7 for another one"),
        )
        .arg(
            option("output")
                .short('o')
                .value_name("FORMAT")
                .value_parser(PossibleValuesParser::new(Format::NAMES))
                .default_value("auto")
                .hide_default_value(true)
                .hide_possible_values(true)
                .help("auto, table, json, ndjson or csv: a table on a terminal, NDJSON for lists in a pipe"),
        )
        .arg(
            option("fields").value_name("A,B.C").value_delimiter(',').help("Only these fields, such as id,owner.email"),
        )
        .arg(
            option("filter")
                .value_name("EXPR")
                .help("A jq expression, applied to each row of a list or to the response"),
        )
        .arg(flag("quiet").short('q').help("No progress, notes or results of writes on standard error"))
        .arg(flag("write").help("Allow this write; a profile can allow all with `allow_writes`"))
        .arg(flag("yes").short('y').help("Do not ask before what deletes or replaces"))
        .arg(flag("dry-run").help("Print the request, without the key, and send nothing"))
        .arg(
            option("color")
                .value_name("WHEN")
                .value_parser(PossibleValuesParser::new(["auto", "always", "never"]))
                .default_value("auto")
                .hide_default_value(true)
                .hide_possible_values(true)
                .help("auto, always or never; auto honors NO_COLOR"),
        )
        .arg(
            option("timeout")
                .value_name("SECONDS")
                .value_parser(super::values::at_least_one)
                .allow_negative_numbers(true)
                .help("Time for each call with its retries"),
        )
}

/// The profiles that a shell completes.
fn profiles() -> Vec<CompletionCandidate> {
    let config = Config::load().unwrap_or_default();
    config.profiles.into_keys().map(CompletionCandidate::new).collect()
}

/// The long names of the options.
pub(crate) fn names() -> Vec<String> {
    let command = add(Command::new("drata"), false);
    command.get_arguments().filter_map(Arg::get_long).chain(["help", "version"]).map(str::to_owned).collect()
}

impl Globals {
    /// Reads the options of a parsed command line.
    pub(crate) fn read(matches: &ArgMatches) -> Result<Self, Failure> {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        Ok(Self {
            profile: text("profile").or_else(|| environment("DRATA_PROFILE")),
            region: text("region"),
            sandbox: matches.get_one::<u64>("sandbox").copied(),
            format: Format::named(text("output").as_deref().unwrap_or("auto")),
            fields: matches.get_many::<String>("fields").into_iter().flatten().cloned().collect(),
            filter: text("filter"),
            quiet: matches.get_flag("quiet"),
            write: matches.get_flag("write"),
            yes: matches.get_flag("yes"),
            dry_run: matches.get_flag("dry-run"),
            color: match text("color").as_deref() {
                Some("always") => Color::Always,
                Some("never") => Color::Never,
                _ => Color::Auto,
            },
            timeout: matches.get_one::<u64>("timeout").map(|seconds| Duration::from_secs(*seconds)),
        })
    }
}
