//! Reading along links, changing along paths, and taking values apart.

use super::{eval::PathKey, value::*};
use prism::{builtin, builtin::Body, hir::*, value::Kind as Type};

/// What happens to what stands at the end of a path: the new content and the result.
type Change<'c, 't> = &'c mut dyn FnMut(&mut Eval<'t>, Value, Lanes) -> Changed;
type Changed = Run<(Option<Value>, Value)>;

fn fixed(name: &str) -> PathKey {
    PathKey { value: Value::text(name), from_end: false }
}

impl<'t> Eval<'t> {
    pub fn key(&mut self, key: &Key) -> Run<PathKey> {
        Ok(match key {
            Key::Fixed(name) => fixed(name),
            Key::Computed(expr) => PathKey { value: self.eval(expr)?, from_end: is_negative_literal(expr) },
        })
    }

    /// The key of an object that a value names.
    pub fn key_text(&self, key: &PathKey, span: Span) -> Run<String> {
        match key.value.view() {
            View::Text(_) | View::Number(_) => self.render(&key.value, span),
            _ => self.blame(Code::R002, &key.value, span),
        }
    }

    /// The place in a list of so many elements that a key names, if it is a whole number from 0.
    fn place(&self, key: &PathKey, length: usize) -> Option<usize> {
        match key.value.as_number() {
            Some(it) if it.fract() != 0.0 => None,
            Some(it) if key.from_end => (length as f64 + it >= 0.0).then_some((length as f64 + it) as usize),
            Some(it) if it >= 0.0 => Some(it as usize),
            _ => None,
        }
    }

    /// `x[key]`, `x.name`: what is missing is null.
    fn read_key(&self, x: &Value, key: &PathKey, span: Span) -> Run {
        let lanes = x.lanes().meet(key.value.lanes());
        let name = key.value.as_text().unwrap_or("");
        let found = match x.view() {
            View::Null => return self.fail(Code::R003, span),
            View::List(it) if name == "length" => Some(Value::number(it.len() as f64)),
            View::Text(it) if name == "length" => Some(Value::number(it.chars().count() as f64)),
            View::List(_) | View::Text(_) => {
                let items = self.elements(x, span)?;
                self.place(key, items.len()).and_then(|place| items.get(place).cloned())
            }
            View::Object(it) if matches!(key.value.kind(), Type::Text | Type::Number) => {
                it.get(&self.key_text(key, span)?).cloned()
            }
            View::Error(it) => Some(it.field(name)),
            View::Agent(it) => Some(self.made(self.task.world.agents().property(it.id, name), span)?),
            _ => None,
        };
        Ok(found.unwrap_or_default().under(lanes))
    }

    pub fn chain(&mut self, base: &Expr, links: &[Link]) -> Run {
        let changing = links.iter().position(|link| matches!(&link.kind, LinkKind::Method { place: Some(_), .. }));
        // Where null may end the chain on the way to what is changed, it is read first.
        let reads = |until: usize| {
            let asks = |link: &Link| link.optional || matches!(link.kind, LinkKind::Method { optional_call: true, .. });
            links[..=until].iter().any(asks)
        };
        let skipped = changing.filter(|at| !reads(*at));
        let mut at = if skipped.is_some() { Value::NULL } else { self.eval(base)? };
        let mut span = base.span;
        for (index, link) in links.iter().enumerate() {
            span = span.to(link.span);
            if skipped.is_some_and(|skipped| index < skipped) {
                continue;
            }
            if link.optional && at.is_null() {
                return Ok(at);
            }
            at = match &link.kind {
                LinkKind::Member(name) => self.read_key(&at, &fixed(name), span)?,
                LinkKind::Index(key) => {
                    let key = PathKey { value: self.eval(key)?, from_end: is_negative_literal(key) };
                    self.read_key(&at, &key, span)?
                }
                LinkKind::Call(arguments) => {
                    let given = self.arguments(arguments, span)?;
                    self.call_with(&at, given, span)?
                }
                LinkKind::Method { name, optional_call: true, .. } if self.method_missing(&at, name) => {
                    return Ok(Value::NULL.under(at.lanes()));
                }
                LinkKind::Method { name, arguments, place: Some(place), .. } => {
                    self.change_by_method(place, name, arguments, span)?
                }
                LinkKind::Method { name, arguments, .. } => {
                    if at.is_null() && index == 1 && matches!(base.kind, ExprKind::Agents) {
                        return self.fail(Code::R032, span);
                    }
                    let given = self.arguments(arguments, span)?;
                    if at.is_null() && builtin::find_method(Type::Null, name).is_none() {
                        return self.fail(Code::R003, span);
                    }
                    self.call_method(&at, name, given, span)?
                }
            };
        }
        Ok(at)
    }

