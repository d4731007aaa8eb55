//! What fails whenever it runs.
//!
//! An operation on values that are known before the run is done here by what does it in the run; where that fails, and
//! nobody catches it, the failure is told with the message that the run would have. What limits refuse is not told, because
//! whoever runs the program may raise them.

use super::domain::{AgentShape, Callee, Id, Known, Null, Shape};
use super::finding::Findings;
use super::flow::{Activation, Flow};
use super::place::Step;
use crate::builtin::{self, Body, BuiltinId, Form};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::hir::{Binary, Unary};
use crate::ir::{self, Inst, Op, Task, Var};
use crate::source::Location;
use crate::value::{Fault, Key, Kind, Limits, Meter, Value, operator, path};

/// The largest values that are looked at: what is made of larger ones is left to the run.
const SMALL: Limits =
    Limits { steps: 20_000, memory: 1 << 16, text: 1 << 12, list: 256, object: 256, ..Limits::SANDBOX };

/// The most parts of a value that is looked at.
const MOST_PARTS: usize = 64;

impl<'a> Flow<'a> {
    /// Takes note of whether an instruction fails in any case with what is known of its arguments.
    pub fn try_out(&mut self, act: &Activation<'a>, inst: &Inst, args: &[Known]) {
        let fault = match &inst.op {
            Op::Fork { form, before, tasks } => {
                let lists = tasks_given(tasks).map(|place| place + *before as usize);
                let mut idle = lists.filter(|&place| holds_no_function(&args[place]));
                let told = idle.any(|place| self.runs_always(act) || act.makes(inst.args[place]));
                told.then(|| builtin::no_functions(form.entry().name))
            }
            Op::Call { spread: false } => self.gives_too_many(act, inst, args).map(|most| {
                let takes = match most {
                    0 => "no argument".to_owned(),
                    1 => "one argument".to_owned(),
                    _ => format!("{most} arguments"),
                };
                let what = format!("what is called here takes {takes}, and is given {}", args.len() - 1);
                Fault::new(Code::R008, format!("{what}; leave out the others, or let it take them: `(x) => …`"))
            }),
            _ => {
                let told = |_: &Fault| self.runs_always(act) || act.written_out(inst);
                failure(inst, args).filter(told).filter(|_| !self.is_guarded(act))
            }
        };
        self.fails(act, inst, fault);
    }

    /// How much whatever was handed over for a parameter takes at most, where that is less than it is called with wherever the
    /// function calls it. What else it is used for could tell what it is.
    fn gives_too_many(&self, act: &Activation<'a>, inst: &Inst, args: &[Known]) -> Option<usize> {
        let most = |callee: &Callee| match callee {
            Callee::Own(closure) => {
                let code = &self.program.functions[closure.function.0 as usize];
                (!code.rest).then_some(code.arity as usize)
            }
            Callee::BuiltIn(_) => None,
        };
        let Shape::Functions(functions) = &args[0].shape else { return None };
        let most = functions.iter().map(most).try_fold(0, |all, one| Some(all.max(one?)))?;
        let callee = inst.args[0];
        let calls = |inst: &Inst| match inst.op {
            Op::Call { spread } => !spread && inst.args[0] == callee && inst.args.len() - 1 > most,
            Op::IsNull | Op::Truth => true,
            _ => false,
        };
        let mut uses = act.code.blocks.iter().flat_map(|block| &block.code).filter(|inst| inst.args.contains(&callee));
        let told = args[0].null == Null::Never && act.code.blocks[0].parameters.contains(&callee) && uses.all(calls);
        told.then_some(most)
    }

    /// The same of a change of a part of what stands at a place.
    pub fn try_change(&mut self, act: &Activation<'a>, inst: &Inst, place: &Known, part: &Step) {
        let fault = refused_change(inst, place, part).filter(|_| self.runs_always(act) && !self.is_guarded(act));
        self.fails(act, inst, fault);
    }

    /// The same of a method that changes what stands at a place, with what it is given where that is known.
    pub fn try_mutation(
        &mut self,
        act: &Activation<'a>,
        inst: &Inst,
        place: &Known,
        (method, args): (&str, Option<&[Known]>),
    ) {
        let told = self.runs_always(act) && !self.is_guarded(act);
        let fault = told.then(|| refused_mutation(place, method, args)).flatten();
        self.fails(act, inst, fault);
    }

