//! Code that aggregates share names none of them.

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::modules::of_crate;
    use crate::{root, sources};

    /// Crates that get an aggregate's types as parameters, and its names as values.
    const SHARED: [&str; 6] = ["command-kit", "event-store", "messaging", "relay", "request-kit", "service-kit"];

    #[test]
    fn shared_code_names_no_aggregate() {
        let mut named = Vec::new();
        for module in SHARED.iter().flat_map(|folder| of_crate(Path::new(folder))).flatten() {
            let found = module.source.production.iter().filter(|token| !module.is_test && is_name_of_order(token));
            named.extend(found.map(|token| format!("{} names {token}", module.file.display())));
        }
        for path in sources("event-store", "sql") {
            let text = std::fs::read_to_string(root().join(&path)).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("--"));
            let words = code.flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
            let found = words.filter(|word| is_name_of_order(word));
            named.extend(found.map(|word| format!("{} names {word}", path.display())));
        }
        assert!(named.is_empty(), "give it as a parameter or a value:\n{}", named.join("\n"));
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
