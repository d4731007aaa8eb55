//! Documentation: which comments belong to what follows them, and what their tags say.

use super::ast::{Comment, Tree};
use crate::source::Span;

/// The text of the doc comments directly before a place, without their marks; empty when there are none. Blank lines and
/// ordinary comments between them and the place are passed over, anything else is not.
pub fn doc_before(tree: &Tree, text: &str, offset: u32) -> String {
    let end = tree.comments.partition_point(|comment| comment.span.end <= offset);
    let mut first = end;
    let mut place = offset;
    while first > 0 {
        let comment = tree.comments[first - 1];
        if !text[comment.span.end as usize..place as usize].trim().is_empty() {
            break;
        }
        place = comment.span.start;
        first -= 1;
    }
    let lines: Vec<String> =
        tree.comments[first..end].iter().filter(|comment| comment.doc).map(|comment| content(*comment, text)).collect();
    lines.join("\n")
}

/// A comment's text without its marks.
pub fn content(comment: Comment, text: &str) -> String {
    let written = comment.span.of(text);
    let inner = if let Some(rest) = written.strip_prefix("/**") {
        rest.strip_suffix("*/").unwrap_or(rest)
    } else if let Some(rest) = written.strip_prefix("/*") {
        rest.strip_suffix("*/").unwrap_or(rest)
    } else {
        let rest = written.strip_prefix("///").or_else(|| written.strip_prefix("//"));
        let rest = rest.or_else(|| written.strip_prefix('#')).unwrap_or(written);
        return rest.strip_prefix(' ').unwrap_or(rest).trim_end().to_string();
    };
    let lines = inner.lines().map(|line| {
        let line = line.trim();
        let line = line.strip_prefix('*').unwrap_or(line);
        line.strip_prefix(' ').unwrap_or(line).trim_end()
    });
    lines.collect::<Vec<_>>().join("\n").trim_matches('\n').to_string()
}

/// A `@name value` of a doc comment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tag {
    /// The word behind `@`.
    pub name: String,
    /// The rest, further lines up to the next tag included.
    pub value: String,
    /// Where its name stands, with its mark.
    pub span: Span,
}

/// The tags of the first doc comments of a text, before anything else: a script's account of itself.
pub fn leading_tags(tree: &Tree, text: &str) -> Vec<Tag> {
    let mut end = 0;
    let mut tags: Vec<Tag> = Vec::new();
    let mut inside = false;
    for comment in &tree.comments {
        let between = text[end..comment.span.start as usize].trim_start_matches('\u{feff}');
        if !between.trim().is_empty() {
            break;
        }
        end = comment.span.end as usize;
        if comment.doc {
            read_tags(*comment, text, &mut inside, &mut tags);
        } else {
            inside = false;
        }
    }
    tags
}

fn read_tags(comment: Comment, text: &str, inside: &mut bool, tags: &mut Vec<Tag>) {
    let mut from = comment.span.start as usize;
    for line in content(comment, text).lines() {
        let trimmed = line.trim();
        if let Some(tag) = trimmed.strip_prefix('@') {
            let (name, value) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
            from += text[from..].find(trimmed).unwrap_or(0);
            let span = Span::new(from as u32, (from + 1 + name.len()) as u32);
            tags.push(Tag { name: name.to_string(), value: value.trim().to_string(), span });
            *inside = true;
        } else if let Some(tag) = tags.last_mut().filter(|_| *inside && !trimmed.is_empty()) {
            if !tag.value.is_empty() {
                tag.value.push('\n');
            }
            tag.value.push_str(trimmed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::source::{FileId, Names};
    use crate::syntax::parse;

    fn tree(text: &str) -> Tree {
        parse(FileId(0), text, &mut Names::new(), &mut Diagnostics::new())
    }

    #[test]
    fn belong_to_what_follows() {
        let text = "/// one\n\n// not this\n/// two\nlet a = 1\nlet b = 2 /// late\n/** x\n * y */ f()\n";
        let tree = tree(text);
        let at = |word: &str| text.find(word).unwrap_or(0) as u32;
        assert_eq!(doc_before(&tree, text, at("let a")), "one\ntwo");
        assert_eq!(doc_before(&tree, text, at("let b")), "");
        assert_eq!(doc_before(&tree, text, at("f()")), "late\nx\ny");
    }

    #[test]
    fn tags_stand_at_the_beginning() {
        let text = "#!/usr/bin/env prism\n/**\n * @name Explore\n * @input { \"a\":\n *   1 }\n */\n/// @minAgents 3\nx = 1\n/// @late no";
        let tree = tree(text);
        let tags = leading_tags(&tree, text);
        let pairs: Vec<(&str, &str)> = tags.iter().map(|tag| (tag.name.as_str(), tag.value.as_str())).collect();
        assert_eq!(pairs, [("name", "Explore"), ("input", "{ \"a\":\n1 }"), ("minAgents", "3")]);
        assert_eq!(tags.iter().map(|tag| tag.span.of(text)).collect::<Vec<_>>(), ["@name", "@input", "@minAgents"]);
    }
}
