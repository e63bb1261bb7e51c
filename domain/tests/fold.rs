//! Whether the fold gives the states that snapshots of its version have.
//!
//! Each sample of `golden/order.txt` is folded onto every state that the samples before it lead to. `golden/fold.txt` has the hashes
//! of the resulting states under the fold version that they were made by.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::collections::BTreeMap;

use domain::order::{Order, OrderEvent, OrderState};
use domain::{Decider, upcast};

const SAMPLES: &str = include_str!("golden/order.txt");
const FOLDED: &str = include_str!("golden/fold.txt");

/// One line for each sample and state that it can follow.
fn folded() -> Vec<String> {
    let mut states: BTreeMap<&str, OrderState> = BTreeMap::from([("Absent", OrderState::Absent)]);
    let mut lines = Vec::new();
    for (sample, number) in SAMPLES.split("\n\n").skip(1).zip(1..) {
        let mut parts = sample.lines();
        let (event_type, version) = parts.next().unwrap().split_once(' ').unwrap();
        let body = parts.next().unwrap().strip_prefix("stored ").unwrap();
        let event: OrderEvent = upcast::decode(event_type, version, body).unwrap();
        let results =
            states.clone().into_iter().filter_map(|(name, state)| Some((name, Order::evolve(state, &event).ok()?)));
        let results: Vec<_> = results.collect();
        assert!(!results.is_empty(), "sample {number}, {event_type}, follows no state of those before it");
        for (name, state) in results {
            let hash = fnv1a(serde_json::to_string(&state).unwrap().as_bytes());
            lines.push(format!("{number} {event_type} on {name}: {} {hash:016x}", state.name()));
            states.insert(state.name(), state);
        }
    }
    lines
}

/// FNV-1a with 64 bits: the same on every platform and in every release of the standard library.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn a_changed_fold_has_a_new_version() {
    let (first, recorded) = FOLDED.split_once('\n').unwrap();
    let recorded: Vec<_> = recorded.lines().collect();
    let folded = folded();
    let is_same_version = first == format!("fold version {}", Order::FOLD_VERSION);
    let changed = recorded.iter().find(|line| !folded.iter().any(|now| now == *line));
    assert!(
        !is_same_version || changed.is_none(),
        "the fold has changed, {changed:?} does not hold any more: raise FOLD_VERSION"
    );
    let text = format!("fold version {}\n{}\n", Order::FOLD_VERSION, folded.join("\n"));
    assert_eq!(text, FOLDED, "tests/golden/fold.txt lacks samples or is of another version; it should be:\n{text}");
}
