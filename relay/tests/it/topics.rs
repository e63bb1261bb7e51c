//! One log with two kinds of streams and a topic for each: one relay, one transaction over both.

use futures::join;
use messaging::IncomingRecord;
use messaging::testing::{TestTopic, hang};
use service_kit::poll::wait_until;

use crate::support::{Journey, LOOK, PATIENCE, new_order};

async fn with_notes() -> Journey {
    Journey { notes: Some(TestTopic::create(2).await), ..Journey::begin().await }
}

/// Records of the order topic and of the notes' topic.
fn by_topic(journey: &Journey, records: &[IncomingRecord]) -> [usize; 2] {
    let topics = [&journey.topic.name, &journey.notes.as_ref().unwrap().name];
    topics.map(|topic| records.iter().filter(|record| *record.topic == **topic).count())
}

/// Ten events of an order and ten of a note are published; five more of each are stored and have positions 21 to 30; no relay
/// runs.
async fn published_in_part() -> (Journey, String, String) {
    let journey = with_notes().await;
    let order = new_order();
    let note = new_order();
    let running = journey.start().await;
    journey.append(&order, 0, 10, "{}").await;
    journey.append_notes(&note, 0, 10).await;
    journey.published().await;
    running.stop().await;
    journey.append(&order, 10, 5, "{}").await;
    journey.append_notes(&note, 10, 5).await;
    journey.sequence().await;
    (journey, order, note)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_killed_between_two_topics_is_succeeded_without_loss_or_double() {
    let journey = with_notes().await;
    let order = new_order();
    let note = new_order();
    let mut running = journey.start().await;
    for round in 0..5 {
        for step in 0..10 {
            let after = round * 50 + step * 5;
            join!(journey.append(&order, after, 5, "{}"), journey.append_notes(&note, after, 5));
        }
        // Somewhere in the middle of its work: some of this round is published, some is not.
        wait_until(PATIENCE, LOOK, async || journey.store.head(0).await.unwrap() > round * 100).await.unwrap();
        running.kill();
        running = journey.start().await;
    }
    journey.published().await;
    assert_eq!(by_topic(&journey, &journey.check_topic().await), [250, 250]);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_open_over_both_topics_is_published_once_by_the_successor() {
    let (journey, ..) = published_in_part().await;
    journey.end_transaction(journey.records_after(20).await, false).await;
    let running = journey.start().await;
    journey.published().await;
    assert_eq!(by_topic(&journey, &journey.check_topic().await), [15, 15]);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_above_the_checkpoint_in_one_topic_or_in_both_is_aborted_and_published_once() {
    for both in [false, true] {
        let (journey, ..) = published_in_part().await;
        let mut open = journey.records_after(20).await;
        assert_eq!(open.len(), 10);
        let notes = journey.notes.as_ref().unwrap();
        open.retain(|record| both || *record.topic == *notes.name);
        hang(&journey.transactional_id(), open).await;
        let running = journey.start().await;
        journey.published().await;
        assert_eq!(by_topic(&journey, &journey.check_topic().await), [15, 15], "open in both: {both}");
        running.stop().await;
    }
}

/// The marker of the last transaction is lost in the topic of notes alone.
#[tokio::test(flavor = "multi_thread")]
async fn what_lacks_its_marker_in_the_second_topic_counts_with_the_next_transaction_there() {
    let (journey, _, note) = published_in_part().await;
    let (orders, notes): (Vec<_>, Vec<_>) =
        journey.records_after(20).await.into_iter().partition(|record| *record.topic == *journey.topic.name);
    hang(&journey.transactional_id(), notes).await;
    let checkpoint = journey.checkpoint_at(30).await;
    journey.end_transaction(orders.into_iter().chain([checkpoint]).collect(), true).await;
    let running = journey.start().await;
    journey.append_notes(&note, 15, 1).await;
    journey.published().await;
    assert_eq!(by_topic(&journey, &journey.check_topic().await), [15, 16]);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_a_new_release_adds_has_its_own_topic_from_then_on() {
    let mut journey = Journey::begin().await;
    let order = new_order();
    let note = new_order();
    let running = journey.start().await;
    journey.append(&order, 0, 10, "{}").await;
    journey.append_notes(&note, 0, 10).await;
    journey.published().await;
    running.stop().await;

    journey.notes = Some(TestTopic::create(2).await);
    let mut running = journey.start().await;
    for round in 1..4 {
        journey.append(&order, round * 10, 10, "{}").await;
        journey.append_notes(&note, round * 10, 10).await;
        journey.published().await;
        running.stop().await;
        running = journey.start().await;
    }
    running.stop().await;
    let positions = journey.topic.read_all().await.len() + journey.notes.as_ref().unwrap().read_all().await.len();
    assert_eq!(positions, 80);
    assert_eq!(journey.notes.as_ref().unwrap().read_all().await.len(), 30);
}
