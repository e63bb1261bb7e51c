//! The store under cqrs-es: [`CqrsEventStore`] is a `cqrs_es::EventStore` for any aggregate, and [`DeciderAggregate`] makes
//! a decider such an aggregate. Code written for cqrs-es runs on this store unchanged.
//!
//! Guarantees: commits go through the group-commit writer and are guarded by the loaded sequence. Does not: take snapshots
//! or dispatch queries; cqrs-es's framework does the latter.

use std::collections::HashMap;

use cqrs_es::persist::EventStoreAggregateContext;
use cqrs_es::{Aggregate, AggregateError, DomainEvent, EventEnvelope, EventStore, event_sink::EventSink};
use domain::{Decider, EventId, StoredEvent, TenantId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use service_kit::clock::SharedIds;

use crate::{Append, AppendError, NewEvent, ReadError, Store, StreamAppend, StreamId};

/// This store as cqrs-es sees it.
#[derive(Clone)]
pub struct CqrsEventStore {
    store: Store,
    ids: SharedIds,
    tenant: TenantId,
}

impl CqrsEventStore {
    /// A store whose rows belong to one tenant.
    pub fn new(store: Store, ids: SharedIds, tenant: TenantId) -> Self {
        Self { store, ids, tenant }
    }
}

impl<A: Aggregate> EventStore<A> for CqrsEventStore {
    type AC = EventStoreAggregateContext<A>;

    async fn load_events(&self, aggregate_id: &str) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        let rows = self.store.read_stream(&StreamId::new(A::TYPE, aggregate_id), 0).await.map_err(read_error)?;
        rows.into_iter()
            .map(|row| {
                let unreadable = |source| AggregateError::DeserializationError(Box::new(source));
                Ok(EventEnvelope {
                    aggregate_id: aggregate_id.to_owned(),
                    sequence: usize::try_from(row.version).expect("versions start at 1"),
                    payload: serde_json::from_str(&row.payload).map_err(unreadable)?,
                    metadata: serde_json::from_str(&row.metadata).map_err(unreadable)?,
                })
            })
            .collect()
    }

    async fn load_aggregate(&self, aggregate_id: &str) -> Result<Self::AC, AggregateError<A::Error>> {
        let events: Vec<EventEnvelope<A>> = self.load_events(aggregate_id).await?;
        let mut aggregate = A::default();
        let current_sequence = events.len();
        events.into_iter().for_each(|event| aggregate.apply(event.payload));
        Ok(EventStoreAggregateContext {
            aggregate_id: aggregate_id.to_owned(),
            aggregate,
            current_sequence,
            current_snapshot: None,
        })
    }

    async fn commit(
        &self,
        events: Vec<A::Event>,
        context: Self::AC,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let unwritable = |source: serde_json::Error| AggregateError::UnexpectedError(Box::new(source));
        let new = events.iter().map(|event| {
            Ok::<_, AggregateError<A::Error>>(NewEvent {
                id: EventId::new(self.ids.ordered()),
                event_type: event.event_type(),
                event_version: event.event_version(),
                payload: serde_json::to_string(event).map_err(unwritable)?,
            })
        });
        let stream = StreamId::new(A::TYPE, &context.aggregate_id);
        let expected_version = i64::try_from(context.current_sequence).expect("a stream's length fits");
        let first = StreamAppend::new(stream, expected_version, new.collect::<Result<_, _>>()?);
        let metadata_text = serde_json::to_string(&metadata).map_err(unwritable)?;
        let append = Append::new(self.tenant.clone(), metadata_text, first);
        self.store.append(append).await.map_err(append_error)?;
        Ok((context.current_sequence + 1..)
            .zip(events)
            .map(|(sequence, payload)| EventEnvelope {
                aggregate_id: context.aggregate_id.clone(),
                sequence,
                payload,
                metadata: metadata.clone(),
            })
            .collect())
    }
}

fn read_error<E: std::error::Error>(error: ReadError) -> AggregateError<E> {
    AggregateError::DatabaseConnectionError(Box::new(error))
}

fn append_error<E: std::error::Error>(error: AppendError) -> AggregateError<E> {
    match error {
        AppendError::Conflict { .. } => AggregateError::AggregateConflict,
        AppendError::Overloaded | AppendError::Unavailable | AppendError::Unknown { .. } => {
            AggregateError::DatabaseConnectionError(Box::new(error))
        }
        error => AggregateError::UnexpectedError(Box::new(error)),
    }
}

/// A decider's event as a `cqrs_es::DomainEvent`. Its JSON is the event's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeciderEvent<E>(pub E);

impl<E> DomainEvent for DeciderEvent<E>
where
    E: StoredEvent + PartialEq + std::fmt::Debug + Serialize + DeserializeOwned,
{
    fn event_type(&self) -> String {
        self.0.event_type().to_owned()
    }

    fn event_version(&self) -> String {
        self.0.event_version().to_owned()
    }
}

/// A decider as a `cqrs_es::Aggregate`.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "D::State: Serialize", deserialize = "D::State: DeserializeOwned"))]
pub struct DeciderAggregate<D: Decider> {
    /// Where the stream stands. `None` once an event did not fold: every command is refused then.
    state: Option<D::State>,
}

impl<D: Decider> Default for DeciderAggregate<D> {
    fn default() -> Self {
        Self { state: Some(D::initial()) }
    }
}

/// Why an aggregate made of a decider refuses a command.
#[derive(Debug, thiserror::Error)]
pub enum DeciderError<R: std::error::Error> {
    /// The decider's own refusal.
    #[error(transparent)]
    Rejected(R),
    /// The stream does not fold.
    #[error("the aggregate's history does not fold")]
    Damaged,
}

impl<D: Decider> Aggregate for DeciderAggregate<D>
where
    D::State: Serialize + DeserializeOwned,
    D::Event: PartialEq + std::fmt::Debug,
{
    const TYPE: &'static str = D::KIND;
    type Command = D::Command;
    type Event = DeciderEvent<D::Event>;
    type Error = DeciderError<D::Rejection>;
    type Services = ();

    async fn handle(&mut self, command: D::Command, (): &(), sink: &EventSink<Self>) -> Result<(), Self::Error> {
        let state = self.state.as_ref().ok_or(DeciderError::Damaged)?;
        for event in D::decide(state, command).map_err(DeciderError::Rejected)? {
            sink.write(DeciderEvent(event), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        self.state = self.state.take().and_then(|state| D::evolve(state, &event.0).ok());
    }
}
