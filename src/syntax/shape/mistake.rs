//! What strangers write first, and what to tell them.

use super::Shape;
use super::place::What;
use crate::syntax::token::Token;

impl Shape<'_, '_> {
    pub(super) fn mend_statement(&mut self, _token: Token) -> bool {
        false
    }
    pub(super) fn mend_operand(&mut self, _token: Token) -> bool {
        false
    }
    pub(super) fn mend_operator(&mut self, _token: Token) -> bool {
        false
    }
    pub(super) fn mend_key(&mut self, _token: Token) -> bool {
        false
    }
    pub(super) fn mend_colon(&mut self) -> bool {
        false
    }
    pub(super) fn head_colon(&mut self) -> bool {
        false
    }
    pub(super) fn mend_else(&mut self, _what: What, _skip: usize) {}
    pub(super) fn mend_generator(&mut self) {}
    pub(super) fn mend_import_call(&mut self) {}
    pub(super) fn adjacent(&mut self, _token: Token) -> bool {
        false
    }
    pub(super) fn bits(&mut self, _token: Token) {}
}
