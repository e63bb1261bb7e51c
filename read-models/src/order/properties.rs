//! Properties that hold for any event histories, however they are cut into batches and delivered again.

use std::collections::{BTreeMap, HashMap};

use domain::order::contract::{AddressRole, OrderKind, PublicEvent, Published};
use proptest::prelude::*;
use uuid::Uuid;

use super::set::Orders;
use crate::apply::ApplyReport;
use crate::apply::plan::BatchStreams;
use crate::sums::Sums;
use crate::testing::{BEGINNING_MICROS, EventHistory, address, line};
use crate::{Contribution, CustomerFigures, OrderView, ViewKind};

/// Tables held in memory.
#[derive(Default, Debug, PartialEq)]
struct Tables {
    orders: HashMap<Uuid, OrderView>,
    sums: Contribution,
}

impl Tables {
    fn apply(&mut self, batch: &[Published]) -> ApplyReport {
        let streams = BatchStreams::<Orders>::of(batch);
        let loaded = streams.ids().iter().filter_map(|id| Some((*id, self.orders.get(id)?.clone()))).collect();
        let plan = streams.fold(loaded);
        for change in plan.changes {
            self.orders.insert(change.after.order_id, change.after);
        }
        for (key, change) in plan.sums.customers {
            let figures = self.sums.customers.entry(key).or_default();
            figures.orders += change.orders;
            figures.credits += change.credits;
            figures.cancelled += change.cancelled;
            figures.revenue_minor += change.revenue_minor;
            figures.first_placed_at = [figures.first_placed_at, change.first_placed_at].into_iter().flatten().min();
            figures.last_placed_at = figures.last_placed_at.max(change.last_placed_at);
        }
        for key in plan.sums.moved_placements {
            let of_customer = |view: &&OrderView| {
                let is_sale = view.kind == ViewKind::Sale && view.currency.as_deref() == Some(&*key.currency);
                is_sale && view.tenant == key.tenant && view.customer.as_deref() == Some(&*key.customer)
            };
            let placed = || self.orders.values().filter(of_customer).filter_map(|view| view.placed_at);
            let figures = self.sums.customers.entry(key.clone()).or_default();
            figures.first_placed_at = placed().min();
            figures.last_placed_at = placed().max();
            if *figures == CustomerFigures::default() {
                self.sums.customers.remove(&key);
            }
        }
        for (key, change) in plan.sums.skus {
            let figures = self.sums.skus.entry(key).or_default();
            figures.orders += change.orders;
            figures.credits += change.credits;
            figures.quantity += change.quantity;
            figures.revenue_minor += change.revenue_minor;
        }
        self.sums.skus.retain(|_, figures| *figures != crate::SkuFigures::default());
        for (key, change) in plan.sums.counts {
            self.sums.counts.entry(key).or_default().orders += change.orders;
        }
        self.sums.counts.retain(|_, figures| *figures != crate::CountFigures::default());
        plan.report
    }
}

fn any_history(order: u128) -> impl Strategy<Value = EventHistory> {
    let skus = prop::sample::select(vec!["A", "B", "C"]);
    let lines = prop::collection::vec((skus, 1_i64..9, 0_i64..900), 1..5);
    let customer = prop::sample::select(vec![None, Some("c1"), Some("c2")]);
    let other = prop::sample::select(vec![None, Some("c1"), Some("c2"), Some("c3")]);
    let kind = prop::sample::select(vec![OrderKind::Sale, OrderKind::Credit]);
    let later = (0_i64..3).prop_map(|months| BEGINNING_MICROS + months * 31 * 86_400_000_000);
    let correction = (other, kind, later);
    (lines, customer, 0_u8..7, correction).prop_map(move |(lines, customer, ending, (other, kind, later))| {
        let history = EventHistory::of(Uuid::from_u128(order + 1), "shop", customer);
        let contract = lines.iter().zip(0..).map(|((sku, quantity, price), n)| line(n, sku, *quantity, *price));
        match ending {
            0 => return history.imported("1", OrderKind::Sale, BEGINNING_MICROS, contract.collect()),
            1 => return history.imported("1", OrderKind::Credit, BEGINNING_MICROS, contract.collect()),
            5 => {
                let imported = history.imported("1", OrderKind::Sale, BEGINNING_MICROS, contract.collect());
                return imported.corrected("1", kind, other, later, vec![line(0, "B", 2, 33)]);
            }
            6 => {
                let imported = history.imported("1", OrderKind::Credit, BEGINNING_MICROS, contract.collect());
                let corrected = imported.corrected("1", OrderKind::Sale, customer, later, vec![line(1, "C", 1, 7)]);
                return corrected.foreign().corrected("2", kind, other, BEGINNING_MICROS, vec![line(0, "A", 1, 9)]);
            }
            _ => {}
        }
        let draft = lines
            .iter()
            .zip(0..)
            .fold(history.drafted(), |history, ((sku, quantity, price), n)| history.line(n, sku, *quantity, *price));
        match ending {
            2 => draft.removed(0).addressed(AddressRole::Shipping, address("FR", "customer:c1", "AAAA")),
            3 => draft.quantity(0, 5, 50).placed("1001"),
            _ => draft.placed("1001").foreign().cancelled(),
        }
    })
}

