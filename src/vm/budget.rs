//! What a run may still use: calls, tokens, money, different agents.
//!
//! Budgets nest: that of a pattern lies within that of whoever called it, and what is charged to one is charged to all
//! around it. A call is charged before it is made, so that none is made too many.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use super::Vm;
use super::failure::Failure;
use super::task::{Calls, Counted, Frame, Input, Task, TaskId};
use crate::diagnostic::Code;
use crate::hir;
use crate::host::{Agent, Batch, Id, Kind, Purpose, Request, Timer, micros};
use crate::types::Effect;
use crate::value::{Confidence, Value};

/// One budget.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Budget {
    /// The one around it.
    around: Option<u32>,
    limits: Vec<(hir::Budget, f64)>,
    calls: f64,
    tokens: f64,
    /// In millionths.
    cost: f64,
    agents: BTreeSet<u32>,
}

/// What a request takes at most, where somebody says it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Worst {
    /// In millionths.
    cost: Option<f64>,
    tokens: Option<f64>,
}

impl Budget {
    /// Of a whole run.
    pub(super) fn whole(calls: u64) -> Self {
        Self { limits: vec![(hir::Budget::Calls, calls as f64)], ..Self::default() }
    }
}

fn exceeded(kind: hir::Budget, limit: f64) -> Failure {
    let one = if limit == 1.0 { "" } else { "s" };
    let limit = crate::value::number::render(limit);
    let (over, less) = match kind {
        hir::Budget::Time => (format!("not done within {limit} ms, the budget of time"), "wait less"),
        hir::Budget::Cost => (format!("the budget of cost, {limit}, is used up"), "ask less"),
        hir::Budget::Calls => (format!("the budget of {limit} call{one} is used up"), "ask less"),
        hir::Budget::Tokens => (format!("the budget of {limit} token{one} is used up"), "ask less"),
        hir::Budget::Agents => (format!("the budget of {limit} agent{one} is used up"), "ask less"),
    };
    Failure::new(Code::R094, format!("{over}; raise it, or {less}"))
}

/// The milliseconds that what tidies up may wait.
const PATIENCE: f64 = 5_000.0;

/// What a moment ends.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum Deadline {
    /// A budget of so much time.
    Budget(u32, f64),
    /// The waiting of a task that tidies up.
    Patience(TaskId),
}

impl Vm {
    /// Takes note of what the decorators of the function say whose call is on top.
    pub(super) fn watch(&mut self, task: &mut Task, function: u32) -> Result<(), Failure> {
        let program = self.program.clone();
        let decorators = &program.declarations.functions[function as usize].decorators;
        if let Some(most) = decorators.max_calls {
            self.count_call(task, function, most)?;
        }
        let Some(Frame::Code(call)) = task.frames.last_mut() else { return Ok(()) };
        let parameters = &program.declarations.functions[function as usize].parameters;
        for contract in &decorators.requires {
            let place = parameters.iter().position(|parameter| parameter.name == Some(contract.agent));
            let value = match place {
                Some(place) => task.registers[call.base as usize + place].clone(),
                None => self.agent(program.declarations.names.text(contract.agent)).unwrap_or_default(),
            };
            let least = Confidence::from_number(contract.least).unwrap_or(Confidence::ONE);
            let members = value.as_list().map_or(std::slice::from_ref(&value), |list| list.items());
            for agent in members.iter().filter_map(Value::as_agent) {
                let requires = &mut self.agents.get_mut(agent.id).requires;
                let wanted = (contract.method.clone(), least);
                if !requires.contains(&wanted) {
                    requires.push(wanted);
                }
            }
        }
        if decorators.budget.is_empty() {
            return Ok(());
        }
        let limits: Vec<_> = decorators.budget.iter().map(|(kind, limit, _)| (*kind, *limit)).collect();
        let time = limits.iter().find(|(kind, _)| *kind == hir::Budget::Time).map(|(_, limit)| *limit);
        self.budgets.push(Budget { around: Some(call.budget), limits, ..Budget::default() });
        let budget = self.budgets.len() as u32 - 1;
        call.budget = budget;
        if let Some(after) = time {
            let id = task.next_id();
            self.deadlines.insert(id.clone(), Deadline::Budget(budget, after));
            self.batch.deadlines.push(Timer { id, after });
        }
        Ok(())
    }

