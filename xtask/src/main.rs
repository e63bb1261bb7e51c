//! `cargo run -p xtask -- generate` rewrites the generated files.

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() != Some("generate") {
        eprintln!("usage: cargo run -p xtask -- generate");
        return ExitCode::from(2);
    }
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
