//! `cargo run -p xtask -- generate` writes the generated files anew; `… costs` shows what a change costs.

use std::process::ExitCode;

use xtask::costs::{Cost, Table, costs};

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("generate") => generate(),
        Some("costs") => show_costs(),
        _ => {
            eprintln!("usage: cargo run -p xtask -- generate|costs");
            ExitCode::from(2)
        }
    }
}

fn generate() -> ExitCode {
    for file in xtask::generated::files() {
        let path = xtask::root().join(file.path);
        let written =
            path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, file.text));
        if let Err(error) = written {
            eprintln!("cannot write {}: {error}", file.path);
            return ExitCode::FAILURE;
        }
        println!("wrote {}", file.path);
    }
    ExitCode::SUCCESS
}

fn show_costs() -> ExitCode {
    let costs = costs();
    print!("{}", Table(&costs));
    let problems: Vec<_> = costs.iter().flat_map(Cost::problems).collect();
    problems.iter().for_each(|problem| eprintln!("{problem}"));
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
