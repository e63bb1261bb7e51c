//! The cells, interleaved, and the figures made of them.

use std::collections::BTreeMap;

use super::answers::in_one_form;
use super::case::Case;
use super::client::Endpoint;
use super::keys::Keys;
use super::models::Models;
use super::pgbench::Pgbench;
use super::postgraphile::Postgraphile;
use super::processes::Spent;
use super::requests::{first_and_late_page, of_engine, of_postgraphile};
use super::settings::{Peer, Settings};
use crate::drive::{Cell, median};

/// Bodies of each case whose answers are compared before anything is measured.
const COMPARED_MAX: usize = 50;
/// The late page of a walk by cursor.
const LATE_PAGE: u64 = 1_000;
const P99: f64 = 0.99;
const US_PER_S: f64 = 1_000_000.0;

/// The engine.
pub struct Engine {
    /// Its GraphQL.
    pub endpoint: Endpoint,
    /// Its process id.
    pub pid: u32,
}

/// Those who are measured, and what they are asked.
pub struct Contest {
    pub settings: Settings,
    pub tenant: &'static str,
    pub models: Models,
    pub keys: Keys,
    pub engine: Engine,
    pub postgraphile: Option<Postgraphile>,
    pub pgbench: Option<Pgbench>,
}

/// The bodies of each case for the engine and for PostGraphile.
pub struct Bodies {
    engine: BTreeMap<Case, Vec<String>>,
    postgraphile: BTreeMap<Case, Vec<String>>,
}

/// What one cell measured.
#[derive(Debug, Clone, Copy)]
struct Figures {
    rate: f64,
    p99_ms: f64,
    server_us: f64,
    postgres_us: f64,
}

type Results = BTreeMap<(Case, Peer), Vec<Figures>>;

impl Contest {
    /// Makes the requests of every case.
    pub async fn bodies(&self) -> Bodies {
        let mut bodies = Bodies { engine: BTreeMap::new(), postgraphile: BTreeMap::new() };
        for case in self.settings.cases.iter().copied() {
            bodies.engine.insert(case, of_engine(case, &self.keys, &self.engine.endpoint).await);
            if let Some(peer) = &self.postgraphile {
                let of_peer = of_postgraphile(case, &self.keys, self.tenant, &peer.endpoint).await;
                bodies.postgraphile.insert(case, of_peer);
            }
        }
        bodies
    }

    /// Checks that everybody gives the same answers.
    ///
    /// # Panics
    /// At the first one that differs.
    pub async fn compare(&self, bodies: &Bodies) {
        for case in self.settings.cases.iter().copied() {
            let of_engine = &bodies.engine[&case];
            let compared = of_engine.len().min(COMPARED_MAX);
            for (request, body) in of_engine.iter().enumerate().take(compared) {
                let ours = in_one_form(case, &self.engine.endpoint.data(body).await);
                if let Some(peer) = &self.postgraphile {
                    let answer = peer.endpoint.data(&bodies.postgraphile[&case][request]).await;
                    assert_same(case, Peer::Postgraphile, body, &ours, &in_one_form(case, &answer));
                }
                if let Some(pgbench) = &self.pgbench {
                    let answer = pgbench.answer(&self.models, case, request).await;
                    assert_same(case, Peer::JsonAgg, body, &ours, &in_one_form(case, &answer));
                }
            }
            eprintln!("reads: case {}: {compared} answers of everybody are equal", case.letter());
        }
    }

    /// Warms everybody up, then runs the cells round by round, and prints the medians.
    pub async fn run(&self, bodies: &Bodies) {
        let mut results = Results::new();
        for round in 0..=self.settings.rounds {
            for case in self.settings.cases.iter().copied() {
                for peer in self.settings.peers.iter().copied() {
                    let figures = self.cell(case, peer, bodies, round).await;
                    if round > 0 {
                        results.entry((case, peer)).or_default().push(figures);
                    }
                }
            }
        }
        for case in self.settings.cases.iter().copied() {
            print_case(case, &results);
        }
    }

