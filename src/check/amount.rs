//! How much of something a program can take: at least a number, at most a polynomial over the sizes of its inputs.

use super::event::Event;
use super::turns::EXACT;
use foldhash::HashMap;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The most terms of a polynomial; beyond it there is no bound.
const MOST_TERMS: usize = 64;

/// The highest degree; beyond it there is no bound.
const HIGHEST: usize = 4;

/// What the names of sizes begin with that no variable gives a name, as in `any text / 16`.
pub const UNNAMED: &str = "any ";

/// A size that is not known before the run, with the most it can be.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Size {
    /// Its name, as in `analysts.length`.
    pub name: Rc<str>,
    /// The least it can be.
    pub low: f64,
    /// The most it can be.
    pub high: f64,
}

/// An amount.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Amount {
    /// At least.
    pub low: f64,
    /// At most, as far as no size says it; infinite when there is no bound.
    most: f64,
    more: Option<Rc<More>>,
}

/// What sizes say.
#[derive(Clone, PartialEq, Debug, Default)]
struct More {
    /// Coefficients by the sizes multiplied, in order.
    terms: Row<Product>,
    /// The most that each size can be, in order.
    sizes: Row<Name>,
}

/// A row in order; most have one entry or two.
type Row<K> = SmallVec<[(K, f64); 2]>;

/// The name of a size, by its number: amounts are added at each instruction, and numbers are soon compared.
type Name = u32;

/// Names multiplied, in order behind those that are not used.
type Product = [Name; HIGHEST];

/// No name.
const NOBODY: Name = 0;

/// The names that were met, with their numbers.
#[derive(Default)]
struct Names {
    all: Vec<(Rc<str>, Said)>,
    numbers: HashMap<Rc<str>, Name>,
}

/// Who says how much a size is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    /// The input, and what is made of it.
    Input,
    /// The host, of the agents that it binds, as in `price(senior)`.
    Host,
}

thread_local! {
    static NAMES: RefCell<Names> = RefCell::default();
}

/// The number of a name.
fn number(name: &str, said: Said) -> Name {
    NAMES.with_borrow_mut(|names| match names.numbers.get(name) {
        Some(number) => *number,
        None => {
            let name: Rc<str> = Rc::from(name);
            names.all.push((name.clone(), said));
            let number = names.all.len() as Name;
            names.numbers.insert(name, number);
            number
        }
    })
}

/// The name of a number.
fn name(number: Name) -> Rc<str> {
    NAMES.with_borrow(|names| names.all[number as usize - 1].0.clone())
}

/// Numbers the names anew. Amounts of before mean nothing afterwards.
pub(super) fn forget_names() {
    NAMES.take();
}

/// Whether the host will say how much a size is.
fn is_deferred(number: Name) -> bool {
    NAMES.with_borrow(|names| names.all[number as usize - 1].1 == Said::Host)
}

/// The names of a product.
fn factors(product: &Product) -> impl Iterator<Item = Name> + '_ {
    product.iter().copied().filter(|name| *name != NOBODY)
}

/// Takes a row in order into another: what stands in both by a law.
fn merge<K: Copy + Ord>(mine: &mut Row<K>, given: impl Iterator<Item = (K, f64)>, law: impl Fn(f64, f64) -> f64) {
    let mut from = 0;
    for (key, value) in given {
        while mine.get(from).is_some_and(|(own, _)| *own < key) {
            from += 1;
        }
        match mine.get_mut(from) {
            Some((own, old)) if *own == key => *old = law(*old, value),
            _ => mine.insert(from, (key, value)),
        }
    }
}

impl Amount {
    /// Exactly so much.
    pub fn exactly(x: f64) -> Self {
        Self { low: x, most: x, more: None }
    }

    /// At most so much.
    pub fn up_to(x: f64) -> Self {
        Self { low: 0.0, most: x, more: None }
    }

    /// So much as a size says.
    pub fn size(name: &str, low: f64, high: f64) -> Self {
        Self::exactly(1.0).times_named(number(name, Said::Input), low, high)
    }

    /// Whether it is nothing in any case.
    pub fn is_nothing(&self) -> bool {
        self.most == 0.0 && self.more.is_none()
    }

    /// One after the other.
    pub fn add(&mut self, other: &Amount) {
        self.add_times(other, 1.0, 1.0);
    }

