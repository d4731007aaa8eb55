//! What is read and called of values.

use super::declared::kept;
use super::{EXPRESSION, Typing};
use crate::builtin::{self, BuiltinId};
use crate::check::call::null_of;
use crate::check::domain::Null;
use crate::check::fits::resolve;
use crate::diagnostic::Code;
use crate::hir::{Element, Expr, ExprKind, FunctionId, Link, LinkKind, LocalId, Variable};
use crate::source::Span;
use crate::types::{InterfaceId, Literal, Signature, Type};
use crate::value::{Kind, number};
use std::sync::Arc;

impl<'a> Typing<'a> {
    pub(super) fn chain(&mut self, base: &'a Expr, links: &'a [Link]) -> Type {
        let mut links = links.iter();
        let mut kind = match (&base.kind, links.as_slice().first().map(|l| &l.kind)) {
            (ExprKind::Builtin(id), Some(LinkKind::Call(arguments))) => {
                let span = links.next().expect("it was looked at").span;
                let given = self.arguments(arguments);
                let first = match (arguments.first(), given.as_deref()) {
                    (Some(Element::One(first)), Some([(kind, _), ..])) => kept(first, kind.clone()),
                    _ => Type::Any,
                };
                self.builtin(*id, &first, given.as_deref(), span, 0)
            }
            (ExprKind::Read(variable), Some(LinkKind::Call(arguments))) if self.function_of(*variable).is_some() => {
                let span = links.next().expect("it was looked at").span;
                let function = self.function_of(*variable).expect("it was looked at");
                self.call(function, arguments, base.span.to(span))
            }
            (ExprKind::Function(function), Some(LinkKind::Call(arguments))) => {
                let span = links.next().expect("it was looked at").span;
                self.call(*function, arguments, base.span.to(span))
            }
            (ExprKind::Builtin(id), Some(LinkKind::Member(name) | LinkKind::Method { name, .. }))
                if builtin::find_method(Kind::Function, name).is_none()
                    && !matches!(&**name, "apply" | "call" | "bind") =>
            {
                let own = id.entry().name;
                let message = format!("`{own}` is a function, and has no `{name}`");
                self.report(
                    Code::T006,
                    base.span.to(links.as_slice()[0].span),
                    message,
                    &format!("call it: `{own}(…)`"),
                );
                Type::Any
            }
            (ExprKind::Agents, Some(LinkKind::Member(_))) => {
                links.next();
                // Whoever is bound there has a name, what a mock was asked, and methods.
                let named = |link: &Link| matches!(&link.kind, LinkKind::Member(name) if &**name == "name");
                if links.as_slice().first().is_some_and(named) { Type::Any } else { Type::Agent(None) }
            }
            (ExprKind::Read(Variable::Local(_)), _) => {
                let known = self.visit(base);
                let written = |local: &LocalId| {
                    let declared = &self.function.locals[local.0 as usize];
                    declared.reassigned && declared.annotation.is_none()
                };
                match (&base.kind, &known) {
                    (ExprKind::Read(Variable::Local(local)), Type::List(_)) if written(local) => {
                        Type::List(Arc::new(Type::Any))
                    }
                    (ExprKind::Read(Variable::Local(local)), _) if written(local) && plain_kind(&known).is_none() => {
                        Type::Any
                    }
                    _ => known,
                }
            }
            _ => {
                let given = self.visit(base);
                if matches!(base.kind, ExprKind::List(_) | ExprKind::Object(_)) { kept(base, given) } else { given }
            }
        };
        for link in links {
            kind = self.link(kind, link);
        }
        kind
    }

    pub(super) fn arguments(&mut self, elements: &'a [Element]) -> Option<Vec<(Type, Span)>> {
        let mut all = Some(Vec::new());
        for element in elements {
            match element {
                Element::One(x) => {
                    let kind = self.visit(x);
                    if let Some(all) = &mut all {
                        all.push((kind, x.span));
                    }
                }
                Element::Spread(x) => {
                    self.spread(x);
                    all = None;
                }
            }
        }
        all
    }

