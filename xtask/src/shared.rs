//! Code that aggregates share names none of them.

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use crate::imports::imported;
    use crate::modules::{Module, of_crate};
    use crate::{root, sources};

    /// Crates that get an aggregate's types as parameters, and its names as values.
    const SHARED: [&str; 7] =
        ["command-kit", "event-store", "messaging", "projection-service", "relay", "request-kit", "service-kit"];
    /// The crate with folders of aggregates, outside of which it is shared.
    const READ_MODELS: &str = "read-models";
    /// Kinds whose name alone is a common word, such as for a place in a file: by itself it is the kind's only in a path from `domain`.
    const COMMON_WORDS: [&str; 1] = ["location"];

    #[test]
    fn shared_code_names_no_aggregate() {
        let kinds = kinds();
        let mut named = Vec::new();
        let shared = SHARED.iter().flat_map(|folder| of_crate(Path::new(folder))).flatten();
        let read_models = of_crate(Path::new(READ_MODELS)).into_iter().flatten();
        let shared = shared.chain(read_models.filter(|module| !is_of_an_aggregate(&kinds, &module.file)));
        for module in shared.filter(|module| !module.is_test) {
            let found = names(&kinds, &module.source.production).into_iter().chain(imports(&kinds, &module));
            named.extend(found.map(|name| format!("{} names {name}", module.file.display())));
        }
        for path in statements(&kinds) {
            let text = std::fs::read_to_string(root().join(&path)).unwrap();
            named.extend(named_in_sql(&kinds, &text).map(|word| format!("{} names {word}", path.display())));
        }
        assert!(named.is_empty(), "give it as a parameter or a value:\n{}", named.join("\n"));
    }

    /// The kinds of streams that the domain declares events of.
    fn kinds() -> BTreeSet<String> {
        let modules = of_crate(Path::new("domain")).into_iter().flatten();
        let declared = |module: Module| {
            let declared = |tokens: &[String]| {
                let [keyword, kind, stream] = tokens else { return None };
                let kind = kind.strip_prefix('"')?.strip_suffix('"')?;
                (keyword == "kind" && stream == "stream").then(|| kind.to_owned())
            };
            module.source.production.windows(3).filter_map(declared).collect::<Vec<_>>()
        };
        modules.flat_map(declared).collect()
    }

    #[test]
    fn the_kinds_are_those_that_participants_have() {
        let of_participants = order_engine::kinds().flat_map(|(_, kinds)| kinds).map(str::to_owned).collect();
        assert_eq!(kinds(), of_participants);
    }

    /// The statements of shared code. Those of an aggregate are in its folder.
    fn statements(kinds: &BTreeSet<String>) -> impl Iterator<Item = PathBuf> {
        let all = SHARED.iter().chain([&READ_MODELS]).flat_map(|folder| sources(folder, "sql"));
        all.filter(|path| !is_test(path) && !is_of_an_aggregate(kinds, path))
    }

    fn is_test(path: &Path) -> bool {
        path.components().any(|part| part.as_os_str().to_string_lossy().starts_with("tests"))
    }

    /// Whether a file of the read models belongs to an aggregate, or puts what the crate offers together.
    fn is_of_an_aggregate(kinds: &BTreeSet<String>, file: &Path) -> bool {
        let Ok(inside) = file.strip_prefix(READ_MODELS) else { return false };
        let mut parts = inside.components().skip(1).map(|part| part.as_os_str().to_string_lossy());
        let is_joint = ["src/lib.rs", "src/query.rs"].iter().any(|joint| inside == Path::new(joint));
        is_joint || parts.next().is_some_and(|folder| kinds.contains(&*folder))
    }

    /// The tokens of code that name an aggregate.
    fn names(kinds: &BTreeSet<String>, tokens: &[String]) -> Vec<String> {
        let is_named = |at: &usize| {
            let before = tokens[..*at].last_chunk::<2>();
            let is_of_a_type = before.is_some_and(|[owner, path]| path == "::" && is_type(owner));
            let is_of_the_domain = before.is_some_and(|[owner, path]| path == "::" && owner == "domain");
            let token = &tokens[*at];
            let is_common = COMMON_WORDS.contains(&token.as_str()) && !is_of_the_domain;
            !is_of_a_type && !is_common && kinds.iter().any(|kind| is_name_of(kind, token))
        };
        (0..tokens.len()).filter(is_named).map(|at| tokens[at].clone()).collect()
    }

    /// Whether a word is a type. What stands behind one, such as its variant or constant, is that type's.
    fn is_type(word: &str) -> bool {
        word.starts_with(|first: char| first.is_uppercase())
    }

    /// What a module imports of an aggregate by a name that is a common word.
    fn imports(kinds: &BTreeSet<String>, module: &Module) -> Vec<String> {
        let is_kind = |path: &[String]| matches!(path, [krate, kind, ..] if krate == "domain" && kinds.contains(kind));
        imported(module).into_iter().filter(|path| is_kind(path)).map(|path| path.join("::")).collect()
    }

    /// The words of a statement that name an aggregate. A released migration has called the stream of a parked record after the order, so
    /// statements over these records have to as well.
    fn named_in_sql<'a>(kinds: &'a BTreeSet<String>, statement: &'a str) -> impl Iterator<Item = &'a str> {
        let code = statement.lines().filter(|line| !line.trim_start().starts_with("--"));
        let words = code.flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
        let is_of_parked = move |word: &str| word == "order_id" && statement.contains("public.parked");
        words.filter(move |word| !is_of_parked(word) && kinds.iter().any(|kind| is_name_of(kind, word)))
    }

    /// Whether a token is the name of a kind, or begins with it, in any spelling: `order`, `order_id`, `Order`, `OrderId`, `ORDER_ID`, and
    /// the text `"order"`. Not `ORDER`, which SQL sorts by; not `orders`, the name of a database; and not the settings of a participant,
    /// which may be called as its aggregate is.
    fn is_name_of(kind: &str, token: &str) -> bool {
        if token.ends_with("Settings") {
            return false;
        }
        let is_text = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(kind);
        let snake = token.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
        let ends_word = |rest: &str| rest.is_empty() || rest.starts_with(|first: char| first.is_uppercase());
        let camel = token.strip_prefix(&*camel_case(kind)).is_some_and(ends_word);
        let screaming = token.strip_prefix(&*kind.to_uppercase()).is_some_and(|rest| rest.starts_with('_'));
        is_text || snake || camel || screaming
    }

    /// `order_saga` as `OrderSaga`.
    fn camel_case(kind: &str) -> String {
        let capitalised = |word: &str| word[..1].to_uppercase() + &word[1..];
        kind.split('_').map(capitalised).collect()
    }

    #[test]
    fn the_order_is_told_from_what_sorts() {
        let names = [
            "order",
            "order_number",
            "order_numbers",
            "Order",
            "OrderId",
            "OrderDrafted",
            "ORDER_PARTICIPANT",
            "\"order\"",
        ];
        for name in names {
            assert!(is_name_of("order", name), "{name}");
        }
        for other in
            ["ORDER", "Ordering", "ordered", "orders", "orders.appender", "reorder", "OutOfOrder", "\"order by\""]
        {
            assert!(!is_name_of("order", other), "{other}");
        }
    }

    #[test]
    fn kinds_of_several_words_are_known_in_every_spelling() {
        for name in ["order_saga", "OrderSaga", "OrderSagaState", "ORDER_SAGA_TOPIC", "order_saga_id"] {
            assert!(is_name_of("order_saga", name), "{name}");
        }
        for other in ["order_sagas", "OrderSagas", "ORDER_SAGA", "Saga", "PaymentSettings"] {
            assert!(!is_name_of("order_saga", other), "{other}");
        }
        assert!(!is_name_of("payment", "PaymentSettings"), "a setting is a participant's");
    }

    #[test]
    fn names_count_by_where_they_stand() {
        let kinds = kinds();
        let named = |code: &str| {
            let spaced = code.replace("::", " :: ");
            names(&kinds, &spaced.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        };
        for (code, expected) in [
            ("let location = path", &[][..]),
            ("claim :: location ( record )", &[]),
            ("domain::location::Hours", &["location"]),
            ("location_id", &["location_id"]),
            ("ReservationId , TicketTaken", &["ReservationId", "TicketTaken"]),
            ("domain::OrderId", &["OrderId"]),
            ("AsyncMessage::Notification", &[]),
            ("Scope::FULFILMENT_WRITE", &[]),
            ("const FULFILMENT_WRITE", &["FULFILMENT_WRITE"]),
        ] {
            assert_eq!(named(code), expected, "{code}");
        }
    }

    #[test]
    fn statements_over_parked_records_may_name_their_stream() {
        let kinds = kinds();
        let named = |statement: &str| named_in_sql(&kinds, statement).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(named("SELECT order_id FROM public.parked -- the order\n-- shipment"), ["order"]);
        assert_eq!(named("SELECT order_id, sku\nFROM backorders ORDER BY stock"), ["order_id", "stock"]);
        assert_eq!(named("-- of an order\nSELECT position FROM log"), [] as [String; 0]);
    }
}