    /// The other so many times after it.
    pub fn add_times(&mut self, other: &Amount, low: f64, high: f64) {
        self.low += other.low * low;
        if other.is_nothing() || high == 0.0 {
            return;
        }
        self.most += other.most * high;
        if high.is_finite() {
            self.raise(other, high, |a, b| a + b);
        } else {
            self.most = f64::INFINITY;
        }
    }

    /// One or the other.
    pub fn or(&mut self, other: &Amount) {
        self.low = self.low.min(other.low);
        self.most = self.most.max(other.most);
        self.raise(other, 1.0, f64::max);
    }

    /// The greater of both.
    pub fn max(&mut self, other: &Amount) {
        self.low = self.low.max(other.low);
        self.most = self.most.max(other.most);
        self.raise(other, 1.0, f64::max);
    }

    /// The lesser of both, where this one is a number.
    pub fn capped(mut self, most: f64) -> Amount {
        if self.high() > most {
            self = Amount { low: self.low.min(most), most, more: None };
        }
        self
    }

    /// Whether it is never more than the other.
    pub fn is_within(&self, other: &Amount) -> bool {
        let Some(more) = &self.more else { return self.most <= other.most };
        let covers = |(product, c): &(Product, f64)| {
            let theirs = other.more.as_ref().map_or(&[][..], |other| &other.terms[..]);
            theirs.binary_search_by_key(product, |(own, _)| *own).is_ok_and(|at| *c <= theirs[at].1)
        };
        self.most <= other.most && more.terms.iter().all(covers)
    }

    /// By a law with the terms of another, so many times each.
    fn raise(&mut self, other: &Amount, times: f64, law: impl Fn(f64, f64) -> f64) {
        let Some(given) = &other.more else { return };
        match &mut self.more {
            None => {
                let mine = self.more.insert(given.clone());
                if times != 1.0 {
                    Rc::make_mut(mine).terms.iter_mut().for_each(|(_, c)| *c *= times);
                }
            }
            Some(mine) => {
                if Rc::ptr_eq(mine, given) && law(1.0, 1.0) == 1.0 {
                    return;
                }
                let mine = Rc::make_mut(mine);
                merge(&mut mine.terms, given.terms.iter().map(|(product, c)| (*product, c * times)), law);
                merge(&mut mine.sizes, given.sizes.iter().copied(), |old, _| old);
                if mine.terms.len() > MOST_TERMS {
                    self.saturate();
                }
            }
        }
    }

    fn saturate(&mut self) {
        self.most = f64::INFINITY;
        self.more = None;
    }

    /// So many times.
    pub fn times(&self, low: f64, high: f64) -> Amount {
        let mut result = Amount::default();
        result.add_times(self, low, high);
        result
    }

    /// As many times as a size says.
    pub fn times_size(&self, size: &Size) -> Amount {
        self.times_named(number(&size.name, Said::Input), size.low, size.high)
    }

    /// As many times as the host will say of the agents that it binds, under a name as `price(senior)`.
    pub fn times_open(&self, name: &str) -> Amount {
        self.times_named(number(name, Said::Host), 0.0, f64::INFINITY)
    }

    fn times_named(&self, name: Name, low: f64, high: f64) -> Amount {
        let mut result = self.clone();
        result.low *= low;
        if self.is_nothing() || !self.most.is_finite() {
            return result;
        }
        let mut more = More::default();
        let constant = (self.most != 0.0).then_some(([NOBODY; HIGHEST], self.most));
        let others = self.more.iter().flat_map(|more| more.terms.iter().copied());
        for (mut product, c) in constant.into_iter().chain(others) {
            if product[0] != NOBODY {
                result.saturate();
                return result;
            }
            // The others stand in order behind those that are not used.
            let place = product.partition_point(|own| *own < name) - 1;
            product.copy_within(1..=place, 0);
            product[place] = name;
            more.terms.push((product, c));
        }
        more.terms.sort_unstable_by_key(|(product, _)| *product);
        if let Some(old) = &self.more {
            more.sizes.clone_from(&old.sizes);
        }
        match more.sizes.binary_search_by_key(&name, |(own, _)| *own) {
            Ok(at) => more.sizes[at].1 = high,
            Err(at) => more.sizes.insert(at, (name, high)),
        }
        result.most = 0.0;
        result.more = Some(Rc::new(more));
        result
    }

    /// The most of it that grows with no size.
    pub fn constant(&self) -> f64 {
        self.most
    }

    /// The most it can be as a number; infinite where there is none.
    pub fn high(&self) -> f64 {
        self.most_with(f64::INFINITY)
    }

