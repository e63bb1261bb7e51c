//! The read models: folds from public events to rows, their tables and their queries.
//!
//! Guarantees: a row is a pure fold of a stream's public events, so that a live projection ([`Applier`]) and a rebuild give the same
//! rows; sums change by the difference between what a stream contributed before and after. Every event is applied once, in version
//! order, or reported. What applies, rebuilds and audits knows no kind of stream: it is told of one by a [`ModelSet`]. Does not: read
//! Kafka, store offsets or park records; the caller of [`Applier::apply`] does, in the same transaction.

mod apply;
pub mod audit;
mod changes;
mod db;
mod event;
mod fold;
mod fulfilment;
pub mod generation;
mod migrations;
mod model;
mod moment;
mod order;
mod order_saga;
mod parked;
pub mod query;
pub mod rebuild;
mod reservation;
mod set;
mod stock;
mod sums;
mod table;
mod ticket;

pub use apply::{Applier, ApplyError, ApplyReport, Failure};
pub use changes::{Change, changes};
pub use db::{ReadDb, ReadDbError, ReadSettings};
pub use event::EventFields;
pub use fold::FoldError;
pub use fulfilment::event::{FulfilmentEvent, FulfilmentPlace};
pub use fulfilment::set::Fulfilments;
#[cfg(any(test, feature = "testing"))]
pub use fulfilment::testing::FulfilmentHistory;
pub use fulfilment::view::{FulfilmentLine, FulfilmentLines, FulfilmentState, FulfilmentView, PackingStep};
pub use generation::{Generations, ensure_live};
pub use migrations::{MigrateError, migrate, migrations};
pub use model::{Model, Models};
pub use moment::{InvalidMoment, Moment, folded};
pub use order::contribution::{Contribution, CountFigures, CountKey, CustomerFigures, CustomerKey, SkuFigures, SkuKey};
pub use order::fold::fold;
pub use order::holds::Holds;
pub use order::lines::{DamagedLines, LineRef, LineView, Lines, LinesRef};
pub use order::progress::{
    ExceptionView, FulfilledLine, NoteView, OrderFulfilmentView, PaymentView, ProgressView, RejectionView,
};
pub use order::row::{OrderColumns, OrderRow};
pub use order::set::Orders;
#[cfg(any(test, feature = "testing"))]
pub use order::testing;
pub use order::timeline::{EventColumns, TimelineEntry};
pub use order::view::{OrderView, ViewKind, ViewState};
pub use order_saga::event::{SagaEvent, SagaPlace};
pub use order_saga::set::Sagas;
pub use order_saga::tasks::OpenTasks;
#[cfg(any(test, feature = "testing"))]
pub use order_saga::testing::SagaHistory;
pub use order_saga::view::{PartKind, PendingRequest, PendingRequests, SagaState, SagaView};
pub use parked::{
    ParkedError, ParkedRecord, drop_parked, groups_with_parked, lock_parked_of_key, parked_record, parked_records,
    remove_parked, set_parked_reason,
};
pub use reservation::event::{Answer, ReservationEvent};
pub use reservation::set::Reservations;
#[cfg(any(test, feature = "testing"))]
pub use reservation::testing::ReservationHistory;
pub use reservation::view::{HeldLine, HeldLines, ReservationState, ReservationView};
pub use set::{ModelSet, View};
pub use stock::movement::{Movement, StockMovement};
pub use stock::set::Stock;
#[cfg(any(test, feature = "testing"))]
pub use stock::testing::StockHistory;
pub use stock::view::StockView;
pub use table::{Column, ColumnNames, ColumnSet, RowError, Shown, Table};
pub use ticket::event::{TicketEvent, TicketPlace};
pub use ticket::query::BoardStamp;
pub use ticket::set::Tickets;
#[cfg(any(test, feature = "testing"))]
pub use ticket::testing::TicketHistory;
pub use ticket::view::{TicketItem, TicketItems, TicketState, TicketView};
