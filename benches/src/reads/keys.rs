//! The keys that requests choose from, the same for everybody who is measured.

use super::models::Models;

/// Orders of a customer, so that a page of them is full.
const CUSTOMER_ORDERS_MIN: i64 = 20;
const ORDERS_MAX: i64 = 4_000;
/// The largest country and ten more.
const COUNTRIES_MAX: i64 = 11;
/// The largest country takes this many of 15 filtered pages, as it would take most of a shop's.
const LARGEST_COUNTRY_SHARE: usize = 5;
/// Pages of a walk by cursor.
const PAGES_MAX: u64 = 40;
/// Orders of a page, as in the query.
pub const PAGE_ORDERS: u64 = 100;

/// A customer whose orders are all in one currency.
#[derive(Debug, Clone)]
pub struct Customer {
    /// The tenant's own id.
    pub id: String,
    /// An ISO 4217 code.
    pub currency: String,
}

/// Keys of rows that the requests of a benchmark ask for.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Customers with a full page of orders.
    pub customers: Vec<Customer>,
    /// Ids of orders.
    pub orders: Vec<String>,
    /// The countries of filtered pages, some of them more than once.
    pub countries: Vec<String>,
    /// The first of `countries` that is counted: the largest one may have more orders than are counted.
    pub first_count: usize,
    /// The number of pages of the walk.
    pub pages: u64,
}

impl Keys {
    /// Chooses the keys from the tables.
    ///
    /// # Panics
    /// When there are none for a case.
    pub async fn choose(models: &Models, tenant: &str, orders: u64) -> Self {
        let client = &models.client;
        let customers = include_str!("../../sql/reads/customers.sql");
        let rows = client.query(customers, &[&tenant, &CUSTOMER_ORDERS_MIN]).await.unwrap();
        let customers: Vec<Customer> =
            rows.iter().map(|row| Customer { id: row.get(0), currency: row.get(1) }).collect();
        let rows = client.query(include_str!("../../sql/reads/orders.sql"), &[&tenant, &ORDERS_MAX]).await.unwrap();
        let ids: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let statement = include_str!("../../sql/reads/countries.sql");
        let rows = client.query(statement, &[&tenant, &COUNTRIES_MAX]).await.unwrap();
        let countries: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(
            !customers.is_empty() && !ids.is_empty() && countries.len() > 1,
            "{} customers with {CUSTOMER_ORDERS_MIN} orders, {} orders, {} countries: too few to measure with",
            customers.len(),
            ids.len(),
            countries.len()
        );
        let largest = vec![countries[0].clone(); LARGEST_COUNTRY_SHARE];
        Self {
            customers,
            orders: ids,
            countries: [&largest, &countries[1..]].concat(),
            first_count: LARGEST_COUNTRY_SHARE,
            pages: PAGES_MAX.min(orders / PAGE_ORDERS),
        }
    }

    /// Writes the keys to tables that pgbench's statements choose from.
    pub async fn write(&self, models: &Models, tenant: &str) {
        let client = &models.client;
        client.batch_execute(include_str!("../../sql/reads/keys.sql")).await.unwrap();
        let customers: Vec<&str> = self.customers.iter().map(|customer| &*customer.id).collect();
        client.execute(include_str!("../../sql/reads/fill_customers.sql"), &[&customers]).await.unwrap();
        client.execute(include_str!("../../sql/reads/fill_orders.sql"), &[&self.orders]).await.unwrap();
        client.execute(include_str!("../../sql/reads/fill_filters.sql"), &[&self.countries]).await.unwrap();
        let pages = i32::try_from(self.pages).expect("a few pages");
        let size = i32::try_from(PAGE_ORDERS).expect("a small page");
        client.execute(include_str!("../../sql/reads/page_starts.sql"), &[&tenant, &pages, &size]).await.unwrap();
        client
            .batch_execute(
                "VACUUM (ANALYZE) bench_reads.customers, bench_reads.orders, bench_reads.filters, bench_reads.pages",
            )
            .await
            .unwrap();
    }

    /// The variables of pgbench's scripts.
    pub fn variables(&self, tenant: &str) -> Vec<(&'static str, String)> {
        vec![
            ("tenant", tenant.to_owned()),
            ("customers", self.customers.len().to_string()),
            ("orders", self.orders.len().to_string()),
            ("filters", self.countries.len().to_string()),
            ("first_count", self.first_count.to_string()),
            ("pages", self.pages.to_string()),
        ]
    }
}
