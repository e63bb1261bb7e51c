//! What one order adds to the sums over customers and SKUs, and to the counts of orders.
//!
//! Rule of the sums: placed, confirmed and completed orders count, a cancelled one no longer does; a credit counts negatively in
//! revenue and quantity and is counted apart. Sums are 128 bits wide, so no set of orders overflows them. Rule of
//! `order_counts`: every order counts that queries show, which are all but foreign ones.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::model::Model;
use crate::sums::{SumChange, SumRows, Sums};
use crate::table::{Table, arrays, columns};
use crate::{OrderView, ViewKind, ViewState};

/// The states of orders that count in sums.
pub(crate) const COUNTED: [ViewState; 3] = [ViewState::Placed, ViewState::Confirmed, ViewState::Completed];

/// One row a customer and currency: what they bought.
pub(crate) static CUSTOMER_SUMMARY: LazyLock<Table> = LazyLock::new(|| {
    Table::of::<(CustomerKey, CustomerFigures)>("customer_summary", &["tenant", "customer", "currency"])
});
/// One row an SKU, currency and month: what it sold.
pub(crate) static SKU_SALES: LazyLock<Table> =
    LazyLock::new(|| Table::of::<(SkuKey, SkuFigures)>("sku_sales", &["tenant", "sku", "currency", "month"]));
/// One row a tenant and combination of the columns with few values.
pub(crate) static ORDER_COUNTS: LazyLock<Table> = LazyLock::new(|| {
    let key = &["tenant", "state", "kind", "imported", "country", "currency"];
    Table::of::<(CountKey, CountFigures)>("order_counts", key)
});

/// The models of the sums, in the order of [`Contribution`]'s fields. The counts come last, since nearly every batch changes them:
/// workers compete for their locks, so these are held for the shortest time.
pub(crate) const SUMS: [Model; 3] = [
    Model {
        table: || &CUSTOMER_SUMMARY,
        table_sql: include_str!("../../sql/order/customer_summary/table.sql"),
        indexes_sql: include_str!("../../sql/order/customer_summary/indexes.sql"),
        events_sql: include_str!("../../sql/order/customer_summary/events.sql"),
        look_up_sql: Some(include_str!("../../sql/order/customer_summary/look_up.sql")),
    },
    Model {
        table: || &SKU_SALES,
        table_sql: include_str!("../../sql/order/sku_sales/table.sql"),
        indexes_sql: include_str!("../../sql/order/sku_sales/indexes.sql"),
        events_sql: include_str!("../../sql/order/sku_sales/events.sql"),
        look_up_sql: None,
    },
    Model {
        table: || &ORDER_COUNTS,
        table_sql: include_str!("../../sql/order/order_counts/table.sql"),
        indexes_sql: include_str!("../../sql/order/order_counts/indexes.sql"),
        events_sql: include_str!("../../sql/order/order_counts/events.sql"),
        look_up_sql: None,
    },
];

/// Key of a row of `customer_summary`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerKey {
    pub tenant: String,
    pub customer: String,
    /// ISO 4217 code.
    pub currency: String,
}

columns!(CustomerKey { tenant, customer, currency });

/// Figures of a row of `customer_summary`, or a change of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerFigures {
    /// Sales that count.
    pub orders: i64,
    pub credits: i64,
    /// Sales that were placed and later cancelled.
    pub cancelled: i64,
    /// Minor units of sales less credits.
    pub revenue_minor: i128,
    /// When the first sale was placed, including cancelled ones.
    pub first_placed_at: Option<DateTime<Utc>>,
    /// When the last sale was placed, including cancelled ones.
    pub last_placed_at: Option<DateTime<Utc>>,
}

columns!(CustomerFigures {
    orders => Add,
    credits => Add,
    cancelled => Add,
    revenue_minor => Add,
    first_placed_at => Least,
    last_placed_at => Greatest,
});

/// Key of a row of `sku_sales`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SkuKey {
    pub tenant: String,
    pub sku: String,
    /// ISO 4217 code.
    pub currency: String,
    /// First day of the month of placement, in UTC.
    pub month: NaiveDate,
}

columns!(SkuKey { tenant, sku, currency, month });

/// Figures of a row of `sku_sales`, or a change of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkuFigures {
    /// Sales with the SKU.
    pub orders: i64,
    /// Credits with the SKU.
    pub credits: i64,
    /// Pieces sold less pieces credited.
    pub quantity: i64,
    /// Minor units sold less credited.
    pub revenue_minor: i128,
}

columns!(SkuFigures { orders => Add, credits => Add, quantity => Add, revenue_minor => Add });

/// Key of a row of `order_counts`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountKey {
    pub tenant: String,
    /// The stored text of a [`ViewState`].
    pub state: String,
    /// The stored text of a [`ViewKind`].
    pub kind: String,
    pub imported: bool,
    /// ISO 3166-1 alpha-2 code; empty where the order has none.
    pub country: String,
    /// ISO 4217 code; empty where the order has none.
    pub currency: String,
}

columns!(CountKey { tenant, state, kind, imported, country, currency });

/// Figures of a row of `order_counts`, or a change of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CountFigures {
    pub orders: i64,
}

columns!(CountFigures { orders => Add });

/// What orders add to the sums; additions and subtractions of orders give a change of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contribution {
    /// By customer and currency.
    pub customers: BTreeMap<CustomerKey, CustomerFigures>,
    /// By SKU, currency and month.
    pub skus: BTreeMap<SkuKey, SkuFigures>,
    /// By the columns with few values.
    pub counts: BTreeMap<CountKey, CountFigures>,
    /// Customers whose times of first and last placement must be looked up again, and in whose rows no order may be left.
    pub moved_placements: BTreeSet<CustomerKey>,
}

