//! Plain built-ins: values are handed to the table's own functions and taken back.

use super::data::*;
use super::eval::{Eval, Flow, Run};
use prism::builtin::{self, Body, BuiltinId, Started, World};
use prism::host::{Answer, Kind as Wish, Reply, Stream};
use prism::source::Span;
use prism::value::{Confidence, Evidence, Key, Kind, Lanes, Limits, Meter, Value, View, display, json, shaped};
use serde_json::Value as Json;
use std::sync::Arc;

/// What stands for functions, agents and errors while a value is outside: their places here.
#[derive(Default)]
pub struct Outside {
    held: Vec<Data>,
}

pub fn meter() -> Meter {
    Meter::new(Limits::RUN)
}

impl Outside {
    /// The same value in the machine's form.
    pub fn out(&mut self, it: &Val) -> Value {
        let value = match &it.data {
            Data::Null => Value::NULL,
            Data::Bool(it) => Value::bool(*it),
            Data::Number(it) => Value::number(*it),
            Data::Text(it) => Value::text(it),
            Data::List(it) => Value::list(it.iter().map(|it| self.out(it)).collect()).expect("a shallow list"),
            Data::Object(it) => {
                let entries: Vec<_> = it.iter().map(|(key, it)| (Key::new(key), self.out(it))).collect();
                Value::object(entries).expect("a shallow object")
            }
            Data::Builtin(id) => Value::native(id.0),
            Data::Agent(agent) => {
                let id = self.hold(Data::Agent(agent.clone()));
                Value::agent(prism::value::Agent { id, options: Value::NULL })
            }
            Data::Closure(closure) => {
                let identity = Arc::as_ptr(closure) as usize as u64;
                let code = self.hold(it.data.clone());
                Value::closure(prism::value::Closure { code, identity, captures: Box::default() })
            }
            Data::Error(error) => {
                let (message, data) = (self.out(&error.message), self.out(&error.data));
                Value::error(prism::value::Error { code: error.code, message, data })
            }
        };
        value.with(it.lanes)
    }

    fn hold(&mut self, data: Data) -> u32 {
        self.held.push(data);
        self.held.len() as u32 - 1
    }

    /// A value of the machine's form taken back.
    pub fn back(&self, value: &Value) -> Val {
        let data = match value.view() {
            View::Null | View::Cell(_) => Data::Null,
            View::Bool(it) => Data::Bool(it),
            View::Number(it) => Data::Number(it),
            View::Text(it) => Data::Text(it.into()),
            View::List(it) => Data::List(it.iter().map(|it| self.back(it)).collect()),
            View::Object(it) => {
                Data::Object(it.iter().map(|(key, it)| (Arc::from(key.as_str()), self.back(it))).collect())
            }
            View::Native(id) => Data::Builtin(BuiltinId(id)),
            View::Agent(it) => self.held[it.id as usize].clone(),
            View::Closure(it) => self.held[it.code as usize].clone(),
            View::Error(it) => Data::Error(Arc::new(Thrown {
                kind: it.kind().into(),
                code: it.code,
                message: self.back(&it.message),
                data: self.back(&it.data),
                lanes: Lanes::EXACT,
                file: Default::default(),
                span: Span::default(),
            })),
        };
        Val::from(data).with(value.lanes())
    }
}

/// A value in a few words.
pub fn brief(value: &Val) -> String {
    display::brief(&Outside::default().out(value), &mut meter())
}

/// The content alone, as JSON.
pub fn json(value: &Val) -> Json {
    json::export(&Outside::default().out(value), &mut meter()).unwrap_or(Json::Null)
}

/// The shape of section 10.
pub fn result_json(value: &Val) -> Json {
    shaped::write(&Outside::default().out(value), &mut meter()).unwrap_or(Json::Null)
}

