//! Which file of a crate uses names that which other file defines.
//!
//! A name leads to the file that defines it, through every `use` on the way, so that a module which only passes names on is no
//! part of a circle. What a module uses of its own children does not count: to wire them is its task.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::modules::Module;

/// Names passed on from one to the next; more would be a circle of `use` lines, which rustc refuses.
const PASSED_ON_MAX: usize = 16;

/// For each file the files that it uses, with the first path that leads there.
pub type Uses = BTreeMap<PathBuf, BTreeMap<PathBuf, String>>;

/// What the production files of a crate use of one another.
pub fn uses(modules: &[Module]) -> Uses {
    let tree =
        Tree(modules.iter().filter(|module| !module.is_test).map(|module| (&module.path[..], parse(module))).collect());
    let mut found = Uses::new();
    for (path, module) in &tree.0 {
        let all = module.imports.iter().map(|import| &import.path).chain(&module.paths);
        for used in all {
            let Some(definer) = tree.definer(path, used, 0) else { continue };
            if !definer.starts_with(path) {
                let target = tree.0[definer].file.to_path_buf();
                found.entry(module.file.to_path_buf()).or_default().entry(target).or_insert_with(|| used.join("::"));
            }
        }
    }
    found
}

/// The paths that a module's `use` lines name, each written out.
#[cfg(test)]
pub fn imported(module: &Module) -> Vec<Vec<String>> {
    parse(module).imports.into_iter().map(|import| import.path).collect()
}

/// The modules of a crate by their paths.
struct Tree<'a>(BTreeMap<&'a [String], Parsed<'a>>);

/// A module's names.
struct Parsed<'a> {
    file: &'a Path,
    children: BTreeSet<&'a str>,
    imports: Vec<Import>,
    /// Paths in the code that begin within the crate.
    paths: Vec<Vec<String>>,
}

/// One name of a `use` line.
struct Import {
    path: Vec<String>,
    /// What it is called here.
    name: String,
}

impl Tree<'_> {
    /// The module that defines what a path means in a module; `None` where that is another crate.
    fn definer(&self, module: &[String], path: &[String], passed_on: usize) -> Option<&[String]> {
        let (mut at, mut rest) = self.begin(module, path)?;
        while let Some((first, behind)) = rest.split_first()
            && self.0.get(&at[..])?.children.contains(first.as_str())
        {
            at.push(first.clone());
            rest = behind;
        }
        let (here, found) = self.0.get_key_value(&at[..])?;
        let passed = rest.first().and_then(|name| found.imports.iter().find(|import| import.name == *name));
        match passed {
            Some(import) if passed_on < PASSED_ON_MAX => {
                let path = [&import.path[..], &rest[1..]].concat();
                self.definer(here, &path, passed_on + 1)
            }
            _ => Some(here),
        }
    }

    /// The module at which a path begins, and what follows.
    fn begin<'p>(&self, module: &[String], path: &'p [String]) -> Option<(Vec<String>, &'p [String])> {
        let (first, mut rest) = path.split_first()?;
        let mut at = module.to_vec();
        match first.as_str() {
            "crate" => at.clear(),
            "self" => {}
            "super" => {
                at.pop()?;
                while rest.first().is_some_and(|next| next == "super") {
                    at.pop()?;
                    rest = &rest[1..];
                }
            }
            child if self.0.get(module)?.children.contains(child) => rest = path,
            _ => return None,
        }
        Some((at, rest))
    }
}

fn parse(module: &Module) -> Parsed<'_> {
    let children =
        module.source.modules.iter().filter(|child| !child.is_test).map(|child| child.name.as_str()).collect();
    let mut parsed = Parsed { file: &module.file, children, imports: Vec::new(), paths: Vec::new() };
    let tokens = &module.source.production;
    let mut at = 0;
    while at < tokens.len() {
        let is_path = tokens[at + 1..].first().is_some_and(|next| next == "::");
        if tokens[at] == "use" {
            at = import(tokens, at + 1, &mut Vec::new(), &mut parsed.imports);
        } else if is_path && is_word(&tokens[at]) {
            let mut path = vec![tokens[at].clone()];
            at += 1;
            while let [separator, next, ..] = &tokens[at..]
                && separator == "::"
                && is_word(next)
            {
                path.push(next.clone());
                at += 2;
            }
            parsed.paths.push(path);
        } else {
            at += 1;
        }
    }
    parsed
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Reads one tree of a `use` line from `at` on; where it ends.
fn import(tokens: &[String], mut at: usize, prefix: &mut Vec<String>, imports: &mut Vec<Import>) -> usize {
    let depth = prefix.len();
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token.as_str() {
            "::" => {}
            "{" => {
                while tokens.get(at).is_some_and(|token| token != "}") {
                    at = import(tokens, at, prefix, imports);
                    at += usize::from(tokens.get(at).is_some_and(|token| token == ","));
                }
                prefix.truncate(depth);
                return at + 1;
            }
            word => {
                prefix.push(word.to_owned());
                if tokens.get(at).is_some_and(|token| token == "::") {
                    continue;
                }
                if word == "self" {
                    prefix.pop();
                }
                let mut name = prefix.last().cloned().unwrap_or_default();
                if tokens.get(at).is_some_and(|token| token == "as") {
                    name.clone_from(&tokens[at + 1]);
                    at += 2;
                }
                imports.push(Import { path: prefix.clone(), name });
                prefix.truncate(depth);
                return at;
            }
        }
    }
    at
}
