//! The forms of section 8.

use super::task::{Children, Task, is_final};
use super::value::*;
use prism::builtin::{Body, BuiltinId, Form, run};
use prism::hir::{Fork, Tasks};

/// What one task runs: what is called, with what, and whether a function that it gives is called.
type Work = (Value, Vec<Value>, bool);

/// What a fork was given beside its tasks.
struct Plan {
    form: Form,
    id: BuiltinId,
    own: Lanes,
    need: usize,
    limit: usize,
    collect: bool,
    options: Value,
}

impl Eval<'_> {
    /// `parallel race anyOf quorum`, and `vote` of tasks.
    pub fn fork(&mut self, &Fork { form: id, ref tasks, ref before, ref after }: &Fork, span: Span) -> Run {
        let before = before.iter().map(|it| self.eval(it)).collect::<Run<Vec<_>>>()?;
        let values = tasks.iter().map(|task| match task {
            Tasks::One(id, _) => Ok((self.closure(*id), None)),
            Tasks::Each { list, function } => Ok((self.eval(list)?, Some(self.eval(function)?))),
            Tasks::Functions(list) => Ok((self.eval(list)?, None)),
        });
        let values = values.collect::<Run<Vec<_>>>()?;
        let after = after.iter().map(|it| self.eval(it)).collect::<Run<Vec<_>>>()?;
        let (mut works, mut own): (Vec<Work>, _) = (Vec::new(), Lanes::EXACT);
        for (task, (source, function)) in tasks.iter().zip(values) {
            match (task, function) {
                (Tasks::One(..), _) => works.push((source, Vec::new(), true)),
                (_, Some(function)) => {
                    let items = source.as_list().filter(|_| is_function(&function));
                    let Some(items) = items else { return self.fail(Code::R042, span) };
                    own = own.meet(source.lanes());
                    for (index, item) in items.iter().enumerate() {
                        let index = Value::number(index as f64).with(source.lanes());
                        let arguments = vec![item.clone().under(source.lanes()), index, source.clone()];
                        works.push((function.clone(), arguments, true));
                    }
                }
                (_, None) => {
                    own = own.meet(source.lanes());
                    works.extend(self.works(&source, span)?);
                }
            }
        }
        let (n, options) = (before.into_iter().next().unwrap_or_default(), after.into_iter().next());
        self.forked(id, works, own, n, options.unwrap_or_default(), span)
    }

    fn works(&self, list: &Value, span: Span) -> Run<Vec<Work>> {
        Ok(self.functions(list, span)?.into_iter().map(|callee| (callee, Vec::new(), false)).collect())
    }

    fn forked(&mut self, id: BuiltinId, works: Vec<Work>, own: Lanes, n: Value, options: Value, span: Span) -> Run {
        let Body::Form(form, _) = id.entry().kind else { unreachable!("a form that forks") };
        let mut plan = Plan { form, id, own, need: 0, limit: usize::MAX, collect: false, options: options.clone() };
        let mut timeout = None;
        match form {
            Form::Quorum => match self.count(&n, 0.0, span)? {
                Some(need) if need <= works.len() => plan.need = need,
                need => return self.fail(if need.is_some() { Code::R044 } else { Code::R021 }, span),
            },
            Form::Timeout => timeout = n.as_number(),
            Form::Parallel => {
                self.known(&options, &["limit", "timeout", "errors"], span)?;
                plan.limit = self.count(&Self::option(&options, "limit"), 1.0, span)?.unwrap_or(usize::MAX);
                timeout = self.time(&Self::option(&options, "timeout"), span)?;
                let errors = Self::option(&options, "errors");
                plan.collect = errors.as_text() == Some("collect");
                if !errors.is_null() && !plan.collect && errors.as_text() != Some("fail") {
                    return self.fail(Code::R005, span);
                }
            }
            Form::Vote if self.made(prism::builtin::vote_stops(&options, works.len()), span)? => plan.limit = 1,
            _ => {}
        }
        if self.task.now.cancelled {
            return self.fail(Code::R095, span);
        }
        let mut children = self.task.fork();
        let deadline = timeout.map(|after| self.task.timer(after));
        let result = self.run_fork(&plan, works, &mut children, span);
        self.task.leave(&mut children, deadline.as_ref());
        result
    }

    /// Starts tasks and takes what they come to, until the whole has a result.
    fn run_fork(&mut self, plan: &Plan, works: Vec<Work>, children: &mut Children, span: Span) -> Run {
        let mut results: Vec<Option<Run>> = vec![None; works.len()];
        let (mut begun, mut open) = (0, 0);
        loop {
            if let Some(result) = self.settled(plan, &mut results, span)? {
                return Ok(result);
            }
            let succeeded = results.iter().flatten().filter(|it| it.is_ok()).count();
            let limit = if plan.form == Form::Quorum { plan.need - succeeded } else { plan.limit };
            while open < limit && begun < works.len() {
                if open >= 100 {
                    return self.fail(Code::R094, span);
                }
                self.begin(children, &works[begun], span);
                (begun, open) = (begun + 1, open + 1);
            }
            match self.task.next_done(children)? {
                Some((_, Err(other))) if !matches!(other, Flow::Throw(_)) => return Err(other),
                Some((place, result)) => (results[place], open) = (Some(result), open - 1),
                None if plan.collect => {
                    let late: Run = self.fail(Code::R031, span);
                    results.iter_mut().for_each(|it| *it = Some(it.take().unwrap_or(late.clone())));
                }
                None => return self.fail(Code::R031, span),
            }
        }
    }

    /// What a fork comes to, as soon as it does.
    fn settled(&mut self, plan: &Plan, results: &mut [Option<Run>], span: Span) -> Run<Option<Value>> {
        let total = results.len();
        let done = results.iter().flatten().count();
        let won: Vec<Value> = results.iter().flatten().filter_map(|it| it.clone().ok()).collect();
        let all = |eval: &Self| eval.new_list(results.iter().map(taken).collect(), plan.own, span);
        match plan.form {
            Form::Race | Form::Timeout => match results.iter_mut().find_map(Option::take) {
                Some(first) => first.map(Some),
                None if total == 0 => self.fail(Code::R043, span),
                None => Ok(None),
            },
            Form::AnyOf if won.is_empty() && done == total => self.fail(Code::R043, span),
            Form::AnyOf => Ok(won.into_iter().next()),
            Form::Quorum if won.len() + (total - done) < plan.need => self.fail(Code::R044, span),
            Form::Quorum if won.len() < plan.need => Ok(None),
            Form::Quorum => self.new_list(won, plan.own, span).map(Some),
            Form::Vote if done == total || self.decided(plan, results, span)? => {
                let list = all(self)?;
                self.vote(plan.id, list, &plan.options, span).map(Some)
            }
            Form::Vote => Ok(None),
            _ => match results.iter().flatten().find(|it| it.is_err() && !plan.collect) {
                Some(failed) => failed.clone().map(Some),
                None if done < total => Ok(None),
                None => all(self).map(Some),
            },
        }
    }

    fn begin(&mut self, children: &mut Children, work: &Work, span: Span) {
        let (program, id) = (self.program.clone(), self.id);
        let (callee, arguments, follows) = work.clone();
        self.task.start(children, move |task: &mut Task| {
            let mut eval = Eval { task, program, id, locals: Vec::new(), captures: Vec::new() };
            let result = eval.call(&callee, arguments, span, 1)?;
            // A task that gives a function calls it.
            if follows && is_function(&result) { eval.call(&result, Vec::new(), span, 1) } else { Ok(result) }
        });
    }

    /// Agreement is the library's.
    fn vote(&mut self, id: BuiltinId, list: Value, options: &Value, span: Span) -> Run {
        let Body::Form(_, Some(code)) = id.entry().kind else { unreachable!("a vote of values") };
        self.made(run(id, code, &mut [list, options.clone()], &mut meter()), span)
    }

    /// Whether no open answer can change the winner and its band: all of them are tried. Of ballots that rank their choices
    /// one has to win at once.
    fn decided(&mut self, plan: &Plan, results: &[Option<Run>], span: Span) -> Run<bool> {
        if plan.limit != 1 {
            return Ok(false);
        }
        let ranked = Self::option(&plan.options, "strategy").as_text() == Some("ranked");
        let mut given: Vec<Value> = results.iter().filter(|it| it.is_some()).map(taken).collect();
        if ranked {
            let all = |it: &Value| it.as_list().map_or(vec![it.clone()], |it| it.items().to_vec());
            let dearest = |it: &Value| all(it).into_iter().find(|it| !it.is_null() && it.as_error().is_none());
            let first = |it| self.new_list(dearest(it).into_iter().collect(), whole(it), span);
            given = given.iter().map(first).collect::<Run<_>>()?;
        }
        let open = results.len() - given.len();
        let mut answers = vec![Value::NULL];
        for value in given.iter().chain([&Value::text("something else")]) {
            for confidence in [Confidence::ZERO, Confidence::ONE] {
                let answer = self.painted(value.clone(), Lanes::new(confidence, Evidence::Reported), span)?;
                if !answers.iter().any(|it| equal(it, &answer) && it.lanes() == answer.lanes()) {
                    answers.push(answer);
                }
            }
        }
        let known = given.len();
        let mut first = None;
        for mut number in 0..answers.len().pow(open as u32) {
            given.truncate(known);
            for _ in 0..open {
                given.push(answers[number % answers.len()].clone());
                number /= answers.len();
            }
            let list = self.new_list(given.clone(), plan.own, span)?;
            let winner = self.vote(plan.id, list.clone(), &plan.options, span)?;
            let bands = self.bands().map(|least| winner.confidence() >= least);
            let (held, band) = first.get_or_insert((winner.clone(), bands));
            if !equal(held, &winner) || *band != bands || ranked && !self.wins_at_once(&list, plan, span)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether more than half of the ballots with a choice have the same, or they would not do if all had.
    fn wins_at_once(&mut self, ballots: &Value, plan: &Plan, span: Span) -> Run<bool> {
        let given = Self::option(&plan.options, "weights");
        let given = given.as_list().map_or(vec![Value::number(1.0); parts(ballots).len()], |it| it.items().to_vec());
        let counts = |it: &Value| !it.is_null() && it.as_list().is_none_or(|it| !it.is_empty());
        let weigh = |(it, weight): (&Value, Value)| if counts(it) { weight } else { Value::number(0.0) };
        let weights: Vec<_> = parts(ballots).iter().zip(given).map(weigh).collect();
        let one = parts(ballots).iter().map(|it| if counts(it) { Value::TRUE } else { Value::NULL }).collect();
        let one = self.new_list(one, Lanes::EXACT, span)?;
        let nothing = self.vote(plan.id, one, &plan.options, span)?.is_null();
        let options = [("strategy", Value::text("majority")), ("weights", self.new_list(weights, Lanes::EXACT, span)?)];
        Ok(nothing || !self.vote(plan.id, ballots.clone(), &self.record(&options, span)?, span)?.is_null())
    }

    fn retry(&mut self, operand: &Value, options: &Value, span: Span) -> Run {
        self.known(options, &["attempts", "max", "until", "delay", "backoff"], span)?;
        let given = ["attempts", "max"].map(|name| Self::option(options, name));
        let attempts = given.into_iter().find(|it| !it.is_null()).unwrap_or_default();
        let attempts = self.count(&attempts, 1.0, span)?.unwrap_or(3);
        let backoff = self.time(&Self::option(options, "backoff"), span)?.unwrap_or(1.0);
        let until = self.confidence_of(&Self::option(options, "until"), span)?;
        let mut pause = self.time(&Self::option(options, "delay"), span)?.unwrap_or(0.0);
        let mut best: Option<Value> = None;
        let mut failure = None;
        // A value is the same at every attempt.
        let attempts = if is_function(operand) { attempts } else { 1 };
        for attempt in 0..attempts {
            if attempt > 0 && pause > 0.0 {
                self.task.sleep(pause)?;
                pause *= backoff;
            }
            match self.serve(operand, span) {
                Ok(value) if sure(&value) >= until => return Ok(value),
                Ok(value) if best.as_ref().is_none_or(|held| sure(&value) > sure(held)) => best = Some(value),
                Ok(_) => {}
                Err(Flow::Throw(thrown)) if !is_final(&thrown) => failure = Some(Flow::Throw(thrown)),
                Err(other) => return Err(other),
            }
        }
        best.ok_or_else(|| failure.expect("an attempt that failed"))
    }

    fn fallback(&mut self, operands: &[Value], span: Span) -> Run {
        let (mut last, mut failures) = (Ok(Value::NULL), 0);
        for operand in operands {
            last = self.serve(operand, span);
            match &last {
                Ok(value) if value.is_null() => {}
                Err(Flow::Throw(thrown)) if !is_final(thrown) => failures += 1,
                _ => return last,
            }
        }
        if failures == operands.len() { self.fail(Code::R043, span) } else { last }
    }

    /// The functions of a list, each read from it.
    fn functions(&self, list: &Value, span: Span) -> Run<Vec<Value>> {
        match list.as_list() {
            Some(all) if all.iter().all(is_function) => Ok(all.iter().map(|x| x.clone().under(list.lanes())).collect()),
            _ => self.fail(Code::R042, span),
        }
    }

    fn sequential(&mut self, steps: &Value, x: Value, span: Span) -> Run {
        let steps = self.functions(steps, span)?;
        steps.iter().try_fold(x, |value, step| self.call(step, vec![value], span, 1))
    }

    fn escalate(&mut self, x: &Value, path: &Value, span: Span) -> Run {
        let all = path.as_list().map_or(vec![path.clone()], |it| it.items().to_vec());
        let handlers: Vec<Value> = all.into_iter().map(|it| it.under(path.lanes())).collect();
        if handlers.is_empty() || !handlers.iter().all(|it| is_function(it) || it.as_agent().is_some()) {
            return self.fail(Code::R042, span);
        }
        let mut last = Value::NULL;
        for handler in handlers {
            last = match handler.as_agent() {
                Some(_) => self.ask_method(&handler, &self.only_method(&handler, "analyze"), vec![x.clone()], span)?,
                None => self.call(&handler, vec![x.clone()], span, 1)?,
            };
            if !self.is_poor(&last) {
                break;
            }
        }
        Ok(last)
    }

    /// `expect.error(code, f)`
    fn expect_error(&mut self, code: &Value, f: &Value, span: Span) -> Run {
        let Some(code) = code.as_text().and_then(Code::find) else { return self.fail(Code::R005, span) };
        match self.call(f, Vec::new(), span, 0) {
            Err(Flow::Throw(thrown)) if thrown.error.code == code && !is_final(&thrown) => Ok(Value::NULL),
            Err(Flow::Throw(thrown)) if is_final(&thrown) => Err(Flow::Throw(thrown)),
            Ok(_) | Err(Flow::Throw(_)) => self.fail(Code::R001, span),
            other => other,
        }
    }

    /// The forms that are called as built-ins; nothing when this is none of them, or one on plain values.
    pub fn form(&mut self, id: BuiltinId, arguments: &[Value], span: Span) -> Run<Option<Value>> {
        let Body::Form(form, _) = id.entry().kind else { return Ok(None) };
        let get = |index: usize| arguments.get(index).cloned().unwrap_or_default();
        let x = get(0);
        let are_tasks = |it: &Value| it.as_list().is_some_and(|it| !it.is_empty() && it.iter().all(is_function));
        Ok(Some(match form {
            Form::Quorum => {
                let works = self.works(&get(1), span)?;
                self.forked(id, works, get(1).lanes(), x, get(2), span)?
            }
            Form::Vote if !are_tasks(&x) => return Ok(None),
            Form::Parallel | Form::Race | Form::AnyOf | Form::Vote => {
                let works = self.works(&x, span)?;
                self.forked(id, works, x.lanes(), Value::NULL, get(1), span)?
            }
            Form::Timeout => {
                let Some(after) = self.time(&get(1), span)? else { return self.fail(Code::R021, span) };
                if !is_function(&x) {
                    return Ok(Some(x));
                }
                let work = (x, Vec::new(), false);
                self.forked(id, vec![work], Lanes::EXACT, Value::number(after), Value::NULL, span)?
            }
            Form::Gate => self.gate(x, get(1), span)?,
            Form::OrElse if self.is_poor(&x) => get(1),
            Form::OrElse => x,
            Form::Retry => self.retry(&x, &get(1), span)?,
            Form::Fallback => self.fallback(arguments, span)?,
            Form::Sequential => self.sequential(&x, get(1), span)?,
            Form::Escalate => self.escalate(&x, &get(1), span)?,
            Form::Verify => self.verify(x, &get(1), span)?,
            Form::Approve => self.approve(x, &get(1), span)?,
            Form::Llm => self.llm(x, get(1), span)?,
            Form::Among => {
                let Some((list, name)) = x.as_list().zip(arguments[1].as_text()) else {
                    return self.fail(Code::R005, span);
                };
                let mut agents = self.task.world.agents();
                let is_named = |it: &&Value| it.as_agent().is_some_and(|it| *agents.get(it.id).name == *name);
                list.iter().find(is_named).cloned().unwrap_or_default().under(x.lanes().meet(get(1).lanes()))
            }
            Form::Expect if x.truth() => Value::NULL,
            Form::Expect => return self.fail(Code::R001, span),
            Form::ExpectError => self.expect_error(&x, &get(1), span)?,
            // The mocks.
            _ => self.mock(id.entry().name, x, &get(1), span)?,
        }))
    }
}

/// What a task came to, as a result.
fn taken(result: &Option<Run>) -> Value {
    match result {
        Some(Ok(value)) => value.clone(),
        Some(Err(Flow::Throw(thrown))) => thrown.value(),
        _ => Value::NULL,
    }
}
