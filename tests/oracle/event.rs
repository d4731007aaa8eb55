//! Events: what a program emitted, on its way to the handlers.

use super::{task::Board, value::*};
use prism::hir::{ExprKind, FunctionId, Program};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// A handler with what it is given; a fault for a `max` that is none.
type Handler = Result<Option<(FunctionId, Vec<Value>)>, ()>;

/// What is on its way.
#[derive(Default)]
pub struct Events {
    /// Name and data, by the moment and the order in which they were sent; bits of what is not negative are ordered as it is.
    sent: BTreeMap<(u64, u64), (String, serde_json::Value)>,
    /// What runs for the event that came last, and its moment.
    due: VecDeque<(f64, FunctionId, Vec<Value>)>,
    ran: HashMap<FunctionId, f64>,
    order: u64,
    /// How many patterns and statements of files are under way.
    pub within: u32,
}

impl Board {
    pub fn emit(&mut self, event: (String, serde_json::Value), delay: Option<f64>) {
        self.events.order += 1;
        let at = self.memory.elapsed() + delay.unwrap_or(0.0);
        self.events.sent.insert((at.to_bits(), self.events.order), event);
    }

    /// What runs next for an event whose moment comes before all else: once what was asked for is over, of a test whenever it
    /// waits itself.
    pub fn handler(&mut self, program: &Program, over: bool, aside: u32) -> Handler {
        if !over && self.events.within > 0 || aside > 0 && self.tasks.contains_key(&aside) {
            return Ok(None);
        }
        loop {
            let sent = self.events.sent.first_key_value().map(|((at, _), _)| f64::from_bits(*at));
            let Some(at) = self.events.due.front().map(|(at, ..)| *at).or(sent) else { return Ok(None) };
            if self.memory.next_time().is_some_and(|next| next <= at) {
                return Ok(None);
            }
            self.memory.pass(at);
            if let Some((_, function, given)) = self.events.due.pop_front() {
                return Ok(Some((function, given)));
            }
            let Some((_, (name, data))) = self.events.sent.pop_first() else { return Ok(None) };
            for handler in program.modules.iter().flat_map(|it| &it.handlers).filter(|it| *it.event == *name) {
                let most = match handler.max.as_ref().map(|max| &max.kind) {
                    Some(ExprKind::Number(most)) if most.fract() == 0.0 => *most,
                    Some(_) => return Err(()),
                    None => f64::INFINITY,
                };
                let ran = self.events.ran.entry(handler.function).or_default();
                if *ran < most {
                    *ran += 1.0;
                    let takes = program.functions[handler.function.0 as usize].parameters.len();
                    let data = shaped::read(&data, Lanes::EXACT, &mut meter()).expect("what was written");
                    self.events.due.push_back((at, handler.function, [data].into_iter().take(takes).collect()));
                }
            }
        }
    }
}
