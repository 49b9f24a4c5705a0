//! `roi-desk serve`: the daemon.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Exit, Failure, site};
use crate::{
    clock::Clock,
    config::Config,
    domain::Mode,
    engine::{
        self, Desk,
        daemon::{self, Loops, Watch},
    },
};

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
}

pub(super) fn watch(config: &Config) -> Watch {
    Watch {
        options: engine::mailbox_options(config),
        folder: config.mailbox.folder.clone(),
        since: config.mailbox.since,
        poll_every: config.mailbox.poll_every,
    }
}

pub(super) async fn run(args: &Args, config: &Config) -> Result<Exit, Failure> {
    let runs = |part| args.only.is_empty() || args.only.contains(&part);
    let loops = Loops {
        mail: runs(Part::Mail),
        judge: runs(Part::Judge),
        deliver: runs(Part::Deliver),
        jobs: runs(Part::Jobs),
    };
    let desk = Arc::new(Desk::open(config, site(config)?, Clock::system()).await?);
    let _lock = desk.book.store.become_worker().await?;
    tracing::info!(
        mode = match config.mode {
            Mode::Shadow => "shadow",
            Mode::Live => "live",
        },
        version = env!("CARGO_PKG_VERSION"),
        "roi-desk is working"
    );

    let stop = CancellationToken::new();
    let mut tasks = daemon::start(&desk, &watch(config), loops, &stop);
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        // None of the loops ends by itself.
        ended = tasks.join_next(), if !tasks.is_empty() => {
            let why = ended.and_then(Result::err).map(|error| error.to_string()).unwrap_or_default();
            return Err(Failure::TryAgain(format!("a part of the daemon has stopped, so all of it does: {why}")));
        }
    }
    tracing::info!("asked to stop: finishing what is under way");
    stop.cancel();
    while tasks.join_next().await.is_some() {}
    desk.book.store.close().await;
    tracing::info!("stopped");
    Ok(Exit::Well)
}
