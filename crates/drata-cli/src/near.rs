//! What somebody may have meant.

/// The names that are nearly this one, the nearest first.
pub(crate) fn near<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    const ALIKE: f64 = 0.8;
    const SHOWN: usize = 3;
    /// No name is so long, and comparing takes the square of the length.
    const LONGEST: usize = 100;
    if word.len() > LONGEST {
        return Vec::new();
    }
    let word = word.to_lowercase();
    // One slip of a finger counts however short the word is.
    let alike = |name: &str| match name.to_lowercase() {
        name if strsim::osa_distance(&word, &name) <= 1 => 1.0,
        name => strsim::jaro_winkler(&word, &name),
    };
    let mut near: Vec<(f64, &str)> = names.into_iter().map(|name| (alike(name), name)).collect();
    near.retain(|(alike, _)| *alike > ALIKE);
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup_by_key(|(_, name)| *name);
    near.into_iter().take(SHOWN).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn the_nearest_comes_first() {
        let areas = ["users", "vendor-documents", "vendors", "vendor-types"];
        assert_eq!(near("vendrs", areas)[0], "vendors");
        assert_eq!(near("USERS", areas), ["users"]);
        assert_eq!(near("gte", ["delete", "get", "list"]), ["get"]);
        assert!(near("zebra", areas).is_empty());
        assert!(near(&"v".repeat(1_000_000), areas).is_empty());
    }
}
