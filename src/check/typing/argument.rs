//! What built-ins are given and give, by what the table declares of them.

use super::declared::kept;
use super::{Typing, plain};
use crate::builtin::{Body, BuiltinId, Calls, Keeps, Numbers};
use crate::check::fits::{Fit, fits, resolve};
use crate::diagnostic::{Code, nearest};
use crate::hir::{ExprKind, Fork, Tasks};
use crate::source::Span;
use crate::types::{Field, Literal, Shape, Type};
use crate::value::schema;
use serde_json::Value as Json;
use std::sync::Arc;

impl<'a> Typing<'a> {
    /// Whether what a built-in is given can be what it takes.
    pub(super) fn taken(&mut self, id: BuiltinId, given: &[(Type, Span)], receiver: usize) {
        let parameters = &id.signature().parameters;
        for (at, (kind, span)) in given.iter().enumerate() {
            let rest = parameters.last().filter(|last| last.rest);
            let Some(parameter) = parameters.get(at + receiver).or(rest) else { return };
            let wanted = match &parameter.value {
                Type::List(element) if parameter.rest => &**element,
                value => value,
            };
            // Where one does not fit, the others may stand in the wrong place.
            let told = self.diagnostics.len();
            let needed = !parameter.optional && !parameter.rest;
            self.takes(id, &parameter.name, kind, (wanted, needed), *span);
            if self.diagnostics.len() > told {
                return;
            }
        }
    }

    /// The same of a form that runs tasks of its own.
    pub(super) fn fork(&mut self, fork: &'a Fork, span: Span) {
        let mut given: Vec<(Type, Span)> = fork.before.iter().map(|x| (self.visit(x), x.span)).collect();
        let mut list = (Type::Any, Span::default());
        self.has_enough(fork, &given, span);
        for task in &fork.tasks {
            match task {
                Tasks::One(..) => {}
                Tasks::Each { list, function } => {
                    let walked = self.visit(list);
                    if let ExprKind::Function(lambda) = &function.kind {
                        let element = self.element(&kept(list, walked));
                        self.handed.insert(*lambda, element);
                    }
                    self.visit(function);
                }
                Tasks::Functions(x) => list = (self.visit(x), x.span),
            }
        }
        given.push(if fork.tasks.len() == 1 { list } else { (Type::Any, Span::default()) });
        given.extend(fork.after.iter().map(|x| (self.visit(x), x.span)));
        self.taken(fork.form, &given, 0);
    }

    /// Whether there are as many tasks as are to succeed.
    fn has_enough(&mut self, fork: &Fork, before: &[(Type, Span)], span: Span) {
        let written = fork.tasks.iter().all(|task| matches!(task, Tasks::One(..)));
        if fork.tasks.is_empty() && matches!(fork.form.entry().name, "race" | "anyOf") {
            let message = format!("`{}` of no tasks has no result", fork.form.entry().name);
            self.refuse(Code::T001, Code::R043, span, message, "give it one task at least");
        }
        if let [(Type::Literal(Literal::Number(wanted)), span)] = before
            && written
            && *wanted > fork.tasks.len() as f64
        {
            let (name, count) = (fork.form.entry().name, fork.tasks.len());
            let message = format!("`{name}` wants {wanted} to succeed, and there are {count}");
            self.report(Code::T001, *span, message, "offer as many tasks as are needed");
        }
    }

