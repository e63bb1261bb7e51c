//! Fulfilments: rows from events, the packing queue and shipments, a rebuild beside the live rows, an audit, and the statements' plans.

use chrono::{DateTime, TimeDelta, Utc};
use domain::TenantId;
use domain::fulfilment::contract::FulfilmentRejectionReason;
use read_models::query::{FulfilmentList, FulfilmentPageRequest, ShipmentFilter};
use read_models::rebuild::Purpose;
use read_models::{FulfilmentHistory, FulfilmentState, Fulfilments, ModelSet, PackingStep, ReadDb, migrate};
use service_kit::postgres::ConnectOptions;
use service_kit::testing::TestDatabase;
use uuid::Uuid;

use super::stock::{Memory, applied, found, run};
use super::stock_plans::Filled;

const PAGE: u32 = 20;

fn shop() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

/// The number of a fulfilment is how many minutes after the others it was asked for.
fn asked(number: u32, tenant: &str, location: &str) -> FulfilmentHistory {
    FulfilmentHistory::new(number.into(), tenant, 70).later(number * 60).requested(location, &[("A", 2)])
}

fn packed(number: u32) -> FulfilmentHistory {
    asked(number, "shop", "zrh-1").accepted().packed()
}

fn shipped(number: u32, carrier: &str) -> FulfilmentHistory {
    packed(number).released().shipped(carrier, "99")
}

fn histories() -> Vec<FulfilmentHistory> {
    vec![
        packed(4),
        asked(1, "shop", "zrh-1"),
        packed(3).released(),
        asked(2, "shop", "zrh-1").accepted(),
        asked(10, "shop", "zrh-1").accepted().picked(),
        asked(5, "shop", "bsl-1"),
        asked(6, "other", "zrh-1"),
        asked(7, "shop", "zrh-1").rejected(FulfilmentRejectionReason::NoCapacity),
        asked(8, "shop", "zrh-1").cancelled(),
        shipped(11, "post"),
        shipped(12, "courier").delivered(),
        shipped(13, "post").lost(),
        shipped(14, "post").delivered(),
        FulfilmentHistory::new(9, "shop", 70).request_refused(71),
    ]
}

fn queue(step: Option<PackingStep>) -> FulfilmentList {
    FulfilmentList::PackingQueue { location: "zrh-1".to_owned(), step }
}

fn request(list: FulfilmentList, limit: u32) -> FulfilmentPageRequest {
    FulfilmentPageRequest { list, after: None, before: None, limit, from_end: false }
}

/// The fulfilments of a list, read in pages of one from its beginning; from its end they are the same.
async fn listed(read: &ReadDb, list: FulfilmentList) -> Vec<u128> {
    let mut all = [Vec::new(), Vec::new()];
    for (from_end, all) in [false, true].into_iter().zip(&mut all) {
        let mut request = FulfilmentPageRequest { from_end, ..request(list.clone(), 1) };
        loop {
            let page = read.fulfilment_page(&shop(), &request).await.unwrap();
            let key = page.fulfilments.first().and_then(|one| list.key(one));
            let ids = page.fulfilments.iter().map(|one| one.fulfilment_id.as_u128());
            if from_end {
                all.splice(0..0, ids);
                request.before = key;
            } else {
                all.extend(ids);
                request.after = key;
            }
            if !page.more {
                break;
            }
        }
    }
    let [forward, backward] = all;
    assert_eq!(forward, backward);
    forward
}

async fn filled() -> (TestDatabase, Memory<domain::fulfilment::contract::PublicEvent>) {
    let database = TestDatabase::create().await;
    migrate(database.url(), &[Fulfilments::MODELS], |_| ()).await.unwrap();
    let log = Memory::of(histories().iter().flat_map(FulfilmentHistory::records));
    applied::<Fulfilments>(&database, &log).await;
    (database, log)
}

#[tokio::test]
async fn a_location_sees_what_it_has_to_do_the_oldest_first() {
    let (database, _) = filled().await;
    let read = ReadDb::open(database.url(), &[Fulfilments::MODELS], ConnectOptions::named("test")).unwrap();
    assert_eq!(listed(&read, queue(None)).await, [1, 2, 3, 4, 10]);
    let steps = [
        (PackingStep::ToAccept, 1),
        (PackingStep::ToPick, 2),
        (PackingStep::ToPack, 10),
        (PackingStep::ToShip, 3),
        (PackingStep::AwaitsRelease, 4),
    ];
    for (step, number) in steps {
        assert_eq!(listed(&read, queue(Some(step))).await, [number], "{step:?}");
        let one = read.fulfilment(&shop(), Uuid::from_u128(number)).await.unwrap().unwrap();
        assert_eq!(one.waits_for(), Some(step));
    }
    assert_eq!(read.fulfilment(&shop(), Uuid::from_u128(6)).await.unwrap(), None, "it is another tenant's");
    let versions = read.fulfilment_versions(&[Uuid::from_u128(6)]).await.unwrap();
    assert_eq!((versions[0].version, &*versions[0].tenant), (1, "other"));
}

