//! Calls of functions and methods, and what decorators say of them.

use super::{task::Task, value::*};
use prism::builtin::{self, BuiltinId};
use prism::hir::{self, *};
use prism::host::micros;
use std::{collections::BTreeSet, sync::atomic::Ordering::Relaxed};

/// What may still be used; it lies within that of whoever called.
#[derive(Default)]
pub struct Budget {
    around: Option<usize>,
    limits: Vec<(hir::Budget, f64)>,
    used: Amounts,
    agents: BTreeSet<u32>,
}

/// Calls, and what is settled when an answer comes: tokens, and money in millionths.
type Amounts = [f64; 5];

impl Budget {
    /// That of a run: the calls that its entry allows itself are all it has, its modules' among them.
    pub fn whole(entry: &Function) -> Self {
        let own = entry.decorators.budget.iter().find(|(kind, ..)| *kind == hir::Budget::Calls);
        let calls = own.map_or(Limits::RUN.calls, |(_, calls, _)| *calls as u64);
        Budget { limits: vec![(hir::Budget::Calls, calls as f64)], ..Budget::default() }
    }

    fn take(&mut self, took: Amounts) {
        self.used.iter_mut().zip(took).for_each(|(used, n)| *used += n);
    }
}

impl Eval<'_> {
    /// Calls a callback, which is handed only as many arguments as it takes, of which the first `needed` carry the meaning.
    pub fn call(&mut self, callee: &Value, mut arguments: Vec<Value>, span: Span, needed: usize) -> Run {
        let most = match callee.view() {
            View::Closure(closure) => {
                let parameters = &self.program.functions[closure.code as usize].parameters;
                if parameters.last().is_some_and(|it| it.rest) { arguments.len() } else { parameters.len() }
            }
            View::Native(id) => BuiltinId(id).as_callback(arguments.len(), needed),
            _ => 0,
        };
        arguments.truncate(most);
        self.call_with(callee, (arguments, Lanes::EXACT), span)
    }

    /// Calls what should be a function. What the arguments do not reach, and those left over, is as sure as how many there are.
    pub fn call_with(&mut self, callee: &Value, (mut arguments, own): (Vec<Value>, Lanes), span: Span) -> Run {
        let program = self.program.clone();
        let result = match callee.view() {
            View::Closure(closure) => {
                let parameters = &program.functions[closure.code as usize].parameters;
                let arity = parameters.iter().filter(|it| !it.rest).count();
                let left = arguments.split_off(arity.min(arguments.len()));
                arguments.resize(arity, Value::NULL.with(own));
                match parameters.get(arity) {
                    Some(rest) => arguments.push(self.new_list(left, own, rest.span)?),
                    None if left.is_empty() => {}
                    None => return self.fail(Code::R008, span),
                }
                if self.task.now.depth >= 1_000 {
                    return Err(Flow::Unknown("such deep calls"));
                }
                self.task.now.depth += 1;
                let result = run_function(self.task, &program, closure, arguments, (self.function().file, span));
                self.task.now.depth -= 1;
                result?
            }
            View::Native(id) => self.builtin(BuiltinId(id), arguments, span)?.under(own),
            _ => return self.blame(Code::R006, callee, span),
        };
        Ok(result.under(callee.lanes()))
    }

    /// A function of one's own under a key.
    pub fn own(&self, receiver: &Value, name: &str) -> Option<Value> {
        let own = receiver.as_object()?.get(name)?;
        is_function(own).then(|| own.clone().under(receiver.lanes()))
    }

    /// Whether `x?.m()` finds no method.
    pub fn method_missing(&self, receiver: &Value, name: &str) -> bool {
        match receiver.view() {
            View::Agent(it) => self.task.world.agents().entry(it.id).is_some_and(|it| !it.offers(name)),
            View::Object(it) if it.get(name).is_some_and(|own| !own.is_null()) => false,
            _ => builtin::find_method(receiver.kind(), name).is_none(),
        }
    }

    /// `x.name(arguments)`: an agent's method, a function of one's own under that key, or a built-in.
    pub fn call_method(&mut self, receiver: &Value, name: &str, given: (Vec<Value>, Lanes), span: Span) -> Run {
        if receiver.as_agent().is_some() {
            return self.ask_method(receiver, name, given.0, span);
        }
        if let Some(own) = self.own(receiver, name) {
            return self.call_with(&own, given, span);
        }
        self.mutate(receiver.clone(), Lanes::EXACT, name, given.0, span).map(|[_, result]| result.under(given.1))
    }

    /// Whether a mutating method on a path is none: an agent's, or a function of one's own.
    pub fn is_own(&self, receiver: &Value, name: &str) -> bool {
        receiver.as_agent().is_some() || self.own(receiver, name).is_some()
    }

    /// Charges a call to an agent to all budgets around, before it is made, with the money and the tokens that it takes at most
    /// where somebody says so.
    pub fn charge(&mut self, agent: u32, tries: f64, span: Span) -> Run<Amounts> {
        let world = self.task.world.clone();
        let most = |it: &prism::host::Agent| [None, it.most_tokens(), it.most_money().map(micros), None, None];
        let worst = world.agents().entry(agent).map(most).unwrap_or_default().map(|most| most.map(|it| it * tries));
        // What is used up leaves nothing for another call; an agent that was asked costs nothing more.
        let over = |budget: &Budget, kind: hir::Budget, limit: f64| match kind {
            hir::Budget::Agents => !budget.agents.contains(&agent) && budget.agents.len() as f64 >= limit,
            _ => worst[kind as usize]
                .map_or(budget.used[kind as usize] >= limit, |more| budget.used[kind as usize] + more > limit),
        };
        self.spend(over, span, |_| {})?;
        let took = [1.0, worst[1].unwrap_or_default(), worst[2].unwrap_or_default(), 0.0, 0.0];
        let add = |budget: &mut Budget| {
            budget.take(took);
            budget.agents.insert(agent);
        };
        self.spend(|_, _, _| false, span, add).map(|()| took)
    }

    /// Charges what an answer took, in place of what it might have taken.
    pub fn settle(&mut self, worst: Amounts, cost: f64, tokens: f64, span: Span) -> Run<()> {
        let took = [0.0, tokens - worst[1], micros(cost) - worst[2], 0.0, 0.0];
        self.spend(|budget, kind, limit| budget.used[kind as usize] > limit, span, |budget| budget.take(took))
    }

    /// Changes all budgets around; R094 as soon as one is over after that.
    fn spend(&self, over: impl Fn(&Budget, hir::Budget, f64) -> bool, at: Span, add: impl Fn(&mut Budget)) -> Run<()> {
        let world = self.task.world.clone();
        let mut budgets = world.budgets.lock().unwrap();
        let mut next = Some(self.task.now.budget);
        while let Some(budget) = next.map(|it| &mut budgets[it]) {
            add(budget);
            if budget.limits.iter().any(|(kind, limit)| over(budget, *kind, *limit)) {
                return self.fail(Code::R094, at);
            }
            next = budget.around;
        }
        Ok(())
    }

    /// What decorators say, as a function begins: the budget within, and whether its calls are counted.
    fn watch(&mut self, arguments: &[Value], (file, span): (FileId, Span)) -> Run<bool> {
        let program = self.program.clone();
        let function = &program.functions[self.id.0 as usize];
        let outermost = function.decorators.max_calls.is_some() && !self.task.now.counted.contains_key(&self.id);
        if let Some(most) = function.decorators.max_calls
            && self.task.now.counted.entry(self.id).or_default().fetch_add(1, Relaxed) >= most
        {
            let Err(Flow::Throw(thrown)) = self.fail::<Value>(Code::R097, span) else { unreachable!("a fault") };
            return Err(Flow::Throw(Box::new(super::eval::Thrown { file, ..*thrown })));
        }
        for contract in &function.decorators.requires {
            let place = function.parameters.iter().position(|it| it.name == Some(contract.agent));
            let mut agents = self.task.world.agents();
            let named = || agents.find(program.names.text(contract.agent)).map(super::agent::value);
            let whom = place.map_or_else(named, |place| arguments.get(place).cloned()).unwrap_or_default();
            let members = whom.as_list().map_or(vec![whom.clone()], |it| it.items().to_vec());
            for agent in members.iter().filter_map(Value::as_agent) {
                agents.get(agent.id).requires.push((contract.method.clone(), confidence(contract.least)));
            }
        }
        if function.decorators.budget.iter().any(|(kind, ..)| *kind == hir::Budget::Time) {
            return Err(Flow::Unknown("a budget of time"));
        }
        if !function.decorators.budget.is_empty() {
            let exact = |kind, limit| if kind == hir::Budget::Cost { micros(limit) } else { limit };
            let limits =
                function.decorators.budget.iter().map(|(kind, limit, _)| (*kind, exact(*kind, *limit))).collect();
            let world = self.task.world.clone();
            let mut budgets = world.budgets.lock().unwrap();
            budgets.push(Budget { around: Some(self.task.now.budget), limits, ..Budget::default() });
            self.task.now.budget = budgets.len() - 1;
        }
        Ok(outermost)
    }

    fn body(&mut self, arguments: Vec<Value>) -> Run {
        let program = self.program.clone();
        let function = &program.functions[self.id.0 as usize];
        let wrong = |eval: &Self, value: &Value, kind: &Option<prism::types::Type>| {
            function.kind == Kind::Pattern && kind.as_ref().is_some_and(|kind| !eval.fits(value, kind))
        };
        let mut arguments = arguments.into_iter();
        for parameter in &function.parameters {
            let value = arguments.next().unwrap_or_default();
            let value = match &parameter.default {
                Some(default) if value.is_null() => self.eval(default)?,
                _ => value,
            };
            if wrong(self, &value, &parameter.annotation) {
                return self.blame(Code::R012, &value, parameter.span);
            }
            self.bind(&parameter.pattern, value)?;
        }
        let result = match self.eval(&function.body) {
            Err(Flow::Return(value)) => value,
            other => other?,
        };
        if wrong(self, &result, &function.result) {
            return self.blame(Code::R012, &result, function.head);
        }
        let Some(cap) = &function.cap else { return Ok(result) };
        let most = self.eval(cap)?;
        let most = self.confidence_of(&most, cap.span)?;
        let lanes = result.lanes();
        Ok(result.with(Lanes::new(lanes.confidence.min(most), lanes.evidence)))
    }
}

/// Runs a function with its arguments in a new activation, called from some place.
pub fn run_function(
    task: &mut Task,
    program: &Arc<Program>,
    closure: &Closure,
    arguments: Vec<Value>,
    from: (FileId, Span),
) -> Run {
    let function = &program.functions[closure.code as usize];
    let locals = function.locals.iter().map(|_| task.slot(Some(Value::NULL))).collect();
    let captures = closure.captures.iter().filter_map(Value::as_cell).collect();
    let (budget, id) = (task.now.budget, FunctionId(closure.code));
    let mut eval = Eval { task, program: program.clone(), id, locals, captures };
    let outermost = eval.watch(&arguments, from)?;
    let whole = u32::from(matches!(function.kind, Kind::Pattern | Kind::Module));
    eval.task.world.board().events.within += whole;
    let result = eval.body(arguments);
    eval.task.world.board().events.within -= whole;
    if outermost {
        task.now.counted.remove(&id);
    }
    task.now.budget = budget;
    result
}
