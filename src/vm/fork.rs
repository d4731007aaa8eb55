//! Tasks side by side: `parallel`, `race`, `anyOf`, `quorum`, `vote` that stops, `timeout`.
//!
//! While a fork runs, its parent waits. Results stand in the order of writing, whoever was first; what a fork leaves
//! unfinished is cancelled.

use super::Vm;
use super::failure::Failure;
use super::machine::Stop;
use super::native::{Job, Native, Step};
use super::task::{Args, Frame, Input, TASK, Task, TaskId};
use crate::builtin::{self, Body, BuiltinId, Form};
use crate::diagnostic::Code;
use crate::host::{Id, Reply, Timer};
use crate::ir::{self, cost};
use crate::value::{Confidence, Fault, Kind, Lanes, Value};
use serde::{Deserialize, Serialize};

/// A fork under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Fork {
    form: Form,
    builtin: BuiltinId,
    jobs: Vec<Option<Job>>,
    lanes: Lanes,
    limit: usize,
    collects: bool,
    need: usize,
    timeout: Option<f64>,
    options: Value,
    number: u32,
    running: Vec<(u32, TaskId)>,
    next: usize,
    results: Vec<Option<Result<Value, Failure>>>,
    done: usize,
    timer: Option<Id>,
}

impl Fork {
    /// One operation that must be done in time.
    pub(super) fn timed(builtin: BuiltinId, job: Job, timeout: f64) -> Self {
        Self { timeout: Some(timeout), ..Self::new(Form::Timeout, builtin, vec![job], Lanes::EXACT) }
    }

    fn new(form: Form, builtin: BuiltinId, jobs: Vec<Job>, lanes: Lanes) -> Self {
        Self {
            form,
            builtin,
            results: jobs.iter().map(|_| None).collect(),
            jobs: jobs.into_iter().map(Some).collect(),
            lanes,
            limit: usize::MAX,
            collects: false,
            need: 0,
            timeout: None,
            options: Value::NULL,
            number: 0,
            running: Vec::new(),
            next: 0,
            done: 0,
            timer: None,
        }
    }

    /// Goes on with what came.
    pub(super) fn step(&mut self, vm: &mut Vm, task: &mut Task, input: Input) -> Result<Step, Failure> {
        match input {
            Input::Begin => {
                vm.may_fork(task)?;
                self.number = task.forks;
                task.forks += 1;
                if let Some(after) = self.timeout {
                    let id = task.next_id();
                    vm.set_timer(task, Timer { id: id.clone(), after });
                    self.timer = Some(id);
                }
            }
            Input::Task(place, result) => {
                self.running.retain(|(running, _)| *running != place);
                self.results[place as usize] = Some(result);
                self.done += 1;
            }
            Input::Reply(id, Reply::Fired) if self.timer.as_ref() == Some(&id) => {
                self.timer = None;
                return self.late(vm, task);
            }
            Input::Failed(failure) => {
                self.leave(vm, task);
                return Err(failure);
            }
            Input::Reply(..) | Input::Value(_) => return Ok(Step::Wait),
        }
        let bands = vm.bands_of(task);
        let outcome = self.outcome(vm, bands);
        match outcome {
            Ok(None) => {
                self.start(vm, task)?;
                Ok(Step::Wait)
            }
            Ok(Some(value)) => {
                self.leave(vm, task);
                Ok(Step::Done(value))
            }
            Err(failure) => {
                self.leave(vm, task);
                Err(failure)
            }
        }
    }

    /// The values it holds.
    pub(super) fn values(&self) -> Vec<&Value> {
        let jobs = self.jobs.iter().flatten().flat_map(|job| std::iter::once(&job.function).chain(&job.args));
        let results = self.results.iter().flatten().filter_map(|result| result.as_ref().ok());
        std::iter::once(&self.options).chain(jobs).chain(results).collect()
    }