    /// The same of one argument or option. Null stands for what was left out, where that is not needed.
    fn takes(&mut self, id: BuiltinId, name: &str, given: &Type, (wanted, needed): (&Type, bool), span: Span) {
        let program = self.program;
        let who = id.entry().name;
        if let (Type::Object(given), Some(options)) = (resolve(program, given), options(wanted)) {
            return self.knows(id, given, options, span);
        }
        if who == "mock"
            && let Type::Object(shape) = resolve(program, given)
            && shape.fields.iter().any(|field| matches!(field.value, Type::Function(_)))
        {
            let message = "an answer holds no function, and this is what `mock` answers".to_owned();
            return self.report(Code::T001, span, message, "say what each method gives: `mock.methods({ … })`");
        }
        if name == "schema"
            && let Some(fault) = schema_fault(resolve(program, given))
        {
            let help = "write JSON Schema, such as `{ type: \"object\", properties: { label: { type: \"string\" } } }`, or declare an \
                        agent whose method gives `{ label: string }`";
            return self.refuse(Code::T001, Code::R005, span, format!("`{who}` takes a schema: {fault}"), help);
        }
        if let (Type::Literal(Literal::Number(x)), Some(numbers)) = (given, id.numbers(name))
            && !numbers.has(*x)
        {
            if numbers == Numbers::Confidence {
                return self.confident(&format!("`{who}`"), given, span);
            }
            let message = format!("`{who}` takes {numbers} as `{name}`, and this is `{x}`");
            let plain = matches!(id.entry().kind, Body::Native(_) | Body::Routine(_) | Body::Change(_));
            let count = matches!(numbers, Numbers::Count(..) | Numbers::Cut(..));
            let fails = if plain && count && who != "with" { Code::R005 } else { Code::R021 };
            return self.refuse(Code::T001, fails, span, message, "");
        }
        let fitting = |taken: &Type| fits(program, given, taken) != Fit::Never;
        if fitting(wanted) || !(needed && *given == Type::Null) && fitting(&Type::Null) {
            return;
        }
        let names = texts(wanted);
        let (help, wanted) = match given {
            Type::Literal(Literal::Text(text)) if !names.is_empty() => {
                let near = nearest(text, names.iter().copied()).map(|near| format!("did you mean `\"{near}\"`?"));
                let all = names.iter().map(|name| format!("`\"{name}\"`")).collect::<Vec<_>>().join(", ");
                (near.unwrap_or_default(), all)
            }
            _ => {
                let help = called_with(wanted).unwrap_or_else(|| "see its signature in the reference".to_owned());
                (help, format!("`{}`", program.spelled(wanted)))
            }
        };
        let message = format!("`{who}` takes {wanted} as `{name}`, and this is `{}`", program.spelled(given));
        match id.entry().kind {
            // How a form fails depends on the form.
            Body::Form(..) | Body::World(_) if *given == Type::Null => self.report(Code::T001, span, message, &help),
            _ if who == "emit" => self.refuse(Code::T001, Code::R014, span, message, &help),
            _ => self.refuse(Code::T001, Code::R005, span, message, &help),
        }
    }

    /// What is made a text, told others or counted is neither a function nor an agent.
    pub(super) fn handed_out(&mut self, name: &str, first: &Type, given: &[(Type, Span)], span: Span) {
        let element = self.element(first);
        match name {
            "String" => given.iter().for_each(|(kind, span)| self.has_text(kind, *span)),
            "join" => self.has_text(&element, span),
            "emit" | "track" | "llm" => {
                let kept = given.iter().find(|(kind, _)| self.is_callable(kind));
                if let Some((kind, span)) = kept {
                    let message = format!("{} cannot leave the program", self.called_kind(kind));
                    self.refuse(Code::T001, Code::R014, *span, message, "give what it gives: call it");
                }
            }
            "consensus" | "buildConsensus" | "vote" | "aggregate" if matches!(element, Type::Agent(_)) => {
                let message = format!("`{name}` counts answers, and these are agents");
                self.report(Code::T001, span, message, "ask them first: `parallel(agents.map(agent => agent.ask(q)))`");
            }
            _ => {}
        }
    }

