//! Front ends of other languages beside ours, in one table of one run:
//! `cargo run --release --locked --manifest-path benches/peers/Cargo.toml --bin front`.
//!
//! Parsers of JavaScript read the very same bytes; Koto, Lua, Rhai and Rune read the same program in their own idiom. Lua and
//! Node are asked where they are installed. Best of five, CPU time. The last columns say how many times as fast as ours a
//! peer is at 5 MB and at 100 kB, so what loses is printed as well: what gives something to run is held against our
//! bytecode, the rest against our tree. Words behind the command choose rows.

#[path = "../../front/measure.rs"]
#[allow(dead_code)]
mod measure;
#[path = "../../front/text.rs"]
mod text;

use std::hint::black_box;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use logos::Logos;
use prism::diagnostic::Diagnostics;
use prism::engine::Checked;
use prism::hir::{self, Alone};
use prism::source::{FileId, Names, Sources};
use prism::syntax::{Limits, lexer, parse_within};

use measure::{Counting, time};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const LIMITS: Limits = Limits { bytes: 64 << 20, nodes: 64 << 20 };

/// The tokens of JavaScript, as far as the text has them.
#[derive(Logos, Clone, Copy)]
#[logos(skip r"[ \t\r\n]+")]
enum Token {
    #[regex(r"//[^\n]*", allow_greedy = true)]
    #[regex(r"/\*([^*]|\*+[^*/])*\*+/")]
    Comment,
    #[regex(r"[a-zA-Z_$][a-zA-Z0-9_$]*")]
    Name,
    #[regex(r"[0-9]+(\.[0-9]+)?")]
    Number,
    #[regex(r#""([^"\\]|\\.)*""#)]
    #[regex(r"`([^`\\]|\\.)*`")]
    Text,
    #[regex(r"[{}()\[\];,.:?]")]
    #[token("...")]
    Mark,
    #[regex(r"[-+*/%<>=!&|~^]+")]
    Operator,
}

/// What a peer makes of a text, and so what of ours it is held against.
#[derive(Clone, Copy)]
enum Made {
    /// Tokens or a tree.
    Tree,
    /// What can be run.
    Code,
}

use Made::{Code, Tree};

/// A front end, what it makes of a text and how, and the text in its language.
type Peer = (&'static str, Made, fn(&str), fn(usize) -> String);

const PEERS: &[Peer] = &[
    ("prism, tokens", Tree, |text| drop(black_box(lexer::lex(FileId(0), text, &mut Diagnostics::new()))), text::plain),
    ("prism, tree", Tree, prism_tree, text::plain),
    ("prism, bytecode", Code, prism_bytecode, text::plain),
    ("logos, tokens", Tree, |text| drop(black_box(Token::lexer(text).spanned().collect::<Vec<_>>())), text::plain),
    ("oxc, tree", Tree, oxc, text::plain),
    ("swc, tree", Tree, swc, text::plain),
    ("koto, tree", Tree, |text| drop(black_box(koto_parser::Parser::parse(text).unwrap())), koto),
    ("koto, bytecode", Code, koto_bytecode, koto),
    // A tree is what it runs.
    ("rhai, tree", Code, rhai_tree, rhai_text),
    ("rune, unit", Code, rune_unit, rune_text),
];

/// Rows of bytes that are read, the smallest the script alone.
const SIZES: [usize; 3] = [5_000_000, 100_000, 1];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let micros = |duration: Duration| duration.as_nanos() as f64 / 1e3;
    let speed = |text: &String, work: fn(&str)| text.len() as f64 / micros(time(|| work(text)));
    let ours = [SIZES[0], SIZES[1]].map(|size| {
        let text = text::plain(size);
        [speed(&text, prism_tree), speed(&text, prism_bytecode)]
    });
    let row = |name: &str, made: Made, text: fn(usize) -> String, spent: &dyn Fn(&str) -> Option<Duration>| {
        if !wanted.is_empty() && !wanted.iter().any(|word| name.contains(word.as_str())) {
            return;
        }
        let texts = SIZES.map(text);
        let [large, middle, script] = texts.each_ref().map(|text| spent(text).map(micros));
        match (large, middle, script) {
            (Some(large), Some(middle), Some(script)) => {
                let [large, middle] = [texts[0].len() as f64 / large, texts[1].len() as f64 / middle];
                let [of_large, of_middle] = ours.map(|ours| ours[made as usize]);
                let [of_large, of_middle] = [large / of_large, middle / of_middle];
                println!("{name:<18} {large:>10.1} {middle:>12.1} {script:>12.1} {of_large:>10.2} {of_middle:>12.2}");
            }
            _ => println!("{name:<18} not installed"),
        }
    };
    println!(
        "{:<18} {:>10} {:>12} {:>12} {:>10} {:>12}",
        "", "MB/s, 5 MB", "MB/s, 100 kB", "µs, a script", "× ours", "× at 100 kB"
    );
    for (name, made, work, text) in PEERS {
        row(name, *made, *text, &|text| Some(time(|| work(text))));
    }
    row("lua, bytecode", Code, lua, &|text| outside("lua", &["-"], LUA_DRIVER, text));
    // Functions are compiled when they are called first.
    row("node, script", Tree, text::plain, &|text| outside("node", &["-"], NODE_DRIVER, text));
}