    /// One cell; round 0 is half as long and warms up.
    async fn cell(&self, case: Case, peer: Peer, bodies: &Bodies, round: usize) -> Figures {
        let time = if round == 0 { self.settings.time / 2 } else { self.settings.time };
        let connections = self.settings.connections;
        let server = match peer {
            Peer::Ours => Some(self.engine.pid),
            Peer::Postgraphile => self.postgraphile.as_ref().map(|peer| peer.pid),
            Peer::JsonAgg => None,
        };
        let before = Spent::now(server);
        let (rate, done, p99_ms) = match peer {
            Peer::Ours => measured(&self.engine.endpoint.load(&bodies.engine[&case], connections, time).await),
            Peer::Postgraphile => {
                let endpoint = &self.postgraphile.as_ref().expect("it is measured").endpoint;
                measured(&endpoint.load(&bodies.postgraphile[&case], connections, time).await)
            }
            Peer::JsonAgg => {
                let run = self.pgbench.as_ref().expect("it is measured").run(case, connections, time).await;
                (run.rate, run.done, 0.0)
            }
        };
        let spent = Spent::now(server).since(before);
        let others = spent.others_us() / (time.as_secs_f64() * US_PER_S) * 100.0;
        let name =
            if round == 0 { "warming up".to_owned() } else { format!("round {round} of {}", self.settings.rounds) };
        eprintln!(
            "reads: {name}, case {}, {}: {rate:.0}/s; others on the machine used {others:.0} % of a core",
            case.letter(),
            peer.name()
        );
        Figures { rate, p99_ms, server_us: spent.server_us / done, postgres_us: spent.postgres_us / done }
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
            first_ms.push(self.p99_of(&first).await);
            late_ms.push(self.p99_of(&late).await);
            eprintln!("reads: pages 1 and {page}, round {round} of {} done", self.settings.rounds);
        }
        let (first_ms, late_ms) = (median(first_ms), median(late_ms));
        println!("reads_page_1_p99_ms={first_ms:.2}");
        println!("reads_page_1000_p99_ms={late_ms:.2}");
        println!("reads_page_1000_vs_1={:.2}", late_ms / first_ms);
    }

    async fn p99_of(&self, body: &str) -> f64 {
        let bodies = [body.to_owned()];
        self.engine.endpoint.load(&bodies, self.settings.connections, self.settings.time / 2).await.quantile_ms(P99)
    }
}

/// Requests a second, requests, and the latency below which 99 of 100 stayed.
fn measured(cell: &Cell) -> (f64, f64, f64) {
    (cell.rate(), cell.done as f64, cell.quantile_ms(P99))
}

fn assert_same(case: Case, peer: Peer, body: &str, ours: &serde_json::Value, theirs: &serde_json::Value) {
    let name = peer.name();
    assert!(ours == theirs, "case {}: {name} answers otherwise to {body}\n{ours}\n{theirs}", case.letter());
}

fn print_case(case: Case, results: &Results) {
    let letter = case.letter();
    let of = |peer: Peer, figure: fn(&Figures) -> f64| {
        let figures = results.get(&(case, peer))?;
        Some(median(figures.iter().map(figure).collect()))
    };
    let ours = of(Peer::Ours, |figures| figures.rate).expect("the engine is measured");
    println!("reads_{letter}_per_s={ours:.0}");
    for (name, figure) in SERVER_FIGURES {
        println!("reads_{letter}_{name}={:.2}", of(Peer::Ours, figure).expect("the engine is measured"));
    }
    if let Some(rate) = of(Peer::Postgraphile, |figures| figures.rate) {
        println!("reads_{letter}_vs_postgraphile={:.2}", ours / rate);
        println!("reads_{letter}_postgraphile_per_s={rate:.0}");
        for (name, figure) in SERVER_FIGURES {
            println!(
                "reads_{letter}_postgraphile_{name}={:.2}",
                of(Peer::Postgraphile, figure).expect("it is measured")
            );
        }
    }
    if let Some(rate) = of(Peer::JsonAgg, |figures| figures.rate) {
        println!("reads_{letter}_vs_json_agg={:.2}", ours / rate);
        println!("reads_{letter}_json_agg_per_s={rate:.0}");
        let postgres_us = of(Peer::JsonAgg, |figures| figures.postgres_us).expect("it is measured");
        println!("reads_{letter}_json_agg_postgres_us={postgres_us:.2}");
    }
}

/// What is printed of a server besides its rate.
const SERVER_FIGURES: [(&str, fn(&Figures) -> f64); 3] = [
    ("p99_ms", |figures| figures.p99_ms),
    ("server_us", |figures| figures.server_us),
    ("postgres_us", |figures| figures.postgres_us),
];
