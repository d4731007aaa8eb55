//! Text to read: the same program, about thirty lines long, again and again under other names.
//!
//! It is a program for JavaScript's parsers as well, so that peers read the very same bytes. [`plain`] is written as people
//! write; [`dense`] is the same without comments and indentation, where each byte carries more tokens.

const SCRIPT: &str = r#"// Orders of one customer, newest first.
const limits# = { low: 10, high: 250.5, names: ["small", "large"], nested: { deep: [1, 2, 3] } }

/* What one order costs, with the tax of its country. */
function total#(orders, rate = 0.19) {
  let sum = 0
  for (const order of orders) {
    if (order.items.length > 0 && order.state !== "cancelled") {
      sum += order.items.map(item => item.price * item.count).reduce((a, b) => a + b, 0)
    } else if (order.state === "draft" || sum > limits#.high) {
      sum -= limits#.low / 2
    }
  }
  return sum * (1 + rate)
}

function describe#(order, index) {
  const label = `${order.id}: ${order.items.length} items, ${total#([order])} in all`
  const size = total#([order], 0) < limits#.low ? limits#.names[0] : limits#.names[1]
  return { id: order.id, label: label, size, first: index === 0, tags: [...order.tags, "seen"] }
}

const sample# = [
  { id: "a-1", state: "open", items: [{ price: 12.5, count: 2 }, { price: 3, count: 10 }], tags: [] },
  { id: "a-2", state: "draft", items: [], tags: ["urgent", "it\u0027s late"] },
]
const told# = sample#.filter(order => order.items.length >= 0).map((order, index) => describe#(order, index))
while (told#.length > 3) { told#.pop() }
print(told#.map(entry => entry.label).join(", "), total#(sample#))

"#;

/// The program as people write it, repeated up to so many bytes.
pub fn plain(bytes: usize) -> String {
    repeat(SCRIPT, bytes)
}

/// The program without what a parser passes over, repeated up to so many bytes.
#[allow(dead_code)]
pub fn dense(bytes: usize) -> String {
    let lines = SCRIPT.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('/'));
    repeat(&(lines.collect::<Vec<_>>().join("\n") + "\n"), bytes)
}

/// A program with a number for each `#`, repeated up to so many bytes.
pub fn repeat(script: &str, bytes: usize) -> String {
    let mut out = String::with_capacity(bytes + script.len());
    let mut number = 1;
    while out.len() < bytes {
        out.push_str(&script.replace('#', &number.to_string()));
        number += 1;
    }
    out
}