    /// Counts the calls within the outermost call of a function, in all tasks that were started in it.
    fn count_call(&mut self, task: &mut Task, function: u32, most: u64) -> Result<(), Failure> {
        let top = task.frames.len() - 1;
        task.forget_counted(top);
        let Some(counted) = task.counted.iter_mut().find(|counted| counted.function == function) else {
            task.counted.push(Counted { function, at: Some(top), calls: Calls::Own(1) });
            return Ok(());
        };
        let calls = match &mut counted.calls {
            Calls::Own(calls) => calls,
            Calls::Shared(place) => &mut self.counts[*place as usize],
        };
        if *calls >= most {
            let name = self.program.name(&self.program.functions[function as usize]);
            let message = format!("`{name}` is called more than {most} times within one call, as `@maxCalls` says");
            return Err(Failure::new(Code::R097, message));
        }
        *calls += 1;
        Ok(())
    }

    /// What a task counts that another one starts: the same calls, together with it.
    pub(super) fn count_together(&mut self, parent: &mut Task) -> Vec<Counted> {
        parent.forget_counted(parent.frames.len());
        let together = |counted: &mut Counted| {
            if let Calls::Own(calls) = counted.calls {
                counted.calls = Calls::Shared(self.counts.len() as u32);
                self.counts.push(calls);
            }
            Counted { at: None, ..*counted }
        };
        parent.counted.iter_mut().map(together).collect()
    }

    /// Refuses a fork to a task that is cancelled: nobody would be there for what it starts.
    pub(super) fn may_fork(&self, task: &Task) -> Result<(), Failure> {
        match task.grace {
            Some(_) => Err(Failure::new(Code::R095, "cancelled: what tidies up starts no tasks")),
            None => Ok(()),
        }
    }

    /// Refuses to do what is graver than telling someone where it only remains to tidy up.
    pub(super) fn may_ask(&self, task: &Task, agent: u32, method: &str, purpose: Purpose) -> Result<(), Failure> {
        if task.grace.is_none()
            || self.agents.effect(agent, method, purpose, &self.program.declarations) <= Effect::Notify
        {
            return Ok(());
        }
        let name = &self.agents.get(agent).name;
        let message = format!("cancelled: what tidies up may tell someone, and `{name}.{method}` does more");
        Err(Failure::new(Code::R095, message))
    }

    /// Sees to it that what tidies up keeps nobody waiting for long.
    fn hurry(&mut self, task: &Task) {
        let known = |deadline: &Deadline| matches!(deadline, Deadline::Patience(id) if *id == task.id);
        if task.grace.is_none() || self.deadlines.values().any(known) {
            return;
        }
        // Of the ids that no request gets, so that theirs do not depend on it.
        let id = Id { task: task.path.clone(), count: u32::MAX };
        self.deadlines.insert(id.clone(), Deadline::Patience(task.id));
        self.batch.deadlines.push(Timer { id, after: PATIENCE });
    }

    /// A moment has come that ends something.
    pub(super) fn end(&mut self, deadline: Deadline) {
        match deadline {
            Deadline::Budget(budget, limit) => self.expire(budget, limit),
            Deadline::Patience(id) => self.lose_patience(id),
        }
    }

    /// A task has waited long enough while it tidied up: it is dropped.
    fn lose_patience(&mut self, id: TaskId) {
        let Some(task) = self.tasks[id.0 as usize].take() else { return };
        task.waits.iter().for_each(|wait| self.withdraw_id(wait));
        self.tidying.retain(|tidying| *tidying != id);
    }

    /// The time of a budget is over: the run ends, if anything still works under it.
    fn expire(&mut self, budget: u32, limit: f64) {
        let within = |mut at: u32| loop {
            if at == budget {
                return true;
            }
            match self.budgets[at as usize].around {
                Some(around) => at = around,
                None => return false,
            }
        };
        let works = self
            .tasks
            .iter()
            .flatten()
            .any(|task| task.frames.iter().any(|frame| matches!(frame, Frame::Code(call) if within(call.budget))));
        if works {
            self.outcome = Some(Err(exceeded(hir::Budget::Time, limit)));
        }
    }

