//! Circles between the files of a crate: files of which none can be read, moved or tested without the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::imports::{Uses, uses};
use crate::modules::of_crate;
use crate::tree::members;

/// Files that lead to one another, with what leads on from each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// From each file to the files of the circle that it uses, with a path that it uses there.
    pub files: BTreeMap<PathBuf, BTreeMap<PathBuf, String>>,
}

/// Every circle of every crate.
pub fn circles() -> Vec<Circle> {
    members().iter().flat_map(|folder| of_crate(folder)).flat_map(|modules| within(&uses(&modules))).collect()
}

/// The circles among some files.
fn within(uses: &Uses) -> Vec<Circle> {
    let reached: BTreeMap<&Path, BTreeSet<&Path>> = uses.keys().map(|file| (&**file, reachable(file, uses))).collect();
    let mut seen: BTreeSet<&Path> = BTreeSet::new();
    let mut found = Vec::new();
    for (file, reached_from) in &reached {
        if !reached_from.contains(file) || seen.contains(*file) {
            continue;
        }
        let leads_back = |other: &&Path| reached.get(other).is_some_and(|back| back.contains(file));
        let members: BTreeSet<&Path> = reached_from.iter().copied().filter(leads_back).collect();
        seen.extend(&members);
        let leads = |member: &Path| {
            uses[member]
                .iter()
                .filter(|(used, _)| members.contains(&***used))
                .map(|(used, path)| (used.clone(), path.clone()))
                .collect()
        };
        found.push(Circle { files: members.iter().map(|member| (member.to_path_buf(), leads(member))).collect() });
    }
    found
}

/// What a file leads to; itself only over others.
fn reachable<'a>(file: &'a Path, uses: &'a Uses) -> BTreeSet<&'a Path> {
    let mut reached = BTreeSet::new();
    let mut open = vec![file];
    while let Some(next) = open.pop() {
        let leads = uses.get(next).into_iter().flat_map(BTreeMap::keys).map(PathBuf::as_path);
        open.extend(leads.filter(|file| reached.insert(*file)));
    }
    reached
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (file, uses) in &self.files {
            for (used, path) in uses {
                writeln!(f, "{} uses {path} of {}", file.display(), used.display())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_files_go_round_in_a_circle() {
        let found: Vec<_> = circles().iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "let one of them go its own way:\n{}", found.join("\n"));
    }

    #[test]
    fn a_circle_is_found_and_a_file_that_leads_to_it_is_no_part() {
        let lead = |from: &str, to: &str| (from.into(), BTreeMap::from([(to.into(), format!("crate::{to}"))]));
        let uses = Uses::from([lead("a", "b"), lead("b", "c"), lead("c", "b"), lead("d", "e")]);
        let found = within(&uses);
        let files: Vec<_> = found.iter().map(|circle| circle.files.keys().cloned().collect::<Vec<_>>()).collect();
        assert_eq!(files, [["b", "c"].map(PathBuf::from)]);
    }
}
