//! The branches of `uncertain`, and their thresholds, which must fall.

use super::lower::Lowering;
use super::{Bands, Branch, Expr, ExprKind};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Band, List, Node};

impl Lowering<'_> {
    /// The branches of an `uncertain` form.
    pub(super) fn bands(&mut self, list: List, span: Span, used: bool) -> Vec<Branch> {
        let mut out: Vec<Branch> = Vec::with_capacity(list.len as usize);
        for &node in self.tree.list(list) {
            let Node::Band { band, threshold, body } = self.node(node) else { continue };
            let span = self.span(node);
            if let Some(first) = out.iter().find(|branch| branch.band == band) {
                let first = first.span;
                let message = format!("`{}` has a branch already", name(band));
                let found = self.finding(Code::P016, span, message);
                self.report(found.note_at(self.at(first), "the first stands here").help("put both into one branch"));
            }
            let threshold = threshold.map(|threshold| self.expression(threshold));
            if let (Some(threshold), Band::Low | Band::Default) = (&threshold, band) {
                let message = format!("`{}` takes what the others leave, so it has no threshold", name(band));
                self.refuse(Code::P016, threshold.span, message, "remove the threshold");
            }
            out.push(Branch { band, threshold, body: self.body(body, used), span });
        }
        self.check_thresholds(&out, span);
        out
    }

    fn check_thresholds(&mut self, branches: &[Branch], span: Span) {
        let bands = self.frame().bands;
        let own = |band: Band| branches.iter().find(|branch| branch.band == band)?.threshold.as_ref();
        let (high, medium) = (own(Band::High), own(Band::Medium));
        if high.is_none() && medium.is_none() {
            return;
        }
        let value = |own: Option<&Expr>, usual: f64| match own {
            None => Some(usual),
            Some(Expr { kind: ExprKind::Number(value), .. }) => Some(*value),
            Some(_) => None,
        };
        let at = high.or(medium).map_or(span, |threshold| threshold.span);
        let Some(high) = value(high, bands.high) else { return };
        let has_medium = branches.iter().any(|branch| branch.band == Band::Medium);
        let medium = match has_medium {
            true => match value(medium, bands.medium) {
                Some(medium) => medium,
                None => return,
            },
            // Without the branch its default threshold says nothing.
            false => bands.medium.min(high),
        };
        self.check_bands(Bands { high, medium }, has_medium, at);
    }

    /// Refuses thresholds that lie outside 0..1 or do not fall.
    pub(super) fn check_bands(&mut self, bands: Bands, strictly: bool, at: Span) {
        let inside = |value: f64| (0.0..=1.0).contains(&value);
        if !inside(bands.high) || !inside(bands.medium) {
            self.refuse(Code::P016, at, "a threshold lies between 0 and 1", "write a number from 0 to 1");
        } else if bands.high < bands.medium || (strictly && bands.high == bands.medium) {
            let message = format!("`high` from {} must lie above `medium` from {}", bands.high, bands.medium);
            self.refuse(Code::P016, at, message, "let the thresholds fall from `high` to `medium`");
        }
    }
}

/// The word of a band.
fn name(band: Band) -> &'static str {
    match band {
        Band::High => "high",
        Band::Medium => "medium",
        Band::Low => "low",
        Band::Default => "default",
    }
}
