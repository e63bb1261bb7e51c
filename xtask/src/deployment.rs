//! What containers are given, held against what the engine needs. YAML cannot ask the engine.

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use order_engine::{Role, databases, own_databases};

    use crate::root;

    fn text(path: &str) -> String {
        std::fs::read_to_string(root().join(path)).unwrap()
    }

    /// What a database needs in the compose file and in the example of its settings, each with where it is to be.
    fn needed(name: &str) -> [(&'static str, String); 3] {
        let variable = name.to_uppercase();
        let password = format!("${{{variable}_DB_PASSWORD:-{name}-dev}}");
        let url = format!("{variable}_DATABASE_URL: postgres://{name}:{password}@postgres:5432/{name}\n");
        [
            ("docker-compose.yml", url),
            ("docker-compose.yml", format!("{variable}_DB_PASSWORD: {password}\n")),
            (".env.example", format!("\n{variable}_DB_PASSWORD=")),
        ]
    }

    #[test]
    fn compose_has_every_database_and_its_password() {
        for name in databases() {
            for (file, line) in needed(name) {
                assert!(text(file).contains(&line), "{file} lacks {line}");
            }
        }
        // One that not every deployment has is given whole or not at all.
        let own: Vec<_> = own_databases().into_iter().map(|name| (name, needed(name))).collect();
        for (name, needed) in &own {
            let given = needed.iter().filter(|(file, line)| text(file).contains(line)).count();
            assert!(given == 0 || given == needed.len(), "docker-compose.yml and .env.example have a part of {name}");
        }
        assert!(own.iter().any(|(_, needed)| text(needed[0].0).contains(&needed[0].1)), "no log of its own is tried");
    }

    /// Orders are driven and paid in containers as in a local stack.
    #[test]
    fn compose_has_a_provider_and_policies() {
        let compose = text("docker-compose.yml");
        for line in [
            "    - ${SAGA_POLICIES_FILE:-./deploy/policies.toml}:/etc/order-engine/policies.toml:ro\n",
            "    SAGA_POLICIES_FILE: /etc/order-engine/policies.toml\n",
            "    - ${BANK_ACCOUNTS_FILE:-./deploy/bank-accounts.toml}:/etc/order-engine/bank-accounts.toml:ro\n",
            "    BANK_ACCOUNTS_FILE: /etc/order-engine/bank-accounts.toml\n",
            "    STRIPE_API_URL: ${STRIPE_API_URL:-http://payments:12111}\n",
            "    SMTP_URL: ${SMTP_URL:-smtp://mail:1025}\n",
            "    SHIPPING_CARRIERS: ${SHIPPING_CARRIERS:-postal=http://carriers:8095/postal,courier=http://carriers:8095/courier}\n",
            "    command: [simulate, carrier, --listen, \"0.0.0.0:8095\",",
            "    command: [simulate, payments, --listen, \"0.0.0.0:12111\",",
        ] {
            assert!(compose.contains(line), "docker-compose.yml lacks {line}");
        }
        for name in [
            "SAGA_POLICIES_FILE",
            "BANK_ACCOUNTS_FILE",
            "STRIPE_API_URL",
            "STRIPE_API_KEY",
            "STRIPE_WEBHOOK_SECRET",
            "SHIPPING_CARRIERS",
            "SMTP_URL",
        ] {
            assert!(text(".env.example").contains(&format!("\n#{name}=")), ".env.example lacks {name}");
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

    /// Prometheus reads every role, and no alert waits for a metric that nobody sets.
    #[test]
    fn alerts_and_what_they_look_at_are_there() {
        let scraped = text("deploy/compose/prometheus.yml");
        for role in Role::ALL {
            let target = format!("targets: [{}:9464]\n", role.name());
            assert!(scraped.contains(&target), "prometheus.yml does not read the role {}", role.name());
        }
        let alerts = text("deploy/compose/alerts.yml");
        let is_name = |part: &&str| part.contains('_') && part.starts_with(|c: char| c.is_ascii_lowercase());
        let expressions = alerts.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
        let parts = expressions.flat_map(|text| text.split(|c: char| !(c.is_ascii_lowercase() || c == '_')));
        let metrics: BTreeSet<&str> = parts.filter(is_name).collect();
        assert!(metrics.len() > 5, "{metrics:?}");
        let files = crate::tree::members().into_iter().map(|member| member.join("src"));
        let files = files.flat_map(|folder| crate::tree::sources(&folder.to_string_lossy(), "rs"));
        let sources: Vec<String> = files.map(|file| text(&file.to_string_lossy())).collect();
        let runbook = text("docs/runbook.md");
        for metric in metrics {
            let is_set = sources.iter().any(|source| source.contains(&format!("\"{metric}\"")));
            assert!(is_set, "an alert looks at {metric}, which nothing sets");
            assert!(runbook.contains(&format!("`{metric}`")), "docs/runbook.md does not say what {metric} is");
        }
    }
}
