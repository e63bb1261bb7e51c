//! Files that are not what they should be: nothing is left out in silence.

use super::super::group::GatherError;
use super::super::order::Prepared;
use super::{codes, read_by, row};

const TILL: &str = r#"
    source = "till"
    group_by = "id"
    currency = "EUR"
    [order]
    placed_at = { column = "when" }
    [line]
    sku = { column = "sku" }
    description = { column = "title" }
    quantity = { column = "qty" }
    unit_price = { column = "price" }
"#;
const HEADER: &str = "id,when,sku,title,qty,price\n";
const WHEN: &str = "2024-05-01T10:00:00Z";

fn read(content: &str) -> Result<Vec<Prepared>, GatherError> {
    read_by(TILL, "orders.csv", content)
}

fn refused_file(map: &str, file: &str, content: &str) -> String {
    service_kit::errors::chain(&read_by(map, file, content).unwrap_err())
}

/// References of the orders that are imported.
fn imported(orders: &[Prepared]) -> Vec<&str> {
    orders.iter().filter(|order| order.row.is_some()).map(|order| &*order.reference).collect()
}

fn order<'a>(orders: &'a [Prepared], reference: &str) -> &'a Prepared {
    orders.iter().find(|order| &*order.reference == reference).unwrap()
}

#[test]
fn a_row_of_another_width_belongs_to_its_order_and_refuses_it() {
    for (broken, wide) in [
        (format!("401,{WHEN},B,Mug, blue,1,15.00"), true),
        (format!("401,{WHEN},B,1"), false),
        ("401".to_owned(), false),
    ] {
        let rows = format!("{HEADER}401,{WHEN},A,Mug,1,10.00\n{broken}\n402,{WHEN},C,Tea,1,7.00\n");
        let orders = read(&rows).unwrap();
        assert_eq!(imported(&orders), ["402"], "{broken}");
        assert_eq!(codes(order(&orders, "401")), [(2, "order_incomplete"), (3, "malformed_row")]);
        let detail = &order(&orders, "401").refused[1].1.detail;
        assert!(detail.contains(if wide { "7 columns" } else { "columns, the header 6" }), "{detail}");
    }
}

#[test]
fn a_shifted_row_is_found_by_its_order_from_the_right_and_never_costs_another_order_in_silence() {
    // The order's column is the last one, so a row that is too wide has it in another column.
    let header = "title,when,sku,qty,price,id\n";
    let rows = format!("{header}Mug,{WHEN},A,1,10.00,401\nMug, blue,{WHEN},B,1,15.00,401\nTea,{WHEN},C,1,15.00,402\n");
    let orders = read(&rows).unwrap();
    assert_eq!(imported(&orders), ["402"]);
    assert_eq!(codes(order(&orders, "401")), [(2, "order_incomplete"), (3, "malformed_row")]);
    // Two orders fit: one of them has the row, and neither is imported.
    let rows = format!("{header}Mug,{WHEN},A,1,10.00,1\nTea,{WHEN},C,1,15.00,2\nMug, blue,{WHEN},B,2,1,2\n");
    let orders = read(&rows).unwrap();
    assert_eq!(imported(&orders), Vec::<&str>::new());
}

#[test]
fn a_row_in_another_encoding_refuses_its_order() {
    let mut content = format!("{HEADER}403,{WHEN},A,Caf").into_bytes();
    content.extend_from_slice(b"\xe9,1,2.50\n");
    content.extend_from_slice(format!("403,{WHEN},B,Tea,1,1.00\n404,{WHEN},B,Tea,1,1.00\n").as_bytes());
    let orders = super::read_bytes(TILL, "orders.csv", &content).unwrap();
    assert_eq!(imported(&orders), ["404"]);
    assert_eq!(codes(order(&orders, "403")), [(2, "malformed_row"), (3, "order_incomplete")]);
}

#[test]
fn a_row_that_names_no_order_leaves_the_orders_around_it_in_doubt() {
    let rows = format!("{HEADER}1,{WHEN},A,x,1,1\n2,{WHEN},A,x,1,1\n,{WHEN},B,x,1,1\n3,{WHEN},A,x,1,1\n");
    let orders = read(&rows).unwrap();
    assert_eq!(imported(&orders), ["1", "3"]);
    assert_eq!(codes(order(&orders, "2")), [(3, "order_incomplete")]);
    assert_eq!(codes(order(&orders, "")), [(4, "number_missing")]);

    let line =
        |id: u32| format!("{{\"id\":{id},\"when\":\"{WHEN}\",\"sku\":\"A\",\"title\":\"x\",\"qty\":1,\"price\":1}}\n");
    let rows = format!("{}{}not json\n{}{}", line(1), line(2), line(3), line(4));
    let orders = read_by(TILL, "orders.ndjson", &rows).unwrap();
    assert_eq!(imported(&orders), ["1", "4"]);
}

