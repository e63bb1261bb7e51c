//! The account over generated files: nothing is lost, nothing is counted twice.

mod language;
mod reading;
mod shipped;

use std::collections::HashMap;
use std::sync::Arc;

use domain::Currency;
use proptest::prelude::*;

use super::group::{GatherError, Gatherer, Index};
use super::input::Origin;
use super::ledger::{Completed, Ledger, Outcome};
use super::map::{ONLINE_RETAIL, Plan};
use super::order::{Choices, Prepared};
use crate::exact::Exact;

const HEADER: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

fn plan() -> Plan {
    Plan::compile("online-retail", ONLINE_RETAIL, None).unwrap()
}

fn prepared(content: &str, first: Option<usize>) -> Vec<Prepared> {
    made(content, first, Choices::default())
}

/// With the rest of an order whose line is refused.
fn parts(content: &str) -> Vec<Prepared> {
    made(content, None, Choices { partial: true, update: false })
}

fn made(content: &str, first: Option<usize>, choices: Choices) -> Vec<Prepared> {
    gathered(&plan(), "test.csv", content.as_bytes(), first, choices).unwrap()
}

fn gathered(
    plan: &Plan,
    name: &str,
    content: &[u8],
    first: Option<usize>,
    choices: Choices,
) -> Result<Vec<Prepared>, GatherError> {
    let origin = Origin::Memory { name: name.into(), content: Arc::from(content) };
    let index = Index::build(&origin, plan, first)?;
    let lines = index.lines;
    let mut gatherer = Gatherer::open(&origin, plan, choices, index)?;
    let mut invoices = Vec::new();
    while let Some(invoice) = gatherer.next()? {
        invoices.push(invoice);
    }
    if first.is_none() {
        let counted: usize = invoices.iter().map(|invoice| invoice.numbers.len() + invoice.refused.len()).sum();
        assert_eq!(counted as u64, lines, "every row is accounted for");
    }
    Ok(invoices)
}

fn read_with(plan: &Plan, name: &str, content: &[u8], choices: Choices) -> Result<Vec<Prepared>, GatherError> {
    gathered(plan, name, content, None, choices)
}

fn read_bytes(map: &str, name: &str, content: &[u8]) -> Result<Vec<Prepared>, GatherError> {
    read_with(&Plan::compile("test", map, None).unwrap(), name, content, Choices::default())
}

fn read_by(map: &str, name: &str, content: &str) -> Result<Vec<Prepared>, GatherError> {
    read_bytes(map, name, content.as_bytes())
}

fn file(rows: &[&str]) -> String {
    rows.iter().fold(HEADER.to_owned(), |file, row| file + row + "\n")
}

fn row(invoice: &Prepared) -> serde_json::Value {
    serde_json::from_slice(invoice.row.as_ref().unwrap()).unwrap()
}

fn codes(invoice: &Prepared) -> Vec<(u64, &str)> {
    invoice.refused.iter().map(|(line, refusal)| (*line, &*refusal.code)).collect()
}

#[test]
fn an_invoice_with_scattered_lines_and_two_times_is_one_order_at_the_earliest() {
    let invoices = prepared(
        &file(&[
            "536365,85123A,LAMP,6,2011-07-01T08:27:00,2.55,17850,United Kingdom",
            "536366,22633,WARMER,6,2011-07-01T08:28:00,1.85,,EIRE",
            "536365,71053,LANTERN,2,2011-07-01T08:26:00,3.391,17850,United Kingdom",
        ]),
        None,
    );
    let numbers: Vec<&str> = invoices.iter().map(|invoice| &*invoice.reference).collect();
    assert_eq!(numbers, ["536366", "536365"]);
    let expected = serde_json::json!({
        "source": "online-retail", "reference": "536365", "number": "536365", "kind": "SALE", "customer": "17850",
        "country": "GB", "currency": "GBP", "placedAt": "2011-07-01T07:26:00Z",
        "lines": [
            { "sku": "85123A", "description": "LAMP", "quantity": 6, "unitPrice": "2.5500" },
            { "sku": "71053", "description": "LANTERN", "quantity": 2, "unitPrice": "3.3910" },
        ],
    });
    assert_eq!(row(&invoices[1]), expected);
    assert_eq!((row(&invoices[0])["country"].as_str(), row(&invoices[0]).get("customer")), (Some("IE"), None));
}

#[test]
fn a_cancellation_takes_back_the_sale_it_fits() {
    let invoices = prepared(
        &file(&[
            "536365,85123A,LAMP,6,2011-07-01T08:26:00,2.55,17850,France",
            "C536379,85123A,LAMP,-4,2011-07-02T08:26:00,2.55,17850,France",
            "C536380,85123A,LAMP,-4,2011-07-02T08:26:00,2.55,17850,France",
        ]),
        None,
    );
    let credit = row(&invoices[1]);
    assert_eq!((credit["kind"].as_str(), credit["creditOf"].as_str()), (Some("CREDIT"), Some("536365")));
    assert_eq!(credit["lines"][0]["quantity"], 4);
    assert_eq!(row(&invoices[2]).get("creditOf"), None);
    assert_eq!(invoices[2].notes, ["credit_unmatched"]);
    assert_eq!(invoices[1].amount, Exact::try_new("-10.2").unwrap());
}

