//! All that the provider knows.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use service_kit::clock::SharedClock;
use service_kit::random::Random;

use crate::idempotency::Answers;
use crate::ledger::{Entry, EntryKind};
use crate::objects;
use crate::records::{Charge, Dispute, Intent, Refund, Status};

/// The version whose shapes the objects have.
pub(crate) const API_VERSION: &str = "2025-09-30.clover";
/// All payments with what belongs to them.
pub(crate) struct World {
    clock: SharedClock,
    random: Random,
    made: u64,
    pub(crate) intents: BTreeMap<String, Intent>,
    /// Ids in the order in which they were made.
    pub(crate) newest: Vec<String>,
    pub(crate) charges: BTreeMap<String, Charge>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) disputes: Vec<Dispute>,
    pub(crate) events: Vec<Value>,
    /// Events that no webhook was made of yet.
    pub(crate) unsent: Vec<Value>,
    pub(crate) answers: Answers,
    pub(crate) ledger: Vec<Entry>,
    /// The key of the request at work.
    pub(crate) key: Option<String>,
}

impl World {
    pub(crate) fn new(clock: SharedClock, seed: u64) -> Self {
        Self {
            clock,
            random: Random::new(seed),
            made: 0,
            intents: BTreeMap::new(),
            newest: Vec::new(),
            charges: BTreeMap::new(),
            refunds: Vec::new(),
            disputes: Vec::new(),
            events: Vec::new(),
            unsent: Vec::new(),
            answers: Answers::default(),
            ledger: Vec::new(),
            key: None,
        }
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().micros().div_euclid(1_000_000)
    }

    /// A new id, such as `pi_…`.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}_{:08x}{:016x}", self.made, self.random.number())
    }

    /// Records that something happened to an object.
    pub(crate) fn emit(&mut self, kind: &str, object: Value) {
        let event = json!({
            "id": self.id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": object},
            "livemode": false,
            "pending_webhooks": 1,
            "request": {"id": null, "idempotency_key": self.key},
            "type": kind,
        });
        self.events.push(event.clone());
        self.unsent.push(event);
    }

    pub(crate) fn emit_intent(&mut self, kind: &str, intent: &Intent) {
        let object = objects::intent(intent, None);
        self.emit(kind, object);
    }

    pub(crate) fn book(&mut self, kind: EntryKind, intent: &Intent, amount: i64) {
        let payment = intent.metadata.get("payment_id").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.ledger.push(Entry {
            at: self.now(),
            kind,
            payment_intent: intent.id.clone(),
            payment,
            amount,
            currency: intent.currency.clone(),
            idempotency_key: self.key.clone(),
        });
    }

    /// Cancels what was not captured in time.
    pub(crate) fn lapse(&mut self) {
        let now = self.now();
        let is_late = |intent: &&Intent| {
            let charge = intent.charge.as_ref().and_then(|charge| self.charges.get(charge));
            intent.status == Status::RequiresCapture && charge.is_some_and(|charge| charge.capture_before <= now)
        };
        let late: Vec<_> = self.intents.values().filter(is_late).map(|intent| intent.id.clone()).collect();
        for id in late {
            self.release(&id, Some("automatic"));
        }
    }

    /// Cancels a payment and gives back what is set aside for it.
    pub(crate) fn release(&mut self, id: &str, reason: Option<&str>) {
        let now = self.now();
        let Some(intent) = self.intents.get_mut(id) else { return };
        let was_authorized = intent.status == Status::RequiresCapture;
        intent.status = Status::Canceled;
        intent.canceled = Some((now, reason.map(str::to_owned)));
        let intent = intent.clone();
        if was_authorized {
            self.book(EntryKind::Released, &intent, intent.amount);
        }
        self.emit_intent("payment_intent.canceled", &intent);
    }
}
