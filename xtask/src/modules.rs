//! The modules of a crate and the files that they lie in, found by following `mod name;` as rustc does.

use std::path::{Path, PathBuf};

use crate::root;
use crate::tokens::{Source, read};

/// A file of a crate as the module that it is.
#[derive(Debug)]
pub struct Module {
    /// Names from the crate's root down; empty for the root.
    pub path: Vec<String>,
    /// From the repository's folder.
    pub file: PathBuf,
    /// Whether only tests compile it.
    pub is_test: bool,
    /// What it holds.
    pub source: Source,
}

/// The modules of the library and of the binary of a crate, each with its root first.
pub fn of_crate(folder: &Path) -> Vec<Vec<Module>> {
    ["lib.rs", "main.rs"]
        .map(|entry| {
            let mut modules = Vec::new();
            visit(&folder.join("src").join(entry), &[], false, &mut modules);
            modules
        })
        .into_iter()
        .filter(|modules| !modules.is_empty())
        .collect()
}

fn visit(file: &Path, path: &[String], is_test: bool, modules: &mut Vec<Module>) {
    if !root().join(file).is_file() {
        return;
    }
    let source = read(file);
    let stem = file.file_stem().expect("a source file has a name").to_string_lossy();
    let folder = file.parent().expect("a source file lies in a folder");
    let own = if ["lib", "main", "mod"].contains(&&*stem) { folder.to_path_buf() } else { folder.join(&*stem) };
    let children: Vec<_> = source.modules.iter().map(|child| (child.name.clone(), is_test || child.is_test)).collect();
    modules.push(Module { path: path.to_vec(), file: file.to_path_buf(), is_test, source });
    for (name, is_test) in children {
        let path = [path, std::slice::from_ref(&name)].concat();
        visit(&own.join(format!("{name}.rs")), &path, is_test, modules);
        visit(&own.join(&name).join("mod.rs"), &path, is_test, modules);
    }
}
