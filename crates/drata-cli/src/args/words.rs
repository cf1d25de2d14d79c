//! The words of a command line, before it is parsed: which command is asked for, so that only that one is built.

use std::ffi::OsString;

/// Global options whose value is the next argument.
const WITH_VALUE: [&str; 9] =
    ["--profile", "-p", "--region", "--output", "-o", "--fields", "--filter", "--color", "--timeout"];

/// As many words as name a command: version, area, operation.
const ENOUGH: usize = 3;

/// A command line whose commands are spelled as help spells them: `risk_notes` as the library has it is `risk-notes`.
pub(crate) fn spelled(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let (places, words) = (places(&arguments), words(&arguments));
    if !words.iter().any(|word| word.contains('_')) {
        return arguments;
    }
    let commands = match words.first().map(String::as_str) {
        Some("v1" | "v2") => 3,
        Some(area) if matches!(super::area::find(&area.replace('-', "_")), Ok(Some(_))) => 2,
        _ => 1,
    };
    for (place, word) in places.into_iter().zip(words).take(commands) {
        arguments[place] = word.replace('_', "-").into();
    }
    arguments
}

/// The first words that are neither options nor their values.
pub(crate) fn words(arguments: &[OsString]) -> Vec<String> {
    places(arguments).into_iter().map(|place| arguments[place].to_string_lossy().into_owned()).collect()
}

/// Where the words stand.
fn places(arguments: &[OsString]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut all = arguments.iter().enumerate().skip(1);
    while let Some((place, argument)) = all.next() {
        let text = argument.to_string_lossy();
        // `drata help v2 risks` is `drata v2 risks --help`.
        if text == "help" && places.is_empty() {
            continue;
        }
        if text == "--" || places.len() == ENOUGH {
            break;
        }
        if WITH_VALUE.contains(&text.as_ref()) {
            all.next();
        } else if !text.starts_with('-') {
            places.push(place);
        }
    }
    places
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

    #[test]
    fn commands_are_spelled_either_way_and_values_are_left_alone() {
        let of = |line: &str| {
            let spelled = spelled(line.split(' ').map(OsString::from).collect());
            spelled.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of("drata v2 risk_notes list_all a_b"), "drata v2 risk-notes list-all a_b");
        assert_eq!(of("drata --sandbox risk_notes get a_b"), "drata --sandbox risk-notes get a_b");
        assert_eq!(of("drata help v2 risk_notes"), "drata help v2 risk-notes");
        assert_eq!(of("drata export my_folder"), "drata export my_folder");
        assert_eq!(of("drata describe risk_notes create_one"), "drata describe risk_notes create_one");
    }
}