#[tokio::test]
async fn shipments_are_listed_by_carrier_state_and_time_the_newest_first() {
    let (database, _) = filled().await;
    let read = ReadDb::open(database.url(), &[Fulfilments::MODELS], ConnectOptions::named("test")).unwrap();
    let by = |carrier: Option<&str>, state| ShipmentFilter {
        carrier: carrier.map(str::to_owned),
        state,
        ..ShipmentFilter::default()
    };
    let list = async |filter| listed(&read, FulfilmentList::Shipments(filter)).await;
    assert_eq!(list(by(None, None)).await, [14, 13, 12, 11]);
    assert_eq!(list(by(Some("post"), None)).await, [14, 13, 11]);
    assert_eq!(list(by(None, Some(FulfilmentState::Delivered))).await, [14, 12]);
    assert_eq!(list(by(Some("post"), Some(FulfilmentState::Lost))).await, [13]);
    let left: Vec<DateTime<Utc>> = [12, 14].map(|number| shipped(number, "post").view().shipped_at.unwrap()).into();
    let between = ShipmentFilter { shipped_from: Some(left[0]), shipped_before: Some(left[1]), ..by(None, None) };
    assert_eq!(list(between.clone()).await, [13, 12], "from the first moment on, and without the last");
    let later = ShipmentFilter { shipped_from: Some(left[0] + TimeDelta::microseconds(1)), ..between };
    assert_eq!(list(later).await, [13]);
}

#[tokio::test]
async fn rows_of_fulfilments_are_rebuilt_compared_and_audited() {
    let (database, log) = filled().await;
    let report = run::<Fulfilments>(&database, &log, Purpose::Switch).await;
    assert!(report.switched && report.is_equal(), "{report:?}");
    assert!(found::<Fulfilments>(&database, &log).await.is_empty());
    let damage = "UPDATE fulfilment_g2.fulfilment SET released = true WHERE fulfilment_id = $1";
    database.client().await.execute(damage, &[&Uuid::from_u128(4)]).await.unwrap();
    let report = run::<Fulfilments>(&database, &log, Purpose::Verify).await;
    assert_eq!(report.compared[0].differences[0].fields[0].field, "released");
    assert!(!found::<Fulfilments>(&database, &log).await.is_empty());
}

#[tokio::test]
async fn fulfilments_are_read_by_their_indexes() {
    let mut filled = Filled::new(&[Fulfilments::MODELS], include_str!("plans/fulfilments.sql")).await;
    let place = |step| FulfilmentList::PackingQueue { location: "loc-7".to_owned(), step };
    let mut lists = vec![place(None), place(Some(PackingStep::ToShip)), place(Some(PackingStep::ToAccept))];
    let states = [None, Some(FulfilmentState::Shipped), Some(FulfilmentState::Delivered), Some(FulfilmentState::Lost)];
    for (carrier, state) in
        [None, Some("post"), Some("pigeon")].into_iter().flat_map(|carrier| states.map(|state| (carrier, state)))
    {
        for shipped_before in [None, DateTime::from_timestamp(1_767_240_000, 0)] {
            let carrier = carrier.map(str::to_owned);
            lists.push(FulfilmentList::Shipments(ShipmentFilter {
                carrier,
                state,
                shipped_from: None,
                shipped_before,
            }));
        }
    }
    for list in lists {
        for (mode, from_end) in [("force_custom_plan", false), ("force_generic_plan", true)] {
            let mut request = FulfilmentPageRequest { from_end, ..request(list.clone(), PAGE) };
            for page in ["the first page", "a later page"] {
                let found = filled.read.fulfilment_page(&shop(), &request).await.unwrap();
                filled.check(&format!("{page} of {list:?}"), mode, false).await;
                let middle = found.fulfilments.get(found.fulfilments.len() / 2).and_then(|one| list.key(one));
                (request.after, request.before) = if from_end { (None, middle) } else { (middle, None) };
            }
        }
    }
    for mode in ["force_custom_plan", "force_generic_plan"] {
        filled.read.fulfilment(&shop(), Uuid::from_u128(1)).await.unwrap();
        filled.check("a fulfilment by id", mode, false).await;
        filled.read.fulfilment_versions(&[Uuid::from_u128(1)]).await.unwrap();
        filled.check("versions of fulfilments", mode, false).await;
    }
    assert!(filled.failures.is_empty(), "{}", filled.failures);
}
