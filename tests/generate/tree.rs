//! A generated program as a tree of texts, so that printing and shrinking need to know no construct.

use std::fmt::Write;

/// What may stand in the place of a tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    Number,
    Text,
    Bool,
    Numbers,
    Texts,
    /// A list of objects `{ ok, text, n }`.
    Records,
    Object,
    Any,
    /// An agent that answers `count say judge list look verify approve run`.
    Agent,
    /// A mock that answers everything with a number.
    Counter,
    Statement,
    /// Something with a place of its own, which only its own kind replaces.
    Fixed,
}

impl Sort {
    /// The smallest text of this sort.
    fn least(self) -> Option<&'static str> {
        Some(match self {
            Sort::Number => "1",
            Sort::Text => "\"\"",
            Sort::Bool => "true",
            Sort::Numbers | Sort::Texts | Sort::Records => "[]",
            Sort::Any => "null",
            Sort::Statement => "",
            Sort::Object | Sort::Agent | Sort::Counter | Sort::Fixed => return None,
        })
    }
}

/// A piece of a program.
#[derive(Clone, PartialEq, Debug)]
pub struct Tree {
    pub sort: Sort,
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Debug)]
enum Part {
    Text(String),
    Tree(Tree),
    /// Trees that may be left out one by one, with what stands between them.
    List(Vec<Tree>, &'static str),
}

impl Tree {
    /// A text without parts.
    pub fn leaf(sort: Sort, text: impl Into<String>) -> Tree {
        Tree { sort, parts: vec![Part::Text(text.into())] }
    }

    /// A template whose `@` are filled with the parts in order.
    pub fn node(sort: Sort, template: &str, children: impl IntoIterator<Item = Tree>) -> Tree {
        let mut parts = Vec::new();
        let mut children = children.into_iter();
        for (index, text) in template.split('@').enumerate() {
            if index > 0 {
                parts.push(Part::Tree(children.next().expect("a part for each @")));
            }
            if !text.is_empty() {
                parts.push(Part::Text(text.to_owned()));
            }
        }
        assert!(children.next().is_none(), "an @ for each part of {template}");
        Tree { sort, parts }
    }

    /// Trees in brackets of some kind.
    pub fn list(sort: Sort, open: &str, items: Vec<Tree>, between: &'static str, close: &str) -> Tree {
        Tree { sort, parts: vec![Part::Text(open.into()), Part::List(items, between), Part::Text(close.into())] }
    }

    /// The program's text.
    pub fn print(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Tree(tree) => tree.write(out),
                Part::List(items, between) => {
                    for (index, item) in items.iter().enumerate() {
                        let _ = write!(out, "{}", if index > 0 { between } else { "" });
                        item.write(out);
                    }
                }
            }
        }
    }

    fn size(&self) -> usize {
        1 + self.children().map(Tree::size).sum::<usize>()
    }

    fn children(&self) -> impl Iterator<Item = &Tree> {
        self.parts.iter().flat_map(|part| match part {
            Part::Text(_) => &[][..],
            Part::Tree(tree) => std::slice::from_ref(tree),
            Part::List(items, _) => &items[..],
        })
    }

    /// All trees that are one step smaller, those that lose most first.
    fn smaller(&self) -> Vec<Tree> {
        let mut all = Vec::new();
        if let Some(least) = self.sort.least() {
            let least = Tree::leaf(self.sort, least);
            if self.size() > 1 || self.print().len() > least.print().len() {
                all.push(least);
            }
        }
        self.heirs(self.sort, &mut all);
        for (index, part) in self.parts.iter().enumerate() {
            let replaced = |part: Part| {
                let mut parts = self.parts.clone();
                parts[index] = part;
                Tree { sort: self.sort, parts }
            };
            match part {
                Part::Text(_) => {}
                Part::Tree(tree) => all.extend(tree.smaller().into_iter().map(|it| replaced(Part::Tree(it)))),
                Part::List(items, between) => {
                    let mut step = items.len() / 2;
                    while step > 0 {
                        for start in (0..items.len()).step_by(step) {
                            let end = (start + step).min(items.len());
                            let rest = items[..start].iter().chain(&items[end..]).cloned().collect();
                            all.push(replaced(Part::List(rest, between)));
                        }
                        step /= 2;
                    }
                    if items.len() == 1 {
                        all.push(replaced(Part::List(Vec::new(), between)));
                    }
                    for (place, item) in items.iter().enumerate() {
                        for smaller in item.smaller() {
                            let mut items = items.clone();
                            items[place] = smaller;
                            all.push(replaced(Part::List(items, between)));
                        }
                    }
                }
            }
        }
        all
    }

    /// The nearest trees inside that may stand for the whole.
    fn heirs(&self, sort: Sort, all: &mut Vec<Tree>) {
        for child in self.children() {
            if child.sort == sort && sort != Sort::Fixed {
                all.push(child.clone());
            } else {
                child.heirs(sort, all);
            }
        }
    }

    /// The smallest tree found for which `wrong` still holds.
    pub fn shrink(self, mut wrong: impl FnMut(&Tree) -> bool) -> Tree {
        let mut held = self;
        let mut tries = 0;
        'again: loop {
            for smaller in held.smaller() {
                tries += 1;
                if tries > 20_000 {
                    return held;
                }
                if smaller.size() <= held.size() && smaller != held && wrong(&smaller) {
                    held = smaller;
                    continue 'again;
                }
            }
            return held;
        }
    }
}
