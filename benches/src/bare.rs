//! The limits: inserts without an engine around them.

use event_store::migrations;
use service_kit::testing::TestDatabase;
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use crate::ours::{FINGERPRINT, metadata};
use crate::sample::placed;

/// Rows of one bare batch.
pub const BATCH: usize = 64;

/// The columns of every row as the engine fills them, so that as many bytes are written.
const INSERT_BATCH: &str = "WITH stored AS (
    INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, event_id, tenant)
    SELECT 'order', r.id, 1, 'OrderPlaced', '1.0', r.payload::json, r.metadata::json, r.event_id, 'shop'
    FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) AS r (id, payload, metadata, event_id)
), answered AS (
    INSERT INTO idempotency (id, fingerprint, answer)
    SELECT a.id, $6::bytea, '{\"status\":201,\"version\":1}'::json FROM unnest($5::bytea[]) AS a (id)
)
INSERT INTO unsequenced (shard, aggregate_types, aggregate_ids, sequences)
SELECT 0, array_agg('order'::text), array_agg(r.id), array_agg(1::bigint) FROM unnest($1::text[]) AS r (id)";

const INSERT_ROW: &str = "INSERT INTO events
    (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
    VALUES ('order', $1, 1, 'OrderPlaced', '1.0', $2::text::json, '{}')";

/// Connections with prepared statements into this engine's tables.
pub struct Bare {
    pub database: TestDatabase,
    connections: Vec<(Client, Statement, Statement)>,
}

impl Bare {
    pub async fn start(connections: usize) -> Self {
        let database = TestDatabase::migrated(migrations()).await;
        let mut opened = Vec::new();
        for _ in 0..connections {
            let client = database.client().await;
            client.batch_execute("SET orders.appender = 'on'").await.unwrap();
            let batch = client.prepare(INSERT_BATCH).await.unwrap();
            let row = client.prepare(INSERT_ROW).await.unwrap();
            opened.push((client, batch, row));
        }
        Self { database, connections: opened }
    }

    /// Inserts a batch of new orders on one of the connections.
    pub async fn batch(&self, connection: usize) -> bool {
        let ids: Vec<_> = (0..BATCH).map(|_| Uuid::new_v4()).collect();
        let texts: Vec<_> = ids.iter().map(Uuid::to_string).collect();
        let payloads: Vec<_> = texts.iter().map(|id| serde_json::to_string(&placed(id)).unwrap()).collect();
        let metadata: Vec<_> = texts.iter().map(|id| metadata(id).to_json()).collect();
        let keys: Vec<&[u8]> = ids.iter().map(|id| &id.as_bytes()[..]).collect();
        let (client, statement, _) = &self.connections[connection];
        client.execute(statement, &[&texts, &payloads, &metadata, &ids, &keys, &&FINGERPRINT[..]]).await.is_ok()
    }

    /// Inserts one row.
    pub async fn row(&self, connection: usize) -> bool {
        let id = Uuid::new_v4().to_string();
        let payload = serde_json::to_string(&placed(&id)).unwrap();
        let (client, _, statement) = &self.connections[connection];
        client.execute(statement, &[&id, &payload]).await.is_ok()
    }
}
