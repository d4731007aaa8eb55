//! Edits are offered only after they were tried: the text is changed, and everything is read again.

use super::modules::{Modules, load_once};
use crate::diagnostic::fix::replace;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Edit, Severity};
use crate::source::{FileId, Sources};
use crate::syntax::Limits;
use std::collections::HashMap;

/// How many edits are tried one by one, when they do not all hold together.
const MOST_TRIALS: usize = 16;

/// How many bytes may be read again for these trials.
const MOST_BYTES: usize = 1 << 20;

/// The files as they are, one of them changed.
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

struct Trial<'a> {
    entry: FileId,
    sources: &'a Sources,
    modules: &'a dyn Modules,
    limits: Limits,
}

/// Takes away the edits that do not hold, of the findings from `before` on.
pub(super) fn prove(
    entry: FileId,
    sources: &Sources,
    modules: &dyn Modules,
    limits: Limits,
    diagnostics: &mut Diagnostics,
    before: usize,
) {
    if diagnostics.iter().skip(before).all(|found| found.fixes.is_empty()) {
        return;
    }
    let trial = Trial { entry, sources, modules, limits };
    let mut all = std::mem::take(diagnostics).into_vec();
    let offered: Vec<usize> = (before..all.len()).filter(|&i| !all[i].fixes.is_empty()).collect();
    let counts = count(all[before..].iter());
    let together = trial.together(&all, &offered, &counts);
    if !together {
        let bytes: usize = sources.files().map(|(_, file)| file.text().len()).sum();
        let most = MOST_TRIALS.min(MOST_BYTES / bytes.max(1));
        for (tried, &i) in offered.iter().enumerate() {
            let found = all[i].clone();
            let holds = |fix: &crate::diagnostic::Fix| {
                tried < most && trial.holds(&fix.edits.iter().collect::<Vec<_>>(), &[&found], &counts)
            };
            all[i].fixes.retain(holds);
        }
    }
    for found in all {
        diagnostics.push(found);
    }
}

/// How often each code of more than a lint occurs.
fn count<'a>(found: impl Iterator<Item = &'a Diagnostic>) -> HashMap<Code, usize> {
    let mut out = HashMap::new();
    for found in found {
        *out.entry(found.code).or_default() += 1;
    }
    out
}

impl Trial<'_> {
    /// Whether all first edits hold at once, which is the usual case and takes one reading.
    fn together(&self, all: &[Diagnostic], offered: &[usize], counts: &HashMap<Code, usize>) -> bool {
        let found: Vec<&Diagnostic> = offered.iter().map(|&i| &all[i]).collect();
        if found.iter().any(|found| found.fixes.len() > 1) {
            return false;
        }
        let edits: Vec<&Edit> = found.iter().flat_map(|found| &found.fixes[0].edits).collect();
        self.holds(&edits, &found, counts)
    }

    /// Whether edits make the findings they belong to go away, and no other come.
    fn holds(&self, edits: &[&Edit], mended: &[&Diagnostic], before: &HashMap<Code, usize>) -> bool {
        let mut by_file: HashMap<FileId, Vec<&Edit>> = HashMap::new();
        for edit in edits {
            by_file.entry(edit.at.file).or_default().push(edit);
        }
        let mut texts = HashMap::new();
        for (file, mut edits) in by_file {
            edits.sort_by_key(|edit| (edit.at.span.start, edit.at.span.end));
            if edits.windows(2).any(|pair| pair[0].at.span.end > pair[1].at.span.start) {
                return false;
            }
            let file = self.sources.file(file);
            texts.insert(file.name().to_owned(), replace(file.text(), edits));
        }
        let name = self.sources.file(self.entry).name().to_owned();
        let text = texts.get(&name).cloned().unwrap_or_else(|| self.sources.file(self.entry).text().to_string());
        let mut sources = Sources::new();
        let entry = sources.add(name, text);
        let mut diagnostics = Diagnostics::new();
        let modules = Changed { modules: self.modules, texts };
        load_once(entry, &mut sources, &modules, self.limits, &mut diagnostics);
        let after = count(diagnostics.iter());
        let gone = count(mended.iter().copied());
        let fewer = gone
            .iter()
            .all(|(code, gone)| after.get(code).copied().unwrap_or(0) + gone <= before.get(code).copied().unwrap_or(0));
        let worse = diagnostics
            .iter()
            .any(|found| found.severity == Severity::Error && after.get(&found.code) > before.get(&found.code));
        fewer && !worse
    }
}