/// What a program of another language measures of itself: it reads the driver from its input, and the text from the file
/// that is its argument, and prints nanoseconds.
fn outside(program: &str, arguments: &[&str], driver: &str, text: &str) -> Option<Duration> {
    let file = std::env::temp_dir().join(format!("prism-peer-{}", std::process::id()));
    std::fs::write(&file, text).ok()?;
    let mut command = Command::new(program);
    command.args(arguments).arg(&file).stdin(Stdio::piped()).stdout(Stdio::piped());
    let told = command.spawn().ok().and_then(|mut child| {
        child.stdin.take()?.write_all(driver.as_bytes()).ok()?;
        child.wait_with_output().ok()
    });
    let _ = std::fs::remove_file(&file);
    let nanos: f64 = String::from_utf8(told?.stdout).ok()?.trim().parse().ok()?;
    Some(Duration::from_nanos(nanos as u64))
}

const LUA_DRIVER: &str = r#"
local text = io.open(arg[1]):read("a")
local function taken(turns)
  local start = os.clock()
  for _ = 1, turns do assert(load(text)) end
  return os.clock() - start
end
local turns, best = 1, taken(1)
while best < 0.04 do turns = turns * 2; best = taken(turns) end
for _ = 1, 4 do best = math.min(best, taken(turns)) end
print(string.format("%.0f", best / turns * 1e9))
"#;

// A comment in front of the text makes each text another one, so that nothing is taken from a cache.
const NODE_DRIVER: &str = r#"
const vm = require("vm"), text = require("fs").readFileSync(process.argv[2], "utf8")
let count = 0
function taken(turns) {
  const start = process.cpuUsage()
  for (let i = 0; i < turns; i++) new vm.Script(`//${count++}
${text}`)
  const spent = process.cpuUsage(start)
  return spent.user + spent.system
}
let turns = 1, best = taken(1)
while (best < 40000) { turns *= 2; best = taken(turns) }
for (let i = 0; i < 4; i++) best = Math.min(best, taken(turns))
console.log(Math.round(best / turns * 1e3))
"#;

fn prism_tree(text: &str) {
    let mut findings = Diagnostics::new();
    black_box(parse_within(FileId(0), text, LIMITS, &mut Names::new(), &mut findings));
    assert!(findings.is_empty());
}

fn prism_bytecode(text: &str) {
    let mut sources = Sources::new();
    let file = sources.add("main.prism", text);
    let mut findings = Diagnostics::new();
    let program = hir::load(file, &mut sources, &Alone, LIMITS, &mut findings);
    let checked = Checked::new(Arc::new(program), &findings).expect("nothing refuses it");
    black_box(checked.compile(&mut findings));
}

