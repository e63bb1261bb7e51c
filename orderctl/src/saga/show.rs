//! One saga in words: its steps, why it waits, and what comes next.

use std::io::Write;

use serde_json::Value;

use crate::stock::text;

/// The parts of a saga in the order in which they follow, as its endpoint names them.
const PARTS: [&str; 3] = ["reservations", "payments", "fulfilments"];

/// Writes a saga as its endpoint answers it.
pub(super) fn write(out: &mut impl Write, saga: &Value) -> std::io::Result<()> {
    let state = match (&saga["outcome"], &saga["undoneBecause"]) {
        (Value::Null, Value::Null) => "running".to_owned(),
        (Value::Null, cause) => format!("being undone because of {}", text(cause)),
        (outcome, Value::Null) => format!("ended: {}", text(outcome)),
        (outcome, cause) => format!("ended: {} because of {}", text(outcome), text(cause)),
    };
    writeln!(out, "{}: {state}, version {}, flow {}", text(&saga["orderId"]), saga["version"], saga["flow"])?;
    writeln!(out, "{:<12} {:<36} {:<10} {:<18} {:>7}  due", "step", "id", "status", "asked for", "attempt")?;
    for (name, part) in PARTS.iter().flat_map(|name| parts(saga, name).iter().map(move |part| (name, part))) {
        let pending = &part["pending"];
        writeln!(
            out,
            "{:<12} {:<36} {:<10} {:<18} {:>7}  {}",
            name.trim_end_matches('s'),
            text(&part["id"]),
            text(&part["status"]),
            text(&pending["step"]),
            text(&pending["attempt"]),
            text(&pending["due"]),
        )?;
    }
    writeln!(out, "waits for: {}", waits_for(saga))?;
    writeln!(out, "next: {}", next(saga))
}

fn parts<'a>(saga: &'a Value, name: &str) -> &'a [Value] {
    saga[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What is known of the last part of a sort: it is the one that counts.
fn status<'a>(saga: &'a Value, name: &str) -> Option<&'a str> {
    parts(saga, name).last().and_then(|part| part["status"].as_str())
}

/// Everything that has to happen before the saga goes on.
fn waits_for(saga: &Value) -> String {
    let mut all = Vec::new();
    let task = &saga["task"];
    if !task.is_null() {
        let taken =
            task["assignee"].as_str().map_or_else(|| "taken by nobody".to_owned(), |by| format!("taken by {by}"));
        let deadline = task["deadline"].as_str().map(|at| format!(", to be decided by {at}")).unwrap_or_default();
        all.push(format!("a person: {}, {taken}{deadline}", text(&task["kind"])));
    }
    if let Some(until) = saga["stockAwaitedUntil"].as_str() {
        all.push(format!("stock, until {until}"));
    }
    let pending = PARTS.iter().flat_map(|name| parts(saga, name)).map(|part| &part["pending"]);
    for request in pending.filter(|request| !request.is_null()) {
        let (step, due) = (text(&request["step"]), text(&request["due"]));
        all.push(format!("the answer to {step}, which is asked again at {due}"));
    }
    if all.is_empty() && saga["outcome"].is_null() {
        all.extend(silently(saga).map(str::to_owned));
    }
    if all.is_empty() { "nothing".to_owned() } else { all.join("; ") }
}

/// What a saga waits for that has asked everything.
fn silently(saga: &Value) -> Option<&'static str> {
    match status(saga, "fulfilments") {
        Some("UNKNOWN") => return Some("the location to accept"),
        Some("ACCEPTED") => return Some("the location to pack"),
        Some("PACKED") => return Some("the location to ship"),
        Some("SHIPPED") => return Some("the delivery"),
        _ => {}
    }
    match status(saga, "payments") {
        Some("UNKNOWN") => Some("the customer to pay"),
        _ => None,
    }
}

