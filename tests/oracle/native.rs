//! Plain built-ins, which are the library's own, and wishes to the world.

use super::value::*;
use prism::builtin::{self, Body, BuiltinId, Mutation, Started, Step, World};
use prism::host::{Kind, Reply, Stream};

impl Eval<'_> {
    pub fn builtin(&mut self, id: BuiltinId, mut arguments: Vec<Value>, span: Span) -> Run {
        self.made(builtin::check_count(id, arguments.len()), span)?;
        if let Some(result) = self.form(id, &arguments, span)? {
            return Ok(result);
        }
        self.task.tick(arguments.iter().map(|it| it.size().unwrap_or(1) as u64).sum())?;
        match id.entry().kind {
            Body::Native(code) | Body::Form(_, Some(code)) => {
                self.made(builtin::run(id, code, &mut arguments, &mut meter()), span)
            }
            Body::Change(_) => self
                .mutate(arguments.remove(0), Lanes::EXACT, id.entry().name, arguments, span)
                .map(|[_, result]| result),
            Body::Routine(start) => {
                let mut routine = match self.made(builtin::start(id, start, &mut arguments, &mut meter()), span)? {
                    Started::Done(value) => return Ok(value),
                    Started::Running(routine) => routine,
                };
                loop {
                    self.task.tick(1)?;
                    let arguments = (0..routine.offered()).map(|index| routine.argument(index)).collect();
                    let reply = self.call(&routine.function().clone(), arguments, span, routine.needed())?;
                    if let Step::Done(value) = self.made(routine.resume(reply, &mut meter()), span)? {
                        return Ok(value);
                    }
                }
            }
            Body::World(wish) => self.wish(wish, &arguments, span),
            Body::Form(_, None) => Err(Flow::Unknown(id.entry().name)),
        }
    }

    /// A method that changes what it is called on, as sure as the way there: the new content and what it gives.
    pub fn mutate(&mut self, old: Value, way: Lanes, name: &str, mut args: Vec<Value>, span: Span) -> Run<[Value; 2]> {
        let Some(id) = builtin::find_method(old.kind(), name) else { return self.blame(Code::R006, &old, span) };
        if let Body::Change(code) = id.entry().kind {
            self.made(builtin::check_count(id, args.len() + 1), span)?;
            // What it works on is copied.
            self.task.tick(old.size().unwrap_or(1) as u64 / 16)?;
            let mut place = old;
            let result = builtin::run_change(id, code, &mut place, &mut args, &mut meter());
            return self.made(result, span).map(|result| [place, result]);
        }
        args.insert(0, old.clone().under(way));
        let result = self.builtin(id, args, span)?;
        Ok([if id.entry().mutation == Mutation::Replace { result.clone() } else { old }, result])
    }

    /// An option of a form; null where it is not given.
    pub fn option(options: &Value, name: &str) -> Value {
        options.as_object().and_then(|it| it.get(name)).cloned().unwrap_or_default()
    }

    /// Options are an object of known keys, or nothing.
    pub fn known(&self, options: &Value, known: &[&str], span: Span) -> Run<()> {
        match options.as_object() {
            Some(it) if it.keys().all(|key| known.contains(&key.as_str())) => Ok(()),
            None if options.is_null() => Ok(()),
            _ => self.blame(Code::R005, options, span),
        }
    }

    /// A whole number from the least.
    pub fn count(&self, value: &Value, least: f64, span: Span) -> Run<Option<usize>> {
        match value.as_number() {
            None if value.is_null() => Ok(None),
            Some(it) if it >= least && it.fract() == 0.0 && it.is_finite() => Ok(Some(it as usize)),
            _ => self.fail(Code::R021, span),
        }
    }

    /// A finite number from 0, such as of milliseconds.
    pub fn time(&self, value: &Value, span: Span) -> Run<Option<f64>> {
        match value.as_number() {
            None if value.is_null() => Ok(None),
            Some(it) if (0.0..=366.0 * 86_400_000.0).contains(&it) => Ok(Some(it)),
            _ => self.fail(Code::R021, span),
        }
    }

    fn wish(&mut self, wish: World, arguments: &[Value], span: Span) -> Run {
        let get = |index: usize| arguments.get(index).cloned().unwrap_or_default();
        let print = |stream| {
            let shown = arguments.iter().map(|it| self.made(display::show(it, &mut meter()), span));
            Ok(Kind::Print { stream, text: shown.collect::<Run<Vec<_>>>()?.join(" ") })
        };
        let said = match wish {
            World::Print => print(Stream::Output)?,
            World::Warn => print(Stream::Warning)?,
            World::Error => print(Stream::Error)?,
            World::Debug => print(Stream::Debug)?,
            World::Delay => {
                let Some(after) = self.time(&get(0), span)? else { return self.fail(Code::R021, span) };
                return self.task.sleep(after).map(|()| Value::NULL);
            }
            World::Now | World::Random | World::Uuid => {
                let timeless = if wish == World::Random { Kind::Random } else { Kind::Uuid };
                return Ok(match self.task.ask(if wish == World::Now { Kind::Now } else { timeless })? {
                    Reply::Number(it) => Value::number(it),
                    Reply::Text(it) => Value::text(&it),
                    _ => unreachable!("a number or an id"),
                });
            }
            World::Emit => {
                let Some(name) = get(0).as_text().map(str::to_owned) else { return self.fail(Code::R005, span) };
                self.known(&get(2), &["delay", "condition"], span)?;
                let data = self.made(shaped::write(&get(1), &mut meter()), span)?;
                let delay = self.time(&Self::option(&get(2), "delay"), span)?;
                let holds = Self::option(&get(2), "condition");
                let condition = self.plain(&holds, span)?;
                let sent = (holds.is_null() || holds.truth()).then(|| (name.clone(), data.clone()));
                sent.into_iter().for_each(|it| self.task.world.board().emit(it, delay));
                Kind::Emit { name, data, delay, condition }
            }
            World::Track => {
                self.known(&get(1), &["confidence", "context"], span)?;
                let confidence = self.confidence_of(&Self::option(&get(1), "confidence"), span)?;
                let decision = self.made(shaped::write(&get(0), &mut meter()), span)?;
                let context = self.plain(&Self::option(&get(1), "context"), span)?;
                Kind::Track { decision, confidence: Confidence::number(confidence), context }
            }
        };
        self.task.say(said);
        Ok(Value::NULL)
    }

    /// The content alone, as JSON; nothing of null.
    pub fn plain(&self, value: &Value, span: Span) -> Run<Option<serde_json::Value>> {
        if value.is_null() { Ok(None) } else { self.made(json::export(value, &mut meter()), span).map(Some) }
    }

    /// An operand of `retry` and its kin: a function is called, any other value stands for itself.
    pub fn serve(&mut self, operand: &Value, span: Span) -> Run {
        if is_function(operand) { self.call(operand, Vec::new(), span, 1) } else { Ok(operand.clone()) }
    }
}
