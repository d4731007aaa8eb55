//! From the file that was asked for to all modules of the program, each before those that import it.

use super::foreign;
use super::library::{self, ENDING, LIBRARY, PREFIX};
use super::lower::{Imported, Lowering};
use super::scope::DeclarationId;
use super::{Export, Expr, ExprKind, FunctionId, Key, Kind, Member, Module, Program, Variable};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::source::{FileId, Location, Name, Names, Sources, Span};
use crate::syntax::ast::{Node, NodeId, Taken, Tree};
use crate::syntax::{self, Limits};
use std::collections::HashMap;

/// Finds and reads the files that programs import. It is the only way from a program to other texts.
pub trait Modules {
    /// The name of the file that `path` means in the file `from`: a path relative to it. Two ways to one file give one name.
    /// Nothing where there is no such file. What belongs to the language (`std/…`) is not asked for.
    fn find(&self, from: &str, path: &str) -> Option<String>;

    /// The text of a file that was found; what went wrong otherwise.
    fn read(&self, name: &str) -> Result<String, String>;

    /// What `from` could have written instead of a path that leads nowhere.
    fn nearby(&self, from: &str) -> Vec<String>;
}

/// No files beside the one at hand.
#[derive(Clone, Copy, Default, Debug)]
pub struct Alone;

impl Modules for Alone {
    fn find(&self, _: &str, _: &str) -> Option<String> {
        None
    }

    fn read(&self, name: &str) -> Result<String, String> {
        Err(format!("`{name}` cannot be read"))
    }

    fn nearby(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// A parsed file with what it imports.
struct Parsed {
    file: FileId,
    tree: Tree,
    /// Whether the text has faults of syntax.
    broken: bool,
    /// The lines that have them.
    unread: Vec<Span>,
    /// The places where other files are named, and which ones they came to.
    imports: Vec<(NodeId, Option<usize>)>,
}

/// How many files a program may have.
const MOST_FILES: usize = 1_000;

struct Loader<'a> {
    sources: &'a mut Sources,
    modules: &'a dyn Modules,
    limits: Limits,
    diagnostics: &'a mut Diagnostics,
    names: Names,
    parsed: Vec<Parsed>,
    known: HashMap<String, usize>,
}

/// Parses a file and all it imports, and lowers them. The edits that its findings offer were not tried.
pub fn load(
    entry: FileId,
    sources: &mut Sources,
    modules: &dyn Modules,
    limits: Limits,
    diagnostics: &mut Diagnostics,
) -> Program {
    let known = HashMap::from([(sources.file(entry).name().to_owned(), 0)]);
    let mut loader = Loader { sources, modules, limits, diagnostics, names: Names::new(), parsed: Vec::new(), known };
    loader.parse(entry);
    let mut next = 0;
    while next < loader.parsed.len() {
        loader.follow(next);
        next += 1;
    }
    let order = loader.order();
    let given = foreign::is_wanted(&loader.names).then(|| {
        let file = loader.sources.add(foreign::NAME, foreign::TEXT);
        loader.parse(file);
        loader.parsed.len() - 1
    });
    loader.keep_what_is_taken();
    let Loader { sources, diagnostics, names, parsed, .. } = loader;
    let mut program = Program {
        modules: Vec::with_capacity(parsed.len()),
        functions: Vec::new(),
        globals: Vec::new(),
        types: Vec::new(),
        interfaces: Vec::new(),
        names,
    };
    let mut places = vec![None; parsed.len()];
    let mut hosts = None;
    for at in given.into_iter().chain(order) {
        let Parsed { file, tree, broken, unread, imports } = &parsed[at];
        let text = sources.file(*file).text().clone();
        let imports: Vec<(NodeId, Option<usize>)> =
            imports.iter().map(|(node, target)| (*node, target.and_then(|target| places[target]))).collect();
        let mut lowering = Lowering::new(tree, &text, *file, &mut program, diagnostics);
        lowering.broken = *broken;
        lowering.unread.clone_from(unread);
        lowering.hosts = hosts;
        let embedded = library::has(sources.file(*file).name());
        let module = Module { embedded, ..lowering.module(&imports, embedded) };
        places[at] = Some(program.modules.len());
        program.modules.push(module);
        if Some(at) == given {
            hosts = foreign::Hosts::of(&program);
        }
    }
    program
}

impl Loader<'_> {
    fn parse(&mut self, file: FileId) {
        let text = self.sources.file(file).text().clone();
        let before = self.diagnostics.len();
        let tree = syntax::parse_within(file, &text, self.limits, &mut self.names, self.diagnostics);
        let broken = self.diagnostics.iter().skip(before).any(|found| found.severity == Severity::Error);
        let of = |at: Location| {
            let (before, behind) = text.split_at(at.span.start as usize);
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            let end = behind.find('\n').map_or(text.len(), |at| before.len() + at);
            Span::new(start as u32, end as u32)
        };
        let found = self.diagnostics.iter().skip(before).filter(|found| found.at.file == file);
        let unread = found.flat_map(|found| found.notes.iter().filter_map(|note| note.at).chain([found.at])).map(of);
        let mut unread: Vec<Span> = unread.collect();
        unread.dedup();
        self.parsed.push(Parsed { file, tree, broken, unread, imports: Vec::new() });
    }

