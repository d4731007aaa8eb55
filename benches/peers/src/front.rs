//! Front ends of other languages beside ours, in one table of one run:
//! `cargo run --release --locked --manifest-path benches/peers/Cargo.toml --bin front`.
//!
//! Parsers of JavaScript read the very same bytes; Koto and Rhai read the same program in their own idiom. Best of five,
//! CPU time. What loses is printed as well.

#[path = "../../front/measure.rs"]
#[allow(dead_code)]
mod measure;
#[path = "../../front/text.rs"]
mod text;

use std::hint::black_box;
use std::sync::Arc;

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

/// A front end, what it makes of a text, and the text in its language.
type Peer = (&'static str, fn(&str), fn(usize) -> String);

const PEERS: &[Peer] = &[
    ("prism, tokens", |text| drop(black_box(lexer::lex(FileId(0), text, &mut Diagnostics::new()))), text::plain),
    ("prism, tree", prism_tree, text::plain),
    ("prism, bytecode", prism_bytecode, text::plain),
    ("logos, tokens", |text| drop(black_box(Token::lexer(text).spanned().collect::<Vec<_>>())), text::plain),
    ("oxc, tree", oxc, text::plain),
    ("swc, tree", swc, text::plain),
    ("koto, tree", |text| drop(black_box(koto_parser::Parser::parse(text).unwrap())), koto),
    ("koto, bytecode", koto_bytecode, koto),
    ("rhai, tree", rhai_tree, rhai_text),
];

fn main() {
    println!("{:<18} {:>10} {:>12} {:>12}", "", "MB/s, 5 MB", "MB/s, 100 kB", "µs, a script");
    for (name, work, text) in PEERS {
        let speed = |bytes: usize| {
            let text = text(bytes);
            text.len() as f64 / (time(|| work(&text)).as_nanos() as f64 / 1e3)
        };
        let script = text(1);
        let micros = time(|| work(&script)).as_nanos() as f64 / 1e3;
        println!("{name:<18} {:>10.1} {:>12.1} {micros:>12.1}", speed(5_000_000), speed(100_000));
    }
}

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

const KOTO: &str = r#"@ Orders of one customer, newest first.
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
