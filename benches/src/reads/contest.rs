//! Those who are measured, what they are asked, and whether they answer alike.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answers::in_one_form;
use super::case::Case;
use super::client::Endpoint;
use super::keys::Keys;
use super::models::Models;
use super::pgbench::Pgbench;
use super::postgraphile::Postgraphile;
use super::requests::{of_engine, of_postgraphile};
use super::settings::{Peer, Settings};

/// Bodies of each case whose answers are compared before anything is measured.
const COMPARED_MAX: usize = 50;

/// The engine.
pub struct Engine {
    /// Its GraphQL.
    pub endpoint: Endpoint,
    /// Its process id.
    pub pid: u32,
}

/// The engine and whom it is compared with.
pub struct Contest {
    /// How often, how long and by whom they are asked.
    pub settings: Settings,
    /// Whose orders they are.
    pub tenant: &'static str,
    /// The tables that all of them read.
    pub models: Models,
    /// What requests choose from.
    pub keys: Keys,
    /// The engine, which is always measured.
    pub engine: Engine,
    /// PostGraphile, where it is wanted.
    pub postgraphile: Option<Postgraphile>,
    /// Postgres alone, where it is wanted.
    pub pgbench: Option<Pgbench>,
}

/// The bodies of each case for the engine and for PostGraphile.
#[derive(Default)]
pub struct Bodies {
    /// The engine's.
    pub engine: BTreeMap<Case, Vec<String>>,
    /// PostGraphile's, in the order of the engine's; none where it is not measured.
    pub postgraphile: BTreeMap<Case, Vec<String>>,
}

impl Contest {
    /// Makes the requests of every case.
    pub async fn bodies(&self) -> Bodies {
        let mut bodies = Bodies::default();
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
}

fn assert_same(case: Case, peer: Peer, body: &str, ours: &Value, theirs: &Value) {
    let name = peer.name();
    assert!(ours == theirs, "case {}: {name} answers otherwise to {body}\n{ours}\n{theirs}", case.letter());
}
