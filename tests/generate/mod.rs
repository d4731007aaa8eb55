//! Random well-formed programs: every construct, types in mind so that most of them run to their end.

mod expression;
mod folder;
mod leaving;
mod library;
mod orchestration;
mod record;
mod statement;
mod taking;
mod tree;

pub use tree::{Sort, Tree};

use prism::host::Seed;
use serde_json::{Value as Json, json};

/// A program with the world it runs in.
pub struct Case {
    pub tree: Tree,
    pub agents: Json,
    pub input: Json,
}

/// A variable that the program may use.
#[derive(Clone, Debug)]
struct Name {
    text: String,
    sort: Sort,
    /// Whether it may be assigned.
    changes: bool,
    /// In how many tasks within tasks it was made; only the same task assigns it.
    task: u32,
}

/// A function that the program may call.
#[derive(Clone, Debug)]
struct Callable {
    text: String,
    takes: Vec<Sort>,
    gives: Sort,
}

/// What has been generated so far.
struct Generator {
    random: Seed,
    /// How much may still be made.
    budget: i64,
    /// How many expressions are around.
    depth: usize,
    count: u32,
    names: Vec<Name>,
    functions: Vec<Callable>,
    task: u32,
    /// Whether `return` ends a function here.
    in_function: bool,
    in_loop: bool,
    /// Whether `agents` is seen here, and `input` as well.
    globals: bool,
    input: bool,
    /// Whether a line is one of the file.
    at_top: bool,
    /// Whether this is a test.
    in_test: bool,
    /// Whether the standard library is imported.
    imports: bool,
    /// Whether the program may have files of its own beside it, handle events, and read what other hosts give.
    wide: bool,
}

/// The program of a seed; the size is about the number of its parts.
pub fn case(seed: u64, size: u32) -> Case {
    make(seed, size, false, Generator::program)
}

/// The same, which may be of several files, each behind a line `//// name` and the last the one that is run, handle events, and
/// read what other hosts give.
pub fn folder(seed: u64, size: u32) -> Case {
    make(seed, size, true, Generator::folder)
}

/// The same, where only statements will do.
pub fn statements(seed: u64, size: u32) -> Case {
    make(seed, size, false, Generator::script)
}

fn make(seed: u64, size: u32, wide: bool, program: fn(&mut Generator) -> Tree) -> Case {
    let mut random = Seed::new(seed);
    random.bits();
    let agents = agents(&mut random, wide);
    let input = input(&mut random);
    let budget = i64::from(size) / 2 + (random.bits() % u64::from(size)) as i64;
    let mut generator = Generator {
        random,
        budget,
        depth: 0,
        count: 0,
        names: Vec::new(),
        functions: Vec::new(),
        task: 0,
        in_function: false,
        in_loop: false,
        globals: true,
        input: true,
        at_top: false,
        in_test: false,
        imports: false,
        wide,
    };
    Case { tree: program(&mut generator), agents, input }
}

const CONFIDENCES: [f64; 13] = [0.0, 0.1, 0.3, 0.49, 0.5, 0.6, 0.65, 0.699999999, 0.7, 0.8, 0.9, 0.95, 1.0];

fn pick<'a, T>(random: &mut Seed, all: &'a [T]) -> &'a T {
    &all[(random.bits() % all.len() as u64) as usize]
}

/// What the agents of every program say, each method in its own sort.
fn agents(random: &mut Seed, wide: bool) -> Json {
    let mut all = serde_json::Map::new();
    for name in ["ann", "bob", "cyd"] {
        let mut methods = serde_json::Map::new();
        for method in ["count", "say", "judge", "list", "look", "verify", "approve", "run"]
            .into_iter()
            .chain(wide.then_some("analyze"))
        {
            let replies: Vec<Json> = (0..1 + random.bits() % 4).map(|_| reply(random, method)).collect();
            methods.insert(method.into(), replies.into());
        }
        all.insert(name.into(), json!({ "transport": "mock", "replies": methods }));
    }
    Json::Object(all)
}

