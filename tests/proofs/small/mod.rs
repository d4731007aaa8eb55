//! A small language of patterns that ask, test and act, with a run of its own that carries what no machine does: what a
//! value has earned, who gave it, and what is in doubt around it.

mod make;
mod print;
mod run;

pub(super) use make::pattern;
pub(super) use print::Style;
pub(super) use run::{constant, perform, unswayed};

/// A pattern: its contracts and its statements.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// What is asked of the answers of each speaker: the least confidence.
    pub(super) contracts: [Option<u32>; SPEAKERS],
    /// Functions of one parameter, called by number.
    pub(super) functions: Vec<Expr>,
    pub(super) body: Vec<Stmt>,
    pub(super) result: Expr,
    /// What the result is to earn.
    pub(super) ensures: Option<u32>,
}

/// How many agents can be asked.
pub(super) const SPEAKERS: usize = 3;

/// Confidences are tenths here.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    /// A text.
    Text(u8),
    /// The input.
    Input,
    /// A variable.
    Name(u32),
    /// `speaker.say(x)`
    Ask(usize, Box<Expr>),
    /// `` `${a} and ${b}` ``
    Join(Box<Expr>, Box<Expr>),
    /// `x ~> k`
    State(Box<Expr>, u32),
    /// `cap(x, k)`
    Cap(Box<Expr>, u32),
    /// `value(x)`
    Drop(Box<Expr>),
    /// `gate(x, t)`
    Gate(Box<Expr>, u32),
    /// `a ?? b`
    Else(Box<Expr>, Box<Expr>),
    /// `a ~?? b`
    OrElse(Box<Expr>, Box<Expr>),
    /// `a ~||> b`
    Best(Box<Expr>, Box<Expr>),
    /// `consensus([a, b], "unanimous")`
    Agree(Box<Expr>, Box<Expr>),
    /// `{ yes: a, a: b }[x]`
    Pick(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `c ? a : b`
    Choose(Box<Cond>, Box<Expr>, Box<Expr>),
    /// `verify(x, { agent: speaker })`
    Verify(Box<Expr>, usize),
    /// `approve(x, { to: person })`
    Approve(Box<Expr>),
    /// A call of a function
    Call(usize, Box<Expr>),
}

/// A condition.
#[derive(Clone, Debug)]
pub(super) enum Cond {
    /// `~x >= t`
    Sure(u32, u32),
    /// `x`
    True(u32),
    /// `x ~> t`, asking
    Asks(u32, u32),
    /// `x != null`
    Present(u32),
    /// `x == y`
    Same(u32, Expr),
    And(Box<Cond>, Box<Cond>),
    Or(Box<Cond>, Box<Cond>),
    Not(Box<Cond>),
}

/// A statement.
#[derive(Clone, Debug)]
pub(super) enum Stmt {
    Let(u32, Expr),
    Assign(u32, Expr),
    If(Cond, Vec<Stmt>, Vec<Stmt>),
    /// `uncertain if (x) { high … medium … low … }`
    Bands(u32, [Vec<Stmt>; 3]),
    /// `for i in 0..2`
    Twice(Vec<Stmt>),
    /// `if (c) { return x }`
    Leave(Cond, Expr),
    /// `world.tell(x)`, `world.send(x)`, `world.pay(x)`
    Act(usize, Expr),
}

/// The methods of the world, gravest last, with the confidence in tenths and the evidence that they need.
pub(super) const ACTIONS: [(&str, u32, Evidence); 3] =
    [("tell", 5, Evidence::Unknown), ("send", 7, Evidence::Reviewed), ("pay", 9, Evidence::Checked)];

use prism::value::Evidence;

impl Pattern {
    /// All patterns with one statement less.
    pub(super) fn smaller(&self) -> Vec<Pattern> {
        without_one(&self.body).into_iter().map(|body| Pattern { body, ..self.clone() }).collect()
    }

