//! Orders of five events each, a hundred at a time, written straight into a table: the same log for every contender.

use domain::order::{
    AddLine, AddressKind, CancelOrder, CancelReason, ChangeLineQuantity, CreateDraft, Order, OrderCommand, OrderEvent,
    PlaceOrder, SetAddress,
};
use domain::{
    Address, CountryCode, Currency, CustomerId, Decider, LineId, OrderNumber, Quantity, Sealed, Sku, StoredEvent,
    SubjectId, TenantId, Timestamp, UnitPrice,
};
use event_store::{Store, StoreOptions, migrations};
use service_kit::clock::{Ids, SystemIds};
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;

use crate::ours::metadata;

/// Events of every order.
pub const STEPS: i64 = 5;
/// Orders that take their steps together.
const TOGETHER: i64 = 100;
/// Base64 of a sealed address: nonce, ciphertext of some 150 bytes, tag.
const SEALED_CHARACTERS: usize = 240;
const BEGINNING_MICROS: i64 = 1_790_000_000_123_456;
/// From one order to the next: two hundred thousand events take some months.
const MICROS_AN_ORDER: i64 = 300_000_000;
const CUSTOMERS: i64 = 2_000;
const SKUS: i64 = 500;

/// A log that has at least so many events, all with positions, and its length.
pub async fn filled_log(events: i64) -> (TestDatabase, Store, i64) {
    let database = TestDatabase::migrated(migrations()).await;
    let client = database.client().await;
    client.batch_execute("SET orders.appender = 'on'; SET synchronous_commit = off").await.unwrap();
    let blocks = blocks(events);
    for block in 0..blocks {
        let written = write_block(&client, block).await;
        let head = block * STEPS * TOGETHER;
        let statement = include_str!("../sql/fill_history_log.sql");
        client.execute(statement, &[&head, &written.ids, &written.sequences]).await.unwrap();
    }
    let events = blocks * STEPS * TOGETHER;
    // As a store that has grown for long would be: hint bits set, statistics known.
    for statement in ["SET statement_timeout = 0", "VACUUM ANALYZE events", "VACUUM ANALYZE log", "CHECKPOINT"] {
        client.batch_execute(statement).await.unwrap();
    }
    let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
    (database, store, events)
}

/// The same history in a table as postgres-es documents it; returns the number of events.
pub async fn fill(client: &Client, events: i64) -> i64 {
    let blocks = blocks(events);
    for block in 0..blocks {
        write_block(client, block).await;
    }
    client.batch_execute("VACUUM ANALYZE events").await.unwrap();
    blocks * STEPS * TOGETHER
}

const fn blocks(events: i64) -> i64 {
    (events + STEPS * TOGETHER - 1) / (STEPS * TOGETHER)
}

/// What was written, in its order.
#[derive(Default)]
struct Written {
    ids: Vec<String>,
    sequences: Vec<i64>,
}

/// Writes a hundred orders, all their first events before any of their second ones.
async fn write_block(client: &Client, block: i64) -> Written {
    let orders: Vec<_> = (0..TOGETHER).map(|n| order(block * TOGETHER + n)).collect();
    let mut written = Written::default();
    let mut types = vec![];
    let mut versions = vec![];
    let mut payloads = vec![];
    let mut metadatas = vec![];
    for step in 0..usize::try_from(STEPS).unwrap() {
        for (id, events) in &orders {
            written.ids.push(id.clone());
            written.sequences.push(i64::try_from(step).unwrap() + 1);
            types.push(events[step].event_type());
            versions.push(events[step].event_version());
            payloads.push(serde_json::to_string(&events[step]).unwrap());
            metadatas.push(metadata(id).to_json());
        }
    }
    let statement = include_str!("../sql/fill_history.sql");
    let values =
        [&written.ids as _, &written.sequences as _, &types as _, &versions as _, &payloads as _, &metadatas as _];
    client.execute(statement, &values).await.unwrap();
    written
}

/// An order's id and events, as its own decisions make them.
fn order(number: i64) -> (String, Vec<OrderEvent>) {
    let mut state = Order::initial();
    let mut events = Vec::new();
    for command in commands(number) {
        for event in Order::decide(&state, command).unwrap() {
            state = Order::evolve(state, &event).unwrap();
            events.push(event);
        }
    }
    assert_eq!(i64::try_from(events.len()), Ok(STEPS));
    (SystemIds.ordered().to_string(), events)
}

/// Eight of ten orders have two lines; of the others one changes its quantity, and one is cancelled.
fn commands(number: i64) -> [OrderCommand; 5] {
    let at = Timestamp::try_from_micros(BEGINNING_MICROS + number * MICROS_AN_ORDER).unwrap();
    let draft = OrderCommand::CreateDraft(CreateDraft {
        tenant: TenantId::try_new("default").unwrap(),
        customer: Some(CustomerId::try_new(format!("customer-{:06}", number % CUSTOMERS)).unwrap()),
        currency: Currency::EUR,
        at,
    });
    let line_id = LineId::new(SystemIds.ordered());
    let line = |line_id, sku: i64| {
        OrderCommand::AddLine(AddLine {
            line_id,
            sku: Sku::try_new(format!("SKU-{:04}", sku % SKUS)).unwrap(),
            description: None,
            quantity: Quantity::try_new(6).unwrap(),
            unit_price: UnitPrice::try_new("2.55").unwrap(),
            at,
        })
    };
    let subject = SubjectId::try_new(format!("customer:customer-{:06}", number % CUSTOMERS)).unwrap();
    let details = Sealed::new(subject, "x".repeat(SEALED_CHARACTERS));
    let address = Address { country: CountryCode::try_new("GB").unwrap(), details, contact: None, area: None };
    let address = OrderCommand::SetAddress(SetAddress { kind: AddressKind::Shipping, address, at });
    let number_text = OrderNumber::try_new(number.to_string()).unwrap();
    let place = OrderCommand::PlaceOrder(PlaceOrder { number: number_text, expected_total: None, at });
    let first = line(line_id, number);
    match number % 10 {
        8 => {
            let quantity = Quantity::try_new(3).unwrap();
            let change = OrderCommand::ChangeLineQuantity(ChangeLineQuantity { line_id, quantity, at });
            [draft, first, change, address, place]
        }
        9 => {
            let cancel = OrderCommand::CancelOrder(CancelOrder { reason: CancelReason::Customer, note: None, at });
            [draft, first, address, place, cancel]
        }
        _ => [draft, first, line(LineId::new(SystemIds.ordered()), number * 7 + 1), address, place],
    }
}
