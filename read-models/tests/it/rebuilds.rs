//! Rebuilds beside live tables: under traffic, interrupted, two at once, over damaged rows, and back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use domain::contract::Position;
use domain::order::contract::{OrderKind, PublicEvent, Published};
use read_models::rebuild::{
    Log, Progress, Purpose, RebuildError, RebuildOptions, Report, clean_up, rebuild, roll_back, status,
};
use read_models::testing::{BEGINNING_MICROS, EventHistory, line};
use read_models::{Applier, ApplyError, Generations, ModelSet, Orders};
use service_kit::BoxError;
use service_kit::clock::{Ids, SystemIds};
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;
use uuid::Uuid;

use super::models;

/// A log in memory.
#[derive(Clone, Default)]
pub struct Events(Arc<Mutex<Vec<Published>>>);

impl Log<PublicEvent> for Events {
    async fn heads(&self) -> Result<Vec<i64>, BoxError> {
        Ok(vec![i64::try_from(self.0.lock().unwrap().len())?])
    }

    async fn page(&self, _: i16, after: i64, events_max: i64) -> Result<Vec<Published>, BoxError> {
        let (after, most) = (usize::try_from(after)?, usize::try_from(events_max)?);
        Ok(self.0.lock().unwrap().iter().skip(after).take(most).cloned().collect())
    }
}

impl Events {
    /// Stores a record at the next position.
    pub fn store(&self, mut record: Published) -> Published {
        let mut events = self.0.lock().unwrap();
        record.position = Position { shard: 0, position: i64::try_from(events.len()).unwrap() + 1 };
        events.push(record.clone());
        record
    }
}

/// A projector over one partition: offset first, then rows, as the live one does.
pub struct Projector {
    pub client: Client,
    applier: Applier<Orders>,
}

impl Projector {
    async fn start(database: &TestDatabase) -> Self {
        let client = database.client().await;
        let begin = "INSERT INTO public.projector_offset (group_name, topic, partition, next_offset) VALUES ('read', 't', 0, 0) \
                     ON CONFLICT DO NOTHING";
        client.execute(begin, &[]).await.unwrap();
        let applier = Applier::<Orders>::open(&client).await.unwrap();
        Self { client, applier }
    }

