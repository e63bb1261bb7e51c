//! Payments by bank transfer: matched by what customers state, counted once, and sent back where it is not kept.

use domain::bank::CreditorReference;
use domain::payment::PaymentEvent;
use domain::{Money, PaymentId};
use futures::future::join_all;
use payment::audit::compare_all;
use payment::payment::Asked;
use payment::provider::ProviderError;
use serde_json::{Value, json};
use service_kit::audit::Findings;
use service_kit::clock::Clock;
use service_kit::config::BankAccounts;
use service_kit::poll::wait_until;

use crate::world::{AMOUNT, Case, LOOK, PATIENCE, World, asked_by, eur, new_case, refund, request};

const ACCOUNTS: &str = "[tenants.shop]\nholder = \"Shop Ltd\"\niban = \"CH9300762011623852957\"\nbic = \"POFICHBE\"\n\
    [tenants.chain]\nholder = \"Chain Ltd\"\niban = \"DE89370400440532013000\"\n";

async fn world() -> World {
    World::with(BankAccounts::parse(ACCOUNTS).unwrap()).await
}

/// A credit as a customer makes it who states a payment's reference among other words.
fn credit(id: &str, minor: i64, payment: PaymentId) -> Value {
    entry(id, minor, "EUR", &format!("order 17, {} thanks", CreditorReference::of(payment)).to_lowercase())
}

fn entry(id: &str, minor: i64, currency: &str, text: &str) -> Value {
    json!({"id": id, "bookedAt": "2026-06-01", "amount": {"minor": minor, "currency": currency}, "text": text})
}

impl World {
    /// Sends a statement and answers what became of its entries.
    async fn statement(&self, entries: &[Value]) -> Vec<Value> {
        let report = self.post("/v1/bank-statements", &json!({ "entries": entries })).await.assert(200).body;
        report["entries"].as_array().unwrap().clone()
    }

    async fn outcomes(&self, entries: &[Value]) -> Vec<String> {
        let report = self.statement(entries).await;
        report.iter().map(|entry| entry["outcome"].as_str().unwrap().to_owned()).collect()
    }

    /// A payment for which some money has come.
    async fn transferred(&self, minor: i64) -> Case {
        let case = self.opened().await;
        assert_eq!(self.outcomes(&[credit(&format!("first-{}", case.id), minor, case.id)]).await, ["MATCHED"]);
        case
    }

    /// The reasons and amounts of what is to be sent.
    async fn outgoing(&self) -> Vec<(String, i64)> {
        let list = self.get("/v1/outgoing-transfers").await.assert(200).body;
        let transfers = list["transfers"].as_array().unwrap().iter();
        let of = |one: &Value| (one["reason"].as_str().unwrap().to_owned(), one["amount"]["minor"].as_i64().unwrap());
        transfers.map(of).collect()
    }

    async fn view(&self, case: Case) -> Value {
        self.get(&case.own_path()).await.assert(200).body
    }

