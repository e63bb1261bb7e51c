//! How a tenant's orders are driven. A saga keeps the policy that it began with.

use serde::{Deserialize, Serialize};

use crate::{CountryCode, CustomerId, LocationId, Timestamp};

/// When an order's money is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CaptureMoment {
    /// As soon as the order is confirmed, before anything is packed: a kitchen begins when it is paid.
    #[default]
    AtConfirmation,
    /// When its goods are packed, before they are shipped.
    AtPacking,
}

/// Whether an order is paid before it is shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentTerms {
    /// Authorised before it is confirmed, captured before it is shipped.
    #[default]
    Prepaid,
    /// Paid by invoice, outside the engine.
    Credit,
}

/// How the location is chosen that sends an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Routing {
    /// They are asked in the order of the policy.
    #[default]
    PolicyOrder,
    /// The best is asked: see `routing`. The order of the policy decides among equals.
    Best,
}

impl Routing {
    /// Whether it is what a policy of an earlier release had.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_one(count: &u32) -> bool {
    *count == 1
}

/// Numbers and choices of the flow. Times are in seconds of the engine's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SagaPolicy {
    pub terms: PaymentTerms,
    pub capture: CaptureMoment,
    /// Where stock is looked for, in this order.
    pub locations: Vec<LocationId>,
    /// How one of them is chosen.
    #[serde(skip_serializing_if = "Routing::is_default")]
    pub routing: Routing,
    /// Most locations that one order is split among, where none has everything; 1 where orders are not split. Without comparison of
    /// locations there is none.
    #[serde(skip_serializing_if = "is_one")]
    pub parcels_max: u32,
    /// How long stock is reserved before the order is confirmed.
    pub stock_hold_s: u32,
    /// How long it is reserved from then on.
    pub confirmed_hold_s: u32,
    /// How long before its expiry a reservation is renewed.
    pub renew_before_s: u32,
    /// How long an answer is waited for before the request is asked again.
    pub answer_s: u32,
    /// Requests of one kind without an answer before people are told. It goes on asking.
    pub asks_max: u32,
    /// Longest pause between two of them; the pause doubles from `answer_s`.
    pub pause_s_max: u32,
    /// How long an order waits for stock before it is given up.
    pub stock_wait_s: u32,
    /// How often it is looked for meanwhile.
    pub stock_retry_s: u32,
    /// How long the customer has to pay.
    pub payment_window_s: u32,
    /// Declined payments before the order is given up.
    pub declines_max: u32,
    /// Payments begun anew because an authorisation could not be captured any more.
    pub payments_max: u32,
    /// How long a location may take to accept.
    pub accept_s: u32,
    /// Locations that may reject an order, and reservations that may expire, before people are asked.
    pub rejections_max: u32,
    /// How long packing may take.
    pub pack_s: u32,
    /// How long the hand-over to the carrier may take.
    pub ship_s: u32,
    /// How long a delivery may take.
    pub deliver_s: u32,
    /// How long a person has for a task before it is escalated.
    pub task_s: u32,
    pub screening: ScreeningPolicy,
}

impl Default for SagaPolicy {
    fn default() -> Self {
        Self {
            terms: PaymentTerms::Prepaid,
            capture: CaptureMoment::AtConfirmation,
            locations: Vec::new(),
            routing: Routing::default(),
            parcels_max: 1,
            stock_hold_s: 15 * 60,
            confirmed_hold_s: 30 * 86_400,
            renew_before_s: 5 * 60,
            answer_s: 30,
            asks_max: 5,
            pause_s_max: 10 * 60,
            stock_wait_s: 86_400,
            stock_retry_s: 10 * 60,
            payment_window_s: 86_400,
            declines_max: 3,
            payments_max: 3,
            accept_s: 4 * 3_600,
            rejections_max: 2,
            pack_s: 48 * 3_600,
            ship_s: 86_400,
            deliver_s: 14 * 86_400,
            task_s: 86_400,
            screening: ScreeningPolicy::default(),
        }
    }
}

/// What makes an order suspicious, and how much. Points are added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScreeningPolicy {
    /// From so many points a person decides.
    pub review_points: u32,
    /// From so many points the order is rejected.
    pub reject_points: u32,
    /// Totals from here on are large, in minor units of whatever currency; 0 where none is.
    pub large_total_minor: i64,
    pub large_total_points: u32,
    /// A customer's orders within a day from which on they are many; 0 where none are.
    pub many_orders_a_day: u32,
    pub many_orders_points: u32,
    /// Another country for the invoice than for the goods.
    pub country_mismatch_points: u32,
    /// Customers whose orders are rejected.
    pub denied_customers: Vec<CustomerId>,
    /// Countries to which nothing is sent.
    pub denied_countries: Vec<CountryCode>,
}

impl Default for ScreeningPolicy {
    fn default() -> Self {
        Self {
            review_points: 50,
            reject_points: 100,
            large_total_minor: 500_000,
            large_total_points: 50,
            many_orders_a_day: 20,
            many_orders_points: 50,
            country_mismatch_points: 20,
            denied_customers: Vec::new(),
            denied_countries: Vec::new(),
        }
    }
}

/// The moment so many seconds later.
pub(super) fn after(at: Timestamp, seconds: u32) -> Timestamp {
    Timestamp::try_from_micros(at.micros().saturating_add(i64::from(seconds) * 1_000_000)).unwrap_or(at)
}

impl SagaPolicy {
    /// When a request of an attempt, from 1, is overdue.
    pub(super) fn due(&self, at: Timestamp, attempt: u32, jitter_seed: u128) -> Timestamp {
        let doubled = self.answer_s.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.pause_s_max);
        after(at, doubled.max(self.answer_s).max(1).saturating_add(jitter(doubled, attempt, jitter_seed)))
    }
}

/// Up to a quarter of a pause, so that sagas which began together do not ask again together. The same for the same saga and attempt,
/// since decisions know no chance.
fn jitter(pause_s: u32, attempt: u32, seed: u128) -> u32 {
    let quarter = u128::from(pause_s / 4);
    if attempt < 2 || quarter == 0 {
        return 0;
    }
    let mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(u128::from(attempt)) >> 7;
    u32::try_from(mixed % (quarter + 1)).unwrap_or(0)
}