fn reply(random: &mut Seed, method: &str) -> Json {
    let number = |random: &mut Seed| json!(random.bits() % 10);
    let text = |random: &mut Seed| json!(*pick(random, &["", "a", "b", "yes", "no"]));
    let value = match method {
        "count" => number(random),
        "say" => text(random),
        "analyze" => pick(random, &[json!(1), json!(2), json!("yes"), json!({ "reasoning": "so", "n": 1 })]).clone(),
        "judge" | "verify" | "approve" | "run" => json!(!random.bits().is_multiple_of(3)),
        "list" => (0..random.bits() % 4).map(|_| number(random)).collect(),
        _ => json!({ "n": number(random), "s": text(random), "xs": [number(random), number(random)] }),
    };
    let mut reply = json!({ "value": value });
    if !random.bits().is_multiple_of(8) {
        reply["confidence"] = json!(pick(random, &CONFIDENCES));
    }
    match random.bits() % 12 {
        0 => reply["evidence"] = json!(*pick(random, &["unknown", "reviewed", "checked", "stated", "agreed"])),
        1 => reply = json!({ "error": "down" }),
        2 if method == "look" => reply["parts"] = json!({ "/n": { "confidence": 0.4 } }),
        3 if method == "list" => reply["parts"] = json!({ "/0": { "confidence": 0.2 } }),
        _ => {}
    }
    if random.bits().is_multiple_of(3) {
        reply["after"] = json!(random.bits() % 5 * 10);
    }
    reply
}

fn input(random: &mut Seed) -> Json {
    let mut shaped = json!({ "value": { "n": random.bits() % 10, "s": "in", "xs": [1, 2, 3] }, "confidence": 1 });
    if random.bits().is_multiple_of(2) {
        shaped["confidence"] = json!(pick(random, &CONFIDENCES));
        shaped["evidence"] = json!(*pick(random, &["exact", "stated", "reported"]));
        shaped["parts"] = json!({ "/xs/1": { "confidence": pick(random, &CONFIDENCES) } });
    }
    shaped
}

impl Generator {
    fn below(&mut self, n: usize) -> usize {
        (self.random.bits() % n as u64) as usize
    }

    fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        let place = self.below(all.len());
        all[place].clone()
    }

    fn fresh(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}{}", self.count)
    }

    fn declare(&mut self, text: &str, sort: Sort, changes: bool) {
        self.names.push(Name { text: text.into(), sort, changes, task: self.task });
    }

    /// A declared variable of this sort.
    fn name(&mut self, sort: Sort, to_change: bool) -> Option<String> {
        let mut all: Vec<String> = Vec::new();
        for (index, name) in self.names.iter().enumerate() {
            let hidden = self.names[index + 1..].iter().any(|later| later.text == name.text);
            if name.sort == sort && !hidden && (!to_change || name.changes && name.task == self.task) {
                all.push(name.text.clone());
            }
        }
        (!all.is_empty()).then(|| self.pick(&all))
    }

    /// Something whose names are not seen outside.
    fn scope<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let (names, functions) = (self.names.len(), self.functions.len());
        let result = inside(self);
        self.names.truncate(names);
        self.functions.truncate(functions);
        result
    }

    /// The body of a function, or of a task with `task`.
    fn body<T>(&mut self, task: bool, inside: impl FnOnce(&mut Self) -> T) -> T {
        let (held_function, held_loop) = (self.in_function, self.in_loop);
        (self.in_function, self.in_loop) = (true, false);
        self.task += u32::from(task);
        let result = self.scope(inside);
        self.task -= u32::from(task);
        (self.in_function, self.in_loop) = (held_function, held_loop);
        result
    }

    /// A script, a pattern with its parameters, or a test.
    fn program(&mut self) -> Tree {
        self.imports = self.chance(4);
        let program = self.kind();
        match self.imports {
            true => Tree::node(Sort::Fixed, &format!("{}@", library::IMPORTS), [program]),
            false => program,
        }
    }

    fn kind(&mut self) -> Tree {
        match self.below(5) {
            0 | 1 => {
                self.input = false;
                if self.chance(2) { self.entry() } else { self.test() }
            }
            _ => self.script(),
        }
    }

    fn script(&mut self) -> Tree {
        self.at_top = true;
        Tree::list(Sort::Fixed, "", self.lines(), "\n", "\n")
    }

    /// Statements that begin with some variables and end with all that can be seen.
    fn lines(&mut self) -> Vec<Tree> {
        let mut lines = Vec::new();
        for sort in [Sort::Number, Sort::Text, Sort::Numbers, Sort::Object] {
            lines.push(self.declaration(sort));
        }
        while self.budget > 0 {
            let line = if self.wide && self.at_top && self.chance(8) { self.handler() } else { self.statement() };
            lines.push(line);
        }
        let mut shown = Vec::new();
        for sort in [Sort::Number, Sort::Text, Sort::Bool, Sort::Numbers, Sort::Texts, Sort::Object, Sort::Number] {
            if let Some(name) = self.name(sort, false) {
                shown.push(Tree::leaf(sort, name));
            }
        }
        shown.push(self.expression(Sort::Any));
        lines.push(Tree::list(Sort::Fixed, "[", shown, ", ", "]"));
        lines
    }
}
