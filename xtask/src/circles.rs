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

    /// Circles that are still there. None may be added; whoever opens one takes it off the list.
    const KNOWN: [&[&str]; 13] = [
        &["domain/src/currency.rs", "domain/src/money.rs"],
        &["domain/src/decider.rs", "domain/src/upcast.rs"],
        &[
            "event-store/src/append/queue.rs",
            "event-store/src/append/session.rs",
            "event-store/src/append/writer.rs",
            "event-store/src/numbers.rs",
            "event-store/src/read.rs",
            "event-store/src/store.rs",
        ],
        &["messaging/src/checkpoint.rs", "messaging/src/shard_records/mod.rs"],
        &["service-kit/src/auth/claims.rs", "service-kit/src/auth/principal.rs", "service-kit/src/auth/verifier.rs"],
        &["service-kit/src/config/http.rs", "service-kit/src/config/settings.rs"],
        &["relay/src/pages.rs", "relay/src/session.rs", "relay/src/start/mod.rs"],
        &["query-service/src/http/answer.rs", "query-service/src/http/run.rs"],
        &[
            "query-service/src/schema/customer.rs",
            "query-service/src/schema/filter.rs",
            "query-service/src/schema/id.rs",
            "query-service/src/schema/order.rs",
            "query-service/src/schema/order_connection.rs",
        ],
        &[
            "orderctl/src/audit/mod.rs",
            "orderctl/src/cli.rs",
            "orderctl/src/demo.rs",
            "orderctl/src/dlq/args.rs",
            "orderctl/src/events.rs",
            "orderctl/src/export/mod.rs",
            "orderctl/src/export/parquet.rs",
            "orderctl/src/export/table.rs",
            "orderctl/src/export/write.rs",
            "orderctl/src/orders.rs",
            "orderctl/src/privacy.rs",
            "orderctl/src/replay/args.rs",
            "orderctl/src/run.rs",
            "orderctl/src/stats.rs",
        ],
        &["orderctl/src/export/condition.rs", "orderctl/src/export/token.rs"],
        &["orderctl/src/import/ledger.rs", "orderctl/src/import/report.rs"],
        &["orderctl/src/import/map/line.rs", "orderctl/src/import/map/price.rs"],
    ];

    #[test]
    fn no_files_go_round_in_a_circle() {
        let known: BTreeSet<BTreeSet<PathBuf>> =
            KNOWN.iter().map(|files| files.iter().map(PathBuf::from).collect()).collect();
        let found = circles();
        let new = found.iter().filter(|circle| !known.contains(&circle.files.keys().cloned().collect()));
        let new: Vec<_> = new.map(ToString::to_string).collect();
        assert!(new.is_empty(), "let one of them go its own way:\n{}", new.join("\n"));
        assert_eq!(found.len(), known.len(), "a circle is gone: take it off the list of known ones");
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
