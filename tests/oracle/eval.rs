//! Walks expressions in the most obvious way.

use super::{task::Task, value::*};
use prism::hir::*;
use prism::{syntax::ast::Band, value::Kind as Type};

/// What leaves an expression instead of a value.
#[derive(Clone, Debug)]
pub enum Flow {
    Break,
    Leave,
    Continue,
    Return(Value),
    Throw(Box<Thrown>),
    Cancelled,
    /// Something that the reference does not have.
    Unknown(&'static str),
}

/// An error on its way, and where it came up.
#[derive(Clone, Debug)]
pub struct Thrown {
    pub error: Error,
    pub lanes: Lanes,
    pub file: FileId,
    pub span: Span,
}

impl Thrown {
    /// What `catch` gives.
    pub fn value(&self) -> Value {
        Value::error(self.error.clone()).with(self.lanes)
    }
}

pub type Run<T = Value> = Result<T, Flow>;

/// One activation of a function.
pub struct Eval<'t> {
    pub task: &'t mut Task,
    pub program: Arc<Program>,
    pub id: FunctionId,
    pub locals: Vec<u32>,
    pub captures: Vec<u32>,
}

impl Eval<'_> {
    pub fn fail<T>(&self, code: Code, span: Span) -> Run<T> {
        self.fail_about(code, Lanes::EXACT, span)
    }

    /// The same, with a message that quotes what is no surer than this.
    pub fn fail_about<T>(&self, code: Code, lanes: Lanes, span: Span) -> Run<T> {
        self.throw(Error { code, message: Value::text("").with(lanes), data: Value::NULL }, Lanes::EXACT, span)
    }

    /// The same of a value that is quoted.
    pub fn blame<T>(&self, code: Code, value: &Value, span: Span) -> Run<T> {
        self.fail_about(code, whole(value), span)
    }

    pub fn throw<T>(&self, error: Error, lanes: Lanes, span: Span) -> Run<T> {
        Err(Flow::Throw(Box::new(Thrown { error, lanes, file: self.function().file, span })))
    }

    /// What the library made, or its fault here.
    pub fn made<T>(&self, made: Result<T, Fault>, span: Span) -> Run<T> {
        made.or_else(|fault| self.fail_about(fault.code, fault.lanes, span))
    }

    /// An object that is written here.
    pub fn record(&self, entries: &[(&str, Value)], span: Span) -> Run {
        self.made(Value::object(entries.iter().map(|(name, it)| (key(name), it.clone()))), span)
    }

    pub fn new_list(&self, items: Vec<Value>, lanes: Lanes, span: Span) -> Run {
        self.task.tick(items.len() as u64)?;
        self.made(meter().list(items.len()).and_then(|()| Value::list(items)), span).map(|list| list.with(lanes))
    }

    pub fn function(&self) -> &Function {
        &self.program.functions[self.id.0 as usize]
    }

    /// The thresholds of `high` and `medium` here.
    pub fn bands(&self) -> [Confidence; 2] {
        [confidence(self.function().bands.high), confidence(self.function().bands.medium)]
    }

    pub fn variable(&self, variable: Variable) -> u32 {
        match variable {
            Variable::Local(id) => self.locals[id.0 as usize],
            Variable::Capture(id) => self.captures[id.0 as usize],
            Variable::Global(id) => self.task.world.globals.lock().unwrap()[id.0 as usize],
        }
    }

    /// A new variable of this name, as each entry of a scope and each turn of a loop makes.
    fn fresh(&mut self, variable: Variable, value: Option<Value>) {
        let slot = self.task.slot(value);
        match variable {
            Variable::Local(id) => self.locals[id.0 as usize] = slot,
            Variable::Capture(_) => unreachable!("a function declares no variable of another"),
            Variable::Global(id) => self.task.world.globals.lock().unwrap()[id.0 as usize] = slot,
        }
    }

    pub fn read(&self, variable: Variable, span: Span) -> Run {
        self.task.tick(1)?;
        let value = self.task.world.slots.lock().unwrap()[self.variable(variable) as usize].value.clone();
        value.map_or_else(|| self.fail(Code::R017, span), Ok)
    }

    /// Whether a variable belongs to this task.
    pub fn owns(&self, variable: Variable) -> bool {
        self.task.world.slots.lock().unwrap()[self.variable(variable) as usize].owner == self.task.now.owner
    }

    /// Gives a variable its value, whoever owns it.
    pub fn set(&self, variable: Variable, value: Value) {
        let slot = self.variable(variable);
        self.task.world.slots.lock().unwrap()[slot as usize].value = Some(value);
    }

    pub fn write(&self, variable: Variable, value: Value, span: Span) -> Run<()> {
        if !self.owns(variable) {
            return self.fail(Code::R045, span);
        }
        self.set(variable, value);
        Ok(())
    }

    fn optional(&mut self, expr: Option<&Expr>) -> Run {
        expr.map_or(Ok(Value::NULL), |expr| self.eval(expr))
    }

    pub fn eval(&mut self, expr: &Expr) -> Run {
        let span = expr.span;
        Ok(match &expr.kind {
            ExprKind::Null => Value::NULL,
            ExprKind::Bool(it) => Value::bool(*it),
            ExprKind::Number(it) => Value::number(*it),
            ExprKind::Text(it) => Value::text(it),
            ExprKind::Regex(it) => {
                self.record(&[("source", Value::text(&it.source)), ("flags", Value::text(&it.flags))], span)?
            }
            ExprKind::Template(parts) => {
                let values = parts.iter().map(|part| match part {
                    Part::Text(it) => Ok(Value::text(it)),
                    Part::Hole(hole) => self.eval(hole),
                });
                let values = values.collect::<Run<Vec<_>>>()?;
                self.joined(&values, span)?
            }
            ExprKind::List(elements) => self.list(elements, span)?,
            ExprKind::Object(members) => self.object(members, span)?,
            ExprKind::Read(variable) => self.read(*variable, span)?,
            ExprKind::Builtin(id) => Value::native(id.0),
            ExprKind::Input => self.task.world.input.clone(),
            ExprKind::Agents => self.made(self.task.world.agents().object(), span)?,
            ExprKind::AgentList => self.made(self.task.world.agents().list(), span)?,
            ExprKind::Function(id) => self.closure(*id),
            ExprKind::Unary(op, it) => {
                let value = self.eval(it)?;
                self.unary(*op, value, span)?
            }
            ExprKind::Binary(row) => {
                let mut left = self.eval(&row.first)?;
                for (op, _, right) in &row.rest {
                    let at = row.first.span.to(right.span);
                    let right = self.eval(right)?;
                    left = self.binary(*op, left, right, at)?;
                }
                left
            }
            ExprKind::Logical(row) => {
                let mut left = self.eval(&row.first)?;
                for (op, right) in &row.rest {
                    left = self.logical(*op, left, |eval| eval.eval(right))?;
                }
                left
            }
            ExprKind::Ask { value, threshold } => {
                let value = self.eval(value)?;
                self.logical(Logical::And, value.clone(), |eval| eval.asked(&value, threshold))?
            }
            ExprKind::Range { low, high, inclusive } => {
                let range = self.range([low, high], *inclusive, span)?;
                self.new_list(self.elements(&range, span)?, range.lanes(), span)?
            }
            ExprKind::Chain(chain) => self.chain(&chain.first, &chain.rest)?,
            ExprKind::Instance(it, kind) => {
                let value = self.eval(it)?;
                Value::bool(self.fits(&value, kind)).with(whole(&value))
            }
            ExprKind::Fork(fork) => self.fork(fork, span)?,
            ExprKind::If { arms, otherwise } => {
                let mut deciders = Lanes::EXACT;
                for (condition, then) in arms {
                    let condition = self.eval(condition)?;
                    deciders = deciders.meet(condition.lanes());
                    if condition.truth() {
                        return Ok(self.eval(then)?.under(deciders));
                    }
                }
                self.optional(otherwise.as_deref())?.under(deciders)
            }
            ExprKind::Match { subject, arms } => {
                let subject = self.eval(subject)?;
                let mut deciders = Lanes::EXACT;
                for arm in arms {
                    self.fresh_names(&arm.pattern, false);
                    if !self.take_apart(&arm.pattern, &subject, Some(&mut deciders))? {
                        continue;
                    }
                    if let Some(guard) = &arm.guard {
                        let guard = self.eval(guard)?;
                        deciders = deciders.meet(guard.lanes());
                        if !guard.truth() {
                            continue;
                        }
                    }
                    return Ok(self.eval(&arm.body)?.under(deciders));
                }
                return self.fail(Code::R009, span);
            }
            ExprKind::Switch { subject, cases } => {
                let subject = self.eval(subject)?;
                let (mut deciders, mut chosen) = (Lanes::EXACT, cases.iter().find(|case| case.default));
                for (case, test) in cases.iter().flat_map(|case| case.tests.iter().map(move |test| (case, test))) {
                    let test = self.eval(test)?;
                    deciders = deciders.meet(equal_lanes(&subject, &test));
                    if equal(&subject, &test) {
                        chosen = Some(case);
                        break;
                    }
                }
                match chosen.map_or(Ok(Value::NULL), |case| self.eval(&case.body)) {
                    Err(Flow::Leave) => Value::NULL.under(deciders),
                    value => value?.under(deciders),
                }
            }
            ExprKind::Uncertain { subject, branches } => {
                let subject = self.eval(subject)?;
                self.route(sure(&subject), branches, span)?
            }
            ExprKind::Try { body, handler, finalizer } => {
                let mut result = self.eval(body);
                if let (Err(Flow::Throw(thrown)), Some((pattern, handler))) = (&result, handler.as_deref())
                    && !super::task::is_final(thrown)
                {
                    let caught = thrown.value();
                    self.task.now.caught.push((caught.clone(), (**thrown).clone()));
                    result = (|| {
                        if let Some(pattern) = pattern {
                            self.fresh_names(pattern, false);
                            self.bind(pattern, caught)?;
                        }
                        self.eval(handler)
                    })();
                }
                let Some(finalizer) = finalizer else { return result };
                let result = self.task.ended(result);
                let over = matches!(result, Err(Flow::Cancelled));
                match self.eval(finalizer) {
                    // No way out of it takes back that the task is cancelled.
                    Err(out) if !over || matches!(out, Flow::Unknown(_)) => return Err(out),
                    _ => result?,
                }
            }
            ExprKind::Block(block) => self.block(block)?,
            ExprKind::Let { pattern, value } => {
                let value = self.optional(value.as_deref())?;
                self.bind(pattern, value)?;
                Value::NULL
            }
            ExprKind::Assign { target, operator, value } => self.assign(target, *operator, value, span)?,
            ExprKind::Unpack { pattern, value } => {
                let value = self.eval(value)?;
                self.bind(pattern, value.clone()).map(|()| value)?
            }
            ExprKind::Step { target, by, prefix } => self.step(target, *by, *prefix, span)?,
            ExprKind::Delete(target) => self.delete(target, span)?,
            ExprKind::While { .. } | ExprKind::ForEach { .. } | ExprKind::ForCount { .. } => self.repeat(expr)?,
            ExprKind::Return(it) => return Err(Flow::Return(self.optional(it.as_deref())?)),
            ExprKind::Throw(it) => {
                let value = self.eval(it)?;
                return self.thrown(value, span);
            }
            ExprKind::Break => return Err(Flow::Break),
            ExprKind::Leave => return Err(Flow::Leave),
            ExprKind::Continue => return Err(Flow::Continue),
            ExprKind::Context { name, body } => {
                let label = self.eval(name)?;
                let label = self.render(&label, name.span)?;
                self.task.now.contexts.push(label.into());
                let result = self.eval(body);
                self.task.now.contexts.pop();
                result?
            }
            ExprKind::Bind { name, value } => {
                let value = self.eval(value)?;
                self.task.world.agents().bind(name, &value);
                value
            }
        })
    }

    /// `throw x`: an error that was caught goes on unchanged.
    fn thrown<T>(&self, value: Value, span: Span) -> Run<T> {
        let message = match value.view() {
            View::Error(error) => {
                let mut caught = self.task.now.caught.iter();
                let Some((_, thrown)) = caught.find(|(caught, _)| caught.address() == value.address()) else {
                    return self.throw(error.clone(), value.lanes(), span);
                };
                return Err(Flow::Throw(Box::new(Thrown { lanes: value.lanes(), ..thrown.clone() })));
            }
            View::Text(_) => value.clone(),
            _ => Value::text(&display::brief(&value, &mut meter())).with(whole(&value)),
        };
        self.throw(Error { code: Code::R001, message, data: value }, Lanes::EXACT, span)
    }

    /// A function with the variables it sees; equal by identity.
    pub fn closure(&self, id: FunctionId) -> Value {
        let captures = &self.program.functions[id.0 as usize].captures;
        let captures = captures.iter().map(|it| Value::cell(self.variable(it.from))).collect();
        let identity = u64::from(self.task.slot(None)) + 1;
        Value::closure(Closure { code: id.0, identity, captures })
    }

    fn block(&mut self, block: &Block) -> Run {
        for expr in &block.exprs {
            if let ExprKind::Let { pattern, .. } = &expr.kind {
                self.fresh_names(pattern, true);
            }
        }
        block.functions.iter().for_each(|(variable, _)| self.fresh(*variable, None));
        block.functions.iter().for_each(|(variable, function)| self.set(*variable, self.closure(*function)));
        block.exprs.iter().try_fold(Value::NULL, |_, expr| self.eval(expr))
    }

    /// Fresh variables for the names that a pattern declares.
    fn fresh_names(&mut self, pattern: &Pattern, empty: bool) {
        match &pattern.kind {
            PatternKind::Bind(variable) => self.fresh(*variable, (!empty).then_some(Value::NULL)),
            PatternKind::Ignore | PatternKind::Place(_) | PatternKind::Equal(_) => {}
            PatternKind::List { elements: all, rest } => {
                all.iter().chain(rest.as_deref()).for_each(|it| self.fresh_names(it, empty));
            }
            PatternKind::Object { entries: all, rest } => {
                all.iter().map(|it| &it.1).chain(rest.as_deref()).for_each(|it| self.fresh_names(it, empty));
            }
            PatternKind::Default(inner, _) | PatternKind::Sure(inner, _) => self.fresh_names(inner, empty),
            PatternKind::Either(all) => all.iter().for_each(|it| self.fresh_names(it, empty)),
        }
    }

    fn copy_fresh(&mut self, fresh: &[LocalId]) {
        for local in fresh {
            let value = self.task.world.slots.lock().unwrap()[self.locals[local.0 as usize] as usize].value.clone();
            self.fresh(Variable::Local(*local), value);
        }
    }

    /// A loop: always null.
    fn repeat(&mut self, expr: &Expr) -> Run {
        let mut turn = 0.0;
        match &expr.kind {
            ExprKind::While { condition, max, body, late } => {
                let max = self.turns(max)?;
                while turn < max {
                    let subject = if !late || turn > 0.0 { self.eval(condition)? } else { Value::TRUE };
                    if !subject.truth() || self.turn(body, |_| Ok(sure(&subject)))? {
                        break;
                    }
                    turn += 1.0;
                }
            }
            ExprKind::ForEach { head, max, body } => {
                let source = &head.source;
                // A range that is only walked is no list, however long.
                let walked = match &source.kind {
                    ExprKind::Range { low, high, inclusive } => self.range([low, high], *inclusive, source.span)?,
                    _ => self.eval(source)?,
                };
                let max = self.turns(max)?;
                for (first, second) in self.walk(&walked, source.span)?.into_iter().take(max as usize) {
                    head.patterns.iter().for_each(|pattern| self.fresh_names(pattern, false));
                    let confidence = sure(&first);
                    self.bind(&head.patterns[0], first)?;
                    head.patterns.get(1).map_or(Ok(()), |pattern| self.bind(pattern, second))?;
                    if self.turn(body, |_| Ok(confidence))? {
                        break;
                    }
                }
            }
            ExprKind::ForCount { head, max, body } => {
                head.fresh.iter().for_each(|local| self.fresh(Variable::Local(*local), Some(Value::NULL)));
                self.optional(head.init.as_ref())?;
                let max = self.turns(max)?;
                while turn < max {
                    self.copy_fresh(&head.fresh);
                    let goes_on = head.condition.as_ref().map_or(Ok(Value::TRUE), |it| self.eval(it))?.truth();
                    let first = head.fresh.first().copied();
                    let read = |eval: &mut Self, local| Ok(sure(&eval.read(Variable::Local(local), expr.span)?));
                    let counter = |eval: &mut Self| first.map_or(Ok(Confidence::ONE), |local| read(eval, local));
                    if !goes_on || self.turn(body, counter)? {
                        break;
                    }
                    self.copy_fresh(&head.fresh);
                    self.optional(head.step.as_ref())?;
                    turn += 1.0;
                }
            }
            _ => unreachable!("a loop"),
        }
        Ok(Value::NULL)
    }

    /// Runs the body of a loop once; whether the loop ends.
    fn turn(&mut self, body: &Body, confidence: impl FnOnce(&mut Self) -> Run<Confidence>) -> Run<bool> {
        self.task.tick(1)?;
        let result = match body {
            Body::Plain(body) => self.eval(body),
            Body::Bands(branches) => {
                let confidence = confidence(self)?;
                self.route(confidence, branches, branches.first().map_or(Span::default(), |branch| branch.span))
            }
        };
        match result {
            Err(Flow::Break) => Ok(true),
            Err(other) if !matches!(other, Flow::Continue) => Err(other),
            _ => Ok(false),
        }
    }

    /// The `max` of a loop: a whole number from 0.
    fn turns(&mut self, max: &Option<Box<Expr>>) -> Run<f64> {
        let Some(max) = max else { return Ok(f64::INFINITY) };
        match self.eval(max)?.as_number() {
            Some(it) if it >= 0.0 && it.fract() == 0.0 && it.is_finite() => Ok(it),
            _ => self.fail(Code::R021, max.span),
        }
    }

    /// What a `for` walks: with two names value and index of a list, key and value of an object.
    fn walk(&self, source: &Value, span: Span) -> Run<Vec<(Value, Value)>> {
        let pair = |first: Value, second: Value| (first.under(source.lanes()), second.under(source.lanes()));
        if let View::Object(it) = source.view() {
            return Ok(it.iter().map(|(key, value)| pair(Value::text(key.as_str()), value.clone())).collect());
        }
        let Ok(items) = self.elements(source, span) else { return self.blame(Code::R005, source, span) };
        Ok(items.into_iter().enumerate().map(|(at, it)| pair(it, Value::number(at as f64))).collect())
    }

    /// Section 4: to the first band that is reached.
    fn route(&mut self, confidence: Confidence, branches: &[Branch], span: Span) -> Run {
        let [high, medium] = self.bands();
        let mut least = [high, medium, Confidence::ZERO];
        let order = [Band::High, Band::Medium, Band::Low];
        let place = |band: Band| order.iter().position(|it| *it == band).unwrap_or(3);
        let given = branches.iter().filter_map(|it| it.threshold.as_ref().map(|least| (place(it.band), least)));
        for (band, it) in given.map(|(band, it)| Ok((band, self.eval(it)?))).collect::<Run<Vec<_>>>()? {
            least[band] = if it.is_null() { self.fail(Code::R020, span)? } else { self.confidence_of(&it, span)? };
        }
        let find = |band: usize| branches.iter().find(|branch| place(branch.band) == band);
        // Without its branch a threshold says nothing beyond that of `high`.
        if find(1).is_some() && least[0] <= least[1] {
            return self.fail(Code::R020, span);
        }
        let chosen = match least.iter().position(|least| confidence >= *least) {
            _ if !confidence.is_known() => find(3).or(find(2)),
            band => band.and_then(find).or(find(3)),
        };
        chosen.map_or(Ok(Value::NULL), |branch| self.eval(&branch.body))
    }

    pub fn unary(&self, op: Unary, value: Value, span: Span) -> Run {
        let lanes = value.lanes();
        Ok(match (op, value.as_number()) {
            (Unary::Negate, Some(it)) => Value::number(-it).with(lanes),
            (Unary::Plus, Some(_)) => value,
            (Unary::Negate | Unary::Plus, _) => return self.blame(Code::R002, &value, span),
            (Unary::Not, _) => Value::bool(!value.truth()).with(lanes),
            (Unary::Typeof, _) => Value::text(value.kind().name()).with(lanes),
            (Unary::Confidence, _) => sure(&value).number().map_or(Value::NULL, Value::number),
        })
    }

    pub fn binary(&mut self, op: Binary, left: Value, right: Value, span: Span) -> Run {
        let lanes = left.lanes().meet(right.lanes());
        let wrong = |eval: &Self| eval.fail_about(Code::R002, whole(&left).meet(whole(&right)), span);
        let ordered = |accept: fn(Ordering) -> bool| match compare(&left, &right) {
            Some(order) => Ok(Value::bool(order.is_some_and(accept)).with(lanes)),
            None => wrong(self),
        };
        let numbers = left.as_number().zip(right.as_number());
        Ok(match op {
            Binary::Power | Binary::Multiply | Binary::Divide | Binary::Remainder | Binary::Subtract => {
                let Some((a, b)) = numbers else { return wrong(self) };
                Value::number(match op {
                    Binary::Multiply => a * b,
                    Binary::Subtract => a - b,
                    // As JavaScript: 1 and -1 to an infinite power is no number.
                    Binary::Power if b.is_nan() || a.abs() == 1.0 && b.is_infinite() => f64::NAN,
                    Binary::Power => a.powf(b),
                    _ if b == 0.0 => return self.fail(Code::R007, span),
                    Binary::Divide => a / b,
                    _ => a % b,
                })
                .with(lanes)
            }
            Binary::Add => match numbers {
                Some((a, b)) => Value::number(a + b).with(lanes),
                None if left.as_text().is_some() || right.as_text().is_some() => self.joined(&[left, right], span)?,
                None => return wrong(self),
            },
            Binary::Less => ordered(Ordering::is_lt)?,
            Binary::LessEqual => ordered(Ordering::is_le)?,
            Binary::Greater => ordered(Ordering::is_gt)?,
            Binary::GreaterEqual => ordered(Ordering::is_ge)?,
            Binary::Equal => Value::bool(equal(&left, &right)).with(equal_lanes(&left, &right)),
            Binary::NotEqual => Value::bool(!equal(&left, &right)).with(equal_lanes(&left, &right)),
            Binary::In => match right.view() {
                View::List(it) => {
                    let mut seen = lanes;
                    let found = it.iter().any(|it| {
                        seen = seen.meet(equal_lanes(it, &left));
                        equal(it, &left)
                    });
                    Value::bool(found).with(seen)
                }
                View::Object(it) => {
                    let name = self.key_text(&PathKey { value: left.clone(), from_end: false }, span)?;
                    Value::bool(it.get(&name).is_some()).with(lanes)
                }
                _ => return self.blame(Code::R002, &right, span),
            },
            Binary::State => state(left, self.confidence_of(&right, span)?),
            Binary::Gate => self.gate(left, right, span)?,
            Binary::Chain | Binary::Under => right.under(whole(&left)),
            Binary::Both if left.truth() && right.truth() => right.under(lanes),
            Binary::Either if !left.truth() && !right.truth() => right.under(lanes),
            Binary::Both if left.truth() != right.truth() => [left, right].into_iter().find(|it| !it.truth()).unwrap(),
            Binary::Either if left.truth() != right.truth() => [left, right].into_iter().find(Value::truth).unwrap(),
            Binary::Best | Binary::Both | Binary::Either if sure(&right) > sure(&left) => right,
            Binary::Best | Binary::Both | Binary::Either => left,
        })
    }

    /// `x ~@> t`, `x ~?> t`, `gate(x, t)`.
    pub fn gate(&mut self, x: Value, t: Value, span: Span) -> Run {
        let passes = |least: Confidence| sure(&x).is_known() && sure(&x) >= least;
        match t.view() {
            View::Closure(_) | View::Native(_) if passes(self.bands()[0]) => self.call(&t, vec![x], span, 1),
            View::List(it) if it.len() == 2 => {
                let least = self.confidence_of(&it.items()[0], span)?;
                Ok(if passes(least) { x } else { it.items()[1].clone().under(t.lanes()) })
            }
            View::List(_) => self.fail(Code::R005, span),
            View::Number(_) if passes(self.confidence_of(&t, span)?) => Ok(x),
            View::Closure(_) | View::Native(_) | View::Number(_) => Ok(Value::NULL.with(whole(&x))),
            _ => self.blame(Code::R020, &t, span),
        }
    }

    pub fn logical(&mut self, op: Logical, left: Value, right: impl FnOnce(&mut Self) -> Run) -> Run {
        let lanes = left.lanes();
        Ok(match op {
            Logical::And if left.truth() => right(self)?.under(lanes),
            Logical::Or if !left.truth() => right(self)?.under(lanes),
            Logical::Coalesce if left.is_null() => right(self)?,
            Logical::OrElse if self.is_poor(&left) => right(self)?,
            _ => left,
        })
    }

    /// Null, in the low band, or unknown.
    pub fn is_poor(&self, value: &Value) -> bool {
        value.is_null() || sure(value) < self.bands()[1]
    }

    /// Whether a value is as sure as a threshold, which is no null.
    pub fn asked(&mut self, value: &Value, threshold: &Expr) -> Run {
        let least = self.eval(threshold)?;
        let yes = Value::bool(sure(value) >= self.confidence_of(&least, threshold.span)?).with(least.lanes());
        if least.is_null() { self.fail(Code::R020, threshold.span) } else { Ok(yes) }
    }

    /// A number from the script as a confidence; null is unknown.
    pub fn confidence_of(&self, value: &Value, span: Span) -> Run<Confidence> {
        match value.view() {
            View::Null => Ok(Confidence::UNKNOWN),
            View::Number(it) if (0.0..=1.0).contains(&it) => Ok(confidence(it)),
            _ => self.blame(Code::R020, value, span),
        }
    }

    fn range(&mut self, [low, high]: [&Expr; 2], inclusive: bool, span: Span) -> Run {
        let (low, high) = (self.eval(low)?, self.eval(high)?);
        let ends = low.as_number().zip(high.as_number()).filter(|(low, high)| low.is_finite() && high.is_finite());
        let Some((low_end, high_end)) = ends else { return self.fail(Code::R002, span) };
        self.task.tick((high_end - low_end) as u64)?;
        // Added up they would round again and again. There is no zero below zero in it.
        let numbers = (0_u32..).map(|at| low_end + f64::from(at));
        let lanes = low.lanes().meet(high.lanes());
        let within = numbers.take_while(|at| *at < high_end || inclusive && *at == high_end);
        let list = Value::list(within.map(|at| Value::number(at).with(lanes)).collect());
        self.made(list, span).map(|list| list.with(lanes))
    }

    /// `[a, ...b]`: its structure is as sure as those of what is spread.
    pub fn list(&mut self, elements: &[Element], span: Span) -> Run {
        let values = elements.iter().map(|element| match element {
            Element::One(it) | Element::Spread(it) => Ok((matches!(element, Element::One(_)), self.eval(it)?)),
        });
        let (mut items, mut lanes) = (Vec::new(), Lanes::EXACT);
        for (one, value) in values.collect::<Run<Vec<_>>>()? {
            lanes = if one { lanes } else { lanes.meet(value.lanes()) };
            items.extend(if one { vec![value] } else { self.elements(&value, span)? });
        }
        self.new_list(items, lanes, span)
    }

    /// `{ a: 1, [k]: 2, ...o }`: everything is evaluated first.
    fn object(&mut self, members: &[Member], span: Span) -> Run {
        let values = members.iter().map(|member| match member {
            Member::Entry(key, value) => Ok((Some(self.key(key)?), self.eval(value)?)),
            Member::Spread(it) => Ok((None, self.eval(it)?)),
        });
        let (mut object, mut lanes) = (Object::empty(), Lanes::EXACT);
        for (name, value) in values.collect::<Run<Vec<_>>>()? {
            lanes = lanes.meet(name.as_ref().map_or(value.lanes(), |name| name.value.lanes()));
            let entries = match (name, value.view()) {
                (Some(name), _) => vec![(key(&self.key_text(&name, span)?), value)],
                (None, View::Null) => Vec::new(),
                (None, View::Object(it)) => it.iter().cloned().collect(),
                _ => return self.blame(Code::R004, &value, span),
            };
            for (name, value) in entries {
                self.made(object.insert(name, value), span)?;
            }
        }
        Ok(Value::from(object).with(lanes))
    }

    /// The elements of what is taken apart, each at its own confidence.
    pub fn elements(&self, source: &Value, span: Span) -> Run<Vec<Value>> {
        match source.view() {
            View::List(it) => Ok(it.items().to_vec()),
            View::Text(it) => Ok(it.chars().map(|it| Value::text(&it.to_string()).with(source.lanes())).collect()),
            _ => self.blame(Code::R004, source, span),
        }
    }

    /// The text of several values, no longer than a text may be.
    fn joined(&self, values: &[Value], span: Span) -> Run {
        let text = values.iter().map(|it| self.render(it, span)).collect::<Run<String>>()?;
        self.task.tick(text.len() as u64 / 64)?;
        self.made(meter().text(text.len() as u64), span)?;
        Ok(Value::text(&text).with(values.iter().fold(Lanes::EXACT, |lanes, it| lanes.meet(whole(it)))))
    }

    /// The text of a value: numbers, booleans and null rendered, lists and objects as JSON, an error as its message.
    pub fn render(&self, value: &Value, span: Span) -> Run<String> {
        self.made(display::render(value, &mut meter()), span)
    }
}

/// A key of a path, evaluated.
#[derive(Clone, Debug)]
pub struct PathKey {
    pub value: Value,
    /// A literal negative index, which counts from the end.
    pub from_end: bool,
}

/// Whether a value can be called.
pub fn is_function(value: &Value) -> bool {
    value.kind() == Type::Function
}
