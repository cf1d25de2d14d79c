//! Ctrl-C: at once, or after what is under way has noted how far it came.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// How many loops stop by themselves.
static LISTENING: AtomicUsize = AtomicUsize::new(0);
static PRESSED: Notify = Notify::const_new();

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
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        LISTENING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits for the user to interrupt something that does not listen; a second time interrupts everything.
pub(crate) async fn pressed() {
    let mut asked = false;
    loop {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals there is nothing to wait for.
            return std::future::pending().await;
        }
        if asked || LISTENING.load(Ordering::SeqCst) == 0 {
            return;
        }
        asked = true;
        PRESSED.notify_one();
    }
}