    pub async fn apply(&mut self, batch: &[Published]) {
        loop {
            let transaction = self.client.transaction().await.unwrap();
            let advance = "UPDATE public.projector_offset SET next_offset = next_offset + 1";
            transaction.execute(advance, &[]).await.unwrap();
            match self.applier.apply(&transaction, batch).await {
                Ok(report) => {
                    assert_eq!((report.failures.len(), report.duplicates), (0, 0));
                    transaction.commit().await.unwrap();
                    return;
                }
                Err(ApplyError::GenerationsMoved) => {
                    transaction.rollback().await.unwrap();
                    self.applier = Applier::<Orders>::open(&self.client).await.unwrap();
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

pub fn history(n: u128) -> Vec<Published> {
    let customer = format!("c{}", n % 7);
    let history = EventHistory::of(Uuid::from_u128(n), "shop", Some(&customer))
        .drafted()
        .line(0, "A", 2, 150)
        .line(1, "B", 1, 99);
    let history = history.quantity(0, 3, 450).placed(&n.to_string());
    if n.is_multiple_of(3) { history.cancelled().records() } else { history.records() }
}

/// A database whose live tables have all of a log of some orders.
pub async fn filled(orders: u128) -> (TestDatabase, Events, Projector) {
    let database = super::database().await;
    let (events, mut projector) = (Events::default(), Projector::start(&database).await);
    for n in 1..=orders {
        let batch: Vec<_> = history(n).into_iter().map(|record| events.store(record)).collect();
        projector.apply(&batch).await;
    }
    (database, events, projector)
}

pub fn options() -> RebuildOptions {
    // So few orders in memory make several passes.
    RebuildOptions { streams_in_memory_max: 20, ..RebuildOptions::of("orders") }
}

pub async fn run(database: &TestDatabase, events: &Events, purpose: Purpose) -> Result<Report, RebuildError> {
    let how = (purpose, &options(), SystemIds.ordered());
    rebuild::<Orders, _>(database.url(), events, &models(), how, &mut |_| ()).await
}

async fn schemas(client: &Client) -> usize {
    let names = "SELECT nspname FROM pg_namespace WHERE nspname ~ '_g[0-9]+$'";
    client.query(names, &[]).await.unwrap().len()
}

#[tokio::test]
async fn a_rebuild_gives_the_live_rows_and_there_is_a_way_back() {
    let (database, events, mut projector) = filled(50).await;
    let report = run(&database, &events, Purpose::Switch).await.unwrap();
    assert!(report.is_equal() && report.switched, "{report:?}");
    assert_eq!((report.streams, report.events), (50, events.0.lock().unwrap().len() as u64));
    assert_eq!(report.compared[0].rows, 50);
    let batch: Vec<_> = history(51).into_iter().map(|record| events.store(record)).collect();
    projector.apply(&batch).await;
    let verified = run(&database, &events, Purpose::Verify).await.unwrap();
    assert!(verified.is_equal() && !verified.switched, "{verified:?}");

    let how = (Purpose::Switch, &options(), SystemIds.ordered());
    let back = roll_back::<Orders, _>(database.url(), &events, how, &mut |_| ()).await.unwrap();
    assert!(back.switched && back.is_equal(), "{back:?}");
    assert_eq!((back.generation, back.caught_up), (1, batch.len() as u64));
    let batch: Vec<_> = history(52).into_iter().map(|record| events.store(record)).collect();
    projector.apply(&batch).await;
    assert!(run(&database, &events, Purpose::Verify).await.unwrap().is_equal());
    assert_eq!(schemas(&projector.client).await, 2 * models().len(), "what is live and what was before");
}

#[tokio::test]
async fn one_model_is_switched_alone_and_then_cannot_go_back_alone() {
    let (database, events, mut projector) = filled(10).await;
    let how = (Purpose::Switch, &options(), SystemIds.ordered());
    let report =
        rebuild::<Orders, _>(database.url(), &events, &[Orders::MODELS.named("sku_sales").unwrap()], how, &mut |_| ())
            .await
            .unwrap();
    assert!(report.switched);
    let batch: Vec<_> = history(11).into_iter().map(|record| events.store(record)).collect();
    projector.apply(&batch).await;
    assert!(run(&database, &events, Purpose::Verify).await.unwrap().is_equal());
    let back = roll_back::<Orders, _>(database.url(), &events, how, &mut |_| ()).await;
    assert!(matches!(back, Err(RebuildError::CannotRollBack(_))), "{back:?}");
}

#[tokio::test]
async fn what_only_a_cancelled_order_held_leaves_no_row() {
    let (database, events, mut projector) = filled(3).await;
    let history =
        EventHistory::of(Uuid::from_u128(9), "shop", Some("c1")).drafted().line(0, "ONLY", 1, 100).placed("9");
    // Placed in one batch and cancelled in another: the row is there in between.
    for record in history.cancelled().records() {
        let record = events.store(record);
        projector.apply(&[record]).await;
    }
    let report = run(&database, &events, Purpose::Verify).await.unwrap();
    assert!(report.is_equal(), "{report:?}");
}

#[tokio::test]
async fn a_corrected_import_moves_numbers_lines_and_sums_and_leaves_nothing_behind() {
    let (database, events, mut projector) = filled(3).await;
    let day = 86_400_000_000;
    let sale = |n, customer| EventHistory::of(Uuid::from_u128(n), "shop", Some(customer));
    let (lines, other) = (vec![line(0, "ONLY", 2, 100), line(1, "B", 1, 50)], vec![line(0, "C", 1, 25)]);
    let histories = [
        // The first sale of its customer moves to a later day, and back before the other one.
        sale(11, "moved")
            .imported("11", OrderKind::Sale, BEGINNING_MICROS, lines.clone())
            .corrected("11-A", OrderKind::Sale, Some("moved"), BEGINNING_MICROS + 90 * day, other.clone())
            .corrected("11-B", OrderKind::Sale, Some("moved"), BEGINNING_MICROS - 40 * day, lines.clone()),
        sale(12, "moved").imported("12", OrderKind::Sale, BEGINNING_MICROS + day, other.clone()),
        // The only sale of its customer becomes another's, and another one a credit.
        sale(13, "left").imported("13", OrderKind::Sale, BEGINNING_MICROS, lines.clone()).corrected(
            "13",
            OrderKind::Sale,
            Some("found"),
            BEGINNING_MICROS,
            lines,
        ),
        sale(14, "found").imported("14", OrderKind::Sale, BEGINNING_MICROS + 2 * day, other.clone()).corrected(
            "14",
            OrderKind::Credit,
            Some("found"),
            BEGINNING_MICROS + 3 * day,
            other,
        ),
    ];
    for record in histories.iter().flat_map(EventHistory::records) {
        let record = events.store(record);
        projector.apply(&[record]).await;
    }
    let report = run(&database, &events, Purpose::Verify).await.unwrap();
    assert!(report.is_equal(), "{report:?}");
    let client = database.client().await;
    let statement = "SELECT customer, orders, credits, first_placed_at = last_placed_at \
        FROM customer_summary_g1.customer_summary WHERE customer IN ('moved', 'left', 'found') ORDER BY customer";
    let rows = client.query(statement, &[]).await.unwrap();
    let rows: Vec<(String, i64, i64, bool)> =
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect();
    assert_eq!(rows, [("found".to_owned(), 1, 1, true), ("moved".to_owned(), 2, 0, false)]);
    assert!(run(&database, &events, Purpose::Switch).await.unwrap().switched);
}

#[tokio::test]
async fn live_traffic_goes_on_and_a_lagging_projector_is_met_where_it_is() {
    let (database, events, mut projector) = filled(100).await;
    let stop = Arc::new(AtomicBool::new(false));
    let traffic = tokio::spawn({
        let (events, stop) = (events.clone(), Arc::clone(&stop));
        async move {
            let mut n = 100;
            let mut waiting = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                n += 1;
                // The log is an order ahead of the projector, and stops half-way in it.
                let mut next: Vec<_> = history(n).into_iter().map(|record| events.store(record)).collect();
                let later = next.split_off(2);
                waiting.extend(next);
                projector.apply(&waiting).await;
                waiting = later;
            }
            projector.apply(&waiting).await;
            n
        }
    });
    for _ in 0..3 {
        let report = run(&database, &events, Purpose::Switch).await.unwrap();
        assert!(report.switched && report.is_equal(), "{report:?}");
    }
    stop.store(true, Ordering::Relaxed);
    let orders = traffic.await.unwrap();
    let verified = run(&database, &events, Purpose::Verify).await.unwrap();
    assert!(verified.is_equal(), "{verified:?}");
    assert_eq!(u128::from(verified.streams), orders);
}

#[tokio::test]
async fn two_at_once_are_refused() {
    let (database, events, _) = filled(3).await;
    let mut second = None;
    let how = (Purpose::Verify, &options(), SystemIds.ordered());
    // Within the first one's progress nothing can be awaited, so the second runs on a thread of its own.
    let mut once = |_: Progress| {
        if second.is_none() {
            let (url, events) = (database.url().clone(), events.clone());
            let other = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                let how = (Purpose::Verify, &options(), SystemIds.ordered());
                runtime.block_on(async { rebuild::<Orders, _>(&url, &events, &models(), how, &mut |_| ()).await.err() })
            });
            second = Some(other.join().unwrap());
        }
    };
    assert!(rebuild::<Orders, _>(database.url(), &events, &models(), how, &mut once).await.unwrap().is_equal());
    let busy = second.flatten();
    assert!(matches!(busy, Some(RebuildError::Busy { .. })), "{busy:?}");
}

#[tokio::test]
async fn an_interrupted_rebuild_changes_nothing_and_the_next_one_sweeps() {
    let (database, events, projector) = filled(20).await;
    for stage in ["fill", "catch up", "switch"] {
        let holder = SystemIds.ordered();
        let reached = Arc::new(tokio::sync::Notify::new());
        let mut progress = {
            let reached = Arc::clone(&reached);
            move |progress: Progress| {
                if progress.stage == stage {
                    reached.notify_one();
                }
            }
        };
        let bounds = options();
        let how = (Purpose::Switch, &bounds, holder);
        let all = models();
        tokio::select! {
            biased;
            () = reached.notified() => (),
            ended = rebuild::<Orders, _>(database.url(), &events, &all, how, &mut progress) => panic!("{ended:?}"),
        }
        assert!(status(database.url()).await.unwrap().at_work.is_some());
        clean_up(database.url(), Orders::MODELS, holder).await.unwrap();
        assert_eq!(status(database.url()).await.unwrap().at_work, None);
    }
    assert!(run(&database, &events, Purpose::Switch).await.unwrap().switched);
    assert_eq!(schemas(&projector.client).await, 2 * models().len());
}

#[tokio::test]
async fn a_rebuild_killed_at_any_stage_changes_nothing_and_the_next_one_finishes() {
    let (database, events, projector) = filled(20).await;
    for stage in ["fill", "catch up", "switch"] {
        let before = Generations::live(&projector.client, &models()).await.unwrap();
        let kept = schemas(&projector.client).await;
        let gone = RebuildOptions { lease_seconds: 0.2, ..options() };
        let how = (Purpose::Switch, &gone, SystemIds.ordered());
        let reached = Arc::new(tokio::sync::Notify::new());
        let mut progress = |progress: Progress| {
            if progress.stage == stage {
                reached.notify_one();
            }
        };
        let all = models();
        tokio::select! {
            biased;
            () = reached.notified() => (),
            ended = rebuild::<Orders, _>(database.url(), &events, &all, how, &mut progress) => panic!("{ended:?}"),
        }
        assert_eq!(Generations::live(&projector.client, &models()).await.unwrap(), before, "killed at {stage}");
        let left = schemas(&projector.client).await - kept;
        assert_eq!(left, models().len(), "what was begun at {stage} is left for the next one");
        let interval = std::time::Duration::from_millis(50);
        let next = async || run(&database, &events, Purpose::Switch).await.ok();
        let report = service_kit::poll::wait_for(service_kit::testing::PATIENCE, interval, next).await.unwrap();
        assert!(report.switched && report.is_equal(), "{report:?}");
        assert_eq!(schemas(&projector.client).await, 2 * models().len());
    }
}

#[tokio::test]
async fn a_rebuild_waits_for_another_of_its_topic_alone() {
    let (database, events, projector) = filled(3).await;
    let hold = "INSERT INTO public.model_rebuild (topic, last_generation, holder, stage, expires_at) \
                VALUES ($1, 1, gen_random_uuid(), 'fill', now() + interval '1 minute') \
                ON CONFLICT (topic) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at";
    projector.client.execute(hold, &[&"payments"]).await.unwrap();
    assert!(run(&database, &events, Purpose::Switch).await.unwrap().switched);
    for topic in ["orders", ""] {
        projector.client.execute(hold, &[&topic]).await.unwrap();
        let refused = run(&database, &events, Purpose::Switch).await.unwrap_err();
        assert!(matches!(refused, RebuildError::Busy { .. }), "{refused}");
        projector.client.execute("DELETE FROM public.model_rebuild WHERE topic = $1", &[&topic]).await.unwrap();
    }
    assert!(run(&database, &events, Purpose::Switch).await.unwrap().switched);
}
