//! Regular expressions as JavaScript writes them, matched in linear time.
//!
//! As a value a regular expression is an object of its source and flags, plain data like any other. What is compiled from
//! it is kept aside by source and flags. Look-around and back-references have no linear-time form and are refused.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};

use crate::diagnostic::Code;
use crate::value::{Fault, Key, Lanes, Meter, Value};

/// The bytes of a pattern.
const LONGEST: usize = 10_000;
/// The bytes of what is compiled from it.
const LARGEST: usize = 2 << 20;
/// The steps of looking an expression up, and of a search beside what it looks at.
const FOUND: u64 = 64;
const SEARCH: u64 = 4;
/// So many places of an expression fit into one state of what it is compiled to.
const FEW: u64 = 8;
/// How many are kept.
const KEPT: usize = 200;

/// The value of `/source/flags`.
pub fn value(source: &str, flags: &str) -> Value {
    let entries = [(Key::new("source"), Value::text(source)), (Key::new("flags"), Value::text(flags))];
    Value::object(entries).unwrap_or_default()
}

/// What is wrong with a regular expression, if anything is.
pub fn check(source: &str, flags: &str) -> Result<(), String> {
    compile(source, flags).map(drop)
}

/// How many groups a regular expression has, if it is one.
pub fn groups(source: &str, flags: &str) -> Option<usize> {
    compile(source, flags).ok().map(|regex| regex.captures_len() - 1)
}

/// What to write instead, where [`check`] found this wrong and does not say it.
pub fn help(wrong: &str) -> &'static str {
    match wrong {
        _ if wrong.contains("unclosed group") => "close it with `)`, or write `\\(` for the character itself",
        _ if wrong.contains("unopened group") => "open it with `(`, or write `\\)` for the character itself",
        _ if wrong.contains("unclosed character class") => "close it with `]`, or write `\\[` for the character itself",
        _ if wrong.contains("missing expression") => {
            "write what is repeated before it, or `\\*` for the character itself"
        }
        _ if wrong.contains("range") => "the first of a range is not above the last, as in `[a-z]`",
        _ => "",
    }
}

type Cache = HashMap<(String, String), Arc<Regex>>;

/// A compiled pattern.
#[derive(Clone)]
pub(super) struct Pattern {
    pub(super) regex: Arc<Regex>,
    /// Whether it stands for all its matches.
    pub(super) all: bool,
    measure: Measure,
}

impl Pattern {
    /// The pattern that a value stands for: a regular expression, or a text that is one. Nothing for anything else.
    pub(super) fn of(value: &Value, meter: &mut Meter) -> Result<Option<Self>, Fault> {
        if let Some(source) = value.as_text() {
            return Self::compiled(source, "", meter).map(Some);
        }
        Self::of_object(value, meter)
    }

    /// The pattern that a regular expression stands for; nothing for anything else.
    pub(super) fn of_object(value: &Value, meter: &mut Meter) -> Result<Option<Self>, Fault> {
        let Some(object) = value.as_object() else { return Ok(None) };
        match (object.get("source").and_then(Value::as_text), object.get("flags").and_then(Value::as_text)) {
            (Some(source), Some(flags)) => Self::compiled(source, flags, meter).map(Some),
            _ => Ok(None),
        }
    }

    fn compiled(source: &str, flags: &str, meter: &mut Meter) -> Result<Self, Fault> {
        static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(Mutex::default);
        meter.steps(FOUND + source.len() as u64)?;
        let key = (source.to_owned(), flags.to_owned());
        let all = flags.contains('g');
        let measure = measure(source);
        let known = CACHE.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(regex) = known {
            return Ok(Self { regex, all, measure });
        }
        let regex = compile(source, flags).map(Arc::new).map_err(|message| Fault::new(Code::R011, message))?;
        let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= KEPT {
            cache.clear();
        }
        cache.insert(key, regex.clone());
        Ok(Self { regex, all, measure })
    }

