mod course;

use std::collections::BTreeSet;

use domain::order::contract::{AddressRole, OrderExpired, OrderKind, PublicEvent};
use uuid::Uuid;

use super::*;
use crate::ViewKind;
use crate::testing::{BEGINNING_MICROS, EventHistory, address, line};

fn history() -> EventHistory {
    EventHistory::of(Uuid::from_u128(7), "shop", Some("c1"))
}

fn folded(history: &EventHistory) -> Result<OrderView, FoldError> {
    let view = history.records().iter().try_fold(None, |view, record| fold(view, record).map(Some))?;
    Ok(view.expect("a history has events"))
}

#[test]
fn every_public_event_is_folded() {
    let draft = history().drafted().line(0, "A", 2, 150).line(1, "B", 1, 99).quantity(0, 3, 450).removed(1);
    let placed = draft.addressed(AddressRole::Shipping, address("FR", "customer:c1", "x")).placed("1001");
    let order = placed.cancelled().erased().foreign();
    let lines = || vec![line(0, "A", 2, 150)];
    let import = history().imported("1", OrderKind::Sale, BEGINNING_MICROS, lines());
    let import = import.corrected("1-A", OrderKind::Sale, Some("c2"), BEGINNING_MICROS, lines());
    let mut seen = BTreeSet::new();
    for history in [order, import, given_up()] {
        folded(&history).unwrap();
        seen.extend(history.records().iter().map(|record| record.event.name()));
    }
    for records in course::courses() {
        records.iter().try_fold(None, |view, record| fold(view, record).map(Some)).unwrap();
        seen.extend(records.iter().map(|record| record.event.name()));
    }
    let declared: BTreeSet<_> = PublicEvent::RECORDS.iter().map(|record| record.name).collect();
    assert_eq!(seen, declared, "add the record that is missing to one of the histories");
}

/// A draft that has expired.
fn given_up() -> EventHistory {
    history()
        .drafted()
        .line(0, "A", 2, 150)
        .then(|order_id, version, tenant, at| PublicEvent::OrderExpired(OrderExpired { order_id, version, tenant, at }))
}

#[test]
fn a_draft_that_has_expired_is_neither_placed_nor_changed() {
    let view = folded(&given_up()).unwrap();
    assert_eq!((view.state, view.total_minor, view.placed_at), (ViewState::Expired, 300, None));
    assert!(folded(&given_up().placed("1001")).is_err());
}

#[test]
fn a_draft_becomes_a_placed_and_then_a_cancelled_order() {
    let draft = history().drafted().line(0, "A", 2, 150).line(1, "B", 1, 99).quantity(0, 3, 450).removed(1);
    let view = folded(&draft).unwrap();
    assert_eq!((view.state, view.total_minor, view.quantity_total, view.version), (ViewState::Draft, 450, 3, 5));

    let placed = draft.addressed(AddressRole::Shipping, address("FR", "customer:c1", "x")).placed("1001");
    let view = folded(&placed).unwrap();
    assert_eq!(
        (view.state, view.number.as_deref(), view.country.as_deref()),
        (ViewState::Placed, Some("1001"), Some("FR"))
    );

    let view = folded(&placed.cancelled()).unwrap();
    assert_eq!(
        (view.state, view.cancel_reason.as_deref(), view.total_minor),
        (ViewState::Cancelled, Some("CUSTOMER"), 450)
    );
}

#[test]
fn a_credit_has_negative_sums_and_positive_lines() {
    let credit = history().imported("C1", OrderKind::Credit, BEGINNING_MICROS, vec![line(0, "A", 2, 150)]);
    let view = folded(&credit).unwrap();
    assert_eq!((view.total_minor, view.quantity_total), (-300, -2));
    assert_eq!((view.lines[0].total_minor, view.lines[0].quantity), (300, 2));
    assert!(view.imported);
}

#[test]
fn a_corrected_import_is_the_order_from_now_on() {
    let sale =
        history().imported("1", OrderKind::Sale, BEGINNING_MICROS, vec![line(0, "A", 2, 150), line(1, "B", 1, 99)]);
    let before = folded(&sale).unwrap();
    let later = BEGINNING_MICROS + 86_400_000_000;
    let corrected = sale.corrected("1-A", OrderKind::Credit, Some("c2"), later, vec![line(0, "C", 3, 50)]);
    let view = folded(&corrected).unwrap();
    assert_eq!(
        (view.number.as_deref(), view.customer.as_deref(), view.kind),
        (Some("1-A"), Some("c2"), ViewKind::Credit)
    );
    assert_eq!((view.total_minor, view.quantity_total, view.lines.len()), (-150, -3, 1));
    assert_eq!((view.imported_at, view.reference, view.version), (before.imported_at, before.reference, 2));
    assert_eq!(view.placed_at.unwrap().timestamp_micros(), later);
    let refused = folded(&history().drafted().corrected("1", OrderKind::Sale, None, later, vec![])).unwrap_err();
    assert!(refused.to_string().ends_with("OrderImportCorrected of version 2 cannot happen to DRAFT"), "{refused}");
}

