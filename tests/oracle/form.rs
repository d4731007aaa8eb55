//! The forms of section 8.

use super::data::*;
use super::eval::{Eval, Flow, Run};
use super::task::{Children, Task};
use prism::builtin::BuiltinId;
use prism::diagnostic::Code;
use prism::hir::{Expr, Tasks};
use prism::host::Purpose;
use prism::source::Span;
use prism::value::{Confidence, Evidence, Lanes};
use std::sync::Arc;

/// What one task runs.
struct Work {
    callee: Val,
    arguments: Vec<Val>,
    /// Whether a function that it gives is called.
    follows: bool,
}

impl Eval<'_> {
    /// `parallel race anyOf quorum`, and `vote` of tasks.
    pub fn fork(&mut self, form: BuiltinId, tasks: &[Tasks], before: &[Expr], after: &[Expr], span: Span) -> Run {
        let name = super::native::name(form);
        let before = before.iter().map(|it| self.eval(it)).collect::<Run<Vec<_>>>()?;
        let (mut works, mut own): (Vec<Work>, _) = (Vec::new(), Lanes::EXACT);
        for task in tasks {
            match task {
                Tasks::One(id, _) => {
                    works.push(Work { callee: self.closure(*id), arguments: Vec::new(), follows: true })
                }
                Tasks::Each { list, function } => {
                    let (source, function) = (self.eval(list)?, self.eval(function)?);
                    let Data::List(items) = &source.data else { return self.fail(Code::R042, span) };
                    own = own.meet(source.lanes);
                    for (index, item) in items.iter().enumerate() {
                        let index = Val::number(index as f64).with(source.lanes);
                        let arguments = vec![item.clone().under(source.lanes), index, source.clone()];
                        works.push(Work { callee: function.clone(), arguments, follows: true });
                    }
                }
                Tasks::Functions(list) => {
                    let source = self.eval(list)?;
                    own = own.meet(source.lanes);
                    for callee in self.functions(&source, span)? {
                        works.push(Work { callee, arguments: Vec::new(), follows: false });
                    }
                }
            }
        }
        let after = after.iter().map(|it| self.eval(it)).collect::<Run<Vec<_>>>()?;
        let options = after.first().cloned().unwrap_or_else(Val::null);
        let mut children = self.task.fork();
        let mut deadline = None;
        let result = match name {
            "parallel" => self.parallel(works, own, &options, &mut children, &mut deadline, span),
            "race" => self.race(works, &mut children, span),
            "anyOf" => self.any_of(works, &mut children, span),
            "quorum" => match before.first().map(|it| &it.data) {
                Some(Data::Number(n)) if n.fract() == 0.0 && *n >= 0.0 => {
                    self.quorum(*n as usize, works, own, &mut children, span)
                }
                _ => self.fail(Code::R021, span),
            },
            "vote" => match self.parallel(works, own, &Val::null(), &mut children, &mut deadline, span) {
                Ok(results) => self.vote(&results, &options, span),
                Err(other) => Err(other),
            },
            _ => unreachable!("a form that forks"),
        };
        self.task.leave(&mut children, deadline.as_ref());
        result
    }

    fn begin(&mut self, children: &mut Children, work: &Work, span: Span) {
        let (program, id) = (self.program.clone(), self.id);
        let (callee, arguments, follows) = (work.callee.clone(), work.arguments.clone(), work.follows);
        self.task.start(children, move |task: &mut Task| {
            let mut eval = Eval { task, program, id, locals: Vec::new(), captures: Vec::new() };
            let result = eval.call(&callee, arguments, span, 1)?;
            match result.data {
                // A task that gives a function calls it.
                Data::Closure(_) | Data::Builtin(_) if follows => eval.call(&result, Vec::new(), span, 1),
                _ => Ok(result),
            }
        });
    }

    fn option(options: &Val, name: &str) -> Val {
        match &options.data {
            Data::Object(it) => it.get(name).cloned().unwrap_or_else(Val::null),
            _ => Val::null(),
        }
    }

    fn count(&self, value: &Val, least: f64, span: Span) -> Run<Option<usize>> {
        match value.data {
            Data::Null => Ok(None),
            Data::Number(it) if it >= least && it.fract() == 0.0 && it.is_finite() => Ok(Some(it as usize)),
            _ => self.fail(Code::R021, span),
        }
    }

    pub fn time(&self, value: &Val, span: Span) -> Run<Option<f64>> {
        match value.data {
            Data::Null => Ok(None),
            Data::Number(it) if it >= 0.0 && it.is_finite() => Ok(Some(it)),
            _ => self.fail(Code::R021, span),
        }
    }

    fn parallel(
        &mut self,
        works: Vec<Work>,
        own: Lanes,
        options: &Val,
        children: &mut Children,
        deadline: &mut Option<prism::host::Id>,
        span: Span,
    ) -> Run {
        let limit = self.count(&Self::option(options, "limit"), 1.0, span)?.unwrap_or(usize::MAX);
        let collect = match &Self::option(options, "errors").data {
            Data::Null => false,
            Data::Text(it) if &**it == "collect" => true,
            Data::Text(it) if &**it == "fail" => false,
            _ => return self.fail(Code::R005, span),
        };
        if let Some(time) = self.time(&Self::option(options, "timeout"), span)? {
            *deadline = Some(self.task.deadline(time));
        }
        let mut results: Vec<Option<Val>> = vec![None; works.len()];
        let (mut begun, mut open) = (0, 0);
        loop {
            while begun < works.len() && open < limit {
                self.begin(children, &works[begun], span);
                (begun, open) = (begun + 1, open + 1);
            }
            if open == 0 {
                break;
            }
            match self.task.next_done(children)? {
                Some((place, Ok(value))) => results[place] = Some(value),
                Some((place, Err(Flow::Throw(thrown)))) if collect && !is_final(&thrown) => {
                    results[place] = Some(Val::from(Data::Error(thrown.clone())).with(thrown.lanes));
                }
                Some((_, Err(other))) => return Err(other),
                None if collect => {
                    let file = self.function().file;
                    let late = || Val::from(Data::Error(self.task.fault(Code::R031, file, span)));
                    results.iter_mut().for_each(|it| *it = Some(it.take().unwrap_or_else(late)));
                    break;
                }
                None => return self.fail(Code::R031, span),
            }
            open -= 1;
        }
        Ok(Val::list(results.into_iter().flatten().collect()).with(own))
    }

    fn race(&mut self, works: Vec<Work>, children: &mut Children, span: Span) -> Run {
        if works.is_empty() {
            return self.fail(Code::R043, span);
        }
        works.iter().for_each(|work| self.begin(children, work, span));
        self.task.next_done(children)?.expect("no deadline").1
    }

    fn any_of(&mut self, works: Vec<Work>, children: &mut Children, span: Span) -> Run {
        works.iter().for_each(|work| self.begin(children, work, span));
        for _ in &works {
            match self.task.next_done(children)?.expect("no deadline").1 {
                Err(Flow::Throw(thrown)) if !is_final(&thrown) => {}
                other => return other,
            }
        }
        self.fail(Code::R043, span)
    }

    fn quorum(&mut self, n: usize, works: Vec<Work>, own: Lanes, children: &mut Children, span: Span) -> Run {
        let mut results: Vec<Option<Val>> = vec![None; works.len()];
        let (mut begun, mut succeeded) = (0, 0);
        if works.len() < n {
            return self.fail(Code::R044, span);
        }
        while begun < n {
            self.begin(children, &works[begun], span);
            begun += 1;
        }
        let mut open = begun;
        while succeeded < n {
            if open == 0 {
                return self.fail(Code::R044, span);
            }
            match self.task.next_done(children)?.expect("no deadline") {
                (place, Ok(value)) => {
                    results[place] = Some(value);
                    (succeeded, open) = (succeeded + 1, open - 1);
                }
                (_, Err(Flow::Throw(thrown))) if !is_final(&thrown) => {
                    open -= 1;
                    if begun < works.len() {
                        self.begin(children, &works[begun], span);
                        (begun, open) = (begun + 1, open + 1);
                    }
                }
                (_, Err(other)) => return Err(other),
            }
        }
        Ok(Val::list(results.into_iter().flatten().collect()).with(own))
    }

    /// An operand of `retry` and its kin: a function is called, any other value stands for itself.
    fn serve(&mut self, operand: &Val, span: Span) -> Run {
        match operand.data {
            Data::Closure(_) | Data::Builtin(_) => self.call(operand, Vec::new(), span, 1),
            _ => Ok(operand.clone()),
        }
    }

    fn retry(&mut self, operand: &Val, options: &Val, span: Span) -> Run {
        let attempts = match Self::option(options, "attempts") {
            it if it.is_null() => Self::option(options, "max"),
            it => it,
        };
        let attempts = self.count(&attempts, 1.0, span)?.unwrap_or(3);
        let until = match Self::option(options, "until") {
            it if it.is_null() => Confidence::UNKNOWN,
            it => self.confidence_of(&it, span)?,
        };
        let mut pause = self.time(&Self::option(options, "delay"), span)?.unwrap_or(0.0);
        let backoff = self.time(&Self::option(options, "backoff"), span)?.unwrap_or(1.0);
        let mut best: Option<Val> = None;
        let mut failure = None;
        // A value is the same at every attempt.
        let attempts = if operand.kind() == "function" { attempts } else { 1 };
        for attempt in 0..attempts {
            if attempt > 0 && pause > 0.0 {
                self.task.sleep(pause)?;
                pause *= backoff;
            }
            match self.serve(operand, span) {
                Ok(value) if value.confidence() >= until => return Ok(value),
                Ok(value) => {
                    if best.as_ref().is_none_or(|held| value.confidence() > held.confidence()) {
                        best = Some(value);
                    }
                }
                Err(Flow::Throw(thrown)) if !is_final(&thrown) => failure = Some(Flow::Throw(thrown)),
                Err(other) => return Err(other),
            }
        }
        best.ok_or_else(|| failure.expect("an attempt that failed"))
    }

    fn fallback(&mut self, operands: &[Val], span: Span) -> Run {
        let (mut last, mut failures) = (Ok(Val::null()), 0);
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

    fn timeout(&mut self, operand: &Val, after: &Val, span: Span) -> Run {
        let Some(after) = self.time(after, span)? else { return self.fail(Code::R021, span) };
        let (Data::Closure(_) | Data::Builtin(_)) = operand.data else { return Ok(operand.clone()) };
        let deadline = self.task.deadline(after);
        let mut children = self.task.fork();
        self.begin(&mut children, &Work { callee: operand.clone(), arguments: Vec::new(), follows: true }, span);
        let result = match self.task.next_done(&mut children) {
            Ok(Some((_, result))) => result,
            Ok(None) => self.fail(Code::R031, span),
            Err(other) => Err(other),
        };
        self.task.leave(&mut children, Some(&deadline));
        result
    }

    /// The functions of a list, each read from it.
    fn functions(&self, list: &Val, span: Span) -> Run<Vec<Val>> {
        match &list.data {
            Data::List(items) if items.iter().all(|it| it.kind() == "function") => {
                Ok(items.iter().map(|it| it.clone().under(list.lanes)).collect())
            }
            _ => self.fail(Code::R042, span),
        }
    }

    fn sequential(&mut self, steps: &Val, x: Val, span: Span) -> Run {
        let mut value = x;
        for step in self.functions(steps, span)? {
            value = self.call(&step, vec![value], span, 1)?;
        }
        Ok(value)
    }

    fn escalate(&mut self, x: &Val, path: &Val, span: Span) -> Run {
        let handlers = match &path.data {
            Data::List(_) => self.functions(path, span)?,
            _ => self.functions(&Val::list(vec![path.clone()]), span)?,
        };
        let Some(mut last) = handlers.first().cloned() else { return self.fail(Code::R042, span) };
        for handler in handlers {
            last = self.call(&handler, vec![x.clone()], span, 1)?;
            if !self.is_poor(&last) {
                break;
            }
        }
        Ok(last)
    }

    fn vote(&mut self, results: &Val, options: &Val, span: Span) -> Run {
        let strategy = match &options.data {
            Data::Object(_) => Self::option(options, "strategy"),
            _ => options.clone(),
        };
        self.consensus(results, &strategy, span)
    }

    /// Section 8, agreement.
    fn consensus(&mut self, results: &Val, strategy: &Val, span: Span) -> Run {
        let Data::List(items) = &results.data else { return self.fail(Code::R005, span) };
        let items: Vec<Val> = items.iter().map(|it| it.clone().under(results.lanes)).collect();
        let strategy = match &strategy.data {
            Data::Null => "plurality",
            Data::Text(it) => it,
            _ => return self.fail(Code::R005, span),
        };
        let weight = |it: &Val| if strategy == "weighted" { u128::from(it.confidence().weight()) } else { 1 };
        let total: u128 = items.iter().map(weight).sum();
        let mut groups: Vec<Vec<&Val>> = Vec::new();
        for item in items.iter().filter(|it| !matches!(it.data, Data::Null | Data::Error(_))) {
            match groups.iter_mut().find(|group| equal(group[0], item)) {
                Some(group) => group.push(item),
                None => groups.push(vec![item]),
            }
        }
        let part = |group: &Vec<&Val>| group.iter().map(|it| weight(it)).sum::<u128>();
        let mut winner: Option<&Vec<&Val>> = None;
        for group in &groups {
            if winner.is_none_or(|held| part(group) > part(held)) {
                winner = Some(group);
            }
        }
        let weakest = items.iter().map(|it| it.whole().evidence).min().unwrap_or(Evidence::Exact);
        let nothing = Val::null().with(Lanes::new(Confidence::ZERO, weakest));
        let Some(winner) = winner.filter(|winner| part(winner) > 0) else { return Ok(nothing) };
        let share = part(winner);
        let enough = match strategy {
            "plurality" | "weighted" => true,
            "majority" => share * 2 > total,
            "moderate" => share * 2 >= total,
            "strong" => share * 4 >= total * 3,
            "unanimous" => share == total,
            _ => return self.fail(Code::R005, span),
        };
        if !enough {
            return Ok(nothing);
        }
        let sum: u128 = winner.iter().map(|it| u128::from(it.confidence().weight())).sum();
        let confidence = Confidence::ratio(share * sum, total * winner.len() as u128);
        let weakest = winner.iter().map(|it| it.whole().evidence).min().expect("a group of one at least");
        let agreed = winner.len() >= 2 && weakest >= Evidence::Reported;
        let evidence = if agreed { Evidence::Agreed } else { weakest };
        Ok(winner[0].clone().with(Lanes::new(confidence, evidence)))
    }

    /// Judged by a function, an agent, a person or a command.
    fn verify(&mut self, x: Val, check: &Val, span: Span) -> Run {
        if check.kind() == "function" {
            let verdict = self.call(check, vec![x.clone()], span, 1)?;
            let confidence = x.lanes.confidence.min(verdict.confidence());
            let confidence = if verdict.truth() { confidence } else { Confidence::ZERO };
            let evidence = x.lanes.evidence;
            return Ok(x.with(Lanes::new(confidence, evidence)));
        }
        let ways = [
            ("agent", "verify", Purpose::Review, Evidence::Reviewed),
            ("human", "approve", Purpose::Consent, Evidence::Approved),
            ("command", "run", Purpose::Check, Evidence::Checked),
        ];
        for (key, method, purpose, evidence) in ways {
            let who = Self::option(check, key);
            let agent = match &who.data {
                Data::Null => continue,
                Data::Agent(it) => it.clone(),
                Data::Text(name) => match self.task.world.agent(name) {
                    Some(it) => it,
                    None => return self.fail(Code::R032, span),
                },
                _ => return self.fail(Code::R005, span),
            };
            self.crosses(&x, span)?;
            let verdict = match self.task.request(&agent, method, purpose, vec![x.clone()])? {
                Ok(verdict) => verdict,
                Err(cause) => return self.failed(cause, span),
            };
            let confidence = match (verdict.truth(), key) {
                (false, _) => Confidence::ZERO,
                (true, "human") => Confidence::ONE,
                _ => verdict.confidence(),
            };
            return Ok(x.painted(Lanes::new(confidence, evidence)));
        }
        self.fail(Code::R005, span)
    }

    /// The forms that are called as built-ins; nothing when this is none of them.
    pub fn form(&mut self, name: &str, arguments: &[Val], span: Span) -> Run<Option<Val>> {
        let get = |index: usize| arguments.get(index).cloned().unwrap_or_else(Val::null);
        let x = get(0);
        Ok(Some(match name {
            "gate" => self.gate(x, get(1), span)?,
            "orElse" if self.is_poor(&x) => get(1),
            "orElse" => x,
            "retry" => self.retry(&x, &get(1), span)?,
            "fallback" => self.fallback(arguments, span)?,
            "timeout" => self.timeout(&x, &get(1), span)?,
            "sequential" => self.sequential(&x, get(1), span)?,
            "escalate" => self.escalate(&x, &get(1), span)?,
            "consensus" | "buildConsensus" => self.consensus(&x, &get(1), span)?,
            "vote" => self.vote(&x, &get(1), span)?,
            "verify" => self.verify(x, &get(1), span)?,
            "approve" => {
                let to = Self::option(&get(1), "to");
                let check = Val::from(Data::Object([(Arc::from("human"), to)].into_iter().collect()));
                self.verify(x, &check, span)?
            }
            _ => return Ok(None),
        }))
    }
}

fn is_final(thrown: &Thrown) -> bool {
    (Code::R090..=Code::R097).contains(&thrown.code)
}