    /// The same with declarations and actions that have nothing to do with each other in another order.
    pub(super) fn reordered(&self) -> Pattern {
        let mut body = self.body.clone();
        let mut at = 1;
        while at < body.len() {
            let (first, second) = (&body[at - 1], &body[at]);
            let apart = match (first, second) {
                (Stmt::Let(a, x), Stmt::Let(b, y)) => a != b && !x.reads(*b) && !y.reads(*a),
                (Stmt::Let(a, _), Stmt::Act(_, y)) | (Stmt::Act(_, y), Stmt::Let(a, _)) => !y.reads(*a),
                (Stmt::Act(..), Stmt::Act(..)) => true,
                _ => false,
            };
            if apart {
                body.swap(at - 1, at);
                at += 1;
            }
            at += 1;
        }
        Pattern { body, ..self.clone() }
    }
}

fn without_one(body: &[Stmt]) -> Vec<Vec<Stmt>> {
    let mut all = Vec::new();
    for (at, stmt) in body.iter().enumerate() {
        let with = |instead: Vec<Stmt>| {
            let mut rest = body.to_vec();
            rest.splice(at..=at, instead);
            rest
        };
        all.push(with(Vec::new()));
        match stmt {
            Stmt::If(c, yes, no) => {
                all.extend([with(yes.clone()), with(no.clone())]);
                all.extend(without_one(yes).into_iter().map(|it| with(vec![Stmt::If(c.clone(), it, no.clone())])));
                all.extend(without_one(no).into_iter().map(|it| with(vec![Stmt::If(c.clone(), yes.clone(), it)])));
            }
            Stmt::Twice(inner) => {
                all.push(with(inner.clone()));
                all.extend(without_one(inner).into_iter().map(|it| with(vec![Stmt::Twice(it)])));
            }
            Stmt::Bands(x, bands) => {
                for (which, band) in bands.iter().enumerate() {
                    for smaller in without_one(band) {
                        let mut bands = bands.clone();
                        bands[which] = smaller;
                        all.push(with(vec![Stmt::Bands(*x, bands)]));
                    }
                }
            }
            Stmt::Let(name, value) => {
                all.extend(value.parts().into_iter().map(|part| with(vec![Stmt::Let(*name, part)])));
            }
            Stmt::Assign(name, value) => {
                all.extend(value.parts().into_iter().map(|part| with(vec![Stmt::Assign(*name, part)])));
            }
            Stmt::Leave(..) | Stmt::Act(..) => {}
        }
    }
    all
}

impl Expr {
    /// Whether a variable is read in it.
    fn reads(&self, name: u32) -> bool {
        match self {
            Expr::Name(own) => *own == name,
            Expr::Choose(cond, ..) if cond.reads(name) => true,
            _ => self.parts().iter().any(|part| part.reads(name)),
        }
    }

    /// The expressions that this one is made of.
    fn parts(&self) -> Vec<Expr> {
        match self {
            Expr::Text(_) | Expr::Input | Expr::Name(_) => Vec::new(),
            Expr::Ask(_, x) | Expr::State(x, _) | Expr::Cap(x, _) | Expr::Drop(x) | Expr::Gate(x, _) => {
                vec![(**x).clone()]
            }
            Expr::Verify(x, _) | Expr::Approve(x) | Expr::Call(_, x) => vec![(**x).clone()],
            Expr::Join(a, b) | Expr::Else(a, b) | Expr::OrElse(a, b) | Expr::Best(a, b) => {
                vec![(**a).clone(), (**b).clone()]
            }
            Expr::Agree(a, b) | Expr::Choose(_, a, b) => vec![(**a).clone(), (**b).clone()],
            Expr::Pick(x, a, b) => vec![(**x).clone(), (**a).clone(), (**b).clone()],
        }
    }
}

impl Cond {
    fn reads(&self, name: u32) -> bool {
        match self {
            Cond::Sure(own, _) | Cond::True(own) | Cond::Asks(own, _) | Cond::Present(own) => *own == name,
            Cond::Same(own, y) => *own == name || y.reads(name),
            Cond::And(a, b) | Cond::Or(a, b) => a.reads(name) || b.reads(name),
            Cond::Not(a) => a.reads(name),
        }
    }
}
