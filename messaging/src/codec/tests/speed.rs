//! How long a record takes to be written and read, by us and by the libraries. Not run by default:
//! `cargo test -p messaging --release --lib codec::tests::speed -- --ignored --nocapture`.

use std::hint::black_box;

use domain::contract::PublicEvents;
use domain::order::contract::PublicEvent;
use service_kit::clock::Stopwatch;

use super::{contract, datum, golden, written_by_avro};

const EVENTS: usize = 200_000;
const ROUNDS: usize = 5;

fn time(what: &str, samples: &[(PublicEvent, Vec<u8>)], mut work: impl FnMut(&PublicEvent, &[u8])) {
    let watch = Stopwatch::start();
    for (event, written) in samples.iter().cycle().take(EVENTS) {
        work(event, written);
    }
    let nanos = watch.elapsed().as_nanos() / EVENTS as u128;
    print!("{what} {nanos} ns  ");
}

#[test]
#[ignore = "measures, and proves nothing"]
fn writing_and_reading_by_us_and_by_the_libraries() {
    let written = |event: &PublicEvent| {
        let mut written = Vec::with_capacity(256);
        datum::write(event, &mut written);
        written
    };
    let samples: Vec<_> = golden::events().into_iter().map(|event| (event.clone(), written(&event))).collect();
    for _ in 0..ROUNDS {
        time("write: ours", &samples, |event, _| drop(black_box(written(event))));
        time("serde_avro_fast", &samples, |event, _| {
            let mut config = serde_avro_fast::ser::SerializerConfig::new(&contract()[event.index()].datum);
            drop(black_box(serde_avro_fast::to_datum(event, Vec::with_capacity(256), &mut config)));
        });
        time("apache-avro", &samples, |event, _| drop(black_box(written_by_avro(event))));
        time("read: serde_avro_fast", &samples, |event, written| {
            drop(black_box(datum::read::<PublicEvent>(event.index(), written)));
        });
        println!();
    }
}
