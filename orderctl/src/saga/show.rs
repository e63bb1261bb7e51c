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
    write_route(out, &saga["route"])?;
    writeln!(out, "waits for: {}", waits_for(saga))?;
    writeln!(out, "next: {}", next(saga))?;
    for deadline in parts(saga, "deadlines") {
        writeln!(out, "{}  {}", text(&deadline["at"]), at_deadline(deadline))?;
    }
    Ok(())
}

/// Writes how locations were chosen, where they are compared.
fn write_route(out: &mut impl Write, route: &Value) -> std::io::Result<()> {
    if route.is_null() {
        return Ok(());
    }
    let chosen: Vec<_> = parts(route, "shares").iter().map(|share| text(&share["location"])).collect();
    let chosen = if chosen.is_empty() { "no location".to_owned() } else { chosen.join(" and ") };
    writeln!(out, "routed to {chosen} at {}", text(&route["at"]))?;
    for candidate in parts(route, "candidates") {
        let verdict = candidate["leftOut"].as_str().unwrap_or("CHOSEN");
        let lacks: Vec<_> = parts(candidate, "lacks").iter().map(text).collect();
        let stock = if lacks.is_empty() { "has all".to_owned() } else { format!("lacks {}", lacks.join(" ")) };
        let facts = &candidate["facts"];
        let facts = if facts.is_null() {
            "not registered".to_owned()
        } else {
            let open_max = facts["openMax"].as_u64().map(|max| format!(" of {max}")).unwrap_or_default();
            format!("{}, {} open{open_max}, cost {}", text(&facts["reach"]), facts["open"], facts["cost"])
        };
        writeln!(out, "  {:<20} {verdict:<12} {stock}, {facts}", text(&candidate["location"]))?;
    }
    Ok(())
}

/// What happens at a deadline if nothing happens before.
fn at_deadline(deadline: &Value) -> String {
    match deadline["what"].as_str() {
        Some("ASKED_AGAIN") => format!("{} is asked again", text(&deadline["step"])),
        Some("TASK_ESCALATED") => format!("the task {} is escalated", text(&deadline["task"])),
        Some("TASK_OPENED") => format!("the task {} tells people", text(&deadline["task"])),
        Some("RENEWAL") => "the reservation is renewed".to_owned(),
        Some("ROUTE") => "the locations are compared".to_owned(),
        Some("STOCK_TRY") => "stock is looked for again".to_owned(),
        Some("STOCK_GIVEN_UP") => "the order is given up, if there is no stock".to_owned(),
        Some("PAYMENT_TIMED_OUT") => "the order is given up, if it is not paid".to_owned(),
        _ => text(&deadline["what"]),
    }
}

fn parts<'a>(saga: &'a Value, name: &str) -> &'a [Value] {
    saga[name].as_array().map(Vec::as_slice).unwrap_or_default()
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
    if saga["held"] == true && saga["outcome"].is_null() && saga["stockAwaitedUntil"].is_null() && task.is_null() {
        all.push("the release of a hold".to_owned());
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
        all.extend(silently(saga).into_iter().map(str::to_owned));
    }
    if all.is_empty() { "nothing".to_owned() } else { all.join("; ") }
}

/// What a saga waits for that has asked everything.
fn silently(saga: &Value) -> Vec<&'static str> {
    const OF_FULFILMENTS: [(&str, &str); 4] = [
        ("UNKNOWN", "the location to accept"),
        ("ACCEPTED", "the location to pack"),
        ("PACKED", "the location to ship"),
        ("SHIPPED", "the delivery"),
    ];
    let is_any = |status: &str| parts(saga, "fulfilments").iter().any(|part| part["status"] == status);
    let waits: Vec<_> = OF_FULFILMENTS.iter().filter(|(status, _)| is_any(status)).map(|(_, words)| *words).collect();
    // The last payment is the one that counts.
    let is_unpaid = parts(saga, "payments").last().is_some_and(|part| part["status"] == "UNKNOWN");
    if waits.is_empty() && is_unpaid { vec!["the customer to pay"] } else { waits }
}

