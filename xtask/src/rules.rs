//! What every crate and file keeps to. See CONTRIBUTING.md for the reasons.

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::net::TcpListener;
    use std::path::{Component, Path, PathBuf};
    use std::process::Command;

    use crate::modules::of_crate;
    use crate::tree::members;
    use crate::{root, sources};

    /// Longest source file, in lines.
    const LINES_MAX: usize = 400;
    /// Crates that only decide: no I/O, clock or randomness.
    const TIER_0: [&str; 1] = ["domain"];
    /// Crates that do one kind of I/O. Of their own tier they know service-kit alone.
    const TIER_1: [&str; 4] = ["event-store", "messaging", "read-models", "service-kit"];
    /// Services, and what works for people outside of them: they know tiers 0 and 1 and never one another.
    const TIER_2: [&str; 6] =
        ["command-service", "saga-coordinator", "relay", "projection-service", "query-service", "order-import"];
    /// What stands in for systems outside, to test against: it knows nothing of the engine but how a server is made.
    const STAND_INS: [&str; 2] = ["payment-simulator", "carrier-simulator"];
    /// What puts services together, operates them or tests them may know anything.
    const FREE: [&str; 5] = ["order-engine", "orderctl", "journeys", "benches", "xtask"];
    /// What tier 0 may use from elsewhere.
    const PURE: [&str; 8] =
        ["celes", "chrono", "chrono-tz", "iso_currency", "serde", "serde_json", "thiserror", "uuid"];
    /// Crates that only one of ours may name, benchmarks and journeys apart.
    const OWNED: [(&str, &str); 4] = [
        ("rdkafka", "messaging"),
        ("kafka-protocol", "messaging"),
        ("cqrs-es", "event-store"),
        ("postgres-es", "event-store"),
    ];

    /// Items that need a doc comment when they are public. Fields, variants, `pub use` and `pub mod` do not.
    const PUBLIC_ITEMS: [&str; 9] = ["fn", "struct", "enum", "trait", "type", "const", "static", "union", "macro"];

    struct Manifest {
        name: String,
        folder: PathBuf,
        dependencies: BTreeSet<String>,
    }

    fn manifests() -> Vec<Manifest> {
        members().iter().map(|folder| manifest(folder)).collect()
    }

    fn manifest(folder: &Path) -> Manifest {
        let text = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        let table: toml::Table = toml::from_str(&text).unwrap();
        let dependencies = table.get("dependencies").and_then(toml::Value::as_table);
        Manifest {
            name: table["package"]["name"].as_str().unwrap().to_owned(),
            folder: folder.to_path_buf(),
            dependencies: dependencies.map(|found| found.keys().cloned().collect()).unwrap_or_default(),
        }
    }

    #[test]
    fn crates_know_only_lower_tiers() {
        let mut broken = Vec::new();
        let manifests = manifests();
        let ours: BTreeSet<_> = manifests.iter().map(|manifest| manifest.name.as_str()).collect();
        for manifest in &manifests {
            let name = manifest.name.as_str();
            let allowed: Vec<&str> = match name {
                name if TIER_0.contains(&name) => vec![],
                "service-kit" => TIER_0.to_vec(),
                name if TIER_1.contains(&name) || STAND_INS.contains(&name) => [&TIER_0[..], &["service-kit"]].concat(),
                "command-kit" | "request-kit" => [&TIER_0[..], &TIER_1].concat(),
                name if TIER_2.contains(&name) => [&TIER_0[..], &TIER_1, &["command-kit", "request-kit"]].concat(),
                // A participant is a service, and knows no other one.
                _ if manifest.folder.starts_with("participants") => {
                    [&TIER_0[..], &TIER_1, &["command-kit", "request-kit"]].concat()
                }
                name if FREE.contains(&name) => continue,
                name => panic!("crate {name} has no tier; give it one here"),
            };
            for dependency in &manifest.dependencies {
                let is_ours = ours.contains(dependency.as_str());
                if is_ours && !allowed.contains(&dependency.as_str()) {
                    broken.push(format!("{name} may not know {dependency}"));
                }
                if TIER_0.contains(&name) && !is_ours && !PURE.contains(&dependency.as_str()) {
                    broken.push(format!("{name} is pure and may not use {dependency}"));
                }
            }
        }
        assert!(broken.is_empty(), "{}", broken.join("\n"));
    }

    #[test]
    fn each_client_library_has_one_owner() {
        let mut broken = Vec::new();
        for manifest in manifests().iter().filter(|manifest| !["benches", "journeys"].contains(&manifest.name.as_str()))
        {
            for (library, owner) in OWNED {
                if manifest.dependencies.contains(library) && manifest.name != owner {
                    broken.push(format!("{} names {library}, which is {owner}'s", manifest.name));
                }
            }
        }
        assert!(broken.is_empty(), "{}", broken.join("\n"));
    }

    #[test]
    fn files_stay_short() {
        let long: Vec<_> = sources("", "rs")
            .into_iter()
            .filter_map(|path| {
                let lines = std::fs::read_to_string(root().join(&path)).unwrap().lines().count();
                (lines > LINES_MAX).then(|| format!("{} has {lines} lines", path.display()))
            })
            .collect();
        assert!(long.is_empty(), "split what has more than one concept:\n{}", long.join("\n"));
    }

    /// Types, traits and functions say what they are for. Fields and variants only need a comment where it adds something.
    #[test]
    fn every_public_item_has_a_doc_comment() {
        let mut undocumented = Vec::new();
        for path in sources("", "rs").into_iter().filter(|path| !is_test(path)) {
            let text = std::fs::read_to_string(root().join(&path)).unwrap();
            let lines: Vec<_> = text.lines().collect();
            let found = undocumented_items(&lines).into_iter();
            undocumented.extend(found.map(|line| format!("{}:{line}: {}", path.display(), lines[line - 1].trim())));
        }
        let advice = "say above each in a `///` comment what it is for, or make it `pub(crate)` or private";
        assert!(undocumented.is_empty(), "{advice}:\n{}", undocumented.join("\n"));
    }

    #[test]
    fn attributes_may_stand_between_an_item_and_its_doc_comment() {
        let documented = ["/// A.", "#[derive(", "Debug,", ")]", "pub struct A {", "pub field: u8,", "}", "pub mod b;"];
        assert_eq!(undocumented_items(&documented), [] as [usize; 0]);
        let macro_arm = ["$(#[$meta])*", "pub enum $name {", "}", "#[doc = \"B.\"]", "pub async fn b() {}"];
        assert_eq!(undocumented_items(&macro_arm), [] as [usize; 0]);
        let undocumented =
            ["// A.", "#[must_use]", "pub const fn a() {}", "", "pub(crate) fn b() {}", "pub static C: u8 = 1;"];
        assert_eq!(undocumented_items(&undocumented), [3, 6]);
    }

    #[test]
    fn methods_of_a_type_that_stays_in_its_crate_need_no_doc_comment() {
        let hidden = ["pub(crate) struct A<'a>(&'a str);", "impl<'a> A<'a> {", "    pub fn b() {}", "}"];
        assert_eq!(undocumented_items(&hidden), [] as [usize; 0]);
        let visible = ["/// A.", "pub struct A;", "impl A {", "    pub fn b() {}", "}", "pub fn c() {}"];
        assert_eq!(undocumented_items(&visible), [4, 6]);
    }

    fn is_test(path: &Path) -> bool {
        path.components().any(|part| {
            let name = part.as_os_str().to_string_lossy();
            name.starts_with("tests") || name.starts_with("benches")
        })
    }

    /// Numbers of the lines, from 1, where a public item begins that has no doc comment; up to the file's own tests.
    fn undocumented_items(lines: &[&str]) -> Vec<usize> {
        let tests = lines.iter().position(|line| *line == "mod tests {").unwrap_or(lines.len());
        let items = (0..tests).filter(|index| is_public_item(lines[*index].trim()) && !is_hidden_method(lines, *index));
        items.filter(|index| !is_documented(&lines[..*index])).map(|index| index + 1).collect()
    }

    /// Whether a line is in an `impl` of a type that the file declares without a plain `pub`.
    fn is_hidden_method(lines: &[&str], index: usize) -> bool {
        if !lines[index].starts_with(' ') {
            return false;
        }
        let Some(block) = lines[..index].iter().rev().find_map(|line| line.strip_prefix("impl")) else { return false };
        // Behind the parameters of `impl<…>`, if there are any.
        let block = if block.starts_with('<') { block.split_once("> ").map_or("", |(_, rest)| rest) } else { block };
        let name: String = block.trim_start().chars().take_while(|c| c.is_alphanumeric()).collect();
        lines.iter().any(|line| {
            let declared = ["struct ", "enum ", "union "].iter().find_map(|kind| line.split_once(kind));
            declared.is_some_and(|(before, after)| {
                let is_declaration = ["", "pub(crate) ", "pub(super) "].contains(&before);
                is_declaration && after.split(|c: char| !c.is_alphanumeric()).next() == Some(&*name)
            })
        })
    }

    fn is_public_item(line: &str) -> bool {
        let Some(rest) = line.strip_prefix("pub ") else { return false };
        let word = rest.trim_start_matches("async ").trim_start_matches("unsafe ").split(' ').next();
        word.is_some_and(|word| PUBLIC_ITEMS.contains(&word))
    }

    /// Whether lines end with a doc comment, behind which only attributes stand.
    fn is_documented(lines: &[&str]) -> bool {
        let mut in_attribute = false;
        for line in lines.iter().rev().map(|line| line.trim()) {
            // A macro hands on the attributes of its caller, who documents the item.
            if line.starts_with("///") || line.starts_with("#[doc") || line.starts_with("$(#[") {
                return true;
            }
            in_attribute |= line.ends_with(")]");
            if line.starts_with("#[") {
                in_attribute = false;
            } else if !in_attribute {
                return false;
            }
        }
        false
    }

    #[test]
    fn no_source_file_is_dead() {
        let mut dead = Vec::new();
        for manifest in manifests() {
            let folder = manifest.folder.join("src");
            let files = sources(&folder.to_string_lossy(), "rs");
            let modules = of_crate(&manifest.folder).into_iter().flatten();
            let live: BTreeSet<_> = modules.map(|module| module.file).collect();
            dead.extend(files.into_iter().filter(|file| !live.contains(file)).map(|file| file.display().to_string()));
        }
        assert!(dead.is_empty(), "no `mod` leads to:\n{}", dead.join("\n"));
    }

    #[test]
    fn every_statement_file_is_used() {
        let used: BTreeSet<_> = sources("", "rs").iter().flat_map(|path| included(path)).collect();
        let unused: Vec<_> = sources("", "sql")
            .into_iter()
            // Migrations are embedded as a folder.
            .filter(|path| !path.components().any(|part| part.as_os_str() == "migrations"))
            // Scripts use these.
            .filter(|path| !path.starts_with("deploy"))
            .filter(|path| !used.contains(path))
            .map(|path| path.display().to_string())
            .collect();
        assert!(unused.is_empty(), "no source includes:\n{}", unused.join("\n"));
    }

    /// The files whose text a source file includes, from the repository's folder.
    fn included(source: &Path) -> Vec<PathBuf> {
        let text = std::fs::read_to_string(root().join(source)).unwrap();
        let folder = source.parent().unwrap();
        let paths = text.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next());
        paths.map(|path| without_parents(&folder.join(path))).collect()
    }

    /// A path without `..`.
    fn without_parents(path: &Path) -> PathBuf {
        let mut plain = PathBuf::new();
        for part in path.components() {
            if part == Component::ParentDir {
                plain.pop();
            } else {
                plain.push(part);
            }
        }
        plain
    }

    /// A scope that nothing asks for promises a protection that is not there.
    #[test]
    fn every_scope_is_asked_for_somewhere() {
        let scopes = std::fs::read_to_string(root().join("domain/src/scope.rs")).unwrap();
        let mut uses = String::new();
        for path in
            sources("", "rs").into_iter().filter(|path| !path.components().any(|part| part.as_os_str() == "tests"))
        {
            if !path.ends_with("src/scope.rs") {
                uses.push_str(&std::fs::read_to_string(root().join(path)).unwrap());
            }
        }
        let declared = scopes.lines().filter_map(|line| line.trim().split_once(" = \"")).map(|(name, _)| name);
        let declared = declared.filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'));
        let declared: Vec<_> = declared.collect();
        let declared_any = !declared.is_empty();
        let idle: Vec<_> = declared.into_iter().filter(|name| !uses.contains(&format!("Scope::{name}"))).collect();
        assert!(declared_any && idle.is_empty(), "no code asks for {idle:?}");
    }

    #[test]
    fn statements_are_not_copied() {
        let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
        for path in sources("", "sql") {
            let text = std::fs::read_to_string(root().join(&path)).unwrap();
            if let Some(first) = seen.insert(text, path.clone()) {
                panic!("{} and {} hold the same statement", first.display(), path.display());
            }
        }
    }

    #[test]
    fn the_port_of_a_process_that_is_about_to_be_gone_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let script = "set -eu; . deploy/local/lib/common.sh; require_free_port kafka \"$1\" KAFKA_PORT KAFKA_BROKERS";
        let mut asking = Command::new("bash").args(["-c", script, "_", &port]).current_dir(root()).spawn().unwrap();
        // Whoever gets through has looked once.
        drop(listener.accept().unwrap());
        drop(listener);
        assert!(asking.wait().unwrap().success());
    }

    #[test]
    fn the_compose_file_is_valid() {
        let checked = Command::new("deploy/local/compose-config.sh").current_dir(root()).output().unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    }
}
