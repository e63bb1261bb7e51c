//! The audit. It checks that every event is once in the log and once in Kafka, in order and unchanged; that every row of the
//! read models is the fold of its events; that every stored answer is true; that stock and payments are what their events add up to, and
//! what the payment provider has, where the settings name it; that sagas end, and undo what they have to; that every record can be read
//! and was processed.
//!
//! Guarantees: it checks all events up to where the log ended when it began, and the rows as they are at one moment after
//! that, so live traffic does not disturb it. It writes nothing and blocks nobody. Every wait has a limit. Memory holds one
//! bit per event, one stream, one batch, and the sums. I3 to I5 begin at `--from`, the others cover the whole store.
//! Does not: repair anything.

mod report;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use clap::Args;
use command_kit::audit::{self as answers, ReceiptForm};
use domain::Decider;
use domain::contract::Position;
use domain::order::Order;
use event_store::Store;
use event_store::audit::{self as log, Range, ranges};
use futures::future::try_join_all;
use messaging::whole_topic::Topic;
use messaging::{Registry, inspect};
use order_engine::{AuditedModels, LogTools, OutsideSettings, ReadModels, logs};
use projection_service::audit as projected;
use relay::audit as relayed;
use service_kit::BoxError;
use service_kit::audit::Findings;
use service_kit::clock::Stopwatch;
use service_kit::config::{MessagingSettings, PaymentSettings, ShippingSettings, Variables};
use service_kit::postgres::{connect, snapshot};
use tokio_postgres::Client;

use crate::connections::{options, read_client};
use report::{Report, SetReport};

/// `audit`
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
    /// Begin after this position of the log instead of at its start
    #[arg(long, value_name = "POSITION")]
    pub from: Option<Position>,
}

/// What this tool is to Kafka.
const CLIENT_ID: &str = "orderctl";
/// Time between two lines of progress.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// The receipts of an order's commands.
const RECEIPTS: ReceiptForm =
    ReceiptForm { kind: Order::KIND, id_field: "orderId", other_fields: &["reservationId", "fulfilmentId", "flow"] };

/// Runs the audit of every log and prints what it found; `false` when it found something.
///
/// # Errors
/// When a part cannot be read.
pub async fn print(variables: &Variables, args: &AuditArgs) -> Result<bool, BoxError> {
    let mut all = true;
    for log in logs(variables)? {
        all &= Audit::of(variables, log, args).await?.print(args).await?;
    }
    Ok(all)
}

/// The read models of a kind, under audit.
type Audited<'a> = (&'static ReadModels, Box<dyn AuditedModels + 'a>);

/// The audit of one log, its topics and the read models of its kinds.
struct Audit {
    watch: Stopwatch,
    findings: Findings,
    tools: LogTools,
    read_models: Vec<&'static ReadModels>,
    brokers: String,
    registry: Registry,
    store: Store,
    log: Client,
    read: Client,
    ranges: Vec<Range>,
    payments: PaymentSettings,
    shipping: ShippingSettings,
}

impl Audit {
    async fn of(variables: &Variables, tools: LogTools, args: &AuditArgs) -> Result<Self, BoxError> {
        let messaging = MessagingSettings::from_variables(variables)?;
        let store = tools.open().await?;
        let ranges = ranges(&store, args.from).await?;
        Ok(Self {
            watch: Stopwatch::start(),
            findings: Findings::default(),
            read_models: tools.read_models(),
            registry: Registry::new(&messaging.schema_registry_url)?,
            brokers: messaging.kafka_brokers,
            store,
            log: connect(&tools.url, &options()).await?,
            read: read_client(variables).await?,
            ranges,
            payments: PaymentSettings::from_variables(variables)?,
            shipping: ShippingSettings::from_variables(variables)?,
            tools,
        })
    }

