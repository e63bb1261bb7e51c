//! Whom sagas are compared with: engines for durable workflows whose order is six inserted rows.

use super::dbos::Dbos;
use super::go::{Figures, Load};
use super::temporal::Temporal;
use crate::drive::median;

const NAMES: [&str; 3] = ["ours", "dbos", "temporal"];

enum Engine {
    Dbos(Dbos),
    Temporal(Temporal),
}

struct Peer {
    name: &'static str,
    engine: Engine,
    /// One for each round, in their order.
    figures: Vec<Figures>,
}

/// The peers that take part.
pub struct Peers(Vec<Peer>);

impl Peers {
    /// Builds those that `BENCH_PEERS` (`ours dbos temporal`) names. Ours runs in any case, elsewhere.
    ///
    /// # Panics
    /// When it names another, or one cannot be built.
    pub async fn build() -> Self {
        let wanted = std::env::var("BENCH_PEERS").unwrap_or_else(|_| NAMES.join(" "));
        if let Some(unknown) = wanted.split_whitespace().find(|name| !NAMES.contains(name)) {
            panic!("BENCH_PEERS names {unknown}; it takes some of {}", NAMES.join(" "));
        }
        let is_wanted = |name: &str| wanted.split_whitespace().any(|wanted| wanted == name);
        let mut peers = Vec::new();
        if is_wanted("dbos") {
            peers.push(Peer { name: "dbos", engine: Engine::Dbos(Dbos::build().await), figures: Vec::new() });
        }
        if is_wanted("temporal") {
            let engine = Engine::Temporal(Temporal::build().await);
            peers.push(Peer { name: "temporal", engine, figures: Vec::new() });
        }
        Self(peers)
    }

    /// A round of each, one after the other.
    ///
    /// # Panics
    /// When a workflow fails.
    pub async fn run(&mut self, load: Load) {
        for peer in &mut self.0 {
            peer.figures.push(match &peer.engine {
                Engine::Dbos(dbos) => dbos.run(load).await,
                Engine::Temporal(temporal) => temporal.run(load).await,
            });
        }
    }

    /// Prints the medians of what was measured, and of our rate beside each peer's in the same round.
    pub fn print(&self, ours_per_s: &[f64]) {
        for Peer { name, figures, .. } in &self.0 {
            let middle = |figure: fn(&Figures) -> f64| median(figures.iter().map(figure).collect());
            println!("{name}_per_s={:.1}", middle(|figures| figures.per_s));
            println!("{name}_confirm_p50_ms={:.1}", middle(|figures| figures.confirm_p50_ms));
            println!("{name}_confirm_p99_ms={:.1}", middle(|figures| figures.confirm_p99_ms));
            let ratios = ours_per_s.iter().zip(figures).map(|(ours, theirs)| ours / theirs.per_s);
            println!("sagas_vs_{name}={:.2}", median(ratios.collect()));
        }
    }
}
