//! Walking the repository.

use std::path::{Path, PathBuf};

/// Folders that hold nothing of ours.
const SKIPPED: [&str; 4] = ["target", ".git", ".local", "node_modules"];

/// The repository's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask lies in the repository").to_path_buf()
}

/// The folders of the workspace's crates.
pub fn members() -> Vec<PathBuf> {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).expect("the workspace has a manifest");
    let workspace: toml::Table = toml::from_str(&text).expect("cargo has read the manifest");
    let members = workspace["workspace"]["members"].as_array().expect("members are a list");
    members.iter().map(|member| PathBuf::from(member.as_str().expect("a member is a path"))).collect()
}

/// Every file below a folder with an ending, sorted, relative to the repository.
pub fn sources(below: &str, ending: &str) -> Vec<PathBuf> {
    let has_ending = |path: &PathBuf| path.extension().is_some_and(|extension| extension == ending);
    files(below).into_iter().filter(has_ending).collect()
}

/// Every file below a folder, sorted, relative to the repository.
pub fn files(below: &str) -> Vec<PathBuf> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.join(below)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if !path.is_dir() {
                found.push(path.strip_prefix(&root).expect("the walk began at the root").to_path_buf());
            } else if !SKIPPED.iter().any(|skipped| entry.file_name() == *skipped) {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}
