//! The built-ins, each declared once.
//!
//! One table says of each what it is called, its signature, its documentation, how its work and its result grow, how
//! grave it is, how sure its result is, and who performs it. The reference, hovers, the validator and the engines read
//! that table; none has a copy. Nothing here reaches the world: wishes to it are declared, and the machine passes them on.
//! Nothing here calls a function of the program either: what takes a callback is a [`Routine`] that the machine feeds.

mod agreement;
mod call;
mod confidence;
mod constant;
mod data;
mod decided;
mod elsewhere;
mod form;
mod list;
mod number;
mod object;
mod reference;
pub mod regex;
mod replace;
mod routine;
mod signature;
mod sort;
mod table;
mod text;
mod walk;
mod world;

use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::diagnostic::Code;
use crate::types::Signature;
use crate::value::{Fault, Kind, Lanes, Meter, Value};

pub use agreement::{Strategy, Tie, agree};
pub use call::{Arguments, Call};
pub use constant::{CONSTANTS, constant};
pub use decided::{is_decided, vote_stops};
pub use elsewhere::{instead_of_method, instead_of_property, no_method};
pub use form::{Form, no_functions, no_path, no_steps, no_tasks};
pub use reference::reference;
pub use routine::{Routine, Started, Step, StoredRoutine};
pub use table::{Body, Builtin, Calls, Change, Cost, Keeps, Law, Mutation, Native, Numbers, Size, Start};
pub use walk::Turn;
pub use world::World;

use table::Known;

/// A built-in: its index in the table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub struct BuiltinId(pub u16);

struct Index {
    table: Vec<&'static Builtin>,
    known: Vec<Known>,
    functions: HashMap<&'static str, BuiltinId, FixedState>,
    methods: HashMap<&'static str, [Option<BuiltinId>; Kind::ALL.len()], FixedState>,
    /// The methods that change the variable they are called on, by the lengths of their names.
    mutating: [Vec<&'static str>; LONGEST],
    named: HashMap<&'static str, Vec<BuiltinId>, FixedState>,
    namespaces: HashMap<&'static str, Vec<&'static str>, FixedState>,
}

/// One more than the length of the longest name of a method that changes the variable it is called on.
const LONGEST: usize = 16;

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let areas = [
        list::TABLE,
        text::TABLE,
        object::TABLE,
        number::TABLE,
        data::TABLE,
        confidence::TABLE,
        agreement::TABLE,
        form::TABLE,
        world::TABLE,
    ];
    let table: Vec<&'static Builtin> = areas.into_iter().flatten().collect();
    let mut functions: HashMap<_, _, FixedState> =
        HashMap::with_capacity_and_hasher(table.len(), FixedState::default());
    let mut methods: HashMap<_, [Option<BuiltinId>; Kind::ALL.len()], FixedState> =
        HashMap::with_capacity_and_hasher(table.len(), FixedState::default());
    let mut named: HashMap<_, Vec<_>, FixedState> = HashMap::default();
    let mut namespaces: HashMap<_, Vec<_>, FixedState> = HashMap::default();
    for (index, builtin) in table.iter().enumerate() {
        let id = BuiltinId(index as u16);
        named.entry(builtin.name).or_default().push(id);
        for spelling in builtin.spellings() {
            functions.insert(spelling, id);
        }
        for &kind in builtin.receivers {
            methods.entry(builtin.name).or_default()[kind as usize] = Some(id);
        }
    }
    let longer = table.iter().flat_map(|builtin| builtin.statics.iter().copied());
    for spelling in longer.chain(CONSTANTS.iter().map(|(name, _, _)| *name)) {
        if let Some((namespace, name)) = spelling.split_once('.') {
            namespaces.entry(namespace).or_default().push(name);
        }
    }
    for names in namespaces.values_mut() {
        names.sort_unstable();
        names.dedup();
    }
    let known = table.iter().map(|_| Known::default()).collect();
    let mut mutating: [Vec<&'static str>; LONGEST] = Default::default();
    for builtin in table.iter().filter(|builtin| builtin.mutation != Mutation::None && !builtin.receivers.is_empty()) {
        mutating[builtin.name.len()].push(builtin.name);
    }
    Index { table, known, functions, methods, mutating, named, namespaces }
});

/// All built-ins, in the order of their ids.
pub fn all() -> impl Iterator<Item = (BuiltinId, &'static Builtin)> {
    INDEX.table.iter().enumerate().map(|(index, builtin)| (BuiltinId(index as u16), *builtin))
}

/// All that have a name, as functions, in namespaces or as methods.
pub fn named(name: &str) -> &'static [BuiltinId] {
    INDEX.named.get(name).map_or(&[], Vec::as_slice)
}

/// The global function with a name.
pub fn find_function(name: &str) -> Option<BuiltinId> {
    INDEX.functions.get(name).copied().filter(|_| !name.contains('.'))
}

/// The function with a name in a namespace, such as `floor` in `Math`.
pub fn find_static(namespace: &str, name: &str) -> Option<BuiltinId> {
    INDEX.functions.get(format!("{namespace}.{name}").as_str()).copied()
}

