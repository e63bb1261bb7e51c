//! Faults on a stack of the test's own: real processes, killed and stopped.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod apart;
mod bank;
mod carriers;
mod chaos;
mod comebacks;
mod copies;
mod drafts;
mod driven;
mod engine;
mod here;
mod killed;
mod killed_on_the_way;
mod kitchens;
mod load;
mod look;
mod lunch;
mod provider;
mod sagas;
mod separate;
mod shards;
mod shop;
mod split;
mod stack;
mod unwinding;
