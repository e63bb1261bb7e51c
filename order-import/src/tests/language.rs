//! What the map language can say.

use serde_json::json;

use super::{codes, read_by, row};

const WHEN: &str = "2024-05-01T10:00:00Z";

/// A mapping of a till, with what it says besides.
fn till(top: &str, order: &str, line: &str) -> String {
    let price = if line.contains("price") { "" } else { "unit_price = { column = \"price\" }" };
    format!(
        "source = \"till\"\n{top}\n[order]\nplaced_at = {{ column = \"when\" }}\n{order}\n[line]\nsku = {{ column = \"sku\" }}\n\
         quantity = {{ column = \"qty\" }}\n{price}\n{line}\n"
    )
}

const PLAIN: &str = "group_by = \"id\"\ncurrency = \"EUR\"";

#[test]
fn what_an_order_has_once_may_stand_in_any_of_its_rows() {
    let map = till(PLAIN, "customer = { column = \"who\" }\ncountry = { column = \"where\" }", "");
    let header = "id,when,sku,qty,price,who,where\n";
    let rows = format!("{header}1,,A,1,10,,DE\n1,{WHEN},B,1,15,c-1,\n2,,C,1,7,,\n");
    let orders = read_by(&map, "orders.csv", &rows).unwrap();
    let first = row(&orders[0]);
    assert_eq!(
        (&first["customer"], &first["country"], &first["placedAt"]),
        (&json!("c-1"), &json!("DE"), &json!(WHEN))
    );
    assert_eq!(first["lines"].as_array().unwrap().len(), 2);
    assert_eq!(codes(&orders[1]), [(4, "date_missing")]);
}

#[test]
fn an_orders_key_is_the_orders_and_a_lines_key_the_lines() {
    let map =
        till("group_by = \"id\"\ncurrency = \"EUR\"\nlines = \"items\"", "", "description = { column = \"name\" }");
    let order = json!({ "id": 601, "name": "#601", "when": WHEN, "items": [
        { "id": 1, "name": "Mug", "sku": "MUG", "qty": 1, "price": "10.00" },
        { "id": 2, "name": "Tea", "sku": "TEA", "qty": 2, "price": "7.50" }] });
    let orders = read_by(&map, "orders.ndjson", &order.to_string()).unwrap();
    assert_eq!(orders.len(), 1);
    let first = row(&orders[0]);
    assert_eq!((&first["reference"], &first["lines"][1]["description"]), (&json!("601"), &json!("Tea")));
}

#[test]
fn a_line_total_stands_for_the_price_or_beside_it() {
    let header = "id,when,sku,qty,sum\n";
    let map = till(PLAIN, "", "line_total = { column = \"sum\" }\nunit_price = { column = \"one\", optional = true }");
    let orders = read_by(&map, "orders.csv", &format!("{header}1,{WHEN},A,4,10.00\n2,{WHEN},A,3,\n")).unwrap();
    assert_eq!(row(&orders[0])["lines"][0]["unitPrice"], "2.5000");
    assert_eq!(orders[0].amount.to_string(), "10");
    assert_eq!(codes(&orders[1]), [(3, "price_malformed")]);
    let both = "id,when,sku,qty,sum,one\n";
    let rows = format!("{both}1,{WHEN},A,4,10.00,2.50\n2,{WHEN},A,4,10.00,2.40\n3,{WHEN},A,2,,1.25\n");
    let orders = read_by(&map, "orders.csv", &rows).unwrap();
    assert_eq!(row(&orders[0])["lines"][0]["unitPrice"], "2.5000");
    assert_eq!(codes(&orders[1]), [(3, "line_total_differs")]);
    assert_eq!(row(&orders[2])["lines"][0]["unitPrice"], "1.2500");
}

#[test]
fn each_order_has_its_currency() {
    let map = till("group_by = \"id\"", "currency = { column = \"cur\" }", "");
    let rows = format!(
        "id,when,sku,qty,price,cur\n1,{WHEN},A,1,10,DEM\n2,{WHEN},A,1,10,\n3,{WHEN},A,1,10,EUR\n3,,B,1,1,USD\n4,{WHEN},A,1,1,Euro\n"
    );
    let orders = read_by(&map, "orders.csv", &rows).unwrap();
    assert_eq!(row(&orders[0])["currency"], "DEM");
    assert_eq!(codes(&orders[1]), [(3, "currency_missing")]);
    assert_eq!(codes(&orders[2]), [(4, "order_incomplete"), (5, "currency_differs")]);
    assert_eq!(codes(&orders[3]), [(6, "currency_unknown")]);
}

#[test]
fn numbers_have_the_signs_of_their_file() {
    let map =
        till("group_by = \"id\"\ncurrency = \"EUR\"\ndelimiter = \";\"\ndecimal = \",\"\nthousands = \".\"", "", "");
    let rows = format!("id;when;sku;qty;price\n1;{WHEN};A;1.000;1.234,50\n2;{WHEN};A;1;1.23\n");
    let orders = read_by(&map, "orders.csv", &rows).unwrap();
    let line = &row(&orders[0])["lines"][0];
    assert_eq!((&line["quantity"], &line["unitPrice"]), (&json!(1000), &json!("1234.5000")));
    assert_eq!(codes(&orders[1]), [(3, "price_malformed")]);
}

#[test]
fn values_are_joined_prefixed_left_out_and_looked_for_elsewhere() {
    let order = "customer = { column = \"who\", none = [\"\", \"0\"] }\nnumber = { column = \"no\", prefix = \"SH-\" }";
    let line = "description = { columns = [\"title\", \"size\"], separator = \" / \" }";
    let map = till(PLAIN, order, line)
        .replace("{ column = \"sku\" }", "{ column = \"sku\", fallback = [\"ean\", \"title\"] }");
    let header = "id,no,when,sku,ean,title,size,qty,price,who\n";
    let rows = format!("{header}1,17,{WHEN},,,Mug,L,1,10,0\n1,,,,,Tea,,1,1,\n2,,{WHEN},,401,Mug,,1,1,c-1\n");
    let orders = read_by(&map, "orders.csv", &rows).unwrap();
    let first = row(&orders[0]);
    assert_eq!((&first["number"], first.get("customer")), (&json!("SH-17"), None));
    assert_eq!(
        (&first["lines"][0]["description"], &first["lines"][1]["description"]),
        (&json!("Mug / L"), &json!("Tea"))
    );
    assert_eq!(first["lines"][0]["sku"], "Mug");
    let second = row(&orders[1]);
    assert_eq!((&second["number"], &second["reference"]), (&json!("2"), &json!("2")));
    assert_eq!((&second["lines"][0]["sku"], &second["customer"]), (&json!("401"), &json!("c-1")));
}

#[test]
fn a_control_total_must_agree() {
    let map = till(PLAIN, "total = { column = \"sum\" }", "");
    let rows = format!(
        "id,when,sku,qty,price,sum\n1,{WHEN},A,1,10,25.00\n1,,B,1,15,\n2,{WHEN},A,1,10,10.01\n3,{WHEN},A,1,10,ten\n"
    );
    let orders = read_by(&map, "orders.csv", &rows).unwrap();
    assert!(orders[0].row.is_some());
    assert_eq!(codes(&orders[1]), [(4, "total_differs")]);
    assert_eq!(codes(&orders[2]), [(5, "total_malformed")]);
}