    /// The tasks that are not finished.
    pub(super) fn unfinished(&self) -> impl Iterator<Item = TaskId> + '_ {
        self.running.iter().map(|(_, id)| *id)
    }

    /// Its result, if it has one by now.
    fn outcome(&mut self, vm: &mut Vm, bands: (Confidence, Confidence)) -> Result<Option<Value>, Failure> {
        let total = self.results.len();
        let finished = self.done == total;
        match self.form {
            Form::Race | Form::Timeout => match self.results.iter_mut().find_map(Option::take) {
                Some(result) => result.map(Some),
                None if total == 0 => Err(nothing_to_do("race")),
                None => Ok(None),
            },
            Form::AnyOf => {
                if let Some(won) = self.results.iter().flatten().find_map(|result| result.as_ref().ok()) {
                    return Ok(Some(won.clone()));
                }
                if finished { Err(self.all_failed("no task of `anyOf` succeeded")) } else { Ok(None) }
            }
            Form::Quorum => {
                let succeeded = self.results.iter().flatten().filter(|result| result.is_ok()).count();
                let open = total - self.done;
                if succeeded >= self.need {
                    let won = self.results.iter().flatten().filter_map(|result| result.as_ref().ok()).take(self.need);
                    return Ok(Some(Value::list(won.cloned().collect())?.with(self.lanes)));
                }
                if succeeded + open < self.need {
                    let message = format!(
                        "{succeeded} of {total} tasks succeeded, where {} are needed; offer more tasks",
                        self.need
                    );
                    return Err(Failure::new(Code::R044, message));
                }
                Ok(None)
            }
            Form::Vote => {
                let answer = |result: &Result<Value, Failure>| match result {
                    Ok(value) => value.clone(),
                    Err(failure) => failure.value(),
                };
                if !finished {
                    let known = self.results.iter().enumerate().filter_map(|(place, result)| {
                        result.as_ref().map(|result| (place, answer(result).under(self.lanes)))
                    });
                    let known: Vec<(usize, Value)> = known.collect();
                    if !builtin::is_decided(&known, total, &self.options, bands, &mut vm.meter)? {
                        return Ok(None);
                    }
                }
                // What was not asked can change nothing.
                let results = self.results.iter().map(|result| result.as_ref().map_or(Value::NULL, answer));
                let list = Value::list(results.collect())?.with(self.lanes);
                let Body::Form(_, Some(code)) = self.builtin.entry().kind else { return Ok(Some(list)) };
                Ok(Some(builtin::run(self.builtin, code, &mut [list, self.options.clone()], &mut vm.meter)?))
            }
            _ => {
                if !self.collects
                    && let Some(failed) = self.results.iter_mut().find(|result| matches!(result, Some(Err(_))))
                {
                    return match failed.take() {
                        Some(Err(failure)) => Err(failure),
                        _ => Ok(None),
                    };
                }
                if !finished {
                    return Ok(None);
                }
                let results = self.results.iter_mut().filter_map(Option::take).map(|result| match result {
                    Ok(value) => value,
                    Err(failure) => failure.value(),
                });
                let results: Vec<Value> = results.collect();
                vm.meter.list(results.len())?;
                Ok(Some(Value::list(results)?.with(self.lanes)))
            }
        }
    }

    fn all_failed(&self, what: &str) -> Failure {
        let mut messages =
            self.results.iter().flatten().filter_map(|result| result.as_ref().err()).map(Failure::message);
        let first = messages.next().map_or_else(String::new, |message| format!(" ({message})"));
        Failure::new(Code::R043, format!("{what}{first}; offer one that does, or catch the error"))
    }

    /// Starts as many tasks as may run now.
    fn start(&mut self, vm: &mut Vm, task: &mut Task) -> Result<(), Failure> {
        let at_once = match self.form {
            Form::Quorum => {
                let succeeded = self.results.iter().flatten().filter(|result| result.is_ok()).count();
                self.need - succeeded.min(self.need)
            }
            Form::Vote => 1,
            _ => self.limit,
        };
        while self.running.len() < at_once && self.next < self.jobs.len() {
            if self.running.len() as u64 >= vm.meter.limits.width {
                let width = vm.meter.limits.width;
                self.leave(vm, task);
                return Err(Failure::new(
                    Code::R094,
                    format!("more than {width} tasks of a fork at once; give it a `limit`"),
                ));
            }
            let place = self.next as u32;
            self.next += 1;
            let Some(job) = self.jobs[place as usize].take() else { continue };
            let id = vm.spawn(task, self.number, place, job)?;
            self.running.push((place, id));
        }
        Ok(())
    }

    /// The time is over.
    fn late(&mut self, vm: &mut Vm, task: &mut Task) -> Result<Step, Failure> {
        let milliseconds = crate::value::number::render(self.timeout.unwrap_or_default());
        let failure =
            Failure::new(Code::R031, format!("not done within {milliseconds} ms; give it more time, or a `fallback`"));
        self.leave(vm, task);
        if !self.collects {
            return Err(failure);
        }
        for result in &mut self.results {
            if result.is_none() {
                *result = Some(Err(failure.clone()));
                self.done += 1;
            }
        }
        let bands = vm.bands_of(task);
        self.outcome(vm, bands).map(|value| Step::Done(value.unwrap_or_default()))
    }

    /// Cancels what is unfinished, and forgets what came of it in the meantime: another fork would take it for its own.
    fn leave(&mut self, vm: &mut Vm, task: &mut Task) {
        task.inbox.retain(|input| !matches!(input, Input::Task(..)));
        if let Some(timer) = self.timer.take() {
            vm.withdraw(task, &timer);
        }
        for (_, id) in std::mem::take(&mut self.running) {
            vm.cancel(id);
        }
    }
}

