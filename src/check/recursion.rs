//! Whether calls that lead back to themselves end: size-change termination.
//!
//! While a function is walked, every value remembers which parameters it is no larger than, and which it is smaller than.
//! A call back to the function gives a graph from its parameters to the new arguments. If in every composition of these
//! graphs that is its own square some parameter gets smaller, an endless chain of calls would make something smaller for
//! ever, and lists, texts, objects and guarded numbers cannot (Lee, Jones and Ben-Amram).

mod verdict;

use super::amount::{Amount, Cost, Turns};
use super::domain::{Closure, Id, Known, Null, Shape};
use super::few::Sides;
use super::flow::Flow;
use super::line::{Atom, Line};
use super::meter::Circling;
use super::state::State;
use crate::diagnostic::Code;
use crate::hir::{Binary, Expr, ExprKind, Function, FunctionId, Kind, LinkKind, PatternKind};
use crate::source::Location;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use verdict::{Verdict, circles, decide, decide_among};

/// The most parameters that are followed.
const MOST_PARAMETERS: usize = 8;

/// The most fields of parameters that are followed.
const MOST_FIELDS: usize = 6;

/// The most calls back that are looked at one by one.
const MOST_BACKS: usize = 64;

/// The most sums that are followed beside the parameters.
const MOST_SUMS: usize = 6;

/// From parameter to argument: whether it gets smaller.
pub(super) type Arrows = BTreeMap<(u8, u8), bool>;

/// The same as a row.
type Graph = Vec<((u8, u8), bool)>;

/// What is known of the calls that lead from a function back to itself.
#[derive(Clone, Default, Debug)]
pub(super) struct Cycle {
    graphs: BTreeSet<Graph>,
    calls: BTreeMap<Location, Vec<FunctionId>>,
    unknown: Option<Location>,
    backs: Vec<Back>,
}

/// One call back: what was known there, and what the arguments are.
#[derive(Clone, Debug)]
pub(super) struct Back {
    frame: u32,
    graph: Graph,
    state: State,
    lines: Vec<Option<Line>>,
    longest: Vec<Vec<Line>>,
    /// The least that each argument is which is a whole number.
    least: Vec<Option<f64>>,
    at: Location,
}

impl Back {
    /// A sum of parameters in the frame of the call: a function that is called at several places has one for each.
    fn own(&self, sum: &Line) -> Line {
        sum.renamed(&mut |id| Id(self.frame, id.1))
    }

    /// Whether it is the same call with the same arguments, whatever is known besides.
    fn is_same(&self, other: &Back) -> bool {
        self.at == other.at
            && self.frame == other.frame
            && self.graph == other.graph
            && self.lines == other.lines
            && self.longest == other.longest
            && self.least == other.least
    }
}

impl Cycle {
    /// Takes in what another walk found.
    pub fn merge(&mut self, other: Cycle) {
        self.graphs.extend(other.graphs);
        self.calls.extend(other.calls);
        self.unknown = self.unknown.or(other.unknown);
        self.backs.extend(other.backs);
    }

    /// A call back, with the functions on the way.
    pub fn call(&mut self, back: Back, way: Vec<FunctionId>, unknown: Option<Location>) {
        self.graphs.insert(back.graph.clone());
        self.calls.insert(back.at, way);
        self.unknown = self.unknown.or(unknown);
        if let Some(same) = self.backs.iter_mut().find(|other| other.is_same(&back)) {
            // What was known at one walk need not hold at a later one.
            same.state = same.state.join(&back.state);
        } else if self.backs.len() < MOST_BACKS {
            self.backs.push(back);
        } else {
            // What is not kept cannot be shown to fall.
            self.backs.iter_mut().for_each(|back| back.lines.clear());
        }
    }
}

/// From which function to which, and how the arguments of one come from those of the other.
pub(super) type Edges = BTreeMap<(FunctionId, FunctionId), BTreeSet<Graph>>;