    /// The values of arguments; those that were spread into a list are read from it.
    fn arguments(&mut self, elements: &[Element], span: Span) -> Run<(Vec<Value>, Lanes)> {
        let list = self.list(elements, span)?;
        let items = self.elements(&list, span)?.into_iter().map(|it| it.under(list.lanes()));
        Ok((items.collect(), list.lanes()))
    }

    /// A mutating method on a variable's path.
    fn change_by_method(&mut self, place: &Place, name: &str, arguments: &[Element], span: Span) -> Run {
        let keys = self.keys(&place.keys)?;
        let given = self.arguments(arguments, span)?;
        let root = self.root(place, Some(span))?;
        // What stands at the path may be an agent, or an object with a function of its own under this name.
        let at = keys.iter().try_fold(root.clone(), |at, key| self.read_key(&at, key, span))?;
        if at.is_null() && builtin::find_method(Type::Null, name).is_none() {
            return self.fail(Code::R003, span);
        }
        if self.is_own(&at, name) {
            return self.call_method(&at, name, given, span);
        }
        let (arguments, own) = given;
        let (changed, result) = self.update(root, &keys, span, Lanes::EXACT, &mut |eval, old, lanes| {
            // What is put in place is as sure as how much of it there is.
            let id = builtin::find_method(old.kind(), name);
            let own = if id.is_some_and(|id| matches!(id.entry().kind, Body::Change(_))) { own } else { Lanes::EXACT };
            let [new, value] = eval.mutate(old, lanes, name, arguments.clone(), span)?;
            Ok((Some(new.under(own)), value.under(lanes.meet(own))))
        })?;
        self.set_root(place, changed.unwrap_or_default(), span)?;
        Ok(result)
    }

    fn keys(&mut self, keys: &[Key]) -> Run<Vec<PathKey>> {
        keys.iter().map(|key| self.key(key)).collect()
    }

    /// What a path begins with; only the task that made a variable writes it.
    fn root(&mut self, place: &Place, written: Option<Span>) -> Run {
        match (&place.root, written) {
            (Root::Variable(variable), Some(span)) if !self.owns(*variable) => self.fail(Code::R045, span),
            (Root::Variable(variable), _) => self.read(*variable, place.span),
            (Root::Copy(expr), _) => self.eval(expr),
        }
    }

    fn set_root(&mut self, place: &Place, value: Value, span: Span) -> Run<()> {
        match &place.root {
            Root::Variable(variable) => self.write(*variable, value, span),
            Root::Copy(_) => Ok(()),
        }
    }

    /// The value with what stands at the end of the keys changed, and what the change gave. A doubtful key lowers its container.
    fn update(&mut self, at: Value, keys: &[PathKey], span: Span, lanes: Lanes, change: Change<'_, 't>) -> Changed {
        let Some((key, rest)) = keys.split_first() else { return change(self, at, lanes) };
        let lanes = lanes.meet(at.lanes()).meet(key.value.lanes());
        let (made, given) = match at.view() {
            View::Null => return self.fail(Code::R003, span),
            View::List(items) => {
                let mut items = items.items().to_vec();
                let Some(place) = self.place(key, items.len()).filter(|place| *place <= items.len()) else {
                    let code = key.value.as_number().map_or(Code::R002, |_| Code::R016);
                    return self.blame(if rest.is_empty() { code } else { Code::R003 }, &key.value, span);
                };
                let old = items.get(place).cloned().unwrap_or_default();
                let (new, given) = self.update(old, rest, span, lanes, change)?;
                match new {
                    Some(new) if place == items.len() => items.push(new),
                    Some(new) => items[place] = new,
                    None => drop(items.get(place).is_some().then(|| items.remove(place))),
                }
                (Value::list(items), given)
            }
            View::Object(entries) => {
                let name = super::value::key(&self.key_text(key, span)?);
                let old = entries.get(name.as_str()).cloned().unwrap_or_default();
                let (new, given) = self.update(old, rest, span, lanes, change)?;
                let mut entries: Object = entries.clone();
                let made = match new {
                    Some(new) => entries.insert(name, new).map(|_| Value::from(entries)),
                    None => {
                        entries.remove(name.as_value());
                        Ok(Value::from(entries))
                    }
                };
                (made, given)
            }
            _ => return self.blame(Code::R002, &at, span),
        };
        Ok((Some(self.made(made, span)?.with(at.lanes().meet(key.value.lanes()))), given))
    }

