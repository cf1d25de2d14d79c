//! jq expressions over what comes back.

use jaq_core::data::JustLut;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter as Program, Vars, unwrap_valr};
use jaq_json::Val;
use serde_json::Value;

use crate::failure::Failure;

/// A compiled expression.
pub(crate) struct Filter {
    program: Program<JustLut<Val>>,
}

impl Filter {
    /// Compiles an expression.
    pub(crate) fn compile(code: &str) -> Result<Self, Failure> {
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let arena = Arena::default();
        let invalid = |problem: String| Failure::usage(format!("--filter {code:?} is no jq expression: {problem}"));
        let modules = Loader::new(definitions)
            .load(&arena, File { code, path: () })
            .map_err(|errors| invalid(loading(&errors)))?;
        let program = Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
            let unknown =
                errors.iter().flat_map(|(_, undefined)| undefined).map(|(name, _)| format!("{name:?} is not defined"));
            invalid(unknown.collect::<Vec<_>>().join(", "))
        })?;
        Ok(Self { program })
    }

    /// Runs it on a value; each of its results is handed to `each`.
    pub(crate) fn run(&self, value: &Value, mut each: impl FnMut(Value) -> Result<(), Failure>) -> Result<(), Failure> {
        let unreadable =
            |error: &dyn std::fmt::Display| Failure::other(format!("--filter cannot read the response: {error}"));
        let input = jaq_json::read::parse_single(value.to_string().as_bytes()).map_err(|error| unreadable(&error))?;
        let context = Ctx::<JustLut<Val>>::new(&self.program.lut, Vars::new([]));
        for output in self.program.id.run((context, input)).map(unwrap_valr) {
            let output = output.map_err(|error| Failure::other(format!("--filter failed: {error}")))?;
            let text = output.to_string();
            // jq has numbers that JSON has not; they stay what they look like.
            each(serde_json::from_str(&text).unwrap_or_else(|_| text.into()))?;
        }
        Ok(())
    }
}

fn loading(errors: &jaq_core::load::Errors<&str, ()>) -> String {
    use jaq_core::load::Error;
    let describe = |error: &Error<&str>| match error {
        Error::Io(_) => "modules cannot be loaded".to_owned(),
        Error::Lex(errors) => {
            let all =
                errors.iter().map(|(expected, at)| format!("expected {} at {:?}", expected.as_str(), shortened(at)));
            all.collect::<Vec<_>>().join(", ")
        }
        Error::Parse(errors) => {
            let all = errors.iter().map(|(expected, at)| match at.is_empty() {
                false => format!("expected {} at {:?}", expected.as_str(), shortened(at)),
                true => format!("expected {} at the end", expected.as_str()),
            });
            all.collect::<Vec<_>>().join(", ")
        }
    };
    errors.iter().map(|(_, error)| describe(error)).collect::<Vec<_>>().join(", ")
}

fn shortened(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn all(code: &str, value: &Value) -> Vec<Value> {
        let mut all = Vec::new();
        Filter::compile(code)
            .unwrap()
            .run(value, |output| {
                all.push(output);
                Ok(())
            })
            .unwrap();
        all
    }

    #[test]
    fn expressions_run_on_each_value() {
        let row = json!({"id": 7, "tags": ["a", "b"], "name": "ünïcode \u{1b}"});
        assert_eq!(all(".id", &row), [json!(7)]);
        assert_eq!(all("select(.id > 9)", &row), Vec::<Value>::new());
        assert_eq!(all(".tags[]", &row), [json!("a"), json!("b")]);
        assert_eq!(all("{name, n: (.tags | length)}", &row), [json!({"name": "ünïcode \u{1b}", "n": 2})]);
    }

    #[test]
    fn what_is_no_expression_says_where() {
        for (code, problem) in [(".a |", "at the end"), ("nope", "\"nope\" is not defined"), (".a[", "expected")] {
            let failure = Filter::compile(code).err().unwrap();
            assert!(failure.to_string().contains(problem), "{code}: {failure}");
        }
    }
}
