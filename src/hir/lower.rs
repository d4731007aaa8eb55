//! From a tree to a module of the program: the state that all parts of the lowering share, and what names come to.

use super::annotation::TypeNames;
use super::scope::{DeclarationId, DeclarationKind, ScopeId, Scopes};
use super::{
    Bands, Capture, CaptureId, Expr, ExprKind, Function, FunctionId, GlobalId, Kind, Local, LocalId, Module, Origin,
    Pattern, PatternKind, Program, Variable,
};
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::source::{FileId, Location, Name, Span};
use crate::syntax::ast::{Form, FunctionId as FunctionNode, Node, NodeId, Tree};
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use std::cell::OnceCell;
use std::sync::Arc;

/// A module on its way into the program.
pub(super) struct Lowering<'a> {
    pub(super) tree: &'a Tree,
    pub(super) text: &'a str,
    pub(super) file: FileId,
    pub(super) program: &'a mut Program,
    pub(super) diagnostics: &'a mut Diagnostics,
    pub(super) scopes: Scopes,
    /// The functions that are being lowered, outer first.
    pub(super) frames: Vec<Frame>,
    /// The scope that is being lowered.
    pub(super) scope: ScopeId,
    /// What the names of other modules come to.
    pub(super) imported: HashMap<DeclarationId, Imported>,
    /// Types and interfaces by their names in this module.
    pub(super) types: TypeNames,
    /// Whether the file has no pattern, so that its statements are a program and see `input`.
    pub(super) script: bool,
    /// The module that comes of it.
    pub(super) module: Module,
    /// The functions behind the names of section 11, where the program may read them.
    pub(super) hosts: Option<super::foreign::Hosts>,
    /// What names of section 11 came to.
    pub(super) foreign: super::foreign::Given,
    /// The name that the next function gets, if it has none.
    pub(super) hint: Option<Name>,
    /// Whether the next function goes into data, so that anyone may call it at any time.
    pub(super) keeping: bool,
    /// Whether the next function is applied as a task of a fork.
    pub(super) forking: bool,
    /// How many stages of pipelines are being lowered that run what comes before them.
    pub(super) runners: usize,
    /// Functions whose results a built-in throws away.
    pub(super) unheard: HashSet<FunctionNode>,
    /// Functions in the list of a `vote`, which asks them as tasks.
    pub(super) ballots: HashSet<FunctionNode>,
    /// What functions do that matters to tasks.
    pub(super) doings: super::task::Doings,
    /// Whether the text has faults of syntax, so that what is missing may just have been lost.
    pub(super) broken: bool,
    /// The lines that have them.
    pub(super) unread: Vec<Span>,
    /// By name, whether it is a key of an object that may hold a function; made when first asked for.
    own_methods: OnceCell<Vec<bool>>,
    homes: Vec<Option<Home>>,
    /// The texts of names as values share them.
    shared: Vec<Option<Arc<str>>>,
    unknown: HashSet<(Name, FunctionId)>,
    pub(super) unknown_types: HashSet<Name>,
    hinted: HashMap<Name, Option<String>>,
    comparisons: usize,
}

/// A function that is being lowered.
pub(super) struct Frame {
    pub(super) id: FunctionId,
    pub(super) kind: Kind,
    pub(super) locals: Vec<Local>,
    pub(super) captures: Vec<Capture>,
    pub(super) bands: Bands,
    /// Loops and `switch`es around the present place, outer first.
    pub(super) around: Vec<Around>,
    /// Whether it runs as a task of a fork.
    pub(super) forked: bool,
    /// Whether it is kept as data, so that it is not certain who calls it.
    pub(super) kept: bool,
    /// Whether it sees `input` as a global.
    pub(super) input: bool,
    /// The place in the function around where its closure is made.
    made: u32,
    captured: HashMap<DeclarationId, CaptureId>,
}

/// What `break` and `continue` may mean.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    /// A loop.
    Loop,
    /// A `switch`.
    Switch,
}

/// What an imported name comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Imported {
    /// A variable of its module.
    Global(GlobalId),
    /// All of a module, by its place in the program.
    Module(usize),
    /// A type or interface.
    Type,
    /// Nothing; a diagnostic says so.
    Nothing,
}

#[derive(Clone, Copy)]
enum Home {
    Global(GlobalId),
    Local(usize, LocalId),
}

