//! The program behind `cargo xtask`.

use std::process::ExitCode;
use std::thread;

fn main() -> ExitCode {
    let run = thread::Builder::new().stack_size(xtask::STACK).spawn(xtask::main);
    // A panic has said what there is to say.
    run.map_or(ExitCode::FAILURE, |run| run.join().unwrap_or(ExitCode::FAILURE))
}
