//! The words of a command line, before it is parsed: which command is asked for, so that only that one is built.

use std::ffi::OsString;

/// Global options whose value is the next argument.
const WITH_VALUE: [&str; 9] =
    ["--profile", "-p", "--region", "--output", "-o", "--fields", "--filter", "--color", "--timeout"];

/// As many words as name a command: version, area, operation.
const ENOUGH: usize = 3;

/// The first words that are neither options nor their values.
pub(crate) fn words(arguments: &[OsString]) -> Vec<String> {
    let mut words = Vec::new();
    let mut arguments = arguments.iter().skip(1);
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        if text == "--" || words.len() == ENOUGH {
            break;
        }
        if WITH_VALUE.contains(&text.as_ref()) {
            arguments.next();
        } else if !text.starts_with('-') {
            words.push(text.into_owned());
        }
    }
    // `drata help v2 risks` is `drata v2 risks --help`.
    if words.first().is_some_and(|word| word == "help") {
        words.remove(0);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_their_values_are_no_words() {
        let of = |line: &str| words(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert_eq!(of("drata v2 risks list 1 --title x"), ["v2", "risks", "list"]);
        assert_eq!(of("drata --sandbox -o json --profile a vendors --help"), ["vendors"]);
        assert_eq!(of("drata --output=json help v1 users"), ["v1", "users"]);
        assert_eq!(of("drata -- v2"), Vec::<String>::new());
    }
}
