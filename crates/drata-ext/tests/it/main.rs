//! What the client does on the wire, seen by a server that follows a script.

mod downloads;
mod errors;
mod faults;
mod key_safety;
mod lists;
mod operations;
mod pace;
mod rate_limits;
mod retries;
mod server;
mod uploads;