    /// Finds what a file imports.
    fn follow(&mut self, at: usize) {
        let tree = &self.parsed[at].tree;
        let mut wanted = Vec::new();
        for &statement in tree.list(tree.root) {
            let from = match *tree.node(statement) {
                Node::Import { from, .. } | Node::ExportNames { from: Some(from), .. } => from,
                _ => continue,
            };
            let span = tree.span(from);
            wanted.push((statement, span));
        }
        let file = self.parsed[at].file;
        let name = self.sources.file(file).name().to_owned();
        let text = self.sources.file(file).text().clone();
        for (node, span) in wanted {
            let written = text.get(span.start as usize..span.end as usize).unwrap_or("");
            let path = syntax::literal::text(written);
            let target = self.find(&name, &path, Location::new(file, span));
            self.parsed[at].imports.push((node, target));
        }
    }

    fn find(&mut self, from: &str, path: &str, at: Location) -> Option<usize> {
        let own = library::has(path).then(|| path.to_owned());
        let Some(name) = own.or_else(|| self.elsewhere(from, path)) else {
            let found = Diagnostic::new(Code::P020, at, format!("there is no module `{path}`"));
            let nearby = self.modules.nearby(from);
            let known = nearby.iter().map(String::as_str).chain(LIBRARY.iter().map(|(name, _)| *name));
            let whole = format!("{path}{ENDING}");
            let near = match self.elsewhere(from, &whole) {
                Some(_) => Some(whole.as_str()),
                None => crate::diagnostic::nearest(path, known),
            };
            self.diagnostics.push(match near {
                Some(near) => {
                    let slip = near == whole || super::edit::is_slip(path, near);
                    let title = format!("write `\"{near}\"`");
                    let found = found.help(format!("did you mean `{near}`?"));
                    super::edit::suggest(found, title, at.span, format!("\"{near}\""), slip)
                }
                None if path == "std" || path.starts_with(PREFIX) => {
                    let all: Vec<String> = LIBRARY.iter().map(|(name, _)| format!("`{name}`")).collect();
                    found.help(format!("the modules of the language are {}", all.join(", ")))
                }
                None if path.starts_with("./") || path.starts_with("../") => match path.ends_with(ENDING) {
                    true => found.help("look at the path and the file's name"),
                    false => found.help("the name of a module's file ends with `.prism`"),
                },
                None => found.help("paths begin with `./`, `../` or `std/`"),
            });
            return None;
        };
        if let Some(known) = self.known.get(&name) {
            return Some(*known);
        }
        if self.parsed.len() >= MOST_FILES {
            let message = format!("the program has more than {MOST_FILES} files");
            self.diagnostics.push(Diagnostic::new(Code::P007, at, message));
            return None;
        }
        let place = self.parsed.len();
        if let Some((text, tree)) = library::module(&name, &mut self.names) {
            self.known.insert(name.clone(), place);
            let file = self.sources.add(name, text);
            self.parsed.push(Parsed { file, tree, broken: false, unread: Vec::new(), imports: Vec::new() });
            return Some(place);
        }
        match self.modules.read(&name) {
            Ok(text) => {
                self.known.insert(name.clone(), place);
                let file = self.sources.add(name, text);
                self.parse(file);
                Some(place)
            }
            Err(why) => {
                let found = Diagnostic::new(Code::P020, at, format!("the module `{path}` cannot be read"));
                self.diagnostics.push(found.note(why));
                None
            }
        }
    }

