//! The tool for people holds no SQL: a table's owner offers what is asked about it, so a change of a table stays in one crate.

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::modules::{Module, of_crate};

    /// The crate of the tool.
    const TOOL: &str = "orderctl";
    /// Words of statements, which SQL is written with in capitals here. One of them is in every statement.
    const WORDS: [&str; 12] =
        ["SELECT", "INSERT", "UPDATE", "DELETE", "FROM", "WHERE", "SET", "CREATE", "ALTER", "DROP", "TRUNCATE", "LOCK"];

    #[test]
    fn the_tool_holds_no_sql() {
        let modules: Vec<_> =
            of_crate(Path::new(TOOL)).into_iter().flatten().filter(|module| !module.is_test).collect();
        assert!(!modules.is_empty(), "{TOOL} has no source");
        let found: Vec<_> = modules
            .iter()
            .flat_map(|module| texts(module).filter(|text| is_sql(text)).map(|text| (&module.file, text)))
            .map(|(file, text)| format!("{}: {text}", file.display()))
            .collect();
        assert!(found.is_empty(), "give the crate that owns the table a function for it:\n{}", found.join("\n"));
    }

    /// The texts in a module's production code, quoted as they are written; without doc comments.
    fn texts(module: &Module) -> impl Iterator<Item = &str> {
        let tokens = &module.source.production;
        let is_text = |token: &str| token.ends_with('"') || token.ends_with("\"#");
        let is_doc = |at: usize| at >= 2 && tokens[at - 2] == "doc" && tokens[at - 1] == "=";
        (0..tokens.len()).filter(move |at| is_text(&tokens[*at]) && !is_doc(*at)).map(|at| tokens[at].as_str())
    }

    /// Whether a text is a statement, a part of one, or the name of a file with one.
    fn is_sql(text: &str) -> bool {
        let is_file = Path::new(text.trim_end_matches(['#', '"'])).extension().is_some_and(|ending| ending == "sql");
        is_file
            || text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| WORDS.contains(&word))
    }

    #[test]
    fn statements_are_told_from_other_texts() {
        for sql in [
            "\"SELECT 1\"",
            "\"SET search_path TO {}\"",
            "r#\"\n  DELETE FROM public.parked\"#",
            "\" WHERE tenant = $1\"",
            "\"sql/parked.sql\"",
        ] {
            assert!(is_sql(sql), "{sql}");
        }
        for other in ["\"dropped {}\"", "\"select an order\"", "\"CANCELLED\"", "\"MAP.toml\"", "\"Updated\"", "\"\""] {
            assert!(!is_sql(other), "{other}");
        }
    }
}
