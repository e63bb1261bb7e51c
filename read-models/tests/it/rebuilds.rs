//! Rebuilds beside live tables: under traffic, interrupted, two at once, over damaged rows, and back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use domain::contract::Position;
use domain::order::contract::{OrderKind, Published};
use read_models::rebuild::{
    Log, Progress, Purpose, RebuildError, RebuildOptions, Report, clean_up, rebuild, roll_back, status,
};
use read_models::testing::{BEGINNING_MICROS, EventHistory, line};
use read_models::{Applier, ApplyError, Generations, Model};
use service_kit::BoxError;
use service_kit::clock::{Ids, SystemIds};
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;
use uuid::Uuid;

/// A log in memory.
#[derive(Clone, Default)]
pub struct Events(Arc<Mutex<Vec<Published>>>);

impl Log for Events {
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
    fn store(&self, mut record: Published) -> Published {
        let mut events = self.0.lock().unwrap();
        record.position = Position { shard: 0, position: i64::try_from(events.len()).unwrap() + 1 };
        events.push(record.clone());
        record
    }
}

/// A projector over one partition: offset first, then rows, as the live one does.
pub struct Projector {
    pub client: Client,
    applier: Applier,
}

impl Projector {
    async fn start(database: &TestDatabase) -> Self {
        let client = database.client().await;
        let begin = "INSERT INTO public.projector_offset (group_name, topic, partition, next_offset) VALUES ('read', 't', 0, 0) \
                     ON CONFLICT DO NOTHING";
        client.execute(begin, &[]).await.unwrap();
        let applier = Applier::open(&client).await.unwrap();
        Self { client, applier }
    }

    async fn apply(&mut self, batch: &[Published]) {
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
                    self.applier = Applier::open(&self.client).await.unwrap();
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

fn history(n: u128) -> Vec<Published> {
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
    RebuildOptions { orders_in_memory_max: 20, ..RebuildOptions::of("orders") }
}

pub async fn run(database: &TestDatabase, events: &Events, purpose: Purpose) -> Result<Report, RebuildError> {
    let how = (purpose, &options(), SystemIds.ordered());
    rebuild(database.url(), events, &Model::ALL, how, &mut |_| ()).await
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
    assert_eq!((report.orders, report.events), (50, events.0.lock().unwrap().len() as u64));
    assert_eq!(report.compared[0].rows, 50);
    let batch: Vec<_> = history(51).into_iter().map(|record| events.store(record)).collect();
    projector.apply(&batch).await;
    let verified = run(&database, &events, Purpose::Verify).await.unwrap();
    assert!(verified.is_equal() && !verified.switched, "{verified:?}");

    let how = (Purpose::Switch, &options(), SystemIds.ordered());
    let back = roll_back(database.url(), &events, how, &mut |_| ()).await.unwrap();
    assert!(back.switched && back.is_equal(), "{back:?}");
    assert_eq!((back.generation, back.caught_up), (1, batch.len() as u64));
    let batch: Vec<_> = history(52).into_iter().map(|record| events.store(record)).collect();
    projector.apply(&batch).await;
    assert!(run(&database, &events, Purpose::Verify).await.unwrap().is_equal());
    assert_eq!(schemas(&projector.client).await, 2 * Model::ALL.len(), "what is live and what was before");
}

#[tokio::test]
async fn one_model_is_switched_alone_and_then_cannot_go_back_alone() {
    let (database, events, mut projector) = filled(10).await;
    let how = (Purpose::Switch, &options(), SystemIds.ordered());
    let report = rebuild(database.url(), &events, &[Model::SkuSales], how, &mut |_| ()).await.unwrap();
    assert!(report.switched);
    let batch: Vec<_> = history(11).into_iter().map(|record| events.store(record)).collect();
    projector.apply(&batch).await;
    assert!(run(&database, &events, Purpose::Verify).await.unwrap().is_equal());
    let back = roll_back(database.url(), &events, how, &mut |_| ()).await;
    assert!(matches!(back, Err(RebuildError::CannotRollBack(_))), "{back:?}");
}

#[tokio::test]
async fn damage_is_named_to_row_and_field_stops_the_switch_and_is_repaired() {
    let (database, events, projector) = filled(30).await;
    let damage = "UPDATE order_summary SET total_minor = 1 WHERE number = '7'; \
                  UPDATE sku_sales SET quantity = quantity + 1 WHERE sku = 'A'; \
                  UPDATE order_counts SET orders = orders + 1 WHERE state = 'CANCELLED'; \
                  DELETE FROM order_lines WHERE order_id = (SELECT order_id FROM order_summary WHERE number = '8')";
    projector.client.batch_execute(damage).await.unwrap();
    let report = run(&database, &events, Purpose::Switch).await.unwrap();
    assert!(!report.switched);
    let differing: Vec<_> = report.compared.iter().map(|compared| (compared.model, compared.differing)).collect();
    assert_eq!(
        differing,
        [
            ("order_summary", 1),
            ("order_lines", 2),
            ("order_timeline", 0),
            ("customer_summary", 0),
            ("sku_sales", 1),
            ("order_counts", 1)
        ]
    );
    let difference = &report.compared[0].differences[0];
    assert_eq!(difference.key["order_id"], Uuid::from_u128(7).to_string());
    assert_eq!((difference.fields.len(), &*difference.fields[0].field), (1, "total_minor"));
    assert_eq!((&difference.fields[0].live, &difference.fields[0].log), (&Some(1.into()), &Some(549.into())));
    assert_eq!(difference.events.len(), 5, "{:?}", difference.events);
    assert!(report.compared[4..].iter().all(|sums| !sums.differences[0].events.is_empty()));

    let repaired = run(&database, &events, Purpose::SwitchDespiteDifferences).await.unwrap();
    assert!(repaired.switched && !repaired.is_equal());
    assert!(run(&database, &events, Purpose::Verify).await.unwrap().is_equal());
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
    assert_eq!(u128::from(verified.orders), orders);
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
                runtime.block_on(async { rebuild(&url, &events, &Model::ALL, how, &mut |_| ()).await.err() })
            });
            second = Some(other.join().unwrap());
        }
    };
    assert!(rebuild(database.url(), &events, &Model::ALL, how, &mut once).await.unwrap().is_equal());
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
        tokio::select! {
            biased;
            () = reached.notified() => (),
            ended = rebuild(database.url(), &events, &Model::ALL, how, &mut progress) => panic!("{ended:?}"),
        }
        assert!(status(database.url()).await.unwrap().at_work.is_some());
        clean_up(database.url(), holder).await.unwrap();
        assert_eq!(status(database.url()).await.unwrap().at_work, None);
    }
    assert!(run(&database, &events, Purpose::Switch).await.unwrap().switched);
    assert_eq!(schemas(&projector.client).await, 2 * Model::ALL.len());
}