impl<'a> Lowering<'a> {
    pub(super) fn new(
        tree: &'a Tree,
        text: &'a str,
        file: FileId,
        program: &'a mut Program,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        program.functions.reserve(tree.functions.len() + 1);
        let scopes = Scopes::of(tree, &program.names);
        let script = !tree.functions.iter().any(|function| function.form == Form::Pattern);
        Self {
            tree,
            text,
            file,
            program,
            diagnostics,
            scopes,
            frames: Vec::new(),
            scope: ScopeId(0),
            imported: HashMap::new(),
            types: TypeNames::default(),
            script,
            module: Self::empty_module(file, FunctionId(0)),
            hosts: None,
            foreign: Default::default(),
            unheard: HashSet::new(),
            ballots: HashSet::new(),
            hint: None,
            keeping: false,
            forking: false,
            runners: 0,
            doings: Default::default(),
            broken: false,
            unread: Vec::new(),
            own_methods: OnceCell::new(),
            homes: Vec::new(),
            shared: Vec::new(),
            unknown: HashSet::new(),
            unknown_types: HashSet::new(),
            hinted: HashMap::new(),
            comparisons: 0,
        }
    }

    // ---- the tree

    pub(super) fn node(&self, id: NodeId) -> Node {
        *self.tree.node(id)
    }

    pub(super) fn span(&self, id: NodeId) -> Span {
        self.tree.span(id)
    }

    /// The node inside all parentheses and `await`s.
    pub(super) fn bare(&self, mut id: NodeId) -> NodeId {
        use crate::syntax::ast::Prefix;
        loop {
            match self.node(id) {
                Node::Paren(inner) | Node::Unary { operator: Prefix::Await, operand: inner } => id = inner,
                _ => return id,
            }
        }
    }

    pub(super) fn name_text(&self, name: Name) -> &str {
        self.program.names.text(name)
    }

    /// The text of a name as a value, shared by all that have it.
    pub(super) fn shared_text(&mut self, name: Name) -> Arc<str> {
        let at = name.0 as usize;
        if self.shared.len() <= at {
            self.shared.resize(at + 1, None);
        }
        let names = &self.program.names;
        self.shared[at].get_or_insert_with(|| names.text(name).into()).clone()
    }

