//! Calls: functions, methods, agents, and the built-ins that change a value or call back.

use super::data::*;
use super::eval::{Eval, Flow, Run};
use super::native::Outside;
use super::task::Task;
use prism::builtin::{self, Body, Mutation};
use prism::diagnostic::Code;
use prism::hir::*;
use prism::host::Purpose;
use prism::source::Span;
use prism::value::{Confidence, Evidence, Lanes, Value};
use std::cmp::Ordering;
use std::sync::Arc;

impl Eval<'_> {
    /// Calls what should be a function; a built-in hands over only as many arguments as it takes, of which the
    /// first `needed` carry the meaning; 0 for a call that is written.
    pub fn call(&mut self, callee: &Val, mut arguments: Vec<Val>, span: Span, needed: usize) -> Run {
        let result = match &callee.data {
            Data::Closure(closure) => {
                let function = &self.program.functions[closure.function.0 as usize];
                if needed > 0 && !function.parameters.iter().any(|it| it.rest) {
                    arguments.truncate(function.parameters.len());
                }
                self.call_function(closure, arguments, span)?
            }
            Data::Builtin(id) => {
                if needed > 0 {
                    arguments.truncate(id.as_callback(arguments.len(), needed));
                }
                self.builtin(*id, arguments, span)?
            }
            _ => return self.fail(Code::R006, span),
        };
        Ok(result.under(callee.lanes))
    }

    fn call_function(&mut self, closure: &Closure, arguments: Vec<Val>, span: Span) -> Run {
        let program = self.program.clone();
        let function = &program.functions[closure.function.0 as usize];
        if arguments.len() > function.parameters.len() && !function.parameters.last().is_some_and(|it| it.rest) {
            return self.fail(Code::R008, span);
        }
        self.task.depth += 1;
        if self.task.depth > 2_000 {
            return self.fail(Code::R092, span);
        }
        let result = run_function(self.task, &program, closure, arguments);
        self.task.depth -= 1;
        result
    }

    /// Whether `x?.m()` finds no method.
    pub fn method_missing(&self, receiver: &Val, name: &str) -> bool {
        match &receiver.data {
            Data::Object(it) => match it.get(name) {
                Some(own) => own.is_null(),
                None => super::native::method(receiver, name).is_none(),
            },
            Data::Agent(_) => false,
            _ => super::native::method(receiver, name).is_none(),
        }
    }

    /// `x.name(arguments)`: an agent's method, a function of one's own under that key, or a built-in.
    pub fn call_method(&mut self, receiver: &Val, name: &str, arguments: Vec<Val>, span: Span) -> Run {
        match &receiver.data {
            Data::Agent(agent) => return self.ask(&agent.clone(), receiver.lanes, name, arguments, span),
            Data::Object(it) => {
                if let Some(own) = it.get(name)
                    && matches!(own.data, Data::Closure(_) | Data::Builtin(_))
                {
                    let own = own.clone().under(receiver.lanes);
                    return self.call(&own, arguments, span, 0);
                }
            }
            _ => {}
        }
        self.mutate(receiver.clone(), name, arguments, span).map(|(_, result)| result)
    }

    /// A request to an agent; its answer has the confidence of its extraction strategy, under that of the agent as a value.
    pub fn ask(&mut self, agent: &Arc<Agent>, lanes: Lanes, method: &str, arguments: Vec<Val>, span: Span) -> Run {
        if method == "with" {
            let mut options = agent.options.clone();
            if let Some(Data::Object(more)) = arguments.first().map(|it| &it.data) {
                options.extend(more.clone());
            }
            let copy = Agent { name: agent.name.clone(), options, methods: agent.methods.clone() };
            return Ok(Val::from(Data::Agent(Arc::new(copy))).with(lanes));
        }
        if agent.methods.as_ref().is_some_and(|known| !known.iter().any(|it| **it == *method)) {
            return self.fail(Code::R032, span);
        }
        for argument in &arguments {
            self.crosses(argument, span)?;
        }
        let reply = self.task.request(agent, method, Purpose::Method, arguments)?;
        match reply {
            Ok(answer) => Ok(answer.under(lanes)),
            Err(cause) => self.failed(cause, span),
        }
    }

    /// An agent's failure; what it said of it is its own word.
    pub fn failed<T>(&self, (code, message): (Code, String), span: Span) -> Run<T> {
        let thrown = self.task.fault(code, self.function().file, span);
        let lanes = Lanes::new(Confidence::UNKNOWN, Evidence::Reported);
        let message = if message.is_empty() { thrown.message.clone() } else { Val::text(&message).with(lanes) };
        Err(Flow::Throw(Arc::new(Thrown { message, ..(*thrown).clone() })))
    }

    /// Whether a value may leave: plain data of finite numbers.
    pub fn crosses(&self, value: &Val, span: Span) -> Run<()> {
        match &value.data {
            Data::Number(it) if !it.is_finite() => self.fail(Code::R013, span),
            Data::Closure(_) | Data::Builtin(_) | Data::Agent(_) => self.fail(Code::R014, span),
            _ => value.parts().into_iter().try_for_each(|part| self.crosses(part, span)),
        }
    }

    /// A method that changes what it is called on: the new content and what it gives.
    pub fn mutate(&mut self, old: Val, name: &str, arguments: Vec<Val>, span: Span) -> Run<(Val, Val)> {
        let Some(id) = super::native::method(&old, name) else { return self.fail(Code::R006, span) };
        match (id.entry().kind, id.entry().mutation) {
            (Body::Change(code), _) => {
                let mut outside = Outside::default();
                let mut place = outside.out(&old);
                let mut values: Vec<Value> = arguments.iter().map(|it| outside.out(it)).collect();
                match builtin::run_change(id, code, &mut place, &mut values, &mut super::native::meter()) {
                    Ok(result) => Ok((outside.back(&place), outside.back(&result))),
                    Err(fault) => self.fail(fault.code, span),
                }
            }
            (_, mutation) => {
                let all = [old.clone()].into_iter().chain(arguments).collect();
                let result = self.builtin(id, all, span)?;
                let new = if mutation == Mutation::Replace { result.clone() } else { old };
                Ok((new, result))
            }
        }
    }

    /// A stable merge sort from the top down: halves at ⌊n/2⌋, the comparator is asked with left and right, right goes first if
    /// the answer is above 0. What decided lowers the list.
    pub fn sorted(&mut self, items: Vec<Val>, own: Lanes, by: Option<&Val>, span: Span) -> Run {
        let mut lanes = own;
        if by.is_none() {
            lanes = items.iter().fold(lanes, |lanes, it| lanes.meet(it.whole()));
        }
        let items = self.merge_sort(items, own, by, &mut lanes, span)?;
        Ok(Val::list(items).with(lanes))
    }

    fn merge_sort(
        &mut self,
        mut left: Vec<Val>,
        own: Lanes,
        by: Option<&Val>,
        lanes: &mut Lanes,
        span: Span,
    ) -> Run<Vec<Val>> {
        if left.len() < 2 {
            return Ok(left);
        }
        let right = left.split_off(left.len() / 2);
        let left = self.merge_sort(left, own, by, lanes, span)?;
        let right = self.merge_sort(right, own, by, lanes, span)?;
        let (mut merged, mut left, mut right) = (Vec::new(), left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let right_first = match by {
                Some(by) => {
                    let answer = self.call(by, vec![a.clone().under(own), b.clone().under(own)], span, 2)?;
                    *lanes = lanes.meet(answer.lanes);
                    match answer.data {
                        Data::Number(it) => it > 0.0,
                        Data::Bool(it) => it,
                        Data::Null => false,
                        _ => return self.fail(Code::R005, span),
                    }
                }
                None => self.natural_order(a, b, span)? == Ordering::Greater,
            };
            merged.extend(if right_first { right.next() } else { left.next() });
        }
        Ok(merged.into_iter().chain(left).chain(right).collect())
    }

    /// The order of section 2, where two nulls are equal.
    pub fn natural_order(&self, a: &Val, b: &Val, span: Span) -> Run<Ordering> {
        match compare(a, b) {
            Some(order) => Ok(order.unwrap_or(Ordering::Equal)),
            None => self.fail(Code::R002, span),
        }
    }

    /// The built-ins that call back, over a list.
    pub fn calling_back(&mut self, name: &'static str, arguments: &[Val], span: Span) -> Run {
        let source = &arguments[0];
        let own = source.lanes;
        let by = arguments.get(1).filter(|by| !by.is_null());
        if let ("mapValues", Data::Object(entries), Some(by)) = (name, &source.data, by) {
            let mut object = Object::new();
            for (key, value) in entries {
                let arguments = vec![value.clone().under(own), Val::text(key).with(own), source.clone()];
                object.insert(key.clone(), self.call(by, arguments, span, 1)?);
            }
            return Ok(Val::from(Data::Object(object)).with(own));
        }
        let Data::List(items) = &source.data else { return self.fail(Code::R005, span) };
        if ["sort", "toSorted"].contains(&name) {
            return self.sorted(items.clone(), own, by, span);
        }
        // Without a function, elements are told apart by themselves.
        let itself = ["unique", "countBy"].contains(&name) && by.is_none();
        if !itself && !matches!(by.map(|by| &by.data), Some(Data::Closure(_) | Data::Builtin(_))) {
            return self.fail(Code::R005, span);
        }
        let each = |eval: &mut Self, index: usize| {
            let item = items[index].clone().under(own);
            match by {
                Some(by) => eval.call(by, vec![item, Val::number(index as f64).with(own), source.clone()], span, 1),
                None => Ok(item),
            }
        };
        let mut lanes = own;
        if ["reduce", "reduceRight"].contains(&name) {
            let mut order: Vec<usize> = (0..items.len()).collect();
            if name == "reduceRight" {
                order.reverse();
            }
            let mut order = order.into_iter();
            let mut total = match (arguments.get(2), items.is_empty()) {
                (Some(start), _) => start.clone(),
                (None, true) => return self.fail(Code::R010, span),
                (None, false) => items[order.next().unwrap()].clone().under(own),
            };
            for index in order {
                let item = items[index].clone().under(own);
                let arguments = vec![total, item, Val::number(index as f64).with(own), source.clone()];
                total = self.call(by.unwrap(), arguments, span, 2)?;
            }
            return Ok(total.under(own));
        }
        if ["some", "every", "find", "findIndex", "findLast", "findLastIndex"].contains(&name) {
            let mut order: Vec<usize> = (0..items.len()).collect();
            if name.starts_with("findLast") {
                order.reverse();
            }
            for index in order {
                let answer = each(self, index)?;
                lanes = lanes.meet(answer.lanes);
                if answer.truth() != (name == "every") {
                    return Ok(match name {
                        "some" => Val::bool(true).with(lanes),
                        "every" => Val::bool(false).with(lanes),
                        "findIndex" | "findLastIndex" => Val::number(index as f64).with(lanes),
                        _ => items[index].clone().under(lanes),
                    });
                }
            }
            return Ok(match name {
                "some" => Val::bool(false).with(lanes),
                "every" => Val::bool(true).with(lanes),
                "findIndex" | "findLastIndex" => Val::number(-1.0).with(lanes),
                _ => Val::null().with(lanes),
            });
        }
        if ["minBy", "maxBy"].contains(&name) {
            let wanted = if name == "minBy" { Ordering::Less } else { Ordering::Greater };
            let mut best: Option<(usize, Val)> = None;
            for index in 0..items.len() {
                let key = each(self, index)?;
                lanes = lanes.meet(key.whole());
                let better = match &best {
                    None => true,
                    Some((_, held)) => self.natural_order(&key, held, span)? == wanted,
                };
                if better {
                    best = Some((index, key));
                }
            }
            return Ok(best.map_or(Val::null(), |(index, _)| items[index].clone()).under(lanes));
        }
        let mut answers = Vec::new();
        for index in 0..items.len() {
            answers.push(each(self, index)?);
        }
        lanes = match name {
            "filter" | "partition" => answers.iter().fold(own, |lanes, it| lanes.meet(it.lanes)),
            "flatMap" => answers.iter().filter(|it| it.kind() == "list").fold(own, |lanes, it| lanes.meet(it.lanes)),
            _ => answers.iter().fold(own, |lanes, it| lanes.meet(it.whole())),
        };
        let pairs = || items.iter().cloned().zip(answers.iter().cloned());
        Ok(match name {
            "forEach" => Val::null(),
            "map" => Val::list(answers).with(own),
            "filter" => Val::list(pairs().filter(|(_, it)| it.truth()).map(|(it, _)| it).collect()).with(lanes),
            "partition" => {
                let side = |wanted| pairs().filter(|(_, it)| it.truth() == wanted).map(|(it, _)| it).collect();
                Val::list(vec![Val::list(side(true)).with(lanes), Val::list(side(false)).with(lanes)]).with(lanes)
            }
            "flatMap" => {
                let parts = answers.into_iter().flat_map(|it| match it.data {
                    Data::List(it) => it,
                    _ => vec![it],
                });
                Val::list(parts.collect()).with(lanes)
            }
            "unique" => {
                let first = |index: usize| !answers[..index].iter().any(|it| equal(it, &answers[index]));
                Val::list((0..items.len()).filter(|it| first(*it)).map(|it| items[it].clone()).collect()).with(lanes)
            }
            "groupBy" | "countBy" => {
                let mut groups: indexmap::IndexMap<Arc<str>, Vec<Val>> = Default::default();
                for (item, answer) in pairs() {
                    groups.entry(self.render(&answer, span)?.into()).or_default().push(item);
                }
                let value = |items: Vec<Val>| match name {
                    "groupBy" => Val::list(items).with(lanes),
                    _ => Val::number(items.len() as f64).with(lanes),
                };
                Val::from(Data::Object(groups.into_iter().map(|(key, items)| (key, value(items))).collect()))
                    .with(lanes)
            }
            "sortBy" => {
                let keyed = pairs().map(|(item, key)| Val::list(vec![item, key])).collect();
                Val::list(self.sort_pairs(keyed, span)?).with(lanes)
            }
            _ => return Err(Flow::Unknown(name)),
        })
    }

    /// Sorts pairs of item and key by key, and gives the items.
    fn sort_pairs(&mut self, mut left: Vec<Val>, span: Span) -> Run<Vec<Val>> {
        fn part(pair: &Val, index: usize) -> Val {
            pair.parts()[index].clone()
        }
        // Insertion keeps equals in their order, and is obvious.
        let mut sorted: Vec<Val> = Vec::new();
        for pair in left.drain(..) {
            let mut place = sorted.len();
            while place > 0
                && self.natural_order(&part(&sorted[place - 1], 1), &part(&pair, 1), span)? == Ordering::Greater
            {
                place -= 1;
            }
            sorted.insert(place, pair);
        }
        Ok(sorted.iter().map(|pair| part(pair, 0)).collect())
    }
}

