//! What systemd is told (`sd_notify(3)`): when the daemon is ready, how it stands, and that its loops turn. Without systemd
//! nobody is told anything.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use sd_notify::NotifyState;
use tokio::{
    sync::oneshot,
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::engine::{Desk, EngineError};

/// How often the status is told anew.
const STATUS_EVERY: Duration = Duration::from_secs(5);
/// How long to wait for systemd to take a message; after that it takes it when it can.
const TAKE_WITHIN: Duration = Duration::from_secs(1);
/// How long the start may take after each word that the database is waited for. An attempt and the wait after it take
/// less than two minutes together, and bringing a large database up to date takes its time.
const START_WITHIN_USEC: u32 = 5 * 60 * 1_000_000;
/// How many messages wait for a systemd that takes none; more are lost.
const WAITING: usize = 64;

/// A message, and whom to tell that it is out.
type Message = (String, oneshot::Sender<()>);

/// The way to systemd. Its socket blocks whoever writes while systemd is busy, so a thread of its own does.
#[derive(Clone)]
pub(super) struct Systemd(Option<mpsc::SyncSender<Message>>);

impl Systemd {
    /// Finds out whether systemd wants to be told.
    pub(super) fn new() -> std::io::Result<Self> {
        if std::env::var_os("NOTIFY_SOCKET").is_none() {
            return Ok(Self(None));
        }
        let (sender, messages) = mpsc::sync_channel::<Message>(WAITING);
        // Not waited for at the end: a systemd that takes nothing must not hold the daemon up.
        thread::Builder::new().name("systemd".to_owned()).spawn(move || {
            for (text, out) in messages {
                if let Err(error) = sd_notify::notify(&[NotifyState::Custom(&text)]) {
                    tracing::warn!(%error, "systemd cannot be told");
                }
                // Whoever asked may have gone on.
                out.send(()).unwrap_or_default();
            }
        })?;
        Ok(Self(Some(sender)))
    }

    async fn tell(&self, states: &[NotifyState<'_>]) {
        let Some(sender) = &self.0 else { return };
        let lines: Vec<String> = states.iter().map(ToString::to_string).collect();
        let (out, is_out) = oneshot::channel();
        if sender.try_send((lines.join("\n"), out)).is_ok() {
            timeout(TAKE_WITHIN, is_out).await.map(drop).unwrap_or_default();
        } else {
            tracing::warn!("systemd takes no messages");
        }
    }

    /// It is not ready yet, and systemd should not lose its patience: the desk's database is away.
    pub(super) async fn waiting(&self, error: &EngineError) {
        let status = format!("waiting for the database: {error}").replace('\n', " ");
        self.tell(&[NotifyState::ExtendTimeoutUsec(START_WITHIN_USEC), NotifyState::Status(&status)]).await;
    }

    /// Work goes on: after the start, and after a reload.
    pub(super) async fn ready(&self, desk: &Desk) {
        let status = desk.in_a_line().await;
        self.tell(&[NotifyState::Ready, NotifyState::Status(&status)]).await;
    }

    /// The settings are being read again.
    pub(super) async fn reloading(&self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => {
                let status = NotifyState::Status("reading the settings again");
                self.tell(&[NotifyState::Reloading, now, status]).await;
            }
            Err(error) => tracing::warn!(%error, "systemd cannot be told of the reload"),
        }
    }

    /// The end has begun.
    pub(super) async fn stopping(&self) {
        self.tell(&[NotifyState::Stopping, NotifyState::Status("finishing what is under way")]).await;
    }

    /// Starts what keeps systemd informed: the status, and the watchdog where the unit has one.
    pub(super) fn look_on(&self, onlookers: &mut JoinSet<()>, desk: &Arc<Desk>) {
        if self.0.is_none() {
            return;
        }
        onlookers.spawn(tell_status(self.clone(), Arc::clone(desk)));
        if let Some(limit) = sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero()) {
            let (systemd, desk) = (self.clone(), Arc::clone(desk));
            onlookers.spawn(async move {
                let ping = || systemd.tell(&[NotifyState::Watchdog]);
                // A third: one ping that comes late does no harm.
                feed(limit / 3, || desk.pulses.late(), ping).await;
            });
        }
    }
}

async fn tell_status(systemd: Systemd, desk: Arc<Desk>) {
    let mut ticks = interval(STATUS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = String::new();
    loop {
        ticks.tick().await;
        let status = desk.in_a_line().await;
        if status != told {
            systemd.tell(&[NotifyState::Status(&status)]).await;
            told = status;
        }
    }
}

/// Pings the watchdog as long as no loop is late. The pings stop with the first that is, and go on should it turn again
/// before systemd loses its patience.
async fn feed<P: Future<Output = ()> + Send>(
    every: Duration,
    late: impl Fn() -> Vec<&'static str>,
    ping: impl Fn() -> P,
) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = Vec::new();
    loop {
        ticks.tick().await;
        let hanging = late();
        if hanging.is_empty() {
            ping().await;
        } else if hanging != before {
            tracing::error!(loops = hanging.join(", "), "hangs: systemd will restart the daemon");
        }
        before = hanging;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::engine::Pulse;

    /// Lets paused time pass in small steps, as it does.
    async fn pass(seconds: u64) {
        for _ in 0..seconds {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_waits_for_a_server_is_fed_and_one_that_hangs_or_died_is_not() {
        let pulse = Pulse::new(Duration::from_secs(60));
        let pings = Arc::new(AtomicUsize::new(0));
        let (watched, counted) = (pulse.clone(), Arc::clone(&pings));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let late = || if watched.is_late() { vec!["judge"] } else { Vec::new() };
            let ping = || {
                counted.fetch_add(1, Ordering::Relaxed);
                std::future::ready(())
            };
            feed(Duration::from_secs(10), late, ping).await;
        });
        let pinged = || pings.swap(0, Ordering::Relaxed);

        // An HMIS that is away: every step fails after 30 s, and the loop waits for 5 minutes.
        for _ in 0..3 {
            pulse.turn();
            pass(30).await;
            pulse.rest(Duration::from_mins(5));
            pass(300).await;
        }
        assert!(pinged() >= 98, "a ping every 10 s of 990");

        // A step that never ends: no more pings once its bound is over.
        pulse.turn();
        pass(65).await;
        pinged();
        pass(600).await;
        assert_eq!(pinged(), 0);

        // It was only slow: the pings go on.
        pulse.turn();
        pass(30).await;
        assert_eq!(pinged(), 3);
    }
}