/// What follows, and when the saga looks again although nothing happens.
fn next(saga: &Value) -> String {
    if !saga["outcome"].is_null() {
        return "nothing, unless a late success has to be undone".to_owned();
    }
    let is_undone = !saga["undoneBecause"].is_null();
    let is_shipping = |status: &str| matches!(status, "UNKNOWN" | "ACCEPTED" | "PACKED");
    let is_paid = |status: &str| matches!(status, "UNKNOWN" | "AUTHORIZED" | "CAPTURED");
    let (fulfilment, payment) = (status(saga, "fulfilments"), status(saga, "payments"));
    let follows = if is_undone {
        match (fulfilment.is_some_and(is_shipping), payment.is_some_and(is_paid)) {
            (true, _) => "the payment is given back, then the stock, then the order ends",
            (false, true) => "the stock is given back, then the order ends",
            (false, false) => "the order ends",
        }
    } else {
        match (status(saga, "reservations"), payment, fulfilment) {
            (_, _, Some("SHIPPED" | "DELIVERED")) => "the order ends",
            (_, _, Some("PACKED")) => "shipping, then delivery",
            (_, _, Some("UNKNOWN" | "ACCEPTED")) => "packing, then shipping and delivery",
            (_, Some("AUTHORIZED" | "CAPTURED"), _) => "fulfilment",
            (Some("GRANTED"), _, _) => "payment, then fulfilment",
            _ => "screening, then payment and fulfilment",
        }
    };
    match saga["nextDue"].as_str() {
        Some(due) => format!("{follows}; it looks again at {due}"),
        None => follows.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(saga: &Value) -> String {
        let mut out = Vec::new();
        write(&mut out, saga).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_request_is_shown_with_its_attempts_and_when_it_is_asked_again() {
        let pending = json!({"step": "RESERVE", "attempt": 2, "due": "2026-01-01T00:01:00Z"});
        let saga = json!({"orderId": "o", "version": 3, "flow": 1, "payments": [], "fulfilments": [],
            "reservations": [{"id": "r", "status": "UNKNOWN", "pending": pending}], "nextDue": "2026-01-01T00:01:00Z"});
        let text = written(&saga);
        assert!(text.starts_with("o: running, version 3, flow 1\n"), "{text}");
        assert!(text.contains("RESERVE                  2  2026-01-01T00:01:00Z"), "{text}");
        assert!(
            text.contains("waits for: the answer to RESERVE, which is asked again at 2026-01-01T00:01:00Z\n"),
            "{text}"
        );
        assert!(
            text.ends_with("next: screening, then payment and fulfilment; it looks again at 2026-01-01T00:01:00Z\n")
        );
    }

    #[test]
    fn whoever_is_waited_for_is_named() {
        let saga = |parts: Value| {
            let mut saga = json!({"orderId": "o", "version": 9, "flow": 1});
            saga.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
            saga
        };
        let granted = json!([{"id": "r", "status": "GRANTED"}]);
        let paying = saga(json!({"reservations": granted, "payments": [{"id": "p", "status": "UNKNOWN"}]}));
        assert_eq!((&*waits_for(&paying), &*next(&paying)), ("the customer to pay", "payment, then fulfilment"));
        let packing = saga(json!({"fulfilments": [{"id": "f", "status": "ACCEPTED"}]}));
        assert_eq!(waits_for(&packing), "the location to pack");
        let task = json!({"kind": "REVIEW", "assignee": "ann", "deadline": "2026-01-02T00:00:00Z", "escalations": 0});
        let reviewed = saga(json!({"task": task, "stockAwaitedUntil": "2026-01-03T00:00:00Z"}));
        assert_eq!(
            waits_for(&reviewed),
            "a person: REVIEW, taken by ann, to be decided by 2026-01-02T00:00:00Z; stock, until 2026-01-03T00:00:00Z"
        );
        let undone = saga(json!({"undoneBecause": "CANCELLED", "payments": [{"id": "p", "status": "CAPTURED"}]}));
        assert_eq!(next(&undone), "the stock is given back, then the order ends");
        let ended = saga(json!({"outcome": "UNDONE", "undoneBecause": "CANCELLED"}));
        assert_eq!(waits_for(&ended), "nothing");
        assert!(written(&ended).starts_with("o: ended: UNDONE because of CANCELLED"));
    }
}
