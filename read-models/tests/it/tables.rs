//! What the code says of each table against the table itself.

use read_models::{Fulfilments, Model, ModelSet, Models, Orders, Reservations, Sagas, Stock, Tickets, migrate};
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;

/// What there is to know of a column.
#[derive(Debug, PartialEq)]
struct Described {
    name: String,
    kind: String,
    nullable: bool,
}

#[tokio::test]
async fn each_table_has_the_columns_that_are_described() {
    let sets =
        [Orders::MODELS, Sagas::MODELS, Stock::MODELS, Reservations::MODELS, Tickets::MODELS, Fulfilments::MODELS];
    let database = TestDatabase::create().await;
    migrate(database.url(), &sets, |_| ()).await.unwrap();
    let client = database.client().await;
    for model in sets.iter().flat_map(Models::all) {
        let mut expected = model.table().columns().iter().map(|column| Described {
            name: column.name.to_owned(),
            kind: column.kind.name().to_owned(),
            nullable: column.nullable,
        });
        let mut found = columns(&client, model).await.into_iter();
        loop {
            match (expected.next(), found.next()) {
                (None, None) => break,
                (expected, found) => {
                    assert_eq!(expected, found, "described and found: column of {}", model.name());
                }
            }
        }
        assert_eq!(model.table().key(), key(&client, model).await, "described and found: key of {}", model.name());
    }
}

async fn columns(client: &Client, model: Model) -> Vec<Described> {
    let statement = "SELECT attname::text, typname::text, NOT attnotnull \
        FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid \
        WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
    let rows = client.query(statement, &[&table(model)]).await.unwrap();
    rows.iter().map(|row| Described { name: row.get(0), kind: row.get(1), nullable: row.get(2) }).collect()
}

async fn key(client: &Client, model: Model) -> Vec<String> {
    let statement = "SELECT attname::text FROM pg_index JOIN pg_attribute ON attrelid = indrelid \
        AND attnum = ANY (indkey) WHERE indisprimary AND indrelid = $1::text::regclass \
        ORDER BY array_position(indkey::int2[], attnum)";
    client.query(statement, &[&table(model)]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

fn table(model: Model) -> String {
    format!("{0}_g1.{0}", model.name())
}
