//! Values that only one stream may hold.

use event_store::AppendError;

use crate::support::{append_to, claiming, database, new_id, open};

#[tokio::test]
async fn a_stream_may_claim_again_what_it_holds_and_no_other_stream_may() {
    let database = database().await;
    let store = open(&database).await;
    let holder = new_id();
    let rival = new_id();
    store.append(claiming(append_to(&holder, 0, 1), "7")).await.unwrap();
    store.append(claiming(append_to(&holder, 1, 1), "8")).await.unwrap();
    store.append(claiming(append_to(&holder, 2, 1), "7")).await.unwrap();
    let refused = store.append(claiming(append_to(&rival, 0, 1), "7")).await;
    assert!(matches!(refused, Err(AppendError::ClaimTaken { .. })), "{refused:?}");
}
