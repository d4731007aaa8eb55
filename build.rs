//! Generates the parser from the grammar.
//!
//! The driver is our own (`src/syntax/driver.rs`), because what recovers from an error decides how large a symbol is, so
//! the state machine, which is private in what lalrpop writes, is opened to it. What is done for every token is made part
//! of the driver's loop, so that a symbol is written where it stays; and what lalrpop writes as a choice between hundreds
//! of cases, which a processor cannot foresee, is made a table.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::Path;

fn main() {
    // The program is started anew for each script. At a place of its own it needs none of its 27,000 addresses put right
    // before the first instruction: a third of the time that a small script takes, and 1.5 MiB.
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    println!("cargo::rerun-if-changed=grammar");
    lalrpop::Configuration::new()
        .emit_rerun_directives(true)
        .process_dir("grammar")
        .expect("the grammar has no conflict");
    let folder = std::env::var("OUT_DIR").expect("cargo names the folder");
    let place = Path::new(&folder).join("prism.rs");
    let text = std::fs::read_to_string(&place).expect("the parser was generated");
    let opened = text
        .replacen("    struct __StateMachine", "    pub(crate) struct __StateMachine", 1)
        .replacen("        b: &'__1", "        pub(crate) b: &'__1", 1)
        .replacen("        __phantom:", "        pub(crate) __phantom:", 1)
        .replace("    fn __token_to_symbol", "    #[inline(always)]\n    fn __token_to_symbol")
        .replacen("        fn token_to_symbol", "        #[inline(always)]\n        fn token_to_symbol", 1);
    let (goto, integer) = (function(&opened, "__goto("), function(&opened, "__token_to_integer<"));
    let reduce = function(&opened, "__reduce<");
    // It is part of the driver's loop as well. The error that lalrpop's own driver would give never is.
    let bare = reduce
        .replacen("    fn", "    #[inline(always)]\n    pub(crate) fn", 1)
        .replacen("Option<Result<List,__lalrpop_util::ParseError<u32, Kind, ()>>>", "Option<List>", 1)
        .replacen("return Some(Ok(__nt))", "return Some(__nt)", 1);
    let machine = opened
        .replacen(goto, &Goto::read(goto).written(), 1)
        .replacen(integer, &numbered(integer), 1)
        .replacen(reduce, &bare, 1)
        .replacen(
            "__token_to_integer(token, core::marker::PhantomData::<()>)",
            "Some(usize::from(__token_to_integer(*token))).filter(|index| *index != usize::from(u8::MAX))",
            1,
        )
        .replacen("        fn reduce(", "        #[inline(never)]\n        fn reduce(", 1);
    let call = machine.find("            __reduce(").expect("the function is called");
    let end = call + machine[call..].find("            )\n").expect("the call ends") + 13;
    let machine = format!("{}.map(Ok){}", &machine[..end], &machine[end..]);
    std::fs::write(Path::new(&folder).join("machine.rs"), machine).expect("the folder can be written");
}

/// A function of the parser's module, which begins so.
fn function<'t>(text: &'t str, name: &str) -> &'t str {
    let start = text.find(&format!("    fn {name}")).expect("the function is there");
    let length = text[start..].find("\n    }\n").expect("the function ends");
    &text[start..start + length + 7]
}

/// The number of a token, with a number for none, so that it is looked up and not jumped to.
fn numbered(integer: &str) -> String {
    let (_, arms) = integer.split_once("match __token {").expect("the function is a choice");
    let arms = arms.replace(" if true => Some(", " => (").replace("_ => None", "_ => u8::MAX");
    format!("    #[inline(never)]\n    fn __token_to_integer(__token: Kind) -> u8 {{\n        match __token {{{arms}")
}

/// Which state follows a state and a nonterminal.
#[derive(Default)]
struct Goto {
    /// For each nonterminal what follows most of its states, and those that another follows.
    rows: Vec<(i16, Vec<(usize, i16)>)>,
}

impl Goto {
    /// Reads lalrpop's choices.
    fn read(text: &str) -> Goto {
        let mut found = Goto::default();
        let mut row = None;
        for line in text.lines().map(|line| line.trim().trim_end_matches(',')) {
            let Some((left, right)) = line.split_once(" => ") else {
                row = if line == "}" { None } else { row };
                continue;
            };
            let next = right.parse().ok();
            match row {
                None if left != "_" => {
                    let number: usize = left.parse().expect("a nonterminal is a number");
                    found.rows.resize_with(found.rows.len().max(number + 1), Default::default);
                    found.rows[number].0 = next.unwrap_or_default();
                    row = next.is_none().then_some(number);
                }
                None => {}
                Some(row) if left == "_" => found.rows[row].0 = next.expect("a state is a number"),
                Some(row) => {
                    for states in left.split(" | ") {
                        let (first, last) = states.split_once("..=").unwrap_or((states, states));
                        let read = |text: &str| text.parse::<usize>().expect("a state is a number");
                        let next = next.expect("a state is a number");
                        found.rows[row].1.extend((read(first)..=read(last)).map(|state| (state, next)));
                    }
                }
            }
        }
        found
    }

    /// The same as one table, in which the rows lie over each other so that no two exceptions meet.
    fn written(mut self) -> String {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by_key(|row| std::cmp::Reverse(self.rows[*row].1.len()));
        let mut taken = HashSet::new();
        let mut cells = Vec::new();
        let mut offsets = vec![0; self.rows.len()];
        let states = 1 + self.rows.iter().flat_map(|row| &row.1).map(|(state, _)| *state).max().unwrap_or_default();
        for row in order {
            let exceptions = std::mem::take(&mut self.rows[row].1);
            let fits = |offset: &usize| exceptions.iter().all(|(state, _)| !taken.contains(&(offset + state)));
            let offset = (0..).find(fits).expect("there is room behind the others");
            offsets[row] = offset;
            cells.resize(cells.len().max(offset + states), (u16::MAX, 0));
            for (state, next) in exceptions {
                taken.insert(offset + state);
                cells[offset + state] = (row as u16, next);
            }
        }
        let most: Vec<i16> = self.rows.iter().map(|row| row.0).collect();
        let mut out = String::new();
        let rows: Vec<(usize, i16)> = offsets.into_iter().zip(most).collect();
        let (count, all) = (rows.len(), cells.len());
        write!(
            out,
            "    static __ROWS: [(u16, i16); {count}] = {rows:?};\n    static __CELLS: [(u16, i16); {all}] = {cells:?};\n    \
             #[inline]\n    fn __goto(state: i16, nt: usize) -> i16 {{\n        let (offset, most) = __ROWS[nt];\n        \
             match __CELLS.get(usize::from(offset) + state as usize) {{\n            \
             Some((row, next)) if usize::from(*row) == nt => *next,\n            _ => most,\n        }}\n    }}\n"
        )
        .expect("a text takes everything");
        out
    }
}
