//! Shows the progress of an import: a bar at a terminal, otherwise a line every few seconds.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use service_kit::clock::Stopwatch;

/// Between two plain lines.
const PLAIN_EVERY_S: u64 = 5;

/// How far an import is. Clones show the same.
#[derive(Clone)]
pub struct Progress(Option<Arc<Shown>>);

struct Shown {
    bar: ProgressBar,
    plain: bool,
    watch: Stopwatch,
    /// Seconds at which the last plain line was written.
    last: AtomicU64,
}

impl Shown {
    /// Seconds since the beginning, when it is time for another plain line.
    fn due(&self) -> Option<u64> {
        let seconds = self.watch.elapsed().as_secs();
        let last = self.last.load(Ordering::Relaxed);
        let due = seconds >= last + PLAIN_EVERY_S;
        // Of several that ask at once one gets the answer.
        (due && self.last.compare_exchange(last, seconds, Ordering::Relaxed, Ordering::Relaxed).is_ok())
            .then_some(seconds)
    }
}

impl Progress {
    /// Shows nothing.
    pub const fn silent() -> Self {
        Self(None)
    }

    /// Shows on standard error, as suits it.
    pub fn visible() -> Self {
        let plain = !std::io::stderr().is_terminal();
        let bar = if plain { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(Some(Arc::new(Shown { bar, plain, watch: Stopwatch::start(), last: AtomicU64::new(0) })))
    }

    /// Says what is being done before the number of lines is known.
    pub fn begin(&self, what: &str) {
        self.say(what);
    }

    /// So many lines are to come.
    pub fn lines(&self, lines: u64) {
        let Some(shown) = &self.0 else { return };
        shown.bar.set_length(lines);
        shown.bar.set_message("");
        shown.bar.reset_eta();
        if let Ok(style) = ProgressStyle::with_template(
            "{bar:30} {percent:>3}% {human_pos} of {human_len} lines, {per_sec}, {eta} left {msg}",
        ) {
            shown.bar.set_style(style);
        }
    }

    /// So many more lines are done.
    pub fn advance(&self, lines: u64) {
        let Some(shown) = &self.0 else { return };
        shown.bar.inc(lines);
        if !shown.plain {
            // The message is about waiting, and that is over.
            if !shown.bar.message().is_empty() {
                shown.bar.set_message("");
            }
            return;
        }
        if let Some(seconds) = shown.due() {
            let done = shown.bar.position();
            let all = shown.bar.length().unwrap_or_default();
            let rate = done / seconds.max(1);
            let left = all.saturating_sub(done) / rate.max(1);
            eprintln!("{done} of {all} lines, {rate} lines/s, {left} s left");
        }
    }

    /// The engine is being waited for.
    pub fn waiting(&self, reason: &str) {
        // Each of several requests says so every few moments; a plain log needs it now and then.
        if self.0.as_ref().is_some_and(|shown| !shown.plain || shown.due().is_some()) {
            self.say(&format!("waiting for the engine: {reason}"));
        }
    }

    fn say(&self, message: &str) {
        let Some(shown) = &self.0 else { return };
        if shown.plain {
            eprintln!("{message}");
        } else {
            shown.bar.set_message(message.to_owned());
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(shown) = &self.0 {
            shown.bar.finish_and_clear();
        }
    }
}
