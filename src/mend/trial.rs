//! Edits are tried: the texts are changed, and everything is read and checked again.

use super::page::Page;
use crate::check::Setting;
use crate::diagnostic::fix::replace;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Edit, Severity};
use crate::engine::Examination;
use crate::hir::Modules;
use crate::source::{FileId, Location, Sources, Span};
use crate::syntax::token::Token;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

/// How many edits of one program are tried.
const MOST_TRIALS: usize = 400;

/// How many bytes may be read again for these trials.
const MOST_BYTES: usize = 1 << 20;

/// How long trials may go on. The counts above stop first, except where the validator has much to do with each reading.
const PATIENCE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 4_000 } else { 700 });

/// A program that takes longer to check once is not checked again for the sake of edits.
const LONGEST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 4_000 } else { 200 });

/// What a trial showed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// The finding is gone and no new error came.
    Holds {
        /// The errors that are left.
        errors: usize,
        /// The warnings that are left.
        warnings: usize,
    },
    /// It is not, or one came.
    Fails,
}

/// Trials of edits of one program.
pub(super) struct Trials<'a> {
    sources: &'a Sources,
    entry: FileId,
    modules: &'a dyn Modules,
    setting: &'a Setting,
    before: Counts,
    /// Errors that are not told because others kept parts of the program from being read; found out when it is asked.
    hidden: Option<Counts>,
    /// Where the errors are.
    places: Vec<Location>,
    warnings: usize,
    stage: u8,
    actions: usize,
    left: usize,
    size: usize,
    bytes: usize,
    began: Instant,
}

/// The files as they are, some of them changed.
struct Changed<'a> {
    modules: &'a dyn Modules,
    texts: HashMap<String, String>,
}

impl Modules for Changed<'_> {
    fn find(&self, from: &str, path: &str) -> Option<String> {
        self.modules.find(from, path)
    }

    fn read(&self, name: &str) -> Result<String, String> {
        match self.texts.get(name) {
            Some(text) => Ok(text.clone()),
            None => self.modules.read(name),
        }
    }

    fn nearby(&self, from: &str) -> Vec<String> {
        self.modules.nearby(from)
    }
}

/// How often each finding occurs, wherever it stands.
type Counts = HashMap<(Code, String), usize>;

fn count<'a>(found: impl Iterator<Item = &'a Diagnostic>) -> Counts {
    let mut out = HashMap::new();
    for found in found {
        *out.entry((found.code, found.message.clone())).or_default() += 1;
    }
    out
}

/// How often one occurs.
fn of(counts: &Counts, found: &Diagnostic) -> usize {
    counts.get(&(found.code, found.message.clone())).copied().unwrap_or(0)
}

/// How many actions a program has, as far as the validator came.
fn actions(examination: &Examination) -> usize {
    let all: HashSet<&String> = examination
        .certificates
        .iter()
        .flat_map(|certificate| certificate.actions.iter().map(|action| &action.what))
        .collect();
    all.len()
}

/// Which stage gives a code: text, names, or the validator. What a stage refuses, the later ones never see, so a mend may
/// bring their findings to light.
fn stage(found: &Diagnostic) -> u8 {
    match found.code {
        _ if is_foreign(found) => 1,
        code if code < Code::P010 => 0,
        Code::P018 => 0,
        code if code < Code::T001 || code == Code::T003 => 1,
        _ => 2,
    }
}

/// Whether a name of another language is told, which is read as any name is and was lost by no edit.
fn is_foreign(found: &Diagnostic) -> bool {
    found.code == Code::P008 && found.message.ends_with("does not exist here")
}

impl<'a> Trials<'a> {
    /// Trials of a program with these findings.
    pub fn new(
        examination: &'a Examination,
        findings: &[Diagnostic],
        modules: &'a dyn Modules,
        setting: &'a Setting,
    ) -> Self {
        let errors: Vec<&Diagnostic> = findings.iter().filter(|found| found.severity == Severity::Error).collect();
        Self {
            sources: &examination.sources,
            entry: examination.file,
            modules,
            setting,
            before: count(findings.iter()),
            hidden: None,
            places: errors.iter().map(|found| found.at).collect(),
            warnings: findings.iter().filter(|found| found.severity == Severity::Warning).count(),
            stage: errors.iter().map(|found| stage(found)).min().unwrap_or(2),
            actions: actions(examination),
            left: if examination.took > LONGEST { 0 } else { MOST_TRIALS },
            size: examination.sources.files().map(|(_, file)| file.text().len()).sum(),
            bytes: MOST_BYTES,
            began: Instant::now(),
        }
    }

    /// How many warnings the program has as it is.
    pub fn warnings(&self) -> usize {
        self.warnings
    }

