//! Whether the loops still turn. Turns, not success: a loop whose step fails, or that waits for a server that is away,
//! is alive; one that hangs is not.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Wake, Waker},
    time::Duration,
};

use tokio::time::Instant;

use super::daemon::DELIVERERS;
use crate::config::{Config, MailboxKind, Server, SmtpKind};

/// How long a step's transactions in the desk's database may take in all: each waits at most 20 s for a connection,
/// and 8 s for the lock.
const STORE: Duration = Duration::from_mins(2);
/// Connecting, greeting, TLS, capabilities, login, opening the folder, searching, listing: so many answers of a mail
/// server, each with its own time limit, may be waited for in one step. A conversation over SMTP has fewer.
const ANSWERS: u32 = 12;
/// Who asked, what the records show, the change, whether it was committed: so many calls of the HMIS in one step.
const CALLS: u32 = 6;
/// A step of a mailbox that is files knows no time limit: a disk is waited for so long.
const DISK: Duration = Duration::from_mins(5);

/// One loop's sign of life. At each turn it says by when the next one is due: what it is about to wait for, plus what its
/// step may take with every time limit used to the full.
#[derive(Debug, Clone)]
pub struct Pulse {
    step: Duration,
    due: Arc<Mutex<Option<Instant>>>,
}

impl Pulse {
    /// The pulse of a loop that does not run yet. `step`: how long one step may take.
    pub fn new(step: Duration) -> Self {
        Self { step, due: Arc::default() }
    }

    /// The loop turns, and begins a step.
    pub fn turn(&self) {
        self.rest(Duration::ZERO);
    }

    /// The loop turns, and waits at most so long before its next step.
    pub fn rest(&self, at_most: Duration) {
        // A wait of centuries is never late.
        self.set(Instant::now().checked_add(at_most.saturating_add(self.step)));
    }

    /// The loop is in a step of many parts, each with a time limit of its own: it turns whenever one of them comes to
    /// something, be it to the end of its time. What the same task does beside it (renewing a lease, for one) is no
    /// sign of its life.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        let call = Arc::new(Call { came: AtomicBool::new(true), task: Mutex::new(Waker::noop().clone()) });
        let ours = Waker::from(Arc::clone(&call));
        let mut work = std::pin::pin!(work);
        std::future::poll_fn(|context| {
            call.task.lock().unwrap_or_else(PoisonError::into_inner).clone_from(context.waker());
            if call.came.swap(false, Ordering::AcqRel) {
                self.turn();
            }
            work.as_mut().poll(&mut std::task::Context::from_waker(&ours))
        })
        .await
    }

    /// The loop has ended as it should: nothing more is expected of it.
    pub fn end(&self) {
        self.set(None);
    }

    /// Whether the loop has begun, and should have turned by now. A loop that died is late sooner or later.
    pub fn is_late(&self) -> bool {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|due| due < Instant::now())
    }

    fn set(&self, due: Option<Instant>) {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = due;
    }
}

/// Wakes the task that a piece of work is part of, and remembers that it was this piece that called.
struct Call {
    came: AtomicBool,
    task: Mutex<Waker>,
}

impl Wake for Call {
    fn wake(self: Arc<Self>) {
        self.came.store(true, Ordering::Release);
        self.task.lock().unwrap_or_else(PoisonError::into_inner).wake_by_ref();
    }
}

/// The pulses of all loops of a daemon.
#[derive(Debug, Clone)]
pub struct Pulses {
    /// Reading the mailbox.
    pub mail: Pulse,
    /// Marking notices in it.
    pub mark: Pulse,
    /// Judging.
    pub judge: Pulse,
    /// Delivering, side by side.
    pub deliver: [Pulse; DELIVERERS],
}

impl Pulses {
    /// Pulses whose bounds follow from the time limits a site has set: nothing that a server does, or does not do, makes
    /// a loop late.
    pub fn new(config: &Config) -> Self {
        let hmis = config.hmis.timeout.saturating_mul(CALLS);
        let answers = |server: &Server| server.timeout.saturating_mul(ANSWERS);
        let smtp = match &config.smtp.kind {
            SmtpKind::Smtp(server) => answers(server),
            SmtpKind::Files(_) => DISK,
        };
        let mailbox = match &config.mailbox.kind {
            MailboxKind::Imap(server) => answers(server),
            MailboxKind::Maildir(_) => DISK,
        };
        let largest_mail = super::mailbox_options(config).longest_fetch();
        // An effect that has happened is offered to the database for so long.
        let noting = super::deliver::NOTE_FOR.to_std().unwrap_or_default();
        Self {
            mail: Pulse::new(mailbox.saturating_add(largest_mail).saturating_add(STORE)),
            mark: Pulse::new(mailbox.saturating_add(noting).saturating_add(STORE)),
            judge: Pulse::new(hmis.saturating_add(STORE)),
            deliver: std::array::from_fn(|_| {
                Pulse::new(hmis.saturating_add(smtp).saturating_add(noting).saturating_add(STORE))
            }),
        }
    }

