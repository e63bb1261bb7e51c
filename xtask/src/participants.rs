//! A unit of work spans no two participants: it lies in one log, and each participant may have a log of its own.

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use crate::imports::imported;
    use crate::modules::{Module, of_crate};
    use crate::tree::members;

    /// Services whose folder is not named after their participant below `participants/`. Orders and their sagas are in one log in
    /// any case, so a unit of work may span the two.
    const ELSEWHERE: [(&str, &[&str]); 2] =
        [("command-service", &["order", "saga"]), ("saga-coordinator", &["order", "saga"])];
    /// What a kind says to others, which they may name: its public records and its requests.
    const PUBLIC: [&str; 2] = ["contract", "requests"];
    /// Who may name the types that units of work are begun with, besides services: what they are made of, and what measures them.
    const MACHINERY: [&str; 3] = ["event-store", "command-kit", "benches"];
    /// The types that a unit of work is begun with.
    const UNITS: [&str; 3] = ["UnitOfWork", "Units", "UnitRunner"];

    /// The services, each with its participants.
    fn services() -> Vec<(PathBuf, Vec<String>)> {
        let named = members().into_iter().filter(|folder| folder.starts_with("participants")).map(|folder| {
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            (folder, vec![name])
        });
        let elsewhere =
            ELSEWHERE.map(|(folder, names)| (PathBuf::from(folder), names.iter().map(ToString::to_string).collect()));
        named.chain(elsewhere).collect()
    }

    fn production(folder: &Path) -> impl Iterator<Item = Module> {
        of_crate(folder).into_iter().flatten().filter(|module| !module.is_test)
    }

    /// Whether a module names something of a kind of stream, in a `use` line or in its code.
    fn names_kind(module: &Module, kind: &str) -> bool {
        let is_public = |name: Option<&String>| name.is_some_and(|name| PUBLIC.contains(&name.as_str()));
        let is_kind = |path: &[String]| matches!(path, [krate, named, rest @ ..] if krate == "domain" && named == kind && !is_public(rest.first()));
        let in_code = |tokens: &[String]| {
            tokens[0] == "domain" && tokens[1] == "::" && tokens[2] == kind && !is_public(tokens.get(4))
        };
        imported(module).iter().any(|path| is_kind(path)) || module.source.production.windows(5).any(in_code)
    }

    #[test]
    fn a_service_names_the_kinds_of_one_participant() {
        let kinds: Vec<_> = order_engine::kinds().collect();
        let mut broken = Vec::new();
        for (folder, participants) in services() {
            let is_own = |name: &str| participants.iter().any(|own| own == name);
            assert!(kinds.iter().any(|(name, _)| is_own(name)), "{} has no participant", folder.display());
            let others = kinds.iter().filter(|(name, _)| !is_own(name));
            let others: Vec<_> = others.flat_map(|(_, kinds)| kinds).collect();
            for module in production(&folder) {
                let named = others.iter().filter(|kind| names_kind(&module, kind));
                broken.extend(named.map(|kind| format!("{} decides on {kind}", module.file.display())));
            }
        }
        assert!(broken.is_empty(), "ask the other participant by a request instead:\n{}", broken.join("\n"));
    }

    /// Else the rule above would not see it.
    #[test]
    fn only_a_service_begins_a_unit_of_work() {
        let services = services();
        let is_free = |folder: &Path| {
            MACHINERY.iter().any(|one| Path::new(one) == folder)
                || services.iter().any(|(service, _)| service == folder)
        };
        let mut broken = Vec::new();
        for folder in members().into_iter().filter(|folder| !is_free(folder)) {
            for module in production(&folder) {
                let named = module.source.production.iter().filter(|token| UNITS.contains(&token.as_str()));
                broken.extend(named.map(|token| format!("{} names {token}", module.file.display())));
            }
        }
        assert!(broken.is_empty(), "let a participant's service do it:\n{}", broken.join("\n"));
    }
}
