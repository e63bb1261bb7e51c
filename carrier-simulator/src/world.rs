//! All that the carriers know.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use service_kit::clock::SharedClock;

use crate::errors::{self, Answer};
use crate::idempotency::Answers;
use crate::ledger::LedgerEntry;
use crate::outcomes::{ParcelOutcome, Step};
use crate::webhooks::Moved;
use axum::http::StatusCode;
use service_kit::random::Random;

const MICROS: i64 = 1_000_000;
/// How far a delayed parcel's new day lies from the scan that says so, in seconds of carrying.
const DELAY_S: i64 = 28 * 3_600;

/// A scan.
#[derive(Debug, Clone)]
struct Scan {
    status: String,
    place: Option<String>,
    /// RFC 3339.
    occurred_at: String,
    expected_at: Option<String>,
}

/// A parcel with its label.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    pub(crate) carrier: String,
    pub(crate) reference: String,
    pub(crate) tracking: String,
    pub(crate) service: String,
    pub(crate) recipient: Value,
    pub(crate) url: String,
    price: i64,
    is_voided: bool,
    bought: i64,
    bought_at: String,
    /// Seconds of carrying that had been skipped when it was bought.
    skipped_before_s: i64,
    steps: &'static [Step],
    scans: Vec<Scan>,
}

/// What a label is asked for with.
pub(crate) struct Order<'a> {
    pub(crate) carrier: &'a str,
    pub(crate) reference: &'a str,
    pub(crate) service: &'a str,
    pub(crate) weight_g: i64,
    pub(crate) recipient: &'a Value,
    /// Base URL of the carrier, as it was asked at.
    pub(crate) base: &'a str,
}

pub(crate) struct World {
    clock: SharedClock,
    random: Random,
    speed: i64,
    skipped_s: i64,
    /// By tracking number.
    parcels: BTreeMap<String, Parcel>,
    /// Tracking numbers in the order in which they were sold.
    sold: Vec<String>,
    pub(crate) answers: Answers,
}

impl World {
    pub(crate) fn new(clock: SharedClock, seed: u64, carried_a_second: u32) -> Self {
        Self {
            clock,
            random: Random::new(seed),
            speed: carried_a_second.into(),
            skipped_s: 0,
            parcels: BTreeMap::new(),
            sold: Vec::new(),
            answers: Answers::default(),
        }
    }

    /// Sells a label.
    pub(crate) fn sell(&mut self, order: &Order<'_>) -> Answer {
        let line2 = order.recipient["line2"].as_str().unwrap_or_default();
        let outcome = ParcelOutcome::of(order.service, line2);
        if outcome == ParcelOutcome::Refused {
            return errors::invalid("ADDRESS_REFUSED");
        }
        let tracking = format!("SIM{:04}{:012X}", self.sold.len() + 1, self.random.number() >> 16);
        let now = self.clock.now();
        let parcel = Parcel {
            carrier: order.carrier.to_owned(),
            reference: order.reference.to_owned(),
            tracking: tracking.clone(),
            service: order.service.to_owned(),
            recipient: order.recipient.clone(),
            url: format!("{}/labels/{tracking}/print", order.base),
            price: 500 + order.weight_g / 100 * 10,
            is_voided: false,
            bought: now.micros(),
            bought_at: now.to_rfc3339(),
            skipped_before_s: self.skipped_s,
            steps: outcome.steps(),
            scans: vec![],
        };
        let label = parcel.label();
        self.sold.push(tracking.clone());
        self.parcels.insert(tracking, parcel);
        (StatusCode::CREATED, label)
    }

    /// Voids a label, unless the parcel was handed over.
    pub(crate) fn void(&mut self, carrier: &str, tracking: &str) -> Answer {
        match self.parcels.get_mut(tracking).filter(|parcel| parcel.carrier == carrier) {
            None => errors::missing(),
            Some(parcel) if !parcel.scans.is_empty() => errors::handed_over(),
            Some(parcel) => {
                parcel.is_voided = true;
                (StatusCode::OK, json!({"trackingNumber": tracking, "voided": true}))
            }
        }
    }

    pub(crate) fn parcel(&self, carrier: &str, tracking: &str) -> Option<&Parcel> {
        self.parcels.get(tracking).filter(|parcel| parcel.carrier == carrier)
    }

    /// Labels of a carrier, the oldest first.
    pub(crate) fn list(&self, carrier: &str, query: &BTreeMap<String, String>) -> Value {
        let text = |name: &str| query.get(name).map(String::as_str);
        let limit = text("limit").and_then(|limit| limit.parse().ok()).unwrap_or(100_usize);
        let mut of_carrier = self.sold.iter().filter_map(|tracking| self.parcels.get(tracking));
        if let Some(after) = text("after") {
            of_carrier.by_ref().find(|parcel| parcel.tracking == after);
        }
        // Seconds are enough: whoever asks goes back for days.
        let second = |moment: &str| moment.get(..19).unwrap_or_default().to_owned();
        let is_listed = |parcel: &&Parcel| {
            parcel.carrier == carrier
                && text("reference").is_none_or(|reference| parcel.reference == reference)
                && text("since").is_none_or(|since| second(&parcel.bought_at) >= second(since))
        };
        let mut labels: Vec<_> = of_carrier.filter(is_listed).take(limit + 1).map(Parcel::label).collect();
        let has_more = labels.len() > limit;
        labels.truncate(limit);
        json!({"labels": labels, "hasMore": has_more})
    }