/// The stage in which the saga is, and those that follow.
fn next(saga: &Value) -> String {
    if !saga["outcome"].is_null() {
        return "nothing, unless a late success has to be undone".to_owned();
    }
    let at = |place: &str| {
        let stages = parts(saga, "stages").iter().filter(|stage| stage["place"] == place);
        stages.map(|stage| text(&stage["stage"]).to_lowercase().replace('_', " ")).collect::<Vec<_>>()
    };
    let after = [at("AHEAD"), vec!["the end".to_owned()]].concat();
    match at("HERE").first() {
        Some(here) => format!("{here} now, then {}", after.join(", ")),
        None => after.join(", "),
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
    fn a_route_is_shown_with_the_reasons() {
        let facts = json!({"reach": "HOME", "open": 2, "openMax": 2, "cost": 5});
        let candidates = json!([{"location": "zrh-1", "leftOut": "FULL", "lacks": [], "facts": facts},
            {"location": "zrh-2", "lacks": ["cup"]}, {"location": "zrh-3", "lacks": []}]);
        let shares = json!([{"location": "zrh-2"}, {"location": "zrh-3"}]);
        let route = json!({"shares": shares, "at": "2026-01-01T00:00:00Z", "candidates": candidates});
        let text = written(&json!({"orderId": "o", "version": 3, "flow": 1, "route": route}));
        assert!(text.contains("routed to zrh-2 and zrh-3 at 2026-01-01T00:00:00Z\n"), "{text}");
        assert!(text.contains("zrh-1                FULL         has all, HOME, 2 open of 2, cost 5\n"), "{text}");
        assert!(text.contains("zrh-2                CHOSEN       lacks cup, not registered\n"), "{text}");
    }

    #[test]
    fn a_request_is_shown_with_its_attempts_and_when_it_is_asked_again() {
        let pending = json!({"step": "RESERVE", "attempt": 2, "due": "2026-01-01T00:01:00Z"});
        let stage = |stage: &str, place: &str| json!({"stage": stage, "place": place});
        let saga = json!({"orderId": "o", "version": 3, "flow": 1, "payments": [], "fulfilments": [],
            "reservations": [{"id": "r", "status": "UNKNOWN", "pending": pending}],
            "stages": [stage("STOCK", "HERE"), stage("SCREENING", "AHEAD"), {"stage": "STOP_FULFILMENT"}],
            "deadlines": [{"what": "ASKED_AGAIN", "step": "RESERVE", "at": "2026-01-01T00:01:00Z"}]});
        let text = written(&saga);
        assert!(text.starts_with("o: running, version 3, flow 1\n"), "{text}");
        assert!(text.contains("RESERVE                  2  2026-01-01T00:01:00Z"), "{text}");
        assert!(
            text.contains("waits for: the answer to RESERVE, which is asked again at 2026-01-01T00:01:00Z\n"),
            "{text}"
        );
        let end = "next: stock now, then screening, the end\n2026-01-01T00:01:00Z  RESERVE is asked again\n";
        assert!(text.ends_with(end), "{text}");
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
        assert_eq!(waits_for(&paying), "the customer to pay");
        let packing = saga(json!({"fulfilments": [{"id": "f", "status": "ACCEPTED"}]}));
        assert_eq!(waits_for(&packing), "the location to pack");
        let task = json!({"kind": "REVIEW", "assignee": "ann", "deadline": "2026-01-02T00:00:00Z", "escalations": 0});
        let reviewed = saga(json!({"task": task, "stockAwaitedUntil": "2026-01-03T00:00:00Z"}));
        assert_eq!(
            waits_for(&reviewed),
            "a person: REVIEW, taken by ann, to be decided by 2026-01-02T00:00:00Z; stock, until 2026-01-03T00:00:00Z"
        );
        let ended = saga(json!({"outcome": "UNDONE", "undoneBecause": "CANCELLED"}));
        assert_eq!(waits_for(&ended), "nothing");
        assert!(written(&ended).starts_with("o: ended: UNDONE because of CANCELLED"));
    }
}
