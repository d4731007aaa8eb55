//! What each code means, with a program that shows it and one that does without it.
//!
//! The texts are `docs/codes/*.md`, one section for each code, so that the documentation, `prism explain` and the rules
//! of a SARIF log are one text, and the tests run every program in it.

use std::sync::LazyLock;

use super::{CODES, Code};

/// The section of one code.
#[derive(Debug)]
pub struct Explanation {
    /// Which.
    pub code: Code,
    /// Why it is reported, in plain sentences.
    pub cause: &'static str,
    /// The programs and what they need, in the order of the text.
    pub blocks: Vec<Block>,
    /// The section as Markdown, without its heading.
    pub source: &'static str,
}

/// A fenced block of a section.
#[derive(Debug)]
pub struct Block {
    /// What it is for.
    pub role: Role,
    /// Its lines.
    pub text: &'static str,
}

/// What a block is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// `prism fail`: a program that has the code.
    Fails,
    /// `prism pass`: the same, mended.
    Passes,
    /// `prism NAME`: a module beside both.
    Module(&'static str),
    /// `yaml agents`: the agents of both.
    Agents,
    /// `sh`: how they are started, where `prism check` or `prism run` alone would not show it.
    Command,
    /// `text`: shown only.
    Text,
}

/// The explanation of a code.
pub fn of(code: Code) -> Option<&'static Explanation> {
    EXPLANATIONS.iter().find(|explanation| explanation.code == code)
}

/// All explanations, in the order of the texts.
pub fn all() -> &'static [Explanation] {
    &EXPLANATIONS
}

impl Role {
    /// What is written above such a block.
    pub fn heading(self) -> &'static str {
        match self {
            Role::Fails => "Reported:",
            Role::Passes => "Mended:",
            Role::Module(name) => name,
            Role::Agents => "agents.yaml:",
            Role::Command => "Started with:",
            Role::Text => "For example:",
        }
    }
}

impl Explanation {
    /// The section as plain text.
    pub fn text(&self) -> String {
        let mut out = self.cause.to_string();
        for block in &self.blocks {
            out.push_str(&format!("\n\n{}\n", block.role.heading()));
            for line in block.text.lines() {
                out.push('\n');
                if !line.is_empty() {
                    out.push_str("    ");
                    out.push_str(line);
                }
            }
        }
        out
    }
}

static EXPLANATIONS: LazyLock<Vec<Explanation>> =
    LazyLock::new(|| TEXTS.iter().flat_map(|text| sections(text)).collect());

const TEXTS: &[&str] = &[
    include_str!("../../docs/codes/P.md"),
    include_str!("../../docs/codes/T.md"),
    include_str!("../../docs/codes/CF.md"),
    include_str!("../../docs/codes/TM.md"),
    include_str!("../../docs/codes/B.md"),
    include_str!("../../docs/codes/E.md"),
    include_str!("../../docs/codes/R.md"),
    include_str!("../../docs/codes/L.md"),
];

fn sections(text: &'static str) -> Vec<Explanation> {
    text.split("\n## ").skip(1).filter_map(section).collect()
}

/// A section without its `## `. One that names no code is no explanation; the tests say so of the code that has none.
fn section(text: &'static str) -> Option<Explanation> {
    let (heading, body) = text.split_once('\n')?;
    let code = CODES.iter().find(|entry| heading.split(' ').next() == Some(entry.name))?.code;
    let source = body.trim();
    let mut parts = source.split("```");
    let cause = parts.next()?.trim();
    let mut blocks = Vec::new();
    while let (Some(fenced), between) = (parts.next(), parts.next()) {
        let (info, text) = fenced.split_once('\n')?;
        let role = match info.split_once(' ') {
            Some(("prism", "fail")) => Role::Fails,
            Some(("prism", "pass")) => Role::Passes,
            Some(("prism", name)) => Role::Module(name),
            Some(("yaml", "agents")) => Role::Agents,
            _ if info == "sh" => Role::Command,
            _ => Role::Text,
        };
        blocks.push(Block { role, text: text.trim_end() });
        between?;
    }
    Some(Explanation { code, cause, blocks, source })
}
