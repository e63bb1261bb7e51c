//! A release that brings a column or a model, over the tables of the release before.

use read_models::generation::GenerationError;
use read_models::query::{FoundOrder, Parts};
use read_models::rebuild::{Purpose, RebuildError, roll_back};
use read_models::{Applier, ApplyError, Generations, ModelSet, OrderColumns, Orders, ReadDb, ReadDbError, migrate};
use service_kit::clock::{Ids, SystemIds};
use service_kit::postgres::ConnectOptions;
use uuid::Uuid;

use super::models;
use super::rebuilds::{filled, options, run};

const ALL: Parts = Parts::columns(OrderColumns::ALL);

#[tokio::test]
async fn tables_of_another_release_are_told_and_a_rebuild_makes_them_anew() {
    let (database, events, projector) = filled(10).await;
    let client = &projector.client;
    // The release before had no `encoded_lines` in an order's row, and one model less.
    client.batch_execute("ALTER TABLE order_summary_g1.order_summary DROP COLUMN encoded_lines").await.unwrap();
    client.batch_execute("DROP SCHEMA sku_sales_g1 CASCADE").await.unwrap();
    client.batch_execute("DELETE FROM model_generation WHERE model = 'sku_sales'").await.unwrap();
    migrate(database.url(), &[Orders::MODELS], |_| ()).await.unwrap();

    let outdated = |error: &GenerationError| match error {
        GenerationError::Outdated { models } => models.clone(),
        other => panic!("{other}"),
    };
    let refused = Applier::<Orders>::open(client).await.err().unwrap();
    let ApplyError::Generations(error) = &refused else { panic!("{refused}") };
    assert_eq!(outdated(error), ["order_summary", "sku_sales"]);
    assert!(error.to_string().contains("orderctl replay rebuild --all"), "{error}");
    let read = ReadDb::open(database.url(), &[Orders::MODELS], ConnectOptions::named("test")).unwrap();
    let refused = read.check().await.unwrap_err();
    assert!(matches!(&refused, ReadDbError::Generations(error) if outdated(error).len() == 2), "{refused}");

    let report = run(&database, &events, Purpose::Switch).await.unwrap();
    assert!(report.switched && report.is_equal(), "{report:?}");
    Applier::<Orders>::open(client).await.unwrap();
    let staff = super::staff();
    let found: Option<FoundOrder> = read.order(&staff, Uuid::from_u128(1), &ALL).await.unwrap();
    assert_eq!(found.unwrap().row.view().unwrap().lines.len(), 2);
    let live = Generations::live(client, &models()).await.unwrap();
    let how = (Purpose::Switch, &options(), SystemIds.ordered());
    let back = roll_back::<Orders, _>(database.url(), &events, how, &mut |_| ()).await.unwrap_err();
    assert!(matches!(back, RebuildError::CannotRollBack(_)), "{back}");
    assert_eq!(Generations::live(client, &models()).await.unwrap(), live);
}

#[tokio::test]
async fn a_difference_in_a_column_that_both_releases_have_is_still_found() {
    let (database, events, projector) = filled(5).await;
    let client = &projector.client;
    client.batch_execute("ALTER TABLE order_summary_g1.order_summary DROP COLUMN encoded_lines").await.unwrap();
    client
        .batch_execute("UPDATE order_summary_g1.order_summary SET country = 'XX' WHERE total_minor = 549")
        .await
        .unwrap();
    let report = run(&database, &events, Purpose::Switch).await.unwrap();
    assert!(!report.switched && !report.is_equal(), "{report:?}");
    let fields = &report.compared[0].differences[0].fields;
    assert_eq!(fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), ["country"]);
}
