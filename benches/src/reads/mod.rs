//! Reads by GraphQL over a year of orders, against PostGraphile over the same tables and against one statement a request by
//! pgbench: what `make bench-reads` measures.

pub mod answers;
pub mod case;
pub mod client;
pub mod contest;
pub mod figures;
pub mod keys;
pub mod models;
pub mod pgbench;
pub mod postgraphile;
pub mod processes;
pub mod requests;
pub mod rounds;
pub mod settings;
pub mod year;
