//! A grammar in the notation of llama.cpp: read, generated from, recognised.

use std::collections::{HashMap, HashSet};

/// A part of an alternative.
#[derive(Clone, Debug)]
enum Part {
    Rule(usize),
    /// A letter of, or outside of, these ranges.
    Letter(Vec<(char, char)>, bool),
}

/// A rule, which of its alternatives, how much of it has been read, and from where on.
type Item = (usize, usize, usize, usize);

/// A grammar with its groups and repetitions as rules of their own.
pub(crate) struct Gbnf {
    rules: Vec<Vec<Vec<Part>>>,
    names: HashMap<String, usize>,
    /// How high the lowest tree of each rule is.
    heights: Vec<usize>,
}

impl Gbnf {
    /// Reads a grammar of which every rule stands on its line.
    pub(crate) fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let pairs: Vec<(&str, &str)> = lines.map(|line| line.split_once(" ::= ").expect(line)).collect();
        let mut grammar = Self { rules: vec![Vec::new(); pairs.len()], names: HashMap::new(), heights: Vec::new() };
        for (i, (name, _)) in pairs.iter().enumerate() {
            assert!(grammar.names.insert((*name).to_string(), i).is_none(), "{name} stands there twice");
        }
        for (i, (_, right)) in pairs.iter().enumerate() {
            let letters: Vec<char> = right.chars().collect();
            let mut at = 0;
            grammar.rules[i] = grammar.choice(&letters, &mut at);
            assert_eq!(at, letters.len(), "{right}");
        }
        grammar.measure();
        grammar
    }

    fn choice(&mut self, text: &[char], at: &mut usize) -> Vec<Vec<Part>> {
        let mut rows = vec![Vec::new()];
        while let Some(&c) = text.get(*at) {
            let row = rows.last_mut().unwrap();
            *at += 1;
            match c {
                ' ' => {}
                '|' => rows.push(Vec::new()),
                ')' => {
                    *at -= 1;
                    break;
                }
                '"' => {
                    let start = row.len();
                    while text[*at] != '"' {
                        let c = letter(text, at);
                        row.push(Part::Letter(vec![(c, c)], false));
                    }
                    *at += 1;
                    assert!(!self.repeats(text, *at) || row.len() == start + 1);
                }
                '[' => row.push(class(text, at)),
                '(' => {
                    let inner = self.choice(text, at);
                    *at += 1;
                    self.rules.push(inner);
                    row.push(Part::Rule(self.rules.len() - 1));
                }
                '*' | '+' | '?' | '{' => {
                    let part = row.pop().unwrap();
                    let (least, most) = match c {
                        '*' => (0, None),
                        '+' => (1, None),
                        '?' => (0, Some(1)),
                        _ => bounds(text, at),
                    };
                    let parts = self.repeat(part, least, most);
                    rows.last_mut().unwrap().extend(parts);
                }
                _ => {
                    let mut name = String::from(c);
                    while text.get(*at).is_some_and(|c| c.is_ascii_alphanumeric() || *c == '-') {
                        name.push(text[*at]);
                        *at += 1;
                    }
                    row.push(Part::Rule(*self.names.get(&name).unwrap_or_else(|| panic!("there is no rule {name}"))));
                }
            }
        }
        rows
    }

    fn repeats(&self, text: &[char], at: usize) -> bool {
        text.get(at).is_some_and(|c| "*+?{".contains(*c))
    }

    fn repeat(&mut self, part: Part, least: usize, most: Option<usize>) -> Vec<Part> {
        let mut parts = vec![part.clone(); least];
        match most {
            None => {
                let itself = self.rules.len();
                self.rules.push(vec![Vec::new(), vec![part, Part::Rule(itself)]]);
                parts.push(Part::Rule(itself));
            }
            Some(most) if most > least => {
                let mut inner = self.rules.len();
                self.rules.push(vec![Vec::new(), vec![part.clone()]]);
                for _ in least + 1..most {
                    self.rules.push(vec![Vec::new(), vec![part.clone(), Part::Rule(inner)]]);
                    inner += 1;
                }
                parts.push(Part::Rule(inner));
            }
            Some(_) => {}
        }
        parts
    }

    fn measure(&mut self) {
        self.heights = vec![usize::MAX; self.rules.len()];
        loop {
            let next: Vec<usize> = (0..self.rules.len())
                .map(|rule| self.rules[rule].iter().map(|row| self.height(row)).min().unwrap())
                .collect();
            if next == self.heights {
                break;
            }
            self.heights = next;
        }
        assert!(self.heights.iter().all(|height| *height < usize::MAX), "a rule has no word");
    }

    fn height(&self, row: &[Part]) -> usize {
        let heights = row.iter().map(|part| match part {
            Part::Rule(rule) => self.heights[*rule].saturating_add(1),
            Part::Letter(..) => 0,
        });
        heights.max().unwrap_or(0)
    }

    /// The rules that can begin with themselves, which llama.cpp cannot read.
    pub(crate) fn left_recursive(&self) -> Vec<&str> {
        let empty = |part: &Part| matches!(part, Part::Rule(rule) if self.is_empty(*rule));
        let firsts = |rule: usize| {
            let rows = self.rules[rule].iter();
            rows.flat_map(move |row| {
                let length = row.iter().position(|part| !empty(part)).map_or(row.len(), |at| at + 1);
                row[..length].iter().filter_map(|part| match part {
                    Part::Rule(rule) => Some(*rule),
                    Part::Letter(..) => None,
                })
            })
        };
        let recursive = |start: usize| {
            let (mut seen, mut todo) = (HashSet::new(), vec![start]);
            while let Some(rule) = todo.pop() {
                todo.extend(firsts(rule).filter(|first| seen.insert(*first)));
            }
            seen.contains(&start)
        };
        self.names.iter().filter(|(_, rule)| recursive(**rule)).map(|(name, _)| name.as_str()).collect()
    }

    fn is_empty(&self, rule: usize) -> bool {
        let mut known = vec![false; self.rules.len()];
        loop {
            let full = |row: &Vec<Part>| row.iter().all(|part| matches!(part, Part::Rule(rule) if known[*rule]));
            let next: Vec<bool> = self.rules.iter().map(|rows| rows.iter().any(full)).collect();
            if next == known {
                return known[rule];
            }
            known = next;
        }
    }

    /// A word of the grammar. Behind so many steps the lowest tree is taken everywhere.
    pub(crate) fn word(&self, seed: u64, steps: usize) -> String {
        let mut random = Random(seed);
        let mut out = String::new();
        let mut taken = 0;
        let mut todo = vec![Part::Rule(self.names["root"])];
        while let Some(part) = todo.pop() {
            match part {
                Part::Letter(ranges, outside) => out.push(random.letter(&ranges, outside)),
                Part::Rule(rule) => {
                    taken += 1;
                    let rows = &self.rules[rule];
                    let row = if taken < steps {
                        &rows[random.below(rows.len())]
                    } else {
                        rows.iter().min_by_key(|row| self.height(row)).unwrap()
                    };
                    todo.extend(row.iter().rev().cloned());
                }
            }
        }
        out
    }

    /// How far a text is the beginning of a word, in letters, and whether it is one.
    pub(crate) fn recognise(&self, text: &str) -> (usize, bool) {
        let chart = self.chart(text);
        let at = chart.len() - 1;
        (at, at == text.chars().count() && self.whole(&chart).is_some())
    }

    /// The alternatives that one tree of a word is made of, as the name of their rule and their number.
    pub(crate) fn alternatives(&self, text: &str) -> HashSet<(&str, usize)> {
        let chart = self.chart(text);
        let mut used = HashSet::new();
        let whole = self.whole(&chart).filter(|_| chart.len() == text.chars().count() + 1);
        let mut todo: Vec<(Item, usize)> = whole.map(|item| (item, chart.len() - 1)).into_iter().collect();
        while let Some(((rule, row, length, origin), mut end)) = todo.pop() {
            used.insert((rule, row));
            for dot in (0..length).rev() {
                let Part::Rule(inner) = &self.rules[rule][row][dot] else {
                    end -= 1;
                    continue;
                };
                let found = chart[end].iter().find(|(complete, inner_row, inner_dot, start)| {
                    *complete == *inner
                        && *inner_dot == self.rules[*complete][*inner_row].len()
                        && chart[*start].contains(&(rule, row, dot, origin))
                });
                let item = *found.expect("a finished rule has its parts");
                todo.push((item, end));
                end = item.3;
            }
        }
        let names: HashMap<usize, &str> = self.names.iter().map(|(name, rule)| (*rule, name.as_str())).collect();
        used.into_iter().filter_map(|(rule, row)| Some((*names.get(&rule)?, row))).collect()
    }

    /// The start, read to the end of the chart.
    fn whole(&self, chart: &[HashSet<Item>]) -> Option<Item> {
        let start = self.names["root"];
        let rows = self.rules[start].iter().enumerate();
        rows.map(|(row, parts)| (start, row, parts.len(), 0)).find(|item| chart[chart.len() - 1].contains(item))
    }

    /// What has been read of which alternative at each place, after Earley; up to the place where nothing fits.
    fn chart(&self, text: &str) -> Vec<HashSet<Item>> {
        let empty: Vec<bool> = (0..self.rules.len()).map(|rule| self.is_empty(rule)).collect();
        let start = self.names["root"];
        let mut letters = text.chars();
        let mut chart: Vec<HashSet<Item>> = Vec::new();
        // For each place, the items that wait for a rule.
        let mut waiting: Vec<HashMap<usize, Vec<Item>>> = Vec::new();
        let mut todo: Vec<Item> = (0..self.rules[start].len()).map(|row| (start, row, 0, 0)).collect();
        while !todo.is_empty() {
            let (at, letter) = (chart.len(), letters.next());
            let mut seen: HashSet<Item> = todo.iter().copied().collect();
            let mut next = Vec::new();
            waiting.push(HashMap::new());
            while let Some((rule, row, dot, origin)) = todo.pop() {
                let mut found = Vec::new();
                match self.rules[rule][row].get(dot) {
                    Some(Part::Letter(ranges, outside)) => {
                        if letter.is_some_and(|c| has(ranges, c) != *outside) {
                            next.push((rule, row, dot + 1, origin));
                        }
                    }
                    Some(Part::Rule(inner)) => {
                        let waits = waiting[at].entry(*inner).or_default();
                        if waits.is_empty() {
                            found.extend((0..self.rules[*inner].len()).map(|row| (*inner, row, 0, at)));
                        }
                        waits.push((rule, row, dot, origin));
                        if empty[*inner] {
                            found.push((rule, row, dot + 1, origin));
                        }
                    }
                    None => {
                        let waits = waiting[origin].get(&rule).into_iter().flatten();
                        found.extend(waits.map(|(rule, row, dot, origin)| (*rule, *row, dot + 1, *origin)));
                    }
                }
                todo.extend(found.into_iter().filter(|item| seen.insert(*item)));
            }
            chart.push(seen);
            todo = next;
        }
        chart
    }
}