/// Arrows from parameters, by their identities, to arguments.
fn arrows<'k>(frame: u32, parameters: &[u32], arguments: impl Iterator<Item = &'k Known>) -> Graph {
    let mut arrows = Arrows::new();
    let told = |argument: &&'k Known| !argument.measures.is_empty();
    for (to, argument) in arguments.enumerate().take(MOST_PARAMETERS).filter(|(_, argument)| told(argument)) {
        for (from, parameter) in parameters.iter().enumerate().take(MOST_PARAMETERS) {
            if let Some(smaller) = argument.measures.get(&Id(frame, *parameter)) {
                arrows.insert((from as u8, to as u8), smaller);
            }
        }
    }
    arrows.into_iter().collect()
}

/// How many calls lead to others, and how many do not, where each leads to so many at most and so many stand one below the
/// other.
fn branching(deepest: &Turns, backs: f64) -> (Turns, Turns) {
    if backs <= 1.0 {
        return (deepest.clone(), Turns::between(1.0, 1.0));
    }
    let ends = if deepest.size.is_none() { backs.powf(deepest.high) } else { f64::INFINITY };
    // The least is one that calls none.
    let within = |high: f64| if high < MOST_CALLS { high } else { f64::INFINITY };
    let inner = (ends - 1.0) / (backs - 1.0);
    (Turns::between(0.0, within(inner.ceil())), Turns::between(0.0, within(ends.ceil())))
}

/// How often a whole number can get smaller that does at every call back: what is called first is given this.
fn fallen_whole(cycle: &Cycle, given: &[Known]) -> Turns {
    let falling = |place: usize| {
        let own = (place as u8, place as u8);
        let at =
            |back: &Back| back.graph.iter().find(|(ends, smaller)| *ends == own && *smaller).and(back.least[place]);
        cycle.backs.iter().map(at).reduce(|one, other| Some(one?.min(other?))).flatten()
    };
    let first = |known: &Known| known.as_number().filter(|_| known.null == Null::Never).map(|number| number.high);
    let all = given.iter().enumerate().take(MOST_PARAMETERS);
    let most = all.filter_map(|(place, known)| Some(first(known)?.ceil() - falling(place)?));
    Turns::between(0.0, most.fold(f64::INFINITY, f64::min).max(0.0))
}

/// More calls than this are as good as no bound.
const MOST_CALLS: f64 = 1e15;

/// Fields of parameters are followed like parameters, under numbers from here on.
const FIELDS: u32 = 0x1000_0000;

/// The fields of parameters that are followed: of which parameter, and its name.
pub(super) type Fields = BTreeMap<FunctionId, Vec<(usize, Rc<str>)>>;