    fn link(&mut self, kind: Type, link: &'a Link) -> Type {
        let program = self.program;
        let known = resolve(program, &kind).clone();
        if known == Type::Null && !link.optional {
            self.read_of_null(&link.kind, link.span);
        }
        match &link.kind {
            LinkKind::Member(name) => self.member(&kind, &known, name, link.span),
            LinkKind::Index(key) => {
                self.visit(key);
                match (&known, &key.kind) {
                    (Type::Object(shape), ExprKind::Number(index)) if shape.others.is_none() => {
                        let index = number::render(*index);
                        return self.member(&kind, &known, &index, link.span);
                    }
                    (Type::Agents { high, .. }, ExprKind::Number(index)) if *index >= f64::from(*high) => {
                        let message =
                            format!("there are at most {high} of these, and none at `{}`", number::render(*index));
                        self.report(Code::T006, link.span, message, "the first stands at 0");
                    }
                    _ => {}
                }
                match &known {
                    Type::List(element) => (**element).clone(),
                    Type::Agents { interface, .. } => Type::Agent(*interface),
                    Type::Agent(_) => {
                        let message = "a method of an agent stands in the text, and cannot be looked up";
                        let help = "choose between calls: `match word { \"a\" => agent.a(x), _ => agent.b(x) }`";
                        self.report(Code::T006, link.span, message.to_owned(), help);
                        Type::Any
                    }
                    _ => Type::Any,
                }
            }
            LinkKind::Call(arguments) => {
                let given = self.arguments(arguments);
                if let (Type::Function(signature), Some(given)) = (&known, &given) {
                    self.handed_over(signature, given);
                }
                if (is_data(&known) || matches!(known, Type::Null | Type::Object(_))) && !link.optional {
                    let kind = program.spelled(&kind);
                    self.report(Code::T005, link.span, format!("`{kind}` is no function"), "");
                }
                match known {
                    Type::Function(signature) => signature.result.clone(),
                    _ => Type::Any,
                }
            }
            LinkKind::Method { name, arguments, place, .. } => {
                place.iter().for_each(|place| self.written(place));
                let element = match &known {
                    Type::List(element) => Some((**element).clone()),
                    Type::Agents { interface, .. } => Some(Type::Agent(*interface)),
                    _ => None,
                };
                if let (Some(element), Some(Element::One(first))) = (element, arguments.first())
                    && let ExprKind::Function(lambda) = &first.kind
                    && hands_elements(name)
                {
                    self.handed.insert(*lambda, element);
                }
                let given = self.arguments(arguments);
                if let (Some(place), Some(given)) = (place, &given) {
                    self.added(place, name, given);
                }
                self.method(&known, name, given.as_deref(), link)
            }
        }
    }

    /// A property that is read by its name.
    fn member(&mut self, kind: &Type, known: &Type, name: &str, span: Span) -> Type {
        match known {
            Type::Object(shape) => match shape.fields.iter().find(|f| *f.name == *name) {
                Some(field) if field.optional => union_null(&field.value),
                Some(field) => field.value.clone(),
                None if shape.others.is_some() || name == "length" => Type::Any,
                None => {
                    self.lacks(kind, shape, name, span);
                    Type::Any
                }
            },
            Type::List(_) | Type::String if name == "length" => Type::Number,
            Type::Agent(interface) => {
                self.read_of_agent(*interface, name, span);
                Type::Any
            }
            _ => {
                self.read_of_plain(known, name, span);
                Type::Any
            }
        }
    }

    /// A property of an agent that is read and not called: it has methods alone, and what a mock was asked.
    pub(super) fn read_of_agent(&mut self, interface: Option<InterfaceId>, name: &str, span: Span) {
        let program = self.program;
        if name == "calls" {
            return;
        }
        let methods = interface.map(|id| &program.interfaces[id.0 as usize].methods);
        let offers = methods.is_some_and(|methods| methods.iter().any(|method| *method.name == *name));
        let (message, help) = match offers {
            _ if name == "name" && !offers => {
                ("an agent has no `name`".to_owned(), "`among(agents, name)` gives the agent of a name".to_owned())
            }
            false if methods.is_some() => {
                (format!("an agent has no property `{name}`"), "call one of its methods".to_owned())
            }
            _ => {
                (format!("`{name}` is a method, and a method is no value"), format!("hand over `x => agent.{name}(x)`"))
            }
        };
        self.report(Code::T006, span, message, &help);
    }

    /// A property of a text, number, boolean or list that is read and not called: but for `length` it is null.
    pub(super) fn read_of_plain(&mut self, known: &Type, name: &str, span: Span) {
        let members = match known {
            Type::Union(members) => &**members,
            one => std::slice::from_ref(one),
        };
        let mut kinds = members.iter().map(|member| resolve(self.program, member)).filter(|kind| **kind != Type::Null);
        let all = kinds.clone().all(|kind| plain_kind(kind).is_some());
        let has_length = |kind: Kind| name == "length" && matches!(kind, Kind::Text | Kind::List);
        let Some(kind) = kinds.next().and_then(plain_kind).filter(|_| all) else { return };
        // Where it is read what a mock was asked, the mock is missing, and that is told where the value is given for an agent.
        if name == "calls" || has_length(kind) || kinds.filter_map(plain_kind).any(has_length) {
            return;
        }
        let help = builtin::instead_of_property(kind, name);
        let message = format!("`{}` has no property `{name}`", self.program.spelled(known));
        self.report(Code::T006, span, message, &help);
    }

