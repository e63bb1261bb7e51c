//! What the cells measured, and the medians of it.

use std::collections::BTreeMap;

use super::case::Case;
use super::settings::Peer;
use crate::drive::median;

/// What one cell measured.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Requests a second.
    pub rate: f64,
    /// The latency below which 99 of 100 requests stayed; none of pgbench.
    pub p99_ms: Option<f64>,
    /// Processor time of the server a request; none of pgbench.
    pub server_us: Option<f64>,
    /// Processor time of Postgres a request.
    pub postgres_us: f64,
    /// Processor time of those on the machine who neither asked nor answered, in percent of a core.
    pub others_percent: f64,
}

/// One of a cell's figures, where it has it.
type Figure = fn(&Figures) -> Option<f64>;

/// The cells of all rounds.
#[derive(Debug, Default)]
pub struct Results(BTreeMap<(Case, Peer), Vec<Figures>>);

impl Results {
    /// Adds a cell.
    pub fn add(&mut self, case: Case, peer: Peer, figures: Figures) {
        self.0.entry((case, peer)).or_default().push(figures);
    }

    /// Prints the medians of a case.
    pub fn print(&self, case: Case) {
        let rate = |peer| self.median(case, peer, |figures| Some(figures.rate));
        let Some(ours) = rate(Peer::Ours) else { return };
        self.print_one(case, Peer::Ours, "");
        for peer in [Peer::Postgraphile, Peer::JsonAgg] {
            if let Some(theirs) = rate(peer) {
                println!("reads_{}_vs_{}={:.2}", case.letter(), peer.name(), ours / theirs);
                self.print_one(case, peer, &format!("{}_", peer.name()));
            }
        }
    }

    fn print_one(&self, case: Case, peer: Peer, prefix: &str) {
        let figures: [(&str, Figure); 4] = [
            ("per_s", |figures| Some(figures.rate)),
            ("p99_ms", |figures| figures.p99_ms),
            ("server_us", |figures| figures.server_us),
            ("postgres_us", |figures| Some(figures.postgres_us)),
        ];
        for (name, figure) in figures {
            if let Some(value) = self.median(case, peer, figure) {
                println!("reads_{}_{prefix}{name}={value:.1}", case.letter());
            }
        }
    }

    /// The median of what others on the machine used during the cells: it says how far the figures can be trusted.
    pub fn print_others(&self) {
        let all = self.0.values().flatten().map(|figures| figures.others_percent).collect();
        println!("reads_others_percent={:.0}", median(all));
    }

    /// None where there is no such figure.
    fn median(&self, case: Case, peer: Peer, figure: Figure) -> Option<f64> {
        let figures: Vec<f64> = self.0.get(&(case, peer))?.iter().filter_map(figure).collect();
        (!figures.is_empty()).then(|| median(figures))
    }
}