    /// Charges a call to an agent at its worst, before it is made; `tries` are all that it may take.
    pub(super) fn charge_call(&mut self, task: &Task, agent: u32, tries: f64) -> Result<Worst, Failure> {
        let entry = self.agents.entry(agent);
        let worst = Worst {
            cost: entry.and_then(Agent::most_money).map(|money| micros(money) * tries),
            tokens: entry.and_then(Agent::most_tokens).map(|tokens| tokens * tries),
        };
        let over = |used: f64, worst: Option<f64>, limit: f64| match worst {
            Some(worst) => used + worst > limit,
            None => used >= limit,
        };
        let mut at = Some(task.current_budget());
        while let Some(index) = at {
            let budget = &self.budgets[index as usize];
            for &(kind, limit) in &budget.limits {
                let over = match kind {
                    hir::Budget::Calls => budget.calls + 1.0 > limit,
                    hir::Budget::Tokens => over(budget.tokens, worst.tokens, limit),
                    hir::Budget::Cost => over(budget.cost, worst.cost, micros(limit)),
                    hir::Budget::Agents => !budget.agents.contains(&agent) && budget.agents.len() as f64 + 1.0 > limit,
                    hir::Budget::Time => false,
                };
                if over {
                    return Err(exceeded(kind, limit));
                }
            }
            at = budget.around;
        }
        let mut at = Some(task.current_budget());
        while let Some(index) = at {
            let budget = &mut self.budgets[index as usize];
            budget.calls += 1.0;
            budget.cost += worst.cost.unwrap_or(0.0);
            budget.tokens += worst.tokens.unwrap_or(0.0);
            budget.agents.insert(agent);
            at = budget.around;
        }
        Ok(worst)
    }

    /// Charges what an answer took in place of what it might have taken.
    pub(super) fn charge_answer(&mut self, task: &Task, worst: Worst, cost: f64, tokens: f64) -> Result<(), Failure> {
        let mut at = Some(task.current_budget());
        while let Some(index) = at {
            let budget = &mut self.budgets[index as usize];
            budget.cost += micros(cost.max(0.0)) - worst.cost.unwrap_or(0.0);
            budget.tokens += tokens.max(0.0) - worst.tokens.unwrap_or(0.0);
            for &(kind, limit) in &budget.limits {
                let over = match kind {
                    hir::Budget::Tokens => budget.tokens > limit,
                    hir::Budget::Cost => budget.cost > micros(limit),
                    _ => false,
                };
                if over {
                    return Err(exceeded(kind, limit));
                }
            }
            at = budget.around;
        }
        Ok(())
    }

    /// Charges printed text.
    pub(super) fn charge_output(&mut self, bytes: u64) -> Result<(), Failure> {
        self.output += bytes;
        let limit = self.meter.limits.output;
        if self.output > limit {
            return Err(Failure::new(Code::R096, format!("more than {limit} bytes printed; print less")));
        }
        Ok(())
    }

    /// Makes a request whose reply a task waits for.
    pub(super) fn submit(&mut self, task: &mut Task, request: Request) {
        self.hurry(task);
        self.waiting.insert(request.id.clone(), task.id);
        task.waits.push(request.id.clone());
        self.batch.requests.push(request);
    }

    /// Says something that nobody replies to.
    pub(super) fn say(&mut self, task: &mut Task, kind: Kind) {
        let id = task.next_id();
        self.batch.requests.push(Request { id, kind, context: task.contexts.clone() });
    }

    /// Asks to be told when some time has gone by.
    pub(super) fn set_timer(&mut self, task: &mut Task, timer: Timer) {
        self.hurry(task);
        self.waiting.insert(timer.id.clone(), task.id);
        task.waits.push(timer.id.clone());
        self.batch.timers.push(timer);
    }

    /// Gives up a request or timer of a task.
    pub(super) fn withdraw(&mut self, task: &mut Task, id: &Id) {
        task.waits.retain(|wait| wait != id);
        task.inbox.retain(|input| !matches!(input, Input::Reply(known, _) if known == id));
        self.withdraw_id(id);
    }

    /// Gives up a request or timer.
    pub(super) fn withdraw_id(&mut self, id: &Id) {
        if self.waiting.remove(id).is_none() {
            return;
        }
        let Batch { requests, timers, cancellations, .. } = &mut self.batch;
        let known = requests.len() + timers.len();
        requests.retain(|request| request.id != *id);
        timers.retain(|timer| timer.id != *id);
        if requests.len() + timers.len() == known {
            cancellations.push(id.clone());
        }
    }
}