    /// Charges for a search of so many bytes. An expression of few places goes through a text byte by byte; of many it may stand
    /// at all at once.
    pub(super) fn charge(&self, bytes: usize, meter: &mut Meter) -> Result<(), Fault> {
        meter.alive()?;
        let (bytes, places) = (bytes as u64, self.measure.places);
        let many = places.saturating_sub(FEW).saturating_mul(bytes);
        meter.steps((SEARCH + (4 + places.min(FEW)) * bytes / 16).saturating_add(many))
    }

    /// Hands over the matches in a text in order, of which at most `most`; each search is charged by what it may look at.
    /// Where a match is found without looking far beyond it, all of them together look at the text once.
    pub(super) fn each<'t>(
        &self,
        text: &'t str,
        most: usize,
        meter: &mut Meter,
        mut take: impl FnMut(&regex::Captures<'t>, &mut Meter) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        // As in JavaScript, a match of nothing may stand where the one before it ended.
        let mut from = 0;
        for count in 0..most {
            if from > text.len() {
                break;
            }
            let left = text.len() - from;
            self.charge(self.measure.reach.filter(|_| count > 0).map_or(left, |reach| left.min(reach)), meter)?;
            let Some(captures) = self.regex.captures_at(text, from) else { break };
            let whole = captures.get(0).map_or(text.len()..text.len(), |whole| whole.range());
            let next = text[whole.end..].chars().next().map_or(1, char::len_utf8);
            from = whole.end + if whole.is_empty() { next } else { 0 };
            take(&captures, meter)?;
        }
        Ok(())
    }
}

/// The most steps that searches take for each byte of a text, where there may be a match at each.
pub fn steps_a_byte(source: &str) -> u64 {
    let Measure { places, reach } = measure(source);
    let ahead = reach.map_or(FAR, |reach| reach as u64);
    (16 * SEARCH).saturating_add(ahead.saturating_mul(1 + places.saturating_sub(FEW)))
}

/// So far a search is taken to look ahead where its text does not say it.
const FAR: u64 = 4_096;

/// What can be said of an expression from its text.
#[derive(Clone, Copy, Default)]
struct Measure {
    /// The places of a match that it may stand at, each repetition counted: 1 of a plain text.
    places: u64,
    /// How many bytes beyond the end of a match it may look at: where all of it is of bounded length, or all but one thing
    /// that is repeated at its end, which goes on for as long as the match does.
    reach: Option<usize>,
}

/// A group, or what stands between two bars of it.
#[derive(Clone, Copy, Default)]
struct Extent {
    places: u64,
    /// The characters of the longest match, of all alternatives and of the one that is read.
    longest: u64,
    current: u64,
}

impl Extent {
    fn add(&mut self, places: u64, characters: u64) {
        self.places = self.places.saturating_add(places);
        self.current = self.current.saturating_add(characters);
    }
}

