//! Whether an order looks like fraud: a pure rule over what was recorded of the order.

use serde::{Deserialize, Serialize};

use crate::{CountryCode, CustomerId, DeliveryArea, Money};

use super::policy::ScreeningPolicy;
use crate::order::ScreeningOutcome;

/// What this rule and that of routing look at, as it was when the order was placed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signals {
    /// Orders that the customer placed within the day before; 0 for an order without a customer.
    pub orders_within_a_day: u32,
    pub shipping_country: Option<CountryCode>,
    pub billing_country: Option<CountryCode>,
    /// Roughly where the goods go, by which locations are chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_area: Option<Box<DeliveryArea>>,
}

/// What was suspicious.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScreeningReason {
    LargeTotal,
    ManyOrders,
    CountryMismatch,
    DeniedCustomer,
    DeniedCountry,
}

/// The rule's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    pub outcome: ScreeningOutcome,
    /// The points of all reasons together.
    pub points: u32,
    pub reasons: Vec<ScreeningReason>,
}

impl ScreeningPolicy {
    /// Screens an order.
    pub fn screen(&self, customer: Option<&CustomerId>, total: Money, signals: &Signals) -> Screening {
        let Signals { orders_within_a_day, shipping_country, billing_country, shipping_area: _ } = signals;
        let is_denied = |country: &Option<CountryCode>| country.is_some_and(|one| self.denied_countries.contains(&one));
        let differ = shipping_country.zip(*billing_country).is_some_and(|(goods, invoice)| goods != invoice);
        let is_large = self.large_total_minor > 0 && total.minor() >= self.large_total_minor;
        let are_many = self.many_orders_a_day > 0 && *orders_within_a_day >= self.many_orders_a_day;
        let denies = customer.is_some_and(|customer| self.denied_customers.contains(customer));
        let rules = [
            (is_large, ScreeningReason::LargeTotal, self.large_total_points),
            (are_many, ScreeningReason::ManyOrders, self.many_orders_points),
            (differ, ScreeningReason::CountryMismatch, self.country_mismatch_points),
            (denies, ScreeningReason::DeniedCustomer, self.reject_points),
            (
                is_denied(shipping_country) || is_denied(billing_country),
                ScreeningReason::DeniedCountry,
                self.reject_points,
            ),
        ];
        let met = rules.into_iter().filter(|(is_met, ..)| *is_met);
        let (reasons, points): (Vec<_>, Vec<u32>) = met.map(|(_, reason, points)| (reason, points)).unzip();
        let points = points.into_iter().fold(0, u32::saturating_add);
        let outcome = match points {
            points if points >= self.reject_points => ScreeningOutcome::Reject,
            points if points >= self.review_points => ScreeningOutcome::Review,
            _ => ScreeningOutcome::Pass,
        };
        Screening { outcome, points, reasons }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    fn screen(total: i64, customer: &str, signals: &Signals) -> Screening {
        let policy = ScreeningPolicy {
            denied_customers: vec![CustomerId::try_new("c-bad").unwrap()],
            denied_countries: vec![CountryCode::try_new("KP").unwrap()],
            ..ScreeningPolicy::default()
        };
        let total = Money::new(total, Currency::try_new("EUR").unwrap());
        policy.screen(Some(&CustomerId::try_new(customer).unwrap()), total, signals)
    }

    fn countries(goods: &str, invoice: &str) -> Signals {
        let country = |code| Some(CountryCode::try_new(code).unwrap());
        Signals { shipping_country: country(goods), billing_country: country(invoice), ..Signals::default() }
    }

    #[test]
    fn an_ordinary_order_passes() {
        let screening = screen(499_999, "c-1", &countries("CH", "CH"));
        assert_eq!(screening, Screening { outcome: ScreeningOutcome::Pass, points: 0, reasons: vec![] });
        assert_eq!(screen(100, "c-1", &countries("CH", "DE")).outcome, ScreeningOutcome::Pass);
    }

    #[test]
    fn a_large_total_or_many_orders_are_reviewed_and_both_rejected() {
        let many = Signals { orders_within_a_day: 20, ..countries("CH", "CH") };
        assert_eq!(screen(500_000, "c-1", &countries("CH", "CH")).outcome, ScreeningOutcome::Review);
        assert_eq!(screen(100, "c-1", &many).outcome, ScreeningOutcome::Review);
        let both = screen(500_000, "c-1", &many);
        assert_eq!(both.outcome, ScreeningOutcome::Reject);
        assert_eq!(both.reasons, [ScreeningReason::LargeTotal, ScreeningReason::ManyOrders]);
    }

    #[test]
    fn who_or_what_is_denied_is_rejected() {
        assert_eq!(screen(100, "c-bad", &countries("CH", "CH")).outcome, ScreeningOutcome::Reject);
        assert_eq!(screen(100, "c-1", &countries("KP", "KP")).outcome, ScreeningOutcome::Reject);
    }
}
