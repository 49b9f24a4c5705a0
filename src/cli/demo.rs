//! `roi-desk demo`: the whole service on embedded parts in a scratch folder.

mod became;
mod console;
mod folder;

use std::{
    io::{self, IsTerminal},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use comfy_table::{Cell, Color};
use tokio::signal::unix::{SignalKind, signal};

use self::{became::Became, console::Console};
use super::{Exit, Failure, Format, print_json, print_text, serve, show, site, start_log};
use crate::{
    clock::Clock,
    config,
    domain::{Approvals, Case, CaseState},
    engine::{
        self, Desk, EngineError,
        daemon::{self, Loops, Watch},
        deliver::Delivered,
        judge::Judged,
    },
    mailbox::Mailbox,
    store::Store,
};

/// How often the screen looks what has become of the mails.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Where the demo lives and how long.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder to use; a demo that is in it already goes on [default: a fresh one for scratch]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Where the console is: an address of this machine [default: 127.0.0.1:8080, or any free port]
    #[arg(long, value_name = "ADDR", value_parser = console::within_this_machine, conflicts_with = "once")]
    listen: Option<SocketAddr>,
    /// Work the sample mails off, print what became of each, and end
    #[arg(long)]
    once: bool,
}

pub(super) async fn run(args: Args, format: Format) -> Result<Exit, Failure> {
    let clock = Clock::system();
    let folder = folder::prepare(args.dir.as_deref(), clock.now()).await?;
    // Not the environment: it may speak of a real desk.
    let config = config::load(&folder.join(folder::CONFIGURATION), []).map_err(Failure::Configuration)?;
    start_log(&config.log);
    let desk = Arc::new(Desk::open(&config, site(&config)?, clock).await?);
    let lock = desk.book.store.become_worker().await?;
    let watch = serve::watch(&config);

    work_off(&desk, &watch).await?;
    let mut seen = became::all(&desk.book.store).await?;
    became::add_replies(&mut seen, &folder.join(folder::REPLIES))?;
    match format {
        Format::Json => seen.iter().try_for_each(print_json)?,
        Format::Text => print_text(&in_a_table(&seen))?,
    }
    let console = if args.once { None } else { Some(Console::open(&desk.book, args.listen).await?) };
    let hints = hints(&folder, &desk.book.store.cases(None, None).await?, console.as_ref());
    match format {
        Format::Json => eprintln!("{hints}"),
        Format::Text => print_text(&format!("\n{hints}"))?,
    }
    if let Some(console) = console {
        let serving = console.listening.serve(Arc::clone(&desk), serve::console(&config), desk.stop.clone());
        keep_watching(&desk, &watch, &folder, seen, format, serving).await?;
    }
    desk.book.store.close().await;
    drop(lock);
    Ok(Exit::Well)
}

/// Every step in turn, until none finds anything to do. What waits for people, or for a time, stays.
async fn work_off(desk: &Desk, watch: &Watch) -> Result<(), EngineError> {
    let since = desk.book.clock.now() - engine::delta(watch.since);
    let mut mailbox = Mailbox::open(&watch.options).await?;
    let lease = desk.lease_mailbox().await?.expect("who works alone on a file finds every lease free");
    loop {
        let mut idle = desk.poll_once(&mut mailbox, &lease, &watch.folder, since).await?.messages == 0;
        while desk.judge_next().await? == Judged::One {
            idle = false;
        }
        while desk.deliver_next().await? == Delivered::One {
            idle = false;
        }
        while desk.mark_next(&mut mailbox).await? == Delivered::One {
            idle = false;
        }
        if idle {
            return desk.release_mailbox(&lease).await;
        }
    }
}

/// The daemon's loops, the console (`serving`), and a line for whatever becomes different, until it is told to stop.
async fn keep_watching(
    desk: &Arc<Desk>,
    watch: &Watch,
    folder: &Path,
    mut seen: Vec<Became>,
    format: Format,
    serving: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut loops = daemon::start(desk, watch, Loops { mail: true, judge: true, deliver: true, jobs: false });
    loops.spawn(serving);
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    let shown = loop {
        tokio::select! {
            _ = terminate.recv() => break Ok(()),
            _ = interrupt.recv() => break Ok(()),
            _ = loops.join_next() => {
                break Err(Failure::TryAgain("a part of the demo has stopped, so all of it does".to_owned()));
            }
            _ = ticks.tick() => {
                if let Err(failure) = tell_changes(&desk.book.store, folder, &mut seen, format).await {
                    break Err(failure);
                }
            }
        }
    };
    desk.stop.cancel();
    while loops.join_next().await.is_some() {}
    shown
}

async fn tell_changes(
    store: &Store,
    folder: &Path,
    seen: &mut Vec<Became>,
    format: Format,
) -> Result<(), Failure> {
    let now = became::all(store).await?;
    let news =
        |became: &&Became| became.has_come_to_rest() && !seen.iter().any(|before| before.is_as(became));
    let mut changed: Vec<Became> = now.iter().filter(news).cloned().collect();
    if !changed.is_empty() && format == Format::Json {
        became::add_replies(&mut changed, &folder.join(folder::REPLIES))?;
    }
    for became in &changed {
        match format {
            Format::Json => print_json(became)?,
            Format::Text => print_text(&line(became))?,
        }
    }
    *seen = now;
    Ok(())
}