    /// The same of a question to an agent, where it is known who is bound.
    pub fn try_asking(&mut self, act: &Activation<'a>, inst: &Inst, agent: &AgentShape, method: &str) {
        let lacks = |who| self.behind(who, agent).iter().map(|entry| entry.lacks(method)).collect::<Option<Vec<_>>>();
        let told = self.runs_always(act) && !self.is_guarded(act);
        let lacking = told.then(|| agent.who.iter().map(lacks).collect::<Option<Vec<_>>>()).flatten();
        // Nobody is behind a name that whoever runs the program binds.
        let known = lacking.filter(|all| all.iter().all(|entries| !entries.is_empty()));
        let message = known.and_then(|all| all.into_iter().flatten().next());
        self.fails(act, inst, message.map(|message| Fault::new(Code::R032, message)));
    }

    /// Whether the block that is walked runs in every run. Where a condition decides, what is known of a value may be just what
    /// it asks about, in a way that nobody here understands.
    fn runs_always(&self, act: &Activation<'a>) -> bool {
        !self.perhaps && !self.lenient && act.wiring.controls.always_runs(act.block)
    }

    /// Walks what the block that is walked calls.
    pub fn called_from<T>(&mut self, act: &Activation<'a>, run: impl FnOnce(&mut Self) -> T) -> T {
        let perhaps = !self.runs_always(act);
        let outer = std::mem::replace(&mut self.perhaps, perhaps);
        let given = self.guarding(act.code.blocks[act.block].handler.is_some(), run);
        self.perhaps = outer;
        given
    }

    /// An instruction fails in any case, or does not, as far as is known by now.
    fn fails(&mut self, act: &Activation<'a>, inst: &Inst, fault: Option<Fault>) {
        let at = act.at(inst.span);
        let instruction = (at, Id(act.frame, inst.result.map_or(u32::MAX, |var| var.0)));
        match fault.filter(|_| !self.findings.is_embedded(at)) {
            Some(fault) => {
                let called = self.findings.caller().filter(|_| !act.written_out(inst));
                self.findings.failing.insert(instruction, (fault, called));
            }
            None if self.findings.failing.is_empty() => {}
            None => {
                self.findings.failing.remove(&instruction);
            }
        }
    }
}

impl Activation<'_> {
    /// Whether all arguments of an instruction are written out right there.
    fn written_out(&self, inst: &Inst) -> bool {
        let within = |arg: &Inst| inst.span.holds(arg.span);
        let written = |arg: &Inst| match arg.op {
            Op::Const(_) | Op::Closure(_) | Op::Builtin(_) => true,
            Op::List { .. } | Op::Object(_) | Op::Unary(_) => self.written_out(arg),
            _ => false,
        };
        inst.args.iter().all(|&arg| self.instruction(arg).is_some_and(|arg| within(arg) && written(arg)))
    }

    /// Whether a value came about here, so that no test can have asked before what it is given: it was neither handed over nor
    /// kept elsewhere.
    fn makes(&self, value: Var) -> bool {
        match self.instruction(value) {
            Some(inst) => !matches!(inst.op, Op::Load { .. } | Op::Global { .. } | Op::Field(_) | Op::Index { .. }),
            None => !self.code.blocks[0].parameters.contains(&value),
        }
    }
}

impl Findings {
    /// Reports what failed whenever it was walked. Of what the types refuse no more is said.
    pub fn report_failing(&mut self, diagnostics: &Diagnostics) {
        let types = Code::T001..=Code::T012;
        let refuses = |found: &&Diagnostic| types.contains(&found.code) && found.severity == Severity::Error;
        let refused: Vec<Location> = diagnostics.iter().filter(refuses).map(|found| found.at).collect();
        for ((at, _), (fault, called)) in std::mem::take(&mut self.failing) {
            if refused.iter().any(|fault| at.holds(*fault) || called.is_some_and(|from| from.holds(*fault))) {
                continue;
            }
            let body = fault.into_body();
            let (message, help) = body.message.split_once("; ").unwrap_or((&body.message, ""));
            self.report(body.code, at, message, |d| {
                let d = match called {
                    Some(from) => d.label("this fails with what it is given").note_at(from, "it is called here"),
                    None => d.label("this fails whenever it runs"),
                };
                if help.is_empty() { d } else { d.help(help) }
            });
        }
    }
}