fn bounds(text: &[char], at: &mut usize) -> (usize, Option<usize>) {
    let inner: String = text[*at..].iter().take_while(|c| **c != '}').collect();
    *at += inner.len() + 1;
    let (least, most) = inner.split_once(',').unwrap();
    (least.parse().unwrap(), Some(most.parse().unwrap()))
}

/// A letter of a string or class, escapes resolved.
fn letter(text: &[char], at: &mut usize) -> char {
    let c = text[*at];
    *at += 1;
    if c != '\\' {
        return c;
    }
    let c = text[*at];
    *at += 1;
    let mut hex = |length: usize| {
        let digits: String = text[*at..*at + length].iter().collect();
        *at += length;
        char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
    };
    match c {
        'n' => '\n',
        'x' => hex(2),
        'u' => hex(4),
        c => c,
    }
}

fn class(text: &[char], at: &mut usize) -> Part {
    let outside = text[*at] == '^';
    *at += usize::from(outside);
    let mut ranges = Vec::new();
    while text[*at] != ']' {
        let low = letter(text, at);
        let ranged = text[*at] == '-' && text[*at + 1] != ']';
        *at += usize::from(ranged);
        ranges.push((low, if ranged { letter(text, at) } else { low }));
    }
    *at += 1;
    Part::Letter(ranges, outside)
}

fn has(ranges: &[(char, char)], c: char) -> bool {
    ranges.iter().any(|(low, high)| (*low..=*high).contains(&c))
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % count as u64) as usize
    }

    fn letter(&mut self, ranges: &[(char, char)], outside: bool) -> char {
        const OTHERS: &[char] = &['\n', 'é', 'я', '語', '\u{200d}', '\u{feff}', '🙂', '\u{a0}', '\u{10ffff}'];
        if !outside {
            let (low, high) = ranges[self.below(ranges.len())];
            return char::from_u32(low as u32 + self.below(high as usize - low as usize + 1) as u32).unwrap();
        }
        loop {
            let c = if self.below(6) == 0 {
                OTHERS[self.below(OTHERS.len())]
            } else {
                char::from(32 + self.below(95) as u8)
            };
            if !has(ranges, c) {
                return c;
            }
        }
    }
}