/// Measures an expression, which may be malformed.
fn measure(source: &str) -> Measure {
    let chars: Vec<char> = source.chars().collect();
    let (mut outer, mut now, mut atom) = (Vec::new(), Extent::default(), (0, 0));
    let (mut plain, mut choice, mut endless) = (true, false, false);
    let mut at = 0;
    while at < chars.len() {
        let (char, from) = (chars[at], at);
        plain &= !".[(|*+?{".contains(char);
        at += 1;
        match char {
            '\\' => {
                plain &= !chars.get(at).is_some_and(char::is_ascii_alphanumeric);
                let braces = matches!(chars.get(at), Some('u' | 'p' | 'P')) && chars.get(at + 1) == Some(&'{');
                at += if braces { length(&chars[at..], '}') } else { 1 };
            }
            '[' => at += length(&chars[at..], ']'),
            '(' => {
                if chars.get(at) == Some(&'?') {
                    at += if chars.get(at + 1) == Some(&'<') { length(&chars[at..], '>') } else { 2 };
                }
                outer.push(std::mem::take(&mut now));
                atom = (0, 0);
                continue;
            }
            ')' => {
                let inner = std::mem::replace(&mut now, outer.pop().unwrap_or_default());
                atom = (inner.places, inner.longest.max(inner.current));
                now.add(atom.0, atom.1);
                continue;
            }
            '|' => {
                choice = true;
                now.longest = now.longest.max(std::mem::take(&mut now.current));
                atom = (0, 0);
                continue;
            }
            '?' | '^' | '$' => continue,
            '*' | '+' => {
                let last = matches!(&chars[at..], [] | ['?']);
                endless |= !last || choice || from == 0 || chars[from - 1] == ')';
                continue;
            }
            '{' if repeats(&chars[at..]) => {
                let end = at + length(&chars[at..], '}');
                let inside: String = chars[at..end - 1].iter().collect();
                let (low, high) = inside.split_once(',').map_or((&inside[..], None), |(low, high)| (low, Some(high)));
                let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
                let times = match high {
                    Some("") => {
                        endless |= end < chars.len() || choice || chars[from - 1] == ')';
                        number(low).saturating_add(1)
                    }
                    high => number(high.unwrap_or(low)),
                };
                let further = times.saturating_sub(1);
                now.add(atom.0.saturating_mul(further), atom.1.saturating_mul(further));
                at = end;
                continue;
            }
            _ => {}
        }
        atom = (1, 1);
        now.add(1, 1);
    }
    let longest = usize::try_from(now.longest.max(now.current)).unwrap_or(usize::MAX);
    Measure {
        places: if plain { 1 } else { now.places.max(1) },
        reach: (!endless).then(|| longest.saturating_add(1).saturating_mul(4)),
    }
}

/// How many characters there are up to this one, itself among them, unless it is escaped.
fn length(chars: &[char], end: char) -> usize {
    let mut escaped = false;
    let found = chars.iter().position(|&char| {
        let here = char == end && !escaped;
        escaped = char == '\\' && !escaped;
        here
    });
    found.map_or(chars.len(), |found| found + 1)
}

fn compile(source: &str, flags: &str) -> Result<Regex, String> {
    if source.len() > LONGEST {
        return Err(format!("the pattern has {} bytes, more than {LONGEST}; write a shorter one", source.len()));
    }
    let mut builder = RegexBuilder::new(&translate(source)?);
    builder.size_limit(LARGEST).dfa_size_limit(LARGEST).nest_limit(64);
    for (at, flag) in flags.char_indices() {
        if flags[..at].contains(flag) {
            return Err(format!("the flag `{flag}` occurs twice; write it once"));
        }
        match flag {
            'g' | 'u' => {}
            'i' => drop(builder.case_insensitive(true)),
            'm' => drop(builder.multi_line(true)),
            's' => drop(builder.dot_matches_new_line(true)),
            _ => return Err(format!("there is no flag `{flag}` here; write `g`, `i`, `m`, `s` or `u`")),
        }
    }
    builder.build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large when compiled; repeat less".to_owned(),
        error => {
            // The last line of the message says what is wrong; the lines above it draw the translated pattern.
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            format!("no regular expression: {}", last.trim_start_matches("error: "))
        }
    })
}