/// An agent's answer: unknown and `reported` unless it says more; parts as the whole unless they are named.
pub fn answer(answer: &Answer) -> Option<Val> {
    let default = Lanes::new(Confidence::UNKNOWN, Evidence::Reported);
    shaped::read(&answer.shape, default, &mut meter()).ok().map(|value| Outside::default().back(&value))
}

impl Eval<'_> {
    /// The text of a value: numbers, booleans and null rendered, lists and objects as JSON, an error as its message.
    pub fn render(&self, value: &Val, span: Span) -> Run<String> {
        match display::render(&Outside::default().out(value), &mut meter()) {
            Ok(text) => Ok(text),
            Err(fault) => self.fail(fault.code, span),
        }
    }
}

pub fn name(id: BuiltinId) -> &'static str {
    id.entry().name
}

/// The built-in that values of this kind have as a method.
pub fn method(receiver: &Val, name: &str) -> Option<BuiltinId> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == receiver.kind())?;
    builtin::find_method(kind, name)
}

impl Eval<'_> {
    pub fn builtin(&mut self, id: BuiltinId, arguments: Vec<Val>, span: Span) -> Run {
        if let Err(fault) = builtin::check_count(id, arguments.len()) {
            return self.fail(fault.code, span);
        }
        let entry = id.entry();
        if let Some(result) = self.form(entry.name, &arguments, span)? {
            return Ok(result);
        }
        match entry.kind {
            Body::Native(code) | Body::Form(_, Some(code)) => {
                let mut outside = Outside::default();
                let mut values: Vec<Value> = arguments.iter().map(|it| outside.out(it)).collect();
                match builtin::run(id, code, &mut values, &mut meter()) {
                    Ok(value) => Ok(outside.back(&value)),
                    Err(fault) => self.fail(fault.code, span),
                }
            }
            Body::Routine(start) => {
                if arguments.iter().any(|it| it.kind() == "function")
                    || entry.name.ends_with("ort")
                    || entry.name.ends_with("orted")
                {
                    return self.calling_back(entry.name, &arguments, span);
                }
                let mut outside = Outside::default();
                let mut values: Vec<Value> = arguments.iter().map(|it| outside.out(it)).collect();
                match builtin::start(id, start, &mut values, &mut meter()) {
                    Ok(Started::Done(value)) => Ok(outside.back(&value)),
                    Ok(Started::Running(_)) => Err(Flow::Unknown(entry.name)),
                    Err(fault) => self.fail(fault.code, span),
                }
            }
            Body::World(wish) => self.wish(wish, &arguments, span),
            Body::Change(_) | Body::Form(_, None) => Err(Flow::Unknown(entry.name)),
        }
    }

    fn wish(&mut self, wish: World, arguments: &[Val], span: Span) -> Run {
        let stream = match wish {
            World::Print => Stream::Output,
            World::Warn => Stream::Warning,
            World::Error => Stream::Error,
            World::Debug => Stream::Debug,
            World::Delay => {
                let after = self.time(arguments.first().unwrap_or(&Val::null()), span)?.unwrap_or(0.0);
                self.task.sleep(after)?;
                return Ok(Val::null());
            }
            World::Now | World::Random | World::Uuid => {
                let kind = match wish {
                    World::Now => Wish::Now,
                    World::Random => Wish::Random,
                    _ => Wish::Uuid,
                };
                return Ok(match self.task.world_request(kind)? {
                    Reply::Number(it) => Val::number(it),
                    Reply::Text(it) => Val::text(&it),
                    _ => unreachable!("a number or an id"),
                });
            }
            World::Emit | World::Track => return Ok(Val::null()),
        };
        let mut outside = Outside::default();
        let shown =
            arguments.iter().map(|it| display::show(&outside.out(it), &mut meter()).map_err(|fault| fault.code));
        match shown.collect::<Result<Vec<_>, _>>() {
            Ok(texts) => self.task.print(stream, texts.join(" ")),
            Err(code) => return self.fail(code, span),
        }
        Ok(Val::null())
    }
}
