//! Whether there is room, asked before anything is written.

use std::process::Command;

use tokio_postgres::Client;

/// Bytes on disk of one event with its position, its part of a kept answer, and all indexes, rounded up.
const BYTES_PER_EVENT: u64 = 1_000;
/// Besides: the write-ahead log at its largest, and the topic of the relayed events.
const BYTES_BESIDES: u64 = 5 << 30;

/// Refuses when a log of so many events might not fit beside what the server's disk holds already.
///
/// # Errors
/// A sentence that says how much is needed and how much there is.
pub async fn require(client: &Client, events: i64) -> Result<(), String> {
    let needed = events.unsigned_abs() * BYTES_PER_EVENT + BYTES_BESIDES;
    let folder: String = client.query_one("SHOW data_directory", &[]).await.unwrap().get(0);
    let free = free_bytes(&folder).ok_or_else(|| {
        format!(
            "cannot tell how much space is free in {folder}, where Postgres keeps its data; it must be of this machine"
        )
    })?;
    let (needed_gb, free_gb) = (needed as f64 / 1e9, free as f64 / 1e9);
    eprintln!("scale: {events} events need about {needed_gb:.1} GB in {folder}; {free_gb:.1} GB are free");
    if free < needed {
        return Err(format!(
            "{events} events need about {needed_gb:.1} GB in {folder}, and {free_gb:.1} GB are free; \
             make room, or set SCALE_EVENTS to {} or less",
            free.saturating_sub(BYTES_BESIDES) / BYTES_PER_EVENT
        ));
    }
    Ok(())
}

fn free_bytes(folder: &str) -> Option<u64> {
    let output = Command::new("df").args(["-B1", "--output=avail", folder]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.lines().last()?.trim().parse().ok()
}