    fn method(&mut self, known: &Type, name: &str, given: Option<&[(Type, Span)]>, link: &Link) -> Type {
        let program = self.program;
        match known {
            Type::Agent(Some(id)) => {
                let interface = &program.interfaces[id.0 as usize];
                let Some(method) = interface.methods.iter().find(|m| *m.name == *name) else {
                    let Some(id) = builtin::find_method(Kind::Agent, name) else { return Type::Any };
                    return self.builtin(id, known, given, link.span, 1);
                };
                if let Some(given) = given {
                    self.fits_signature(&method.signature, given, link.span, name);
                }
                method.signature.result.clone()
            }
            Type::String | Type::Literal(Literal::Text(_)) => self.of_kind(Kind::Text, known, name, given, link),
            Type::Number | Type::Literal(Literal::Number(_)) => self.of_kind(Kind::Number, known, name, given, link),
            Type::Boolean | Type::Literal(Literal::Bool(_)) => self.of_kind(Kind::Bool, known, name, given, link),
            Type::Function(_) if matches!(name, "apply" | "call" | "bind") => {
                let help = match name {
                    "apply" => "call it with the list spread out: `f(...list)`",
                    "call" => "call it: `f(a, b)`",
                    _ => "write a function that calls it: `(...rest) => f(a, ...rest)`",
                };
                self.report(Code::T005, link.span, format!("a function has no method `{name}`"), help);
                Type::Any
            }
            Type::List(_) => self.of_kind(Kind::List, known, name, given, link),
            Type::Object(_) if *known == *EXPRESSION && builtin::find_method(Kind::Object, name).is_some() => {
                self.of_kind(Kind::Object, known, name, given, link)
            }
            Type::Object(shape) if builtin::find_method(Kind::Object, name).is_none() => {
                let field = shape.fields.iter().find(|field| *field.name == *name);
                match field.map(|field| resolve(program, &field.value)) {
                    Some(field) if is_data(field) => {
                        let message = format!("`{name}` is `{}`, which is no function", program.spelled(field));
                        self.report(Code::T005, link.span, message, "read it without parentheses");
                    }
                    None => match shape.others.as_ref().map(|others| resolve(program, others)) {
                        // Whatever its keys are, none holds a function.
                        Some(others) if is_data(others) => {
                            let help = format!("under each of its keys is `{}`; ", program.spelled(others))
                                + "`entries()` gives a list of keys with what they hold";
                            self.report(Code::T005, link.span, format!("an object has no method `{name}`"), &help);
                        }
                        Some(_) => {}
                        None => self.lacks(known, shape, name, link.span),
                    },
                    Some(_) => {}
                }
                Type::Any
            }
            _ => Type::Any,
        }
    }

    fn of_kind(&mut self, kind: Kind, known: &Type, name: &str, given: Option<&[(Type, Span)]>, link: &Link) -> Type {
        match builtin::find_method(kind, name) {
            Some(id) => self.builtin(id, known, given, link.span, 1),
            None => {
                let help = builtin::instead_of_method(kind, name);
                let kind = match kind {
                    Kind::Text => "a text",
                    Kind::Number => "a number",
                    Kind::Bool => "a boolean",
                    _ => "a list",
                };
                self.refuse(Code::T005, Code::R006, link.span, format!("{kind} has no method `{name}`"), &help);
                Type::Any
            }
        }
    }

    fn fits_signature(&mut self, signature: &Signature, given: &[(Type, Span)], span: Span, name: &str) {
        let most = signature.parameters.len();
        let rest = signature.parameters.last().is_some_and(|p| p.rest);
        if given.len() > most && !rest {
            self.report(
                Code::T004,
                span,
                format!("`{name}` takes {}, and is given {}", counted(most), given.len()),
                "leave out the rest",
            );
            return;
        }
        let required =
            signature.parameters.iter().filter(|p| !p.optional && !p.rest && null_of(&p.value) == Null::Never).count();
        if given.len() < required {
            self.report(
                Code::T004,
                span,
                format!("`{name}` takes {}, and is given {}", counted(most), given.len()),
                "give the others as well",
            );
            return;
        }
        for (parameter, (kind, at)) in signature.parameters.iter().zip(given) {
            if !parameter.rest {
                self.expect(kind, &parameter.value, *at, format_args!("`{}`", parameter.name));
            }
        }
    }

