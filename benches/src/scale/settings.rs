//! How large the store grows and how long it is measured, from the environment.

use std::time::Duration;

const MILLION: i64 = 1_000_000;
/// The sizes at which everything is measured, besides the largest.
const SIZES: [i64; 2] = [MILLION, 5 * MILLION];
/// Fewer events are too few to read from.
const EVENTS_MIN: i64 = 20_000;

/// Settings of a run.
pub struct Settings {
    /// The largest size, in events.
    pub events: i64,
    /// Length of a load of appends.
    pub load: Duration,
    /// Length of each part of the soak.
    pub soak: Duration,
    /// Events relayed at each size.
    pub relayed: i64,
}

impl Settings {
    /// Reads `SCALE_EVENTS`, `SCALE_LOAD_SECONDS`, `SCALE_SOAK_SECONDS` and `SCALE_RELAYED`.
    ///
    /// # Errors
    /// A sentence that names the variable and what it must be.
    pub fn from_environment() -> Result<Self, String> {
        let seconds = |name, default| number(name, default, 1).map(|number| Duration::from_secs(number.unsigned_abs()));
        Ok(Self {
            events: number("SCALE_EVENTS", 20 * MILLION, EVENTS_MIN)?,
            load: seconds("SCALE_LOAD_SECONDS", 12)?,
            soak: seconds("SCALE_SOAK_SECONDS", 120)?,
            relayed: number("SCALE_RELAYED", 300_000, 1)?,
        })
    }

    /// The sizes at which everything is measured, the largest last.
    pub fn sizes(&self) -> impl Iterator<Item = i64> + use<> {
        let largest = self.events;
        SIZES.into_iter().filter(move |size| *size < largest).chain([largest])
    }
}

/// A size as names of figures have it.
#[must_use]
pub fn name(events: i64) -> String {
    if events % MILLION == 0 { format!("{}m", events / MILLION) } else { format!("{}k", events / 1_000) }
}

fn number(name: &str, default: i64, min: i64) -> Result<i64, String> {
    match std::env::var(name) {
        Err(_) => Ok(default),
        Ok(text) if text.is_empty() => Ok(default),
        Ok(text) => {
            let number = text.parse().ok().filter(|number| *number >= min);
            number.ok_or_else(|| format!("{name} is {text:?}; it must be a whole number from {min} on"))
        }
    }
}
