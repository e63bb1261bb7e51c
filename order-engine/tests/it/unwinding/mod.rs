//! Every way to fail of every step: many orders at once in one engine with all its real parts, on a clock that moves while all of them
//! wait.

mod network;
mod pace;
mod play;
mod table;

use std::sync::Arc;
use std::time::Duration;

use domain::{FulfilmentId, PaymentId};
use futures::future::join_all;
use order_engine::Surroundings;
use payment_simulator::{Fault as AtProvider, PlannedFault};
use service_kit::clock::{Clock, ManualClock, SystemClock};
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;
use tokio::sync::MutexGuard;
use tokio_util::sync::CancellationToken;

use crate::carriers::{CarrierWorld, ships_with_carriers};
use crate::here::{ONE_AT_A_TIME, starts_here};
use crate::kitchens::is_a_kitchen;
use crate::look::free_address;
use crate::provider::Provider;
use crate::shop::Shop;
use crate::stack::Stack;
use network::Network;
use pace::Looks;
use play::{KITCHENS, Play, Surroundings as Around};
use table::{Cell, Fault, Step, TABLE};

/// How the orders are driven. Everything takes seconds or minutes of the engine's clock.
const POLICIES: &str = r#"
[default]
locations = ["zrh-1", "bsl-1"]
capture = "AT_PACKING"
answer_s = 30
asks_max = 4
pause_s_max = 40
stock_retry_s = 20
stock_wait_s = 60
rejections_max = 1
accept_s = 3600
pack_s = 240
ship_s = 240
task_s = 120

[tenants.kitchens]
locations = ["ber-1", "muc-1"]

[default.screening]
country_mismatch_points = 50
denied_countries = ["KP"]
"#;
const LOOK: Duration = Duration::from_millis(100);

/// An engine with all its parts in this process, on a clock of its own.
struct Scene {
    _alone: MutexGuard<'static, ()>,
    stack: Stack,
    provider: Provider,
    carriers: CarrierWorld,
    network: Network,
    warehouses: Shop,
    kitchens: Shop,
    looks: Looks,
    stop: CancellationToken,
}

impl Scene {
    async fn set() -> Self {
        let alone = ONE_AT_A_TIME.lock().await;
        let mut stack = Stack::start().await;
        let address = free_address();
        let clock = Arc::new(ManualClock::new(SystemClock.now()));
        let provider = Provider::start_on(&mut stack, &address, clock.clone()).await;
        let carriers = CarrierWorld::start_on(&mut stack, &address, clock.clone()).await;
        let (metrics, looks) = (free_address(), Looks::default());
        let file = format!("{}/policies.toml", stack.variables["ORDERS_STATE"]);
        std::fs::write(&file, POLICIES).unwrap();
        let more = [
            ("SAGA_POLICIES_FILE", file),
            ("ENGINE_LISTEN", address.clone()),
            ("ENGINE_METRICS_LISTEN", metrics.clone()),
            ("KITCHEN_SIMULATED_STAFF_SPEED", "1".to_owned()),
        ];
        stack.variables.extend(more.map(|(name, value)| (name.to_owned(), value)));
        let token = stack.prepare("1").await;
        let of_kitchens = stack.run("orderctl", &["token", "--role", "admin", "--tenant", "kitchens"]).await;
        // The tokens are valid from now on, by the machine's clock.
        clock.set(SystemClock.now());
        let network = Network::new(clock.clone());
        let between = Some(network.between());
        let surroundings = Surroundings { clock: clock.clone(), network: between, ..Surroundings::default() };
        let (url, stop, _serving) = starts_here(&stack, surroundings).await;
        let (warehouses, kitchens) = (Shop::at(&url, &token), Shop::at(&url, of_kitchens.trim()));
        for location in KITCHENS {
            is_a_kitchen(&kitchens, location).await;
            ships_with_carriers(&kitchens, location).await;
        }
        tokio::spawn(pace::run(clock, format!("http://{metrics}/metrics"), looks.clone(), stop.clone()));
        Self { _alone: alone, stack, provider, carriers, network, warehouses, kitchens, looks, stop }
    }

    /// Plays some cells at once, and compares stock, money and labels with their ends.
    async fn plays(&self, cells: &[&Cell]) {
        let scripts = cells.iter().filter_map(|cell| Some((cell, cell.script.ok()?)));
        let around = Around {
            warehouses: &self.warehouses,
            kitchens: &self.kitchens,
            provider: &self.provider,
            carriers: &self.carriers,
            network: &self.network,
            looks: &self.looks,
        };
        let plays = join_all(scripts.map(|(cell, script)| Play::drafted(cell, script, &around))).await;
        let faults = plays.iter().flat_map(|play| {
            let payment = PaymentId::of(play.order, 1).to_string();
            play.fails_at().iter().map(move |operation| PlannedFault {
                operation: Some(*operation),
                payment: Some(payment.clone()),
                fault: AtProvider::ErrorAfter,
            })
        });
        self.provider.fails(faults.collect());
        let labels =
            plays.iter().filter_map(|play| Some((FulfilmentId::of(play.order, 1), play.fails_to_be_labelled()?)));
        self.carriers.fail(labels);
        join_all(plays.iter().map(Play::runs)).await;
        for play in &plays {
            play.is_conserved().await;
            self.network.opens(play.order);
        }
        wait_until(PATIENCE, LOOK, async || self.network.is_empty()).await.unwrap();
        println!("{} orders came to rest as their rows say", plays.len());
    }

    /// What every order adds up to, as the audit sees it.
    async fn ends(self) {
        println!("{}", self.stack.run("orderctl", &["audit"]).await);
        self.stop.cancel();
    }
}

/// A row of each kind of end and of each step, so that what was changed shows soon.
#[tokio::test(flavor = "multi_thread")]
async fn steps_that_are_lost_late_or_repeated_end_in_order() {
    let scene = Scene::set().await;
    let is_short = |cell: &&Cell| match cell.fault {
        Fault::Unknown | Fault::CrashAfter => true,
        Fault::Cancelled => matches!(cell.step, Step::Capture | Step::HandOver | Step::Fulfil),
        Fault::Twice | Fault::Refused => matches!(cell.step, Step::Capture | Step::Reserve),
        Fault::TimedOut | Fault::Late | Fault::CrashBefore => false,
    };
    let cells: Vec<&Cell> = TABLE.iter().filter(is_short).collect();
    scene.plays(&cells).await;
    scene.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute; `make test-long` runs it"]
async fn every_step_with_every_fault_ends_in_order() {
    let scene = Scene::set().await;
    for cell in TABLE {
        if let Err(reason) = cell.script {
            println!("{:?} × {:?}: none, because {reason}", cell.step, cell.fault);
        }
    }
    scene.plays(&TABLE.iter().collect::<Vec<_>>()).await;
    scene.ends().await;
}
