//! What an operation costs the server: WAL and its flushes by `pg_stat_wal`, processor time by `/proc`.

use std::path::Path;

use tokio_postgres::Client;

/// A reading of the server's counters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    pub wal_bytes: f64,
    pub wal_flushes: f64,
    /// Microseconds of processor time of every Postgres process and of this one.
    pub cpu_us: f64,
}

impl Cost {
    pub async fn read(client: &Client) -> Self {
        let statement = "SELECT wal_bytes::float8, wal_sync::float8 FROM pg_stat_wal";
        // The counters of other backends arrive when they flush them; asking twice is cheap and closer.
        client.batch_execute("SELECT pg_stat_force_next_flush()").await.ok();
        let row = client.query_one(statement, &[]).await.unwrap();
        let Spent { own_us, postgres_us, .. } = Spent::now();
        Self { wal_bytes: row.get(0), wal_flushes: row.get(1), cpu_us: own_us + postgres_us }
    }

    /// What was spent since, for each of a number of operations.
    #[must_use]
    pub fn per(self, before: Self, operations: u64) -> Self {
        let each = |after: f64, before: f64| (after - before) / operations.max(1) as f64;
        Self {
            wal_bytes: each(self.wal_bytes, before.wal_bytes),
            wal_flushes: each(self.wal_flushes, before.wal_flushes),
            cpu_us: each(self.cpu_us, before.cpu_us),
        }
    }
}

/// Clock ticks of `/proc` are hundredths of a second on Linux.
const US_PER_TICK: f64 = 10_000.0;

/// Microseconds of processor time by who spent them, with that of children they have waited for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// Of this process.
    pub own_us: f64,
    /// Of every live Postgres process.
    pub postgres_us: f64,
    /// Of every live Kafka broker.
    pub broker_us: f64,
}

impl Spent {
    /// What has been spent until now.
    pub fn now() -> Self {
        let own = std::process::id().to_string();
        let mut spent = Self::default();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
            let Some((head, tail)) = stat.rsplit_once(')') else { continue };
            let fields: Vec<f64> = tail.split_whitespace().map(|field| field.parse().unwrap_or(0.0)).collect();
            let us = fields[11..15].iter().sum::<f64>() * US_PER_TICK;
            if entry.file_name().to_string_lossy() == own {
                spent.own_us += us;
            } else if head.contains("(postgres") {
                spent.postgres_us += us;
            } else if head.contains("(java") && is_broker(&entry.path()) {
                spent.broker_us += us;
            }
        }
        spent
    }

    /// What was spent since, for each of a number of operations.
    #[must_use]
    pub fn per(self, before: Self, operations: f64) -> Self {
        Self {
            own_us: (self.own_us - before.own_us) / operations,
            postgres_us: (self.postgres_us - before.postgres_us) / operations,
            broker_us: (self.broker_us - before.broker_us) / operations,
        }
    }
}

fn is_broker(process: &Path) -> bool {
    let command = std::fs::read(process.join("cmdline")).unwrap_or_default();
    command.split(|byte| *byte == 0).any(|argument| argument == b"kafka.Kafka")
}
