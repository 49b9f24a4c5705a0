//! `roi-desk db`: the desk's own database.

use super::{Exit, Failure, Format, print_json, print_text};
use crate::{config::Config, store::Store};

/// What to do with the database.
#[derive(Debug, clap::Subcommand)]
pub enum Args {
    /// Create the tables or bring them up to date
    Migrate,
    /// Prove the accounting: every message in one state, every action accounted for, the history whole
    Verify,
}

pub(super) async fn run(args: &Args, config: &Config, format: Format) -> Result<Exit, Failure> {
    let store = Store::open(&config.database_url).await?;
    match args {
        Args::Migrate => {
            if format == Format::Text {
                print_text("The database is up to date.")?;
            }
            Ok(Exit::Well)
        }
        Args::Verify => {
            let found = store.verify().await?;
            if format == Format::Json {
                print_json(&found)?;
            } else {
                let counts = |counts: &std::collections::BTreeMap<String, i64>| {
                    let parts: Vec<_> =
                        counts.iter().map(|(state, count)| format!("{count} {state}")).collect();
                    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
                };
                let mut text = format!(
                    "messages: {}\ncases:    {}\nactions:  {}\nhistory:  {} rows, in one chain\n",
                    counts(&found.messages),
                    counts(&found.cases),
                    counts(&found.actions),
                    found.history
                );
                for fault in &found.faults {
                    text.push_str(&format!("FAULT: {fault}\n"));
                }
                if found.faults.is_empty() {
                    text.push_str("Everything adds up.\n");
                }
                print_text(&text)?;
            }
            Ok(if found.faults.is_empty() { Exit::Well } else { Exit::No })
        }
    }
}
