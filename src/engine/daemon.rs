//! The loops: mail in, judging, delivering, marking. Each repeats its step until it is asked to stop; a step that
//! failed is logged and tried again, for ever.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::{sync::Notify, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{Desk, EngineError, Pulse, deliver::Delivered, jobs::jobs_loop, judge::Judged};
use crate::{
    domain::Mode,
    mailbox::{self, Mailbox},
    store::{Lane, Lease},
};

/// Without being woken, a loop looks this often whether another process (a command, the console) left work.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The first wait after a failure; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait after a failure.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// How many actions are delivered at the same time.
pub(super) const DELIVERERS: usize = 4;

/// Which loops run (`serve --only`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part of its own")]
pub struct Loops {
    /// Mail in, and marks in the mailbox.
    pub mail: bool,
    /// Judging.
    pub judge: bool,
    /// Delivering.
    pub deliver: bool,
    /// What happens by the clock.
    pub jobs: bool,
}

/// Where notices come from, and how often to look.
#[derive(Debug, Clone)]
pub struct Watch {
    /// The mailbox.
    pub options: mailbox::Options,
    /// The name its cursor is kept under.
    pub folder: String,
    /// How far back the very first look goes.
    pub since: Duration,
    /// How often to look.
    pub poll_every: Duration,
}

/// Starts the loops; they end soon after [`Desk::stop`] is cancelled: at most one conversation with a server later, and
/// reading the mailbox after the batch it is in. What an action came to is offered to the database for up to 10 minutes
/// while the database cannot take it; asked to stop, once more at most, and the next start finds an attempt without an
/// outcome: a change in the HMIS is looked at again, and a reply leaves again under its Message-ID. A loop that ends
/// before that has panicked: the caller should end the process, so that it is started anew.
pub fn start(desk: &Arc<Desk>, watch: &Watch, loops: Loops) -> JoinSet<()> {
    let (mut tasks, stop) = (JoinSet::new(), &desk.stop);
    if loops.mail {
        tasks.spawn(mail_loop(Arc::clone(desk), watch.clone(), stop.clone()));
        if desk.book.site().mode == Mode::Live {
            tasks.spawn(mark_loop(Arc::clone(desk), watch.clone(), stop.clone()));
        }
    }
    if loops.judge {
        tasks.spawn(judge_loop(Arc::clone(desk), stop.clone()));
    }
    if loops.deliver {
        for pulse in &desk.pulses.deliver {
            tasks.spawn(deliver_loop(Arc::clone(desk), pulse.clone(), stop.clone()));
        }
    }
    if loops.jobs {
        tasks.spawn(jobs_loop(Arc::clone(desk), stop.clone()));
    }
    tasks
}

/// Waits that grow with every failure in a row.
struct Backoff(Duration);

impl Backoff {
    fn new() -> Self {
        Self(FIRST_WAIT)
    }

    fn reset(&mut self) {
        self.0 = FIRST_WAIT;
    }

    async fn wait(&mut self, pulse: &Pulse, stop: &CancellationToken) {
        idle(self.0, pulse, stop).await;
        self.0 = (self.0 * 2).min(LONGEST_WAIT);
    }
}

/// Waits, but not past the stop.
pub(super) async fn rest(at_most: Duration, stop: &CancellationToken) {
    // Elapsing is the ordinary case, and so is the stop.
    timeout(at_most, stop.cancelled()).await.unwrap_or_default();
}

/// The same for a loop that is watched: until then it does not turn.
async fn idle(at_most: Duration, pulse: &Pulse, stop: &CancellationToken) {
    pulse.rest(at_most);
    rest(at_most, stop).await;
}

/// Waits to be woken, but not longer than a look's interval, nor past the stop.
async fn woken(bell: &Notify, pulse: &Pulse, stop: &CancellationToken) {
    tokio::select! {
        () = bell.notified() => {}
        () = idle(LOOK_EVERY, pulse, stop) => {}
    }
}

async fn mail_loop(desk: Arc<Desk>, watch: Watch, stop: CancellationToken) {
    let mut backoff = Backoff::new();
    let pulse = &desk.pulses.mail;
    let since = desk.book.clock.now() - super::delta(watch.since);
    while !stop.is_cancelled() {
        pulse.turn();
        let lease = match desk.lease_mailbox().await {
            Ok(Some(lease)) => lease,
            Ok(None) => {
                // Another daemon reads the mailbox; should it die, its lease ends.
                idle(LOOK_EVERY, pulse, &stop).await;
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "whether another daemon reads the mailbox cannot be asked; trying again");
                backoff.wait(pulse, &stop).await;
                continue;
            }
        };
        let watching = watch_mailbox(&desk, &watch, &lease, since, &mut backoff, &stop);
        let ended = tokio::select! {
            ended = watching => ended,
            lost = keep_lease(&desk, &lease) => Err(lost),
        };
        if let Err(error) = desk.release_mailbox(&lease).await {
            tracing::warn!(%error, "the mailbox could not be given back; others take it when its lease is over");
        }
        if let Err(error) = ended {
            tracing::error!(%error, "the mailbox cannot be read; trying again");
            desk.book.metrics.poll_failed();
            if matches!(error, EngineError::Mailbox(_)) {
                desk.mailbox_failed().await;
            }
            backoff.wait(pulse, &stop).await;
        }
    }
    pulse.end();
}

