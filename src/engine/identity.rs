//! What tells a program from every other: a digest of what it says, however that is laid out.

use super::examination::Examination;
use crate::check::Certificate;
use crate::diagnostic::Diagnostics;
use crate::source::Names;
use crate::syntax::{self, Limits};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The SHA-256 of bytes.
pub fn digest(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    Sha256::digest(bytes).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

impl Examination {
    /// What is proved of its patterns, or of some of them, as data. The hash of each is that of its name and of the trees of
    /// the program and its modules: comments, line ends and spaces do not count.
    pub fn patterns<'c>(&self, certificates: impl IntoIterator<Item = &'c Certificate>) -> Vec<Json> {
        let mut certificates = certificates.into_iter().peekable();
        if certificates.peek().is_none() {
            return Vec::new();
        }
        let trees = digest(self.trees().as_bytes());
        let hash = |certificate: &Certificate| digest(format!("{}\n{trees}", certificate.name).as_bytes());
        certificates.map(|certificate| certificate.json(&hash(certificate))).collect()
    }

    /// The trees of all files, its own first.
    fn trees(&self) -> String {
        let mut files: Vec<_> = self.sources.files().collect();
        files.sort_by_key(|(id, _)| *id != self.file);
        let mut names = Names::new();
        files.into_iter().fold(String::new(), |mut all, (id, file)| {
            let tree = syntax::parse_within(id, file.text(), Limits::RUN, &mut names, &mut Diagnostics::new());
            let _ = writeln!(all, "{}", syntax::print::tree(file.text(), &names, &tree));
            all
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Setting;
    use crate::hir::Alone;
    use crate::source::Sources;

    fn hashes(text: &str) -> Vec<String> {
        let mut sources = Sources::new();
        let file = sources.add("main.prism", text);
        let looked = Examination::of(file, sources, &Alone, Diagnostics::new()).validate(&Setting::default());
        let patterns = looked.patterns(&looked.certificates);
        patterns.iter().map(|pattern| pattern["hash"].as_str().expect("a hash").to_owned()).collect()
    }

    #[test]
    fn what_a_program_says_is_hashed_and_not_how_it_is_laid_out() {
        let text = "import { tally } from \"std/voting\"\nconst xs = [1, 2]\nfor (const x of xs) { print(x) }\n";
        let once = hashes(text);
        assert_eq!(once.len(), 1);
        let laid_out = "/* counts */ import { tally }\r\n  from \"std/voting\";\r\n\r\nconst xs = [\n  1,\n  2,\n] // two\nfor (const x of xs) {\n  print(x)\n}\n";
        assert_eq!(hashes(laid_out), once);
        for other in [text.replace("2]", "3]"), text.replace("tally", "borda"), text.replace("xs", "ys")] {
            assert_ne!(hashes(&other), once);
        }
    }
}
