//! The intermediate form as text, for goldens and for people who look for a fault in it.

use super::{Block, Change, Constant, End, Function, Home, Inst, Key, Op, Plain, Program, Target, Threshold, Var};
use crate::source::Names;
use std::fmt::Write;

/// All functions of a program, one after the other.
pub fn print(program: &Program) -> String {
    let mut out = String::new();
    for (index, function) in program.functions.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        print_function(&mut out, index, function, &program.declarations.names);
    }
    out
}

fn print_function(out: &mut String, index: usize, function: &Function, names: &Names) {
    let name = function.name.map_or("", |name| names.text(name));
    let space = if name.is_empty() { "" } else { " " };
    let kind = format!("{:?}", function.kind).to_lowercase();
    let _ = write!(out, "f{index}{space}{name}: {kind} of {}", function.arity);
    if function.rest {
        out.push_str(" and rest");
    }
    for (at, cell) in function.cells.iter().enumerate() {
        let word = if at == 0 { ", captures" } else { "," };
        let _ = write!(out, "{word} {}", if *cell { "cell" } else { "value" });
    }
    if function.slots > 0 {
        let _ = write!(out, ", slots {}", function.slots);
    }
    out.push('\n');
    for (at, block) in function.blocks.iter().enumerate() {
        print_block(out, at, block, function, names);
    }
}

fn print_block(out: &mut String, at: usize, block: &Block, function: &Function, names: &Names) {
    let _ = write!(out, "b{at}");
    print_list(out, &block.parameters, 0, Some((function, names)));
    if let Some(handler) = block.handler {
        let handler = function.handlers[handler.0 as usize];
        let word = if handler.tidies { "finally" } else { "catch" };
        let _ = write!(out, " {word} b{}", handler.block.0);
    }
    let _ = writeln!(out, ": {}", block.cost);
    if !block.gone.is_empty() {
        out.push_str("  gone");
        print_list(out, &block.gone, 0, None);
        out.push('\n');
    }
    for inst in &block.code {
        print_inst(out, inst, function, names);
    }
    print_end(out, &block.end);
}

/// Values in parentheses; those that are used for the last time have an apostrophe.
fn print_list(out: &mut String, vars: &[Var], moves: u64, facts: Option<(&Function, &Names)>) {
    if vars.is_empty() {
        return;
    }
    out.push('(');
    for (at, &var) in vars.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        print_var(out, var, facts);
        if at < 64 && moves & (1 << at) != 0 {
            out.push('\'');
        }
    }
    out.push(')');
}

fn print_var(out: &mut String, var: Var, facts: Option<(&Function, &Names)>) {
    let _ = write!(out, "v{}", var.0);
    let Some((function, names)) = facts else { return };
    let fact = &function.values[var.0 as usize];
    if let Some(name) = fact.name {
        let _ = write!(out, " {}", names.text(name));
    }
    let kind = match fact.kind {
        Plain::Unseen | Plain::Any => "",
        Plain::Null => ": null",
        Plain::Boolean => ": boolean",
        Plain::Number => ": number",
        Plain::String => ": string",
        Plain::Range | Plain::List => ": list",
        Plain::Object => ": object",
    };
    out.push_str(kind);
    if fact.exact {
        out.push('!');
    }
}

fn print_inst(out: &mut String, inst: &Inst, function: &Function, names: &Names) {
    out.push_str("  ");
    for (at, &result) in inst.result.iter().chain(&inst.second).enumerate() {
        if at > 0 || inst.result.is_none() {
            out.push_str(", ");
        }
        print_var(out, result, Some((function, names)));
    }
    if inst.result.is_some() || inst.second.is_some() {
        out.push_str(" = ");
    }
    print_op(out, &inst.op);
    if !inst.args.is_empty() {
        out.push(' ');
    }
    print_list(out, &inst.args, inst.moves, None);
    out.push('\n');
}