    /// Whether an object has no other options than those that are declared, each with what it takes.
    fn knows(&mut self, id: BuiltinId, given: &Shape, options: &Shape, span: Span) {
        if id.entry().name == "verify" && given.others.is_none() {
            let judges = given.fields.iter().filter(|field| field.value != Type::Null);
            if judges.count() != 1 {
                let message = "`verify` asks one judge".to_owned();
                let help = "give it one of `{ agent }`, `{ human }`, `{ command }`, `{ schema }`";
                return self.refuse(Code::T001, Code::R005, span, message, help);
            }
        }
        for field in given.fields.iter().filter(|field| !field.optional) {
            if let Some(option) = options.fields.iter().find(|option| option.name == field.name) {
                self.takes(id, &field.name, &field.value, (&option.value, false), span);
                continue;
            }
            let names: Vec<&str> = options.fields.iter().map(|option| &*option.name).collect();
            let help = nearest(&field.name, names.iter().copied()).map_or_else(
                || format!("it has {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("`{}` has no option `{}`", id.entry().name, field.name);
            self.report(Code::T006, span, message, &help);
        }
    }

    /// What a built-in gives for a first argument of a type.
    pub(super) fn gives(&self, id: BuiltinId, first: &Type) -> Type {
        let entry = id.entry();
        match entry.keeps {
            Keeps::All => return self.listed(first, Type::clone),
            Keeps::Tested => return self.listed(first, |element| self.let_through(element)),
            Keeps::Nothing => {}
        }
        match &id.signature().result {
            result @ (Type::Number | Type::String | Type::Boolean) if matches!(entry.calls, Calls::None) => {
                result.clone()
            }
            Type::Null => Type::Null,
            // That it is a list is certain; of what is in it nothing is said.
            Type::List(_) => Type::List(Arc::new(Type::Any)),
            Type::Union(members) if members.iter().all(|member| matches!(member, Type::List(_) | Type::Null)) => {
                let open = |member: &Type| match member {
                    Type::List(_) => Type::List(Arc::new(Type::Any)),
                    other => other.clone(),
                };
                Type::Union(members.iter().map(open).collect())
            }
            // So is that it is an object with one kind of thing under its keys.
            Type::Object(shape) if shape.fields.is_empty() => id.signature().result.clone(),
            _ => Type::Any,
        }
    }

    /// A type with its elements as they are now, where it is a list.
    fn listed(&self, kind: &Type, element: impl Fn(&Type) -> Type) -> Type {
        match resolve(self.program, kind) {
            Type::List(one) => Type::List(Arc::new(element(one))),
            Type::Agents { interface, .. } => Type::List(Arc::new(Type::Agent(*interface))),
            _ => plain(kind.clone()),
        }
    }

    /// What a test may have let through: whatever may have been null may now be something.
    fn let_through(&self, kind: &Type) -> Type {
        let open = |kind: &Type| matches!(resolve(self.program, kind), Type::Union(all) if all.contains(&Type::Null));
        match resolve(self.program, kind) {
            _ if open(kind) => Type::Any,
            Type::Object(shape) if shape.fields.iter().any(|field| field.optional || open(&field.value)) => {
                let field = |field: &Field| match field.optional || open(&field.value) {
                    true => Field { optional: false, value: Type::Any, ..field.clone() },
                    false => field.clone(),
                };
                let fields = shape.fields.iter().map(field).collect();
                Type::Object(Arc::new(Shape { fields, others: shape.others.clone() }))
            }
            _ => kind.clone(),
        }
    }

    /// What a loop over something binds.
    pub(super) fn element(&self, walked: &Type) -> Type {
        match resolve(self.program, walked) {
            Type::List(element) => (**element).clone(),
            Type::Agents { interface, .. } => Type::Agent(*interface),
            _ => Type::Any,
        }
    }
}

/// A function as it is written where one is wanted, with what it is called with; what most leave out is left out.
fn called_with(wanted: &Type) -> Option<String> {
    let Type::Function(signature) = wanted else { return None };
    let names = signature.parameters.iter().map(|parameter| &*parameter.name);
    let names: Vec<&str> = names.filter(|name| !matches!(*name, "index" | "list")).collect();
    Some(match names[..] {
        [one] => format!("give it a function: `{one} => …`"),
        _ => format!("give it a function: `({}) => …`", names.join(", ")),
    })
}

/// The options among what a parameter takes.
fn options(wanted: &Type) -> Option<&Shape> {
    match wanted {
        Type::Object(shape) if shape.others.is_none() => Some(shape),
        Type::Union(all) => all.iter().find_map(options),
        _ => None,
    }
}

/// The texts that a parameter takes by name.
fn texts(wanted: &Type) -> Vec<&str> {
    let all = match wanted {
        Type::Union(all) => &all[..],
        one => std::slice::from_ref(one),
    };
    all.iter()
        .filter_map(|kind| match kind {
            Type::Literal(Literal::Text(text)) => Some(&**text),
            _ => None,
        })
        .collect()
}

/// What is certainly no schema in a value of this type, in words.
fn schema_fault(given: &Type) -> Option<String> {
    match given {
        Type::Object(shape) => shape.fields.iter().filter(|field| !field.optional).find_map(|field| {
            let known = value_of(&field.value);
            schema::fault(&Json::from_iter([(field.name.to_string(), known?)]))
        }),
        other => schema::fault(&value_of(other)?),
    }
}

/// The only value of a type, where it has one, as JSON.
fn value_of(kind: &Type) -> Option<Json> {
    Some(match kind {
        Type::Literal(Literal::Text(text)) => Json::from(&**text),
        Type::Literal(Literal::Number(number)) if number.fract() == 0.0 => Json::from(*number as i64),
        Type::Literal(Literal::Number(number)) => Json::from(*number),
        Type::Literal(Literal::Bool(bool)) => Json::from(*bool),
        Type::Object(shape) => {
            let part =
                |field: &Field| Some((field.name.to_string(), value_of(&field.value).filter(|_| !field.optional)?));
            shape.fields.iter().map(part).collect::<Option<serde_json::Map<_, _>>>()?.into()
        }
        _ => return None,
    })
}
