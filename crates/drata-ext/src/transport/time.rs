//! Times that no duration can make overflow.

use std::time::Duration;

use tokio::time::Instant;

/// Thirty years: what is further away never comes.
const FAR: Duration = Duration::from_secs(86_400 * 365 * 30);

/// The time `wait` after `start`, or one so far away that it makes no difference.
pub(crate) fn after(start: Instant, wait: Duration) -> Instant {
    start.checked_add(wait.min(FAR)).unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_overflows() {
        let now = Instant::now();
        assert_eq!(after(now, Duration::from_secs(1)), now + Duration::from_secs(1));
        assert!(after(now, Duration::MAX) > now + Duration::from_secs(86_400));
        assert!(after(after(now, Duration::MAX), Duration::MAX) > now);
    }
}
