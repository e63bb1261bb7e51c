//! Prints the result of an audit.

use std::io::Write;
use std::time::Duration;

use event_store::audit::Range;
use order_engine::{AskedRequests, Outside};
use projection_service::audit::{Counts, ParkedKey};
use read_models::audit::Looked;
use request_kit::audit::GroupProgress;
use serde_json::{Value, json};
use service_kit::audit::{Examined, Findings};

/// The result of an audit, to be printed.
pub struct Report<'a> {
    /// The log's name.
    pub log: &'static str,
    /// What was looked at of the log.
    pub ranges: &'a [Range],
    /// Records of the topic that were compared.
    pub compared: u64,
    /// What was looked at of the read models, by kind of stream.
    pub sets: Vec<SetReport>,
    /// What participants examined of their own streams.
    pub examined: Vec<Examined>,
    /// Requests that were compared with the events that ask for them.
    pub asked: Vec<AskedRequests>,
    /// How far the groups are that handle requests.
    pub groups: Vec<GroupProgress>,
    /// What was compared with what is kept outside of the engine, and what was not.
    pub outside: Vec<Outside>,
    /// Kept answers of success.
    pub answers: u64,
    /// What should not be.
    pub findings: &'a Findings,
    /// How long it took.
    pub took: Duration,
}

/// The result for the read models of one kind.
pub struct SetReport {
    /// The kind of stream.
    pub kind: &'static str,
    /// The group that keeps them.
    pub group: &'static str,
    /// What was looked at.
    pub looked: Looked,
    /// Streams that wait.
    pub parked: Vec<ParkedKey>,
    /// Records by what became of them.
    pub counts: Counts,
}

impl SetReport {
    fn json(&self) -> Value {
        let Self { kind, group, looked, parked, counts } = self;
        json!({
            "kind": kind, "group": group, "streams": looked.streams, "events": looked.events, "sums": looked.sums,
            "keptStreams": looked.kept_streams, "records": counts, "parked": parked,
        })
    }

    fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        let Self { kind, looked, .. } = self;
        let kept =
            looked.kept_streams.map_or_else(String::new, |streams| format!(", {streams} as in the kept generation"));
        writeln!(out, "read models of {kind}: {} streams{kept}, {} sums", looked.streams, looked.sums)?;
        let Counts { consumed, applied, foreign, parked, dropped } = self.counts;
        writeln!(
            out,
            "  consumed: {consumed} records = {applied} applied + {parked} parked + {dropped} given up + {foreign} not ours"
        )
    }
}

impl Report<'_> {
    /// Prints it.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn print(&self, as_json: bool) -> std::io::Result<()> {
        let Self { compared, sets, examined, asked, groups, outside, answers, findings, .. } = self;
        let mut out = std::io::stdout();
        let heads: Vec<String> = self.ranges.iter().map(|range| format!("{}.{}", range.shard, range.last)).collect();
        let events: i64 = self.ranges.iter().map(|range| range.last - range.after).sum();
        if as_json {
            let document = json!({
                "log": self.log, "clean": findings.count == 0, "heads": heads, "events": events, "records": compared,
                "readModels": sets.iter().map(SetReport::json).collect::<Vec<_>>(), "answers": answers,
                "examined": examined, "requests": asked.iter().map(asked_json).collect::<Vec<_>>(), "groups": groups,
                "outside": outside.iter().map(outside_json).collect::<Vec<_>>(),
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
        writeln!(
            out,
            "{verdict}: {events} events of log {} up to {heads}, {compared} records compared, {seconds:.1} s.",
            self.log
        )?;
        writeln!(out, "{answers} kept answers")?;
        sets.iter().try_for_each(|set| set.write(&mut out))?;
        for Examined { what, count } in examined {
            writeln!(out, "examined: {count} {what}")?;
        }
        for one in outside {
            match one {
                Outside::Compared(examined) => {
                    examined.iter().try_for_each(|one| writeln!(out, "compared: {} {}", one.count, one.what))?;
                }
                Outside::LeftOut { what, reason } => writeln!(out, "left out: {what}, because {reason}")?,
            }
        }
        for AskedRequests { topic, requests } in asked {
            writeln!(out, "requests in {topic}: {requests} compared with the events that ask for them")?;
        }
        groups.iter().try_for_each(|group| write_group(&mut out, group))
    }
}

fn outside_json(outside: &Outside) -> Value {
    match outside {
        Outside::Compared(examined) => json!({ "compared": examined }),
        Outside::LeftOut { what, reason } => json!({ "leftOut": what, "reason": reason }),
    }
}

fn asked_json(AskedRequests { topic, requests }: &AskedRequests) -> Value {
    json!({ "topic": topic, "compared": requests })
}

fn write_group(out: &mut impl Write, progress: &GroupProgress) -> std::io::Result<()> {
    let GroupProgress { group, topic, consumed, handled, parked, discarded, effects_compared } = progress;
    let verified = if *effects_compared { "with an event each" } else { "whose events were not compared" };
    writeln!(out, "group {group} in {topic}, since it began and as far as the topic still has the records")?;
    writeln!(
        out,
        "  consumed: {consumed} records = {handled} handled, {verified} + {parked} parked + {discarded} discarded"
    )
}