    fn store(&mut self, place: &Place, keys: &[PathKey], new: Value, span: Span) -> Run<()> {
        if keys.is_empty() {
            return self.set_root(place, new, span);
        }
        let root = self.root(place, Some(span))?;
        let root = self.update(root, keys, span, Lanes::EXACT, &mut |_, _, _| Ok((Some(new.clone()), Value::NULL)))?.0;
        self.set_root(place, root.unwrap_or_default(), span)
    }

    fn load(&mut self, place: &Place, keys: &[PathKey]) -> Run {
        let root = self.root(place, None)?;
        keys.iter().try_fold(root, |at, key| self.read_key(&at, key, place.span))
    }

    pub fn assign(&mut self, target: &Place, operator: Option<Compound>, value: &Expr, span: Span) -> Run {
        let keys = self.keys(&target.keys)?;
        let value = match operator {
            None => self.eval(value)?,
            Some(Compound::Binary(op)) => {
                let left = self.load(target, &keys)?;
                let right = self.eval(value)?;
                self.binary(op, left, right, span)?
            }
            Some(Compound::Logical(op)) => {
                let left = self.load(target, &keys)?;
                let mut needed = false;
                let result = self.logical(op, left, |eval| {
                    needed = true;
                    eval.eval(value)
                })?;
                if !needed {
                    return Ok(result);
                }
                result
            }
        };
        self.store(target, &keys, value.clone(), span)?;
        Ok(value)
    }

    pub fn step(&mut self, target: &Place, by: f64, prefix: bool, span: Span) -> Run {
        let keys = self.keys(&target.keys)?;
        let old = self.load(target, &keys)?;
        let Some(number) = old.as_number() else { return self.blame(Code::R002, &old, span) };
        let new = Value::number(number + by).with(old.lanes());
        self.store(target, &keys, new.clone(), span)?;
        Ok(if prefix { new } else { old })
    }

    pub fn delete(&mut self, target: &Place, span: Span) -> Run {
        let keys = self.keys(&target.keys)?;
        let Some((last, path)) = keys.split_last() else { return self.fail(Code::R002, span) };
        let root = self.root(target, Some(span))?;
        let (root, was) = self.update(root, path, span, Lanes::EXACT, &mut |eval, holder, lanes| {
            let Some(mut entries) = holder.as_object().cloned() else {
                return eval.fail(if holder.is_null() { Code::R003 } else { Code::R002 }, span);
            };
            entries.remove(super::value::key(&eval.key_text(last, span)?).as_value());
            let lanes = lanes.meet(holder.lanes()).meet(last.value.lanes());
            let kept = Value::from(entries).with(holder.lanes()).under(last.value.lanes());
            Ok((Some(kept), Value::TRUE.with(lanes)))
        })?;
        self.set_root(target, root.unwrap_or_default(), span)?;
        Ok(was)
    }

    /// Takes a value apart: declarations, assignments, parameters, loops.
    pub fn bind(&mut self, pattern: &Pattern, value: Value) -> Run<()> {
        self.take_apart(pattern, &value, None).map(drop)
    }

