//! Bringing the members of a unit up to the stored ends of their streams.
//!
//! Guarantees: one statement reads all members, however many; a further one follows only for streams of more than a page. A single
//! stream is read by the statement of single streams, whose plan Postgres keeps: it plans one over lists anew for each list, which
//! takes several times as long as carrying it out.

use std::collections::{BTreeSet, HashMap};
use std::pin::pin;

use futures::TryStreamExt;
use tokio_postgres::types::ToSql;

use super::kind::StoredBody;
use super::members::MemberStream;
use crate::bus::snapshot::SNAPSHOT_EVENTS;
use crate::cache::AnyState;
use crate::json::JsonText;
use crate::loaded::counted_bytes;
use crate::{ExecuteError, Loaded, ReadError, Store};

/// Most events of one stream that one statement reads.
const PAGE_EVENTS: i64 = SNAPSHOT_EVENTS;

/// Brings some members up to the ends of their streams. Returns whether any has moved.
///
/// What was read is kept in memory, whatever becomes of the unit: a stream that units only read is never kept by a write.
pub(super) async fn catch_up(
    store: &Store,
    members: &[MemberStream],
    loaded: &mut [Loaded<AnyState>],
    mut which: Vec<usize>,
) -> Result<bool, ExecuteError> {
    let mut moved = BTreeSet::new();
    while !which.is_empty() {
        let counts = read_page(store, members, loaded, &which).await?;
        moved.extend(counts.keys().copied());
        which.retain(|index| counts.get(index) == Some(&PAGE_EVENTS));
        for &index in &which {
            skip_to_snapshot(store, &members[index], &mut loaded[index]).await?;
        }
    }
    for &index in &moved {
        let MemberStream { stream, kind, .. } = &members[index];
        let cache = &store.inner.options.cache;
        // Whoever writes a stream that is only read here may have kept a later state meanwhile.
        if cache.get(kind.name, &stream.id).is_none_or(|known| known.version < loaded[index].version) {
            cache.insert(kind.name, &stream.id, loaded[index].clone());
        }
    }
    Ok(!moved.is_empty())
}

/// Folds one page of each stream. Returns how many events each had, without those that had none.
async fn read_page(
    store: &Store,
    members: &[MemberStream],
    loaded: &mut [Loaded<AnyState>],
    which: &[usize],
) -> Result<HashMap<usize, i64>, ExecuteError> {
    if let [index] = *which {
        let events = read_page_of_one(store, &members[index], &mut loaded[index]).await?;
        return Ok(HashMap::from_iter((events > 0).then_some((index, events))));
    }
    let kinds: Vec<&str> = which.iter().map(|&index| members[index].kind.name).collect();
    let ids: Vec<&str> = which.iter().map(|&index| &*members[index].stream.id).collect();
    let behind: Vec<i64> = which.iter().map(|&index| loaded[index].version).collect();
    let client = store.reader().await?;
    let statement = client.prepare_cached(include_str!("../sql/streams.sql")).await.map_err(ReadError::Query)?;
    let parameters: [&(dyn ToSql + Sync); 4] = [&kinds, &ids, &behind, &PAGE_EVENTS];
    let rows = client.query_raw(&statement, parameters).await.map_err(ReadError::Query)?;
    let mut rows = pin!(rows);
    let mut counts = HashMap::new();
    while let Some(row) = rows.try_next().await.map_err(ReadError::Query)? {
        let place: i64 = row.try_get(0).map_err(ReadError::Query)?;
        let index = which[usize::try_from(place - 1).expect("a place is one of the list")];
        let payload: JsonText<'_> = row.try_get(4).map_err(ReadError::Query)?;
        let body = StoredBody {
            version: row.try_get(1).map_err(ReadError::Query)?,
            event_type: row.try_get(2).map_err(ReadError::Query)?,
            event_version: row.try_get(3).map_err(ReadError::Query)?,
            payload: payload.0,
        };
        fold(&members[index], &mut loaded[index], &body)?;
        *counts.entry(index).or_insert(0) += 1;
    }
    Ok(counts)
}

/// Folds one page of a stream. Returns how many events it had.
async fn read_page_of_one(
    store: &Store,
    member: &MemberStream,
    loaded: &mut Loaded<AnyState>,
) -> Result<i64, ExecuteError> {
    let behind = loaded.version;
    for row in store.read_stream_page(&member.stream, behind, PAGE_EVENTS).await? {
        let body = StoredBody {
            version: row.version,
            event_type: &row.event_type,
            event_version: &row.event_version,
            payload: &row.payload,
        };
        fold(member, loaded, &body)?;
    }
    Ok(loaded.version - behind)
}

fn fold(member: &MemberStream, loaded: &mut Loaded<AnyState>, body: &StoredBody<'_>) -> Result<(), ExecuteError> {
    let stream = &member.stream;
    let expected = loaded.version + 1;
    if body.version != expected {
        return Err(ReadError::Gap { stream: stream.clone(), expected, found: body.version }.into());
    }
    loaded.state = (member.kind.fold)(stream, loaded.state.clone(), body)?;
    loaded.version = body.version;
    loaded.bytes = counted_bytes(loaded.bytes + body.payload.len(), member.kind.state_bytes_max);
    Ok(())
}

/// A stream of more than one page is long enough for a snapshot further on to be worth a look.
async fn skip_to_snapshot(
    store: &Store,
    member: &MemberStream,
    loaded: &mut Loaded<AnyState>,
) -> Result<(), ExecuteError> {
    if loaded.version != PAGE_EVENTS {
        return Ok(());
    }
    let snapshot = store.snapshot(&member.stream, member.kind.fold_version, member.kind.from_json).await?;
    if let Some((version, state)) = snapshot
        && version > loaded.version
    {
        loaded.version = version;
        loaded.state = state;
    }
    Ok(())
}