    /// The loops that should have turned by now and have not, by the names `serve --only` has for them.
    pub fn late(&self) -> Vec<&'static str> {
        let mut late = Vec::new();
        if self.mail.is_late() || self.mark.is_late() {
            late.push("mail");
        }
        if self.judge.is_late() {
            late.push("judge");
        }
        if self.deliver.iter().any(Pulse::is_late) {
            late.push("deliver");
        }
        late
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn later(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_turns_in_time_is_alive_whatever_its_steps_come_to() {
        let pulse = Pulse::new(Duration::from_secs(100));
        later(1_000).await;
        assert!(!pulse.is_late(), "it has not begun");
        for _ in 0..10 {
            pulse.turn();
            later(100).await;
            assert!(!pulse.is_late());
        }
        later(1).await;
        assert!(pulse.is_late(), "a step that takes longer than all its time limits hangs");
        pulse.turn();
        assert!(!pulse.is_late(), "it was slow, and goes on");
        pulse.end();
        later(1_000).await;
        assert!(!pulse.is_late(), "it has ended as it should");
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_is_no_hanging_but_waiting_longer_than_said_is() {
        let pulse = Pulse::new(Duration::from_secs(10));
        pulse.rest(Duration::from_mins(5));
        later(310).await;
        assert!(!pulse.is_late());
        later(1).await;
        assert!(pulse.is_late());
        pulse.rest(Duration::MAX);
        later(1_000_000).await;
        assert!(!pulse.is_late());
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_step_is_alive_as_long_as_its_parts_come_to_something() {
        let pulse = Pulse::new(Duration::from_secs(10));
        let many_parts = async {
            for _ in 0..100 {
                tokio::time::sleep(Duration::from_secs(9)).await;
                assert!(!pulse.is_late());
            }
            std::future::pending::<()>().await;
        };
        let hangs = pulse.during(many_parts);
        assert!(tokio::time::timeout(Duration::from_secs(905), hangs).await.is_err());
        assert!(!pulse.is_late());
        later(11).await;
        assert!(pulse.is_late(), "from then on nothing came");
    }

    /// As `mail_loop` has it: what renews the lease is polled in the same task as the look at the mailbox.
    #[tokio::test(start_paused = true)]
    async fn a_part_that_hangs_is_late_though_the_lease_is_renewed_beside_it() {
        let pulse = Pulse::new(Duration::from_secs(100));
        let hangs = pulse.during(std::future::pending::<()>());
        let keeps_the_lease = async {
            loop {
                tokio::time::sleep(Duration::from_secs(10)).await;
            }
        };
        let both = async {
            tokio::select! {
                () = hangs => {}
                () = keeps_the_lease => {}
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(3_600), both).await.is_err());
        later(1).await;
        // The last poll was at 3,590 s or so: what must be late is the look, which came to nothing for an hour.
        assert!(pulse.is_late(), "an hour without anything, and the watchdog is fed");
    }

    fn config(settings: &str) -> Config {
        let text = format!(
            "[smtp]\n host = \"smtp.example.org\"\n from = \"Desk <desk@example.org>\"\n\
             [senders]\n authserv_id = \"mx.example.org\"\n\
             [mailbox]\n host = \"imap.example.org\"\n user = \"desk\"\n password = \"secret\"\n{settings}"
        );
        crate::config::parse(&text, "test", std::path::Path::new(""), []).expect("complete")
    }

    #[tokio::test(start_paused = true)]
    async fn the_bounds_leave_room_for_every_time_limit_a_site_has_set() {
        let pulses = Pulses::new(&config("timeout = \"10m\"\n[hmis]\n timeout = \"7m\""));
        let all = || {
            [&pulses.mail, &pulses.mark, &pulses.judge].into_iter().chain(&pulses.deliver).collect::<Vec<_>>()
        };
        all().into_iter().for_each(Pulse::turn);
        // Each call of the HMIS used to the full, and a mail server that says nothing to each of ten commands.
        later(6 * 7 * 60).await;
        assert_eq!(pulses.late(), Vec::<&str>::new());
        later(60 * 60).await;
        assert_eq!(pulses.late(), ["judge", "deliver"]);
        later(2 * 60 * 60).await;
        assert_eq!(pulses.late(), ["mail", "judge", "deliver"]);
        all().into_iter().for_each(Pulse::end);
        assert_eq!(pulses.late(), Vec::<&str>::new());
    }

    #[tokio::test(start_paused = true)]
    async fn one_of_several_deliverers_that_hangs_is_enough() {
        let pulses = Pulses::new(&config(""));
        pulses.deliver.iter().for_each(Pulse::turn);
        later(60 * 60).await;
        for alive in pulses.deliver.iter().skip(1) {
            alive.turn();
        }
        assert_eq!(pulses.late(), ["deliver"]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_largest_mail_may_take_as_long_as_the_mailbox_allows_it() {
        let pulses = Pulses::new(&config(""));
        pulses.mail.turn();
        // 25 MiB at the slowest speed that is not yet called stalled, and its step's own time.
        later(430).await;
        assert!(!pulses.mail.is_late());
    }
}
