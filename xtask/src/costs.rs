//! What a change costs: how many production files name a sample of what is often added.
//!
//! Guarantees: the lists of CONTRIBUTING.md are held against the code in both directions, and against a bound. A file names a
//! sample when its text or its path does, in any spelling (`RemoveLine`, `removeLine`, `remove_line`, `remove-line`).
//! Does not count: tests, benchmarks, documents, generated files, and this crate.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::modules::of_crate;
use crate::tree::{files, members, root};

/// Something of which there are many, that stands for the next one of its kind.
#[derive(Debug)]
pub struct Sample {
    /// What it is.
    pub kind: &'static str,
    /// Its name as CONTRIBUTING.md writes it.
    pub name: &'static str,
    /// How many production files may name it.
    pub files_max: usize,
}

/// The samples and their bounds. A bound is only ever lowered.
pub const SAMPLES: [Sample; 5] = [
    Sample { kind: "command", name: "RemoveLine", files_max: 5 },
    Sample { kind: "event", name: "LineRemoved", files_max: 5 },
    Sample { kind: "column", name: "cancel_note", files_max: 4 },
    Sample { kind: "read model", name: "sku_sales", files_max: 5 },
    Sample { kind: "participant", name: "ORDER_PARTICIPANT", files_max: 2 },
];

/// Crates and folders that no production code lies in.
const APART: [&str; 9] = ["benches", "docs", "samples", "testing", "tests", "xtask", "asyncapi", "graphql", "openapi"];
/// Endings of documents.
const DOCUMENTS: [&str; 2] = ["md", "lock"];

/// A sample with the files that name it and those that CONTRIBUTING.md lists.
#[derive(Debug)]
pub struct Cost {
    pub sample: &'static Sample,
    pub files: BTreeSet<PathBuf>,
    pub listed: BTreeSet<PathBuf>,
}

/// What each sample costs now.
pub fn costs() -> Vec<Cost> {
    let texts = production();
    let mut lists = lists(&std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap_or_default());
    SAMPLES
        .iter()
        .map(|sample| {
            let spellings = spellings(sample.name);
            let named = |(path, text): &(&PathBuf, &String)| {
                let text = format!("{} {text}", path.display()).to_lowercase();
                spellings.iter().any(|spelling| text.contains(spelling))
            };
            let files = texts.iter().filter(named).map(|(path, _)| path.clone()).collect();
            Cost { sample, files, listed: lists.remove(sample.name).unwrap_or_default() }
        })
        .collect()
}

impl Cost {
    /// What is wrong: files on one side alone, or too many.
    pub fn problems(&self) -> Vec<String> {
        let Sample { kind, name, files_max } = self.sample;
        let unlisted = self.files.difference(&self.listed);
        let idle = self.listed.difference(&self.files);
        let mut problems: Vec<_> = unlisted
            .map(|file| format!("{} names the {kind} {name}, and CONTRIBUTING.md does not list it", file.display()))
            .chain(idle.map(|file| {
                format!("CONTRIBUTING.md lists {} for the {kind} {name}, which it does not name", file.display())
            }))
            .collect();
        if self.files.len() > *files_max {
            problems.push(format!("{} files name the {kind} {name}; at most {files_max} may", self.files.len()));
        }
        problems
    }
}

/// The table for people: a line a sample, then the files of each.
pub struct Table<'a>(pub &'a [Cost]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<11} {:<17} {:>5} {:>7}", "sample", "", "files", "allowed")?;
        for Cost { sample, files, .. } in self.0 {
            writeln!(f, "{:<11} {:<17} {:>5} {:>7}", sample.kind, sample.name, files.len(), sample.files_max)?;
        }
        for Cost { sample, files, .. } in self.0 {
            writeln!(f, "\n{} {}", sample.kind, sample.name)?;
            for file in files {
                writeln!(f, "  {}", file.display())?;
            }
        }
        Ok(())
    }
}

