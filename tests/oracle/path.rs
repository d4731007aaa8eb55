//! Reading along links, changing along paths, and taking values apart.

use super::data::*;
use super::eval::{Eval, PathKey, Run};
use prism::diagnostic::Code;
use prism::hir::*;
use prism::source::Span;
use prism::value::Lanes;
use std::sync::Arc;

/// What happens to what stands at the end of a path: the new content and the result.
type Change<'c, 't> = &'c mut dyn FnMut(&mut Eval<'t>, Val, Lanes) -> Run<(Option<Val>, Val)>;

impl<'t> Eval<'t> {
    pub fn key(&mut self, key: &Key) -> Run<PathKey> {
        Ok(match key {
            Key::Fixed(name) => PathKey { value: Data::Text(name.clone()).into(), from_end: false },
            Key::Computed(expr) => PathKey { value: self.eval(expr)?, from_end: is_negative_literal(expr) },
        })
    }

    /// The key of an object that a value names.
    pub fn key_text(&self, key: &PathKey, span: Span) -> Run<Arc<str>> {
        match &key.value.data {
            Data::Text(it) => Ok(it.clone()),
            Data::Number(_) => Ok(self.render(&key.value, span)?.into()),
            _ => self.fail(Code::R002, span),
        }
    }

    /// The place in a list of so many elements that a key names, if it is a whole number from 0.
    fn place(&self, key: &PathKey, length: usize) -> Option<usize> {
        match key.value.data {
            Data::Number(it) if key.from_end => (length as f64 + it >= 0.0).then_some((length as f64 + it) as usize),
            Data::Number(it) if it >= 0.0 && it.fract() == 0.0 => Some(it as usize),
            _ => None,
        }
    }

    /// `x[key]`, `x.name`: what is missing is null.
    pub fn read_key(&self, x: &Val, key: &PathKey, span: Span) -> Run {
        let lanes = x.lanes.meet(key.value.lanes);
        let name = match &key.value.data {
            Data::Text(it) => &**it,
            _ => "",
        };
        let found = match &x.data {
            Data::Null => return self.fail(Code::R003, span),
            Data::List(it) if name == "length" => Some(Val::number(it.len() as f64)),
            Data::List(it) => self.place(key, it.len()).and_then(|place| it.get(place).cloned()),
            Data::Text(it) if name == "length" => Some(Val::number(it.chars().count() as f64)),
            Data::Text(it) => {
                let place = self.place(key, it.chars().count());
                place.and_then(|place| it.chars().nth(place)).map(|it| Val::text(&it.to_string()))
            }
            Data::Object(it) if matches!(key.value.data, Data::Text(_) | Data::Number(_)) => {
                it.get(&self.key_text(key, span)?).cloned()
            }
            Data::Error(it) => match name {
                "kind" => Some(Val::text(&it.kind)),
                "code" => Some(Val::text(it.code.name())),
                "message" => Some(it.message.clone()),
                "data" => Some(it.data.clone()),
                _ => None,
            },
            _ => None,
        };
        Ok(found.unwrap_or_else(Val::null).under(lanes))
    }