    /// The name of a file that does not belong to the language: a program beside the one that imports it, since what is
    /// read is shown in messages.
    fn elsewhere(&self, from: &str, path: &str) -> Option<String> {
        let relative = !path.starts_with(PREFIX) && !path.starts_with(['/', '\\']) && !path.contains(':');
        if relative && path.ends_with(ENDING) { self.modules.find(from, path) } else { None }
    }

    /// The files in an order in which each comes after those it imports; circles are reported and cut.
    fn order(&mut self) -> Vec<usize> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let mut state = vec![State::New; self.parsed.len()];
        let mut order = Vec::with_capacity(self.parsed.len());
        // Files that are open, each with its next import.
        let mut path: Vec<(usize, usize)> = vec![(0, 0)];
        state[0] = State::Open;
        while let Some(&mut (at, ref mut next)) = path.last_mut() {
            let Some(&(node, target)) = self.parsed[at].imports.get(*next) else {
                state[at] = State::Done;
                order.push(at);
                path.pop();
                continue;
            };
            *next += 1;
            match target {
                Some(target) if state[target] == State::New => {
                    state[target] = State::Open;
                    path.push((target, 0));
                }
                Some(target) if state[target] == State::Open => {
                    let import = *next - 1;
                    let start = path.iter().position(|&(open, _)| open == target).unwrap_or(0);
                    let circle: Vec<usize> = path[start..].iter().map(|&(open, _)| open).collect();
                    self.refuse_circle(at, node, &circle);
                    self.parsed[at].imports[import].1 = None;
                }
                _ => {}
            }
        }
        order
    }

    /// Leaves out what nobody takes of the modules of the language.
    fn keep_what_is_taken(&mut self) {
        // The names that are taken of each; nothing where one takes it as a whole.
        let mut taken: Vec<Option<Vec<Name>>> = vec![Some(Vec::new()); self.parsed.len()];
        for Parsed { tree, imports, .. } in &self.parsed {
            for &(statement, target) in imports {
                let (Some(target), Node::Import { specifiers, .. } | Node::ExportNames { specifiers, .. }) =
                    (target, tree.node(statement))
                else {
                    continue;
                };
                for &specifier in tree.list(*specifiers) {
                    match (&mut taken[target], tree.node(specifier)) {
                        (Some(taken), Node::Specifier { taken: Taken::Named(name), .. }) => taken.push(*name),
                        (taken, _) => *taken = None,
                    }
                }
            }
        }
        for (parsed, taken) in self.parsed.iter_mut().zip(taken).skip(1) {
            if let Some(taken) = taken.filter(|_| library::has(self.sources.file(parsed.file).name())) {
                library::keep(&mut parsed.tree, &taken);
            }
        }
    }

    fn refuse_circle(&mut self, at: usize, node: NodeId, circle: &[usize]) {
        let from = match *self.parsed[at].tree.node(node) {
            Node::Import { from, .. } | Node::ExportNames { from: Some(from), .. } => from,
            _ => node,
        };
        let place = Location::new(self.parsed[at].file, self.parsed[at].tree.span(from));
        let name = |&file: &usize| format!("`{}`", self.sources.file(self.parsed[file].file).name());
        let mut names: Vec<String> = circle.iter().map(name).collect();
        names.push(names[0].clone());
        let found = Diagnostic::new(Code::P021, place, "modules import each other in a circle")
            .note(names.join(" imports "))
            .help("move what both need to a module of its own");
        self.diagnostics.push(found);
    }
}

