//! The schema: the types and their fields.

mod address;
mod as_of;
mod commands;
mod connection;
mod customer;
mod filter;
mod fulfilment;
mod fulfilment_list;
mod fulfilments;
mod given;
mod id;
mod inventory;
mod kitchen;
mod lines;
mod list_arguments;
mod load;
mod loaded;
mod money;
mod movements;
mod node;
mod order;
mod order_connection;
mod order_list;
mod progress;
mod projections;
mod query;
mod reading;
mod reservation;
mod saga;
mod saga_events;
mod saga_flow;
mod saga_list;
mod sagas;
mod scalars;
mod states;
mod stock;
mod stock_list;
mod subscription;
mod timeline;

use async_graphql::{EmptyMutation, SDLExportOptions, Schema, ValidationMode};

use subscription::Subscription;

pub use commands::OrderCommand;
pub use fulfilment::{FulfilmentState, PackingStep};
pub use fulfilments::ShipmentState;
pub use kitchen::KitchenTicketState;
pub use progress::{FulfilmentStatus, HoldKind, OrderFulfilmentState, OrderPaymentState, PaymentStatus};
pub use projections::{ConsistencyExtension, Health, Projections};
pub use query::Query;
pub use reading::Reading;
pub use reservation::ReservationState;
pub use saga::{SagaPart, SagaState};
pub use saga_flow::{SagaDeadlineKind, SagaPlace, SagaStageName, SagaStep, SagaWay};
pub use scalars::{Json, Long};
pub use states::{OrderKind, OrderState};

/// The schema of the service.
pub type QuerySchema = Schema<Query, EmptyMutation, Subscription>;

/// Builds the schema. Limits on depth and cost are checked in `cost`, and documents are validated in `document` before
/// they run, so the library's own, weaker checks are disabled.
pub fn build() -> QuerySchema {
    Schema::build(Query, EmptyMutation, Subscription).validation_mode(ValidationMode::Fast).finish()
}

/// The schema in GraphQL's own language.
pub fn sdl() -> String {
    build().sdl_with_options(SDLExportOptions::new().include_specified_by())
}
