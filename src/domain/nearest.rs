//! What somebody may have meant who mistyped a code or a name.

/// Letters from which on a word is no mistyped code or name; to compare takes time as the product of lengths.
const LONGEST: usize = 100;

/// The candidate that a mistyped word most likely means; none where none is near.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.chars().nth(LONGEST).is_some() {
        return None;
    }
    (candidates.into_iter())
        .map(|candidate| (strsim::normalized_damerau_levenshtein(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_or_none() {
        assert_eq!(nearest("CNY-1e9", ["jia", "CNY-1e8", "percent"]), Some("CNY-1e8"));
        assert_eq!(nearest("zzz", ["jia", "CNY-1e8"]), None);
        let long = "x".repeat(1_000_000);
        assert_eq!(nearest(&long, [long.as_str()]), None, "at once");
    }
}
