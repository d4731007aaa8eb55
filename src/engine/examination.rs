//! A text on its way to a run: what it means, what is wrong with it, and what is proved of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::allowance::{self, Allowed};
use super::bind;
use crate::check::{self, Certificate, Setting};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::hir::{self, Modules};
use crate::host::Directory;
use crate::ir;
use crate::source::{FileId, Location, Sources, Span};
use crate::syntax::Limits;

/// A program that was looked at.
#[derive(Debug)]
pub struct Examination {
    /// Its texts, modules included.
    pub sources: Sources,
    /// Its own text.
    pub file: FileId,
    /// What it means, its modules included.
    pub program: Arc<hir::Program>,
    /// The same as the machine and the validator read it, where the validator was asked.
    pub lowered: Option<ir::Program>,
    /// What is wrong with it, in the order of the places.
    pub findings: Vec<Diagnostic>,
    /// What is proved of its patterns, where the validator was asked.
    pub certificates: Vec<Certificate>,
    /// What comments in the texts switch off.
    pub allowed: Vec<Allowed>,
    /// How long the validator took.
    pub took: Duration,
}

impl Examination {
    /// Says what a text means and what is wrong with it, findings of whoever read it included.
    pub fn of(file: FileId, sources: Sources, modules: &dyn Modules, findings: Diagnostics) -> Self {
        Self::within(Limits::RUN, file, sources, modules, findings)
    }

    /// The same of a text that may be no larger than these limits say.
    pub fn within(
        limits: Limits,
        file: FileId,
        mut sources: Sources,
        modules: &dyn Modules,
        mut findings: Diagnostics,
    ) -> Self {
        // What could not be read has no faults but that.
        let read = if findings.has_errors() { sources.add("", "") } else { file };
        let program = hir::load(read, &mut sources, modules, limits, &mut findings);
        for module in &program.modules {
            for object in &module.agents {
                let at = Location::new(module.file, object.span);
                let problems = bind::declared(object).err().unwrap_or_default();
                problems.into_iter().for_each(|problem| findings.push(Diagnostic::new(Code::R033, at, problem)));
            }
        }
        findings.settle();
        let findings = findings.into_vec();
        Self {
            sources,
            file,
            program: Arc::new(program),
            lowered: None,
            findings,
            certificates: Vec::new(),
            allowed: Vec::new(),
            took: Duration::ZERO,
        }
    }

    /// How many findings refuse it.
    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error).count()
    }

    /// What a check of it goes by: what the program itself says of agents counts as what the agents file says. Where there is
    /// no such file, a run binds those of the program, if they are enough.
    pub fn setting(&self, setting: &Setting) -> Setting {
        let mut setting = setting.clone();
        if self.program.modules.iter().any(|module| !module.agents.is_empty()) {
            let given = setting.agents.take();
            let alone = given.is_none();
            setting.agents = bind::directory(&self.program, &given.unwrap_or_default()).ok();
            setting.bound |= alone && setting.agents.as_ref().is_some_and(|all| self.is_seated(all));
        }
        setting
    }

    /// Whether these agents are enough for each of its patterns.
    fn is_seated(&self, agents: &Directory) -> bool {
        let patterns = self.program.modules.last().into_iter().flat_map(|module| &module.patterns);
        patterns.into_iter().all(|&pattern| check::seats(&self.program, pattern, agents).is_ok())
    }

    /// Asks the validator whether it may run, unless something refuses it already.
    pub fn validate(mut self, setting: &Setting) -> Self {
        let began = Instant::now();
        let mut findings = Diagnostics::new();
        std::mem::take(&mut self.findings).into_iter().for_each(|finding| findings.push(finding));
        let complete = !findings.has_errors();
        if complete {
            let lowered = ir::lower(self.program.clone());
            let setting = self.setting(setting);
            self.certificates = check::check(&lowered, &setting, &mut findings);
            self.admit(&lowered, &setting, &mut findings);
            self.lowered = Some(lowered);
        }
        (self.findings, self.allowed) = self.judged(findings, setting, complete);
        self.took = began.elapsed();
        self
    }

    /// What refuses it besides the proof: agents that the policy does not let be bound, and what no engine takes.
    pub fn admit(&self, lowered: &ir::Program, setting: &Setting, findings: &mut Diagnostics) {
        if let (Some(policy), Some(directory)) = (&setting.policy, &setting.agents) {
            for refused in policy.refused(directory) {
                let found = Diagnostic::new(Code::E006, Location::new(self.file, Span::at(0)), refused);
                findings.push(found.help("bind another agent, or ask whoever runs this for another policy"));
            }
        }
        super::admit(lowered, findings);
    }

    /// What counts of all that was found in it, in the order of the text, and what comments allow.
    pub fn judged(&self, mut found: Diagnostics, setting: &Setting, complete: bool) -> (Vec<Diagnostic>, Vec<Allowed>) {
        found.settle();
        let mut found = found.into_vec();
        let allowed = allowance::apply(&self.sources, &mut found, complete);
        found.sort_by_key(|found| (found.at.file, found.at.span.start, found.at.span.end));
        if setting.strict {
            let warnings = found.iter_mut().filter(|found| found.severity == Severity::Warning);
            warnings.for_each(|found| found.severity = Severity::Error);
        }
        (found, allowed)
    }
}
