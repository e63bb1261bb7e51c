//! Prints the result of an audit.

use std::io::Write;
use std::time::Duration;

use event_store::audit::Range;
use projection_service::audit::{Counts, ParkedKey};
use read_models::audit::Looked;
use serde_json::json;
use service_kit::audit::Findings;

/// The result of an audit, to be printed.
pub struct Report<'a> {
    /// What was looked at of the log.
    pub ranges: &'a [Range],
    /// Records of the topic that were compared.
    pub compared: u64,
    /// What was looked at of the read models.
    pub looked: Looked,
    /// Orders that wait.
    pub parked: Vec<ParkedKey>,
    /// Kept answers of success.
    pub answers: u64,
    /// Records by what became of them.
    pub counts: Counts,
    /// What should not be.
    pub findings: &'a Findings,
    /// How long it took.
    pub took: Duration,
}

impl Report<'_> {
    /// Prints it.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn print(&self, as_json: bool) -> std::io::Result<()> {
        let Self { compared, looked, parked, answers, counts, findings, .. } = self;
        let mut out = std::io::stdout();
        let heads: Vec<String> = self.ranges.iter().map(|range| format!("{}.{}", range.shard, range.last)).collect();
        let events: i64 = self.ranges.iter().map(|range| range.last - range.after).sum();
        if as_json {
            let document = json!({
                "clean": findings.count == 0, "heads": heads, "events": events, "records": compared,
                "orders": looked.orders, "orderEvents": looked.events, "sums": looked.sums,
                "keptOrders": looked.kept_orders, "answers": answers, "readGroup": counts, "parked": parked,
                "findings": findings.listed, "findingsCount": findings.count, "seconds": self.took.as_secs_f64(),
            });
            return writeln!(out, "{document}");
        }
        for finding in &findings.listed {
            writeln!(out, "{finding}")?;
        }
        let verdict = if findings.count == 0 { "Clean".to_owned() } else { format!("{} findings", findings.count) };
        let heads = heads.join(", ");
        let seconds = self.took.as_secs_f64();
        writeln!(out, "{verdict}: {events} events up to {heads}, {compared} records compared, {seconds:.1} s.")?;
        let kept =
            looked.kept_orders.map_or_else(String::new, |orders| format!(", {orders} as in the kept generation"));
        writeln!(out, "read models: {} orders{kept}, {} sums; {answers} kept answers", looked.orders, looked.sums)?;
        let Counts { consumed, applied, foreign, parked, dropped } = counts;
        writeln!(
            out,
            "consumed: {consumed} records = {applied} applied + {parked} parked + {dropped} given up + {foreign} not ours"
        )
    }
}