#[test]
fn every_refusal_has_its_code() {
    for (line, code) in [
        ("536365,A,,-1,2011-07-01T08:26:00,1,,", "quantity_negative"),
        ("C36365,A,,1,2011-07-01T08:26:00,1,,", "quantity_positive_in_credit"),
        ("536365,A,,0,2011-07-01T08:26:00,1,,", "quantity_zero"),
        ("536365,A,,1.5,2011-07-01T08:26:00,1,,", "quantity_not_whole"),
        ("536365,A,,1000001,2011-07-01T08:26:00,1,,", "quantity_too_large"),
        ("536365,A,,one,2011-07-01T08:26:00,1,,", "quantity_malformed"),
        ("536365,A,,1,2011-07-01T08:26:00,-1,,", "price_negative"),
        ("536365,A,,1,2011-07-01T08:26:00,1.00001,,", "price_too_precise"),
        ("536365,A,,1,2011-07-01T08:26:00,1e3,,", "price_malformed"),
        ("536365,A,,1,yesterday,1,,", "date_malformed"),
        ("536365,A,,1,,1,,", "date_missing"),
        ("536365,A,,1,0001-07-01T08:26:00,1,,", "date_out_of_bounds"),
        ("536365,A,,1,2250-07-01T08:26:00,1,,", "date_out_of_bounds"),
        ("536365,A\u{200b}B,,1,2011-07-01T08:26:00,1,,", "sku_invalid"),
        ("536365,,,1,2011-07-01T08:26:00,1,,", "sku_invalid"),
        ("536365,A,,1,2011-07-01T08:26:00,1,two words,", "customer_invalid"),
        ("A63185,B,,1,2011-07-01T08:26:00,1,,", "adjustment"),
        ("X63185,B,,1,2011-07-01T08:26:00,1,,", "kind_unknown"),
        (",B,,1,2011-07-01T08:26:00,1,,", "number_missing"),
        ("536365,B,,1,2011-07-01T08:26:00,1", "malformed_row"),
    ] {
        let invoices = prepared(&file(&[line]), None);
        assert_eq!(codes(&invoices[0]), [(2, code)], "{line}");
        assert!(invoices[0].row.is_none());
    }
}

#[test]
fn lines_that_contradict_their_invoice_refuse_it_unless_the_rest_is_asked_for() {
    let content = file(&[
        "536365,A,,1,2011-07-01T08:26:00,1,,France",
        "536365,B,,1,2011-07-01T08:26:00,1,17850,France",
        "536365,C,,1,2011-07-01T08:26:00,1,17851,France",
        "536365,D,,1,2011-07-01T08:26:00,1,17850,Spain",
        "536365,E,,1,2011-07-01T08:26:00,0,17850,Narnia",
    ]);
    let invoices = parts(&content);
    assert_eq!(codes(&invoices[0]), [(4, "customer_differs"), (5, "country_differs")]);
    assert_eq!(invoices[0].numbers, [2, 3, 6]);
    assert_eq!(invoices[0].notes, ["country_unknown: Narnia"]);
    assert_eq!(row(&invoices[0])["customer"], "17850");
    let whole = prepared(&content, None);
    assert!(whole[0].row.is_none() && whole[0].numbers.is_empty());
    let incomplete = [(2, "order_incomplete"), (3, "order_incomplete")];
    let all = [incomplete[0], incomplete[1], (4, "customer_differs"), (5, "country_differs"), (6, "order_incomplete")];
    assert_eq!(codes(&whole[0]), all);
    assert_eq!((whole[0].amount, whole[0].refused_amount), (Exact::ZERO, Exact::try_new("4").unwrap()));
}

#[test]
fn an_order_takes_as_many_lines_as_the_domain_allows() {
    let line = "536365,A,,1,2011-07-01T08:26:00,1,,";
    let invoices = parts(&file(&vec![line; domain::order::LINES_MAX + 2]));
    assert_eq!(invoices[0].numbers.len(), domain::order::LINES_MAX);
    assert_eq!(codes(&invoices[0]), [(2_002, "too_many_lines"), (2_003, "too_many_lines")]);
}

