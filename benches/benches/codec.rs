//! A record's way to Avro and back: this engine's writer and the reader that it uses, against the libraries' own, interleaved
//! in one run over the golden samples of every event.
//!
//! `BENCH_ROUNDS` is how often each is run; medians are printed as `name=value`, in nanoseconds a record.

#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "it measures with the machine's own clock")]

use std::hint::black_box;
use std::time::Instant;

use apache_avro::reader::datum::GenericDatumReader;
use benches::drive::median;
use domain::contract::{Facts, PublicEvents};
use domain::order::OrderEvent;
use domain::order::contract::PublicEvent;
use domain::{TenantId, upcast};
use messaging::schemas;
use messaging::testing::{read_datum, write_datum};
use serde_avro_fast::ser::SerializerConfig;

const RECORDS: usize = 200_000;
const GOLDEN: &str = include_str!("../../domain/tests/golden/order.txt");

/// The public event of every golden sample.
fn events() -> Vec<PublicEvent> {
    let publish = |sample: &str| {
        let mut lines = sample.lines();
        let (event_type, event_version) = lines.next().unwrap().split_once(' ').unwrap();
        let stored = lines.next().unwrap().strip_prefix("stored ").unwrap();
        let event: OrderEvent = upcast::decode(event_type, event_version, stored).unwrap();
        let id = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        PublicEvent::publish(&Facts { id, version: 1, tenant: TenantId::try_new("shop").unwrap() }, &event)
    };
    GOLDEN.split("\n\n").skip(1).map(publish).collect()
}

/// Nanoseconds a record.
#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn time(samples: &[(PublicEvent, Vec<u8>)], mut work: impl FnMut(&PublicEvent, &[u8])) -> f64 {
    let started = Instant::now();
    for (event, datum) in samples.iter().cycle().take(RECORDS) {
        work(event, datum);
    }
    started.elapsed().as_nanos() as f64 / RECORDS as f64
}

fn main() {
    let rounds = std::env::var("BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    let samples: Vec<_> = events().into_iter().map(|event| (event.clone(), write_datum(&event))).collect();
    let records = schemas::of::<PublicEvent>();
    let fast: Vec<serde_avro_fast::Schema> = records.iter().map(|record| record.text.parse().unwrap()).collect();
    let generic: Vec<_> =
        records.iter().map(|record| GenericDatumReader::builder(&record.schema).build().unwrap()).collect();
    let [mut write, mut write_fast, mut read, mut read_avro] = [const { Vec::new() }; 4];
    for round in 0..rounds {
        write.push(time(&samples, |event, _| drop(black_box(write_datum(event)))));
        write_fast.push(time(&samples, |event, _| {
            let mut config = SerializerConfig::new(&fast[event.index()]);
            black_box(serde_avro_fast::to_datum(event, Vec::with_capacity(256), &mut config).unwrap());
        }));
        read.push(time(&samples, |event, datum| drop(black_box(read_datum::<PublicEvent>(event.index(), datum)))));
        read_avro.push(time(&samples, |event, mut datum| {
            black_box(generic[event.index()].read_value(&mut datum).unwrap());
        }));
        eprintln!("codec: round {} of {rounds} done", round + 1);
    }
    let [write, write_fast, read, read_avro] = [write, write_fast, read, read_avro].map(median);
    println!("codec_write_ns={write:.0}");
    println!("codec_write_serde_avro_fast_ns={write_fast:.0}");
    println!("codec_write_vs_serde_avro_fast={:.2}", write / write_fast);
    println!("codec_read_ns={read:.0}");
    println!("codec_read_apache_avro_value_ns={read_avro:.0}");
    println!("codec_read_vs_apache_avro={:.2}", read / read_avro);
}