fn oxc(text: &str) {
    let allocator = oxc_allocator::Allocator::default();
    let parsed = oxc_parser::Parser::new(&allocator, text, oxc_span::SourceType::mjs()).parse();
    black_box(&parsed.program);
}

fn swc(text: &str) {
    use swc_common::{BytePos, input::StringInput};
    use swc_ecma_parser::{Parser, Syntax};
    let input = StringInput::new(text, BytePos(0), BytePos(text.len() as u32));
    black_box(Parser::new(Syntax::Es(Default::default()), input, None).parse_module().unwrap());
}

fn koto_bytecode(text: &str) {
    let ast = koto_parser::Parser::parse(text).unwrap();
    black_box(koto_bytecode::Compiler::compile_ast(ast, None, Default::default()).unwrap());
}

fn rhai_tree(text: &str) {
    let mut engine = rhai::Engine::new_raw();
    engine.set_optimization_level(rhai::OptimizationLevel::None);
    black_box(engine.compile(text).unwrap());
}

fn rune_unit(text: &str) {
    let mut sources = rune::Sources::new();
    sources.insert(rune::Source::memory(text).unwrap()).unwrap();
    black_box(rune::prepare(&mut sources).build().unwrap());
}

/// Each repetition is a function, because the registers of one are few.
const KOTO: &str = r#"part = ||
  @ Orders of one customer, newest first.
  limits# = {low: 10, high: 250.5, names: ["small", "large"], nested: {deep: [1, 2, 3]}}

  @- What one order costs, with the tax of its country. -@
  total# = |orders, rate|
    sum = 0
    for order in orders
      if (size order.items) > 0 and order.state != "cancelled"
        sum += order.items.each(|item| item.price * item.count).fold(0, |a, b| a + b)
      else if order.state == "draft" or sum > limits#.high
        sum -= limits#.low / 2
    sum * (1 + rate)

  describe# = |order, index|
    label = "{order.id}: {size order.items} items, {total#([order], 0)} in all"
    large = if total#([order], 0) < limits#.low then limits#.names[0] else limits#.names[1]
    {id: order.id, label: label, large, first: index == 0, tags: order.tags}

  sample# = [
    {id: "a-1", state: "open", items: [{price: 12.5, count: 2}, {price: 3, count: 10}], tags: []},
    {id: "a-2", state: "draft", items: [], tags: ["urgent", "it\u{27}s late"]},
  ]
  told# = sample#.keep(|order| (size order.items) >= 0).each(|order| describe#(order, 0)).to_list()
  while (size told#) > 3
    told#.pop()
  print told#.each(|entry| entry.label).to_tuple(), total#(sample#, 0)

"#;

fn koto(bytes: usize) -> String {
    text::repeat(KOTO, bytes).replace('@', "#")
}

const LUA: &str = r#"@@ Orders of one customer, newest first.
limits# = { low = 10, high = 250.5, names = { "small", "large" }, nested = { deep = { 1, 2, 3 } } }

@@[[ What one order costs, with the tax of its country. ]]
function total#(orders, rate)
  local sum = 0
  for _, order in ipairs(orders) do
    if $order.items > 0 and order.state ~= "cancelled" then
      sum = sum + fold(map(order.items, function(item) return item.price * item.count end), function(a, b) return a + b end)
    elseif order.state == "draft" or sum > limits#.high then
      sum = sum - limits#.low / 2
    end
  end
  return sum * (1 + (rate or 0.19))
end

function describe#(order, index)
  local label = order.id .. ": " .. $order.items .. " items, " .. total#({ order }) .. " in all"
  local size = total#({ order }, 0) < limits#.low and limits#.names[1] or limits#.names[2]
  return { id = order.id, label = label, size = size, first = index == 0, tags = joined(order.tags, { "seen" }) }
end

sample# = {
  { id = "a-1", state = "open", items = { { price = 12.5, count = 2 }, { price = 3, count = 10 } }, tags = {} },
  { id = "a-2", state = "draft", items = {}, tags = { "urgent", "it\u{27}s late" } },
}
told# = map(filter(sample#, function(order) return $order.items >= 0 end), function(order, index) return describe#(order, index) end)
while $told# > 3 do table.remove(told#) end
print(table.concat(map(told#, function(entry) return entry.label end), ", "), total#(sample#))

"#;

fn lua(bytes: usize) -> String {
    text::repeat(LUA, bytes).replace('@', "-").replace('$', "#")
}

const RHAI: &str = r#"// Orders of one customer, newest first.
let limits# = @{ low: 10, high: 250.5, names: ["small", "large"], nested: @{ deep: [1, 2, 3] } };

/* What one order costs, with the tax of its country. */
fn total#(orders, rate) {
  let sum = 0;
  for order in orders {
    if order.items.len > 0 && order.state != "cancelled" {
      sum += order.items.map(|item| item.price * item.count).reduce(|a, b| a + b);
    } else if order.state == "draft" || sum > limits#.high {
      sum -= limits#.low / 2;
    }
  }
  return sum * (1 + rate);
}

fn describe#(order, index) {
  const label = `${order.id}: ${order.items.len} items, ${total#([order], 0)} in all`;
  const large = if total#([order], 0) < limits#.low { limits#.names[0] } else { limits#.names[1] };
  return @{ id: order.id, label: label, large: large, first: index == 0, tags: order.tags };
}