/// The pattern in the notation of the engine, where that differs.
fn translate(source: &str) -> Result<String, String> {
    let mut out = String::with_capacity(source.len() + 16);
    let chars: Vec<char> = source.chars().collect();
    let mut at = 0;
    let mut class = false;
    // Where a range may go on with `-`, and the end of one that did.
    let (mut begun, mut ends) = (false, false);
    // How many marks of repetition stand before a place.
    let mut repeated = 0;
    while at < chars.len() {
        let char = chars[at];
        let next = chars.get(at + 1).copied();
        let marks = match char {
            '*' | '+' | '?' => true,
            '{' => repeats(&chars[at + 1..]),
            _ => false,
        };
        if marks && !class && repeated > 0 && !(repeated == 1 && char == '?') {
            return Err(format!(
                "there is nothing to repeat before `{char}`; escape it, `\\{char}`, where it is meant"
            ));
        }
        repeated = if class {
            0
        } else if marks || char == '}' && closes(&chars[..at]) {
            repeated + 1
        } else {
            0
        };
        match (char, class) {
            ('\\', _) => {
                let kinds = next.is_some_and(|next| "dDwWsSpP".contains(next));
                (begun, ends) = (!ends && !kinds, false);
                at = escape(&chars, at, class, &mut out)?;
                continue;
            }
            ('-', true) => {
                let range = begun && next.is_some_and(|next| next != ']');
                out.push_str(if range { "-" } else { r"\-" });
                (begun, ends) = (!range && !ends, range);
                at += 1;
                continue;
            }
            ('[', false) => {
                let negated = next == Some('^');
                let empty = chars.get(at + 1 + usize::from(negated)) == Some(&']');
                match (negated, empty) {
                    (true, true) => out.push_str(r"[\s\S]"),
                    (false, true) => out.push_str(r"[^\s\S]"),
                    _ => {
                        (class, begun, ends) = (true, false, false);
                        out.push_str(if negated { "[^" } else { "[" });
                    }
                }
                at += 1 + usize::from(negated) + usize::from(empty);
                continue;
            }
            (']', true) => {
                class = false;
                out.push(']');
            }
            // Inside a class the engine has operators that JavaScript lacks.
            ('[' | '&' | '~', true) => {
                (begun, ends) = (!ends, false);
                out.extend(['\\', char]);
            }
            (_, true) => {
                (begun, ends) = (!ends, false);
                out.push(char);
            }
            ('(', false) if next == Some('?') => {
                match (chars.get(at + 2), chars.get(at + 3)) {
                    (Some('=' | '!'), _) => return Err(no("look-ahead", "match more and test the rest")),
                    (Some('<'), Some('=' | '!')) => return Err(no("look-behind", "match more and test the rest")),
                    (Some(':'), _) => {}
                    (Some('<'), Some(_)) => {}
                    _ => return Err(no("group of this kind", "write `(?:…)`, and flags behind the expression")),
                }
                out.push('(');
                // What it is was looked at: `?` repeats nothing here.
                repeated = 0;
                out.push('?');
                at += 2;
                continue;
            }
            // A brace that begins no repetition stands for itself.
            ('{', false) if !repeats(&chars[at + 1..]) => out.push_str(r"\{"),
            ('}', false) if !closes(&chars[..at]) => out.push_str(r"\}"),
            ('.', false) => out.push('.'),
            _ => out.push(char),
        }
        at += 1;
    }
    Ok(out)
}

fn no(what: &str, instead: &str) -> String {
    format!("there is no {what} in regular expressions here; {instead}")
}

fn repeats(rest: &[char]) -> bool {
    let Some(end) = rest.iter().position(|&char| char == '}') else { return false };
    let inside: String = rest[..end].iter().collect();
    let (low, high) = inside.split_once(',').unwrap_or((&inside, ""));
    let digits = |text: &str| text.chars().all(|char| char.is_ascii_digit());
    !low.is_empty() && digits(low) && digits(high)
}

fn closes(before: &[char]) -> bool {
    before.iter().rposition(|&char| char == '{').is_some_and(|open| {
        let mut rest = before[open + 1..].to_vec();
        rest.push('}');
        repeats(&rest) && before[..open].last() != Some(&'\\')
    })
}

