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
    config::{self, Config, Problem},
    domain::Mode,
    engine::{
        self, Desk, EngineError,
        accounts::SessionRules,
        daemon::{self, Loops, Watch},
    },
    store::WorkerLock,
    web::{self, Certificate, Listening},
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
    /// The staff console, health and metrics over HTTP, at console.listen
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
    let certificate = certificate(config).map_err(|problem| Failure::Configuration(vec![problem]))?;
    let listening = match (runs(Part::Web), certificate.clone()) {
        (true, Some(certificate)) => Some(listen(config).await?.with(certificate)),
        (true, None) => Some(listen(config).await?),
        (false, _) => None,
    };
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
        tracing::info!(
            address = %listening.address(),
            tls = certificate.is_some(),
            "the console, health and metrics are served"
        );
        tasks.spawn(listening.serve(Arc::clone(&desk), console(config), desk.stop.clone()));
    }
    // These look on, and are not waited for.
    let mut onlookers = JoinSet::new();
    systemd.ready(&desk).await;
    systemd.look_on(&mut onlookers, &desk);

    let settings = Reloading { config, named, certificate };
    let ended = work(&desk, &settings, &systemd, &mut signals, &mut tasks).await;
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

/// The console as configured.
pub(super) fn console(config: &Config) -> web::Settings {
    web::Settings {
        sessions: SessionRules { idle: config.console.session_idle, longest: config.console.session_longest },
        zone: config.time_zone,
        secure: config.console.is_secure(),
        trusted_proxy: config.console.trusted_proxy.clone(),
        behind_proxy: config.console.tls.is_none() && !config.console.trusted_proxy.is_empty(),
    }
}

/// The console's certificate, if it has one of its own.
pub(super) fn certificate(config: &Config) -> Result<Option<Certificate>, Problem> {
    let Some(files) = &config.console.tls else { return Ok(None) };
    let read = Certificate::read(&files.cert, &files.key).map_err(|error| Problem {
        source: config.file.as_deref().map_or_else(String::new, |file| file.display().to_string()),
        key: error.key.to_owned(),
        what: format!("{} {}", error.file.display(), error.why),
    })?;
    Ok(Some(read))
}

async fn listen(config: &Config) -> Result<Listening, Failure> {
    Listening::on(config.console.listen).await.map_err(|error| {
        Failure::Unavailable(format!(
            "console.listen: {} cannot be listened on: {error}. If another program has this port, set another one in \
             the configuration",
            config.console.listen
        ))
    })
}

/// Lets the loops work, until the daemon is asked to stop.
async fn work(
    desk: &Desk,
    settings: &Reloading<'_>,
    systemd: &Systemd,
    signals: &mut Signals,
    tasks: &mut JoinSet<()>,
) -> Result<(), Failure> {
    loop {
        tokio::select! {
            _ = signals.terminate.recv() => return Ok(()),
            _ = signals.interrupt.recv() => return Ok(()),
            Some(()) = signals.reload.recv() => reload(desk, settings, systemd).await,
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

/// What is read again when the daemon is told to.
struct Reloading<'a> {
    /// What it was started with.
    config: &'a Config,
    /// Where that stands, if it was named.
    named: Option<&'a Path>,
    certificate: Option<Certificate>,
}

/// Reads the configuration and the files it names again, and the console's certificate.
async fn reload(desk: &Desk, settings: &Reloading<'_>, systemd: &Systemd) {
    systemd.reloading().await;
    let again = config::load(config_file(settings.named), std::env::vars());
    if let Err(error) = desk.reload(settings.config, again).await {
        tracing::error!(%error, "the settings are refused, and nobody could be told by mail");
    }
    match settings.certificate.as_ref().map(Certificate::read_again) {
        None => {}
        Some(Ok(())) => tracing::info!("the console's certificate was read again and is shown from now on"),
        Some(Err(error)) => {
            let text = format!(
                "The console's certificate was read again, and cannot be used:\n{error}.\n\nThe console goes on with the one \
                 it had. Once this is mended: systemctl reload roi-desk\n"
            );
            if let Err(error) = desk.book.alarm("certificate", &text).await {
                tracing::error!(%error, "nobody could be told by mail of the certificate that is refused");
            }
        }
    }
    systemd.ready(desk).await;
}