/// `RD-1004  Scenario 2  waits for your approval`
fn line(became: &Became) -> String {
    let (name, what) = match became.case {
        Some(case) => (case.to_string(), became.scenarios()),
        None => (became.mail.clone(), became.kind.clone()),
    };
    format!("{name:<8}  {what:<10}  {}", state(became))
}

fn state(became: &Became) -> String {
    match became.case_state {
        Some(state) => state.in_words().to_owned(),
        None if became.state == "quarantined" => "quarantined, staff were told".to_owned(),
        None => "left alone".to_owned(),
    }
}

fn colour(became: &Became) -> Option<Color> {
    match became.case_state {
        Some(CaseState::Done) => Some(Color::Green),
        Some(CaseState::NeedsStaff) => Some(Color::Magenta),
        Some(state) if state.waits_for_staff() => Some(Color::Yellow),
        Some(_) => None,
        None if became.state == "quarantined" => Some(Color::Red),
        None => Some(Color::DarkGrey),
    }
}

fn in_a_table(mails: &[Became]) -> String {
    // A wish of the person at the terminal: https://no-color.org
    let coloured =
        io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let rows = mails
        .iter()
        .map(|mail| {
            let number = mail.mail.split('-').next().filter(|number| number.parse::<u8>().is_ok());
            let name = number.map_or(mail.about.clone(), |number| format!("{number} {}", mail.about));
            let scenario = match mail.joined {
                Some(_) => String::new(),
                None => lines(mail.items.iter().map(|item| {
                    item.scenario.map_or("-".to_owned(), |scenario| u8::from(scenario).to_string())
                })),
            };
            let end = match mail.joined {
                Some(case) => format!("belongs to {case}"),
                None => state(mail),
            };
            let end = Cell::new(end);
            let end = match colour(mail).filter(|_| coloured) {
                Some(colour) => end.fg(colour),
                None => end,
            };
            vec![
                Cell::new(name),
                Cell::new(&mail.kind),
                Cell::new(mail.case.map_or(String::new(), |case| case.to_string())),
                Cell::new(lines(mail.items.iter().map(|item| item.record.to_string()))),
                Cell::new(scenario),
                end,
                Cell::new(lines(mail.replies.iter().map(|reply| reply.says.clone()))),
            ]
        })
        .collect();
    show::table(&["mail", "kind", "case", "record", "scen.", "what became of it", "reply"], rows)
}

fn lines(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("\n")
}

/// What to try next, with the real path and the real case numbers.
fn hints(folder: &Path, cases: &[Case], console: Option<&Console>) -> String {
    let first = |state: CaseState, approvals: Approvals| {
        cases
            .iter()
            .find(|case| case.state == state && case.approvals_wanted() == approvals)
            .map(|case| case.id)
    };
    // As it was started, so that the lines can be pasted: `cargo run` leaves nothing on the path.
    let program = std::env::args().next().unwrap_or_else(|| "roi-desk".to_owned());
    let desk = format!("{program} --config {}", quoted(&folder.join(folder::CONFIGURATION)));
    let mut hints = vec![("What waits for people:", format!("{desk} case list"))];
    if let Some(case) = first(CaseState::AwaitingApproval, Approvals::One) {
        hints.push(("One of them, with all that was found:", format!("{desk} case show {case}")));
        hints.push(("Approve it:", format!("{desk} case approve {case}")));
    }
    if let Some(case) = first(CaseState::AwaitingApproval, Approvals::Two) {
        hints.push(("This one takes two people:", format!("{desk} case approve {case}")));
    }
    if let Some(case) = first(CaseState::NeedsStaff, Approvals::One) {
        hints.push(("Decline one; the note is sent:", format!("{desk} case decline {case} --note \"…\"")));
    }
    hints.push(("Every mail that was seen:", format!("{desk} mail list")));
    hints.push(("Does everything add up?", format!("{desk} db verify")));
    hints.push(("Do all connections work?", format!("{desk} check")));
    if console.is_none() {
        hints.push((
            "Do what was decided meanwhile:",
            format!("{program} demo --once --dir {}", quoted(folder)),
        ));
    }
    let mailbox = folder.join(folder::MAILBOX).join("new");
    let another = folder.join(folder::ANOTHER);
    if another.exists() {
        hints.push(("One more mail arrives:", format!("mv {} {}", quoted(&another), quoted(&mailbox))));
    }
    let mut text = format!("The demo is in {}\n", folder.display());
    text.push_str(&format!("Mail arrives in {}\n", mailbox.display()));
    text.push_str(&format!("Replies are in  {}\n\n", folder.join(folder::REPLIES).display()));
    for (what, command) in hints {
        text.push_str(&format!("  {what:<39}{command}\n"));
    }
    if let Some(console) = console {
        text.push_str(&format!("\n{}\n", console.in_words()));
        text.push_str("\nA mail that is moved there is answered a moment later. Watching; Ctrl-C ends it.");
    }
    text
}

/// As a POSIX shell takes it for one word.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_for_the_shell() {
        for (path, word) in [
            ("/tmp/roi-desk-demo-1", "/tmp/roi-desk-demo-1"),
            ("/home/a b", "'/home/a b'"),
            ("/it's/$HOME", r"'/it'\''s/$HOME'"),
            ("/tmp/Übung", "'/tmp/Übung'"),
        ] {
            assert_eq!(quoted(Path::new(path)), word);
        }
    }
}
