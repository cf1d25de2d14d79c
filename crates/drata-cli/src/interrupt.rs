//! Ctrl-C: at once, or after what is under way has noted how far it came.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// How many loops stop by themselves.
static LISTENING: AtomicUsize = AtomicUsize::new(0);
/// Whether one of them has begun to.
static HEARD: AtomicBool = AtomicBool::new(false);
static PRESSED: Notify = Notify::const_new();

/// How long a loop that stops by itself may take until it hears: a filter may never end, nor a write to a full pipe.
const GRACE: Duration = Duration::from_secs(2);

/// Held by a loop that stops by itself when the user interrupts.
pub(crate) struct Interrupt(());

impl Interrupt {
    /// From now on, the loop that holds this decides how to stop.
    pub(crate) fn listen() -> Self {
        LISTENING.fetch_add(1, Ordering::SeqCst);
        Self(())
    }

    /// Ends when the user interrupts.
    pub(crate) async fn wait(&self) {
        PRESSED.notified().await;
        HEARD.store(true, Ordering::SeqCst);
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        LISTENING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits until the user interrupts something that does not listen, interrupts twice, or is not heard.
///
/// This runs as a task of its own: what it interrupts may keep its thread and never wait.
pub(crate) async fn pressed() {
    next().await;
    if LISTENING.load(Ordering::SeqCst) == 0 {
        return;
    }
    PRESSED.notify_one();
    tokio::select! {
        () = next() => {}
        () = unheard() => {}
    }
}

/// Ends after a while in which nobody heard.
async fn unheard() {
    tokio::time::sleep(GRACE).await;
    if HEARD.load(Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
}

/// Waits for Ctrl-C; without signals there is nothing to wait for.
async fn next() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
