//! What a world is made of.

use std::sync::Arc;

use axum::Router;
use domain::Carrier as CarrierName;
use messaging::testing::{brokers, registry};
use request_kit::{RequestOptions, RequestService};
use service_kit::clock::{ManualClock, SystemIds};
use service_kit::config::Secret;
use service_kit::keyring::KeyRing;
use service_kit::outside::OutsideOptions;
use service_kit::testing::TestDatabase;
use shipping::carrier::http::HttpCarrier;
use shipping::carrier::{Carriers, SharedCarrier};
use shipping::{ShipmentDeps, Shipments};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A member of the group that runs.
pub struct Member {
    pub service: Arc<RequestService>,
    pub stop: CancellationToken,
    pub running: JoinHandle<()>,
}

pub async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

pub async fn serve(router: Router, listener: TcpListener) {
    axum::serve(listener, router).await.unwrap();
}

/// The carriers `postal` and `courier` of a simulator, which are waited for so long.
pub fn carriers(simulator_url: &str, answer_ms_max: u64) -> Carriers {
    Carriers::new(["postal", "courier"].map(|name| {
        let options = OutsideOptions::new(format!("{simulator_url}/{name}"), Secret::new("ck_test"));
        let carrier: SharedCarrier = Arc::new(HttpCarrier::new(OutsideOptions { answer_ms_max, ..options }));
        (CarrierName::try_new(name).unwrap(), carrier)
    }))
}

pub fn deps(simulator_url: &str, answer_ms_max: u64, keys: &KeyRing, clock: &Arc<ManualClock>) -> ShipmentDeps {
    ShipmentDeps {
        carriers: carriers(simulator_url, answer_ms_max),
        keys: keys.clone(),
        clock: clock.clone(),
        ids: Arc::new(SystemIds),
    }
}

pub fn member(shipments: &Arc<Shipments>, topics: [&str; 2], group: &str, database: &TestDatabase) -> Member {
    let sources = shipping::sources(shipments, &registry(), topics);
    let options = RequestOptions::new(&brokers(), group);
    let service = Arc::new(RequestService::new(options, sources, database.pool()));
    let stop = CancellationToken::new();
    let (running, stopping) = (Arc::clone(&service), stop.clone());
    Member { service, stop, running: tokio::spawn(async move { running.run(stopping).await }) }
}
