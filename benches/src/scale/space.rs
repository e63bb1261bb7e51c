//! Checks the free disk space before anything is written.

use std::process::Command;

use tokio_postgres::Client;

use super::settings::Settings;

/// Bytes on disk of one event with its position, its part of a kept answer, and all indexes, as filled; rounded up.
const BYTES_PER_EVENT: u64 = 970;
/// Bytes on disk of an appended event, of which each has an answer of its own; rounded up.
const BYTES_PER_APPENDED: u64 = 1_200;
/// Events that a machine for which these sizes are meant appends in a second; rounded up.
const APPENDS_PER_S_MAX: u64 = 40_000;
/// Besides: the write-ahead log between two checkpoints, and the topics of the relayed events.
const BYTES_BESIDES: u64 = 2 << 30;

/// Refuses when a log as large as the settings say might not fit beside what the server's disk holds already.
///
/// # Errors
/// A sentence that says how much is needed and how much there is.
pub async fn require(client: &Client, settings: &Settings) -> Result<(), String> {
    let events = settings.events;
    // Half as long again without a sequencer, at each size.
    let sizes = u64::try_from(settings.sizes().count()).unwrap();
    let loads = settings.load.as_secs() * 3 / 2 * sizes;
    // The soak begins with empty tables.
    let appended = |seconds: u64| seconds * APPENDS_PER_S_MAX * BYTES_PER_APPENDED;
    let filled = events.unsigned_abs() * BYTES_PER_EVENT;
    let needed = (filled + appended(loads)).max(appended(settings.soak.as_secs())) + BYTES_BESIDES;
    let folder: String = client.query_one("SHOW data_directory", &[]).await.unwrap().get(0);
    let free = free_bytes(&folder).ok_or_else(|| {
        format!(
            "cannot tell how much space is free in {folder}, where Postgres keeps its data; it must be of this machine"
        )
    })?;
    let needed_gb = needed as f64 / 1e9;
    let free_gb = free as f64 / 1e9;
    eprintln!("scale: {events} events need about {needed_gb:.1} GB in {folder}; {free_gb:.1} GB are free");
    if free < needed {
        return Err(format!(
            "{events} events need about {needed_gb:.1} GB in {folder}, and {free_gb:.1} GB are free; \
             make room, or set SCALE_EVENTS or the SCALE_…_SECONDS to less"
        ));
    }
    Ok(())
}

fn free_bytes(folder: &str) -> Option<u64> {
    let output = Command::new("df").args(["-B1", "--output=avail", folder]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.lines().last()?.trim().parse().ok()
}
