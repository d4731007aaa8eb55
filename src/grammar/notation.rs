//! How a rule's right side is written, where notations differ in their brackets, names and tokens alone.

use super::normal::Form;
use super::token::Spelling;

/// A notation of regular right sides.
pub(super) trait Notation {
    /// What stands around a group.
    const BRACKETS: (&str, &str);

    /// A rule by its name.
    fn rule(&self, name: &str) -> String;

    /// A token, by its name or as it is.
    fn token(&mut self, spelling: &Spelling) -> String;

    /// A right side, in brackets where it stands inside another and would fall apart there.
    fn form(&mut self, form: &Form, inner: bool) -> String {
        match form {
            Form::Token(spelling) => self.token(spelling),
            Form::Rule(name) => self.rule(name),
            Form::Row(forms) => {
                let parts: Vec<String> = forms.iter().map(|form| self.form(form, true)).collect();
                Self::grouped(parts.join(" "), inner && forms.len() > 1)
            }
            Form::Choice(forms) => {
                let parts: Vec<String> = forms.iter().map(|form| self.form(form, false)).collect();
                Self::grouped(parts.join(" | "), inner)
            }
            Form::Option(form) => format!("{}?", self.tight(form)),
            Form::Many(form) => format!("{}*", self.tight(form)),
        }
    }

    /// What a `?` or `*` can stand behind.
    fn tight(&mut self, form: &Form) -> String {
        let grouping = matches!(form, Form::Option(_) | Form::Many(_));
        let printed = self.form(form, true);
        Self::grouped(printed, grouping)
    }

    /// A text in brackets, where it needs them.
    fn grouped(text: String, group: bool) -> String {
        let (open, close) = Self::BRACKETS;
        if group { format!("{open}{text}{close}") } else { text }
    }
}