fn print_op(out: &mut String, op: &Op) {
    let _ = match op {
        Op::Const(constant) => match constant {
            Constant::Null => write!(out, "null"),
            Constant::Bool(value) => write!(out, "{value}"),
            Constant::Number(value) => write!(out, "{value}"),
            Constant::Text(text) => write!(out, "{text:?}"),
            Constant::Regex(regex) => write!(out, "/{}/{}", regex.source, regex.flags),
        },
        Op::Unary(operator) => write!(out, "{operator:?}"),
        Op::Binary(operator) => write!(out, "{operator:?}"),
        Op::Field(name) => write!(out, "Field .{name}"),
        Op::Offers(name) => write!(out, "Offers .{name}"),
        Op::Index { from_end: true } => write!(out, "Index from end"),
        Op::Index { from_end: false } => write!(out, "Index"),
        Op::Closure(function) => write!(out, "Closure f{}", function.0),
        Op::CallFunction(function) => write!(out, "Call f{}", function.0),
        Op::Builtin(builtin) => write!(out, "Builtin {}", builtin.0),
        Op::CallBuiltin { builtin, spread } => write!(out, "Call builtin {}{}", builtin.0, spread_mark(*spread)),
        Op::Call { spread } => write!(out, "Call{}", spread_mark(*spread)),
        Op::CallMethod { name, spread } => write!(out, "Call .{name}{}", spread_mark(*spread)),
        Op::Slot(slot) => write!(out, "Slot s{}", slot.0),
        Op::SetSlot(slot) => write!(out, "SetSlot s{}", slot.0),
        Op::Load { early } => write!(out, "Load{}", early_mark(*early)),
        Op::Global { global, early } => write!(out, "Global g{}{}", global.0, early_mark(*early)),
        Op::SetGlobal(global) => write!(out, "SetGlobal g{}", global.0),
        Op::Update { home, keys } => write!(out, "Update {}{}", home_text(home), keys_text(keys)),
        Op::Delete { home, keys } => write!(out, "Delete {}{}", home_text(home), keys_text(keys)),
        Op::Mutate { home, change, spread } => {
            let Change { keys, method } = &**change;
            write!(out, "Mutate {}{} .{method}{}", home_text(home), keys_text(keys), spread_mark(*spread))
        }
        Op::Rest(from) => write!(out, "Rest {from}"),
        Op::Step(by) => write!(out, "Step {by}"),
        Op::Fits { length, open } => write!(out, "Fits {length}{}", if *open { " or more" } else { "" }),
        other => write!(out, "{other:?}"),
    };
}

fn spread_mark(spread: bool) -> &'static str {
    if spread { " spread" } else { "" }
}

fn early_mark(early: bool) -> &'static str {
    if early { " early" } else { "" }
}

fn home_text(home: &Home) -> String {
    match home {
        Home::Value => "value".into(),
        Home::Cell { early } => format!("cell{}", early_mark(*early)),
        Home::Global { global, early } => format!("g{}{}", global.0, early_mark(*early)),
        Home::Slot { slot, early } => format!("s{}{}", slot.0, early_mark(*early)),
    }
}

fn keys_text(keys: &[Key]) -> String {
    let mut out = String::new();
    for key in keys {
        match key {
            Key::Fixed(name) => {
                out.push('.');
                out.push_str(name);
            }
            Key::Computed => out.push_str("[]"),
            Key::FromEnd => out.push_str("[-]"),
        }
    }
    out
}

fn print_target(out: &mut String, target: &Target) {
    let _ = write!(out, "b{}", target.block.0);
    print_list(out, &target.args, target.moves, None);
}

fn print_end(out: &mut String, end: &End) {
    out.push_str("  ");
    match end {
        End::Jump(target) => {
            out.push_str("jump ");
            print_target(out, target);
        }
        End::Branch { condition, then, otherwise } => {
            let _ = write!(out, "if v{} ", condition.0);
            print_target(out, then);
            out.push_str(" else ");
            print_target(out, otherwise);
        }
        End::Route { subject, bands, unknown, otherwise, .. } => {
            let _ = write!(out, "route v{}", subject.0);
            for (band, threshold, target) in bands {
                let word = format!("{band:?}").to_lowercase();
                let _ = match threshold {
                    Threshold::Fixed(number) => write!(out, ", {word} {number} "),
                    Threshold::Computed(var) => write!(out, ", {word} v{} ", var.0),
                };
                print_target(out, target);
            }
            out.push_str(", below ");
            print_target(out, otherwise);
            out.push_str(", unknown ");
            print_target(out, unknown);
        }
        End::Return(var) => {
            let _ = write!(out, "return v{}", var.0);
        }
        End::Throw(var) => {
            let _ = write!(out, "throw v{}", var.0);
        }
        End::Fail(code, var) => {
            let _ = write!(out, "fail {code:?}");
            if let Some(var) = var {
                let _ = write!(out, " v{}", var.0);
            }
        }
    }
    out.push('\n');
}