fn nothing_to_do(form: &str) -> Failure {
    Failure::new(Code::R043, format!("`{form}` of no tasks has no result; give it one task at least"))
}

impl Vm {
    /// The frame of a form that was written out with its tasks.
    pub(super) fn fork(
        &mut self,
        builtin: BuiltinId,
        before: usize,
        tasks: &[ir::Task],
        values: Args,
    ) -> Result<Native, Fault> {
        let name = builtin.entry().name;
        let mut values = values.into_iter();
        let before: Vec<Value> = values.by_ref().take(before).collect();
        let mut jobs = Vec::new();
        let mut lanes = Lanes::EXACT;
        for task in tasks {
            match task {
                ir::Task::One => {
                    let function = values.next().unwrap_or_default();
                    jobs.push(Job { function, args: Args::new(), follows: true });
                }
                ir::Task::Each => {
                    let list = values.next().unwrap_or_default();
                    let function = values.next().unwrap_or_default();
                    lanes = lanes.meet(list.lanes());
                    self.each(name, &list, &function, &mut jobs)?;
                }
                ir::Task::Functions => {
                    let list = values.next().unwrap_or_default();
                    lanes = lanes.meet(list.lanes());
                    self.functions(name, &list, &mut jobs)?;
                }
            }
        }
        self.forked(builtin, before, jobs, lanes, values.collect())
    }

    /// The frame of a form that was called with a list of functions.
    pub(super) fn fork_of(&mut self, builtin: BuiltinId, mut args: Args) -> Result<Native, Fault> {
        let place = usize::from(matches!(builtin.entry().kind, Body::Form(Form::Quorum, _)));
        let mut jobs = Vec::new();
        let list = args.get_mut(place).map(std::mem::take).unwrap_or_default();
        self.functions(builtin.entry().name, &list, &mut jobs)?;
        let before = args.drain(..place.min(args.len())).collect();
        let after = args.into_iter().skip(1).collect();
        self.forked(builtin, before, jobs, list.lanes(), after)
    }

    fn each(&mut self, name: &str, list: &Value, function: &Value, jobs: &mut Vec<Job>) -> Result<(), Fault> {
        self.meter.build(list)?;
        let Some(items) = list.as_list() else { return Err(builtin::no_tasks(name)) };
        if function.kind() != Kind::Function {
            return Err(builtin::no_tasks(name));
        }
        let offered = self.takes(function, 3, 1);
        self.meter.steps(items.len() as u64)?;
        for (index, item) in items.iter().enumerate() {
            let all = [item.clone().under(list.lanes()), Value::number(index as f64).with(list.lanes()), list.clone()];
            let args = all.into_iter().take(offered).collect();
            jobs.push(Job { function: function.clone(), args, follows: true });
        }
        Ok(())
    }

    fn functions(&mut self, name: &str, list: &Value, jobs: &mut Vec<Job>) -> Result<(), Fault> {
        self.meter.build(list)?;
        let Some(items) = list.as_list() else { return Err(builtin::no_tasks(name)) };
        for item in items {
            if item.kind() != Kind::Function {
                return Err(builtin::no_functions(name));
            }
            jobs.push(Job { function: item.clone().under(list.lanes()), args: Args::new(), follows: false });
        }
        Ok(())
    }

    fn forked(
        &mut self,
        builtin: BuiltinId,
        before: Vec<Value>,
        jobs: Vec<Job>,
        lanes: Lanes,
        after: Vec<Value>,
    ) -> Result<Native, Fault> {
        let Body::Form(form, _) = builtin.entry().kind else { return Err(builtin::no_tasks(builtin.entry().name)) };
        let name = builtin.entry().name;
        let total = jobs.len();
        self.meter.memory(256 * total as u64)?;
        let mut fork = Fork::new(form, builtin, jobs, lanes);
        if form == Form::Quorum {
            fork.need = super::orchestrate::count(before.first().unwrap_or(&Value::NULL), "quorum")?;
            if fork.need > total {
                let message =
                    format!("{} of {total} tasks cannot succeed; offer as many tasks as are needed", fork.need);
                return Err(Fault::new(Code::R044, message));
            }
        }
        let options = after.into_iter().next().unwrap_or_default();
        match form {
            Form::Parallel => {
                let options = super::orchestrate::Options::new(name, &options, &["limit", "timeout", "errors"])?;
                fork.limit = options.count("limit")?.unwrap_or(usize::MAX);
                if fork.limit == 0 {
                    return Err(Fault::new(Code::R021, "`limit` of `parallel` is 0; let one task run at least"));
                }
                fork.timeout = options.time("timeout")?;
                fork.collects = match options.text("errors")? {
                    None | Some("fail") => false,
                    Some("collect") => true,
                    Some(_) => {
                        return Err(Fault::new(Code::R005, "`errors` of `parallel` is `\"fail\"` or `\"collect\"`"));
                    }
                };
            }
            Form::Vote => {
                // Before anyone is asked, so that no answer is paid for that is not counted.
                builtin::vote_stops(&options, total)?;
                fork.options = options;
            }
            _ => {}
        }
        Ok(Native::Fork(Box::new(fork)))
    }

