//! Functions and agents as values.

use std::cell::RefCell;

use super::payload::Value;

/// A function of the program: which code, and the values it was made with.
#[derive(Debug)]
pub struct Closure {
    /// The number of its code in the program.
    pub code: u32,
    /// A number that no other function of this run has, which is its identity.
    pub identity: u64,
    /// What it captured; variables that it shares with others are cells.
    pub captures: Box<[Value]>,
}

thread_local! {
    /// What functions held that were let go of while another one was, and whether one is just now.
    static WAITING: RefCell<(bool, Vec<Box<[Value]>>)> = const { RefCell::new((false, Vec::new())) };
}

impl Drop for Closure {
    /// A function may hold a function that holds a function, without end: each is let go of by the outermost, in turn.
    fn drop(&mut self) {
        if self.captures.iter().all(|value| value.address().is_none()) {
            return;
        }
        let captures = std::mem::take(&mut self.captures);
        let outermost = WAITING.try_with(|waiting| {
            let (busy, all) = &mut *waiting.borrow_mut();
            all.push(captures);
            !std::mem::replace(busy, true)
        });
        if !outermost.unwrap_or(false) {
            return;
        }
        while let Some(next) = WAITING.with(|waiting| waiting.borrow_mut().1.pop()) {
            drop(next);
        }
        WAITING.with(|waiting| waiting.borrow_mut().0 = false);
    }
}

/// An agent: its number among those bound, and what `with` configured.
#[derive(Clone, Debug)]
pub struct Agent {
    /// The number in the run's directory of agents.
    pub id: u32,
    /// What `a.with({ … })` was given: an object, or null.
    pub options: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_hold_functions_are_let_go_of_in_turn() {
        let mut chain = Value::NULL;
        for identity in 0..200_000 {
            let held = Value::list(vec![chain]).unwrap();
            chain = Value::closure(Closure { code: 0, identity, captures: vec![held].into() });
        }
        assert!(super::super::weigh([&chain].into_iter()) > 200_000);
        drop(chain);
    }
}
