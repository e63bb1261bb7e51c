//! The mappings that are known by name, each over its made sample.

use domain::Currency;
use serde_json::{Value, json};

use super::super::map::SHIPPED;
use super::{codes, read_by, row};

fn sample(name: &str, file: &str, content: &str) -> (Vec<Value>, Vec<(String, Vec<String>)>) {
    let (_, map) = SHIPPED.iter().find(|(shipped, _)| *shipped == name).unwrap();
    let orders = read_by(map, file, content).unwrap();
    let taken = orders.iter().filter(|order| order.row.is_some()).map(row).collect();
    let refused = orders.iter().filter(|order| order.row.is_none()).map(|order| {
        let codes = codes(order).into_iter().map(|(_, code)| code.to_owned()).collect();
        (order.reference.to_string(), codes)
    });
    (taken, refused.collect())
}

fn cancelled(reference: &str) -> (String, Vec<String>) {
    (reference.to_owned(), vec!["cancelled".to_owned()])
}

#[test]
fn shopify() {
    let (orders, refused) = sample("shopify", "orders.csv", include_str!("../../samples/shopify.csv"));
    let expected = [
        json!({ "source": "shopify", "reference": "#1001", "number": "#1001", "kind": "SALE", "country": "DE",
            "currency": "EUR", "placedAt": "2025-10-07T07:50:20Z", "lines": [
                { "sku": "MUG-B", "description": "Mug - blue", "quantity": 2, "unitPrice": "12.5000" },
                { "sku": "TEA-L", "description": "Tea, loose leaf", "quantity": 1, "unitPrice": "15.0000" }] }),
        json!({ "source": "shopify", "reference": "#1002", "number": "#1002", "kind": "SALE", "country": "US",
            "currency": "USD", "placedAt": "2025-10-09T01:00:00Z", "lines": [
                { "sku": "Postcard", "description": "Postcard", "quantity": 1, "unitPrice": "7.0000" }] }),
    ];
    assert_eq!(orders, expected);
    assert_eq!(refused, [cancelled("#1003")]);
    let orders = read_by(SHIPPED[0].1, "orders.csv", include_str!("../../samples/shopify.csv")).unwrap();
    assert_eq!(orders[2].currency, Some(Currency::EUR), "a refused order is counted in its currency");
    assert_eq!(orders[2].refused_amount.to_string(), "12.5");
}

#[test]
fn woocommerce() {
    let content = include_str!("../../samples/woocommerce.json");
    let (orders, refused) = sample("woocommerce", "orders.json", content);
    let expected = [
        json!({ "source": "woocommerce", "reference": "601", "number": "W-601", "kind": "SALE", "customer": "17",
            "country": "AT", "currency": "EUR", "placedAt": "2025-05-01T10:00:00Z", "lines": [
                { "sku": "MUG", "description": "Mug", "quantity": 1, "unitPrice": "10.0000" },
                { "sku": "41", "description": "Tea", "quantity": 3, "unitPrice": "4.9967" }] }),
        json!({ "source": "woocommerce", "reference": "602", "number": "W-602", "kind": "SALE", "country": "LI",
            "currency": "CHF", "placedAt": "2025-05-02T10:00:00Z", "lines": [
                { "sku": "MUG", "description": "Mug", "quantity": 1, "unitPrice": "10.0000" }] }),
    ];
    assert_eq!(orders, expected);
    assert_eq!(refused, [cancelled("603")]);
    // One order a line is the same.
    let whole: Vec<Value> = serde_json::from_str(content).unwrap();
    let lines: Vec<String> = whole.iter().map(ToString::to_string).collect();
    assert_eq!(sample("woocommerce", "orders.NDJSON", &lines.join("\n")).0, expected);
}

#[test]
fn amazon() {
    let (orders, refused) = sample("amazon", "report.txt", include_str!("../../samples/amazon.txt"));
    let expected = [
        json!({ "source": "amazon", "reference": "303-0000001-0000001", "number": "303-0000001-0000001", "kind": "SALE",
            "country": "DE", "currency": "EUR", "placedAt": "2025-05-01T10:00:00Z", "lines": [
                { "sku": "RACK-19", "description": "\"19 inch rack", "quantity": 2, "unitPrice": "40.0000" },
                { "sku": "CABLE-2", "description": "Cable 2\" wide", "quantity": 3, "unitPrice": "3.3333" }] }),
        json!({ "source": "amazon", "reference": "202-0000002-0000002", "number": "202-0000002-0000002", "kind": "SALE",
            "country": "GB", "currency": "GBP", "placedAt": "2025-05-02T11:00:00Z", "lines": [
                { "sku": "SHELF", "description": "Shelf", "quantity": 1, "unitPrice": "20.0000" }] }),
    ];
    assert_eq!(orders, expected);
    assert_eq!(refused, [cancelled("303-0000003-0000003")]);
}

#[test]
fn the_other_amazon_report_has_other_names_and_needs_a_currency() {
    let content = "order-id\tpurchase-date\tsku\tquantity-purchased\titem-price\tproduct-name\n\
        501\t2024-05-01T10:00:00+00:00\tA\t2\t10.00\tRack\n";
    let (_, map) = SHIPPED[2];
    let orders = read_by(map, "report.txt", content).unwrap();
    assert_eq!(codes(&orders[0]), [(2, "currency_missing")]);
    let plan = super::Plan::compile("amazon", map, Some(Currency::EUR)).unwrap();
    let orders = super::read_with(&plan, "report.txt", content.as_bytes(), super::Choices::default()).unwrap();
    assert_eq!(
        (&row(&orders[0])["currency"], &row(&orders[0])["lines"][0]["unitPrice"]),
        (&json!("EUR"), &json!("5.0000"))
    );
}
