//! How the others behave around a simulated saga.

use proptest::prelude::*;

use super::super::decisions::fixtures::policy;
use crate::order::HoldKind;
use crate::order_saga::{CaptureMoment, PaymentTerms, Routing, SagaPolicy};

/// How the others behave.
#[expect(clippy::struct_excessive_bools, reason = "each is a way to behave of its own")]
#[derive(Debug, Clone)]
pub(super) struct Behaviour {
    /// How long requests and answers are under way; taken in turn.
    pub(super) request_delays_s: Vec<i64>,
    pub(super) answer_delays_s: Vec<i64>,
    /// Pieces of each product at the two locations.
    pub(super) stock: [[i64; 2]; 2],
    pub(super) stock_arrives_at_s: Option<i64>,
    /// Declines before a payment succeeds.
    pub(super) declines: u32,
    pub(super) never_pays: bool,
    /// Captures that fail before one succeeds.
    pub(super) captures_fail: u32,
    /// Whether the first authorisation expires before it is captured.
    pub(super) authorization_expires: bool,
    /// How long each stage of a warehouse takes; taken in turn.
    pub(super) place_delays_s: Vec<i64>,
    /// Whether the first location asked rejects the order.
    pub(super) rejects: bool,
    pub(super) never_accepts: bool,
    pub(super) never_packs: bool,
    /// Whether parcels are lost, until people have one sent again.
    pub(super) loses: bool,
    /// Whether people have what is lost sent again, as soon as they are asked.
    pub(super) sends_again: bool,
    pub(super) cancelled_at_s: Option<i64>,
    /// When people want the goods to be sent otherwise, and the place of the location that is to send them, or the first of them.
    pub(super) rearranged: Option<(i64, usize)>,
    /// When people hold the order, and for how long; they need not release it.
    pub(super) holds: Vec<(HoldKind, i64, Option<i64>)>,
    pub(super) answers_twice: bool,
    pub(super) total: i64,
    pub(super) captures_at_packing: bool,
    pub(super) is_on_credit: bool,
    /// Whether locations are compared before one is asked.
    pub(super) compares: bool,
    /// Whether the order may be split.
    pub(super) splits: bool,
}

fn any_holds() -> impl Strategy<Value = Vec<(HoldKind, i64, Option<i64>)>> {
    let when = prop_oneof![3 => 0_i64..60, 1 => 60_i64..20_000];
    let how_long = proptest::option::weighted(0.8, prop_oneof![1_i64..60, 60_i64..20_000]);
    prop::collection::vec((prop::sample::select(&HoldKind::ALL[..]), when, how_long), 0..4)
}

fn any_rearrangement() -> impl Strategy<Value = Option<(i64, usize)>> {
    let when = prop_oneof![2 => 0_i64..20, 1 => 20_i64..200, 1 => 200_i64..20_000];
    proptest::option::weighted(0.4, (when, 0_usize..2))
}

pub(super) fn any_behaviour() -> impl Strategy<Value = Behaviour> {
    let delay = || prop_oneof![6 => 0_i64..3, 2 => 25_i64..40, 1 => 100_i64..4_000, 1 => 5_000_i64..20_000];
    let chance = |often: u32| prop_oneof![often => Just(false), 1 => Just(true)];
    (
        (prop::collection::vec(delay(), 8), prop::collection::vec(delay(), 8)),
        (prop::array::uniform2(prop::array::uniform2(0_i64..5)), 0_u32..5, chance(4), chance(6), 0_u32..3),
        (prop::collection::vec(delay(), 6), chance(6), chance(8), chance(8), chance(8)),
        (
            proptest::option::weighted(0.4, 0_i64..90_000),
            chance(1),
            proptest::option::weighted(0.1, 100_i64..90_000),
            any_rearrangement(),
        ),
        (
            prop::sample::select(vec![100_i64, 3_000, 600_000]),
            any::<(bool, bool, bool, bool)>(),
            any::<bool>(),
            any_holds(),
        ),
    )
        .prop_map(|(delays, stock_and_money, places, people, terms)| Behaviour {
            request_delays_s: delays.0,
            answer_delays_s: delays.1,
            stock: stock_and_money.0,
            declines: stock_and_money.1,
            never_pays: stock_and_money.2,
            captures_fail: stock_and_money.4,
            authorization_expires: stock_and_money.3,
            place_delays_s: places.0,
            rejects: places.1,
            never_accepts: places.2,
            never_packs: places.3,
            loses: places.4,
            cancelled_at_s: people.0,
            rearranged: people.3,
            answers_twice: people.1,
            stock_arrives_at_s: people.2,
            total: terms.0,
            captures_at_packing: terms.1.0,
            compares: terms.1.1,
            splits: terms.1.2,
            sends_again: terms.1.3,
            is_on_credit: terms.2,
            holds: terms.3,
        })
}

pub(super) fn policy_of(behaviour: &Behaviour) -> SagaPolicy {
    let capture = if behaviour.captures_at_packing { CaptureMoment::AtPacking } else { CaptureMoment::AtConfirmation };
    let terms = if behaviour.is_on_credit { PaymentTerms::Credit } else { PaymentTerms::Prepaid };
    let routing = if behaviour.compares { Routing::Best } else { Routing::PolicyOrder };
    let parcels_max = if behaviour.splits { 2 } else { 1 };
    SagaPolicy { terms, capture, routing, parcels_max, ..policy() }
}
