//! Whether two short strings are the same.

/// Compares word by word. Names have a few, and asking the C library about them costs more than looking at them.
#[inline]
pub(crate) fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let ((words, rest), (other_words, other_rest)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    let word = |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes);
    if !words.iter().zip(other_words).all(|(one, other)| word(one) == word(other)) {
        return false;
    }
    // The last word overlaps the one before it, so that it is whole.
    if let (Some(one), Some(other)) = (one.last_chunk(), other.last_chunk()) {
        return word(one) == word(other);
    }
    rest.iter().zip(other_rest).all(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn strings_are_the_same_as_the_language_says() {
        let whole = "abcdefghijklmnopqrstuvwxyz";
        for end in 0..whole.len() {
            let text = &whole[..end];
            let copy = text.to_owned();
            assert!(same(text, &copy) && !same(text, &whole[..=end]), "{text}");
            for place in 0..end {
                let mut other = text.to_owned().into_bytes();
                other[place] = b'-';
                assert!(!same(text, str::from_utf8(&other).unwrap()), "{text} {place}");
            }
        }
    }
}