/// Looks for mail, waits, looks again, until asked to stop.
async fn watch_mailbox(
    desk: &Desk,
    watch: &Watch,
    lease: &Lease,
    since: DateTime<Utc>,
    backoff: &mut Backoff,
    stop: &CancellationToken,
) -> Result<(), EngineError> {
    let mut mailbox = desk.pulses.mail.during(Mailbox::open(&watch.options)).await?;
    tracing::info!("the mailbox is open");
    loop {
        desk.poll_once(&mut mailbox, lease, &watch.folder, since).await?;
        backoff.reset();
        desk.note_told_of_mail(mailbox.is_told());
        if stop.is_cancelled() {
            return Ok(());
        }
        desk.pulses.mail.rest(watch.poll_every);
        tokio::select! {
            waited = mailbox.wait(watch.poll_every) => waited?,
            () = stop.cancelled() => return Ok(()),
        }
    }
}

/// Renews the lease for as long as it can; gives the reason it cannot. While the database is away for less than the lease,
/// nothing is lost.
async fn keep_lease(desk: &Desk, lease: &Lease) -> EngineError {
    let every = desk.lease_for() / 3;
    let mut last = tokio::time::Instant::now();
    loop {
        tokio::time::sleep(every).await;
        match desk.keep_mailbox(lease).await {
            Ok(()) => last = tokio::time::Instant::now(),
            Err(EngineError::Store(error)) if error.is_passing() && last.elapsed() < every * 3 => {}
            Err(error) => return error,
        }
    }
}

async fn mark_loop(desk: Arc<Desk>, watch: Watch, stop: CancellationToken) {
    let mut backoff = Backoff::new();
    let pulse = &desk.pulses.mark;
    let mut open: Option<Mailbox> = None;
    while !stop.is_cancelled() {
        pulse.turn();
        match mark_due(&desk, &watch, &mut open).await {
            Ok(Delivered::One) => backoff.reset(),
            Ok(Delivered::Nothing) => woken(&desk.wake.mailbox, pulse, &stop).await,
            Err(error) => {
                open = None;
                tracing::error!(%error, "a notice cannot be marked in the mailbox; trying again");
                backoff.wait(pulse, &stop).await;
            }
        }
    }
    pulse.end();
}

/// Marks what is due; opens the mailbox only for that.
async fn mark_due(desk: &Desk, watch: &Watch, open: &mut Option<Mailbox>) -> Result<Delivered, EngineError> {
    let due = desk.book.store.next_due(Lane::Mailbox).await?;
    if due.is_none_or(|due| due > desk.book.clock.now()) {
        // An idle connection is closed by the server sooner or later: better by us, now.
        *open = None;
        return Ok(Delivered::Nothing);
    }
    let mailbox = match open.take() {
        Some(mailbox) => open.insert(mailbox),
        None => open.insert(Mailbox::open(&watch.options).await?),
    };
    desk.mark_next(mailbox).await
}

async fn judge_loop(desk: Arc<Desk>, stop: CancellationToken) {
    let mut backoff = Backoff::new();
    let pulse = &desk.pulses.judge;
    while !stop.is_cancelled() {
        pulse.turn();
        match desk.judge_next().await {
            Ok(Judged::One) => backoff.reset(),
            Ok(Judged::Nothing | Judged::PutOff) => woken(&desk.wake.judge, pulse, &stop).await,
            Err(error) => {
                tracing::error!(%error, "a case could not be judged; trying again");
                backoff.wait(pulse, &stop).await;
            }
        }
    }
    pulse.end();
}

async fn deliver_loop(desk: Arc<Desk>, pulse: Pulse, stop: CancellationToken) {
    let mut backoff = Backoff::new();
    while !stop.is_cancelled() {
        pulse.turn();
        match desk.deliver_next().await {
            Ok(Delivered::One) => backoff.reset(),
            Ok(Delivered::Nothing) => woken(&desk.wake.desk, &pulse, &stop).await,
            Err(error) => {
                tracing::error!(%error, "an action could not be delivered; trying again");
                backoff.wait(&pulse, &stop).await;
            }
        }
    }
    pulse.end();
}
