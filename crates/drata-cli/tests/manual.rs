//! Every command of the READMEs and of the transcripts runs, and says what they show.

#[test]
fn transcripts() {
    let home = tempfile::tempdir().expect("a folder");
    trycmd::TestCases::new()
        .env("DRATA_CONFIG", home.path().join("config.toml").display().to_string())
        .env("DRATA_API_KEY", "")
        .env("DRATA_PROFILE", "")
        .case("README.md")
        .case("../../README.md")
        .case("tests/transcripts/*.md");
}