    async fn status(&self, case: Case) -> String {
        self.view(case).await["status"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_told_where_to_transfer_and_has_paid_once_all_of_it_has_come() {
    let world = world().await;
    let case = world.opened().await;
    let view = world.post_as("c-1", &case.path(), &json!({})).await.assert(201).body;
    let reference = CreditorReference::of(case.id).to_string();
    let expected = json!({"holder": "Shop Ltd", "iban": "CH9300762011623852957", "bic": "POFICHBE",
        "reference": reference, "received": {"minor": 0, "currency": "EUR"}});
    assert_eq!((&view["bankTransfer"], &view["status"]), (&expected, &json!("PENDING")));
    let first = world.statement(&[credit("e-1", 4_000, case.id)]).await;
    assert_eq!(first, [json!({"id": "e-1", "outcome": "MATCHED", "paymentId": case.id.to_string()})]);
    let list = world.get_as("c-1", &case.path()).await.assert(200).body;
    assert_eq!(list["payments"][0]["bankTransfer"]["received"]["minor"], 4_000);
    world.statement(&[credit("e-2", AMOUNT - 4_000, case.id)]).await;
    let view = world.view(case).await;
    assert_eq!((&view["status"], &view["capturable"]["minor"]), (&json!("AUTHORIZED"), &json!(AMOUNT)));
    assert!(view.get("bankTransfer").is_none(), "{view}");
    assert_eq!(world.types(case).await, ["PaymentRequested", "PaymentOpened", "PaymentAuthorized"]);
    world.ask(case, &Asked::Capture { amount: eur(AMOUNT) }).await;
    assert_eq!((world.status(case).await.as_str(), world.outgoing().await.len()), ("CAPTURED", 0));
    assert!(world.ledger().is_empty(), "the other provider knows nothing of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_counts_once_however_often_and_by_whomever_it_is_sent() {
    let world = world().await;
    let case = world.opened().await;
    let half = credit("e-1", AMOUNT / 2, case.id);
    assert_eq!(world.outcomes(&[half.clone(), half.clone()]).await, ["MATCHED", "REPEATED"]);
    // A bank that writes the same text otherwise.
    let spelled = entry("e-1", AMOUNT / 2, "EUR", CreditorReference::of(case.id).as_str());
    assert_eq!(world.outcomes(&[spelled]).await, ["REPEATED"]);
    let others = [credit("e-1", AMOUNT, case.id), entry("e-1", AMOUNT / 2, "EUR", "nothing")];
    assert_eq!(world.outcomes(&others).await, ["CONFLICT", "CONFLICT"]);
    assert_eq!(world.view(case).await["bankTransfer"]["received"]["minor"], AMOUNT / 2);
    // Several at once, of one payment and of both: each counts once, and none waits for ever.
    let second = world.opened().await;
    let entries: Vec<_> = (0..8)
        .map(|number| credit(&format!("c-{number}"), 1_000, if number % 2 == 0 { case.id } else { second.id }))
        .collect();
    let reversed: Vec<_> = entries.iter().rev().cloned().collect();
    let mut outcomes = join_all([&entries, &reversed, &entries].map(|entries| world.outcomes(entries))).await.concat();
    outcomes.sort_unstable();
    assert_eq!(outcomes, [vec!["MATCHED"; 8], vec!["REPEATED"; 16]].concat());
    assert_eq!(world.view(case).await["bankTransfer"]["received"]["minor"], AMOUNT / 2 + 4_000);
    assert_eq!(world.view(second).await["bankTransfer"]["received"]["minor"], 4_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_by_several_statements_at_the_same_moment_is_sent_back_once() {
    const STATEMENTS: i64 = 4;
    let world = world().await;
    let case = world.opened().await;
    let mut client = world.database.client().await;
    let barrier = client.transaction().await.unwrap();
    barrier.execute("SELECT reference FROM bank_payments FOR UPDATE", &[]).await.unwrap();
    let entries: Vec<_> = (0..STATEMENTS).map(|number| [credit(&format!("e-{number}"), AMOUNT, case.id)]).collect();
    let sending = join_all(entries.iter().map(|entries| world.statement(entries)));
    let looking = world.database.client().await;
    let release = async {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let all = async || looking.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == STATEMENTS;
        wait_until(PATIENCE, LOOK, all).await.unwrap();
        barrier.commit().await.unwrap();
    };
    futures::future::join(sending, release).await;
    let sent_back: i64 = world.outgoing().await.iter().map(|(_, minor)| minor).sum();
    assert_eq!((world.status(case).await.as_str(), sent_back), ("AUTHORIZED", (STATEMENTS - 1) * AMOUNT));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_matches_no_payment_is_kept_with_its_reason_until_people_give_it_to_one() {
    let world = world().await;
    let (case, absent) = (world.opened().await, new_case());
    let right = CreditorReference::of(case.id);
    let wrong = right.as_str().replacen(char::is_numeric, "x", 1).replace('x', "0");
    let wrong = if wrong == right.as_str() { right.as_str().replacen('0', "1", 1) } else { wrong };
    let entries = [
        entry("n-1", AMOUNT, "EUR", "from aunt Mary"),
        entry("n-2", AMOUNT, "EUR", &wrong),
        credit("n-3", AMOUNT, absent.id),
        entry("n-4", AMOUNT, "CHF", right.as_str()),
        entry("n-5", AMOUNT, "EUR", &format!("{right} {}", CreditorReference::of(absent.id))),
    ];
    let report = world.statement(&entries).await;
    let reasons: Vec<_> = report.iter().map(|entry| entry["reason"].as_str().unwrap()).collect();
    let expected = ["NO_REFERENCE", "WRONG_CHECK_DIGITS", "UNKNOWN_REFERENCE", "OTHER_CURRENCY", "SEVERAL_REFERENCES"];
    assert_eq!(reasons, expected);
    let unmatched = world.get("/v1/bank-entries?unmatched").await.assert(200).body;
    assert_eq!(unmatched["entries"].as_array().unwrap().len(), 5);
    assert_eq!(unmatched["entries"][4]["text"], "from aunt Mary");
    let of = |id: PaymentId| json!({"paymentId": id.to_string()});
    for (path, payment, status, code) in [
        ("none", case.id, 404, "bank_entry_not_found"),
        ("n-1", absent.id, 404, "payment_not_found"),
        ("n-4", case.id, 409, "bank_entry_other_currency"),
    ] {
        let refused = world.post(&format!("/v1/bank-entries/{path}/assign"), &of(payment)).await.assert(status).body;
        assert_eq!(refused["code"], code);
    }
    for _ in 0..2 {
        let assigned = world.post("/v1/bank-entries/n-1/assign", &of(case.id)).await.assert(200).body;
        assert_eq!((&assigned["paymentId"], assigned.get("text")), (&json!(case.id.to_string()), None));
    }
    assert_eq!(world.status(case).await, "AUTHORIZED");
    let other = world.opened().await;
    let taken = world.post("/v1/bank-entries/n-1/assign", &of(other.id)).await.assert(409).body;
    assert_eq!(taken["code"], "bank_entry_assigned");
    assert_eq!(world.outcomes(&entries[..1]).await, ["REPEATED"]);
    let all = world.get("/v1/bank-entries").await.assert(200).body;
    let matched = world.get("/v1/bank-entries?unmatched=true").await.assert(200).body;
    let count = |list: &Value| list["entries"].as_array().unwrap().len();
    assert_eq!((count(&all), count(&matched)), (5, 4));
    let stored = "SELECT count(*) FROM bank_entries WHERE remittance LIKE '%Mary%'";
    assert_eq!(world.database.client().await.query_one(stored, &[]).await.unwrap().get::<_, i64>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_kept_is_sent_back_until_somebody_says_so() {
    let world = world().await;
    let case = world.transferred(AMOUNT + 500).await;
    assert_eq!((world.status(case).await.as_str(), world.outgoing().await), ("AUTHORIZED", vec![sent("SURPLUS", 500)]));
    world.ask(case, &Asked::Capture { amount: eur(10_000) }).await;
    let view = world.view(case).await;
    assert_eq!((&view["captured"]["minor"], &view["capturable"]["minor"]), (&json!(10_000), &json!(0)));
    let rest = sent("NOT_CAPTURED", AMOUNT - 10_000);
    assert_eq!(world.outgoing().await, [sent("SURPLUS", 500), rest.clone()]);
    world.ask(case, &refund(3_000)).await;
    assert_eq!(world.view(case).await["refunded"]["minor"], 3_000);
    world.statement(&[credit("late", 70, case.id)]).await;
    let list = world.get("/v1/outgoing-transfers").await.assert(200).body;
    let transfers = list["transfers"].as_array().unwrap();
    assert_eq!(transfers[2]["entries"], json!([format!("first-{}", case.id), "late"]));
    let path = format!("/v1/outgoing-transfers/{}/done", transfers[0]["id"].as_str().unwrap());
    for _ in 0..2 {
        assert!(world.post(&path, &Value::Null).await.assert(200).body["doneAt"].is_string());
    }
    assert_eq!(world.outgoing().await, [rest, sent("REFUND", 3_000), sent("SURPLUS", 70)]);
    assert_compared(&world, 1).await;
    let none = format!("/v1/outgoing-transfers/{}/done", case.id);
    assert_eq!(world.post(&none, &Value::Null).await.assert(404).body["code"], "outgoing_transfer_not_found");
}

/// Whether what is recorded is what the tables have.
async fn assert_compared(world: &World, payments: u64) {
    let mut findings = Findings::default();
    let mut log = world.database.client().await;
    let examined = compare_all(&mut log, &*world.provider, world.clock.now(), &mut findings).await.unwrap();
    assert_eq!((examined[0].count, findings.listed.len()), (payments, 0), "{:?}", findings.listed);
}

fn sent(reason: &str, minor: i64) -> (String, i64) {
    (reason.to_owned(), minor)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_for_a_cancelled_payment_before_and_after_is_sent_back() {
    let world = world().await;
    let case = world.transferred(900).await;
    world.ask(case, &Asked::Void).await;
    let view = world.view(case).await;
    assert_eq!((&view["status"], view.get("bankTransfer")), (&json!("VOIDED"), None));
    assert_eq!(world.outcomes(&[credit("late", AMOUNT, case.id)]).await, ["MATCHED"]);
    assert_eq!(world.outgoing().await, [sent("CANCELLED", 900), sent("CANCELLED", AMOUNT)]);
    assert_eq!(world.status(case).await, "VOIDED");
    let late = world.provider.read(&world.events(case).await.iter().find_map(reference).unwrap()).await.unwrap().seen;
    assert_eq!((late.capturable, late.captured), (0, 0));
}

fn reference(event: &PaymentEvent) -> Option<domain::ProviderReference> {
    match event {
        PaymentEvent::PaymentOpened(event) => Some(event.reference.clone()),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_twice_has_one_effect_and_what_cannot_be_is_refused_by_its_code() {
    let world = world().await;
    let case = world.transferred(AMOUNT).await;
    let reference = world.events(case).await.iter().find_map(reference).unwrap();
    let (provider, chf) = (&world.provider, Money::new(5, domain::Currency::try_new("CHF").unwrap()));
    let refused = |answer: Result<_, ProviderError>| match answer {
        Err(ProviderError::Refused { code }) => code.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(provider.authorize("k", &reference, &reference).await), "bank_transfer_takes_no_method");
    assert_eq!(refused(provider.capture("k", &reference, chf).await), "bank_transfer_other_currency");
    assert_eq!(refused(provider.capture("k", &reference, eur(AMOUNT + 1)).await), "bank_transfer_amount_too_large");
    assert_eq!(refused(provider.refund("k", &reference, eur(1)).await), "bank_transfer_amount_too_large");
    for _ in 0..2 {
        assert_eq!(provider.capture("k-1", &reference, eur(AMOUNT)).await.unwrap().captured, AMOUNT);
        assert_eq!(provider.refund("k-2", &reference, eur(100)).await.unwrap().refunded, 100);
    }
    assert_eq!(refused(provider.capture("k-3", &reference, eur(1)).await), "bank_transfer_captured");
    assert_eq!(refused(provider.cancel("k-4", &reference).await), "bank_transfer_captured");
    assert_eq!(world.outgoing().await, [sent("REFUND", 100)]);
    let unpaid = world.transferred(1).await;
    let reference = world.events(unpaid).await.iter().find_map(self::reference).unwrap();
    assert_eq!(refused(provider.capture("k", &reference, eur(1)).await), "bank_transfer_not_received");
    provider.cancel("k", &reference).await.unwrap();
    assert_eq!(refused(provider.capture("k", &reference, eur(1)).await), "bank_transfer_cancelled");
    // At the edge it is no declined attempt.
    let method = world.pay(world.opened().await, "pm_card_visa").await.assert(409).body;
    assert_eq!(method["code"], "payment_by_bank_transfer");
}

/// Everything of a list, page by page.
async fn pages(world: &World, path: &str, rows: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let mut page = world.get(&format!("{path}{after}")).await.assert(200).body;
        all.append(page[rows].as_array_mut().unwrap());
        let Some(next) = page["next"].as_str() else { return all };
        after = format!("{}after={next}", if path.contains('?') { "&" } else { "?" });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_more_than_a_page_are_read_on_from_their_last_row() {
    let world = world().await;
    let case = world.transferred(AMOUNT).await;
    let reference = world.reference(case).await;
    // Three moments for 1,200 rows, so that pages end within one.
    let fill = "INSERT INTO bank_entries (tenant, id, booked_on, amount_minor, currency, reason, taken_at)
        SELECT 'shop', 'n-' || n, '2026-06-01', n, 'EUR', 'NO_REFERENCE', timestamptz '2026-06-01' + n % 3 * interval '1 s'
        FROM generate_series(1, 1200) AS n";
    let client = world.database.client().await;
    client.batch_execute(fill).await.unwrap();
    let fill = "INSERT INTO outgoing_transfers (id, tenant, payment, reason, amount_minor, currency, created_at)
        SELECT gen_random_uuid(), 'shop', $1, 'SURPLUS', n, 'EUR', timestamptz '2026-06-01' + n % 3 * interval '1 s'
        FROM generate_series(1, 1200) AS n";
    client.execute(fill, &[&reference]).await.unwrap();

    let all = pages(&world, "/v1/bank-entries", "entries").await;
    let unmatched = pages(&world, "/v1/bank-entries?unmatched", "entries").await;
    let mut newest_first: Vec<_> = all.iter().map(|one| (one["takenAt"].clone(), one["id"].clone())).collect();
    newest_first.sort_by(|a, b| (b.0.as_str(), b.1.as_str()).cmp(&(a.0.as_str(), a.1.as_str())));
    assert!(all.iter().map(|one| &one["id"]).eq(newest_first.iter().map(|(_, id)| id)));
    let amounts = |rows: &[Value]| {
        let mut amounts: Vec<_> = rows.iter().map(|one| one["amount"]["minor"].as_i64().unwrap()).collect();
        amounts.sort_unstable();
        amounts
    };
    let each_once: Vec<i64> = (1..=1_200).collect();
    assert_eq!((all.len(), amounts(&unmatched)), (1_201, each_once.clone()));
    let transfers = pages(&world, "/v1/outgoing-transfers", "transfers").await;
    assert!(transfers.is_sorted_by_key(|one| one["createdAt"].as_str().unwrap().to_owned()));
    assert_eq!(amounts(&transfers), each_once);

    // What a page begins after may be done by now, and must be one's own.
    let last = transfers[499]["id"].as_str().unwrap();
    world.post(&format!("/v1/outgoing-transfers/{last}/done"), &Value::Null).await.assert(200);
    let second = world.get(&format!("/v1/outgoing-transfers?after={last}")).await.assert(200).body;
    assert_eq!(second["transfers"][0]["id"], transfers[500]["id"]);
    for unknown in [case.id.to_string(), "x".to_owned()] {
        let refused = world.get(&format!("/v1/outgoing-transfers?after={unknown}")).await.assert(404).body;
        assert_eq!(refused["code"], "outgoing_transfer_not_found");
        let refused = world.get(&format!("/v1/bank-entries?after={unknown}")).await.assert(404).body;
        assert_eq!(refused["code"], "bank_entry_not_found");
    }
    world.get("/v1/bank-entries?after=n-1&after=n-2").await.assert(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_and_providers_are_apart_and_are_compared_together() {
    let world = world().await;
    let (ours, theirs, card) = (world.opened().await, new_case(), new_case());
    for (case, tenant) in [(theirs, "chain"), (card, "kiosk")] {
        let by =
            payment::payment::AskedBy { tenant: domain::TenantId::try_new(tenant).unwrap(), ..asked_by(case.order) };
        let events = world.payments.answer(case.id, &request(), &by).await.unwrap();
        world.payments.tell_started(case.id, &events).await.unwrap();
    }
    assert!(world.reference(theirs).await.starts_with("bt_") && world.reference(card).await.starts_with("pi_"));
    let statement = json!({"entries": [credit("e-1", AMOUNT, ours.id)]});
    let foreign = world.post_of("chain", "/v1/bank-statements", &statement).await.assert(200).body;
    assert_eq!(foreign["entries"][0]["reason"], "UNKNOWN_REFERENCE");
    let of = json!({"paymentId": ours.id.to_string()});
    assert_eq!(
        world.post_of("chain", "/v1/bank-entries/e-1/assign", &of).await.assert(404).body["code"],
        "payment_not_found"
    );
    assert_eq!(world.outcomes(&[credit("e-1", AMOUNT, ours.id)]).await, ["MATCHED"]);
    let outcome = (payment::job(world.payments.clone()).run)().await.unwrap();
    assert_eq!(outcome, "3 payments compared, 0 not ours, 0 not recorded");
    assert_compared(&world, 3).await;
    let refused = world.post_as("c-1", "/v1/bank-statements", &statement).await.assert(403).body;
    assert_eq!(refused["code"], "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_payment_is_listed_once_the_newest_first() {
    let world = world().await;
    let mut opened = Vec::new();
    for _ in 0..120 {
        opened.push(world.opened().await.id);
        world.clock.advance(std::time::Duration::from_secs(1));
    }
    let since = domain::Timestamp::try_from("2026-06-01T12:00:10Z".to_owned()).unwrap();
    let first = world.provider.list(since, None).await.unwrap();
    assert_eq!(first.payments.len(), 100);
    let second = world.provider.list(since, first.next.as_ref()).await.unwrap();
    assert!(second.next.is_none());
    let listed = first.payments.iter().chain(&second.payments).map(|known| known.payment.unwrap());
    assert_eq!(listed.collect::<Vec<_>>(), opened[10..].iter().rev().copied().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_checked_as_a_whole() {
    let world = world().await;
    let wrong = json!({"entries": [{"id": "a b", "bookedAt": "2026-02-30", "amount": {"minor": 0, "currency": "XXZ"}, "text": "a\nb"}]});
    let refused = world.post("/v1/bank-statements", &wrong).await.assert(422).body;
    let errors = refused["errors"].as_array().unwrap();
    let pointers: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    let expected =
        ["id", "bookedAt", "amount/currency", "amount/minor", "text"].map(|name| format!("/entries/0/{name}"));
    assert_eq!(pointers, expected);
    world.post("/v1/bank-statements", &json!({"entries": []})).await.assert(422);
    assert_eq!(world.get("/v1/bank-entries?unmatched=maybe").await.assert(422).body["code"], "validation_failed");
}
