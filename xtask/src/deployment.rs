//! What containers are given, held against what the engine needs. YAML cannot ask the engine.

#[cfg(test)]
mod tests {
    use order_engine::{Role, databases};

    use crate::root;

    fn text(path: &str) -> String {
        std::fs::read_to_string(root().join(path)).unwrap()
    }

    #[test]
    fn compose_has_every_database_and_its_password() {
        let compose = text("docker-compose.yml");
        let example = text(".env.example");
        for name in databases() {
            let variable = name.to_uppercase();
            let password = format!("${{{variable}_DB_PASSWORD:-{name}-dev}}");
            for line in [
                format!("{variable}_DATABASE_URL: postgres://{name}:{password}@postgres:5432/{name}\n"),
                format!("{variable}_DB_PASSWORD: {password}\n"),
            ] {
                assert!(compose.contains(&line), "docker-compose.yml lacks {line}");
            }
            assert!(example.contains(&format!("\n{variable}_DB_PASSWORD=")), ".env.example lacks {name}'s password");
        }
    }

    #[test]
    fn compose_runs_every_role() {
        let compose = text("docker-compose.yml");
        for role in Role::ALL {
            let command = format!("command: [serve, --only, {}]\n", role.name());
            assert!(compose.contains(&command), "docker-compose.yml has no service for the role {}", role.name());
        }
    }
}
