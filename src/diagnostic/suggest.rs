//! The name that was probably meant.

/// The candidate nearest to a word, unless all are too far away. Letters may differ in case, be swapped with their
/// neighbour, and words of a name may be joined otherwise (`to_upper_case`); the first of equals is taken.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written: Vec<char> = word.chars().take(LONGEST + 1).collect();
    if written.is_empty() || written.len() > LONGEST {
        return None;
    }
    let folded = fold(&written);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == word {
            continue;
        }
        let letters: Vec<char> = candidate.chars().take(LONGEST + 1).collect();
        if letters.is_empty() || letters.len() > LONGEST {
            continue;
        }
        let score = score(&written, &folded, &letters);
        let letters = folded.len().min(letters.len());
        let first = usize::from(letters > 2);
        if score <= 2 * allowed(letters) + first && best.is_none_or(|(least, _)| score < least) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Names longer than this are nobody's slip of the finger.
const LONGEST: usize = 64;

/// How many slips are forgiven in a name of so many letters.
fn allowed(letters: usize) -> usize {
    match letters {
        0..=1 => 0,
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    }
}

/// Twice the distance, so that of two candidates at one distance the one with the same first letter is nearer.
fn score(written: &[char], folded: &[char], candidate: &[char]) -> usize {
    let other = fold(candidate);
    if folded == other {
        return 0;
    }
    let elsewhere = usize::from(written[0].to_lowercase().ne(candidate[0].to_lowercase()));
    2 * distance(folded, &other) + elsewhere
}

/// Lower case, without the marks that join words.
fn fold(name: &[char]) -> Vec<char> {
    let joined = |c: &&char| !matches!(**c, '_' | '-');
    let letters: Vec<char> = name.iter().filter(joined).flat_map(|c| c.to_lowercase()).collect();
    if letters.is_empty() { name.to_vec() } else { letters }
}

/// Insertions, removals, replacements and swaps of neighbours that lead from one to the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut table = vec![0; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i * width + j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = table[(i - 1) * width + j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let least = replaced.min(table[(i - 1) * width + j] + 1).min(table[i * width + j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least.min(table[(i - 2) * width + j - 2] + 1)
                } else {
                    least
                }
            };
        }
    }
    table[a.len() * width + b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    const NAMES: &[&str] =
        &["map", "filter", "length", "toUpperCase", "consensus", "x", "print", "max", "min", "result"];

    fn of(word: &str) -> Option<&'static str> {
        nearest(word, NAMES.iter().copied())
    }

    #[test]
    fn finds_what_was_meant() {
        assert_eq!(of("fitler"), Some("filter"));
        assert_eq!(of("lenght"), Some("length"));
        assert_eq!(of("to_upper_case"), Some("toUpperCase"));
        assert_eq!(of("Print"), Some("print"));
        assert_eq!(of("concensus"), Some("consensus"));
        assert_eq!(of("X"), Some("x"));
        assert_eq!(of("reslut"), Some("result"));
    }

    #[test]
    fn prefers_the_same_beginning() {
        assert_eq!(of("mab"), Some("map"));
        assert_eq!(nearest("cat", ["bat", "car"]), Some("car"));
    }

    #[test]
    fn is_silent_when_nothing_is_near() {
        assert_eq!(of("y"), None);
        assert_eq!(of("elephant"), None);
        assert_eq!(of("length"), None);
        assert_eq!(of(""), None);
        assert_eq!(of(&"a".repeat(1 << 20)), None);
    }
}