    /// The same, where what the host will say of its agents counts as nothing.
    pub fn settled(&self) -> f64 {
        self.most_with(0.0)
    }

    fn most_with(&self, deferred: f64) -> f64 {
        let Some(more) = &self.more else { return self.most };
        let term = |(product, c): &(Product, f64)| {
            let (mut total, mut open) = (*c, false);
            for name in factors(product) {
                let size = more.sizes.binary_search_by_key(&name, |(own, _)| *own);
                let size = size.map_or(f64::INFINITY, |at| more.sizes[at].1);
                if is_deferred(name) {
                    open = true;
                } else if size == 0.0 {
                    return 0.0;
                } else {
                    total *= size;
                }
            }
            if open && total.is_finite() { if deferred == 0.0 { 0.0 } else { deferred } } else { total }
        };
        self.most + more.terms.iter().map(term).sum::<f64>()
    }

    /// The most it can be, as people read it: `2 * analysts.length + 1`.
    pub fn formula(&self) -> Option<String> {
        if !self.most.is_finite() {
            return None;
        }
        let Some(more) = &self.more else { return Some(written(self.most)) };
        let mut terms: Vec<(SmallVec<[Rc<str>; HIGHEST]>, f64)> = Vec::with_capacity(more.terms.len());
        for (product, c) in &more.terms {
            let mut names: SmallVec<[Rc<str>; HIGHEST]> = factors(product).map(name).collect();
            names.sort_unstable();
            terms.push((names, *c));
        }
        terms.sort_unstable_by(|a, b| b.0.cmp(&a.0));
        let mut text = String::new();
        for (names, c) in &terms {
            let mut before = if text.is_empty() { "" } else { " + " };
            if *c != 1.0 {
                text.push_str(before);
                text.push_str(&written(*c));
                before = " * ";
            }
            // A sum among sums needs no parentheses.
            let sum = match &names[..] {
                [sum] if *c == 1.0 => sum.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')),
                _ => None,
            };
            for name in names {
                text.push_str(before);
                text.push_str(sum.unwrap_or(name));
                before = " * ";
            }
        }
        if self.most != 0.0 || text.is_empty() {
            text.push_str(if text.is_empty() { "" } else { " + " });
            text.push_str(&written(self.most));
        }
        Some(text)
    }
}