impl Lowering<'_> {
    /// The whole file as a module.
    fn module(mut self, imports: &[(NodeId, Option<usize>)], embedded: bool) -> Module {
        let root = self.tree.root;
        let span = Span::new(0, self.text.len() as u32);
        let body = self.reserve(Kind::Module, span);
        self.enter(body, 0);
        self.module.body = body;
        self.declare_types();
        self.import(imports);
        self.define_types();
        self.refuse_repeated();
        let scope = self.scope;
        self.open(scope);
        let block = self.statements(root, true);
        self.export_from(imports);
        self.module.metadata = self.metadata();
        // What the language brings along has no faults.
        if !embedded {
            self.check_calls();
            self.check_ends();
        }
        if !embedded && !self.broken {
            self.lint();
        }
        let module = std::mem::replace(&mut self.module, Self::empty_module(self.file, FunctionId(0)));
        self.leave(Expr { kind: ExprKind::Block(block), span });
        module
    }

    /// Takes in what other modules give.
    fn import(&mut self, imports: &[(NodeId, Option<usize>)]) {
        for &(statement, target) in imports {
            let Node::Import { specifiers, .. } = self.node(statement) else { continue };
            for &specifier in self.tree.list(specifiers) {
                let Node::Specifier { taken, local } = self.node(specifier) else { continue };
                let Some(declared) = self.scopes.resolved(local) else { continue };
                let found = match target {
                    Some(module) => self.taken(module, taken, specifier, declared, local),
                    None => Imported::Nothing,
                };
                self.imported.insert(declared, found);
            }
        }
    }

    fn taken(
        &mut self,
        module: usize,
        taken: Taken,
        specifier: NodeId,
        declared: DeclarationId,
        local: NodeId,
    ) -> Imported {
        let span = self.span(specifier);
        let export = match taken {
            Taken::All => return Imported::Module(module),
            Taken::Default => {
                let Some(export) = self.program.modules[module].default else {
                    let found = self.finding(Code::P022, span, "the module has no default export");
                    let name = self.scopes.declaration(declared).name;
                    let text = name.map_or("name", |name| self.name_text(name)).to_owned();
                    self.report(found.help(format!("take what it exports by name: `import {{ {text} }} from …`")));
                    return Imported::Nothing;
                };
                export
            }
            Taken::Named(name) => match self.exported(module, name, span) {
                Some(export) => export,
                None => return Imported::Nothing,
            },
        };
        let Node::Name(name) = self.node(local) else { return Imported::Nothing };
        match export {
            Export::Global(global) => Imported::Global(global),
            Export::Type(id) => {
                self.types.insert_type(name, id);
                Imported::Type
            }
            Export::Interface(id) => {
                self.types.insert_interface(name, id);
                Imported::Type
            }
        }
    }

    /// An export by its name.
    fn exported(&mut self, module: usize, name: Name, span: Span) -> Option<Export> {
        let exports = &self.program.modules[module].exports;
        if let Some((_, export)) = exports.iter().find(|(known, _)| *known == name) {
            return Some(*export);
        }
        let text = self.name_text(name).to_owned();
        if text == "default" {
            return self.program.modules[module].default;
        }
        let all = exports.iter().map(|(known, _)| self.program.names.text(*known));
        let near = crate::diagnostic::nearest(&text, all.clone()).map(str::to_owned);
        let list: Vec<String> = all.take(8).map(|name| format!("`{name}`")).collect();
        let found = self.finding(Code::P022, span, format!("the module exports no `{text}`"));
        self.report(match near {
            Some(near) => {
                let at = Span::new(span.start, span.start + text.len() as u32);
                let exact = self.source(at) == text;
                let member = self.text[..at.start as usize].ends_with('.');
                let found = found.help(format!("did you mean `{near}`?"));
                match exact {
                    true => {
                        let slip = super::edit::is_slip(&text, &near);
                        let instead = if span == at && !member { format!("{near} as {text}") } else { near.clone() };
                        super::edit::suggest(found, format!("take `{near}`"), at, instead, slip)
                    }
                    false => found,
                }
            }
            None if list.is_empty() => found.help("write `export` before its declaration"),
            None => found.help(format!("it exports {}", list.join(", "))),
        });
        None
    }

    /// `m.name` of a module taken as a whole.
    pub(super) fn member_of_module(&mut self, module: usize, name: Name, span: Span) -> Expr {
        let at = Span::new(span.end - (self.name_text(name).len() as u32).min(span.end - span.start), span.end);
        let kind = match self.exported(module, name, at) {
            Some(Export::Global(global)) => ExprKind::Read(Variable::Global(global)),
            Some(_) => {
                let text = self.name_text(name).to_owned();
                let help = "take it by name: `import { … } from …`";
                return self.refuse(Code::P010, span, format!("`{text}` is a type, not a value"), help);
            }
            None => ExprKind::Null,
        };
        Expr { kind, span }
    }

    /// A module as a value: an object of what it exports.
    pub(super) fn whole_module(&mut self, module: usize, span: Span) -> Expr {
        let exports = self.program.modules[module].exports.clone();
        let mut members = Vec::new();
        for (name, export) in exports {
            if let Export::Global(global) = export {
                let value = Expr { kind: ExprKind::Read(Variable::Global(global)), span };
                members.push(Member::Entry(Key::Fixed(self.name_text(name).into()), value));
            }
        }
        Expr { kind: ExprKind::Object(members), span }
    }

    /// `export { a } from "…"`
    fn export_from(&mut self, imports: &[(NodeId, Option<usize>)]) {
        for &(statement, target) in imports {
            let Node::ExportNames { specifiers, .. } = self.node(statement) else { continue };
            let Some(module) = target else { continue };
            for &specifier in self.tree.list(specifiers) {
                let Node::Specifier { taken, local } = self.node(specifier) else { continue };
                let span = self.span(specifier);
                let (export, inside) = match taken {
                    Taken::Named(name) => (self.exported(module, name, span), Some(name)),
                    Taken::Default => (self.program.modules[module].default, None),
                    Taken::All => continue,
                };
                let outside = match self.node(local) {
                    Node::Name(name) | Node::Key(name) => Some(name),
                    _ => inside,
                };
                if let (Some(export), Some(outside)) = (export, outside) {
                    match self.name_text(outside) {
                        "default" => self.set_default(export, span),
                        _ => self.add_export(outside, export, span),
                    }
                }
            }
        }
    }

    /// Second declarations of one name in one scope.
    fn refuse_repeated(&mut self) {
        use super::scope::DeclarationKind;
        use crate::syntax::ast::Form;
        for (first, span) in std::mem::take(&mut self.scopes.repeated) {
            let declared = self.scopes.declaration(first);
            let at = declared.span;
            let pattern = match declared.kind {
                DeclarationKind::Function(id) => self.tree.function(id).form == Form::Pattern,
                _ => false,
            };
            let text = declared.name.map_or("", |name| self.name_text(name)).to_owned();
            let code = if pattern { Code::P017 } else { Code::P011 };
            let found = self
                .finding(code, span, format!("`{text}` is declared here already"))
                .note_at(self.at(at), "the first declaration")
                .help("choose another name, or assign without declaring");
            self.report(found);
        }
    }
}
