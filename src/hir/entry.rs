//! Which function of a program runs.

use super::{Export, FunctionId, Kind, Program};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Location, Span};

/// The function that a run of a program begins with: the pattern that was asked for by name, the default export, the
/// only pattern, or the statements of a file that has no pattern.
pub fn entry(program: &Program, name: Option<&str>) -> Result<FunctionId, Diagnostic> {
    let Some(module) = program.modules.last() else {
        return Err(Diagnostic::new(Code::P010, Location::default(), "there is no program"));
    };
    let name_of = |id: &FunctionId| program.functions[id.0 as usize].name.map_or("", |name| program.names.text(name));
    let at = |span: Span| Location::new(module.file, span);
    if let Some(name) = name {
        if let Some(id) = module.patterns.iter().find(|id| name_of(id) == name) {
            return Ok(*id);
        }
        let found = Diagnostic::new(Code::P010, at(Span::default()), format!("there is no pattern `{name}`"));
        return Err(match crate::diagnostic::nearest(name, module.patterns.iter().map(&name_of)) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.help(choices(module.patterns.iter().map(&name_of))),
        });
    }
    if let Some(Export::Global(global)) = module.default
        && let Some(function) = program.globals[global.0 as usize].function
        && program.functions[function.0 as usize].kind == Kind::Pattern
    {
        return Ok(function);
    }
    match module.patterns.as_slice() {
        [] => Ok(module.body),
        [only] => Ok(*only),
        several => {
            let first = program.functions[several[0].0 as usize].head;
            let found = Diagnostic::new(
                Code::P010,
                at(first),
                "the file has several patterns, and none is marked as its entry",
            );
            let choice = choices(several.iter().map(&name_of));
            Err(found.help(format!("run it with `--entry NAME`, or write `export default` before one; {choice}")))
        }
    }
}

fn choices<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => "the file has no pattern; leave `--entry` out to run its statements".to_owned(),
        _ => format!("there are {}", names.join(", ")),
    }
}
