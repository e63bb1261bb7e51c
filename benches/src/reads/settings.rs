//! What is measured, how often and how long, from the environment.

use std::time::Duration;

use super::case::Case;

/// Who answers the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// The engine's GraphQL.
    Ours,
    /// PostGraphile over the same tables.
    Postgraphile,
    /// Postgres alone, asked by pgbench.
    JsonAgg,
}

impl Peer {
    const ALL: [Self; 3] = [Self::Ours, Self::Postgraphile, Self::JsonAgg];

    /// The name in settings and figures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Postgraphile => "postgraphile",
            Self::JsonAgg => "json_agg",
        }
    }
}

/// Settings of a run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How often each cell is run.
    pub rounds: usize,
    /// Length of a cell.
    pub time: Duration,
    /// Clients at once.
    pub connections: usize,
    /// The cases, in their order.
    pub cases: Vec<Case>,
    /// The engine, and whom it is compared with.
    pub peers: Vec<Peer>,
    /// A cell is run again while others on the machine take more than this of a core.
    pub others_percent_max: Option<f64>,
}

impl Settings {
    /// Reads `BENCH_ROUNDS`, `BENCH_SECONDS`, `BENCH_CONNECTIONS`, `BENCH_CASES`, `BENCH_PEERS` and `BENCH_OTHERS_MAX`.
    ///
    /// # Errors
    /// A sentence that names the variable and what it must be.
    pub fn from_environment() -> Result<Self, String> {
        let mut peers = chosen("BENCH_PEERS", Peer::ALL.map(|peer| (peer.name(), peer)))?;
        if !peers.contains(&Peer::Ours) {
            peers.insert(0, Peer::Ours);
        }
        let seconds = number("BENCH_SECONDS")?.unwrap_or(10);
        let percent = number("BENCH_OTHERS_MAX")?;
        Ok(Self {
            rounds: number("BENCH_ROUNDS")?.unwrap_or(5),
            time: Duration::from_secs(seconds as u64),
            connections: number("BENCH_CONNECTIONS")?.unwrap_or(32),
            cases: chosen("BENCH_CASES", Case::ALL.map(|case| (case.letter(), case)))?,
            peers,
            others_percent_max: percent.map(|percent| percent as f64),
        })
    }

    /// Whether somebody is measured.
    pub fn has(&self, peer: Peer) -> bool {
        self.peers.contains(&peer)
    }
}

/// None where the variable is not set.
fn number(name: &str) -> Result<Option<usize>, String> {
    let Some(text) = variable(name) else { return Ok(None) };
    match text.parse() {
        Ok(number) if number > 0 => Ok(Some(number)),
        _ => Err(format!("{name} is {text:?}; it must be a whole number from 1 on")),
    }
}

/// Those that a variable names, separated by spaces, in the order of `all`; all of them when it is not set.
fn chosen<T: Copy, const N: usize>(name: &str, all: [(&str, T); N]) -> Result<Vec<T>, String> {
    let Some(text) = variable(name) else { return Ok(all.map(|(_, item)| item).to_vec()) };
    let text = text.to_lowercase();
    let wanted: Vec<&str> = text.split_whitespace().collect();
    if let Some(unknown) = wanted.iter().find(|word| !all.iter().any(|(known, _)| known == *word)) {
        let known = all.map(|(known, _)| known).join(" ");
        return Err(format!("{name} names {unknown:?}; it must be some of: {known}"));
    }
    Ok(all.iter().filter(|(known, _)| wanted.contains(known)).map(|(_, item)| *item).collect())
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}
