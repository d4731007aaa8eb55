//! Walks expressions in the most obvious way.

use super::data::*;
use super::task::Task;
use prism::diagnostic::Code;
use prism::hir::*;
use prism::source::Span;
use prism::syntax::ast::Band;
use prism::value::{Confidence, Lanes};
use std::cmp::Ordering;
use std::sync::Arc;

/// What leaves an expression instead of a value.
#[derive(Clone, Debug)]
pub enum Flow {
    Break,
    Leave,
    Continue,
    Return(Val),
    Throw(Arc<Thrown>),
    Cancelled,
    /// A built-in that the reference does not have.
    Unknown(&'static str),
}

pub type Run<T = Val> = Result<T, Flow>;

/// One activation of a function.
pub struct Eval<'t> {
    pub task: &'t mut Task,
    pub program: Arc<Program>,
    pub id: FunctionId,
    pub locals: Vec<Shared>,
    pub captures: Vec<Shared>,
}

impl Eval<'_> {
    pub fn fail<T>(&self, code: Code, span: Span) -> Run<T> {
        Err(Flow::Throw(self.task.fault(code, self.function().file, span)))
    }

    pub fn function(&self) -> &Function {
        &self.program.functions[self.id.0 as usize]
    }

    pub fn bands(&self) -> Bands {
        self.function().bands
    }

    pub fn variable(&self, variable: Variable) -> Shared {
        match variable {
            Variable::Local(id) => self.locals[id.0 as usize].clone(),
            Variable::Capture(id) => self.captures[id.0 as usize].clone(),
            Variable::Global(id) => self.task.world.globals.lock().unwrap()[id.0 as usize].clone(),
        }
    }

    /// A new variable of this name, as each entry of a scope and each turn of a loop makes.
    fn fresh(&mut self, variable: Variable, value: Option<Val>) {
        let slot = Slot::new(self.task.id, value);
        match variable {
            Variable::Local(id) => self.locals[id.0 as usize] = slot,
            Variable::Capture(_) => unreachable!("a function declares no variable of another"),
            Variable::Global(id) => self.task.world.globals.lock().unwrap()[id.0 as usize] = slot,
        }
    }

    pub fn read(&self, variable: Variable, span: Span) -> Run {
        match self.variable(variable).value.lock().unwrap().clone() {
            Some(value) => self.task.tick(value.size()).map(|()| value),
            None => self.fail(Code::R017, span),
        }
    }

    pub fn write(&self, variable: Variable, value: Val, span: Span) -> Run<()> {
        let slot = self.variable(variable);
        if slot.owner != self.task.id {
            return self.fail(Code::R045, span);
        }
        *slot.value.lock().unwrap() = Some(value);
        Ok(())
    }

    pub fn eval(&mut self, expr: &Expr) -> Run {
        let span = expr.span;
        Ok(match &expr.kind {
            ExprKind::Null => Val::null(),
            ExprKind::Bool(it) => Val::bool(*it),
            ExprKind::Number(it) => Val::number(*it),
            ExprKind::Text(it) => Data::Text(it.clone()).into(),
            ExprKind::Regex { source, flags } => {
                let entries = [("source", source), ("flags", flags)];
                let entries = entries.map(|(key, it)| (key.into(), Data::Text(it.clone()).into()));
                Data::Object(entries.into_iter().collect()).into()
            }
            ExprKind::Template(parts) => {
                let mut values = Vec::new();
                for part in parts {
                    values.push(match part {
                        Part::Text(it) => Data::Text(it.clone()).into(),
                        Part::Hole(hole) => self.eval(hole)?,
                    });
                }
                let texts = values.iter().map(|it| self.render(it, span)).collect::<Run<Vec<_>>>()?;
                Val::text(&texts.concat()).with(values.iter().fold(Lanes::EXACT, |lanes, it| lanes.meet(it.whole())))
            }
            ExprKind::List(elements) => self.list(elements, span)?,
            ExprKind::Object(members) => {
                let mut values = Vec::new();
                for member in members {
                    values.push(match member {
                        Member::Entry(key, value) => (Some(self.key(key)?), self.eval(value)?),
                        Member::Spread(it) => (None, self.eval(it)?),
                    });
                }
                let (mut object, mut lanes) = (Object::new(), Lanes::EXACT);
                for (key, value) in values {
                    lanes = lanes.meet(key.as_ref().map_or(value.lanes, |key| key.value.lanes));
                    match (key, value.data) {
                        (Some(key), data) => {
                            object.insert(self.key_text(&key, span)?, Val { data, lanes: value.lanes });
                        }
                        (None, Data::Null) => {}
                        (None, Data::Object(it)) => object.extend(it),
                        _ => return self.fail(Code::R004, span),
                    }
                }
                Val::from(Data::Object(object)).with(lanes)
            }
            ExprKind::Read(variable) => self.read(*variable, span)?,
            ExprKind::Builtin(id) => Data::Builtin(*id).into(),
            ExprKind::Input => self.task.world.input.clone(),
            ExprKind::Agents => self.task.world.all_agents(),
            ExprKind::AgentList => self.task.world.agent_list(),
            ExprKind::Function(id) => self.closure(*id),
            ExprKind::Unary(op, it) => {
                let value = self.eval(it)?;
                self.unary(*op, value, span)?
            }
            ExprKind::Binary { first, rest } => {
                let mut left = self.eval(first)?;
                for (op, _, right) in rest {
                    let at = first.span.to(right.span);
                    let right = self.eval(right)?;
                    left = self.binary(*op, left, right, at)?;
                }
                left
            }
            ExprKind::Logical { first, rest } => {
                let mut left = self.eval(first)?;
                for (op, right) in rest {
                    left = self.logical(*op, left, |eval| eval.eval(right))?;
                }
                left
            }
            ExprKind::Ask { value, threshold } => {
                let value = self.eval(value)?;
                if let ExprKind::Number(it) = &threshold.kind {
                    let least = self.confidence_of(&Val::number(*it), span)?;
                    return Ok(Val::bool(value.truth() && value.confidence() >= least).with(value.lanes));
                }
                self.logical(Logical::And, value.clone(), |eval| {
                    let least = eval.eval(threshold)?;
                    let sure = eval.unary(Unary::Confidence, value, span)?;
                    eval.binary(Binary::GreaterEqual, sure, least, span)
                })?
            }
            ExprKind::Range { low, high, inclusive } => {
                let (low, high) = (self.eval(low)?, self.eval(high)?);
                self.range(&low, &high, *inclusive, span)?
            }
            ExprKind::Chain { base, links } => self.chain(base, links)?,
            ExprKind::Instance(it, kind) => {
                let value = self.eval(it)?;
                Val::bool(self.fits(&value, kind)).with(value.whole())
            }
            ExprKind::Fork { form, tasks, before, after } => self.fork(*form, tasks, before, after, span)?,
            ExprKind::If { arms, otherwise } => {
                let mut deciders = Lanes::EXACT;
                for (condition, then) in arms {
                    let condition = self.eval(condition)?;
                    deciders = deciders.meet(condition.lanes);
                    if condition.truth() {
                        return Ok(self.eval(then)?.under(deciders));
                    }
                }
                match otherwise {
                    Some(it) => self.eval(it)?.under(deciders),
                    None => Val::null().under(deciders),
                }
            }
            ExprKind::Match { subject, arms } => {
                let subject = self.eval(subject)?;
                let mut deciders = Lanes::EXACT;
                for arm in arms {
                    self.fresh_names(std::slice::from_ref(&arm.pattern), false);
                    if !self.take_apart(&arm.pattern, &subject, Some(&mut deciders))? {
                        continue;
                    }
                    if let Some(guard) = &arm.guard {
                        let guard = self.eval(guard)?;
                        deciders = deciders.meet(guard.lanes);
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
                let mut deciders = Lanes::EXACT;
                let mut chosen = None;
                'cases: for case in cases {
                    for test in &case.tests {
                        let test = self.eval(test)?;
                        deciders = deciders.meet(equal_lanes(&subject, &test));
                        if equal(&subject, &test) {
                            chosen = Some(case);
                            break 'cases;
                        }
                    }
                }
                match chosen.or(cases.iter().find(|case| case.default)) {
                    None => Val::null().under(deciders),
                    Some(case) => match self.eval(&case.body) {
                        Err(Flow::Leave) => Val::null().under(deciders),
                        other => other?.under(deciders),
                    },
                }
            }
            ExprKind::Uncertain { subject, branches } => {
                let subject = self.eval(subject)?;
                self.route(subject.confidence(), branches, span)?
            }
            ExprKind::Try { body, handler, finalizer } => {
                let mut result = self.eval(body);
                if let (Err(Flow::Throw(thrown)), Some((pattern, handler))) = (&result, handler)
                    && !(Code::R090..=Code::R097).contains(&thrown.code)
                {
                    let caught = Val::from(Data::Error(thrown.clone())).with(thrown.lanes);
                    result = (|| {
                        if let Some(pattern) = pattern {
                            self.fresh_names(std::slice::from_ref(pattern), false);
                            self.bind(pattern, caught)?;
                        }
                        self.eval(handler)
                    })();
                }
                if let Some(finalizer) = finalizer {
                    self.eval(finalizer)?;
                }
                result?
            }
            ExprKind::Block(block) => self.block(block)?,
            ExprKind::Let { pattern, value } => {
                let value = match value {
                    Some(it) => self.eval(it)?,
                    None => Val::null(),
                };
                self.bind(pattern, value)?;
                Val::null()
            }
            ExprKind::Assign { target, operator, value } => self.assign(target, *operator, value, span)?,
            ExprKind::Unpack { pattern, value } => {
                let value = self.eval(value)?;
                self.bind(pattern, value.clone())?;
                value
            }
            ExprKind::Step { target, by, prefix } => self.step(target, *by, *prefix, span)?,
            ExprKind::Delete(target) => self.delete(target, span)?,
            ExprKind::While { condition, max, body, late } => {
                let max = self.turns(max)?;
                let mut turn = 0.0;
                while turn < max {
                    let mut subject = Val::null();
                    if !late || turn > 0.0 {
                        subject = self.eval(condition)?;
                        if !subject.truth() {
                            break;
                        }
                    }
                    if self.turn(body, |_| Ok(subject.confidence()))? {
                        break;
                    }
                    turn += 1.0;
                    self.task.tick(1)?;
                }
                Val::null()
            }
            ExprKind::ForEach { patterns, source, max, body } => {
                let walked = self.eval(source)?;
                let max = self.turns(max)?;
                for (turn, (first, second)) in self.walk(&walked, source.span)?.into_iter().enumerate() {
                    if turn as f64 >= max {
                        break;
                    }
                    self.fresh_names(patterns, false);
                    let confidence = first.confidence();
                    self.bind(&patterns[0], first)?;
                    if let Some(pattern) = patterns.get(1) {
                        self.bind(pattern, second)?;
                    }
                    if self.turn(body, |_| Ok(confidence))? {
                        break;
                    }
                    self.task.tick(1)?;
                }
                Val::null()
            }
            ExprKind::ForCount { init, fresh, condition, step, max, body } => {
                for local in fresh {
                    self.fresh(Variable::Local(*local), Some(Val::null()));
                }
                if let Some(init) = init {
                    self.eval(init)?;
                }
                let max = self.turns(max)?;
                let mut turn = 0.0;
                while turn < max {
                    self.copy_fresh(fresh);
                    if let Some(condition) = condition
                        && !self.eval(condition)?.truth()
                    {
                        break;
                    }
                    let first = fresh.first().copied();
                    let counter = |eval: &mut Self| match first {
                        Some(local) => Ok(eval.read(Variable::Local(local), span)?.confidence()),
                        None => Ok(Confidence::ONE),
                    };
                    if self.turn(body, counter)? {
                        break;
                    }
                    self.copy_fresh(fresh);
                    if let Some(step) = step {
                        self.eval(step)?;
                    }
                    turn += 1.0;
                    self.task.tick(1)?;
                }
                Val::null()
            }
            ExprKind::Return(it) => {
                let value = match it {
                    Some(it) => self.eval(it)?,
                    None => Val::null(),
                };
                return Err(Flow::Return(value));
            }
            ExprKind::Throw(it) => {
                let value = self.eval(it)?;
                return Err(Flow::Throw(self.thrown(value, span)));
            }
            ExprKind::Break => return Err(Flow::Break),
            ExprKind::Leave => return Err(Flow::Leave),
            ExprKind::Continue => return Err(Flow::Continue),
            ExprKind::Context { name, body } => {
                let label = self.eval(name)?;
                let label = self.render(&label, name.span)?;
                self.task.contexts.push(label.into());
                let result = self.eval(body);
                self.task.contexts.pop();
                result?
            }
            ExprKind::Bind { name, value } => {
                let value = self.eval(value)?;
                self.task.world.bind_agent(name, &value);
                Val::null()
            }
        })
    }

    /// `throw x`: an error that was caught goes on unchanged.
    fn thrown(&self, value: Val, span: Span) -> Arc<Thrown> {
        let lanes = value.lanes;
        if let Data::Error(thrown) = &value.data {
            return Arc::new(Thrown { lanes, ..(**thrown).clone() });
        }
        let message = match &value.data {
            Data::Text(_) => value.clone(),
            _ => Val::text(&super::native::brief(&value)).with(value.whole()),
        };
        let (kind, file) = ("thrown".into(), self.function().file);
        Arc::new(Thrown { kind, code: Code::R001, message, data: value, lanes: Lanes::EXACT, file, span })
    }

    pub fn closure(&self, id: FunctionId) -> Val {
        let captures = self.program.functions[id.0 as usize].captures.iter().map(|it| self.variable(it.from)).collect();
        Data::Closure(Arc::new(Closure { function: id, captures })).into()
    }

    fn block(&mut self, block: &Block) -> Run {
        for expr in &block.exprs {
            if let ExprKind::Let { pattern, .. } = &expr.kind {
                self.fresh_names(std::slice::from_ref(pattern), true);
            }
        }
        for (variable, _) in &block.functions {
            self.fresh(*variable, None);
        }
        for (variable, function) in &block.functions {
            let closure = self.closure(*function);
            *self.variable(*variable).value.lock().unwrap() = Some(closure);
        }
        let mut last = Val::null();
        for expr in &block.exprs {
            last = self.eval(expr)?;
        }
        Ok(last)
    }

    /// Fresh variables for the names that patterns declare.
    fn fresh_names(&mut self, patterns: &[Pattern], empty: bool) {
        for pattern in patterns {
            match &pattern.kind {
                PatternKind::Bind(variable) => self.fresh(*variable, (!empty).then(Val::null)),
                PatternKind::Ignore | PatternKind::Place(_) | PatternKind::Equal(_) => {}
                PatternKind::List { elements, rest } => {
                    self.fresh_names(elements, empty);
                    rest.iter().for_each(|rest| self.fresh_names(std::slice::from_ref(rest), empty));
                }
                PatternKind::Object { entries, rest } => {
                    entries.iter().for_each(|(_, entry)| self.fresh_names(std::slice::from_ref(entry), empty));
                    rest.iter().for_each(|rest| self.fresh_names(std::slice::from_ref(rest), empty));
                }
                PatternKind::Default(inner, _) | PatternKind::Sure(inner, _) => {
                    self.fresh_names(std::slice::from_ref(inner), empty);
                }
                PatternKind::Either(all) => self.fresh_names(all, empty),
            }
        }
    }

    fn copy_fresh(&mut self, fresh: &[LocalId]) {
        for local in fresh {
            let value = self.locals[local.0 as usize].value.lock().unwrap().clone();
            self.fresh(Variable::Local(*local), value);
        }
    }

    /// Runs the body of a loop once; whether the loop ends.
    fn turn(&mut self, body: &Body, confidence: impl FnOnce(&mut Self) -> Run<Confidence>) -> Run<bool> {
        let result = match body {
            Body::Plain(body) => self.eval(body),
            Body::Bands(branches) => {
                let confidence = confidence(self)?;
                self.route(confidence, branches, branches.first().map_or(Span::default(), |branch| branch.span))
            }
        };
        match result {
            Ok(_) | Err(Flow::Continue) => Ok(false),
            Err(Flow::Break) => Ok(true),
            Err(other) => Err(other),
        }
    }

    /// The `max` of a loop: a whole number from 0.
    fn turns(&mut self, max: &Option<Box<Expr>>) -> Run<f64> {
        let Some(max) = max else { return Ok(f64::INFINITY) };
        match self.eval(max)?.data {
            Data::Number(it) if it >= 0.0 && it.fract() == 0.0 && it.is_finite() => Ok(it),
            _ => self.fail(Code::R021, max.span),
        }
    }

    /// What a `for` walks: with two names value and index of a list, key and value of an object.
    fn walk(&self, source: &Val, span: Span) -> Run<Vec<(Val, Val)>> {
        let own = source.lanes;
        let index = |i: usize| Val::number(i as f64).with(own);
        Ok(match &source.data {
            Data::List(it) => it.iter().enumerate().map(|(i, it)| (it.clone().under(own), index(i))).collect(),
            Data::Text(it) => {
                it.chars().enumerate().map(|(i, it)| (Val::text(&it.to_string()).with(own), index(i))).collect()
            }
            Data::Object(it) => {
                let entry = |(key, value): (&Arc<str>, &Val)| (Val::text(key).with(own), value.clone().under(own));
                it.iter().map(entry).collect()
            }
            _ => return self.fail(Code::R005, span),
        })
    }

    /// Section 4: to the first band that is reached.
    fn route(&mut self, confidence: Confidence, branches: &[Branch], span: Span) -> Run {
        let bands = self.bands();
        let mut least = [number_confidence(bands.high), number_confidence(bands.medium), Confidence::ZERO];
        let place = |band: Band| match band {
            Band::High => 0,
            Band::Medium => 1,
            Band::Low => 2,
            Band::Default => 3,
        };
        for branch in branches {
            if let Some(threshold) = &branch.threshold {
                let value = self.eval(threshold)?;
                least[place(branch.band)] = self.confidence_of(&value, span)?;
            }
        }
        let find = |band: usize| branches.iter().find(|branch| place(branch.band) == band);
        let own = branches.iter().any(|branch| branch.threshold.is_some());
        if own && !(least[0] > least[1] && least[1] > least[2]) {
            return self.fail(Code::R020, span);
        }
        let band = least.iter().position(|least| confidence.is_known() && confidence >= *least);
        let chosen = match band {
            Some(band) => find(band).or(find(3)),
            None if confidence.is_known() => find(3),
            None => find(3).or(find(2)),
        };
        match chosen {
            Some(branch) => self.eval(&branch.body),
            None => Ok(Val::null()),
        }
    }

    pub fn unary(&self, op: Unary, value: Val, span: Span) -> Run {
        let lanes = value.lanes;
        Ok(match (op, &value.data) {
            (Unary::Negate, Data::Number(it)) => Val::number(-it).with(lanes),
            (Unary::Plus, Data::Number(_)) => value,
            (Unary::Negate | Unary::Plus, _) => return self.fail(Code::R002, span),
            (Unary::Not, _) => Val::bool(!value.truth()).with(lanes),
            (Unary::Typeof, _) => Val::text(value.kind()).with(lanes),
            (Unary::Confidence, _) => match value.confidence().number() {
                Some(it) => Val::number(it),
                None => Val::null(),
            },
        })
    }

    pub fn binary(&mut self, op: Binary, left: Val, right: Val, span: Span) -> Run {
        let lanes = left.lanes.meet(right.lanes);
        let ordered = |accept: fn(Ordering) -> bool| match compare(&left, &right) {
            Some(order) => Ok(Val::bool(order.is_some_and(accept)).with(lanes)),
            None => self.fail(Code::R002, span),
        };
        Ok(match op {
            Binary::Power | Binary::Multiply | Binary::Divide | Binary::Remainder | Binary::Subtract => {
                let (Data::Number(a), Data::Number(b)) = (&left.data, &right.data) else {
                    return self.fail(Code::R002, span);
                };
                Val::number(match op {
                    Binary::Multiply => a * b,
                    Binary::Subtract => a - b,
                    Binary::Power => power(*a, *b),
                    _ if *b == 0.0 => return self.fail(Code::R007, span),
                    Binary::Divide => a / b,
                    _ => a % b,
                })
                .with(lanes)
            }
            Binary::Add => match (&left.data, &right.data) {
                (Data::Number(a), Data::Number(b)) => Val::number(a + b).with(lanes),
                (Data::Text(_), _) | (_, Data::Text(_)) => {
                    let text = self.render(&left, span)? + &self.render(&right, span)?;
                    Val::text(&text).with(left.whole().meet(right.whole()))
                }
                _ => return self.fail(Code::R002, span),
            },
            Binary::Less => ordered(Ordering::is_lt)?,
            Binary::LessEqual => ordered(Ordering::is_le)?,
            Binary::Greater => ordered(Ordering::is_gt)?,
            Binary::GreaterEqual => ordered(Ordering::is_ge)?,
            Binary::Equal => Val::bool(equal(&left, &right)).with(equal_lanes(&left, &right)),
            Binary::NotEqual => Val::bool(!equal(&left, &right)).with(equal_lanes(&left, &right)),
            Binary::In => match &right.data {
                Data::List(it) => {
                    let mut seen = lanes;
                    let found = it.iter().any(|it| {
                        seen = seen.meet(equal_lanes(it, &left));
                        equal(it, &left)
                    });
                    Val::bool(found).with(seen)
                }
                Data::Object(it) => {
                    let key = PathKey { value: left.clone(), from_end: false };
                    let name = self.key_text(&key, span)?;
                    Val::bool(it.contains_key(&name)).with(lanes)
                }
                _ => return self.fail(Code::R002, span),
            },
            Binary::State => {
                let confidence = self.confidence_of(&right, span)?;
                left.state(confidence)
            }
            Binary::Gate => self.gate(left, right, span)?,
            Binary::Best if right.confidence() > left.confidence() => right,
            Binary::Best => left,
            Binary::Chain | Binary::Under => right.under(left.whole()),
            Binary::Both => match (left.truth(), right.truth()) {
                (true, true) => right.under(lanes),
                (true, false) => right,
                (false, true) => left,
                (false, false) if right.confidence() > left.confidence() => right,
                (false, false) => left,
            },
            Binary::Either => match (left.truth(), right.truth()) {
                (false, false) => right.under(lanes),
                (false, true) => right,
                (true, false) => left,
                (true, true) if right.confidence() > left.confidence() => right,
                (true, true) => left,
            },
        })
    }

    /// `x ~@> t`, `x ~?> t`, `gate(x, t)`.
    pub fn gate(&mut self, x: Val, t: Val, span: Span) -> Run {
        let sure = x.confidence();
        let nothing = Val::null().with(x.whole());
        match &t.data {
            Data::Closure(_) | Data::Builtin(_) => {
                if sure.is_known() && sure >= number_confidence(self.bands().high) {
                    return self.call(&t, vec![x], span, 1);
                }
                Ok(nothing)
            }
            Data::List(it) if it.len() == 2 => {
                let least = self.confidence_of(&it[0], span)?;
                let otherwise = it[1].clone().under(t.lanes);
                Ok(if sure.is_known() && sure >= least { x } else { otherwise })
            }
            Data::Number(_) => {
                let least = self.confidence_of(&t, span)?;
                Ok(if sure.is_known() && sure >= least { x } else { nothing })
            }
            _ => self.fail(Code::R020, span),
        }
    }

    pub fn logical(&mut self, op: Logical, left: Val, right: impl FnOnce(&mut Self) -> Run) -> Run {
        let lanes = left.lanes;
        Ok(match op {
            Logical::And if left.truth() => right(self)?.under(lanes),
            Logical::Or if !left.truth() => right(self)?.under(lanes),
            Logical::Coalesce if left.is_null() => right(self)?,
            Logical::OrElse if self.is_poor(&left) => right(self)?,
            _ => left,
        })
    }

    /// Null, in the low band, or unknown.
    pub fn is_poor(&self, value: &Val) -> bool {
        value.is_null() || value.confidence() < number_confidence(self.bands().medium)
    }

    /// A number from the script as a confidence; null is unknown.
    pub fn confidence_of(&self, value: &Val, span: Span) -> Run<Confidence> {
        match value.data {
            Data::Null => Ok(Confidence::UNKNOWN),
            Data::Number(it) if (0.0..=1.0).contains(&it) => Ok(number_confidence(it)),
            _ => self.fail(Code::R020, span),
        }
    }

    pub fn range(&self, low: &Val, high: &Val, inclusive: bool, span: Span) -> Run {
        let lanes = low.lanes.meet(high.lanes);
        let (Data::Number(low), Data::Number(high)) = (&low.data, &high.data) else {
            return self.fail(Code::R002, span);
        };
        if !low.is_finite() || !high.is_finite() {
            return self.fail(Code::R002, span);
        }
        let (mut items, mut at) = (Vec::new(), *low);
        while at < *high || inclusive && at == *high {
            items.push(Val::number(at).with(lanes));
            at += 1.0;
        }
        Ok(Val::list(items).with(lanes))
    }

    /// `[a, ...b]`: its structure is as sure as those of what is spread.
    pub fn list(&mut self, elements: &[Element], span: Span) -> Run {
        let mut values = Vec::new();
        for element in elements {
            values.push(match element {
                Element::One(it) => (false, self.eval(it)?),
                Element::Spread(it) => (true, self.eval(it)?),
            });
        }
        let (mut items, mut lanes) = (Vec::new(), Lanes::EXACT);
        for (spread, value) in values {
            if spread {
                lanes = lanes.meet(value.lanes);
                items.extend(self.elements(&value, span)?);
            } else {
                items.push(value);
            }
        }
        Ok(Val::list(items).with(lanes))
    }

    /// The elements of what is taken apart, each at its own confidence.
    pub fn elements(&self, source: &Val, span: Span) -> Run<Vec<Val>> {
        match &source.data {
            Data::List(it) => Ok(it.clone()),
            Data::Text(it) => Ok(it.chars().map(|it| Val::text(&it.to_string()).with(source.lanes)).collect()),
            _ => self.fail(Code::R004, span),
        }
    }
}

/// A number from 0 to 1 in steps.
pub fn number_confidence(number: f64) -> Confidence {
    Confidence::from_number(number).expect("a number from 0 to 1")
}

/// As JavaScript: 1 and -1 to an infinite power is no number.
fn power(a: f64, b: f64) -> f64 {
    if b.is_nan() || a.abs() == 1.0 && b.is_infinite() { f64::NAN } else { a.powf(b) }
}

/// A key of a path, evaluated.
#[derive(Clone, Debug)]
pub struct PathKey {
    pub value: Val,
    /// A literal negative index, which counts from the end.
    pub from_end: bool,
}
