//! What the desk writes to agencies: a reply as a value, and its wording in templates a site can override. Pure.
//!
//! Replies name records by client ID and other agencies by their number only, and repeat nothing of the mail
//! they answer (DOMAIN.md, What follows, 5).

mod layout;
mod letter;
mod samples;
mod templates;

pub use layout::html_of;
pub use letter::{Advice, Body, Finding, Letter, RecordReport, RecordStanding, Waiting, letter};
pub use templates::{Rendered, TemplateProblem, Templates};

#[cfg(test)]
mod tests;
