//! The schema: types and the roads between them.

mod address;
mod as_of;
mod commands;
mod connection;
mod customer;
mod filter;
mod id;
mod lines;
mod money;
mod order;
mod order_connection;
mod projections;
mod query;
mod scalars;
mod subscription;
mod timeline;

use async_graphql::{EmptyMutation, Schema};

use query::Query;
use subscription::Subscription;

pub use projections::Health;

/// The schema of the service.
pub type QuerySchema = Schema<Query, EmptyMutation, Subscription>;

/// Builds the schema. Its bounds on depth and cost are this crate's own, in `cost`.
pub fn build() -> QuerySchema {
    Schema::build(Query, EmptyMutation, Subscription).register_output_type::<id::Node>().finish()
}

/// The schema in GraphQL's own language.
pub fn sdl() -> String {
    build().sdl()
}
