//! A Kafka cluster of the test's own, whose nodes may be killed.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use messaging::testing::unique;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, Producer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};
use service_kit::poll::wait_until;
pub use service_kit::testing::PATIENCE;

pub const LOOK: Duration = Duration::from_millis(200);
/// Longest wait for an answer of the cluster.
pub const ANSWER: Duration = Duration::from_secs(5);
/// A cluster's id is 16 bytes in URL-safe base64.
const CLUSTER_ID: &str = "EngineTestClusterTwoAA";

struct Node {
    roles: &'static str,
    port: u16,
    process: Option<Child>,
}

/// Nodes by number; the first is the controller. They end with the test.
pub struct Cluster {
    folder: PathBuf,
    controller_port: u16,
    nodes: BTreeMap<i32, Node>,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let numbers: Vec<_> = self.nodes.keys().copied().collect();
        numbers.into_iter().for_each(|number| self.kill(number));
        let _left = std::fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Cluster {
    /// Nodes with these roles, none of them started.
    pub fn of(roles: &[&'static str]) -> Self {
        let nodes = (1..).zip(roles).map(|(number, roles)| (number, Node { roles, port: free_port(), process: None }));
        let folder = std::env::temp_dir().join(unique("kafka"));
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder, controller_port: free_port(), nodes: nodes.collect() }
    }

    /// Starts a node and waits until it answers.
    pub async fn start(&mut self, number: i32) {
        let folder = self.folder.join(number.to_string());
        let log = File::options().create(true).append(true).open(self.folder.join(format!("{number}.log"))).unwrap();
        let node = self.nodes.get_mut(&number).unwrap();
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../deploy/local/kafka-node.sh");
        let port = node.port.to_string();
        let controller_port = self.controller_port.to_string();
        let process = Command::new(script)
            .arg(&folder)
            .args([CLUSTER_ID, &number.to_string(), node.roles, &port, &controller_port])
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        node.process = Some(process);
        let client = self.client();
        let address = format!("127.0.0.1:{port}");
        let registered = async || {
            let found = client.fetch_metadata(None, ANSWER);
            found.is_ok_and(|found| found.brokers().iter().any(|broker| address.ends_with(&broker.port().to_string())))
        };
        wait_until(PATIENCE, LOOK, registered).await.unwrap();
    }

    /// `kill -9`.
    pub fn kill(&mut self, number: i32) {
        if let Some(mut process) = self.nodes.get_mut(&number).and_then(|node| node.process.take()) {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// SIGTERM, and waits until the node has ended.
    pub async fn terminate(&mut self, number: i32) {
        let mut process = self.nodes.get_mut(&number).unwrap().process.take().unwrap();
        assert!(Command::new("kill").args(["-TERM", &process.id().to_string()]).status().unwrap().success());
        wait_until(PATIENCE, LOOK, async || process.try_wait().unwrap().is_some()).await.unwrap();
    }

    pub fn brokers(&self) -> String {
        format!("127.0.0.1:{}", self.nodes[&1].port)
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.brokers());
        config
    }

    fn client(&self) -> BaseConsumer {
        self.config().create().unwrap()
    }

    /// Makes a topic, each partition with its only copy on the node of that number.
    pub async fn create(&self, topic: &str, leaders: &[i32]) {
        let copies: Vec<_> = leaders.iter().map(std::slice::from_ref).collect();
        let partitions = i32::try_from(leaders.len()).unwrap();
        let admin: AdminClient<DefaultClientContext> = self.config().create().unwrap();
        let new = NewTopic::new(topic, partitions, TopicReplication::Variable(&copies));
        let created = admin.create_topics([&new], &AdminOptions::new()).await.unwrap();
        assert!(created.iter().all(Result::is_ok), "{created:?}");
        self.led_by(topic, leaders).await;
    }

    /// Waits until the partitions of a topic are led so; -1 is nobody.
    pub async fn led_by(&self, topic: &str, leaders: &[i32]) {
        let client = self.client();
        let led = async || {
            let Ok(found) = client.fetch_metadata(Some(topic), ANSWER) else { return false };
            let mut partitions: Vec<_> =
                found.topics()[0].partitions().iter().map(|one| (one.id(), one.leader())).collect();
            partitions.sort_unstable();
            partitions.into_iter().map(|(_, leader)| leader).eq(leaders.iter().copied())
        };
        wait_until(PATIENCE, LOOK, led).await.unwrap();
    }

    /// A transactional producer, not yet initialised.
    pub fn producer(&self, transactional_id: &str) -> BaseProducer {
        self.producers_of(transactional_id)()
    }

    /// Makes transactional producers of the same name, one after the other.
    pub fn producers_of(&self, transactional_id: &str) -> impl Fn() -> BaseProducer + Send + 'static {
        let mut config = self.config();
        config
            .set("transactional.id", transactional_id)
            .set("transaction.timeout.ms", "10000")
            .set("message.timeout.ms", "9000")
            .set("linger.ms", "0")
            .set_log_level(RDKafkaLogLevel::Critical);
        move || config.create().unwrap()
    }

    /// What `read_committed` shows of a partition.
    pub fn committed(&self, topic: &str, partition: i32) -> Vec<String> {
        let consumer: BaseConsumer = self
            .config()
            .set("group.id", unique("reader"))
            .set("enable.auto.commit", "false")
            .set("enable.partition.eof", "true")
            .set("isolation.level", "read_committed")
            .create()
            .unwrap();
        let mut start = TopicPartitionList::new();
        start.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
        consumer.assign(&start).unwrap();
        let mut read = Vec::new();
        loop {
            match consumer.poll(PATIENCE).expect("the partition has an end") {
                Ok(message) => read.push(String::from_utf8(message.payload().unwrap().to_vec()).unwrap()),
                Err(KafkaError::PartitionEOF(_)) => return read,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Waits until no transaction is open in any partition.
    pub async fn wait_until_completed(&self, topic: &str, partitions: i32) {
        let all = self.client();
        let committed: BaseConsumer = self.config().set("isolation.level", "read_committed").create().unwrap();
        let end = |client: &BaseConsumer, one| client.fetch_watermarks(topic, one, ANSWER).ok().map(|(_, end)| end);
        let completed =
            async || (0..partitions).all(|one| end(&all, one).is_some_and(|here| end(&committed, one) == Some(here)));
        wait_until(PATIENCE, LOOK, completed).await.expect("a transaction hangs");
    }
}

/// Initialises a producer, however long the coordinator has to wait for a broker.
pub fn initialise(producer: &BaseProducer) {
    producer.init_transactions(PATIENCE).unwrap();
}
