//! What an audit finds. Each crate examines what it keeps; who asks for it puts the findings together.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use domain::contract::Position;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::poll::pause;

/// Findings that are listed; more are counted.
pub const LISTED_MAX: usize = 100;

/// The promise that is broken. The numbers are those that `orderctl audit --help` explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Invariant {
    /// Versions of a stream are contiguous.
    I2,
    /// Positions are contiguous and in stream order, and every event has one.
    I3,
    /// Every event is in Kafka exactly once, unchanged, and nothing else is.
    I4,
    /// A stream's records are in one partition, in order.
    I5,
    /// Every row of a read model is the fold of its events, and none is missing.
    I6,
    /// An idempotency key has one answer and one effect.
    I7,
    /// Stock is what its events add up to, has reserved what reservations hold, and was never promised beyond what was available.
    I8,
    /// A payment's refunds are within its captures and its captures within its authorisation, after every event.
    I9,
    /// Every effect at the payment provider was told under a key of its own, happened at most once, and has its event.
    I10,
    /// Every saga has ended, has a task, or is within its deadline; what it asked for is undone where its order is given up.
    I11,
    /// Nothing was shipped without a capture and a reservation; an order that was given up holds neither stock nor money.
    I12,
    /// Every event can be read, with the schema before too.
    I13,
    /// What was consumed is applied or parked.
    I14,
    /// A kitchen cooks nothing twice and nothing beyond what its stations and people have room for, and works on the open tickets.
    I15,
    /// No fulfilment has two labels in force; every label in force at a carrier belongs to a shipment; what left was released, or is
    /// recorded as handed over although it was not.
    I16,
    /// Nobody is told twice of one event by one channel unless a person asked for it, and what has not ended has its timer.
    I17,
}

/// So many things of a kind were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Examined {
    pub what: &'static str,
    pub count: u64,
}

/// One thing that should not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    pub invariant: Invariant,
    /// What is wrong, for programs.
    pub code: &'static str,
    /// Id of the stream; `None` if the finding is not about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// Version of the event in its stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Position in the log, of a finding about one event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Explanation, for people.
    pub detail: String,
}

impl Finding {
    /// A finding without ids.
    pub fn new(invariant: Invariant, code: &'static str, detail: impl Into<String>) -> Self {
        Self { invariant, code, stream: None, version: None, position: None, detail: detail.into() }
    }

    /// Of this event.
    #[must_use]
    pub fn of(self, stream: impl Into<String>, version: i64) -> Self {
        Self { stream: Some(stream.into()), version: Some(version), ..self }
    }

    /// At this position of the log.
    #[must_use]
    pub fn at(self, position: Position) -> Self {
        Self { position: Some(position), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.invariant, self.code)?;
        if let Some(stream) = &self.stream {
            write!(f, " stream {stream}")?;
        }
        if let Some(version) = self.version {
            write!(f, " version {version}")?;
        }
        if let Some(position) = self.position {
            write!(f, " position {position}")?;
        }
        write!(f, ": {}", self.detail)
    }
}

/// Everything found so far: a bounded list, and the count.
#[derive(Debug, Default)]
pub struct Findings {
    pub listed: Vec<Finding>,
    pub count: u64,
}

impl Findings {
    /// Takes over what another has noted.
    pub fn append(&mut self, other: &mut Self) {
        let listed = std::mem::take(&mut other.listed);
        self.count += std::mem::take(&mut other.count);
        self.listed.extend(listed.into_iter().take(LISTED_MAX - self.listed.len()));
    }

    /// Notes one more.
    pub fn push(&mut self, finding: Finding) {
        self.count += 1;
        if self.listed.len() < LISTED_MAX {
            self.listed.push(finding);
        }
    }
}

/// How often a difference is looked at before it is a finding.
const LOOKS: usize = 4;
/// Between two looks: longer than a webhook takes, or an answer that is being recorded.
const BETWEEN_LOOKS: Duration = Duration::from_secs(3);

/// Looks at differences between the log and somebody else's server, which are not read at one moment and both go on. What differs at one
/// look and not at the next was under way.
#[derive(Debug, Default)]
pub struct Looks {
    taken: usize,
    /// Streams that differed at every look so far; `None` before the first.
    differing: Option<HashSet<String>>,
}

impl Looks {
    /// Takes what a look found. Answers whether no further one is needed, in which case what remains is among the findings; otherwise it
    /// pauses before the next.
    pub async fn is_last(&mut self, mut found: Findings, findings: &mut Findings) -> bool {
        self.taken += 1;
        let differed_before = |stream: &String| self.differing.as_ref().is_none_or(|before| before.contains(stream));
        found.listed.retain(|finding| finding.stream.as_ref().is_none_or(differed_before));
        if found.listed.is_empty() || self.taken == LOOKS {
            found.listed.into_iter().for_each(|finding| findings.push(finding));
            return true;
        }
        self.differing = Some(found.listed.into_iter().filter_map(|finding| finding.stream).collect());
        pause(BETWEEN_LOOKS, &CancellationToken::new()).await;
        false
    }
}