impl Flow<'_> {
    /// The numbers of what is followed from call to call: parameters, what is captured, fields.
    pub fn followed(&self, function: FunctionId) -> Vec<u32> {
        let fields = self.fields.get(&function).map_or(0, Vec::len) as u32;
        let parameters = self.code(function).blocks[0].parameters.iter().map(|p| p.0);
        parameters.chain((0..fields).map(|i| FIELDS + i)).collect()
    }

    /// What is given for each of them.
    fn given_for<'k>(&self, function: FunctionId, given: impl Iterator<Item = &'k Known>) -> Vec<Known> {
        let mut all: Vec<Known> = given.cloned().collect();
        for (i, known) in all.iter_mut().enumerate() {
            // What stands in for null is as large as it likes.
            if known.null != Null::Never && self.has_default(function, i) {
                known.measures = Sides::NONE;
            }
        }
        for (i, name) in self.fields.get(&function).into_iter().flatten() {
            let field = match all.get(*i).map(|known| &known.shape) {
                Some(Shape::Object(object)) => object.fields.get(name).cloned(),
                _ => None,
            };
            all.push(field.unwrap_or_else(Known::anything));
        }
        all
    }

    /// Whether a parameter has a value for when it is null.
    pub fn has_default(&self, function: FunctionId, parameter: usize) -> bool {
        let parameters = &self.program.declarations.functions[function.0 as usize].parameters;
        parameters.get(parameter).is_some_and(|parameter| parameter.default.is_some())
    }

    /// The number that a parameter has when nothing is given for it, where it is written out.
    pub fn default_number(&self, function: FunctionId, parameter: usize) -> Option<f64> {
        let parameters = &self.program.declarations.functions[function.0 as usize].parameters;
        match parameters.get(parameter)?.default.as_ref()?.kind {
            ExprKind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Follows the fields of a parameter through what is made of them.
    pub fn follow_fields(&mut self, function: FunctionId, frame: u32, place: usize, known: &mut Known) {
        let Shape::Object(object) = &mut known.shape else { return };
        let all = self.fields.entry(function).or_default();
        for (name, field) in Rc::make_mut(object).fields.iter_mut() {
            let followed = all.iter().position(|(i, other)| *i == place && other == name);
            let number = match followed {
                Some(number) => number,
                None if all.len() < MOST_FIELDS => {
                    all.push((place, name.clone()));
                    all.len() - 1
                }
                None => continue,
            };
            let id = Id(frame, FIELDS + number as u32);
            if field.id == Id::NONE {
                field.id = id;
            }
            let outer = field.measures.iter().filter(|(id, _)| id.0 != frame).map(|(id, smaller)| (*id, *smaller));
            field.measures = outer.chain([(id, false)]).collect();
        }
    }

    /// Takes note of a call, for functions that call each other.
    pub fn edge(&mut self, closure: &Closure, arguments: &[Known]) {
        let (Some(&from), Some(&frame)) = (self.calls.stack.last(), self.calls.active.last()) else { return };
        let parameters = self.followed(from);
        let given = self.given_for(closure.function, arguments.iter().chain(closure.captures.iter()));
        let graph = arrows(frame, &parameters, given.iter());
        self.edges.entry((from, closure.function)).or_default().insert(graph);
    }

    /// What is known at a call back to a function in an activation.
    pub fn back(&mut self, function: FunctionId, frame: u32, given: &[Known], state: &State, at: Location) -> Back {
        let parameters = &self.followed(function)[..];
        let given = &self.given_for(function, given.iter())[..];
        let mut graph: Arrows = arrows(frame, parameters, given.iter()).into_iter().collect();
        let nulls = given.iter().enumerate().take(MOST_PARAMETERS).filter(|(_, known)| known.null == Null::Always);
        for (to, _) in nulls {
            for (from, parameter) in parameters.iter().enumerate().take(MOST_PARAMETERS) {
                let learned = state.learned.get(&Id(frame, *parameter));
                if learned.is_some_and(|learned| learned.null == Some(false) || learned.truth == Some(true)) {
                    // Null is smaller than anything that is not null.
                    graph.insert((from as u8, to as u8), true);
                }
            }
        }
        let lines = given.iter().map(|known| self.line_of(known)).collect();
        let longest = given.iter().map(|known| self.longest_here(known)).collect();
        let whole = |known: &Known| {
            let number = known.as_number().filter(|number| number.whole && known.null == Null::Never)?;
            Some(number.low).filter(|low| low.is_finite())
        };
        let least = given.iter().map(whole).collect();
        Back { frame, graph: graph.into_iter().collect(), state: state.clone(), lines, longest, least, at }
    }

    /// Whether a run counts the calls of a function.
    pub fn is_counted(&self, function: FunctionId) -> bool {
        self.program.declarations.functions[function.0 as usize].decorators.max_calls.is_some()
    }

    /// What all calls of a function within its outermost one take, from what one takes; `within` a circle that leads further
    /// out as well, how often that may be is counted there.
    pub fn repeated(&mut self, function: FunctionId, initial: &[Known], within: bool) -> Cost {
        let backs = self.taken.backs.high();
        let counted = self.program.declarations.functions[function.0 as usize].decorators.max_calls;
        // What is called once too often is begun before it is refused.
        let deep = |depth: &Amount, turns: &Turns| {
            let mut depth = turns.of(depth);
            depth.add(&Amount::up_to(1.0));
            depth
        };
        if within {
            let turns = Turns::between(1.0, counted.map_or(f64::INFINITY, |most| most as f64));
            return Cost { depth: deep(&self.taken.depth, &turns), ..self.taken.times(&turns) };
        }
        let once = Cost { backs: Amount::default(), ..self.taken.clone() };
        let circling = self.circling.remove(&function);
        let Circling { going, ending } =
            circling.unwrap_or_else(|| Circling { going: once.clone(), ending: once.clone() });
        let [going, ending] = [going, ending].map(|cost| Cost { backs: Amount::default(), ..cost });
        if let Some(most) = counted {
            let turns = Turns::between(1.0, most as f64);
            return Cost { depth: deep(&once.depth, &turns), ..once.times(&turns) };
        }
        // Each calls back so often at most, as many one below the other as something can fall, and the last ones do not.
        let deepest = self.fallen(function, initial);
        let (turns, ends) = branching(&deepest, backs);
        let mut all = going.times(&turns);
        all.add(&ending.times(&ends));
        let called = |cost: &Cost| {
            let mut depth = cost.depth.clone();
            depth.add(&Amount::exactly(1.0));
            depth
        };
        let mut depth = deepest.of(&called(&going));
        depth.add(&called(&ending));
        Cost { depth, ..all }
    }

    /// How many calls of a function can lead from one to the next within its outermost one, by what that is called with.
    fn fallen(&mut self, function: FunctionId, initial: &[Known]) -> Turns {
        let unbounded = Turns::between(0.0, f64::INFINITY);
        if self.calls.shared.contains(&function) {
            // Not every way round was walked.
            return unbounded;
        }
        let Some(cycle) = self.cycles.get(&function).cloned() else { return unbounded };
        let parameters = self.followed(function);
        let given = self.given_for(function, initial.iter());
        let mut best = fallen_whole(&cycle, &given);
        for sum in self.sums(function, &cycle) {
            let falls = |back: &Back| self.falls_at(&sum, back, &parameters, 1.0);
            if cycle.backs.is_empty() || !cycle.backs.iter().all(falls) {
                continue;
            }
            // It begins with this, and is no less than that when it falls for the last time.
            let floors = cycle.backs.iter().map(|back| self.floor(&back.own(&sum), &back.state));
            let least = floors.fold(f64::INFINITY, f64::min);
            let (mut most, mut size) = (sum.constant - least.max(0.0) + 1.0, None);
            for (atom, factor) in sum.atoms() {
                let first = parameters.iter().position(|p| *p == atom.id.1).and_then(|i| given.get(i));
                let range = first.map_or((f64::NEG_INFINITY, f64::INFINITY), |known| match &known.shape {
                    Shape::List(list) if atom.length => {
                        (list.low as f64, list.high.map_or(f64::INFINITY, |high| high as f64))
                    }
                    Shape::Number(number) if !atom.length => (number.low, number.high),
                    _ => (f64::NEG_INFINITY, f64::INFINITY),
                });
                let end = if factor > 0 { range.1 } else { range.0 };
                if atom.length && factor == 1 && !end.is_finite() && size.is_none() {
                    size = first.and_then(Known::size);
                    most += if size.is_some() { 0.0 } else { f64::INFINITY };
                } else {
                    most += f64::from(factor) * end;
                }
            }
            let turns = match size {
                Some(name) if most <= 0.0 => Turns { low: 0.0, high: f64::INFINITY, size: Some(name) },
                None if most.is_finite() => Turns::between(0.0, most.floor().max(0.0)),
                _ => continue,
            };
            if turns.high < best.high || best.size.is_none() && !best.high.is_finite() {
                best = turns;
            }
        }
        best
    }

    /// The sums of parameters that may fall from call to call: those that tests bound from below, and what `@decreases`
    /// names; in the frame of the first.
    fn sums(&mut self, function: FunctionId, cycle: &Cycle) -> Vec<Line> {
        let parameters = self.followed(function);
        let mut sums: Vec<Line> = Vec::new();
        let declared = &self.program.declarations.functions[function.0 as usize];
        let Some(first) = cycle.backs.first() else { return sums };
        if let Some(named) = &declared.decorators.decreases {
            sums.extend(self.named_sum(declared, named, first.frame, &parameters));
        }
        for back in &cycle.backs {
            let own =
                |line: &Line| line.atoms().all(|(atom, _)| atom.id.0 == back.frame && parameters.contains(&atom.id.1));
            let relations = &back.state.relations;
            // What two say of the same value between them says something without it: of `s <= i` and `i < n`, `s < n`.
            let pairs = relations.iter().enumerate().flat_map(|(i, one)| {
                let between = |other: &&Line| other.atoms().any(|(atom, by)| one.atoms().any(|own| own == (atom, -by)));
                relations[..i].iter().filter(between).filter_map(move |other| one.plus(other, 1))
            });
            for line in relations.iter().copied().chain(pairs).filter(own).map(|line| first.own(&line)) {
                if sums.len() < MOST_SUMS && !sums.contains(&line) {
                    sums.push(line);
                }
            }
            for (i, parameter) in parameters.iter().enumerate() {
                let (atom, length) =
                    (Line::atom(Id(first.frame, *parameter), false), Line::atom(Id(first.frame, *parameter), true));
                let changes = |same: Line, now: bool| now && sums.len() < MOST_SUMS && !sums.contains(&same);
                if changes(length, back.longest.get(i).is_some_and(|l| !l.is_empty() && l[..] != [back.own(&length)])) {
                    sums.push(length);
                }
                let low = self.range_of(Atom { id: Id(back.frame, *parameter), length: false }, &back.state).low;
                let above = atom.plus(&Line::constant(-low), 1).filter(|_| low.is_finite());
                if let Some(above) = above
                    && sums.len() < MOST_SUMS
                    && !sums.contains(&above)
                    && back.lines.get(i).is_some_and(|line| line.is_some_and(|line| line != back.own(&atom)))
                {
                    sums.push(above);
                }
            }
        }
        sums
    }

    /// Whether a sum is never negative at a call back, and less by so much at least in what is called.
    fn falls_at(&self, sum: &Line, back: &Back, parameters: &[u32], least: f64) -> bool {
        let sum = &back.own(sum);
        let next = self.after(sum, back, parameters);
        let falls = |next: &Line| {
            let lost = sum.plus(next, -1).and_then(|lost| lost.plus(&Line::constant(least), -1));
            lost.is_some_and(|lost| self.never_negative(&lost, &back.state))
        };
        next.is_some_and(|next| next.iter().all(falls))
            && (least == 0.0 || self.never_negative(sum, &back.state) && self.keeps_count(sum, &back.state))
    }

    /// A call back at which what `@decreases` names is certainly no smaller than before.
    fn rises_at(&self, function: FunctionId, cycle: &Cycle) -> Option<Location> {
        let declared = &self.program.declarations.functions[function.0 as usize];
        let named = declared.decorators.decreases.as_ref()?;
        let parameters = self.followed(function);
        let rises = |back: &&Back| {
            let sum = self.named_sum(declared, named, back.frame, &parameters)?;
            // Of lengths only the most is known.
            let exact = sum.atoms().all(|(atom, _)| !atom.length);
            let next = self.after(&sum, back, &parameters).filter(|_| exact)?;
            let gained = next.iter().map(|next| next.plus(&sum, -1)).collect::<Option<Vec<Line>>>()?;
            Some(!gained.is_empty() && gained.iter().all(|gained| self.never_negative(gained, &back.state)))
        };
        cycle.backs.iter().find(|back| rises(back) == Some(true)).map(|back| back.at)
    }

    /// What a sum is in what is called back: one of these at most.
    fn after(&self, sum: &Line, back: &Back, parameters: &[u32]) -> Option<Vec<Line>> {
        super::falling::afterwards(sum, |atom| {
            let i = parameters.iter().position(|p| *p == atom.id.1)?;
            let line = back.lines.get(i).copied().flatten().into_iter().collect();
            Some(if atom.length { back.longest.get(i).cloned().unwrap_or_default() } else { line })
        })
    }

    /// The graphs of a cycle, with sums of parameters as parameters of their own.
    fn with_sums(&mut self, function: FunctionId, cycle: &Cycle) -> BTreeSet<Graph> {
        let parameters = self.followed(function);
        let sums = self.sums(function, cycle);
        let graph = |back: &Back| {
            let mut graph: Arrows = back.graph.iter().copied().collect();
            for (i, sum) in sums.iter().enumerate() {
                let place = 100 + i as u8;
                if self.falls_at(sum, back, &parameters, 1.0) {
                    graph.insert((place, place), true);
                } else if self.falls_at(sum, back, &parameters, 0.0) {
                    graph.insert((place, place), false);
                }
            }
            graph.into_iter().collect()
        };
        cycle.backs.iter().map(graph).collect()
    }

    /// What `@decreases` names as a sum of parameters.
    fn named_sum(&self, declared: &Function, expr: &Expr, frame: u32, parameters: &[u32]) -> Option<Line> {
        let of = |expr: &Expr| self.named_sum(declared, expr, frame, parameters);
        match &expr.kind {
            ExprKind::Number(x) => Some(Line::constant(*x)),
            ExprKind::Binary(row) => row.rest.iter().try_fold(of(&row.first)?, |sum, (operator, _, next)| {
                let next = of(next)?;
                match operator {
                    Binary::Add => sum.plus(&next, 1),
                    Binary::Subtract => sum.plus(&next, -1),
                    Binary::Multiply => match (sum.atoms().next(), next.atoms().next()) {
                        (_, None) if next.constant.fract() == 0.0 => sum.times(next.constant as i32),
                        (None, _) if sum.constant.fract() == 0.0 => next.times(sum.constant as i32),
                        _ => None,
                    },
                    _ => None,
                }
            }),
            ExprKind::Chain(chain) => match &chain.rest[..] {
                [link] if matches!(&link.kind, LinkKind::Member(name) if &**name == "length") => {
                    let place = self.parameter_named(declared, &chain.first)?;
                    Some(Line::atom(Id(frame, *parameters.get(place)?), true))
                }
                _ => None,
            },
            _ => {
                let place = self.parameter_named(declared, expr)?;
                Some(Line::atom(Id(frame, *parameters.get(place)?), false))
            }
        }
    }

    /// Which parameter a name in the text is.
    fn parameter_named(&self, declared: &Function, expr: &Expr) -> Option<usize> {
        let ExprKind::Read(variable) = &expr.kind else { return None };
        let binds =
            |p: &crate::hir::Parameter| matches!(&p.pattern.kind, PatternKind::Bind(bound) if bound == variable);
        declared.parameters.iter().position(binds)
    }

    /// Reports the functions whose calls back need not end.
    pub fn recursions(&mut self) {
        let cycles = std::mem::take(&mut self.cycles);
        let mut said: BTreeSet<FunctionId> = BTreeSet::new();
        let mut decided: BTreeMap<FunctionId, Verdict> = BTreeMap::new();
        let mut work = 0;
        let circles = if cycles.is_empty() { BTreeMap::new() } else { circles(self.edges.keys().copied()) };
        for (function, cycle) in &cycles {
            let declared = &self.program.declarations.functions[function.0 as usize];
            if declared.decorators.max_calls.is_some() {
                continue;
            }
            let mut verdict = decide(&cycle.graphs, &mut work);
            if verdict == Verdict::MayNot && !self.calls.shared.contains(function) {
                verdict = decide(&self.with_sums(*function, cycle), &mut work);
            }
            if verdict != Verdict::Ends || self.calls.shared.contains(function) {
                // Where not every way round was walked, or ways were taken together, the single calls have to show it.
                let circle = &circles[function];
                let first = *circle.first().unwrap_or(function);
                verdict = *decided.entry(first).or_insert_with(|| decide_among(&self.edges, circle, &mut work));
            }
            if verdict == Verdict::Ends {
                if let Some(at) = self.rises_at(*function, cycle) {
                    let message = "what `@decreases` names does not get smaller at this call";
                    self.findings
                        .report(Code::TM12, at, message, |d| d.help("name what gets smaller, or leave it out"));
                }
                continue;
            }
            let alone = |back: &Back| Cycle { backs: vec![back.clone()], ..Cycle::default() };
            let guilty = cycle
                .backs
                .iter()
                .find(|back| decide(&self.with_sums(*function, &alone(back)), &mut work) != Verdict::Ends)
                .map(|back| back.at);
            let name = |f: FunctionId| match self.program.declarations.functions[f.0 as usize].name {
                Some(name) => format!("`{}`", self.program.declarations.names.text(name)),
                None => "a lambda".to_owned(),
            };
            let first = cycle.calls.iter().find(|(at, _)| guilty.is_none_or(|guilty| guilty == **at));
            let Some((&(mut at), way)) = first.or_else(|| cycle.calls.iter().next()) else { continue };
            if !said.insert(circles.get(function).map_or(*function, |circle| *circle.first().unwrap_or(function))) {
                continue;
            }
            let patterns = way.iter().any(|f| self.program.declarations.functions[f.0 as usize].kind == Kind::Pattern);
            let path = way.iter().chain([function]).map(|f| name(*f)).collect::<Vec<String>>().join(" → ");
            let many = declared.parameters.len() > MOST_PARAMETERS;
            // What was forgotten on the way may have got smaller.
            let known = !patterns && declared.decorators.decreases.is_none() && cycle.unknown.is_none();
            let forgotten = known && way.iter().any(|function| self.calls.forgotten.contains(function));
            let (code, message, help) = if verdict == Verdict::TooMany || many || forgotten {
                (Code::TM09, "there are too many ways of calling to follow".to_owned(), "split the function")
            } else if patterns {
                (
                    Code::TM10,
                    format!("patterns call each other in a circle: {path}"),
                    "let one of them answer without calling the others",
                )
            } else if declared.decorators.decreases.is_some() {
                (
                    Code::TM12,
                    "what `@decreases` names does not get smaller at this call".to_owned(),
                    "call with something smaller, or count the calls: `@maxCalls(100)`",
                )
            } else if let Some(unknown) = cycle.unknown {
                at = unknown;
                (
                    Code::TM07,
                    format!("a function that is only known at run time may call itself: {path}"),
                    "call a function that is declared, on something that gets smaller",
                )
            } else {
                (
                    Code::TM08,
                    format!("no argument gets smaller on the way back: {path}"),
                    "call with something smaller (`n - 1` under a guard, `xs.slice(1)`), or count the calls: `@maxCalls(100)`",
                )
            };
            self.findings.report(code, at, message, |d| d.help(help));
        }
    }
}

#[cfg(test)]
mod proof;

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(arrows: &[(u8, u8, bool)]) -> Graph {
        let mut all: Graph = arrows.iter().map(|(a, b, s)| ((*a, *b), *s)).collect();
        all.sort();
        all
    }

    #[test]
    fn one_falling_argument_ends() {
        assert_eq!(decide(&BTreeSet::from([graph(&[(0, 0, true)])]), &mut 0), Verdict::Ends);
        assert_eq!(decide(&BTreeSet::from([graph(&[(0, 0, false)])]), &mut 0), Verdict::MayNot);
    }

    #[test]
    fn ackermann_and_swapped_arguments_end() {
        assert_eq!(
            decide(&BTreeSet::from([graph(&[(0, 0, true)]), graph(&[(0, 0, false), (1, 1, true)])]), &mut 0),
            Verdict::Ends
        );
        assert_eq!(decide(&BTreeSet::from([graph(&[(0, 1, true), (1, 0, false)])]), &mut 0), Verdict::Ends);
    }

    #[test]
    fn two_calls_that_undo_each_other_do_not() {
        let up = graph(&[(1, 1, true)]);
        let down = graph(&[(0, 0, true)]);
        assert_eq!(decide(&BTreeSet::from([up, down]), &mut 0), Verdict::MayNot);
    }
}
