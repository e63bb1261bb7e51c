//! A store that grows to millions of events: what appending, sequencing, reading, relaying and keeping cost at each size, and
//! whether the sequencer's queue stays small.
//!
//! `SCALE_EVENTS` (20000000) is the largest size, besides 1 and 5 million; `SCALE_LOAD_SECONDS` (12) the length of a load,
//! `SCALE_SOAK_SECONDS` (120) that of each part of the soak, `SCALE_RELAYED` (300000) the events relayed at each size. Refuses
//! to start without room for it; everything is dropped afterwards. Prints name=value lines, and progress beside them.

use std::process::ExitCode;
use std::sync::Arc;

use benches::scale::fill::Filler;
use benches::scale::settings::{Settings, name};
use benches::scale::{Scale, measure, relaying, soak, space, tell};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            eprintln!("scale: {refusal}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let settings = Settings::from_environment()?;
    let scale = Arc::new(Scale::start().await);
    space::require(&scale.client, &settings).await?;
    let mut filler = Filler::start(&scale, settings.events).await;
    for (place, events) in settings.sizes().enumerate() {
        let at = name(events);
        filler.up_to(&scale, events).await;
        eprintln!("scale: measuring at {at} events");
        measure::sizes(&scale, &at).await;
        measure::reads(&scale, &at, filler.orders(), events).await;
        if place == 0 {
            measure::alternative(&scale, &at, events).await;
        }
        measure::appends(&scale, &at, settings.load).await;
        relaying::relays(&scale, &at, settings.relayed).await;
    }
    soak::soak(&scale, settings.soak).await;
    tell("scale_events", settings.events);
    Ok(())
}