/// How an instruction fails, where it does in any case.
fn failure(inst: &Inst, args: &[Known]) -> Option<Fault> {
    let outcome = match &inst.op {
        // Whatever is divided, nought is no divisor.
        Op::Binary(Binary::Divide | Binary::Remainder) if args[1].as_constant() != Some(0.0) => return None,
        Op::Binary(binary @ (Binary::Divide | Binary::Remainder)) => {
            let left = value(&args[0]).filter(|left| left.as_number().is_some()).unwrap_or(Value::number(1.0));
            ir::binary(*binary, left, value(&args[1])?, &mut Meter::new(SMALL))
        }
        Op::Binary(binary) => ir::binary(*binary, value(&args[0])?, value(&args[1])?, &mut Meter::new(SMALL)),
        Op::Unary(unary @ (Unary::Negate | Unary::Plus)) => {
            ir::unary(*unary, &value(&args[0])?, &mut Meter::new(SMALL))
        }
        Op::Step(_) if args[0].null == Null::Always => return Some(ir::no_step(&Value::NULL)),
        Op::Turns => ir::turns(&value(&args[0])?),
        Op::Unpack => ir::unpack(&alike(&args[0])?).map(|()| Value::NULL),
        Op::UnpackObject => ir::unpack_object(&alike(&args[0])?).map(|()| Value::NULL),
        Op::Threshold => operator::threshold(&value(&args[0])?).map(|_| Value::NULL),
        Op::Field(name) if args[0].null == Null::Always => path::property(&Value::NULL, &Key::new(name)),
        Op::CallBuiltin { builtin, spread: false } => called(*builtin, args)?,
        Op::CallMethod { name, .. } if is_null_without(&args[0], name) => path::property(&Value::NULL, &Key::new(name)),
        Op::CallMethod { name, .. } if lacks_method(&args[0], name).is_some() => {
            return lacks_method(&args[0], name).map(|kind| builtin::no_method(kind, name));
        }
        Op::CallMethod { name, spread: false } => {
            let receiver = value(&args[0])?;
            if receiver.as_object().is_some_and(|object| object.get(name).is_some()) {
                return None;
            }
            called(builtin::find_method(receiver.kind(), name)?, args)?
        }
        _ => return None,
    };
    told(outcome)
}

/// Whether it is null, which has no such method.
fn is_null_without(known: &Known, name: &str) -> bool {
    known.null == Null::Always && builtin::find_method(Kind::Null, name).is_none()
}

/// The kind of a value, where none of that kind has a method, and the value has no function of its own under its name.
fn lacks_method(known: &Known, name: &str) -> Option<Kind> {
    let kind = match &known.shape {
        _ if known.null != Null::Never => return None,
        Shape::Number(_) => Kind::Number,
        Shape::Text(_) => Kind::Text,
        Shape::Bool(_) => Kind::Bool,
        Shape::List(_) => Kind::List,
        Shape::Object(object) if object.others.is_none() && object.fields.get(name).is_none() => Kind::Object,
        _ => return None,
    };
    builtin::find_method(kind, name).is_none().then_some(kind)
}

/// How a built-in fails with these arguments; nothing where it cannot be said.
fn called(id: BuiltinId, args: &[Known]) -> Option<Result<Value, Fault>> {
    let kind = id.entry().kind;
    let is_single = |known: &Known| matches!(known.shape, Shape::Number(_) | Shape::Text(_) | Shape::Bool(_));
    match kind {
        Body::Form(Form::Sequential, None) if has_data(&args[0], false, false) => {
            return Some(Err(builtin::no_steps()));
        }
        Body::Form(Form::Escalate, None) if has_data(args.get(1)?, true, true) || is_single(args.get(1)?) => {
            return Some(Err(builtin::no_path()));
        }
        _ => {}
    }
    if !matches!(kind, Body::Native(_) | Body::Routine(_) | Body::Form(_, Some(_))) {
        return None;
    }
    let mut args = args.iter().map(value).collect::<Option<Vec<Value>>>()?;
    let mut meter = Meter::new(SMALL);
    let counted = builtin::check_count(id, args.len()).map(|()| Value::NULL);
    if counted.is_err() {
        return Some(counted);
    }
    match kind {
        Body::Native(code) => Some(builtin::run(id, code, &mut args, &mut meter)),
        Body::Routine(code) => Some(builtin::start(id, code, &mut args, &mut meter).map(|_| Value::NULL)),
        // Of functions the machine makes tasks.
        Body::Form(_, Some(code)) if args.iter().all(is_data) => Some(builtin::run(id, code, &mut args, &mut meter)),
        _ => None,
    }
}

/// Whether a list has an element that is certainly no function, and no agent where these are taken, or has none where there has to
/// be one.
fn has_data(known: &Known, needed: bool, agents: bool) -> bool {
    let Shape::List(list) = &known.shape else { return false };
    let data = |known: &Known| !(known.hides().functions || agents && known.hides().agents);
    known.null == Null::Never
        && (needed && list.high == Some(0) || list.items.as_ref().is_some_and(|items| items.iter().any(data)))
}