impl Contribution {
    /// What one order contributes.
    pub fn of(view: &OrderView) -> Self {
        let mut contribution = Self::default();
        contribution.add(view);
        contribution
    }

    fn count(&mut self, view: &OrderView, times: i64) {
        if view.state != ViewState::Foreign {
            self.counts.entry(CountKey::of(view)).or_default().orders += times;
        }
        let (Some(placed_at), Some(currency)) = (view.placed_at, &view.currency) else { return };
        let counts = COUNTED.contains(&view.state);
        if let Some(customer) = &view.customer {
            let key =
                CustomerKey { tenant: view.tenant.clone(), customer: customer.clone(), currency: currency.clone() };
            let figures = self.customers.entry(key).or_default();
            figures.count(view, counts, times);
            if view.kind == ViewKind::Sale && times > 0 {
                figures.first_placed_at = [figures.first_placed_at, Some(placed_at)].into_iter().flatten().min();
                figures.last_placed_at = figures.last_placed_at.max(Some(placed_at));
            }
        }
        if counts {
            self.count_skus(view, currency, placed_at, times);
        }
    }

    fn count_skus(&mut self, view: &OrderView, currency: &str, placed_at: DateTime<Utc>, times: i64) {
        let month = placed_at.date_naive().with_day(1).expect("every month has a first day");
        let mut seen = HashSet::new();
        for line in &view.lines {
            let key =
                SkuKey { tenant: view.tenant.clone(), sku: line.sku.clone(), currency: currency.to_owned(), month };
            let figures = self.skus.entry(key).or_default();
            let signed = times * view.kind.sign();
            figures.quantity += signed * line.quantity;
            figures.revenue_minor += i128::from(signed) * i128::from(line.total_minor);
            // An order with two lines of one SKU is one order with it.
            if seen.insert(&line.sku) {
                match view.kind {
                    ViewKind::Sale => figures.orders += times,
                    ViewKind::Credit => figures.credits += times,
                }
            }
        }
    }
}

impl Sums<OrderView> for Contribution {
    fn add(&mut self, view: &OrderView) {
        self.count(view, 1);
    }

    /// The times of first and last placement stay, since they do not show how many orders they come from; if a correction moves a
    /// placement, [`moved_placement`] says which times to look up again.
    fn subtract(&mut self, view: &OrderView) {
        self.count(view, -1);
    }

    fn note_move(&mut self, before: &OrderView, after: &OrderView) {
        self.moved_placements.extend(moved_placement(before, after));
    }

    fn prune(&mut self) {
        self.customers.retain(|_, figures| *figures != CustomerFigures::default());
        self.skus.retain(|_, figures| *figures != SkuFigures::default());
        self.counts.retain(|_, figures| *figures != CountFigures::default());
    }

    fn changes(&self) -> Vec<SumChange<'_>> {
        let moved = arrays(self.moved_placements.iter());
        // No order may be left in the rows that an order no longer counts for.
        let is_smaller = |(_, figures): &(&SkuKey, &SkuFigures)| figures.orders < 0 || figures.credits < 0;
        let decreased: Vec<&SkuKey> = self.skus.iter().filter(is_smaller).map(|(key, _)| key).collect();
        let fewer: Vec<&CountKey> =
            self.counts.iter().filter(|(_, figures)| figures.orders < 0).map(|(key, _)| key).collect();
        vec![
            SumChange { rows: &self.customers, looked_up: moved.clone(), emptied: moved },
            SumChange { rows: &self.skus, looked_up: None, emptied: arrays(decreased.into_iter()) },
            SumChange { rows: &self.counts, looked_up: None, emptied: arrays(fewer.into_iter()) },
        ]
    }

    fn tables(&mut self) -> Vec<&mut dyn SumRows> {
        vec![&mut self.customers, &mut self.skus, &mut self.counts]
    }
}

/// The key of the row that cannot be updated by a difference: a corrected import has moved an order to another
/// customer, currency or time, or turned a sale into a credit. The row's times of first and last placement may have
/// changed, or no order may be left in it.
fn moved_placement(before: &OrderView, after: &OrderView) -> Option<CustomerKey> {
    let placement = |view: &OrderView| {
        let (placed_at, customer, currency) = (view.placed_at?, view.customer.clone()?, view.currency.clone()?);
        Some((CustomerKey { tenant: view.tenant.clone(), customer, currency }, view.kind, placed_at))
    };
    let before = placement(before)?;
    (placement(after).as_ref() != Some(&before)).then_some(before.0)
}

impl CountKey {
    fn of(view: &OrderView) -> Self {
        Self {
            tenant: view.tenant.clone(),
            state: view.state.as_str().to_owned(),
            kind: view.kind.as_str().to_owned(),
            imported: view.imported,
            country: view.country.clone().unwrap_or_default(),
            currency: view.currency.clone().unwrap_or_default(),
        }
    }
}

impl CustomerFigures {
    fn count(&mut self, view: &OrderView, counts: bool, times: i64) {
        if counts {
            self.revenue_minor += i128::from(times) * i128::from(view.total_minor);
        }
        match view.kind {
            ViewKind::Sale if counts => self.orders += times,
            ViewKind::Sale => self.cancelled += times,
            ViewKind::Credit if counts => self.credits += times,
            ViewKind::Credit => {}
        }
    }
}