/// Several histories, each in order, interleaved.
fn any_log() -> impl Strategy<Value = Vec<Published>> {
    (any_history(0), any_history(1), any_history(2), prop::collection::vec(0_usize..3, 0..40)).prop_map(
        |(a, b, c, picks)| {
            let mut rest = [a.records(), b.records(), c.records()].map(std::collections::VecDeque::from);
            let mut log: Vec<Published> = picks.into_iter().filter_map(|pick| rest[pick].pop_front()).collect();
            log.extend(rest.into_iter().flatten());
            log
        },
    )
}

/// State, kind, whether imported, and country, as told by the events alone.
type Told = (String, String, bool, String);

/// How many orders of a log are told alike. All are of one tenant and currency.
fn told(log: &[Published]) -> BTreeMap<Told, i64> {
    let mut orders = HashMap::new();
    for record in log {
        let order = orders.entry(record.event.order_id()).or_insert(("FOREIGN", "SALE", false, None));
        let kind = |kind: &OrderKind| if *kind == OrderKind::Credit { "CREDIT" } else { "SALE" };
        match &record.event {
            PublicEvent::OrderDrafted(_) => order.0 = "DRAFT",
            PublicEvent::AddressChanged(event) => order.3 = Some(&event.address.country),
            PublicEvent::OrderPlaced(event) => {
                (order.0, order.3) = ("PLACED", Some(&event.shipping_address.country));
            }
            PublicEvent::OrderCancelled(_) => order.0 = "CANCELLED",
            PublicEvent::OrderImported(event) | PublicEvent::OrderImportCorrected(event) => {
                *order = ("COMPLETED", kind(&event.kind), true, event.country.as_ref());
            }
            _ => {}
        }
    }
    let mut counts = BTreeMap::new();
    for (state, kind, imported, country) in orders.into_values().filter(|order| order.0 != "FOREIGN") {
        let country = country.cloned().unwrap_or_default();
        *counts.entry((state.to_owned(), kind.to_owned(), imported, country)).or_default() += 1;
    }
    counts
}

proptest! {
    #[test]
    fn counts_are_the_numbers_of_orders_that_the_events_tell(
        log in any_log(),
        cuts in prop::collection::vec(1_usize..6, 1..30),
    ) {
        let mut tables = Tables::default();
        let mut rest = &log[..];
        for cut in cuts.into_iter().cycle() {
            let (batch, later) = rest.split_at(cut.min(rest.len()));
            tables.apply(batch);
            rest = later;
            if rest.is_empty() { break }
        }
        let counted = tables.sums.counts.iter().map(|(key, figures)| {
            ((key.state.clone(), key.kind.clone(), key.imported, key.country.clone()), figures.orders)
        });
        prop_assert_eq!(counted.collect::<BTreeMap<_, _>>(), told(&log));
    }

    #[test]
    fn any_cut_into_batches_gives_the_same_rows(log in any_log(), cuts in prop::collection::vec(1_usize..6, 1..30)) {
        let mut whole = Tables::default();
        whole.apply(&log);
        let mut parts = Tables::default();
        let mut rest = &log[..];
        for cut in cuts.into_iter().cycle() {
            let (batch, later) = rest.split_at(cut.min(rest.len()));
            parts.apply(batch);
            rest = later;
            if rest.is_empty() { break }
        }
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn delivering_again_changes_nothing(log in any_log(), from in 0_usize..20) {
        let mut tables = Tables::default();
        tables.apply(&log);
        let mut again = Tables::default();
        again.apply(&log);
        let repeated = &log[from.min(log.len())..];
        let report = again.apply(repeated);
        prop_assert_eq!((report.applied, report.duplicates), (0, repeated.len()));
        prop_assert_eq!(tables, again);
    }

    #[test]
    fn sums_are_the_sum_over_orders(log in any_log()) {
        let mut tables = Tables::default();
        tables.apply(&log);
        let mut expected = Contribution::default();
        for order in tables.orders.values() {
            expected.add(order);
        }
        expected.skus.retain(|_, figures| *figures != crate::SkuFigures::default());
        prop_assert_eq!(&tables.sums, &expected);
    }

    #[test]
    fn a_poison_event_stops_its_order_alone(log in any_log(), at in 0_usize..10) {
        let mut spoilt = log.clone();
        let index = at % log.len();
        spoilt[index].traceparent = Some("\0".to_owned());
        let order = log[index].event.order_id().to_owned();
        let mut tables = Tables::default();
        let report = tables.apply(&spoilt);
        let behind: Vec<usize> = (index..log.len()).filter(|i| log[*i].event.order_id() == order).collect();
        prop_assert_eq!(report.failures.len(), 1);
        prop_assert_eq!(&report.failures[0].indices, &behind);

        let mut without = Tables::default();
        let kept: Vec<Published> =
            log.iter().enumerate().filter(|(i, _)| !behind.contains(i)).map(|(_, record)| record.clone()).collect();
        without.apply(&kept);
        prop_assert_eq!(tables, without);
    }
}
