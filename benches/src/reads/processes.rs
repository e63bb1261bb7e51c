//! The processor time of the processes that serve the requests, from `/proc`.

use std::path::PathBuf;

use crate::whole::variable;

/// Clock ticks of `/proc` are hundredths of a second on Linux.
const US_PER_TICK: f64 = 10_000.0;

/// Microseconds that were spent until a moment.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    /// By the process that is asked.
    pub server_us: f64,
    /// By the stack's Postgres, with the sessions that have ended.
    pub postgres_us: f64,
    /// By everything on the machine.
    pub machine_us: f64,
    /// By this process, and the children that have ended.
    pub own_us: f64,
}

impl Spent {
    /// Reads the counters.
    pub fn now(server: Option<u32>) -> Self {
        Self {
            server_us: server.map_or(0.0, process_us),
            postgres_us: postgres_us(),
            machine_us: machine_us(),
            own_us: process_us(std::process::id()),
        }
    }

    /// What was spent since.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            server_us: self.server_us - before.server_us,
            postgres_us: self.postgres_us - before.postgres_us,
            machine_us: self.machine_us - before.machine_us,
            own_us: self.own_us - before.own_us,
        }
    }

    /// What others on the machine spent: those who neither ask nor answer.
    pub fn others_us(self) -> f64 {
        (self.machine_us - self.server_us - self.postgres_us - self.own_us).max(0.0)
    }
}

/// The process id of a part of the stack.
pub fn part(name: &str) -> u32 {
    let file = PathBuf::from(variable("ORDERS_STATE")).join(format!("run/{name}.pid"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.split_whitespace().next().and_then(|pid| pid.parse().ok()).expect("a process id is a number")
}

/// The main process, with the children it has waited for, and its living children.
fn postgres_us() -> f64 {
    let main = part("postgres");
    let mut spent = 0.0;
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Some(stat) = stat(pid) else { continue };
        if pid == main {
            spent += stat.own_us + stat.children_us;
        } else if stat.parent == main {
            spent += stat.own_us;
        }
    }
    spent
}

/// Microseconds that a process has spent, with the children that it has waited for.
pub fn process_us(pid: u32) -> f64 {
    stat(pid).map_or(0.0, |stat| stat.own_us + stat.children_us)
}

struct Stat {
    parent: u32,
    own_us: f64,
    children_us: f64,
}

/// None of a process that has ended.
fn stat(pid: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // After the name in parentheses: state, parent, …
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let us = |place: usize| fields[place].parse().unwrap_or(0.0) * US_PER_TICK;
    Some(Stat { parent: fields[1].parse().ok()?, own_us: us(11) + us(12), children_us: us(13) + us(14) })
}

/// Everything but idling and waiting for a disk.
fn machine_us() -> f64 {
    let text = std::fs::read_to_string("/proc/stat").unwrap();
    let ticks: Vec<f64> =
        text.lines().next().unwrap().split_whitespace().skip(1).map(|field| field.parse().unwrap_or(0.0)).collect();
    let [user, nice, system, _idle, _wait, interrupts, soft_interrupts, stolen, ..] = ticks[..] else { return 0.0 };
    (user + nice + system + interrupts + soft_interrupts + stolen) * US_PER_TICK
}
