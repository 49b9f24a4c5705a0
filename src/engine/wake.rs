//! Wakes the loops when there may be something to do, so that nothing waits for the next look.

use std::sync::Arc;

use tokio::sync::Notify;

/// One bell per loop. Ringing an idle loop's bell is remembered; ringing twice is ringing once.
#[derive(Debug, Clone, Default)]
pub struct Wake {
    /// A case may be waiting to be judged.
    pub judge: Arc<Notify>,
    /// An action of the desk's lane may be due.
    pub desk: Arc<Notify>,
    /// An action of the mailbox's lane may be due.
    pub mailbox: Arc<Notify>,
}

impl Wake {
    /// Rings all of them: something happened to a case.
    pub fn all(&self) {
        self.judge.notify_one();
        self.desk.notify_one();
        self.mailbox.notify_one();
    }
}
