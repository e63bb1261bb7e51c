//! What orders, stock and money must be, counted from what buyers saw and what the provider booked: nothing of it is asked of a saga.

use std::collections::{BTreeMap, HashMap};

use domain::{OrderId, PaymentId};
use payment_simulator::{Entry, EntryKind};

use super::order::Life;

/// Payments of one order that are looked for. Policies allow three.
const PAYMENTS_MAX: u32 = 4;

/// What a run came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub delivered: usize,
    pub undone: usize,
    /// Of those, how many for each reason.
    pub undone_because: BTreeMap<String, usize>,
    pub unfinished: usize,
    /// Payments that were captured more than once.
    pub double_captures: usize,
    /// Minor units by which orders are charged otherwise than their end says, whatever the sign.
    pub money_difference: i64,
    /// Pieces that were delivered, by SKU.
    pub delivered_pieces: BTreeMap<String, u64>,
}

/// Counts.
pub fn count(lives: &[Life], ledger: &[Entry]) -> Counted {
    let mut captures: HashMap<&str, usize> = HashMap::new();
    let mut kept: HashMap<&str, i64> = HashMap::new();
    for entry in ledger {
        match entry.kind {
            EntryKind::Captured => {
                *captures.entry(&entry.payment).or_default() += 1;
                *kept.entry(&entry.payment).or_default() += entry.amount;
            }
            EntryKind::Refunded => *kept.entry(&entry.payment).or_default() -= entry.amount,
            EntryKind::Authorized | EntryKind::Declined | EntryKind::Released | EntryKind::Disputed => {}
        }
    }
    let mut counted =
        Counted { double_captures: captures.values().filter(|count| **count > 1).count(), ..Counted::default() };
    for life in lives {
        let order: OrderId = life.id.parse().unwrap();
        let payments = (1..=PAYMENTS_MAX).map(|number| PaymentId::of(order, number).to_string());
        let charged: i64 = payments.filter_map(|payment| kept.get(&*payment)).sum();
        let owed = match life.is_delivered() {
            None => {
                counted.unfinished += 1;
                continue;
            }
            Some(true) => {
                counted.delivered += 1;
                for line in &life.wanted.lines {
                    *counted.delivered_pieces.entry(line.sku.clone()).or_default() += u64::from(line.pieces);
                }
                life.wanted.total()
            }
            Some(false) => {
                counted.undone += 1;
                let cause = life.progress.undone_because.map_or_else(String::new, |cause| format!("{cause:?}"));
                *counted.undone_because.entry(cause).or_default() += 1;
                0
            }
        };
        counted.money_difference += (charged - owed).abs();
    }
    counted
}
