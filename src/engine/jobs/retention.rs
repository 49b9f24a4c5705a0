//! Removing what is kept for a while only (`retention.mail`).

use super::Turn;
use crate::engine::EngineError;

impl Turn<'_> {
    /// Removes, batch by batch, until nothing older is left. What one batch has removed stays removed.
    pub(super) async fn retain(&self) -> Result<(), EngineError> {
        let before = self.now - self.desk.plan.keep_mail_for;
        let mut removed = 0;
        loop {
            let mut tx = self.writing().await?;
            let batch = tx.purge(before, self.now).await?;
            tx.commit().await?;
            removed += batch;
            if batch == 0 {
                break;
            }
        }
        tracing::info!(removed, "mails, replies and facts of old cases");
        if !self.desk.book.store.empty_log().await? {
            tracing::warn!("somebody reads the database: its log holds what was removed until the next run");
        }
        self.finish(None).await
    }
}