    /// Whether edits make the finding they belong to go away, and no error come; nothing when the work is used up.
    pub fn judge(&mut self, edits: &[Edit], mended: &Diagnostic) -> Option<Verdict> {
        if self.left == 0 || self.bytes < self.size || self.began.elapsed() > PATIENCE {
            return None;
        }
        self.left -= 1;
        self.bytes -= self.size;
        let Some(after) = self.examine(edits) else { return Some(Verdict::Fails) };
        // What no longer acts is not mended.
        let acts = actions(&after) >= self.actions;
        let after = after.findings;
        let counts = count(after.iter());
        let alike =
            |counts: &Counts| counts.iter().filter(|(key, _)| key.0 == mended.code).map(|(_, n)| n).sum::<usize>();
        // A hint that says the same of something else is no better; an error that does is a new one.
        let fewer = of(&counts, mended) < of(&self.before, mended)
            && (mended.severity == Severity::Error || alike(&counts) < alike(&self.before));
        let new: Vec<&Diagnostic> = after
            .iter()
            .filter(|found| found.severity == Severity::Error && of(&counts, found) > of(&self.before, found))
            .collect();
        let worse = !fewer || !acts || !new.is_empty() && !self.were_hidden(&new, &counts);
        let left = |severity| after.iter().filter(|found| found.severity == severity).count();
        Some(if worse {
            Verdict::Fails
        } else {
            Verdict::Holds { errors: left(Severity::Error), warnings: left(Severity::Warning) }
        })
    }

    /// Whether these errors were there before, in parts of the program that nobody looked at because of other errors.
    fn were_hidden(&mut self, new: &[&Diagnostic], counts: &Counts) -> bool {
        // A name that is not known may be one that was lost where the text could not be read.
        let lost = |found: &&&Diagnostic| stage(found) <= self.stage.max(1) && !is_foreign(found);
        if new.iter().any(|found| lost(&found)) {
            return false;
        }
        if self.hidden.is_none() {
            self.hidden = Some(self.elsewhere().unwrap_or_default());
        }
        let hidden = self.hidden.as_ref();
        hidden.is_some_and(|hidden| new.iter().all(|found| of(counts, found) <= of(hidden, found)))
    }

    /// The errors of the program without the declarations and statements that errors stand in, those that ask for what is
    /// declared there left out: what is wrong elsewhere, however these are mended. Nothing where it still cannot be read.
    fn elsewhere(&self) -> Option<Counts> {
        let page = Page::of(self.sources, self.entry);
        let meets = |span: &Span| {
            let inside =
                |at: &Location| at.file == self.entry && span.start <= at.span.end && at.span.start <= span.end;
            self.places.iter().any(inside)
        };
        let all = page.tree.list(page.tree.root).iter().map(|&part| page.tree.span(part));
        let (parts, others): (Vec<Span>, Vec<Span>) = all.partition(meets);
        // What stands deeper is a piece of a declaration that was torn.
        if others.iter().any(|span| page.line_start(span.start) != span.start) {
            return None;
        }
        let words = |span: &Span| {
            let tokens = &page.tokens[page.token_from(span.start)..page.token_from(span.end)];
            tokens.iter().filter(|token| token.kind.is_word()).map(Token::span)
        };
        let lost: HashSet<&str> = parts.iter().flat_map(words).map(|span| page.at(span)).collect();
        let at = |span| Edit { at: Location::new(self.entry, span), text: String::new() };
        let after = self.examine(&parts.iter().copied().map(at).collect::<Vec<_>>())?.findings;
        let errors = || after.iter().filter(|found| found.severity == Severity::Error);
        let asks = |found: &&Diagnostic| found.message.split('`').skip(1).step_by(2).any(|word| lost.contains(word));
        (!parts.is_empty() && errors().all(|found| stage(found) > self.stage))
            .then(|| count(errors().filter(|found| !asks(found))))
    }

    /// What is wrong with the program after edits; nothing where they do not fit each other or the text.
    fn examine(&self, edits: &[Edit]) -> Option<Examination> {
        let mut by_file: HashMap<FileId, Vec<&Edit>> = HashMap::new();
        for edit in edits {
            by_file.entry(edit.at.file).or_default().push(edit);
        }
        let mut texts = HashMap::new();
        for (file, mut edits) in by_file {
            edits.sort_by_key(|edit| (edit.at.span.start, edit.at.span.end));
            let file = self.sources.file(file);
            let fits = |edit: &&Edit| file.text().get(edit.at.span.start as usize..edit.at.span.end as usize).is_some();
            if edits.windows(2).any(|pair| pair[0].at.span.end > pair[1].at.span.start) || !edits.iter().all(fits) {
                return None;
            }
            texts.insert(file.name().to_owned(), replace(file.text(), edits));
        }
        let file = self.sources.file(self.entry);
        let text = texts.get(file.name()).cloned().unwrap_or_else(|| file.text().to_string());
        let mut sources = Sources::new();
        let entry = sources.add(file.name(), text);
        let modules = Changed { modules: self.modules, texts };
        Some(Examination::of(entry, sources, &modules, Diagnostics::new()).validate(self.setting))
    }
}