/// Runs a function with its arguments in a new activation.
pub fn run_function(task: &mut Task, program: &Arc<Program>, closure: &Closure, arguments: Vec<Val>) -> Run {
    let function = &program.functions[closure.function.0 as usize];
    let locals = function.locals.iter().map(|_| Slot::new(task.id, Some(Val::null()))).collect();
    let captures = closure.captures.clone();
    let mut eval = Eval { task, program: program.clone(), id: closure.function, locals, captures };
    let mut arguments = arguments.into_iter();
    for parameter in &function.parameters {
        let value = match (parameter.rest, arguments.next()) {
            (true, first) => Val::list(first.into_iter().chain(arguments.by_ref()).collect()),
            (false, Some(value)) => value,
            (false, None) => Val::null(),
        };
        let value = match &parameter.default {
            Some(default) if value.is_null() => eval.eval(default)?,
            _ => value,
        };
        if let (Kind::Pattern, Some(annotation)) = (function.kind, &parameter.annotation)
            && !eval.fits(&value, annotation)
        {
            return eval.fail(Code::R012, parameter.span);
        }
        eval.bind(&parameter.pattern, value)?;
    }
    let result = match eval.eval(&function.body) {
        Err(Flow::Return(value)) => value,
        other => other?,
    };
    if let (Kind::Pattern, Some(kind)) = (function.kind, &function.result)
        && !eval.fits(&result, kind)
    {
        return eval.fail(Code::R012, function.head);
    }
    match &function.cap {
        Some(cap) => {
            let most = eval.eval(cap)?;
            let most = eval.confidence_of(&most, cap.span)?;
            Ok(result.clone().with(Lanes::new(result.lanes.confidence.min(most), result.lanes.evidence)))
        }
        None => Ok(result),
    }
}