#[test]
fn an_erasure_changes_nothing_but_the_version() {
    let placed = history().drafted().line(0, "A", 1, 100).placed("1");
    let before = folded(&placed).unwrap();
    let after = folded(&placed.erased().cancelled()).unwrap();
    assert_eq!((after.version, after.shipping_address), (before.version + 2, before.shipping_address));
    let refused = folded(&history().foreign().erased()).unwrap_err();
    assert!(refused.to_string().ends_with("SubjectErased of version 2 cannot happen to FOREIGN"), "{refused}");
}

#[test]
fn an_event_of_an_earlier_release_folds_whatever_is_refused_by_now() {
    let mut hidden = line(0, "A", 1, 100);
    hidden.sku = "A\u{200b}B".to_owned();
    hidden.description = Some("turned \u{202e} round".to_owned());
    let year_zero = -62_167_219_200_000_000;
    assert!(folded(&history().imported("1\u{feff}2", OrderKind::Sale, year_zero, vec![hidden])).is_ok());
}

#[test]
fn a_foreign_row_only_advances_the_version() {
    let before = folded(&history().drafted().line(0, "A", 1, 100)).unwrap();
    let after = folded(&history().drafted().line(0, "A", 1, 100).foreign()).unwrap();
    assert_eq!(after.version, before.version + 1);
    let position = after.position;
    let expected = OrderView { version: after.version, updated_at: after.updated_at, position, ..before };
    assert_eq!(after, expected);
    assert_eq!(folded(&history().foreign()).unwrap().state, ViewState::Foreign);
    assert_eq!(folded(&history().foreign().drafted()).unwrap().state, ViewState::Draft);
}

#[test]
fn a_gap_names_order_and_versions() {
    let records = history().drafted().line(0, "A", 1, 100).line(1, "B", 1, 100).records();
    let view = fold(None, &records[0]).unwrap();
    let refused = fold(Some(view), &records[2]).unwrap_err();
    assert_eq!(refused.to_string(), format!("order {}: version 3 does not follow 1", Uuid::from_u128(7)));
}

#[test]
fn what_cannot_happen_names_both_sides() {
    let refused = folded(&history().drafted().cancelled().line(0, "A", 1, 100)).unwrap_err();
    assert!(refused.to_string().ends_with("LineAdded of version 3 cannot happen to CANCELLED"), "{refused}");
    let refused = folded(&history().line(0, "A", 1, 100)).unwrap_err();
    assert!(refused.to_string().ends_with("LineAdded of version 1 cannot happen to nothing"), "{refused}");
}

#[test]
fn values_outside_the_contract_are_refused_by_field() {
    let with = |change: fn(&mut domain::order::contract::ContractLine)| {
        let mut line = line(0, "A", 1, 100);
        change(&mut line);
        folded(&history().imported("1", OrderKind::Sale, BEGINNING_MICROS, vec![line])).unwrap_err().to_string()
    };
    assert!(with(|line| line.quantity = i64::MAX).contains("bad quantity"));
    assert!(with(|line| line.quantity = 0).contains("bad quantity"));
    assert!(with(|line| line.sku = "A\0".to_owned()).contains("bad sku"));
    assert!(with(|line| line.line_id = "x".to_owned()).contains("bad line_id"));
    assert!(with(|line| line.total.currency = "EUR".to_owned()).contains("bad currency"));
    assert!(with(|line| line.total.minor = -1).contains("bad total"));
}

#[test]
fn nul_anywhere_is_refused_before_the_database_sees_it() {
    let mut records = history().drafted().foreign().records();
    let view = fold(None, &records[0]).unwrap();
    records[1].traceparent = Some("\0".to_owned());
    assert!(fold(Some(view.clone()), &records[1]).unwrap_err().to_string().contains("bad traceparent"));
    records[1].traceparent = None;
    if let PublicEvent::ForeignEvent(event) = &mut records[1].event {
        event.body = Some("\0".to_owned());
    }
    assert!(fold(Some(view), &records[1]).unwrap_err().to_string().contains("bad body"));
}

#[test]
fn a_contact_that_no_database_can_hold_is_refused_by_field() {
    let mut address = address("GB", "s", "d");
    address.contact = Some(domain::order::contract::ContractSealed { subject: "s".to_owned(), data: "\0".to_owned() });
    let refused = folded(&history().drafted().addressed(AddressRole::Billing, address)).unwrap_err();
    assert!(refused.to_string().contains("bad sealed data"), "{refused}");
}

#[test]
fn sums_that_overflow_are_refused() {
    let huge = |number| {
        let mut line = line(number, "A", 1, 100);
        line.total.minor = i64::MAX;
        line
    };
    let overflowing = history().drafted().then(|order_id, version, tenant, at| {
        PublicEvent::LineAdded(domain::order::contract::LineAdded { order_id, version, tenant, at, line: huge(0) })
    });
    assert!(folded(&overflowing).is_ok());
    let refused = folded(&overflowing.line(1, "B", 1, 1)).unwrap_err();
    assert!(refused.to_string().ends_with("bad total: the sum overflows"), "{refused}");
}
