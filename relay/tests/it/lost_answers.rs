//! The end of a transaction whose outcome the relay does not learn, or whose request arrives late.

use service_kit::poll::wait_until;

use crate::proxy::{Fault, Proxy};
use crate::support::{Journey, LOOK, PATIENCE, new_order};

/// Publishes through a proxy with a fault at the end of the first transaction, and goes on appending; what was kept back on its
/// way arrives in the middle of that.
async fn nothing_is_lost_or_doubled_by(fault: Fault) {
    let mut journey = Journey::begin().await;
    let proxy = Proxy::start().await;
    journey.brokers.clone_from(&proxy.address);
    let order = new_order();
    journey.append(&order, 0, 10, "{}").await;
    proxy.strike(fault);
    let running = journey.start().await;
    wait_until(PATIENCE, LOOK, async || proxy.struck() == 1).await.unwrap();
    journey.published().await;
    for step in 1..50 {
        journey.append(&order, step * 10, 10, "{}").await;
        if step == 20 {
            proxy.release();
        }
    }
    wait_until(PATIENCE, LOOK, async || fault == Fault::AnswerLost || proxy.is_answered()).await.unwrap();
    journey.published().await;
    assert!(proxy.producers() >= 2, "a producer whose request may still arrive is thrown away");
    assert_eq!(journey.check_topic().await.len(), 500);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_a_commit() {
    nothing_is_lost_or_doubled_by(Fault::AnswerLost).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_arrives_when_its_sender_has_given_it_up() {
    nothing_is_lost_or_doubled_by(Fault::RequestLate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_connection_was_lost_on_its_way() {
    nothing_is_lost_or_doubled_by(Fault::ConnectionLost).await;
}