    /// Moves parcels as far as the clock says.
    pub(crate) fn move_due(&mut self) -> Vec<Moved> {
        let now = self.clock.now();
        let (speed, skipped_s) = (self.speed, self.skipped_s);
        let mut moved = Vec::new();
        for parcel in self.parcels.values_mut().filter(|parcel| !parcel.is_voided) {
            let carried_s = (now.micros() - parcel.bought).saturating_mul(speed).div_euclid(MICROS)
                + (skipped_s - parcel.skipped_before_s);
            while let Some(step) = parcel.next_step().filter(|step| step.after_s <= carried_s) {
                // When it was due, which is not before anything that was skipped.
                let early_s = carried_s - step.after_s;
                let early = early_s.saturating_mul(MICROS).checked_div(speed).unwrap_or(0);
                let early = if skipped_s > parcel.skipped_before_s { 0 } else { early };
                parcel.scan(step, now.later_by_micros(-early).to_rfc3339(), |after_s| {
                    let ahead = after_s.saturating_mul(MICROS).checked_div(speed.max(1)).unwrap_or(0);
                    now.later_by_micros(ahead).to_rfc3339()
                });
                moved.push(parcel.moved());
            }
        }
        moved
    }

    /// Skips seconds of carrying.
    pub(crate) const fn skip(&mut self, seconds: i64) {
        self.skipped_s = self.skipped_s.saturating_add(seconds);
    }

    /// Lets a parcel be scanned with a status now, or with what comes next where none is given.
    pub(crate) fn scan_now(&mut self, tracking: &str, status: Option<&str>) -> Result<Moved, Answer> {
        let now = self.clock.now();
        let parcel = self.parcels.get_mut(tracking).ok_or_else(errors::missing)?;
        if parcel.is_voided {
            return Err(errors::invalid("VOIDED"));
        }
        if let Some(status) = status {
            let (status, occurred_at) = (status.to_owned(), now.to_rfc3339());
            parcel.scans.push(Scan { status, place: None, occurred_at, expected_at: None });
        } else {
            let step = parcel.next_step().ok_or_else(|| errors::invalid("ENDED"))?;
            let later = |after_s: i64| now.later_by_micros(after_s.saturating_mul(MICROS)).to_rfc3339();
            parcel.scan(step, now.to_rfc3339(), later);
        }
        Ok(parcel.moved())
    }

    pub(crate) fn ledger(&self) -> Vec<LedgerEntry> {
        self.sold.iter().filter_map(|tracking| Some(self.parcels.get(tracking)?.entry())).collect()
    }
}

impl Parcel {
    fn next_step(&self) -> Option<Step> {
        self.steps.get(self.scans.len()).copied()
    }

    fn scan(&mut self, step: Step, occurred_at: String, later: impl Fn(i64) -> String) {
        let is_delayed = step.status == "EXCEPTION";
        self.scans.push(Scan {
            status: step.status.to_owned(),
            place: step.place.map(str::to_owned),
            occurred_at,
            expected_at: is_delayed.then(|| later(DELAY_S)),
        });
    }

    fn moved(&self) -> Moved {
        Moved { carrier: self.carrier.clone(), tracking: self.tracking.clone() }
    }

    fn label(&self) -> Value {
        json!({
            "trackingNumber": self.tracking,
            "labelUrl": self.url,
            "cost": {"amount": self.price, "currency": "EUR"},
            "reference": self.reference,
            "voided": self.is_voided,
            "createdAt": self.bought_at,
        })
    }

    /// The parcel as it is shown.
    pub(crate) fn shown(&self) -> Value {
        let created = json!({"status": "LABEL_CREATED", "occurredAt": self.bought_at});
        let mut events = vec![created];
        events.extend(self.scans.iter().map(|scan| {
            json!({
                "status": scan.status,
                "place": scan.place,
                "occurredAt": scan.occurred_at,
                "expectedAt": scan.expected_at,
            })
        }));
        let status =
            if self.is_voided { "VOIDED" } else { self.scans.last().map_or("LABEL_CREATED", |scan| &scan.status) };
        json!({
            "trackingNumber": self.tracking,
            "reference": self.reference,
            "status": status,
            "events": events,
        })
    }

    fn entry(&self) -> LedgerEntry {
        LedgerEntry {
            carrier: self.carrier.clone(),
            reference: self.reference.clone(),
            tracking_number: self.tracking.clone(),
            voided: self.is_voided,
            scans: self.scans.iter().map(|scan| scan.status.clone()).collect(),
        }
    }
}