/// Writes the escape that begins at a place, and gives the place behind it.
fn escape(chars: &[char], at: usize, class: bool, out: &mut String) -> Result<usize, String> {
    let Some(&char) = chars.get(at + 1) else {
        return Err("a regular expression cannot end in `\\`; write `\\\\`".to_owned());
    };
    match char {
        // Digits and word characters are those of ASCII, as in JavaScript.
        'd' => out.push_str(if class { "0-9" } else { "[0-9]" }),
        'D' => out.push_str("[^0-9]"),
        'w' => out.push_str(if class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        's' => out.push_str(if class { r"\s\x{feff}" } else { r"[\s\x{feff}]" }),
        'S' => out.push_str(r"[^\s\x{feff}]"),
        'b' if class => out.push_str(r"\x08"),
        'b' => out.push_str(r"(?-u:\b)"),
        'B' => out.push_str(r"(?-u:\B)"),
        'n' | 'r' | 't' | 'f' | 'v' => out.extend(['\\', char]),
        'p' | 'P' => {
            let end = chars[at..].iter().position(|&char| char == '}').map_or(at + 2, |end| at + end + 1);
            out.extend(&chars[at..end]);
            return Ok(end);
        }
        'x' | 'u' => {
            let (code, end) = code(chars, at + 2, if char == 'x' { 2 } else { 4 });
            match code {
                Some(code) if char::from_u32(code).is_some() => out.push_str(&format!("\\x{{{code:x}}}")),
                Some(_) => {
                    return Err(format!("`\\{char}` names no character there; write its number in braces, `\\u{{…}}`"));
                }
                None => out.push(char),
            }
            return Ok(end);
        }
        'c' => match chars.get(at + 2).filter(|char| char.is_ascii_alphabetic()) {
            Some(&letter) => {
                out.push_str(&format!("\\x{{{:x}}}", letter as u32 % 32));
                return Ok(at + 3);
            }
            None => out.push_str(r"\\c"),
        },
        '0' if !chars.get(at + 2).is_some_and(char::is_ascii_digit) => out.push_str(r"\x00"),
        '0'..='9' | 'k' if !class => return Err(no("back-reference", "match both parts and compare them")),
        // Escaped, these two are assertions to the engine.
        '<' | '>' => out.push(char),
        char if char.is_ascii_punctuation() => out.extend(['\\', char]),
        char => out.push(char),
    }
    Ok(at + 2)
}

/// The hexadecimal number at a place, of so many digits or in braces, and the place behind it.
fn code(chars: &[char], from: usize, digits: usize) -> (Option<u32>, usize) {
    let (start, end, behind) = match chars.get(from) {
        Some('{') if digits == 4 => match chars[from..].iter().position(|&char| char == '}') {
            Some(end) => (from + 1, from + end, from + end + 1),
            None => return (None, from),
        },
        _ => (from, from + digits, from + digits),
    };
    let text: String = chars.get(start..end).unwrap_or_default().iter().collect();
    match u32::from_str_radix(&text, 16) {
        Ok(code) if !text.starts_with('+') => (Some(code), behind),
        _ => (None, from),
    }
}

/// The texts of a match, charged: the whole, then its groups, null for those that took no part.
pub(super) fn texts(captures: &regex::Captures<'_>, lanes: Lanes, meter: &mut Meter) -> Result<Vec<Value>, Fault> {
    let bytes: usize = captures.iter().flatten().map(|group| group.len()).sum();
    meter.list(captures.len())?;
    meter.memory(bytes as u64)?;
    let text =
        |group: Option<regex::Match<'_>>| group.map_or(Value::NULL, |group| Value::text(group.as_str())).with(lanes);
    Ok(captures.iter().map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str, flags: &str, text: &str) -> Vec<String> {
        let regex = compile(source, flags).unwrap();
        regex.find_iter(text).map(|found| found.as_str().to_owned()).collect()
    }

    #[test]
    fn patterns_mean_what_they_mean_in_javascript() {
        assert_eq!(found(r"\d+", "", "a12٣b3"), ["12", "3"]);
        assert_eq!(found(r"[\w-]+", "", "foo-bär"), ["foo-b", "r"]);
        assert_eq!(found(r"[^]", "", "a\n"), ["a", "\n"]);
        assert!(found(r"[]", "", "a").is_empty());
        assert_eq!(found(r"a{,2}", "", "a{,2}"), ["a{,2}"]);
        assert_eq!(found(r"{x}", "", "{x}"), ["{x}"]);
        assert_eq!(found(r"x{2,3}", "", "xxxx"), ["xxx"]);
        assert_eq!(found(r"[[&&]", "", "[&"), ["[", "&"]);
        assert_eq!(found(r"[+--]", "", "*+,-."), ["+", ",", "-"]);
        assert_eq!(found(r"[a-c-e]", "", "abcde-"), ["a", "b", "c", "e", "-"]);
        assert_eq!(found(r"[\w-z]", "", "a-"), ["a", "-"]);
        assert_eq!(found(r"[--/]", "", "-./0"), ["-", ".", "/"]);
        assert_eq!(found(r"a{1,2}?b??(?:c)*?(?<n>d)", "", "aabcd"), ["aabcd"]);
        for foreign in ["(?i)a", "(?x) a b", "(?P<x>a)", "a**", "a++", "a{2}{3}", "a+??"] {
            assert!(compile(foreign, "").is_err(), "{foreign}");
        }
        assert_eq!(found(r"\/\-\u0041\x42\u{43}", "", "/-ABC"), ["/-ABC"]);
        assert_eq!(found("^b$", "m", "a\nb\nc"), ["b"]);
        assert_eq!(found("A.c", "is", "a\nC"), ["a\nC"]);
        assert_eq!(found(r"\bé", "", "aé"), ["é"]);
        assert_eq!(found(r"(?<year>\d{4})-(?:\d\d)", "", "2026-05"), ["2026-05"]);
        assert_eq!(found(r"\p{Lu}", "u", "aÄ"), ["Ä"]);
    }

    #[test]
    fn what_has_no_linear_form_is_refused() {
        for (source, flags) in [
            (r"(a)\1", ""),
            ("(?=a)", ""),
            ("(?<!a)b", ""),
            ("(", ""),
            ("a", "y"),
            ("a", "gg"),
            (r"\", ""),
            ("*", ""),
            (r"\k<a>", ""),
        ] {
            assert!(check(source, flags).is_err(), "{source}");
        }
        assert!(check(&"a".repeat(LONGEST + 1), "").is_err());
        assert!(check("(((((a{100}){100}){100}){100}){100})", "").is_err());
        assert!(check(&"(".repeat(5000), "").is_err());
    }

    #[test]
    fn expressions_are_measured_from_their_texts() {
        let of = |source: &str| (measure(source).places, measure(source).reach);
        assert_eq!(of("word"), (1, Some(20)));
        assert_eq!(of("a."), (2, Some(12)));
        assert_eq!(of(r"\d{4}-\d{2}"), (7, Some(32)));
        assert_eq!(of("(?:ab|c){10}[^x]"), (31, Some(88)));
        assert_eq!(of("(?<year>a{3})?"), (3, Some(16)));
        assert_eq!(of("[a-z]+"), (1, Some(8)));
        assert_eq!(of("[a-z]+b"), (2, None));
        assert_eq!(of("(?:ab)+"), (2, None));
        assert_eq!(of("a{2,}"), (3, Some(16)));
        assert_eq!(of("a{2,}b"), (4, None));
        assert_eq!(of(r"\u{41}{2}[\]]"), (3, Some(16)));
        assert_eq!(of("((a{1000}){1000}){1000}").0, 1_000_000_000);
        for malformed in ["(", ")", "a{", "[", "\\", "{2}", "*", "(?<", "(?"] {
            measure(malformed);
        }
    }

    #[test]
    fn hostile_patterns_take_linear_time() {
        let text = "a".repeat(30_000) + "b";
        assert!(found("(a+)+$", "", &text).is_empty());
    }
}
