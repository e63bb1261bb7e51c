//! How the simulator fails: as planned, and by seeded chance.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use service_kit::random::Random;

/// How it fails.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Faults {
    /// Before each answer.
    pub latency_ms: u64,
    /// By chance.
    pub rates: Rates,
    /// In order, each once: the next request that one is meant for has it.
    pub planned: Vec<PlannedFault>,
    pub webhooks: WebhookMode,
}

/// The share of requests that fail in each way, from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Rates {
    pub rate_limited: f64,
    pub error: f64,
    pub error_after: f64,
    pub silent: f64,
    pub silent_after: f64,
}

/// A fault of one request to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedFault {
    /// `None` for any.
    #[serde(default)]
    pub operation: Option<Operation>,
    /// The name of the carrier that is asked; `None` for any.
    #[serde(default)]
    pub carrier: Option<String>,
    /// The idempotency key of the request; `None` for any.
    #[serde(default)]
    pub key: Option<String>,
    pub fault: Fault,
}

/// How a request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Fault {
    /// Answered 429, without effect.
    RateLimited,
    /// Answered 500, without effect.
    Error,
    /// Answered 500, with effect.
    ErrorAfter,
    /// Never answered, without effect.
    Silent,
    /// Never answered, with effect.
    SilentAfter,
    /// Refused with 422, without effect. A repetition under the same key gets the same answer.
    Refused,
}

/// What is asked of a carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Operation {
    Buy,
    Void,
    Read,
    List,
}

/// What is done with webhooks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WebhookMode {
    /// Sent as it happens.
    #[default]
    Once,
    /// Each sent twice.
    Twice,
    /// Kept until they are released, in whatever order.
    Held,
    /// None is ever sent.
    Lost,
}

/// Decides which request fails.
#[derive(Debug)]
pub(crate) struct Injector {
    random: Random,
    faults: Faults,
    planned: VecDeque<PlannedFault>,
}

impl Injector {
    pub(crate) fn new(seed: u64, faults: Faults) -> Self {
        let planned = faults.planned.iter().cloned().collect();
        Self { random: Random::new(seed ^ 0x0fa0_17ed), faults, planned }
    }

    pub(crate) fn set(&mut self, faults: Faults) {
        self.planned = faults.planned.iter().cloned().collect();
        self.faults = faults;
    }

    /// How it fails from now on.
    pub(crate) fn current(&self) -> Faults {
        Faults { planned: self.planned.iter().cloned().collect(), ..self.faults.clone() }
    }

    pub(crate) const fn latency_ms(&self) -> u64 {
        self.faults.latency_ms
    }

    pub(crate) const fn webhooks(&self) -> WebhookMode {
        self.faults.webhooks
    }

    /// The fault of a request, if it has one.
    pub(crate) fn fault(&mut self, operation: Operation, carrier: &str, key: &str) -> Option<Fault> {
        let is_meant = |planned: &PlannedFault| {
            planned.operation.is_none_or(|meant| meant == operation)
                && planned.carrier.as_deref().is_none_or(|meant| meant == carrier)
                && planned.key.as_deref().is_none_or(|meant| meant == key)
        };
        if let Some(index) = self.planned.iter().position(is_meant) {
            return self.planned.remove(index).map(|planned| planned.fault);
        }
        let Rates { rate_limited, error, error_after, silent, silent_after } = self.faults.rates;
        let mut drawn = self.random.fraction();
        let shares = [
            (rate_limited, Fault::RateLimited),
            (error, Fault::Error),
            (error_after, Fault::ErrorAfter),
            (silent, Fault::Silent),
            (silent_after, Fault::SilentAfter),
        ];
        for (share, fault) in shares {
            if drawn < share {
                return Some(fault);
            }
            drawn -= share;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planned_fault_is_the_next_one_of_its_operation_carrier_and_key() {
        let planned = |operation, carrier: Option<&str>, key: Option<&str>, fault| PlannedFault {
            operation: Some(operation),
            carrier: carrier.map(str::to_owned),
            key: key.map(str::to_owned),
            fault,
        };
        let faults = vec![
            planned(Operation::Buy, Some("courier"), None, Fault::Error),
            planned(Operation::Void, None, Some("b"), Fault::Silent),
        ];
        let mut injector = Injector::new(1, Faults { planned: faults, ..Faults::default() });
        assert_eq!(injector.fault(Operation::Buy, "postal", "a"), None);
        assert_eq!(injector.fault(Operation::Void, "postal", "a"), None);
        assert_eq!(injector.fault(Operation::Void, "postal", "b"), Some(Fault::Silent));
        assert_eq!(injector.fault(Operation::Buy, "courier", "a"), Some(Fault::Error));
        assert_eq!(injector.current().planned, []);
    }

    #[test]
    fn faults_by_chance_follow_from_the_seed() {
        let rates = Rates { error: 0.2, ..Rates::default() };
        let drawn = |seed| -> Vec<_> {
            let mut injector = Injector::new(seed, Faults { rates, ..Faults::default() });
            (0..10_000).map(|_| injector.fault(Operation::Read, "postal", "")).collect()
        };
        let count = drawn(5).iter().filter(|fault| **fault == Some(Fault::Error)).count();
        assert!((1_800..2_200).contains(&count), "{count}");
        assert_eq!(drawn(5), drawn(5));
    }
}
