//! Code that aggregates share names none of them.

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use crate::modules::of_crate;
    use crate::{root, sources};

    /// Crates that get an aggregate's types as parameters, and its names as values.
    const SHARED: [&str; 7] =
        ["command-kit", "event-store", "messaging", "projection-service", "relay", "request-kit", "service-kit"];

    /// The folders of aggregates in the read models.
    const AGGREGATES: [&str; 6] = ["fulfilment", "order", "order_saga", "reservation", "stock", "ticket"];

    #[test]
    fn shared_code_names_no_aggregate() {
        let mut named = Vec::new();
        let read_models = of_crate(Path::new("read-models"))
            .into_iter()
            .map(|modules| modules.into_iter().filter(|module| !is_of_an_aggregate(&module.file)).collect::<Vec<_>>());
        let shared = SHARED.iter().flat_map(|folder| of_crate(Path::new(folder))).chain(read_models);
        for module in shared.flatten() {
            let found = module.source.production.iter().filter(|token| !module.is_test && is_name_of_order(token));
            named.extend(found.map(|token| format!("{} names {token}", module.file.display())));
        }
        for path in sources("event-store", "sql").into_iter().chain(sql_of_read_models()) {
            let text = std::fs::read_to_string(root().join(&path)).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("--"));
            let words = code.flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
            let found = words.filter(|word| is_name_of_order(word));
            named.extend(found.map(|word| format!("{} names {word}", path.display())));
        }
        assert!(named.is_empty(), "give it as a parameter or a value:\n{}", named.join("\n"));
    }

    /// The statements of the read models' machinery. Those of an aggregate are in its folder. A released migration has named a
    /// column of parked records after the order, which the statements over them have to name too.
    fn sql_of_read_models() -> impl Iterator<Item = PathBuf> {
        let is_in = |path: &Path, folder: &str| path.starts_with(Path::new("read-models/sql").join(folder));
        let is_shared =
            move |path: &PathBuf| !is_in(path, "parked") && !AGGREGATES.iter().any(|folder| is_in(path, folder));
        sources("read-models/sql", "sql").into_iter().filter(is_shared)
    }

    /// Whether a file of the read models belongs to an aggregate, or puts what the crate offers together.
    fn is_of_an_aggregate(file: &Path) -> bool {
        let files = ["lib.rs", "query.rs"].map(|file| Path::new("read-models/src").join(file));
        let folders = AGGREGATES.map(|folder| Path::new("read-models/src").join(folder));
        folders.iter().any(|folder| file.starts_with(folder)) || files.iter().any(|one| one == file)
    }

    /// `ORDER BY` is written in capitals, `orders` is the name of a database.
    fn is_name_of_order(word: &str) -> bool {
        let behind = word.strip_prefix("Order").or_else(|| word.strip_prefix("ORDER_"));
        word == "order"
            || word.starts_with("order_")
            || behind.is_some_and(|rest| rest.starts_with(|first: char| first.is_uppercase()))
    }

    #[test]
    fn the_order_is_told_from_what_sorts() {
        for name in ["order", "order_number", "order_numbers", "OrderId", "OrderDrafted", "ORDER_PARTICIPANT"] {
            assert!(is_name_of_order(name), "{name}");
        }
        for other in ["ORDER", "Ordering", "ordered", "orders", "orders.appender", "reorder"] {
            assert!(!is_name_of_order(other), "{other}");
        }
    }
}
