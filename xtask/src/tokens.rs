//! A Rust file as a flat list of tokens, so that rules look at code and not at comments or texts.
//!
//! Guarantees: what only tests compile (`#[cfg(test)]`, the feature `testing`) is told apart from production code.
//! Does not: expand macros; their arguments are tokens like any others.

use std::ops::RangeInclusive;
use std::path::Path;

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

use crate::root;

/// A file's tokens.
#[derive(Debug, Default)]
pub struct Source {
    /// What production compiles. `::` is one token; brackets are tokens of their own.
    pub production: Vec<String>,
    /// Lines that only tests compile, counted from 1.
    pub test_lines: Vec<RangeInclusive<usize>>,
    /// The modules that lie in files of their own.
    pub modules: Vec<Declared>,
}

/// `mod name;`
#[derive(Debug)]
pub struct Declared {
    pub name: String,
    pub is_test: bool,
}

/// Reads a file of the repository.
///
/// # Panics
/// When it cannot be read, or is no Rust: the compiler says more.
pub fn read(file: &Path) -> Source {
    let text = std::fs::read_to_string(root().join(file)).expect("a module's file can be read");
    let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{} is no Rust: {error}", file.display()));
    let mut source = Source::default();
    source.take(stream, false);
    source
}

impl Source {
    fn take(&mut self, stream: TokenStream, is_test: bool) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            if !is_test && is_test_attribute(&trees[at..]) {
                let end = item_end(&trees, at);
                let lines = trees[at].span().start().line..=trees[end - 1].span().end().line;
                self.test_lines.push(lines);
                self.take(trees[at..end].iter().cloned().collect(), true);
                at = end;
                continue;
            }
            if let [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Punct(end), ..] = &trees[at..]
                && word == "mod"
                && end.as_char() == ';'
            {
                self.modules.push(Declared { name: name.to_string(), is_test });
            }
            match &trees[at] {
                TokenTree::Group(group) => {
                    let (open, close) = brackets(group);
                    self.push(open, is_test);
                    self.take(group.stream(), is_test);
                    self.push(close, is_test);
                }
                TokenTree::Punct(first) if first.as_char() == ':' && first.spacing() == Spacing::Joint => {
                    self.push("::", is_test);
                    at += 1;
                }
                other => self.push(&other.to_string(), is_test),
            }
            at += 1;
        }
    }

    fn push(&mut self, token: &str, is_test: bool) {
        if !is_test && !token.is_empty() {
            self.production.push(token.to_owned());
        }
    }
}

fn brackets(group: &Group) -> (&'static str, &'static str) {
    match group.delimiter() {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

/// Whether an attribute begins here that keeps its item out of production.
fn is_test_attribute(trees: &[TokenTree]) -> bool {
    let Some(attribute) = attribute(trees) else { return false };
    let mut inner = attribute.stream().into_iter();
    let is_cfg = inner.next().is_some_and(|word| word.to_string() == "cfg");
    let condition = inner.next().map(|condition| condition.to_string()).unwrap_or_default();
    // `test` and the feature `testing`, alone or with others; not their opposite.
    is_cfg && condition.contains("test") && !condition.contains("not")
}

/// The brackets of an attribute that begins here.
fn attribute(trees: &[TokenTree]) -> Option<&Group> {
    match trees {
        [TokenTree::Punct(mark), TokenTree::Group(group), ..]
            if mark.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
        {
            Some(group)
        }
        _ => None,
    }
}

/// Behind the item whose first attribute stands at `start`: its braces or its semicolon.
fn item_end(trees: &[TokenTree], start: usize) -> usize {
    let mut at = start;
    while attribute(&trees[at..]).is_some() {
        at += 2;
    }
    let is_last = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        _ => false,
    };
    trees[at..].iter().position(is_last).map_or(trees.len(), |length| at + length + 1)
}