#[tokio::test]
async fn a_rebuild_killed_at_any_stage_changes_nothing_and_the_next_one_finishes() {
    let (database, events, projector) = filled(20).await;
    for stage in ["fill", "catch up", "switch"] {
        let before = Generations::live(&projector.client).await.unwrap();
        let kept = schemas(&projector.client).await;
        let gone = RebuildOptions { lease_seconds: 0.2, ..options() };
        let how = (Purpose::Switch, &gone, SystemIds.ordered());
        let reached = Arc::new(tokio::sync::Notify::new());
        let mut progress = |progress: Progress| {
            if progress.stage == stage {
                reached.notify_one();
            }
        };
        tokio::select! {
            biased;
            () = reached.notified() => (),
            ended = rebuild(database.url(), &events, &Model::ALL, how, &mut progress) => panic!("{ended:?}"),
        }
        assert_eq!(Generations::live(&projector.client).await.unwrap(), before, "killed at {stage}");
        let left = schemas(&projector.client).await - kept;
        assert_eq!(left, Model::ALL.len(), "what was begun at {stage} is left for the next one");
        let (limit, interval) = (std::time::Duration::from_secs(10), std::time::Duration::from_millis(50));
        let next = async || run(&database, &events, Purpose::Switch).await.ok();
        let report = service_kit::poll::wait_for(limit, interval, next).await.unwrap();
        assert!(report.switched && report.is_equal(), "{report:?}");
        assert_eq!(schemas(&projector.client).await, 2 * Model::ALL.len());
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

#[tokio::test]
async fn a_bug_that_the_projector_had_for_a_while_is_named_and_repaired() {
    let (database, events, mut projector) = filled(10).await;
    let bug = "CREATE FUNCTION public.bug() RETURNS trigger LANGUAGE plpgsql AS \
               $$ BEGIN NEW.quantity := NEW.quantity + 1; RETURN NEW; END $$; \
               CREATE TRIGGER bug BEFORE INSERT ON order_lines FOR EACH ROW WHEN (NEW.sku = 'B') EXECUTE FUNCTION public.bug()";
    projector.client.batch_execute(bug).await.unwrap();
    for n in [11, 13] {
        let batch: Vec<_> = history(n).into_iter().map(|record| events.store(record)).collect();
        projector.apply(&batch).await;
    }
    projector.client.batch_execute("DROP FUNCTION public.bug CASCADE").await.unwrap();
    let verified = run(&database, &events, Purpose::Verify).await.unwrap();
    let found: Vec<_> = verified.compared.iter().flat_map(|compared| &compared.differences).collect();
    let mut named: Vec<_> = found.iter().map(|one| one.key["order_id"].as_str().unwrap().to_owned()).collect();
    named.sort();
    assert_eq!(named, [11, 13].map(|n| Uuid::from_u128(n).to_string()));
    for difference in found {
        assert_eq!((difference.model, difference.fields.len(), difference.events.len()), ("order_lines", 1, 5));
        let field = &difference.fields[0];
        assert_eq!((field.field.as_str(), &field.live, &field.log), ("quantity", &Some(2.into()), &Some(1.into())));
    }
    assert!(run(&database, &events, Purpose::SwitchDespiteDifferences).await.unwrap().switched);
    assert!(run(&database, &events, Purpose::Verify).await.unwrap().is_equal());
}
