//! A client made read-only has no way to write: programs that try do not compile.

#[test]
fn writing_operations_are_not_there() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/read_only/writes.rs");
    cases.compile_fail("tests/read_only/writes_by_hand.rs");
}
