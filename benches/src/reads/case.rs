//! The five cases: what is asked, as GraphQL for the engine and for PostGraphile and as one statement for pgbench.

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Case {
    /// A customer's newest 20 orders, each with 20 lines.
    CustomerOrders,
    /// One order with its lines, timeline and addresses.
    WholeOrder,
    /// The newest 50 orders of a state and a country.
    FilteredPage,
    /// A page of 100 orders by its cursor.
    Page,
    /// The number of orders of a state and a country.
    Count,
}

impl Case {
    /// All of them, in the order of their letters.
    pub const ALL: [Self; 5] = [Self::CustomerOrders, Self::WholeOrder, Self::FilteredPage, Self::Page, Self::Count];

    /// The letter in settings and figures.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::CustomerOrders => "a",
            Self::WholeOrder => "b",
            Self::FilteredPage => "c",
            Self::Page => "d",
            Self::Count => "e",
        }
    }

    /// The engine's query.
    pub const fn engine_query(self) -> &'static str {
        match self {
            Self::CustomerOrders => include_str!("../../graphql/reads/engine/customer_orders.graphql"),
            Self::WholeOrder => include_str!("../../graphql/reads/engine/whole_order.graphql"),
            Self::FilteredPage => include_str!("../../graphql/reads/engine/filtered_page.graphql"),
            Self::Page => include_str!("../../graphql/reads/engine/page.graphql"),
            Self::Count => include_str!("../../graphql/reads/engine/count.graphql"),
        }
    }

    /// PostGraphile's query.
    pub const fn postgraphile_query(self) -> &'static str {
        match self {
            Self::CustomerOrders => include_str!("../../graphql/reads/postgraphile/customer_orders.graphql"),
            Self::WholeOrder => include_str!("../../graphql/reads/postgraphile/whole_order.graphql"),
            Self::FilteredPage => include_str!("../../graphql/reads/postgraphile/filtered_page.graphql"),
            Self::Page => include_str!("../../graphql/reads/postgraphile/page.graphql"),
            Self::Count => include_str!("../../graphql/reads/postgraphile/count.graphql"),
        }
    }

    /// The script for pgbench: the choice of a key, and the statement that makes the answer of it.
    pub const fn script(self) -> &'static str {
        match self {
            Self::CustomerOrders => include_str!("../../sql/reads/customer_orders.sql"),
            Self::WholeOrder => include_str!("../../sql/reads/whole_order.sql"),
            Self::FilteredPage => include_str!("../../sql/reads/filtered_page.sql"),
            Self::Page => include_str!("../../sql/reads/page.sql"),
            Self::Count => include_str!("../../sql/reads/count.sql"),
        }
    }
}

/// A page of 20 orders by its cursor: the step of the walk from the first page to a late one.
pub const WALK: &str = include_str!("../../graphql/reads/engine/walk.graphql");
