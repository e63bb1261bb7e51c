//! The audit of single orders, in memory.

use domain::order::contract::Published;
use serde_json::Value;
use uuid::Uuid;

use super::set::Orders;
use super::timeline::TimelineEntry;
use crate::Contribution;
use crate::audit::Found;
use crate::audit::streams::{Stream, folded};
use crate::testing::EventHistory;

type Order = Stream<Orders>;

const ID: Uuid = Uuid::from_u128(7);

fn history() -> Vec<Published> {
    EventHistory::of(ID, "shop", Some("c1")).drafted().line(0, "A", 2, 150).placed("1").cancelled().records()
}

/// The rows that an order has at a version.
fn rows(events: &[Published], version: usize) -> Order {
    let (view, _) = folded::<Orders>(None, &events[..version]);
    let lines = view.as_ref().map_or_else(Vec::new, |view| view.lines.to_vec());
    let timeline = events[..version].iter().map(|record| TimelineEntry::owned(ID, record)).collect();
    Order { id: ID, events: events.to_vec(), view, parts: lines, history: timeline }
}

fn found(order: Order, heads: &[i64]) -> (Vec<Found>, Contribution) {
    let (mut all, mut sums) = (Vec::new(), Contribution::default());
    order.check(heads, &mut sums, &mut |one| all.push(one));
    (all, sums)
}

#[test]
fn rows_at_any_version_are_right_and_behind_only_where_they_had_to_be_farther() {
    for version in 0..=4_usize {
        let (all, sums) = found(rows(&history(), version), &[i64::try_from(version).unwrap()]);
        assert!(all.is_empty(), "{all:?}");
        assert_eq!(sums.skus.len(), usize::from(version == 3));
    }
    let (all, _) = found(rows(&history(), 2), &[3]);
    let [Found::Behind(behind)] = &all[..] else { panic!("{all:?}") };
    assert_eq!((behind.applied, behind.due, behind.first.position), (2, 3, 3));
    let falsified = [
        "customer_summary shop/c1/GBP",
        "sku_sales shop/A/GBP/2026-01-01",
        "order_counts shop/DRAFT/SALE/false//GBP",
        "order_counts shop/PLACED/SALE/false/DE/GBP",
    ];
    assert_eq!(behind.falsifies, falsified);
}

#[test]
fn what_differs_is_named_to_row_and_field() {
    let damaged = |damage: fn(&mut Order)| {
        let mut order = rows(&history(), 3);
        damage(&mut order);
        let (all, _) = found(order, &[0]);
        let [Found::Differs(difference)] = &all[..] else { panic!("{all:?}") };
        (difference.model, difference.fields.iter().map(|one| one.field.clone()).collect::<Vec<_>>())
    };
    let summary = |order: &mut Order| order.view.as_mut().unwrap().total_minor = 1;
    assert_eq!(damaged(summary), ("order_summary", vec!["total_minor".to_owned()]));
    let count = |order: &mut Order| order.view.as_mut().unwrap().line_count = 9;
    assert_eq!(damaged(count), ("order_summary", vec!["line_count".to_owned()]));
    let stored_lines = |order: &mut Order| order.view.as_mut().unwrap().lines[0].quantity = 9;
    assert_eq!(damaged(stored_lines), ("order_summary", vec!["encoded_lines".to_owned()]));
    assert_eq!(damaged(|order| order.parts[0].quantity = 9), ("order_lines", vec!["quantity".to_owned()]));
    assert_eq!(damaged(|order| order.parts.clear()).0, "order_lines");
    let body = |order: &mut Order| order.history[1].body = Value::Null;
    assert_eq!(damaged(body), ("order_timeline", vec!["body".to_owned()]));
    assert_eq!(damaged(|order| order.view = None).0, "order_summary");
}

#[test]
fn rows_beyond_the_log_are_ahead() {
    let mut order = rows(&history(), 4);
    order.events.truncate(3);
    let (all, _) = found(order, &[9]);
    assert!(matches!(all[0], Found::Ahead { applied: 4, stored: 3, .. }), "{all:?}");
}
