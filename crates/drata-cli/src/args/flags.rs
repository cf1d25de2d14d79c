//! The names of flags, by rules that no operation escapes.

use std::collections::HashMap;

/// A name of the contract as a flag: `expand[]` is `expand`, `riskOwnerIds` is `risk-owner-ids`.
pub(crate) fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let letters: Vec<char> = name.trim_end_matches("[]").chars().collect();
    for (place, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            if !out.is_empty() && !out.ends_with('-') {
                out.push('-');
            }
            continue;
        }
        let before = place.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(place + 1);
        let begins = letter.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
                || before.is_some_and(char::is_uppercase) && after.is_some_and(|after| after.is_lowercase()));
        if begins && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out.trim_end_matches('-').to_owned()
}

/// Hands out flag names, each once.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: HashMap<String, ()>,
}

impl Names {
    /// Names that are taken from the start.
    pub(crate) fn without(reserved: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { taken: reserved.into_iter().map(|name| (name.into(), ())).collect() }
    }

    /// A flag for a name of the contract; where it is taken, `kind` (`param`, `body`) stands before it.
    pub(crate) fn give(&mut self, kind: &str, name: &str) -> String {
        let plain = kebab(name);
        let mut flag = if plain.is_empty() { kind.to_owned() } else { plain };
        while self.taken.insert(flag.clone(), ()).is_some() {
            flag = format!("{kind}-{flag}");
        }
        flag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_contract_become_flags() {
        for (name, flag) in [
            ("expand[]", "expand"),
            ("riskOwnerIds", "risk-owner-ids"),
            ("isMFAEnabled", "is-mfa-enabled"),
            ("x-session-id", "x-session-id"),
            ("base64File", "base64-file"),
            ("Test ID", "test-id"),
            ("hasPII", "has-pii"),
        ] {
            assert_eq!(kebab(name), flag);
        }
    }

    #[test]
    fn a_name_that_is_taken_says_where_it_belongs() {
        let mut names = Names::without(["filter"]);
        assert_eq!(names.give("param", "filter"), "param-filter");
        assert_eq!(names.give("body", "name"), "name");
        assert_eq!(names.give("body", "name"), "body-name");
    }
}
