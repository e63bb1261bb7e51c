//! DBOS for Go, in a process and a database of its own on the stack's Postgres.

use std::path::PathBuf;

use service_kit::testing::TestDatabase;

use super::go::{Figures, Load, build, run};

/// The built program.
pub struct Dbos {
    program: PathBuf,
}

impl Dbos {
    /// Builds it, which is quick where that was done before.
    ///
    /// # Panics
    /// When Go is not installed, or does not build it.
    pub async fn build() -> Self {
        Self { program: build("dbos", ".", "bench-dbos").await }
    }

    /// Measures a round, in a database of its own.
    ///
    /// # Panics
    /// When a workflow fails.
    pub async fn run(&self, load: Load) -> Figures {
        let database = TestDatabase::create().await;
        run(&self.program, load, &[("PEER_DATABASE_URL", database.url().expose())]).await
    }
}
