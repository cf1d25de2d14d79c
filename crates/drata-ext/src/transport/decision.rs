//! What follows a failed attempt.

use std::time::Duration;

use drata_api::{Idempotency, RetryPolicy};

use super::failure::{Cause, Failure};

/// The most attempts of a read that the service fails with a 500.
const SERVER_ERRORS: u32 = 3;

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Another one, after this time.
    Retry(Duration),
    /// None: the failure is the outcome.
    Stop,
}

/// Decides about the failure of attempt number `attempt`, counted from 1. `random` is between 0 and 1.
pub(crate) fn decide(
    policy: &RetryPolicy,
    failure: &Failure,
    idempotency: Idempotency,
    attempt: u32,
    random: f64,
) -> Decision {
    let may_repeat = match failure.cause {
        Cause::NotConnected | Cause::Unprocessed | Cause::Throttled => true,
        Cause::Transient => idempotency.may_repeat(),
        Cause::ServerError => idempotency == Idempotency::Safe && attempt < SERVER_ERRORS,
        Cause::NotSent | Cause::Final => false,
    };
    if !may_repeat || attempt >= policy.max_attempts() || failure.is_out_of_time {
        return Decision::Stop;
    }
    match failure.error.retry_after() {
        // Who comes back earlier than asked is sent away again, and who waits that long should know it.
        Some(asked) if asked > policy.max_retry_after() => Decision::Stop,
        // A little more than asked, so that all who were told the same time do not come back at once.
        Some(asked) => Decision::Retry(asked.saturating_add(part(policy.base(), random))),
        None => Decision::Retry(part(ceiling(policy, failure.cause, attempt), random)),
    }
}

/// The longest wait after an attempt where the service names none.
fn ceiling(policy: &RetryPolicy, cause: Cause, attempt: u32) -> Duration {
    let base = if cause == Cause::Throttled { policy.base().saturating_mul(4) } else { policy.base() };
    base.saturating_mul(1 << (attempt - 1).min(16)).min(policy.cap())
}

/// A random part of a time, however long.
fn part(time: Duration, random: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() * random).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use proptest::prelude::*;

    use super::*;
    use drata_api::Error;

    fn failure(cause: Cause, retry_after: Option<Duration>) -> Failure {
        let error = Error::status_code(None, StatusCode::SERVICE_UNAVAILABLE, Default::default(), Default::default())
            .with_retry_after(retry_after);
        Failure::new(error, cause)
    }

    fn wait(policy: &RetryPolicy, failure: &Failure, idempotency: Idempotency, attempt: u32) -> Option<Duration> {
        match decide(policy, failure, idempotency, attempt, 1.0) {
            Decision::Retry(wait) => Some(wait),
            Decision::Stop => None,
        }
    }

    #[test]
    fn a_write_is_repeated_only_when_it_had_no_effect_or_has_the_same_twice() {
        use Idempotency::*;
        let policy = RetryPolicy::default();
        for (cause, idempotency, expected) in [
            (Cause::NotConnected, Unsafe, true),
            (Cause::Unprocessed, Unsafe, true),
            (Cause::Throttled, Unsafe, true),
            (Cause::Transient, Unsafe, false),
            (Cause::Transient, Safe, true),
            (Cause::Transient, Idempotent, true),
            (Cause::Transient, Upsert, true),
            (Cause::ServerError, Safe, true),
            (Cause::ServerError, Idempotent, false),
            (Cause::ServerError, Unsafe, false),
            (Cause::NotSent, Safe, false),
            (Cause::Final, Safe, false),
        ] {
            let decided = wait(&policy, &failure(cause, None), idempotency, 1).is_some();
            assert_eq!(decided, expected, "{cause:?} {idempotency:?}");
        }
        assert_eq!(
            wait(&policy, &failure(Cause::ServerError, None), Safe, 3),
            None,
            "a 500 that stays is no passing trouble"
        );
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let policy =
            RetryPolicy::default().with_max_attempts(100).with_backoff(Duration::from_secs(1), Duration::from_secs(10));
        let failure = failure(Cause::Transient, None);
        let waits: Vec<_> =
            (1..=6).map(|attempt| wait(&policy, &failure, Idempotency::Safe, attempt).unwrap().as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 10, 10]);
        assert!(wait(&policy, &failure, Idempotency::Safe, 99).is_some());
        assert_eq!(wait(&policy, &failure, Idempotency::Safe, 100), None);
    }

    #[test]
    fn a_wait_beyond_the_cap_is_not_cut_but_ends_the_call() {
        let policy = RetryPolicy::default().with_backoff(Duration::ZERO, Duration::ZERO);
        for (asked, waited) in [(7, Some(7)), (120, Some(120)), (121, None), (u64::MAX, None)] {
            let waits =
                wait(&policy, &failure(Cause::Throttled, Some(Duration::from_secs(asked))), Idempotency::Unsafe, 1);
            assert_eq!(waits, waited.map(Duration::from_secs));
        }
    }

    fn duration() -> impl Strategy<Value = Duration> {
        prop_oneof![Just(Duration::MAX), Just(Duration::ZERO), any::<u64>().prop_map(Duration::from_millis)]
    }

    proptest! {
        #[test]
        fn no_duration_panics(
            base in duration(),
            cap in duration(),
            longest in duration(),
            asked in prop::option::of(duration()),
            attempt in 1..u32::MAX,
            random in 0.0..1.0f64,
        ) {
            let policy = RetryPolicy::default()
                .with_max_attempts(u32::MAX)
                .with_backoff(base, cap)
                .with_max_retry_after(longest);
            decide(&policy, &failure(Cause::Throttled, asked), Idempotency::Safe, attempt, random);
        }
    }
}
