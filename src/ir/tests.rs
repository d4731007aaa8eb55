//! The lowering on trees made by hand; programs from text are among the project's cases.

use super::{Op, Program, lower, print, verify};
use crate::builtin::BuiltinId;
use crate::hir::*;
use crate::source::{FileId, Name, Names, Span};
use std::sync::Arc;

/// Functions made by hand.
pub(super) struct Made {
    pub(super) functions: Vec<Function>,
    pub(super) globals: Vec<Global>,
}

pub(super) fn e(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

pub(super) fn b(kind: ExprKind) -> Box<Expr> {
    Box::new(e(kind))
}

pub(super) fn num(number: f64) -> Expr {
    e(ExprKind::Number(number))
}

pub(super) fn local(id: u32) -> Variable {
    Variable::Local(LocalId(id))
}

pub(super) fn read(id: u32) -> Expr {
    e(ExprKind::Read(local(id)))
}

pub(super) fn block(exprs: Vec<Expr>) -> Expr {
    e(ExprKind::Block(Block::of(exprs)))
}

pub(super) fn place(id: u32, keys: Vec<Key>) -> Place {
    Place { root: Root::Variable(local(id)), keys, span: Span::default() }
}

pub(super) fn set(id: u32, value: Expr) -> Expr {
    e(ExprKind::Assign { target: Box::new(place(id, vec![])), operator: None, value: Box::new(value) })
}

pub(super) fn add(id: u32, value: Expr) -> Expr {
    let operator = Some(Compound::Binary(Binary::Add));
    e(ExprKind::Assign { target: Box::new(place(id, vec![])), operator, value: Box::new(value) })
}

pub(super) fn binding(id: u32) -> Pattern {
    Pattern { kind: PatternKind::Bind(local(id)), span: Span::default() }
}

pub(super) fn declare(id: u32, value: Expr) -> Expr {
    e(ExprKind::Let { pattern: Box::new(binding(id)), value: Some(Box::new(value)) })
}

pub(super) fn when(condition: Expr, then: Expr, otherwise: Option<Expr>) -> Expr {
    e(ExprKind::If { arms: vec![(condition, then)], otherwise: otherwise.map(Box::new) })
}

pub(super) fn call(arguments: Vec<Expr>) -> Expr {
    let arguments = arguments.into_iter().map(Element::One).collect();
    let link = Link { kind: LinkKind::Call(arguments), optional: false, span: Span::default() };
    e(ExprKind::Chain(Row::of(e(ExprKind::Builtin(BuiltinId(0))), [link])))
}

pub(super) fn less(left: Expr, right: Expr) -> Expr {
    e(ExprKind::Binary(Row::of(left, [(Binary::Less, Span::default(), right)])))
}

pub(super) fn repeat(condition: Expr, body: Expr) -> Expr {
    let body = Body::Plain(Box::new(body));
    e(ExprKind::While { condition: Box::new(condition), max: None, body, late: false })
}

pub(super) fn attempt(body: Expr, handler: Option<Expr>, finalizer: Option<Expr>) -> Expr {
    e(ExprKind::Try {
        body: Box::new(body),
        handler: handler.map(|handler| Box::new((None, handler))),
        finalizer: finalizer.map(Box::new),
    })
}

/// A variable with what the resolution says of it.
pub(super) fn variable(origin: Origin, shared: bool) -> Local {
    let span = Span::default();
    Local {
        name: Some(Name(0)),
        span,
        origin,
        annotation: None,
        captured: shared,
        shared,
        reassigned: true,
        early: false,
        function: None,
    }
}

pub(super) fn function(kind: Kind, parameters: u32, locals: Vec<Local>, body: Expr) -> Function {
    Function {
        name: None,
        kind,
        file: FileId(0),
        span: Span::default(),
        head: Span::default(),
        parent: None,
        parameters: (0..parameters)
            .map(|at| Parameter {
                name: None,
                pattern: binding(at),
                annotation: None,
                default: None,
                rest: false,
                span: Span::default(),
            })
            .collect(),
        result: None,
        cap: None,
        body,
        locals,
        captures: Vec::new(),
        bands: Bands::default(),
        input: false,
        decorators: Decorators::default(),
        doc: None,
    }
}

pub(super) fn lowered(made: Made) -> Program {
    let mut names = Names::new();
    names.intern("x");
    let program = crate::hir::Program {
        modules: Vec::new(),
        functions: made.functions,
        globals: made.globals,
        types: Vec::new(),
        interfaces: Vec::new(),
        names,
    };
    let program = lower(Arc::new(program));
    let mut folded = program.clone();
    super::fold(&mut folded);
    for program in [&program, &folded] {
        if let Err(fault) = verify(program) {
            panic!("{fault}\n{}", print(program));
        }
    }
    program
}

pub(super) fn one(locals: Vec<Local>, body: Expr) -> Program {
    lowered(Made { functions: vec![function(Kind::Plain, 0, locals, body)], globals: Vec::new() })
}

pub(super) fn lets(count: usize) -> Vec<Local> {
    (0..count).map(|_| variable(Origin::Let, false)).collect()
}

pub(super) fn text(program: &Program) -> String {
    let mut folded = program.clone();
    super::fold(&mut folded);
    format!("{}\nfolded\n{}", print(program), print(&folded))
}

#[test]
fn a_variable_that_differs_becomes_a_parameter() {
    let body = block(vec![
        declare(0, num(1.0)),
        declare(1, num(2.0)),
        when(call(vec![]), set(0, num(3.0)), None),
        call(vec![read(0), read(1)]),
    ]);
    insta::assert_snapshot!(text(&one(lets(2), body)));
}

#[test]
fn a_loop_carries_what_it_assigns() {
    let body = block(vec![
        declare(0, num(0.0)),
        declare(1, call(vec![])),
        repeat(
            less(read(0), num(10.0)),
            block(vec![
                when(call(vec![read(1)]), e(ExprKind::Break), None),
                when(call(vec![read(1)]), e(ExprKind::Continue), None),
                add(0, num(1.0)),
            ]),
        ),
        read(0),
    ]);
    insta::assert_snapshot!(text(&one(lets(2), body)));
}

#[test]
fn a_try_sees_slots_and_has_one_finalizer() {
    let body = block(vec![
        declare(0, num(0.0)),
        repeat(
            call(vec![]),
            attempt(
                block(vec![
                    set(0, call(vec![])),
                    when(call(vec![]), e(ExprKind::Break), None),
                    when(call(vec![]), e(ExprKind::Continue), None),
                    e(ExprKind::Return(Some(Box::new(read(0))))),
                ]),
                Some(call(vec![read(0)])),
                Some(call(vec![read(0)])),
            ),
        ),
        read(0),
    ]);
    insta::assert_snapshot!(text(&one(lets(1), body)));
}

#[test]
fn a_choice_is_under_what_decided() {
    let body = when(read(0), num(1.0), Some(when(read(1), num(2.0), None)));
    let locals = (0..2).map(|_| variable(Origin::Parameter, false)).collect();
    let made = Made { functions: vec![function(Kind::Plain, 2, locals, body)], globals: Vec::new() };
    insta::assert_snapshot!(text(&lowered(made)));
}

#[test]
fn functions_that_capture_nothing_are_called_directly() {
    // Two functions that call each other, and a closure over a cell.
    let called = |capture: u32| {
        let base = e(ExprKind::Read(Variable::Capture(CaptureId(capture))));
        let link = Link { kind: LinkKind::Call(vec![]), optional: false, span: Span::default() };
        e(ExprKind::Chain(Row::of(base, [link])))
    };
    let capture = |at: u32, shared: bool| Capture { from: local(at), name: None, shared };
    let mut even = function(Kind::Plain, 0, vec![], called(0));
    even.captures = vec![capture(1, false)];
    even.parent = Some(FunctionId(0));
    let mut odd = even.clone();
    odd.captures = vec![capture(0, false)];
    let mut counter = function(
        Kind::Plain,
        0,
        vec![],
        e(ExprKind::Step {
            target: Box::new(Place {
                root: Root::Variable(Variable::Capture(CaptureId(0))),
                keys: vec![],
                span: Span::default(),
            }),
            by: 1.0,
            prefix: false,
        }),
    );
    counter.captures = vec![capture(2, true)];
    counter.parent = Some(FunctionId(0));
    let body = e(ExprKind::Block(Block {
        functions: [(local(0), FunctionId(1)), (local(1), FunctionId(2))].into(),
        exprs: [
            declare(2, num(0.0)),
            call(vec![e(ExprKind::Function(FunctionId(3)))]),
            set(2, num(5.0)),
            call(vec![read(0), read(2)]),
        ]
        .into(),
    }));
    let mut locals = vec![variable(Origin::Function, false), variable(Origin::Function, false)];
    for (local, function) in locals.iter_mut().zip([FunctionId(1), FunctionId(2)]) {
        (local.reassigned, local.function) = (false, Some(function));
    }
    locals.push(variable(Origin::Let, true));
    let outer = function(Kind::Plain, 0, locals, body);
    let program = lowered(Made { functions: vec![outer, even, odd, counter], globals: Vec::new() });
    insta::assert_snapshot!(text(&program));
}

#[test]
fn paths_are_changed_where_they_are() {
    let body = block(vec![
        declare(0, call(vec![])),
        e(ExprKind::Assign {
            target: Box::new(place(0, vec![Key::Fixed("a".into()), Key::Computed(b(ExprKind::Number(-1.0)))])),
            operator: Some(Compound::Binary(Binary::Add)),
            value: Box::new(call(vec![])),
        }),
        e(ExprKind::Delete(Box::new(place(0, vec![Key::Fixed("b".into())])))),
        read(0),
    ]);
    insta::assert_snapshot!(text(&one(lets(1), body)));
}

#[test]
fn long_rows_stay_linear() {
    let count = 20_000;
    let terms = (0..count).map(|_| (Binary::Add, Span::default(), num(1.0)));
    let sum = e(ExprKind::Binary(Row::of(num(1.0), terms)));
    let all = e(ExprKind::Logical(Row::of(call(vec![]), (0..count).map(|_| (Logical::And, call(vec![]))))));
    let link =
        |at: usize| Link { kind: LinkKind::Member("a".into()), optional: at.is_multiple_of(2), span: Span::default() };
    let chain = e(ExprKind::Chain(Row::of(call(vec![]), (0..count).map(link))));
    let arms = (0..count).map(|at| (call(vec![]), num(at as f64))).collect();
    let choice = e(ExprKind::If { arms, otherwise: None });
    for body in [sum, all, chain, choice] {
        let program = one(vec![], block(vec![body]));
        assert!(program.functions[0].blocks.iter().map(|block| block.code.len()).sum::<usize>() >= count);
    }
}

#[test]
fn nothing_is_written_behind_a_way_out() {
    let body = block(vec![e(ExprKind::Return(None)), call(vec![])]);
    let program = one(vec![], body);
    let calls = |op: &Op| matches!(op, Op::CallBuiltin { .. });
    assert!(!program.functions[0].blocks.iter().flat_map(|block| &block.code).any(|inst| calls(&inst.op)));
}

#[test]
fn instructions_are_small() {
    assert_eq!((size_of::<super::Inst>(), size_of::<super::Fact>()), (88, 12));
}
