//! `roi-desk serve`: the daemon.

mod systemd;

use std::{path::Path, sync::Arc, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::JoinSet,
};

use self::systemd::Systemd;
use super::{Exit, Failure, config_file, site};
use crate::{
    clock::Clock,
    config::{self, Config},
    domain::Mode,
    engine::{
        self, Desk, EngineError,
        daemon::{self, Loops, Watch},
    },
    store::WorkerLock,
    web::Listening,
};

/// The first wait for a database that is away at the start; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait for it.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Which parts of the daemon run.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only these parts, separated by commas [default: all]
    #[arg(long, value_delimiter = ',', value_name = "PART")]
    only: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Reading the mailbox, and marking notices in it
    Mail,
    /// Looking cases up in the HMIS
    Judge,
    /// Making changes, reading back, replying
    Deliver,
    /// What happens by the clock: reminders, the digest, removing old mails, backups
    Jobs,
    /// Health and metrics over HTTP, at console.listen
    Web,
}

pub(super) fn watch(config: &Config) -> Watch {
    Watch {
        options: engine::mailbox_options(config),
        folder: config.mailbox.folder.clone(),
        since: config.mailbox.since,
        poll_every: config.mailbox.poll_every,
    }
}

/// What people and systemd say to a running daemon. Asked for before anything else, so that none of it kills.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    reload: Signal,
}

impl Signals {
    async fn asked_to_stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

pub(super) async fn run(args: &Args, named: Option<&Path>, config: &Config) -> Result<Exit, Failure> {
    let mut signals = Signals {
        terminate: signal(SignalKind::terminate())?,
        interrupt: signal(SignalKind::interrupt())?,
        reload: signal(SignalKind::hangup())?,
    };
    let systemd = Systemd::new()?;
    let runs = |part| args.only.is_empty() || args.only.contains(&part);
    let loops = Loops {
        mail: runs(Part::Mail),
        judge: runs(Part::Judge),
        deliver: runs(Part::Deliver),
        jobs: runs(Part::Jobs),
    };
    let Some((desk, _lock)) = open(config, &systemd, &mut signals).await? else { return Ok(Exit::Well) };
    let listening = if runs(Part::Web) { Some(listen(config).await?) } else { None };
    tracing::info!(
        mode = match config.mode {
            Mode::Shadow => "shadow",
            Mode::Live => "live",
        },
        version = env!("CARGO_PKG_VERSION"),
        "roi-desk is working"
    );

    let mut tasks = daemon::start(&desk, &watch(config), loops);
    if let Some(listening) = listening {
        tracing::info!(address = %listening.address(), "health and metrics are served");
        tasks.spawn(listening.serve(Arc::clone(&desk), desk.stop.clone()));
    }
    // These look on, and are not waited for.
    let mut onlookers = JoinSet::new();
    systemd.ready(&desk).await;
    systemd.look_on(&mut onlookers, &desk);

    let ended = work(&desk, config, named, &systemd, &mut signals, &mut tasks).await;
    systemd.stopping().await;
    onlookers.shutdown().await;
    ended?;
    tracing::info!("asked to stop: finishing what is under way");
    desk.stop.cancel();
    while tasks.join_next().await.is_some() {}
    desk.book.store.close().await;
    tracing::info!("stopped");
    Ok(Exit::Well)
}

/// Opens the desk. While its database is away, it is waited for here, for as long as that takes: systemd would give up
/// after a few starts. `None`: asked to stop meanwhile.
async fn open(
    config: &Config,
    systemd: &Systemd,
    signals: &mut Signals,
) -> Result<Option<(Arc<Desk>, Option<WorkerLock>)>, Failure> {
    let site = site(config)?;
    let all = async || {
        let desk = Desk::open_before_the_hmis(config, site.clone(), Clock::system()).await?;
        let lock = desk.book.store.become_worker().await?;
        Ok::<_, EngineError>((Arc::new(desk), lock))
    };
    let mut wait = FIRST_WAIT;
    loop {
        let opened = tokio::select! {
            () = signals.asked_to_stop() => return Ok(None),
            opened = all() => opened,
        };
        let error = match opened {
            Err(error) if error.is_passing() => error,
            opened => return Ok(Some(opened?)),
        };
        tracing::warn!(%error, "the desk's database is away; it is tried again in {} s", wait.as_secs());
        systemd.waiting(&error).await;
        tokio::select! {
            () = signals.asked_to_stop() => return Ok(None),
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
        }
    }
}

async fn listen(config: &Config) -> Result<Listening, Failure> {
    Listening::on(config.listen).await.map_err(|error| {
        Failure::Unavailable(format!(
            "console.listen: {} cannot be listened on: {error}. If another program has this port, set another one in \
             the configuration",
            config.listen
        ))
    })
}

/// Lets the loops work, until the daemon is asked to stop.
async fn work(
    desk: &Desk,
    config: &Config,
    named: Option<&Path>,
    systemd: &Systemd,
    signals: &mut Signals,
    tasks: &mut JoinSet<()>,
) -> Result<(), Failure> {
    loop {
        tokio::select! {
            _ = signals.terminate.recv() => return Ok(()),
            _ = signals.interrupt.recv() => return Ok(()),
            Some(()) = signals.reload.recv() => reload(desk, config, named, systemd).await,
            // None of them ends by itself.
            ended = tasks.join_next(), if !tasks.is_empty() => {
                let why = ended.and_then(Result::err).map(|error| error.to_string()).unwrap_or_default();
                return Err(Failure::TryAgain(
                    format!("a part of the daemon has stopped, so all of it does: {why}")
                ));
            }
        }
    }
}

/// Reads the configuration and the files it names again.
async fn reload(desk: &Desk, config: &Config, named: Option<&Path>, systemd: &Systemd) {
    systemd.reloading().await;
    let again = config::load(config_file(named), std::env::vars());
    if let Err(error) = desk.reload(config, again).await {
        tracing::error!(%error, "the settings are refused, and nobody could be told by mail");
    }
    systemd.ready(desk).await;
}