    /// A task of a fork.
    pub(super) fn spawn(&mut self, parent: &mut Task, fork: u32, place: u32, job: Job) -> Result<TaskId, Failure> {
        self.meter.memory(TASK)?;
        self.meter.steps(u64::from(cost::TASK))?;
        let id = TaskId(self.tasks.len() as u32);
        self.owners += 1;
        let depth = parent.depth + parent.frames.len() as u32 + 1;
        let mut task = Task::new(
            id,
            parent.path.child(fork, place),
            Some((parent.id, place)),
            self.owners,
            parent.current_budget(),
            depth,
        );
        task.contexts.clone_from(&parent.contexts);
        task.counted = self.count_together(parent);
        task.begin(Box::new(Native::Job(job)));
        task.inbox.push_back(Input::Begin);
        self.tasks.push(Some(Box::new(task)));
        self.ready.push_back(id);
        Ok(id)
    }

    /// Ends a task that nobody waits for any more: its own forks first, then what it tidies up.
    pub(super) fn cancel(&mut self, id: TaskId) {
        self.give_up(id);
        self.tidy();
    }

    fn give_up(&mut self, id: TaskId) {
        // What tidies up already goes on with that.
        if self.tidying.contains(&id) {
            return;
        }
        let Some(mut task) = self.tasks[id.0 as usize].take() else { return };
        let forks = task.natives.iter().filter_map(|native| match &**native {
            Native::Fork(fork) => Some(fork),
            _ => None,
        });
        let inner: Vec<TaskId> = forks.flat_map(|fork| fork.unfinished()).collect();
        for id in inner {
            self.give_up(id);
        }
        for wait in std::mem::take(&mut task.waits) {
            self.withdraw_id(&wait);
        }
        if self.tidies(&task) {
            // It has steps of its own, so that it neither ends the run nor holds it up.
            task.grace.get_or_insert(super::GRACE);
            task.inbox.clear();
            task.inbox
                .push_back(Input::Failed(Failure::new(Code::R095, "cancelled, because nobody waits for the result")));
            self.tasks[id.0 as usize] = Some(task);
            self.tidying.push_back(id);
        }
    }

    /// Lets what was cancelled tidy up, one after the other, until one waits for the world.
    pub(super) fn tidy(&mut self) {
        while let Some(&id) = self.tidying.front() {
            let Some(mut task) = self.tasks[id.0 as usize].take_if(|task| task.waits.is_empty()) else {
                return;
            };
            let left = self.meter.steps_left();
            let granted = left.min(task.grace.unwrap_or(0));
            let pause_at = std::mem::take(&mut self.pause_at);
            self.meter.watch(0, self.sweep_at);
            self.meter.set_steps_left(granted);
            let stop = self.run_task(&mut task);
            let spent = granted - self.meter.steps_left().min(granted);
            self.meter.set_steps_left(left - spent);
            self.pause_at = pause_at;
            self.meter.watch(pause_at, self.sweep_at);
            task.grace = task.grace.map(|grace| grace - spent);
            let goes_on = match stop {
                Stop::Done(_) => false,
                Stop::Waiting => !task.waits.is_empty(),
                Stop::Paused => true,
            };
            self.tasks[id.0 as usize] = goes_on.then_some(task);
            if !goes_on || matches!(stop, Stop::Paused) && self.breathe().is_err() {
                self.tasks[id.0 as usize] = None;
                self.tidying.pop_front();
            }
        }
    }

    /// Whether some call of a task has something to do before it is left.
    fn tidies(&self, task: &Task) -> bool {
        task.frames.iter().any(|frame| match frame {
            Frame::Code(call) => {
                let function = &self.program.functions[call.function as usize];
                function.guard(call.next.saturating_sub(1) as usize).is_some()
            }
            Frame::Native => false,
        })
    }
}