/// A formula of money or time with its figures as people read them. What is counted in one already, such as `price(a)`, has
/// plain factors.
pub fn in_units(formula: &str, write: impl Fn(f64) -> String) -> String {
    let mut depth = 0_i32;
    let mut from = 0;
    let mut terms = Vec::new();
    for (at, char) in formula.char_indices() {
        match char {
            '(' => depth += 1,
            ')' => depth -= 1,
            '+' if depth == 0 => {
                terms.push(formula[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    terms.push(formula[from..].trim());
    let term = |term: &str| {
        let (figure, sizes) = term.split_once(" * ").unwrap_or((term, ""));
        match figure.parse::<f64>() {
            Ok(figure) if sizes.is_empty() => write(figure),
            Ok(figure) if !MEASURED.iter().any(|measured| sizes.contains(measured)) => {
                format!("{} * {sizes}", write(figure))
            }
            _ => term.to_owned(),
        }
    };
    terms.into_iter().map(term).collect::<Vec<_>>().join(" + ")
}

/// What the names of sizes begin with that are money or time themselves.
const MEASURED: [&str; 2] = ["price(", "time("];

/// A coefficient without the noise of sums.
fn written(x: f64) -> String {
    let scaled = (x * 1e9).round() / 1e9;
    let x = if scaled.is_finite() && scaled != 0.0 { scaled } else { x };
    // Whole numbers are soon written.
    if x.fract() == 0.0 && (0.0..EXACT).contains(&x) { (x as u64).to_string() } else { x.to_string() }
}

/// What a stretch of code can take.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Cost {
    /// Requests to agents.
    pub calls: Amount,
    /// Requests to each agent.
    pub agents: Named<Rc<str>>,
    /// Steps.
    pub steps: Amount,
    /// Milliseconds on the way that takes longest.
    pub time: Amount,
    /// Money in millionths.
    pub money: Amount,
    /// Tokens.
    pub tokens: Amount,
    /// Bytes of memory.
    pub memory: Amount,
    /// Bytes printed.
    pub output: Amount,
    /// Calls inside calls.
    pub depth: Amount,
    /// Tasks at the same time.
    pub width: Amount,
    /// Calls of a function back to itself.
    pub backs: Amount,
    /// Events sent.
    pub sent: Named<Event>,
}

/// Amounts by name, which copies share until one of them is changed: most code adds nothing to them.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Named<K>(Option<Rc<BTreeMap<K, Amount>>>);

impl<K> Default for Named<K> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: Ord + Clone> Named<K> {
    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &Amount)> {
        self.0.iter().flat_map(|named| named.iter())
    }

    /// Their names.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(name, _)| name)
    }

    /// One of them.
    pub fn get(&self, name: &K) -> Option<&Amount> {
        self.0.as_ref()?.get(name)
    }

    /// One of them to be changed, which is there by then.
    pub fn entry(&mut self, name: K) -> &mut Amount {
        Rc::make_mut(self.0.get_or_insert_default()).entry(name).or_default()
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut Amount)> {
        self.0.iter_mut().flat_map(|named| Rc::make_mut(named).iter_mut())
    }

    /// One after the other.
    fn add(&mut self, given: &Self) {
        if self.0.is_none() {
            self.0.clone_from(&given.0);
            return;
        }
        given.iter().for_each(|(name, amount)| self.entry(name.clone()).add(amount));
    }

    /// One or the other.
    fn or(&mut self, given: &Self) {
        if matches!((&self.0, &given.0), (Some(mine), Some(theirs)) if Rc::ptr_eq(mine, theirs)) {
            return;
        }
        for (name, amount) in self.iter_mut() {
            amount.or(given.get(name).unwrap_or(&Amount::default()));
        }
        for (name, amount) in given.iter() {
            if self.get(name).is_none() {
                *self.entry(name.clone()) = Amount { low: 0.0, ..amount.clone() };
            }
        }
    }

    fn is_within(&self, other: &Self) -> bool {
        let nothing = Amount::default();
        self.iter().all(|(name, amount)| amount.is_within(other.get(name).unwrap_or(&nothing)))
    }
}

impl Cost {
    /// One request to an agent, which takes some time.
    pub fn request(agent: &str, time: Amount) -> Self {
        let one = Amount::exactly(1.0);
        let mut cost = Self { calls: one.clone(), time, ..Self::default() };
        *cost.agents.entry(Rc::from(agent)) = one;
        cost
    }

    /// One after the other.
    pub fn add(&mut self, other: &Cost) {
        self.time.add(&other.time);
        self.width.max(&other.width);
        self.add_amounts(other);
    }

    /// Side by side: the time of the one that takes longest. The width is that of the widest fork.
    pub fn beside(&mut self, other: &Cost) {
        self.time.max(&other.time);
        self.width.max(&other.width);
        self.add_amounts(other);
    }

    fn add_amounts(&mut self, other: &Cost) {
        self.calls.add(&other.calls);
        self.steps.add(&other.steps);
        self.money.add(&other.money);
        self.tokens.add(&other.tokens);
        self.memory.add(&other.memory);
        self.output.add(&other.output);
        self.depth.max(&other.depth);
        self.backs.add(&other.backs);
        self.agents.add(&other.agents);
        self.sent.add(&other.sent);
    }

    /// One or the other.
    pub fn or(&mut self, other: &Cost) {
        self.calls.or(&other.calls);
        self.steps.or(&other.steps);
        self.time.or(&other.time);
        self.money.or(&other.money);
        self.tokens.or(&other.tokens);
        self.memory.or(&other.memory);
        self.output.or(&other.output);
        self.depth.or(&other.depth);
        self.width.or(&other.width);
        self.backs.or(&other.backs);
        self.agents.or(&other.agents);
        self.sent.or(&other.sent);
    }

    /// Whether it is never more than the other.
    pub fn is_within(&self, other: &Cost) -> bool {
        self.calls.is_within(&other.calls)
            && self.steps.is_within(&other.steps)
            && self.time.is_within(&other.time)
            && self.money.is_within(&other.money)
            && self.tokens.is_within(&other.tokens)
            && self.memory.is_within(&other.memory)
            && self.output.is_within(&other.output)
            && self.agents.is_within(&other.agents)
            && self.sent.is_within(&other.sent)
    }

    /// Takes what is taken at least from another.
    pub fn least_of(&mut self, other: &Cost) {
        self.calls.low = other.calls.low;
        self.steps.low = other.steps.low;
        self.time.low = other.time.low;
        self.money.low = other.money.low;
        self.tokens.low = other.tokens.low;
        self.memory.low = other.memory.low;
        self.output.low = other.output.low;
        self.depth.low = other.depth.low;
        self.width.low = other.width.low;
        self.backs.low = other.backs.low;
        for (agent, amount) in self.agents.iter_mut() {
            amount.low = other.agents.get(agent).map_or(0.0, |o| o.low);
        }
    }

    /// Changes all amounts.
    pub fn each_amount(&mut self, mut change: impl FnMut(&mut Amount)) {
        let Cost { calls, agents, steps, time, money, tokens, memory, output, depth, width, backs, sent } = self;
        [calls, steps, time, money, tokens, memory, output, depth, width, backs].into_iter().for_each(&mut change);
        let named = agents.iter_mut().map(|(_, amount)| amount);
        named.chain(sent.iter_mut().map(|(_, amount)| amount)).for_each(change);
    }

    /// So many times, one after the other.
    pub fn times(&self, turns: &Turns) -> Cost {
        let (depth, width) = (turns.at_all(&self.depth), turns.at_all(&self.width));
        let mut all = self.clone();
        all.each_amount(|amount| *amount = turns.of(amount));
        Cost { depth, width, ..all }
    }

    /// So many times, side by side.
    pub fn times_beside(&self, turns: &Turns) -> Cost {
        let time = turns.at_all(&self.time);
        Cost { time, ..self.times(turns) }
    }
}

/// How often something runs.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Turns {
    /// At least.
    pub low: f64,
    /// At most.
    pub high: f64,
    /// The size it is, where it is one.
    pub size: Option<Rc<str>>,
}

impl Turns {
    /// Between two numbers.
    pub fn between(low: f64, high: f64) -> Self {
        Self { low, high, size: None }
    }

    /// An amount that many times.
    pub fn of(&self, amount: &Amount) -> Amount {
        match &self.size {
            Some(name) => amount.times_size(&Size { name: name.clone(), low: self.low, high: self.high }),
            None => amount.times(self.low, self.high),
        }
    }

    /// An amount that does not add up, if it comes to it.
    fn at_all(&self, amount: &Amount) -> Amount {
        amount.times(self.low.min(1.0), if self.high > 0.0 { 1.0 } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_of_money_are_told_in_money() {
        let money = |formula: &str| in_units(formula, |micro| (micro / 1e6).to_string());
        assert_eq!(money("10000 * panel.length + 10000"), "0.01 * panel.length + 0.01");
        assert_eq!(money("2 * price(one) + 10000"), "2 * price(one) + 0.01");
        assert_eq!(money("20000 * (a.length + b.length)"), "0.02 * (a.length + b.length)");
        assert_eq!(money("30000"), "0.03");
    }

    #[test]
    fn sequences_add_and_choices_take_the_most() {
        let mut a = Amount::exactly(2.0);
        a.or(&Amount::exactly(5.0));
        a.add(&Amount::exactly(1.0));
        assert_eq!((a.low, a.high()), (3.0, 6.0));
    }

    #[test]
    fn a_size_gives_a_formula_and_a_number() {
        let mut a = Amount::size("analysts.length", 3.0, 5.0);
        a.add(&Amount::exactly(1.0));
        assert_eq!((a.low, a.high(), a.formula().as_deref()), (4.0, 6.0, Some("analysts.length + 1")));
    }

    #[test]
    fn what_the_host_says_is_open_and_no_more() {
        let mut a = Amount::exactly(1.0).times_open("price(senior)");
        a.add(&Amount::exactly(1.0));
        assert_eq!((a.high(), a.settled()), (f64::INFINITY, 1.0));
        for name in ["texts.length", "(texts.length + 1)"] {
            let texts = Size { name: name.into(), low: 0.0, high: f64::INFINITY };
            assert_eq!(a.times_size(&texts).settled(), f64::INFINITY);
        }
    }

    #[test]
    fn side_by_side_takes_the_longest() {
        let mut a = Cost::request("a", Amount::up_to(10.0));
        a.beside(&Cost::request("b", Amount::up_to(30.0)));
        assert_eq!((a.calls.high(), a.time.high()), (2.0, 30.0));
        a.add(&Cost::request("c", Amount::up_to(5.0)));
        assert_eq!((a.calls.high(), a.time.high()), (3.0, 35.0));
    }

    #[test]
    fn too_many_sizes_are_no_bound() {
        let mut a = Amount::exactly(1.0);
        for i in 0..5 {
            a = a.times_size(&Size { name: format!("s{i}").into(), low: 0.0, high: 2.0 });
        }
        assert_eq!((a.high(), a.formula()), (f64::INFINITY, None));
    }
}
