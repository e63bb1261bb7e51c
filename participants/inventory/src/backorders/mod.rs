//! Sets stock aside for backordered pieces when goods come in, as the events of stock say.
//!
//! Guarantees: whoever was promised pieces of an item first is filled first, and as far as there is stock; a reservation that waits is
//! found also when its engine ended in between, since an event is passed only after what it means has been stored. Does not: fill before
//! the event has gone through Kafka, or take stock from what is available to others meanwhile, which is decided anew by whoever is first.

mod migrations;
mod waiting;

use std::sync::Arc;

use domain::contract::{PublicEvents, Published};
use domain::reservation::contract::PublicEvent as ReservationEvent;
use domain::stock::contract::{PublicEvent, TOPIC};
use domain::{Sku, StockId};
use event_store::Metadata;
use messaging::registry::Registry;
use messaging::{Decoder, KindReader};
use request_kit::{InvalidField, Outcome, Source, invalid};
use service_kit::errors::chain;
use service_kit::postgres::{Pool, TableError};

use self::waiting::WaitingTable;
use crate::context::Inventory;
use crate::reservation::{AskError, Filled};

pub use migrations::migrations;

/// The consumer group of the events of stock.
pub const GROUP: &str = "inventory.backorders.v1";

/// The topics of [`GROUP`].
pub const TOPICS: [&str; 1] = [TOPIC];

/// The namespaces of what else is published to the topic of stock.
const BESIDE_STOCK: &[&str] = &[ReservationEvent::NAMESPACE];

/// Why an event was not carried through.
#[derive(Debug, thiserror::Error)]
enum FillError {
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    #[error(transparent)]
    Waiting(#[from] TableError),
    #[error(transparent)]
    Ask(#[from] AskError),
}

struct Backorders {
    inventory: Arc<Inventory>,
    waiting: WaitingTable,
}

/// The topic of stock, or one that stands for it, with what its events mean for those who wait. The table of those who wait is in the
/// pool's database.
pub fn source(inventory: Arc<Inventory>, pool: Pool, registry: Registry, topic: &str) -> Source {
    let backorders = Arc::new(Backorders { inventory, waiting: WaitingTable(pool) });
    let reader = KindReader::new(Decoder::new(registry), BESIDE_STOCK);
    Source::events(topic, reader, move |published| {
        let backorders = Arc::clone(&backorders);
        async move { backorders.learn(published).await.map_or_else(FillError::into_outcome, |()| Outcome::Done) }
    })
}

impl FillError {
    fn into_outcome(self) -> Outcome {
        match self {
            error @ (Self::Invalid(_) | Self::Ask(AskError::Refused { .. })) => Outcome::Poison(chain(&error)),
            error @ Self::Waiting(_) => Outcome::Unavailable(chain(&error)),
            Self::Ask(AskError::Store { source, .. }) => source.into(),
        }
    }
}

impl Backorders {
    async fn learn(&self, published: Published<PublicEvent>) -> Result<(), FillError> {
        let Published { event, event_id, correlation_id, traceparent, .. } = published;
        if let PublicEvent::StockReserved(reserved) = &event
            && reserved.backordered > 0
        {
            let stock = reserved.stock_id.parse().map_err(invalid("stock_id"))?;
            let reservation = reserved.reservation.parse().map_err(invalid("reservation"))?;
            self.waiting.note(stock, reserved.version, reservation).await?;
        }
        let Some((_, sku, level)) = event.content().filter(|(_, _, level)| level.is_fillable()) else { return Ok(()) };
        let sku = Sku::recorded(sku).map_err(invalid("sku"))?;
        let stock = event.stream_id().parse().map_err(invalid("stock_id"))?;
        tracing::debug!(%sku, fillable_of = level.backordered, "goods came in for backorders");
        self.fill(stock, &sku, &Metadata::caused_by(&event_id, correlation_id, traceparent)).await
    }

    /// Fills those who wait for a stock item, the oldest first, until nothing is left for them.
    async fn fill(&self, stock: StockId, sku: &Sku, metadata: &Metadata) -> Result<(), FillError> {
        while let Some(oldest) = self.waiting.oldest(stock).await? {
            match self.inventory.fill(oldest.reservation, sku, metadata).await? {
                Filled::StillWaits => return Ok(()),
                Filled::WaitsNoMore => self.waiting.forget(oldest).await?,
            }
        }
        Ok(())
    }
}