    pub(super) fn source(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    // ---- findings

    pub(super) fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    pub(super) fn finding(&self, code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.at(span), message)
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        let place = diagnostic.at.span.start;
        // Where a line could not be read, what it says is judged when it can.
        let unread = self.unread.iter().any(|line| line.start <= place && place <= line.end);
        if !self.broken || diagnostic.severity == Severity::Error && !unread {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Refuses what stands at a place; null stands there instead.
    pub(super) fn refuse(&mut self, code: Code, span: Span, message: impl Into<String>, help: &str) -> Expr {
        let found = self.finding(code, span, message);
        self.report(if help.is_empty() { found } else { found.help(help) });
        Expr { kind: ExprKind::Null, span }
    }

    // ---- functions

    pub(super) fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the module's own function is always there")
    }

    /// A place in the table of functions, filled when the function is done.
    pub(super) fn reserve(&mut self, kind: Kind, span: Span) -> FunctionId {
        let id = FunctionId(self.program.functions.len() as u32);
        let parent = self.frames.last().map(|frame| frame.id);
        let bands = self.frames.last().map(|frame| frame.bands).unwrap_or_default();
        self.program.functions.push(Function { bands, ..Function::new(kind, self.file, span, parent) });
        id
    }

    /// Begins a function; its closure is made at `made` of the function around.
    pub(super) fn enter(&mut self, id: FunctionId, made: u32) {
        let function = &self.program.functions[id.0 as usize];
        let input = match self.frames.last() {
            Some(outer) => outer.input,
            None => self.script,
        };
        self.frames.push(Frame {
            id,
            kind: function.kind,
            locals: Vec::new(),
            captures: Vec::new(),
            bands: function.bands,
            around: Vec::new(),
            forked: false,
            kept: false,
            input,
            made,
            captured: HashMap::new(),
        });
    }

    /// Ends the innermost function.
    pub(super) fn leave(&mut self, body: Expr) {
        let frame = self.frames.pop().expect("leaving what was entered");
        let function = &mut self.program.functions[frame.id.0 as usize];
        function.body = body;
        function.locals = frame.locals;
        function.captures = frame.captures;
        function.bands = frame.bands;
        function.input = frame.input;
    }

    // ---- variables

    /// Gives the variables of a scope their places.
    pub(super) fn open(&mut self, scope: ScopeId) {
        let count = self.scopes.scope(scope).declarations.len();
        if self.frames.len() > 1 {
            self.frame().locals.reserve(count);
        }
        for at in 0..count {
            self.settle(self.scopes.scope(scope).declarations[at]);
        }
    }

    fn settle(&mut self, id: DeclarationId) {
        let declared = self.scopes.declaration(id);
        let (scope, name, span, origin) = (declared.scope, declared.name, declared.span, declared.origin);
        let (reassigned, early, annotation) = (declared.reassigned, declared.early, declared.annotation);
        let is_function = matches!(declared.kind, DeclarationKind::Function(_));
        if matches!(declared.kind, DeclarationKind::Import(_)) {
            return;
        }
        let module_wide = scope == ScopeId(0) && (is_function || declared.seen_inside || declared.exported);
        self.refuse_given_name(id);
        let annotation = annotation.map(|node| self.type_of(node));
        let home = if module_wide && let Some(name) = name {
            Home::Global(self.global(name, span, origin, annotation, reassigned, early))
        } else {
            let depth = self.frames.len() - 1;
            let (captured, shared, function) = (false, false, None);
            let local = Local { name, span, origin, annotation, captured, shared, reassigned, early, function };
            Home::Local(depth, self.local(local))
        };
        self.settle_at(id, home);
    }

    fn home(&self, id: DeclarationId) -> Option<Home> {
        *self.homes.get(id.0 as usize)?
    }

    fn settle_at(&mut self, id: DeclarationId, home: Home) {
        if self.homes.len() <= id.0 as usize {
            self.homes.resize(self.scopes.declarations.len(), None);
        }
        self.homes[id.0 as usize] = Some(home);
    }

    /// A variable of the module.
    pub(super) fn global(
        &mut self,
        name: Name,
        span: Span,
        origin: Origin,
        annotation: Option<crate::types::Type>,
        reassigned: bool,
        early: bool,
    ) -> GlobalId {
        let id = GlobalId(self.program.globals.len() as u32);
        let file = self.file;
        self.program.globals.push(super::Global {
            name,
            file,
            span,
            origin,
            annotation,
            reassigned,
            early,
            function: None,
        });
        id
    }

    fn local(&mut self, local: Local) -> LocalId {
        let frame = self.frame();
        let id = LocalId(frame.locals.len() as u32);
        frame.locals.push(local);
        id
    }

    /// `agents` and a script's `input` belong to the host.
    fn refuse_given_name(&mut self, id: DeclarationId) {
        let declared = self.scopes.declaration(id);
        let Some(name) = declared.name else { return };
        let span = declared.span;
        let direct = matches!(self.frames.last().map(|frame| frame.kind), Some(Kind::Module | Kind::Pattern));
        let seen = self.frames.last().is_some_and(|frame| frame.input);
        let parameter = declared.origin == Origin::Parameter;
        let given = match self.name_text(name) {
            "agents" => "agents",
            "input" if direct && seen && !parameter => "input",
            _ => return,
        };
        self.refuse(
            Code::P012,
            span,
            format!("`{given}` is given by the host and cannot be declared or assigned"),
            "choose another name",
        );
    }

    /// A variable of the present function that nobody can name.
    pub(super) fn hide(&mut self, span: Span) -> DeclarationId {
        let id = self.scopes.hide(span, self.scope);
        let depth = self.frames.len() - 1;
        let local = self.local(Local {
            name: None,
            span,
            origin: Origin::Hidden,
            annotation: None,
            captured: false,
            shared: false,
            reassigned: false,
            early: false,
            function: None,
        });
        self.settle_at(id, Home::Local(depth, local));
        id
    }

    /// A declared variable as the present function sees it.
    pub(super) fn variable(&mut self, id: DeclarationId) -> Variable {
        if self.home(id).is_none() {
            // A declaration whose scope was never opened: only after a refusal.
            self.settle(id);
        }
        match self.home(id) {
            Some(Home::Global(global)) => Variable::Global(global),
            Some(Home::Local(depth, local)) if depth < self.frames.len() => self.reach(id, depth, local),
            _ => {
                let hidden = self.hide(self.scopes.declaration(id).span);
                self.variable(hidden)
            }
        }
    }

    /// A local of an outer function, handed inward from closure to closure.
    fn reach(&mut self, id: DeclarationId, depth: usize, local: LocalId) -> Variable {
        let declared = self.scopes.declaration(id);
        let (name, mut shared, ends) = (declared.name, declared.moving, declared.ends);
        let mut variable = Variable::Local(local);
        for inner in depth + 1..self.frames.len() {
            let frame = &mut self.frames[inner];
            shared |= frame.made < ends;
            let capture = *frame.captured.entry(id).or_insert_with(|| {
                frame.captures.push(Capture { from: variable, name, shared });
                CaptureId(frame.captures.len() as u32 - 1)
            });
            variable = Variable::Capture(capture);
            let owner = &mut self.frames[depth].locals[local.0 as usize];
            owner.captured = true;
            owner.shared |= shared;
        }
        variable
    }

    /// How many functions of those being lowered are around the owner of a variable; the module's variables have none.
    pub(super) fn depth_of(&self, id: DeclarationId) -> usize {
        match self.home(id) {
            Some(Home::Local(depth, _)) => depth,
            _ => 0,
        }
    }

    /// The module's variable that a declaration became.
    pub(super) fn global_of(&self, id: DeclarationId) -> Option<GlobalId> {
        match self.home(id) {
            Some(Home::Global(global)) => Some(global),
            _ => None,
        }
    }

    /// `let hidden = value`, and the reading of it.
    pub(super) fn keep(&mut self, value: Expr) -> (Expr, Expr) {
        let span = value.span;
        let hidden = self.hide(span);
        let variable = self.variable(hidden);
        let pattern = Box::new(Pattern { kind: PatternKind::Bind(variable), span });
        let kept = Expr { kind: ExprKind::Let { pattern, value: Some(Box::new(value)) }, span };
        (kept, Expr { kind: ExprKind::Read(variable), span })
    }

    // ---- names

    /// What a name comes to where it is read.
    pub(super) fn read(&mut self, name: Name, node: NodeId) -> Expr {
        let span = self.span(node);
        let kind = match self.scopes.resolved(node) {
            Some(declared) => match self.imported.get(&declared).copied() {
                Some(Imported::Global(global)) => ExprKind::Read(Variable::Global(global)),
                Some(Imported::Module(module)) => return self.whole_module(module, span),
                Some(Imported::Type) => return self.type_as_value(name, span),
                Some(Imported::Nothing) => ExprKind::Null,
                None => ExprKind::Read(self.variable(declared)),
            },
            None => return self.undeclared(name, span),
        };
        Expr { kind, span }
    }

    /// What a name means that the program does not declare.
    fn undeclared(&mut self, name: Name, span: Span) -> Expr {
        let input = self.frame().input;
        let text = self.name_text(name);
        let kind = match text {
            "agents" => ExprKind::Agents,
            "input" if input => ExprKind::Input,
            "NaN" => ExprKind::Number(f64::NAN),
            "Infinity" => ExprKind::Number(f64::INFINITY),
            _ => match builtin::find_function(text) {
                Some(id) => ExprKind::Builtin(id),
                None => {
                    let text = text.to_owned();
                    let given = self.foreign_name(&text, span);
                    return given.unwrap_or_else(|| self.unknown(name, &text, span));
                }
            },
        };
        Expr { kind, span }
    }

    /// Whether a name was not known.
    pub(super) fn has_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// Whether a method of this name may be one that the program declares, on an agent or in an object.
    pub(super) fn may_be_own_method(&self, name: &str) -> bool {
        let own_methods = || self.own_methods.get_or_init(|| own_methods(self.tree));
        let own = self.program.names.find(name).and_then(|name| own_methods().get(name.0 as usize)) == Some(&true);
        let of_agent = |interface: &super::Interface| interface.methods.iter().any(|method| &*method.name == name);
        own || self.program.interfaces.iter().any(of_agent)
    }

    /// A type where a value is wanted. An interface that is asked something is meant as the agent that has it.
    fn type_as_value(&mut self, name: Name, span: Span) -> Expr {
        let text = self.name_text(name).to_owned();
        let message = format!("`{text}` is a type, not a value");
        if !self.program.interfaces.iter().any(|interface| interface.name == name) {
            let help =
                "types stand behind `:` and `instanceof` only; a `schema` is an object such as `{ type: \"number\" }`";
            return self.refuse(Code::P010, span, message, help);
        }
        let mut letters = text.chars();
        let own: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
        if !self.frame().input {
            let help = format!("take the agent as a parameter, as in `{own}: {text}`");
            return self.refuse(Code::P010, span, message, &help);
        }
        let found = self
            .finding(Code::P010, span, message)
            .help(format!("`agents.{own}` is the agent that is bound as `{own}`"))
            .fix(format!("write `agents.{own}`"), span, format!("agents.{own}"));
        self.report(found);
        Expr { kind: ExprKind::Null, span }
    }

    fn unknown(&mut self, name: Name, text: &str, span: Span) -> Expr {
        let null = Expr { kind: ExprKind::Null, span };
        let function = self.frame().id;
        if self.broken || text.is_empty() || !self.unknown.insert((name, function)) {
            return null;
        }
        if text == "_" {
            return self.refuse(
                Code::P013,
                span,
                "`_` stands for a value only as an argument in a pipeline",
                "give the value a name",
            );
        }
        if self.types.contains(name) {
            return self.type_as_value(name, span);
        }
        if let Some(found) = super::javascript::refusal(self, text, span) {
            self.report(found);
            return null;
        }
        if builtin::is_namespace(text) {
            let some = builtin::names_in(text).first().copied().unwrap_or("name");
            let message = format!("`{text}` is a group of built-ins and no value");
            let help = match text {
                "Array" => "write a list: `[]`, or `range(n).map(i => 0)` for one of n elements".to_owned(),
                _ => format!("name one of them, such as `{text}.{some}`"),
            };
            return self.refuse(Code::P010, span, message, &help);
        }
        let message = format!("`{text}` is not known here");
        if text == "input" {
            let help = "declare `input` as a parameter of the pattern";
            return self.refuse(Code::P010, span, message, help);
        }
        if let Some(path) = super::library::exporting(text) {
            let import = format!("import {{ {text} }} from \"{path}\"");
            let found = self.finding(Code::P010, span, message).help(format!("write `{import}` above"));
            self.report(found.fix(format!("write `{import}`"), Span::at(0), format!("{import}\n")));
            return null;
        }
        let nearest = match self.hinted.get(&name) {
            Some(known) => known.clone(),
            None if self.comparisons < MOST_COMPARISONS => {
                let visible = self.scopes.visible(self.scope).filter_map(|declared| declared.name);
                let mut all: Vec<&str> = visible.map(|name| self.program.names.text(name)).collect();
                let plain = builtin::all().filter(|(_, known)| known.plain).map(|(_, known)| known.name);
                for known in plain.chain(builtin::namespaces()).chain(["input", "agents"]) {
                    all.push(known);
                }
                self.comparisons += all.len();
                let nearest = crate::diagnostic::nearest(text, all).map(str::to_owned);
                self.hinted.insert(name, nearest.clone());
                nearest
            }
            None => None,
        };
        let found = self.finding(Code::P010, span, message);
        self.report(match nearest {
            Some(near) => {
                let found = found.help(format!("did you mean `{near}`?"));
                super::edit::suggest(
                    found,
                    format!("write `{near}`"),
                    span,
                    near.clone(),
                    super::edit::is_slip(text, &near),
                )
            }
            None => found.help(format!("give it a value first: `{text} = …`, or `let {text} = …`")),
        });
        null
    }
}

/// How many comparisons with names in sight the suggestions for unknown names of a file may take.
const MOST_COMPARISONS: usize = 200_000;

/// By name, whether it is a key of an object that may hold a function.
fn own_methods(tree: &Tree) -> Vec<bool> {
    let mut out = Vec::new();
    let mut add = |name: Name| {
        let at = name.0 as usize;
        if out.len() <= at {
            out.resize(at + 1, false);
        }
        out[at] = true;
    };
    for node in &tree.nodes {
        let key = match *node {
            Node::Method { key, .. } => key,
            // A shorthand may be a function as well.
            Node::Shorthand { name, .. } => {
                add(name);
                continue;
            }
            Node::Entry { key, value } if !matches!(tree.node(value), Node::Text | Node::Number(_) | Node::List(_)) => {
                key
            }
            _ => continue,
        };
        if let Node::Key(name) = *tree.node(key) {
            add(name);
        }
    }
    out
}