/// Whether there is such a namespace, such as `Math`.
pub fn is_namespace(name: &str) -> bool {
    INDEX.namespaces.contains_key(name)
}

/// All namespaces, in alphabetical order.
pub fn namespaces() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<_> = INDEX.namespaces.keys().copied().collect();
    names.sort_unstable();
    names.into_iter()
}

/// The names in a namespace, in alphabetical order.
pub fn names_in(namespace: &str) -> &'static [&'static str] {
    INDEX.namespaces.get(namespace).map_or(&[], Vec::as_slice)
}

/// The method that values of a kind have under a name.
pub fn find_method(kind: Kind, name: &str) -> Option<BuiltinId> {
    INDEX.methods.get(name)?[kind as usize]
}

/// Whether values of any kind have a method of this name.
pub fn is_method(name: &str) -> bool {
    INDEX.methods.contains_key(name)
}

/// Whether values of any kind have a method of this name that changes the variable it is called on.
pub fn is_mutating(name: &str) -> bool {
    INDEX.mutating.get(name.len()).is_some_and(|names| names.contains(&name))
}

impl BuiltinId {
    /// The numbers that a parameter or an option takes, where it does not take all.
    pub fn numbers(self, parameter: &str) -> Option<table::Numbers> {
        self.entry().numbers.iter().find(|(name, _)| *name == parameter).map(|(_, numbers)| *numbers)
    }

    /// What is declared of it.
    pub fn entry(self) -> &'static Builtin {
        INDEX.table[self.0 as usize]
    }

    /// Its signature; of a method with the receiver first.
    pub fn signature(self) -> &'static Signature {
        INDEX.known[self.0 as usize].signature(self.entry())
    }

    fn arity(self) -> (usize, Option<usize>) {
        INDEX.known[self.0 as usize].arity(self.entry())
    }

    /// How many arguments it needs, the receiver counted.
    pub fn required(self) -> usize {
        self.arity().0
    }

    /// How many arguments it takes at most, the receiver counted; nothing when there is no end.
    pub fn most(self) -> Option<usize> {
        self.arity().1
    }

    /// How many arguments it gets as a callback that is offered so many, of which the first `needed` carry the meaning:
    /// what it needs and no more, so that `map(parseInt)` does not take an index for a radix.
    pub fn as_callback(self, offered: usize, needed: usize) -> usize {
        let wanted = self.required().max(needed);
        wanted.min(offered).min(self.most().unwrap_or(usize::MAX))
    }
}

fn counted(arguments: usize) -> String {
    if arguments == 1 { "one argument".to_owned() } else { format!("{arguments} arguments") }
}

/// Refuses a wrong number of arguments, the receiver counted: `R008` when there are too many, `R005` when too few.
pub fn check_count(id: BuiltinId, given: usize) -> Result<(), Fault> {
    let most = id.most();
    if most.is_some_and(|most| given > most) {
        let most = most.unwrap_or_default();
        let name = id.entry().name;
        return Err(Fault::new(
            Code::R008,
            format!("`{name}` takes at most {}, not {given}; leave out the rest", counted(most)),
        ));
    }
    if given < id.required() {
        let (name, required) = (id.entry().name, id.required());
        return Err(Fault::new(
            Code::R005,
            format!("`{name}` takes at least {}, not {given}; see its signature", counted(required)),
        ));
    }
    Ok(())
}

/// Performs a computation that ends without asking anybody.
pub fn run(id: BuiltinId, code: Native, arguments: &mut [Value], meter: &mut Meter) -> Result<Value, Fault> {
    let builtin = id.entry();
    let lanes = prepare(builtin, arguments, meter)?;
    let mut call = Call { arguments: Arguments::new(builtin, arguments), meter, lanes };
    let result = code(&mut call)?;
    Ok(if builtin.law == Law::Minimum { result.with(lanes) } else { result })
}

/// Performs a method that changes the value in a variable; the arguments are without the receiver.
pub fn run_change(
    id: BuiltinId,
    code: Change,
    place: &mut Value,
    arguments: &mut [Value],
    meter: &mut Meter,
) -> Result<Value, Fault> {
    let builtin = id.entry();
    let lanes = prepare(builtin, arguments, meter)?;
    meter.copy(place)?;
    let mut call = Call { arguments: Arguments::new(builtin, arguments), meter, lanes };
    code(place, &mut call)
}

/// Begins a computation that calls functions of the program.
pub fn start(id: BuiltinId, code: Start, arguments: &mut [Value], meter: &mut Meter) -> Result<Started, Fault> {
    let builtin = id.entry();
    let lanes = prepare(builtin, arguments, meter)?;
    code(&mut Call { arguments: Arguments::new(builtin, arguments), meter, lanes })
}

fn prepare(builtin: &Builtin, arguments: &[Value], meter: &mut Meter) -> Result<Lanes, Fault> {
    for argument in arguments {
        meter.build(argument)?;
    }
    if builtin.law != Law::Minimum {
        return Ok(Lanes::EXACT);
    }
    arguments.iter().try_fold(Lanes::EXACT, |lanes, argument| Ok(lanes.meet(meter.least(argument)?)))
}

#[cfg(test)]
mod tests;
