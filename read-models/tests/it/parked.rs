//! Parked records: looked at by number and by key, and dropped with a reason.

use read_models::{drop_parked, groups_with_parked, parked_record, parked_records};
use serde_json::json;

use super::database;

const PARK: &str = "INSERT INTO public.parked (group_name, topic, partition, \"offset\", key, reason, record, headers)
                    VALUES ($1, 't', 0, $2, $3, 'a test', $4, $5)";

#[tokio::test]
async fn a_record_that_is_dropped_is_kept_with_the_reason_and_the_others_stay() {
    let database = database().await;
    let client = database.client().await;
    let (key, other): (&[u8], &[u8]) = (b"one", b"other");
    let headers = json!({ "ce_id": "YQ==" });
    for (group, offset, key) in [("b", 2_i64, Some(key)), ("a", 7, Some(other)), ("a", 3, Some(key)), ("a", 9, None)] {
        client.execute(PARK, &[&group, &offset, &key, &Some(key.unwrap_or(b"?")), &headers]).await.unwrap();
    }
    let all = parked_records(&client).await.unwrap();
    let places: Vec<_> = all.iter().map(|record| (record.group.as_str(), record.offset)).collect();
    assert_eq!(places, [("a", 3), ("a", 7), ("a", 9), ("b", 2)]);
    let first = &all[0];
    assert_eq!((first.key.as_deref(), first.record.as_deref(), &first.headers), (Some(key), Some(key), &headers));
    assert_eq!((all[2].key.as_deref(), first.stream_id), (None, None));
    assert_eq!(groups_with_parked(&client, key, None).await.unwrap(), ["a", "b"]);
    assert_eq!(groups_with_parked(&client, key, Some(first.id)).await.unwrap(), ["a"]);
    assert_eq!(groups_with_parked(&client, b"nobody", None).await.unwrap(), [] as [String; 0]);

    assert!(drop_parked(&client, first.id, "no use").await.unwrap());
    assert!(!drop_parked(&client, first.id, "no use").await.unwrap(), "it is gone by now");
    assert_eq!(parked_record(&client, first.id).await.unwrap(), None);
    assert_eq!(parked_records(&client).await.unwrap(), all[1..]);
    let kept = client.query_one("SELECT id, dropped_because, headers FROM public.parked_dropped", &[]).await.unwrap();
    assert_eq!((kept.get::<_, i64>(0), kept.get::<_, &str>(1)), (first.id, "no use"));
    assert_eq!(kept.get::<_, serde_json::Value>(2), headers);
}