/// The spellings of a name in lower case.
fn spellings(name: &str) -> [String; 3] {
    let mut words = String::new();
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_uppercase() && after_small {
            words.push('_');
        }
        after_small = letter.is_lowercase();
        words.extend(letter.to_lowercase());
    }
    [words.replace('_', ""), words.replace('_', "-"), words]
}

/// Every production file with the text that production has of it.
fn production() -> BTreeMap<PathBuf, String> {
    let read = |path: PathBuf| {
        // What is no text names nothing.
        let text = std::fs::read_to_string(root().join(&path)).ok()?;
        Some((path, text))
    };
    let has_ending =
        |path: &Path, endings: &[&str]| path.extension().is_some_and(|ending| endings.iter().any(|one| ending == *one));
    let others = files("").into_iter().filter(|path| !is_apart(path) && !has_ending(path, &DOCUMENTS));
    let mut texts: BTreeMap<_, _> = others.filter(|path| !has_ending(path, &["rs"])).filter_map(read).collect();
    let modules = members().into_iter().filter(|folder| !is_apart(folder)).flat_map(|folder| of_crate(&folder));
    for module in modules.flatten().filter(|module| !module.is_test) {
        let text = std::fs::read_to_string(root().join(&module.file)).unwrap_or_default();
        let is_production = |line: &usize| !module.source.test_lines.iter().any(|lines| lines.contains(line));
        let lines = text.lines().enumerate().filter(|(index, _)| is_production(&(index + 1)));
        let text = lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n");
        texts.insert(module.file, text);
    }
    texts
}

fn is_apart(path: &Path) -> bool {
    path.components().any(|part| APART.iter().any(|apart| part.as_os_str() == *apart))
}

/// The files that CONTRIBUTING.md lists by sample: below a line that begins with `**A` and names one in backticks, a table
/// whose rows begin with a path in backticks.
fn lists(text: &str) -> BTreeMap<String, BTreeSet<PathBuf>> {
    let mut lists: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    let mut sample = None;
    for line in text.lines() {
        let quoted = line.split('`').nth(1);
        if line.starts_with("**A") {
            sample = quoted;
        } else if line.starts_with("| `")
            && let (Some(sample), Some(path)) = (sample, quoted)
        {
            lists.entry(sample.to_owned()).or_default().insert(PathBuf::from(path));
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_what_to_touch_are_right_and_short() {
        let problems: Vec<_> = costs().iter().flat_map(Cost::problems).collect();
        assert!(problems.is_empty(), "`cargo run -p xtask -- costs` shows all:\n{}", problems.join("\n"));
    }

    #[test]
    fn every_sample_is_named_somewhere() {
        let unknown: Vec<_> =
            costs().into_iter().filter(|cost| cost.files.is_empty()).map(|cost| cost.sample.name).collect();
        assert!(unknown.is_empty(), "no code names {unknown:?}; choose other samples");
    }

    #[test]
    fn a_list_is_wrong_in_three_ways() {
        static SAMPLE: Sample = Sample { kind: "event", name: "LineRemoved", files_max: 1 };
        let paths = |paths: [&str; 2]| paths.map(PathBuf::from).into_iter().collect();
        let cost = Cost { sample: &SAMPLE, files: paths(["a.rs", "b.rs"]), listed: paths(["b.rs", "c.rs"]) };
        let problems = cost.problems();
        assert!(matches!(&problems[..], [unlisted, idle, many]
            if unlisted.starts_with("a.rs") && idle.contains("lists c.rs") && many.starts_with("2 files")));
    }

    #[test]
    fn names_are_found_in_every_spelling() {
        for name in ["RemoveLine", "removeLine", "remove_line", "REMOVE_LINE"] {
            assert_eq!(spellings(name), ["removeline", "remove-line", "remove_line"]);
        }
    }

    #[test]
    fn a_list_is_a_table_below_its_sample() {
        let text =
            "**An event**, such as `X`:\n\n| file | what |\n|---|---|\n| `a/b.rs` | `c` |\n\n**A topic**: `t`\n| `d` |";
        let lists = lists(text);
        assert_eq!(lists["X"], BTreeSet::from(["a/b.rs".into()]));
    }
}
