//! How much of something a program can take: at least a number, at most a polynomial over the sizes of its inputs.

use std::collections::BTreeMap;
use std::rc::Rc;

/// The most terms of a polynomial; beyond it there is no bound.
const MOST_TERMS: usize = 64;

/// The highest degree; beyond it there is no bound.
const HIGHEST: usize = 4;

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
    /// At most: coefficients by the names of the sizes multiplied; the empty product is the constant.
    terms: BTreeMap<Vec<Rc<str>>, f64>,
    sizes: BTreeMap<Rc<str>, f64>,
    endless: bool,
}

impl Amount {
    /// Exactly so much.
    pub fn exactly(x: f64) -> Self {
        Self {
            low: x,
            terms: if x == 0.0 { BTreeMap::new() } else { BTreeMap::from([(Vec::new(), x)]) },
            ..Self::default()
        }
    }

    /// Whether it is nothing in any case.
    pub fn is_nothing(&self) -> bool {
        !self.endless && self.terms.is_empty()
    }

    /// One after the other.
    pub fn add(&mut self, other: &Amount) {
        self.low += other.low;
        self.raise(other, |a, b| a + b);
    }

    /// One or the other.
    pub fn or(&mut self, other: &Amount) {
        self.low = self.low.min(other.low);
        self.raise(other, f64::max);
    }

    fn raise(&mut self, other: &Amount, law: fn(f64, f64) -> f64) {
        self.endless |= other.endless;
        for (product, coefficient) in &other.terms {
            let old = self.terms.entry(product.clone()).or_insert(0.0);
            *old = law(*old, *coefficient);
        }
        self.sizes.extend(other.sizes.iter().map(|(k, v)| (k.clone(), *v)));
        self.endless |= self.terms.len() > MOST_TERMS;
    }

    /// So many times.
    pub fn times(&self, low: f64, high: f64) -> Amount {
        let mut result = self.clone();
        result.low *= low;
        if self.is_nothing() {
            return result;
        }
        if !high.is_finite() {
            result.endless = true;
        }
        result.terms.values_mut().for_each(|c| *c *= high);
        result.terms.retain(|_, c| *c > 0.0);
        result
    }

    /// As many times as a size says.
    pub fn times_size(&self, size: &Size) -> Amount {
        let mut result = self.clone();
        result.low *= size.low;
        if self.is_nothing() {
            return result;
        }
        result.terms = self
            .terms
            .iter()
            .map(|(product, c)| {
                let mut product = product.clone();
                product.push(size.name.clone());
                product.sort();
                (product, *c)
            })
            .collect();
        result.sizes.insert(size.name.clone(), size.high);
        result.endless |= result.terms.keys().any(|p| p.len() > HIGHEST);
        result
    }

    /// The most it can be as a number; infinite where there is none.
    pub fn high(&self) -> f64 {
        if self.endless {
            return f64::INFINITY;
        }
        self.terms
            .iter()
            .map(|(product, c)| {
                c * product.iter().map(|s| self.sizes.get(s).copied().unwrap_or(f64::INFINITY)).product::<f64>()
            })
            .sum()
    }

    /// The most it can be, as people read it: `2 * analysts.length + 1`.
    pub fn formula(&self) -> Option<String> {
        if self.endless {
            return None;
        }
        let mut parts: Vec<String> = self
            .terms
            .iter()
            .rev()
            .map(|(product, c)| {
                let sizes = product.join(" * ");
                match (product.is_empty(), *c == 1.0) {
                    (true, _) => format!("{c}"),
                    (false, true) => sizes,
                    (false, false) => format!("{c} * {sizes}"),
                }
            })
            .collect();
        if parts.is_empty() {
            parts.push("0".into());
        }
        Some(parts.join(" + "))
    }
}

/// What a stretch of code can take.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Cost {
    /// Requests to agents.
    pub calls: Amount,
    /// Requests to each agent.
    pub agents: BTreeMap<Rc<str>, Amount>,
    /// Steps.
    pub steps: Amount,
}

impl Cost {
    /// One request to an agent.
    pub fn request(agent: &str) -> Self {
        let one = Amount::exactly(1.0);
        Self { calls: one.clone(), agents: BTreeMap::from([(Rc::from(agent), one)]), steps: Amount::default() }
    }

    /// So many steps.
    pub fn steps(count: u32) -> Self {
        Self { steps: Amount::exactly(f64::from(count)), ..Self::default() }
    }

    /// One after the other.
    pub fn add(&mut self, other: &Cost) {
        self.calls.add(&other.calls);
        self.steps.add(&other.steps);
        for (agent, amount) in &other.agents {
            self.agents.entry(agent.clone()).or_default().add(amount);
        }
    }

    /// One or the other.
    pub fn or(&mut self, other: &Cost) {
        self.calls.or(&other.calls);
        self.steps.or(&other.steps);
        for (agent, amount) in &mut self.agents {
            amount.or(other.agents.get(agent).unwrap_or(&Amount::default()));
        }
        for (agent, amount) in &other.agents {
            if !self.agents.contains_key(agent) {
                let mut none = Amount::default();
                none.or(amount);
                self.agents.insert(agent.clone(), none);
            }
        }
    }

    /// The same amounts, changed one by one.
    pub fn each(&self, change: impl Fn(&Amount) -> Amount) -> Cost {
        Cost {
            calls: change(&self.calls),
            agents: self.agents.iter().map(|(agent, amount)| (agent.clone(), change(amount))).collect(),
            steps: change(&self.steps),
        }
    }

    /// So many times.
    pub fn times(&self, turns: &Turns) -> Cost {
        self.each(|amount| turns.of(amount))
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_add_and_choices_take_the_most() {
        let mut a = Amount::exactly(2.0);
        a.or(&Amount::exactly(5.0));
        a.add(&Amount::exactly(1.0));
        assert_eq!((a.low, a.high()), (3.0, 6.0));
    }

    #[test]
    fn a_size_gives_a_formula_and_a_number() {
        let mut a = Amount::exactly(1.0).times_size(&Size { name: "analysts.length".into(), low: 3.0, high: 5.0 });
        a.add(&Amount::exactly(1.0));
        assert_eq!((a.low, a.high(), a.formula().as_deref()), (4.0, 6.0, Some("analysts.length + 1")));
    }
}
