//! The event logs of a deployment. Participants share the first one's log, but for those whose own database the settings name.
//!
//! Guarantees: each participant is in one log, and no two logs are one database as far as the settings show it. Nothing of a log is
//! another's: database, sequencers, relays, checkpoints, transactional ids.

use service_kit::config::{ConfigError, DatabaseUrl, OwnDatabases};

use super::{PARTICIPANTS, Participant};

/// What a participant's log is called, apart from where it is.
#[derive(Debug)]
pub(crate) struct LogNames {
    /// Its database, in messages, tasks and logs.
    pub(crate) database: &'static str,
    /// The setting that says where it is.
    pub(crate) setting: &'static str,
    /// The topic of its relays' checkpoints. A record's partition is the shard, so no two logs may share it.
    pub(crate) checkpoint_topic: &'static str,
    /// The transactional id of its relays is this, a dash and the shard.
    pub(crate) transactional_id_prefix: &'static str,
    /// The name under which the readiness shows its database.
    pub(crate) database_check: &'static str,
    /// The name under which the readiness shows its relays.
    pub(crate) relay_check: &'static str,
}

/// The names of the log of a participant, which follow from its name and its setting.
macro_rules! own_log {
    ($name:literal, $setting:literal) => {
        $crate::participants::LogNames {
            database: $name,
            setting: $setting,
            checkpoint_topic: concat!($name, ".relay.checkpoint"),
            transactional_id_prefix: concat!($name, "-relay"),
            database_check: concat!($name, "-database"),
            relay_check: concat!($name, "-relay"),
        }
    };
}
pub(crate) use own_log;

/// An event log. Its tables, sequencers, relays, connections and housekeeping are there once, however many participants share it.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) names: &'static LogNames,
    /// Where it is.
    pub(crate) url: DatabaseUrl,
    /// At least one. The topic of the first also gets the rows of unknown kinds.
    participants: Vec<&'static Participant>,
}

impl Log {
    /// Its participants.
    pub(crate) fn participants(&self) -> impl Iterator<Item = &'static Participant> {
        self.participants.iter().copied()
    }

    /// The kinds of its streams, each with the topic of its events.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.participants().flat_map(|participant| participant.kinds.iter().copied())
    }
}

/// The logs that the settings give, the shared one first.
///
/// # Errors
/// When a setting is no Postgres URL, or names the database of another log.
pub(crate) fn logs_of(shared: &DatabaseUrl, own: &OwnDatabases) -> Result<Vec<Log>, ConfigError> {
    let [first, others @ ..] = PARTICIPANTS;
    let mut sharing = vec![first];
    let mut apart: Vec<Log> = Vec::new();
    for participant in others {
        let names = &participant.log;
        if names.setting == first.log.setting {
            sharing.push(participant);
            continue;
        }
        let Some(url) = own.get(names.setting)? else {
            sharing.push(participant);
            continue;
        };
        let same = std::iter::once(shared).chain(apart.iter().map(|log| &log.url));
        if let Some(same) = same.into_iter().find(|other| other.expose() == url.expose()) {
            let reason =
                format!("{} names this database too; leave it out to share the log of orders", same.variable());
            return Err(ConfigError::Invalid { variable: names.setting, reason });
        }
        apart.push(Log { names, url, participants: vec![participant] });
    }
    let mut logs = vec![Log { names: &first.log, url: shared.clone(), participants: sharing }];
    logs.append(&mut apart);
    Ok(logs)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use messaging::topics::declared;
    use service_kit::config::Variables;

    use super::*;
    use crate::participants::{participants, with_log_apart};

    fn logs_with(pairs: &[(&str, &str)]) -> Result<Vec<Log>, ConfigError> {
        let shared = DatabaseUrl::new("ORDERS_DATABASE_URL", "postgres://orders");
        let variables = Variables::from_pairs(pairs.iter().copied());
        logs_of(&shared, &OwnDatabases::from_variables(&variables))
    }

    fn names(log: &Log) -> Vec<&'static str> {
        log.participants().map(|participant| participant.name).collect()
    }

    #[test]
    fn participants_share_the_first_log_but_those_with_a_database_of_their_own() {
        let shared = logs_with(&[]).unwrap();
        assert_eq!(shared.len(), 1);
        assert_eq!(names(&shared[0]), participants().map(|participant| participant.name).collect::<Vec<_>>());
        let apart = logs_with(&[("INVENTORY_DATABASE_URL", "postgres://inventory")]).unwrap();
        assert_eq!((apart.len(), names(&apart[1])), (2, vec!["inventory"]));
        assert!(!names(&apart[0]).contains(&"inventory") && names(&apart[0]).first() == Some(&"order"));
        assert_eq!(apart[1].url.expose(), "postgres://inventory");
    }

    #[test]
    fn those_that_are_no_part_of_the_first_log_may_have_one_of_their_own() {
        let urls = with_log_apart().map(|one| (one.log.setting, format!("postgres://{}", one.name)));
        let urls: Vec<_> = urls.collect();
        let pairs: Vec<_> = urls.iter().map(|(setting, url)| (*setting, url.as_str())).collect();
        let logs = logs_with(&pairs).unwrap();
        let apart: Vec<_> = with_log_apart().map(|one| vec![one.name]).collect();
        assert_eq!(logs[1..].iter().map(names).collect::<Vec<_>>(), apart);
        assert_eq!(names(&logs[0]), ["order", "saga"]);
    }

    #[test]
    fn two_logs_in_one_database_are_refused_by_name() {
        let error = logs_with(&[("INVENTORY_DATABASE_URL", "postgres://orders")]).err().unwrap().to_string();
        assert!(error.starts_with("INVENTORY_DATABASE_URL is not valid: ORDERS_DATABASE_URL names this"), "{error}");
    }

    #[test]
    fn nothing_of_a_log_is_called_as_another_s_and_its_names_follow_from_the_database_s() {
        let declared: BTreeSet<_> = declared().topics.into_iter().map(|topic| topic.name).collect();
        let mut seen = BTreeSet::new();
        let mut checks: BTreeSet<_> =
            participants().flat_map(|one| one.read_models).map(|models| models.check).collect();
        for LogNames { database, setting, checkpoint_topic, transactional_id_prefix, database_check, relay_check } in
            participants().take(1).chain(with_log_apart()).map(|participant| &participant.log)
        {
            assert_eq!(*setting, format!("{}_DATABASE_URL", database.to_uppercase()));
            assert_eq!(*checkpoint_topic, format!("{database}.relay.checkpoint"));
            assert!(declared.contains(*checkpoint_topic), "schemas/topics.toml lacks {checkpoint_topic}");
            for name in [database, setting, checkpoint_topic, transactional_id_prefix] {
                assert!(seen.insert(*name), "{name} is another log's too");
            }
            assert!(checks.insert(database_check) && checks.insert(relay_check), "{database} shares a check");
        }
    }
}