    /// A call of a built-in whose first argument, or receiver, is of a type.
    fn builtin(
        &mut self,
        id: BuiltinId,
        first: &Type,
        given: Option<&[(Type, Span)]>,
        span: Span,
        receiver: usize,
    ) -> Type {
        let entry = id.entry();
        if let Some(given) = given {
            let count = given.len() + receiver;
            if id.most().is_some_and(|most| count > most) {
                let most = id.most().unwrap_or(0) - receiver.min(id.most().unwrap_or(0));
                self.report(
                    Code::T004,
                    span,
                    format!("`{}` takes {}, and is given {}", entry.name, counted(most), given.len()),
                    "leave out the rest",
                );
            } else if count < id.required() {
                let least = id.required() - receiver;
                self.report(
                    Code::T004,
                    span,
                    format!("`{}` takes at least {}, and is given {}", entry.name, counted(least), given.len()),
                    "give the others as well",
                );
            } else {
                self.taken(id, given, receiver);
                self.handed_out(entry.name, first, given, span);
            }
        }
        self.gives(id, first)
    }

    pub(super) fn function_of(&self, variable: Variable) -> Option<FunctionId> {
        match variable {
            Variable::Global(global) => self.program.globals[global.0 as usize].function,
            Variable::Local(local) => self.lambdas.get(&local).copied(),
            Variable::Capture(_) => None,
        }
    }

    fn call(&mut self, id: FunctionId, elements: &'a [Element], span: Span) -> Type {
        let program = self.program;
        let callee = &program.functions[id.0 as usize];
        let rest = callee.parameters.last().is_some_and(|p| p.rest);
        let most = callee.parameters.len();
        let mut count = Some(0);
        for element in elements {
            let (Element::One(x) | Element::Spread(x)) = element;
            let place = count.filter(|_| matches!(element, Element::One(_)));
            let parameter =
                place.and_then(|at| callee.parameters.get(at).or(callee.parameters.last().filter(|_| rest)));
            let wanted = parameter.and_then(|parameter| match (&parameter.annotation, parameter.rest) {
                (Some(kind), false) => Some(kind),
                (Some(kind), true) => match resolve(program, kind) {
                    Type::List(element) => Some(&**element),
                    _ => None,
                },
                (None, _) => None,
            });
            // A default stands in for null.
            let wanted = wanted.filter(|_| {
                !(matches!(x.kind, ExprKind::Null) && parameter.is_some_and(|parameter| parameter.default.is_some()))
            });
            match (wanted, parameter) {
                (Some(wanted), Some(parameter)) => {
                    match parameter.name.map(|name| program.names.text(name)) {
                        Some(name) => self.given(x, wanted, format_args!("`{name}`")),
                        None => self.given(x, wanted, format_args!("this")),
                    };
                }
                _ if matches!(element, Element::Spread(_)) => {
                    self.spread(x);
                }
                _ => {
                    self.visit(x);
                }
            }
            count = place.map(|at| at + 1);
        }
        if let Some(count) = count.filter(|count| *count > most && !rest) {
            let name = callee.name.map(|name| format!("`{}`", program.names.text(name)));
            let name = name.as_deref().unwrap_or("this function");
            let message = format!("{name} takes {}, and is given {count}", counted(most));
            self.refuse(Code::T004, Code::R008, span, message, "leave out the rest");
        }
        callee.result.clone().unwrap_or(Type::Any)
    }
}

/// Whether this is data, which cannot be called.
fn is_data(kind: &Type) -> bool {
    matches!(kind, Type::Number | Type::String | Type::Boolean | Type::Literal(_) | Type::List(_))
}

/// The kind of values that have no properties of their own.
fn plain_kind(kind: &Type) -> Option<Kind> {
    match kind {
        Type::String | Type::Literal(Literal::Text(_)) => Some(Kind::Text),
        Type::Number | Type::Literal(Literal::Number(_)) => Some(Kind::Number),
        Type::Boolean | Type::Literal(Literal::Bool(_)) => Some(Kind::Bool),
        Type::List(_) | Type::Agents { .. } => Some(Kind::List),
        _ => None,
    }
}

/// Whether a method of lists hands its function an element first.
fn hands_elements(name: &str) -> bool {
    matches!(
        name,
        "map"
            | "flatMap"
            | "filter"
            | "forEach"
            | "some"
            | "every"
            | "find"
            | "findIndex"
            | "findLast"
            | "partition"
            | "groupBy"
            | "countBy"
            | "sortBy"
            | "minBy"
            | "maxBy"
    )
}

fn union_null(kind: &Type) -> Type {
    match kind {
        Type::Union(all) if all.contains(&Type::Null) => kind.clone(),
        Type::Union(all) => Type::Union(all.iter().cloned().chain([Type::Null]).collect()),
        Type::Any => Type::Any,
        other => Type::Union(Arc::from([other.clone(), Type::Null])),
    }
}

fn counted(count: usize) -> String {
    match count {
        0 => "no argument".into(),
        1 => "one argument".into(),
        n => format!("{n} arguments"),
    }
}
