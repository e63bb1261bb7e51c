//! The floor of a hop between participants: an event that asks is appended, relayed, consumed, and answered by an append to another
//! stream. One request at a time for the latency and its parts, then many at once for what each costs.
//!
//! `BENCH_MESSAGES` (2,000) requests of each. Prints name=value lines.

#![expect(clippy::disallowed_methods, reason = "a benchmark takes its settings and times from the machine")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::time::Instant;

use benches::cost::Spent;
use benches::hop::{Hop, Moments};
use benches::whole::numbers::Latencies;
use futures::StreamExt;

/// Requests before measuring begins.
const WARM_UP: usize = 200;
/// Requests on their way at once, where many are.
const IN_FLIGHT: usize = 256;

#[tokio::main]
async fn main() {
    let messages = std::env::var("BENCH_MESSAGES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000_usize);
    let hop = Hop::start().await;
    for _ in 0..WARM_UP {
        hop.ask_alone().await;
    }
    one_at_a_time(&hop, messages).await;
    many_at_once(&hop, messages * 10).await;
    hop.stop().await;
}

async fn one_at_a_time(hop: &Hop, messages: usize) {
    let [mut whole, mut append, mut sequenced, mut committed, mut consumed, mut answered] =
        std::array::from_fn(|_| Latencies::default());
    for _ in 0..messages {
        let Moments { begun, appended, visible_in_log, visible_in_kafka, handled_from, handled_to } =
            hop.ask_alone().await;
        whole.push(handled_to - begun);
        append.push(appended - begun);
        // The next part may begin before this process has heard of the end of the one before.
        sequenced.push(visible_in_log.saturating_duration_since(appended));
        committed.push(visible_in_kafka.saturating_duration_since(visible_in_log));
        consumed.push(handled_from.saturating_duration_since(visible_in_kafka));
        answered.push(handled_to - handled_from);
    }
    whole.print_ms("hop");
    append.print_ms("hop_append");
    sequenced.print_ms("hop_sequence");
    committed.print_ms("hop_relay_and_kafka");
    consumed.print_ms("hop_consume");
    answered.print_ms("hop_answer_append");
}

async fn many_at_once(hop: &Hop, messages: usize) {
    let (transactions, statements) = (hop.transactions().await, hop.statements().await);
    let spent = Spent::now();
    let started = Instant::now();
    let mut latencies = Latencies::default();
    let mut asking = futures::stream::iter(0..messages).map(|_| hop.ask()).buffer_unordered(IN_FLIGHT);
    while let Some(latency) = asking.next().await {
        latencies.push(latency);
    }
    let took = started.elapsed();
    let spent = Spent::now().per(spent, messages as f64);
    println!("hop_many_per_s={:.0}", messages as f64 / took.as_secs_f64());
    latencies.print_ms("hop_many");
    println!("hop_many_transactions_per_message={:.3}", (hop.transactions().await - transactions) / messages as f64);
    println!("hop_many_statements_per_message={:.3}", (hop.statements().await - statements) / messages as f64);
    println!("hop_many_cpu_us_per_message={:.1}", spent.own_us);
    println!("hop_many_postgres_cpu_us_per_message={:.1}", spent.postgres_us);
    println!("hop_many_broker_cpu_us_per_message={:.1}", spent.broker_us);
}