    pub fn chain(&mut self, base: &Expr, links: &[Link]) -> Run {
        let changing = links.iter().position(|link| matches!(&link.kind, LinkKind::Method { place: Some(_), .. }));
        // Where null may end the chain on the way to what is changed, it is read first.
        let reads = |until: usize| {
            let asks = |link: &Link| link.optional || matches!(link.kind, LinkKind::Method { optional_call: true, .. });
            links[..=until].iter().any(asks)
        };
        let skipped = changing.filter(|at| !reads(*at));
        let mut at = if skipped.is_some() { Val::null() } else { self.eval(base)? };
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
                LinkKind::Member(name) => {
                    let key = PathKey { value: Data::Text(name.clone()).into(), from_end: false };
                    self.read_key(&at, &key, span)?
                }
                LinkKind::Index(key) => {
                    let key = PathKey { value: self.eval(key)?, from_end: is_negative_literal(key) };
                    self.read_key(&at, &key, span)?
                }
                LinkKind::Call(arguments) => {
                    let arguments = self.arguments(arguments, span)?;
                    self.call(&at, arguments, span, 0)?
                }
                LinkKind::Method { name, arguments, optional_call, place } => {
                    if *optional_call && self.method_missing(&at, name) {
                        return Ok(Val::null().under(at.lanes));
                    }
                    match place {
                        Some(place) => self.change_by_method(place, name, arguments, span)?,
                        None => {
                            if at.is_null() && index == 1 && matches!(base.kind, ExprKind::Agents) {
                                return self.fail(Code::R032, span);
                            }
                            let arguments = self.arguments(arguments, span)?;
                            if at.is_null() {
                                return self.fail(Code::R003, span);
                            }
                            self.call_method(&at, name, arguments, span)?
                        }
                    }
                }
            };
        }
        Ok(at)
    }

    /// The values of arguments; those that were spread into a list are read from it.
    pub fn arguments(&mut self, elements: &[Element], span: Span) -> Run<Vec<Val>> {
        let list = self.list(elements, span)?;
        Ok(self.elements(&list, span)?.into_iter().map(|it| it.under(list.lanes)).collect())
    }

    /// A mutating method on a variable's path.
    fn change_by_method(&mut self, place: &Place, name: &str, arguments: &[Element], span: Span) -> Run {
        let keys = self.keys(&place.keys)?;
        let arguments = self.arguments(arguments, span)?;
        self.owned(place, span)?;
        let root = self.root(place)?;
        // What stands at the path may be an agent, or an object with a function of its own under this name.
        let mut at = root.clone();
        for key in &keys {
            at = self.read_key(&at, key, span)?;
        }
        let own = match &at.data {
            Data::Null => return self.fail(Code::R003, span),
            Data::Object(it) => it.get(name).is_some_and(|it| it.kind() == "function"),
            Data::Agent(_) => true,
            _ => false,
        };
        if own {
            return self.call_method(&at, name, arguments, span);
        }
        let mut result = Val::null();
        let (changed, _) = self.update(root, &keys, span, &mut |eval, old, lanes| {
            let (new, value) = eval.mutate(old, name, arguments.clone(), span)?;
            result = value.under(lanes);
            Ok((Some(new), Val::null()))
        })?;
        self.set_root(place, changed, span)?;
        Ok(result)
    }

    /// Only the task that made a variable writes it.
    fn owned(&self, place: &Place, span: Span) -> Run<()> {
        match &place.root {
            Root::Variable(variable) if self.variable(*variable).owner != self.task.id => self.fail(Code::R045, span),
            _ => Ok(()),
        }
    }

    fn keys(&mut self, keys: &[Key]) -> Run<Vec<PathKey>> {
        keys.iter().map(|key| self.key(key)).collect()
    }

    fn root(&mut self, place: &Place) -> Run {
        match &place.root {
            Root::Variable(variable) => self.read(*variable, place.span),
            Root::Copy(expr) => self.eval(expr),
        }
    }

    fn set_root(&mut self, place: &Place, value: Val, span: Span) -> Run<()> {
        match &place.root {
            Root::Variable(variable) => self.write(*variable, value, span),
            Root::Copy(_) => Ok(()),
        }
    }

    /// The value with what stands at the end of the keys changed, and what the change gave. A doubtful key lowers its container.
    fn update(&mut self, root: Val, keys: &[PathKey], span: Span, change: Change<'_, 't>) -> Run<(Val, Val)> {
        self.update_under(root, keys, span, Lanes::EXACT, change)
            .map(|(new, given)| (new.unwrap_or_else(Val::null), given))
    }

    fn update_under(
        &mut self,
        mut at: Val,
        keys: &[PathKey],
        span: Span,
        lanes: Lanes,
        change: Change<'_, 't>,
    ) -> Run<(Option<Val>, Val)> {
        let Some((key, rest)) = keys.split_first() else { return change(self, at, lanes) };
        let lanes = lanes.meet(at.lanes).meet(key.value.lanes);
        let given;
        match &mut at.data {
            Data::Null => return self.fail(Code::R003, span),
            Data::List(items) => {
                let Some(place) = self.place(key, items.len()).filter(|place| *place <= items.len()) else {
                    return self.fail(if rest.is_empty() { Code::R016 } else { Code::R003 }, span);
                };
                let old = items.get(place).cloned().unwrap_or_else(Val::null);
                let (new, value) = self.update_under(old, rest, span, lanes, change)?;
                given = value;
                match new {
                    Some(new) if place == items.len() => items.push(new),
                    Some(new) => items[place] = new,
                    None => drop(items.get(place).is_some().then(|| items.remove(place))),
                }
            }
            Data::Object(entries) => {
                let name = self.key_text(key, span)?;
                let old = entries.get(&name).cloned().unwrap_or_else(Val::null);
                let (new, value) = self.update_under(old, rest, span, lanes, change)?;
                given = value;
                match new {
                    Some(new) => drop(entries.insert(name, new)),
                    None => drop(entries.shift_remove(&name)),
                }
            }
            _ => return self.fail(Code::R002, span),
        }
        Ok((Some(at.under(key.value.lanes)), given))
    }

    fn store(&mut self, place: &Place, keys: &[PathKey], value: Val, span: Span) -> Run<()> {
        if keys.is_empty() {
            return self.set_root(place, value, span);
        }
        self.owned(place, span)?;
        let root = self.root(place)?;
        let (root, _) = self.update(root, keys, span, &mut |_, _, _| Ok((Some(value.clone()), Val::null())))?;
        self.set_root(place, root, span)
    }

    fn load(&mut self, place: &Place, keys: &[PathKey]) -> Run {
        let mut at = self.root(place)?;
        for key in keys {
            at = self.read_key(&at, key, place.span)?;
        }
        Ok(at)
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
        let Data::Number(number) = old.data else { return self.fail(Code::R002, span) };
        let new = Val::number(number + by).with(old.lanes);
        self.store(target, &keys, new.clone(), span)?;
        Ok(if prefix { new } else { old })
    }

    pub fn delete(&mut self, target: &Place, span: Span) -> Run {
        let keys = self.keys(&target.keys)?;
        let Some((last, path)) = keys.split_last() else { return self.fail(Code::R002, span) };
        self.owned(target, span)?;
        let root = self.root(target)?;
        let (root, was) = self.update(root, path, span, &mut |eval, mut holder, lanes| {
            let was = match &mut holder.data {
                Data::Null => return eval.fail(Code::R003, span),
                Data::Object(entries) => entries.shift_remove(&eval.key_text(last, span)?).is_some(),
                _ => return eval.fail(Code::R002, span),
            };
            let lanes = lanes.meet(holder.lanes).meet(last.value.lanes);
            Ok((Some(holder.under(last.value.lanes)), Val::bool(was).with(lanes)))
        })?;
        self.set_root(target, root, span)?;
        Ok(was)
    }

    /// Takes a value apart: declarations, assignments, parameters, loops.
    pub fn bind(&mut self, pattern: &Pattern, value: Val) -> Run<()> {
        self.take_apart(pattern, &value, None).map(drop)
    }

    /// Whether a value fits a pattern of `match`; binds its names, and notes what was looked at. Without such a note what
    /// does not fit is an error.
    pub fn take_apart(&mut self, pattern: &Pattern, value: &Val, mut seen: Option<&mut Lanes>) -> Run<bool> {
        if let (Some(seen), PatternKind::List { .. } | PatternKind::Object { .. }) = (&mut seen, &pattern.kind) {
            **seen = seen.meet(value.lanes);
        }
        match &pattern.kind {
            PatternKind::Ignore => {}
            PatternKind::Bind(variable) => *self.variable(*variable).value.lock().unwrap() = Some(value.clone()),
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
                let (sure, least) = (self.unary(Unary::Confidence, value.clone(), pattern.span)?, self.eval(least)?);
                return Ok(self.binary(Binary::GreaterEqual, sure, least, pattern.span)?.truth());
            }
            PatternKind::List { elements, rest } => {
                let items = match &value.data {
                    Data::List(_) => self.elements(value, pattern.span)?,
                    _ if seen.is_some() => return Ok(false),
                    _ => self.elements(value, pattern.span)?,
                };
                let fits = items.len() == elements.len() || rest.is_some() && items.len() > elements.len();
                if seen.is_some() && !fits {
                    return Ok(false);
                }
                for (index, element) in elements.iter().enumerate() {
                    let item = items.get(index).cloned().unwrap_or_else(Val::null).under(value.lanes);
                    if !self.take_apart(element, &item, seen.as_deref_mut())? {
                        return Ok(false);
                    }
                }
                if let Some(rest) = rest {
                    let others = items.into_iter().skip(elements.len()).collect();
                    return self.take_apart(rest, &Val::list(others).with(value.lanes), seen);
                }
            }
            PatternKind::Object { entries, rest } => match (&value.data, seen.is_some()) {
                (Data::Object(_) | Data::Error(_), true) => {
                    let keys = entries.iter().map(|(key, _)| self.key(key)).collect::<Run<Vec<_>>>()?;
                    for (key, (_, entry)) in keys.iter().zip(entries) {
                        let name = self.key_text(key, pattern.span)?;
                        let has = match &value.data {
                            Data::Object(it) => it.contains_key(&name),
                            _ => ["kind", "code", "message", "data"].contains(&&*name),
                        };
                        // What has a default need not be there.
                        if !has && !matches!(entry.kind, PatternKind::Default(..)) {
                            return Ok(false);
                        }
                    }
                    return self.take_entries(entries, Some(keys), rest.as_deref(), value, seen);
                }
                (_, true) => return Ok(false),
                (Data::Object(_) | Data::Error(_) | Data::List(_) | Data::Agent(_), false) => {
                    return self.take_entries(entries, None, rest.as_deref(), value, None);
                }
                (_, false) => return self.fail(Code::R004, pattern.span),
            },
        }
        Ok(true)
    }

    /// The entries of an object one by one; their keys are evaluated in turn unless they were before.
    fn take_entries(
        &mut self,
        entries: &[(Key, Pattern)],
        keys: Option<Vec<PathKey>>,
        rest: Option<&Pattern>,
        value: &Val,
        mut seen: Option<&mut Lanes>,
    ) -> Run<bool> {
        let mut taken = Vec::new();
        for (index, (key, entry)) in entries.iter().enumerate() {
            let key = match &keys {
                Some(keys) => keys[index].clone(),
                None => self.key(key)?,
            };
            let item = self.read_key(value, &key, entry.span)?;
            taken.push(key);
            if !self.take_apart(entry, &item, seen.as_deref_mut())? {
                return Ok(false);
            }
        }
        let Some(rest) = rest else { return Ok(true) };
        let Data::Object(all) = &value.data else { return self.fail(Code::R004, rest.span) };
        let names = taken.iter().map(|key| self.key_text(key, rest.span)).collect::<Run<Vec<_>>>()?;
        let others = all.iter().filter(|(key, _)| !names.contains(key)).map(|(key, it)| (key.clone(), it.clone()));
        let lanes = taken.iter().fold(value.lanes, |lanes, key| lanes.meet(key.value.lanes));
        self.take_apart(rest, &Val::from(Data::Object(others.collect())).with(lanes), seen)
    }
}

/// Whether an index is a negative number as it is written.
fn is_negative_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(it) => *it < 0.0,
        ExprKind::Unary(Unary::Negate, it) => matches!(it.kind, ExprKind::Number(_)),
        _ => false,
    }
}
