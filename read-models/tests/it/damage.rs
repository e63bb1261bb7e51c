//! Damaged rows: a rebuild names them, does not switch, and repairs them when it is told to.

use read_models::rebuild::Purpose;
use uuid::Uuid;

use super::rebuilds::{filled, history, run};

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
