//! `drata completions` and `drata man`.

use std::ffi::OsString;
use std::io::Write as _;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};
use clap_complete::env::Shells;

use crate::failure::Failure;
use crate::output::Screen;

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

pub(crate) fn completions() -> Command {
    Command::new("completions")
        .about("A script that completes commands, flags and their values")
        .after_help(
            "bash:  source <(drata completions bash)\n\
             zsh:   source <(drata completions zsh)      after `autoload -Uz compinit && compinit`\n\
             fish:  drata completions fish | source\n\n\
             Put the line into the file that the shell begins with.",
        )
        .arg(Arg::new("shell").required(true).value_parser(PossibleValuesParser::new(SHELLS)).help("The shell"))
}

pub(crate) fn man() -> Command {
    Command::new("man")
        .about("The manual page, of the program or of one command")
        .arg(Arg::new("command").num_args(0..=3).value_name("COMMAND").help("Such as `v2 risks create`"))
}

/// Writes the script for a shell: it asks the program itself, so it knows every operation.
pub(crate) fn complete(matches: &ArgMatches) -> Result<(), Failure> {
    let shell = matches.get_one::<String>("shell").map(String::as_str).unwrap_or_default();
    let shells = Shells::builtins();
    let Some(completer) = shells.completer(shell) else {
        return Err(Failure::usage(format!("{shell:?} is none of {}", SHELLS.join(", "))));
    };
    let mut script = Vec::new();
    completer.write_registration("COMPLETE", "drata", "drata", "drata", &mut script)?;
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if shell == "zsh" {
        script = loaded_in_either_way(&script);
    }
    let mut out = Screen::out();
    out.write_all(script.as_bytes())?;
    Ok(out.flush()?)
}

/// A script of zsh that completes also when it stands as `_drata` in a folder of `fpath`: there it is the completion itself,
/// and would only announce one.
fn loaded_in_either_way(script: &str) -> String {
    let Some((before, call)) = script.trim_end().rsplit_once("\ncompdef ") else { return script.to_owned() };
    let function = call.split(' ').next().unwrap_or_default();
    format!("{before}\nif [[ $funcstack[1] == _drata ]]; then\n    {function} \"$@\"\nelse\n    compdef {call}\nfi\n")
}

/// The command line whose manual page is asked for.
pub(crate) fn line(matches: &ArgMatches) -> Vec<OsString> {
    let words = matches.get_many::<String>("command").into_iter().flatten();
    std::iter::once("drata".into()).chain(words.map(OsString::from)).collect()
}

/// Writes the manual page of what a command line leads to.
pub(crate) fn page(mut command: Command, line: &[OsString]) -> Result<(), Failure> {
    let mut name = "drata".to_owned();
    command.build();
    for word in line.iter().skip(1) {
        let Some(below) = command.find_subcommand(word) else {
            return Err(Failure::usage(format!("{name} has no command {word:?}")));
        };
        command = below.clone();
        name = format!("{name}-{}", command.get_name());
    }
    let mut page = Vec::new();
    let version = concat!("drata ", env!("CARGO_PKG_VERSION"));
    clap_mangen::Man::new(command).title(name.to_uppercase()).source(version).manual("Drata").render(&mut page)?;
    let mut out = Screen::out();
    out.write_all(&page)?;
    Ok(out.flush()?)
}