/// How a change of a part fails.
fn refused_change(inst: &Inst, place: &Known, part: &Step) -> Option<Fault> {
    let mut target = alike(place)?;
    let key = match part {
        Step::Name(name) => Value::text(name),
        Step::Any(key) => value(key)?,
    };
    let mut meter = Meter::new(SMALL);
    if matches!(inst.op, Op::Delete { .. }) {
        // A negative number may count from the end.
        let back = key.as_number().is_some_and(|number| number < 0.0);
        return told(path::remove_part(&mut target, &key, &mut meter)).filter(|_| !back);
    }
    let mut write = |from_end: bool| {
        let link = path::Link { from_end, ..path::Link::new(key.clone()) };
        told(path::write_part(&mut target, &link, Value::NULL, &mut meter))
    };
    let back = key.as_number().is_some_and(|number| number < 0.0);
    write(false).and_then(|fault| if back { write(true) } else { Some(fault) })
}

/// How a method that changes something in its place fails.
fn refused_mutation(place: &Known, method: &str, args: Option<&[Known]>) -> Option<Fault> {
    if is_null_without(place, method) {
        return path::property(&Value::NULL, &Key::new(method)).err();
    }
    if let Some(kind) = lacks_method(place, method) {
        return Some(builtin::no_method(kind, method));
    }
    let (mut target, args) = (value(place)?, args?);
    let id = builtin::find_method(target.kind(), method)?;
    let Body::Change(code) = id.entry().kind else { return None };
    let mut args = args.iter().map(value).collect::<Option<Vec<Value>>>()?;
    let counted = builtin::check_count(id, args.len() + 1);
    let run = |()| builtin::run_change(id, code, &mut target, &mut args, &mut Meter::new(SMALL));
    told(counted.and_then(run))
}

/// The failure of an outcome that every run has.
fn told<T>(outcome: Result<T, Fault>) -> Option<Fault> {
    outcome.err().filter(|fault| fault.code != Code::R015 && fault.can_be_caught())
}

/// Where among what is given the lists stand whose elements are tasks.
fn tasks_given(tasks: &[Task]) -> impl Iterator<Item = usize> {
    let next = |at: &mut usize, task: &Task| {
        let own = *at;
        *at += if matches!(task, Task::Each) { 2 } else { 1 };
        Some((own, matches!(task, Task::Functions)))
    };
    tasks.iter().scan(0, next).filter(|(_, functions)| *functions).map(|(at, _)| at)
}

/// Whether it is a list whose elements are no functions, whatever they are.
fn holds_no_function(known: &Known) -> bool {
    let Shape::List(list) = &known.shape else { return false };
    known.null == Null::Never && list.any().is_some_and(|element| !element.hides().functions)
}

fn is_data(value: &Value) -> bool {
    match value.kind() {
        Kind::Function | Kind::Agent => false,
        Kind::List => value.as_list().is_none_or(|list| list.iter().all(is_data)),
        _ => true,
    }
}

/// The only value that something can be, or one of those that all fail where a part of one is asked for.
fn alike(known: &Known) -> Option<Value> {
    match known.shape {
        Shape::Number(_) if known.null == Null::Never => Some(Value::number(0.0)),
        _ => value(known),
    }
}

/// The only value that something can be, as far as a failure may depend on it: of a function that it is one.
fn value(known: &Known) -> Option<Value> {
    if known.null == Null::Always {
        return Some(Value::NULL);
    }
    if known.null == Null::Maybe {
        return None;
    }
    match &known.shape {
        Shape::Number(number) => number.constant().filter(|number| number.is_finite()).map(Value::number),
        Shape::Text(text) => (text.len() as u64 <= SMALL.text).then(|| Value::text(text)),
        Shape::Bool(truth) => Some(Value::bool(*truth)),
        Shape::Builtin(builtin) => Some(Value::native(builtin.0)),
        Shape::Functions(_) => builtin::find_function("print").map(|print| Value::native(print.0)),
        Shape::List(list) => {
            let items = list.items.as_ref()?;
            let all = items.len() as u64 == list.low && list.high == Some(list.low) && items.len() <= MOST_PARTS;
            let items = items.iter().map(value);
            all.then(|| items.collect::<Option<Vec<Value>>>()).flatten().and_then(|items| Value::list(items).ok())
        }
        Shape::Object(object) if object.others.is_none() && object.fields.len() <= MOST_PARTS => {
            let entry = |(name, field): (&std::rc::Rc<str>, &Known)| Some((Key::new(name), value(field)?));
            let entries = object.fields.iter().map(entry).collect::<Option<Vec<(Key, Value)>>>()?;
            Value::object(entries).ok()
        }
        _ => None,
    }
}