#[test]
fn the_first_so_many_are_sales_with_all_their_lines() {
    let invoices = prepared(
        &file(&[
            "C1,A,,-1,2011-07-01T08:26:00,1,,",
            "1,A,,1,2011-07-01T08:26:00,1,,",
            "2,A,,1,2011-07-01T08:26:00,1,,",
            "3,A,,1,2011-07-01T08:26:00,1,,",
            ",A,,1,2011-07-01T08:26:00,1,,",
            "1,B,,1,2011-07-01T08:26:00,1,,",
        ]),
        Some(2),
    );
    let numbers: Vec<(&str, usize)> = invoices.iter().map(|one| (&*one.reference, one.numbers.len())).collect();
    assert_eq!(numbers, [("2", 1), ("1", 2)]);
}

/// Rows with every quirk, in any order; now and then an unreadable one.
fn rows() -> impl Strategy<Value = Vec<String>> {
    let number = prop_oneof![6 => 1_u32..30, 1 => 100_u32..104].prop_map(|number| match number {
        100 => "A7".to_owned(),
        101 => "x".to_owned(),
        102 => String::new(),
        number if number % 3 == 0 => format!("C{number}"),
        number => number.to_string(),
    });
    let quantity = prop_oneof![
        8 => (-40_i64..40).prop_map(|quantity| quantity.to_string()),
        1 => Just("2000000".to_owned()),
        1 => Just("six".to_owned()),
    ];
    let price = prop_oneof![
        8 => (0_u32..100_000, 0_usize..6).prop_map(|(price, decimals)| format!("{}.{:0width$}", price / 100, price % 100, width = decimals.max(2))),
        1 => Just("-1.005".to_owned()),
        1 => Just("0.0049999".to_owned()),
        1 => Just("free".to_owned()),
    ];
    let customer = prop_oneof![Just(""), Just("17850"), Just("17851")];
    let country = prop_oneof![Just("France"), Just(""), Just("Atlantis")];
    let row = (number, 0_u32..6, quantity, price, customer, country).prop_map(
        |(number, sku, quantity, price, customer, country)| {
            if sku == 0 && customer.is_empty() {
                format!("{number},broken")
            } else {
                format!("{number},S{sku},,{quantity},2011-03-0{}T08:26:00,{price},{customer},{country}", 1 + sku)
            }
        },
    );
    prop::collection::vec(row, 0..120)
}

proptest! {
    #[test]
    fn read_is_imported_and_already_and_refused(
        rows in rows(),
        outcomes in prop::collection::vec(0_u8..4, 200),
        partial in any::<bool>(),
    ) {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let mut ledger = Ledger::default();
        let mut seen: HashMap<u64, u32> = HashMap::new();
        let invoices = made(&file(&rows), None, Choices { partial, update: false });
        for (invoice, outcome) in invoices.into_iter().zip(outcomes) {
            prop_assert!(partial || invoice.row.is_none() || invoice.refused.is_empty(), "an order in part");
            for line in invoice.numbers.iter().chain(invoice.refused.iter().map(|(line, _)| line)) {
                *seen.entry(*line).or_default() += 1;
            }
            let outcome = match (&invoice.row, outcome) {
                (None, _) => Outcome::Empty,
                (Some(_), 0) => Outcome::Imported,
                (Some(_), 1) => Outcome::Already,
                (Some(_), 2) => Outcome::Corrected,
                (Some(_), _) => Outcome::Refused { code: "import_conflict".to_owned(), detail: String::new() },
            };
            ledger.complete(Completed { invoice, outcome }).unwrap();
        }
        prop_assert!(seen.len() == rows.len() && seen.values().all(|times| *times == 1));
        let lines = ledger.lines;
        let amounts = ledger.amounts_in(Currency::GBP);
        let invoices = ledger.invoices;
        prop_assert_eq!(lines.read, rows.len() as u64);
        prop_assert_eq!(lines.read, lines.imported + lines.corrected + lines.already + lines.refused);
        let parts = [amounts.corrected, amounts.already, amounts.refused];
        let sum = parts.into_iter().fold(amounts.imported, |sum, part| sum.plus(part).unwrap());
        prop_assert_eq!(amounts.read, sum);
        prop_assert_eq!(invoices.read,
            invoices.imported + invoices.corrected + invoices.already + invoices.partly_refused + invoices.refused);
        prop_assert_eq!(ledger.codes.values().sum::<u64>(), lines.refused);
        prop_assert_eq!(amounts.read, expected_amount(&rows, None));
        prop_assert_eq!(amounts.rounded, expected_amount(&rows, Some(2)));
    }
}

/// The amount of a file, computed from its text alone.
fn expected_amount(rows: &[&str], rounded: Option<u32>) -> Exact {
    rows.iter().fold(Exact::ZERO, |sum, row| {
        let cells: Vec<&str> = row.split(',').collect();
        let number = |at: usize| cells.get(at).and_then(|cell| Exact::try_new(cell).ok());
        let amount = number(3).zip(number(5)).and_then(|(quantity, price)| price.times(quantity)).unwrap_or_default();
        sum.plus(rounded.map_or(amount, |decimals| amount.rounded(decimals))).unwrap()
    })
}
