//! How long one version of the contract takes to load: `cargo bench -p drata-contract`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use drata_contract::Contract;
use drata_contract::operation::ApiVersion;

fn main() {
    for version in [ApiVersion::V1, ApiVersion::V2] {
        let mut rounds: Vec<Duration> = (0..101)
            .map(|_| {
                let begun = Instant::now();
                black_box(Contract::load(black_box(version))).expect("a contract");
                begun.elapsed()
            })
            .collect();
        rounds.sort_unstable();
        println!("{}: {:.2?} at best, {:.2?} in the median", version.as_str(), rounds[0], rounds[50]);
    }
}
