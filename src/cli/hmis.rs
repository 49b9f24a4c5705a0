//! `roi-desk hmis`: the reference tables.

use serde::Serialize;

use super::{Exit, Failure, Format, print_json, print_text, show};
use crate::{clock::Clock, config::Config, engine::hmis_options, hmis::Hmis};

/// What to do with the HMIS tables.
#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Create the reference tables where they are missing
    Init,
    /// Say how fresh and how complete the facts are
    Status,
}

#[derive(Serialize)]
struct Shown<'a> {
    source: &'a str,
    fact: &'a str,
    as_of: chrono::DateTime<chrono::Utc>,
    complete: bool,
    stale: bool,
}

pub(super) async fn run(args: &Args, config: &Config, format: Format) -> Result<Exit, Failure> {
    match args {
        Args::Init => {
            Hmis::init(&config.hmis.address).await?;
            if format == Format::Text {
                print_text("The HMIS reference tables are there.")?;
            }
        }
        Args::Status => {
            let hmis = Hmis::open(&hmis_options(config)).await?;
            let sources = hmis.status(Clock::system().now()).await?;
            if format == Format::Json {
                for source in &sources {
                    print_json(&Shown {
                        source: &source.source,
                        fact: &source.fact,
                        as_of: source.as_of,
                        complete: source.complete,
                        stale: source.stale,
                    })?;
                }
            } else if sources.is_empty() {
                print_text("No source vouches for any fact: everything counts as not known.")?;
            } else {
                let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
                let rows = sources
                    .iter()
                    .map(|source| {
                        vec![
                            source.source.clone(),
                            source.fact.clone(),
                            show::time(source.as_of, config.time_zone),
                            yes_no(source.complete),
                            yes_no(source.stale),
                        ]
                    })
                    .collect();
                print_text(&show::table(&["source", "fact", "as of", "complete", "too old"], rows))?;
            }
        }
    }
    Ok(Exit::Well)
}