    /// Whether a value fits a pattern of `match`; binds its names, and notes what was looked at. Without such a note what
    /// does not fit is an error.
    pub fn take_apart(&mut self, pattern: &Pattern, value: &Value, mut seen: Option<&mut Lanes>) -> Run<bool> {
        if let (Some(seen), PatternKind::List { .. } | PatternKind::Object { .. }) = (&mut seen, &pattern.kind) {
            **seen = seen.meet(value.lanes());
        }
        match &pattern.kind {
            PatternKind::Ignore => {}
            PatternKind::Bind(variable) => self.set(*variable, value.clone()),
            PatternKind::Place(place) => {
                let keys = self.keys(&place.keys)?;
                self.store(place, &keys, value.clone(), pattern.span)?;
            }
            PatternKind::Default(inner, default) => {
                let value = if value.is_null() { self.eval(default)? } else { value.clone() };
                return self.take_apart(inner, &value, seen);
            }
            PatternKind::Equal(expr) => {
                let wanted = self.eval(expr)?;
                seen.into_iter().for_each(|seen| *seen = seen.meet(equal_lanes(value, &wanted)));
                return Ok(equal(value, &wanted));
            }
            PatternKind::Either(all) => {
                for one in all {
                    if self.take_apart(one, value, seen.as_deref_mut())? {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
            PatternKind::Sure(inner, least) => {
                if !self.take_apart(inner, value, seen)? {
                    return Ok(false);
                }
                return Ok(self.asked(value, least)?.truth());
            }
            PatternKind::List { .. } if seen.is_some() && value.kind() != Type::List => return Ok(false),
            PatternKind::List { elements, rest } => {
                let items = self.elements(value, pattern.span)?;
                let fits = items.len() == elements.len() || rest.is_some() && items.len() > elements.len();
                if seen.is_some() && !fits {
                    return Ok(false);
                }
                for (index, element) in elements.iter().enumerate() {
                    let item = items.get(index).cloned().unwrap_or_default().under(value.lanes());
                    if !self.take_apart(element, &item, seen.as_deref_mut())? {
                        return Ok(false);
                    }
                }
                if let Some(rest) = rest {
                    let others = items.into_iter().skip(elements.len()).collect();
                    let others = self.new_list(others, value.lanes(), pattern.span)?;
                    return self.take_apart(rest, &others, seen);
                }
            }
            PatternKind::Object { .. } if seen.is_some() && !matches!(value.kind(), Type::Object | Type::Error) => {
                return Ok(false);
            }
            PatternKind::Object { entries, rest } => {
                if !matches!(value.kind(), Type::Object | Type::Error | Type::List | Type::Text | Type::Agent) {
                    return self.blame(Code::R004, value, pattern.span);
                }
                // The keys of an arm are evaluated before anything is taken; what has a default need not be there.
                let arm = entries.iter().filter(|_| seen.is_some());
                let early = arm.map(|(key, _)| self.key(key)).collect::<Run<Vec<_>>>()?;
                for (key, (_, entry)) in early.iter().zip(entries) {
                    let (name, fields) = (self.key_text(key, pattern.span)?, prism::value::Error::FIELDS);
                    let has = value.as_object().map_or(fields.contains(&&*name), |it| it.get(&name).is_some());
                    if !has && !matches!(entry.kind, PatternKind::Default(..)) {
                        return Ok(false);
                    }
                }
                let mut taken = Vec::new();
                for (index, (key, entry)) in entries.iter().enumerate() {
                    taken.push(early.get(index).cloned().map_or_else(|| self.key(key), Ok)?);
                    let item = self.read_key(value, &taken[index], entry.span)?;
                    if !self.take_apart(entry, &item, seen.as_deref_mut())? {
                        return Ok(false);
                    }
                }
                let (Some(rest), mut lanes) = (rest, value.lanes()) else { return Ok(true) };
                let Some(mut others) = value.as_object().cloned() else { return self.fail(Code::R004, rest.span) };
                for key in &taken {
                    lanes = lanes.meet(key.value.lanes());
                    others.remove(super::value::key(&self.key_text(key, rest.span)?).as_value());
                }
                return self.take_apart(rest, &Value::from(others).with(lanes), seen);
            }
        }
        Ok(true)
    }
}

/// Whether an index is a negative number as it is written.
fn is_negative_literal(expr: &Expr) -> bool {
    let of_number = |it: &Expr| matches!(it.kind, ExprKind::Number(_));
    matches!(&expr.kind, ExprKind::Unary(Unary::Negate, it) if of_number(it))
        || matches!(expr.kind, ExprKind::Number(it) if it < 0.0)
}
