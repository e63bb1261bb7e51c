//! Files that are made from the code. A test compares them, so that they cannot drift.

/// A generated file.
pub struct Generated {
    /// Where it lies, from the repository's folder.
    pub path: &'static str,
    pub text: String,
}

/// Every generated file as the code makes it now.
pub fn files() -> Vec<Generated> {
    vec![
        Generated { path: "deploy/postgres/databases.txt", text: lines(&order_engine::databases()) },
        Generated { path: "deploy/postgres/own-databases.txt", text: lines(&order_engine::own_databases()) },
        Generated { path: "schemas/openapi/openapi.json", text: order_engine::openapi_json() },
        Generated { path: "schemas/graphql/schema.graphql", text: query_service::sdl() },
        Generated { path: "schemas/asyncapi/asyncapi.json", text: crate::asyncapi::document() },
    ]
}

/// One database a line, for the scripts that create them.
fn lines(names: &[&str]) -> String {
    names.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_are_fresh() {
        for file in files() {
            let kept = std::fs::read_to_string(crate::root().join(file.path)).unwrap_or_default();
            assert!(kept == file.text, "{} is stale; run `make schemas` and look at the difference", file.path);
        }
    }
}