let sample# = [
  @{ id: "a-1", state: "open", items: [@{ price: 12.5, count: 2 }, @{ price: 3, count: 10 }], tags: [] },
  @{ id: "a-2", state: "draft", items: [], tags: ["urgent", "it\u0027s late"] },
];
let told# = sample#.filter(|order| order.items.len >= 0).map(|order| describe#(order, 0));
while told#.len > 3 { told#.pop(); }
print(told#.map(|entry| entry.label) + total#(sample#, 0));

"#;

fn rhai_text(bytes: usize) -> String {
    text::repeat(RHAI, bytes).replace('@', "#")
}

const RUNE: &str = r#"// Orders of one customer, newest first.
fn limits#() { @{ low: 10, high: 250.5, names: ["small", "large"], nested: @{ deep: [1, 2, 3] } } }

/* What one order costs, with the tax of its country. */
fn total#(orders, rate) {
  let sum = 0;
  for order in orders {
    if order.items.len() > 0 && order.state != "cancelled" {
      sum += order.items.iter().map(|item| item.price * item.count).fold(0, |a, b| a + b);
    } else if order.state == "draft" || sum > limits#().high {
      sum -= limits#().low / 2;
    }
  }
  sum * (1 + rate)
}

fn describe#(order, index) {
  let label = `${order.id}: ${order.items.len()} items, ${total#([order], 0)} in all`;
  let size = if total#([order], 0) < limits#().low { limits#().names[0] } else { limits#().names[1] };
  @{ id: order.id, label: label, size, first: index == 0, tags: order.tags }
}

pub fn part#() {
  let sample = [
    @{ id: "a-1", state: "open", items: [@{ price: 12.5, count: 2 }, @{ price: 3, count: 10 }], tags: [] },
    @{ id: "a-2", state: "draft", items: [], tags: ["urgent", "it\u{27}s late"] },
  ];
  let told = sample.iter().filter(|order| order.items.len() >= 0).map(|order| describe#(order, 0)).collect();
  while told.len() > 3 { told.pop(); }
  print#(told.iter().map(|entry| entry.label), total#(sample, 0))
}

fn print#(labels, total) {
  (labels, total)
}

"#;

fn rune_text(bytes: usize) -> String {
    text::repeat(RUNE, bytes).replace('@', "#")
}