#[test]
fn quotes_that_swallow_rows_refuse_the_file() {
    let rows: Vec<String> = (2..100).map(|id| format!("{id},{WHEN},A,x,1,1\n")).collect();
    let rows = rows.concat();
    let text = refused_file(TILL, "orders.csv", &format!("{HEADER}1,{WHEN},A,\"19 inch,1,1\n{rows}"));
    assert!(text.contains("opens in line 2 is not closed") && text.contains("quote = \"none\""), "{text}");
    let closed = format!("{HEADER}1,{WHEN},A,\"19 inch,1,1\n2,{WHEN},A,Cable 2\" wide,1,1\n3,{WHEN},A,x,1,1\n");
    let text = refused_file(TILL, "orders.csv", &closed);
    assert!(text.contains("line 3 has text behind the quote"), "{text}");
    let unquoted = TILL.replace("currency =", "quote = \"none\"\ncurrency =");
    let orders = read_by(&unquoted, "orders.csv", &closed).unwrap();
    assert_eq!(row(order(&orders, "1"))["lines"][0]["description"], "\"19 inch");
    assert_eq!(imported(&orders), ["1", "2", "3"]);
}

#[test]
fn columns_that_are_missing_or_doubled_refuse_the_file() {
    let text = refused_file(TILL, "orders.csv", "id,when,sku,titel,qty,price\n");
    assert!(text.contains("no column \"title\"") && text.contains("titel"), "{text}");
    let text = refused_file(TILL, "orders.csv", "id,when,sku,title,qty,price,price\n");
    assert!(text.contains("the column \"price\" more than once"), "{text}");
    assert!(read("id,when,sku,title,qty,price,note,note\n").is_ok(), "nothing is read from them");
    let row = format!("{{\"id\":1,\"when\":\"{WHEN}\",\"sku\":\"A\",\"titel\":\"x\",\"qty\":1,\"price\":1}}\n");
    let text = refused_file(TILL, "orders.ndjson", &row);
    assert!(text.contains("no row of orders.ndjson has \"title\""), "{text}");
    let optional = TILL.replace("{ column = \"title\" }", "{ column = \"title\", optional = true }");
    assert_eq!(imported(&read_by(&optional, "orders.ndjson", &row).unwrap()), ["1"]);
    let null = row.replace("\"titel\":\"x\"", "\"title\":null");
    assert_eq!(imported(&read_by(TILL, "orders.ndjson", &null).unwrap()), ["1"]);
}

#[test]
fn byte_order_marks_are_no_part_of_the_first_value() {
    let csv = format!("\u{feff}{HEADER}1,{WHEN},A,x,1,1\n");
    assert_eq!(imported(&read(&csv).unwrap()), ["1"]);
    let quoted = format!("\u{feff}\"id\",when,sku,title,qty,price\n1,{WHEN},A,x,1,1\n");
    assert_eq!(imported(&read(&quoted).unwrap()), ["1"]);
    let json =
        format!("\u{feff}{{\"id\":1,\"when\":\"{WHEN}\",\"sku\":\"A\",\"title\":\"x\",\"qty\":1,\"price\":1}}\n");
    for name in ["orders.ndjson", "ORDERS.NDJSON", "orders.JsonL"] {
        assert_eq!(imported(&read_by(TILL, name, &json).unwrap()), ["1"], "{name}");
    }
    let utf_16: Vec<u8> = csv.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let text = super::read_bytes(TILL, "orders.csv", &utf_16).unwrap_err().to_string();
    assert!(text.contains("is in UTF-16"), "{text}");
}

#[test]
fn json_that_is_no_object_is_refused_with_its_order() {
    let lined = TILL.replace("currency =", "lines = \"items\"\ncurrency =");
    let item = "{\"sku\":\"A\",\"title\":\"x\",\"qty\":1,\"price\":1}";
    let order_of = |id: u32, items: &str| format!("{{\"id\":{id},\"when\":\"{WHEN}\",\"items\":[{items}]}}");
    let rows = [
        order_of(1, item),
        order_of(2, &format!("{item},7")),
        order_of(3, &format!("{item},[{item}]")),
        "[1]".to_owned(),
        "\"x\"".to_owned(),
        order_of(5, item).replace("\"when\"", "\"id\":9,\"when\""),
        order_of(6, item).replace("]}", "]"),
        order_of(7, item),
    ];
    let orders = read_by(&lined, "orders.ndjson", &rows.join("\n")).unwrap();
    assert_eq!(imported(&orders), ["1", "7"]);
    assert_eq!(codes(order(&orders, "2")), [(2, "malformed_row"), (2, "order_incomplete")]);
    assert_eq!(codes(order(&orders, "5")), [(6, "malformed_row")]);
    assert_eq!(codes(order(&orders, "6")), [(7, "malformed_row")]);
    let array = format!("[\n{}\n]", [&rows[0], &rows[7]].map(String::as_str).join(",\n"));
    assert_eq!(imported(&read_by(&lined, "orders.json", &array).unwrap()), ["1", "7"]);
    let text = refused_file(&lined, "orders.json", &array.replace("\n]", ""));
    assert!(text.contains("the array is not closed"), "{text}");
}
