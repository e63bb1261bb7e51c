//! postgres-es's own way to rebuild a view, as a contender.

use std::sync::Arc;
use std::time::Instant;

use cqrs_es::persist::{GenericQuery, QueryReplay};
use cqrs_es::{EventEnvelope, View};
use futures::StreamExt;
use postgres_es::{PostgresEventRepository, PostgresViewRepository};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use uuid::Uuid;

use crate::sample::SampleEvent;
use crate::stock::{Stock, StockOrder};

/// Commands on their way at once while the table is filled.
const WRITERS: u32 = 32;

/// One row an order, with what a summary of it would show.
#[derive(Debug, Default, Serialize, Deserialize)]
struct OrderSummary {
    order_id: String,
    customer_id: String,
    quantity: i64,
    total_minor: i64,
}

impl View<StockOrder> for OrderSummary {
    fn update(&mut self, event: &EventEnvelope<StockOrder>) {
        let SampleEvent::OrderPlaced { order_id, customer_id, lines, .. } = &event.payload;
        (self.order_id, self.customer_id) = (order_id.clone(), customer_id.clone());
        self.quantity = lines.iter().map(|line| line.qty).sum();
        self.total_minor = lines.iter().map(|line| line.qty * line.price_minor).sum();
    }
}

/// A table of events that postgres-es has written.
pub struct Replayed {
    stock: Stock,
    pool: PgPool,
    events: i64,
}

impl Replayed {
    /// One event an order.
    pub async fn start(events: i64) -> Self {
        let stock = Stock::start(WRITERS).await;
        let view = "CREATE TABLE order_view (view_id text NOT NULL, version bigint CHECK (version >= 0) NOT NULL,
            payload json NOT NULL, PRIMARY KEY (view_id))";
        stock.database.client().await.batch_execute(view).await.unwrap();
        let place = async |_| {
            let id = Uuid::new_v4().to_string();
            stock.cqrs.execute(&id, id.clone()).await.unwrap();
        };
        futures::stream::iter(0..events).for_each_concurrent(WRITERS as usize, place).await;
        let pool = PgPool::connect(stock.database.url().expose()).await.unwrap();
        Self { stock, pool, events }
    }

    /// Seconds to replay all events into one empty view.
    pub async fn replay(&self) -> f64 {
        let client = self.stock.database.client().await;
        client.batch_execute("TRUNCATE order_view").await.unwrap();
        let views = PostgresViewRepository::<OrderSummary, StockOrder>::new("order_view", self.pool.clone());
        let query = GenericQuery::<_, OrderSummary, StockOrder>::new(Arc::new(views));
        let replay = QueryReplay::new(PostgresEventRepository::new(self.pool.clone()), query);
        let started = Instant::now();
        replay.replay_all().await.unwrap();
        let seconds = started.elapsed().as_secs_f64();
        // It answers well also when it has lost its connection half-way.
        let rows: i64 = client.query_one("SELECT count(*) FROM order_view", &[]).await.unwrap().get(0);
        assert_eq!(rows, self.events);
        seconds
    }
}
