//! The cells, interleaved: everybody has a turn with each case in each round.

use std::slice::from_ref;

use super::case::Case;
use super::client::Endpoint;
use super::contest::{Bodies, Contest};
use super::figures::{Figures, Results};
use super::processes::Spent;
use super::requests::first_and_late_page;
use super::settings::Peer;
use crate::drive::{Cell, median};

/// The late page of a walk by cursor.
const LATE_PAGE: u64 = 1_000;
const P99: f64 = 0.99;
const US_PER_S: f64 = 1_000_000.0;
/// How often a cell is run that others on the machine disturb.
const TRIES_MAX: usize = 6;

/// What a turn of somebody came to.
struct Turn {
    /// Requests a second.
    rate: f64,
    /// Requests in all.
    done: f64,
    /// None of pgbench.
    p99_ms: Option<f64>,
}

impl Contest {
    /// Warms everybody up, then runs the cells round by round.
    pub async fn run(&self, bodies: &Bodies) -> Results {
        let mut results = Results::default();
        for round in 0..=self.settings.rounds {
            for case in self.settings.cases.iter().copied() {
                for peer in self.settings.peers.iter().copied() {
                    if round == 0 {
                        self.turn(case, peer, bodies, 0.5).await;
                    } else {
                        results.add(case, peer, self.cell(case, peer, bodies).await);
                    }
                }
            }
            match round {
                0 => eprintln!("reads: everybody is warmed up"),
                _ => eprintln!("reads: round {round} of {} done", self.settings.rounds),
            }
        }
        results
    }

    /// One cell. While others on the machine take more than the settings allow, it is run again, and the least disturbed run
    /// counts.
    async fn cell(&self, case: Case, peer: Peer, bodies: &Bodies) -> Figures {
        let most = self.settings.others_percent_max.unwrap_or(f64::INFINITY);
        let mut least_disturbed = self.measure(case, peer, bodies).await;
        for _ in 1..TRIES_MAX {
            if least_disturbed.others_percent <= most {
                break;
            }
            let figures = self.measure(case, peer, bodies).await;
            if figures.others_percent < least_disturbed.others_percent {
                least_disturbed = figures;
            }
        }
        least_disturbed
    }

    async fn measure(&self, case: Case, peer: Peer, bodies: &Bodies) -> Figures {
        let server = self.server(peer);
        let before = Spent::now(server);
        let turn = self.turn(case, peer, bodies, 1.0).await;
        let spent = Spent::now(server).since(before);
        let others_percent = spent.others_us() / (self.settings.time.as_secs_f64() * US_PER_S) * 100.0;
        let letter = case.letter();
        let name = peer.name();
        eprintln!(
            "reads: {letter}, {name}: {:.0}/s; others on the machine used {others_percent:.0} % of a core",
            turn.rate
        );
        Figures {
            rate: turn.rate,
            p99_ms: turn.p99_ms,
            server_us: server.map(|_| spent.server_us / turn.done),
            postgres_us: spent.postgres_us / turn.done,
            others_percent,
        }
    }

    /// The process that answers, which for pgbench are Postgres's alone.
    fn server(&self, peer: Peer) -> Option<u32> {
        match peer {
            Peer::Ours => Some(self.engine.pid),
            Peer::Postgraphile => self.postgraphile.as_ref().map(|peer| peer.pid),
            Peer::JsonAgg => None,
        }
    }

    /// Asks somebody for a share of a cell's time.
    async fn turn(&self, case: Case, peer: Peer, bodies: &Bodies, share: f64) -> Turn {
        let time = self.settings.time.mul_f64(share);
        let connections = self.settings.connections;
        match peer {
            Peer::Ours => self.load(&self.engine.endpoint, &bodies.engine[&case], share).await,
            Peer::Postgraphile => {
                let endpoint = &self.postgraphile.as_ref().expect("it is measured").endpoint;
                self.load(endpoint, &bodies.postgraphile[&case], share).await
            }
            Peer::JsonAgg => {
                let pgbench = self.pgbench.as_ref().expect("it is measured");
                let measured = pgbench.run(case, connections, time).await;
                Turn { rate: measured.rate, done: measured.done, p99_ms: None }
            }
        }
    }

    async fn load(&self, endpoint: &Endpoint, bodies: &[String], share: f64) -> Turn {
        let cell: Cell = endpoint.load(bodies, self.settings.connections, self.settings.time.mul_f64(share)).await;
        Turn { rate: cell.rate(), done: cell.done as f64, p99_ms: Some(cell.quantile_ms(P99)) }
    }

    /// Measures the first page of a walk by cursor against a late one, and prints the medians.
    pub async fn walk(&self) {
        let (first, late, page) = first_and_late_page(&self.engine.endpoint, LATE_PAGE).await;
        if page < LATE_PAGE {
            eprintln!("reads: the walk has only {page} pages, so its last one stands for page {LATE_PAGE}");
        }
        let mut first_ms = Vec::new();
        let mut late_ms = Vec::new();
        for round in 1..=self.settings.rounds {
            first_ms.extend(self.load(&self.engine.endpoint, from_ref(&first), 0.5).await.p99_ms);
            late_ms.extend(self.load(&self.engine.endpoint, from_ref(&late), 0.5).await.p99_ms);
            eprintln!("reads: pages 1 and {page}, round {round} of {} done", self.settings.rounds);
        }
        let (first_ms, late_ms) = (median(first_ms), median(late_ms));
        println!("reads_page_1_p99_ms={first_ms:.2}");
        println!("reads_page_1000_p99_ms={late_ms:.2}");
        println!("reads_page_1000_vs_1={:.2}", late_ms / first_ms);
    }
}