    async fn print(mut self, args: &AuditArgs) -> Result<bool, BoxError> {
        self.wait().await?;
        let Self {
            watch,
            mut findings,
            tools,
            read_models,
            brokers,
            registry,
            store,
            mut log,
            mut read,
            ranges,
            payments,
            shipping,
        } = self;
        // The rows first: what the log has later is no row's fault, but a row that the log has not is one.
        let read = snapshot(&mut read).await?;
        let mut audited: Vec<Audited<'_>> = Vec::new();
        for models in read_models {
            audited.push((models, models.audit(&read, &registry).await?));
        }
        let heads: Vec<i64> = ranges.iter().map(|range| range.last).collect();
        eprintln!("comparing the read models with the log");
        let mut looked = Vec::new();
        let examined = {
            let log = snapshot(&mut log).await?;
            for (_, models) in &audited {
                looked.push(models.check(&log, &heads, &mut findings).await?);
            }
            eprintln!("adding up what the streams of each participant record");
            tools.audit_streams(&log, &mut findings).await?
        };
        let answers = answers::check(&log, RECEIPTS, &mut findings).await?;
        let compared = compare(&log, &brokers, &ranges, (&tools.kinds(), &mut audited), &mut findings).await?;
        let sets = audited.iter().zip(looked).map(|((models, audited), (looked, parked))| {
            let counts = audited.finish(&mut findings);
            SetReport { kind: models.kind, group: models.group, looked, parked, counts }
        });
        let sets = sets.collect();
        let asked = tools.audit_asked(&store, &brokers, &ranges, &mut findings).await?;
        let groups = tools.audit_groups(&log, &brokers, &mut findings).await?;
        let settings = OutsideSettings { log: &tools.url, payments: &payments, shipping: &shipping };
        let outside = tools.audit_outside(&mut log, settings, &mut findings).await?;
        let report = Report {
            log: tools.name,
            ranges: &ranges,
            compared,
            sets,
            examined,
            asked,
            groups,
            outside,
            answers,
            findings: &findings,
            took: watch.elapsed(),
        };
        report.print(args.json)?;
        Ok(findings.count == 0)
    }

    /// Checks the log itself, and waits until the relay and the projectors have passed its end.
    async fn wait(&mut self) -> Result<(), BoxError> {
        let Self { findings, tools, read_models, brokers, store, log: client, read, ranges, .. } = self;
        eprintln!("checking the log {} in Postgres", tools.name);
        log::versions(client, findings).await?;
        log::without_position(client, findings).await?;
        for range in ranges.iter() {
            log::positions(client, *range, findings).await?;
        }
        for range in ranges.iter() {
            relayed::wait(store, brokers, tools.checkpoint_topic, *range, findings).await?;
        }
        for (topic, groups) in groups_by_topic(read_models) {
            let ends = inspect::ends(brokers, topic).await?;
            projected::wait(read, (topic, &groups), &ends, findings).await?;
        }
        Ok(())
    }
}

/// The groups that keep read models of each topic.
fn groups_by_topic(read_models: &[&ReadModels]) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for models in read_models {
        groups.entry(models.topic).or_default().push(models.group);
    }
    groups
}

/// Compares the topics of a log with it, and shows each record to the read models that are made of its topic. Returns how many
/// records were compared.
async fn compare(
    log: &Client,
    brokers: &str,
    ranges: &[Range],
    (kinds, audited): (&[(&str, &str)], &mut [Audited<'_>]),
    findings: &mut Findings,
) -> Result<u64, BoxError> {
    let topics: BTreeSet<&str> = kinds.iter().map(|(_, topic)| *topic).collect();
    // The topic of a log's first participant also has the rows of kinds that nobody declares.
    let first = kinds.first().map(|(_, topic)| *topic);
    let mut sum = 0;
    // To be given the partitions of a topic takes longer than to read a small one, so all are asked for at once.
    let readings = try_join_all(topics.iter().map(|topic| Topic::open(CLIENT_ID, brokers, topic, |_| 0))).await?;
    for (topic, reading) in topics.into_iter().zip(readings) {
        let events: i64 = ranges.iter().map(|range| range.last - range.after).sum();
        eprintln!("comparing {events} events with topic {topic}");
        let mut last_line = Stopwatch::start();
        let belongs = |kind: &str| {
            let own = kinds.iter().find(|(declared, _)| *declared == kind).map(|(_, topic)| *topic);
            own.or(first) == Some(topic)
        };
        let on_records = async |records: &[_], compared: u64, findings: &mut Findings| {
            for (models, audited) in audited.iter_mut() {
                if models.topic == topic {
                    audited.batch(records, findings).await?;
                }
            }
            if last_line.elapsed() >= PROGRESS_EVERY {
                last_line = Stopwatch::start();
                eprintln!("{compared} of {events} compared");
            }
            Ok(())
        };
        sum += relayed::compare(log, reading, ranges, belongs, findings, on_records).await?;
    }
    Ok(sum)
}
