//! Sagas: rows from events, lists, a rebuild beside the live rows, an audit of them, and the plans of their statements.

use domain::Operator;
use domain::TenantId;
use domain::order_saga::{AnswerKind, UndoOrder};
use read_models::query::{SagaFilter, SagaKey, SagaPageRequest, Window};
use read_models::rebuild::Purpose;
use read_models::{ModelSet, OpenTasks, ReadDb, SagaHistory, SagaState, Sagas, migrate};
use service_kit::postgres::ConnectOptions;
use service_kit::testing::TestDatabase;
use uuid::Uuid;

use super::stock::{Memory, applied, found, run};
use super::stock_plans::Filled;

const PAGE: u32 = 20;
/// From so much on a person looks at an order.
const LARGE: i64 = 600_000;

fn shop() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn reviewed(order: u128, tenant: &str, waited_s: u32) -> SagaHistory {
    let saga = SagaHistory::started(order, tenant, LARGE).later(waited_s);
    let part = saga.last_part();
    saga.answered(part, AnswerKind::StockGranted, None)
}

/// One that runs, one that is undone, two with a task and one of another tenant, by the order's number.
fn histories() -> [SagaHistory; 5] {
    let undone = SagaHistory::started(2, "shop", 3_000).later(1);
    let undo = UndoOrder { tenant: shop(), by: Operator::try_new("ann").unwrap(), at: undone.now() };
    [
        SagaHistory::started(1, "shop", 3_000),
        undone.after(undo),
        reviewed(3, "shop", 60),
        reviewed(4, "shop", 30),
        reviewed(5, "other", 10),
    ]
}

fn request(filter: SagaFilter) -> SagaPageRequest {
    SagaPageRequest { filter, after: None, before: None, limit: 1, from_end: false }
}

/// The orders of a list, read page by page.
async fn listed(read: &ReadDb, mut request: SagaPageRequest) -> Vec<u128> {
    let mut all = Vec::new();
    loop {
        let page = read.saga_page(&shop(), &request).await.unwrap();
        let key = if request.from_end { page.sagas.first() } else { page.sagas.last() }.map(SagaKey::of);
        let orders = page.sagas.iter().map(|saga| saga.order_id.as_u128());
        if request.from_end {
            all.splice(0..0, orders);
            request.before = key;
        } else {
            all.extend(orders);
            request.after = key;
        }
        if !page.more {
            return all;
        }
    }
}

#[tokio::test]
async fn sagas_are_listed_by_the_deadlines_of_their_tasks() {
    let database = TestDatabase::create().await;
    migrate(database.url(), &[Sagas::MODELS], |_| ()).await.unwrap();
    let histories = histories();
    applied::<Sagas>(&database, &Memory::of(histories.iter().flat_map(SagaHistory::records))).await;
    let read = ReadDb::open(database.url(), &[Sagas::MODELS], ConnectOptions::named("test")).unwrap();
    let all = SagaFilter::default();
    assert_eq!(listed(&read, request(all)).await, [4, 3, 1, 2], "of those without a task the one that rests longest");
    let backwards = SagaPageRequest { from_end: true, ..request(all) };
    assert_eq!(listed(&read, backwards).await, [4, 3, 1, 2]);
    let state = |state| SagaFilter { state: Some(state), ..SagaFilter::default() };
    assert_eq!(listed(&read, request(state(SagaState::Undoing))).await, [2]);
    assert_eq!(listed(&read, request(state(SagaState::Running))).await, [4, 3, 1]);
    let with_task = |has_task| SagaFilter { has_task: Some(has_task), ..SagaFilter::default() };
    assert_eq!(listed(&read, request(with_task(true))).await, [4, 3]);
    assert_eq!(listed(&read, request(with_task(false))).await, [1, 2]);

    let open = OpenTasks { kind: "REVIEW".to_owned(), open: 3, escalated: 0 };
    assert_eq!(read.open_tasks().await.unwrap(), [open], "of all tenants");

    let orders = [1, 5].map(Uuid::from_u128);
    let mine = read.sagas(&shop(), &orders).await.unwrap();
    assert_eq!((mine.len(), &mine[0].pending), (1, &histories[0].view().pending), "another tenant's is not among them");
    let events = read.saga_events(&orders[..1], Window::first(10)).await.unwrap();
    let types: Vec<_> = events[&orders[0]].iter().map(|(_, event)| &*event.event_type).collect();
    assert_eq!(types, ["SagaStarted", "StockRequested"]);
    let versions = read.saga_versions(&orders[1..]).await.unwrap();
    assert_eq!((versions[0].version, &*versions[0].tenant), (histories[4].view().version, "other"));
}

#[tokio::test]
async fn rows_of_sagas_are_rebuilt_compared_and_audited() {
    let database = TestDatabase::create().await;
    migrate(database.url(), &[Sagas::MODELS], |_| ()).await.unwrap();
    let log = Memory::of(histories().iter().flat_map(SagaHistory::records));
    applied::<Sagas>(&database, &log).await;
    let report = run::<Sagas>(&database, &log, Purpose::Switch).await;
    assert!(report.switched && report.is_equal(), "{report:?}");
    assert!(found::<Sagas>(&database, &log).await.is_empty());
    let damage = "UPDATE saga_g2.saga SET pending = '[]' WHERE order_id = $1";
    database.client().await.execute(damage, &[&Uuid::from_u128(1)]).await.unwrap();
    let report = run::<Sagas>(&database, &log, Purpose::Verify).await;
    assert_eq!(report.compared[0].differences[0].fields[0].field, "pending");
    assert!(!found::<Sagas>(&database, &log).await.is_empty());
}

#[tokio::test]
async fn sagas_are_read_by_their_indexes() {
    let mut filled = Filled::new(&[Sagas::MODELS], include_str!("plans/sagas.sql")).await;
    let states = [None, Some(SagaState::Running), Some(SagaState::Undoing), Some(SagaState::Ended)];
    for mode in ["force_custom_plan", "force_generic_plan"] {
        for (state, has_task) in states.into_iter().flat_map(|state| [None, Some(true)].map(|task| (state, task))) {
            let filter = SagaFilter { state, has_task };
            let mut request = SagaPageRequest { limit: PAGE, ..request(filter) };
            for page in ["the first page", "a later page"] {
                let found = filled.read.saga_page(&shop(), &request).await.unwrap();
                filled.check(&format!("{page} of {filter:?}"), mode, false).await;
                request.after = found.sagas.get(found.sagas.len() / 2).map(SagaKey::of);
            }
        }
        filled.read.sagas(&shop(), &[Uuid::from_u128(1)]).await.unwrap();
        filled.check("sagas by id", mode, false).await;
        filled.read.saga_versions(&[Uuid::from_u128(1)]).await.unwrap();
        filled.check("versions of sagas", mode, false).await;
        filled.read.saga_events(&[Uuid::from_u128(1)], Window::first(PAGE)).await.unwrap();
        filled.check("events of sagas", mode, false).await;
    }
    assert!(filled.failures.is_empty(), "{}", filled.failures);
}
