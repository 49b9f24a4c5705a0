//! roi-desk answers the mails of agencies whose clients revoked their consent to share (ROI): it reads the mail, asks
//! the HMIS who has data in the client record, closes it or queues it for staff, reads it back, and replies.
//!
//! # The flow
//!
//! ```text
//! mailbox ──intake──► messages ──judge──► case + actions ──deliver──► HMIS change, read-back, reply ──► done
//!                                  ▲                │
//!                              staff events ◄── command line
//! ```
//!
//! Each arrow is a step that a loop repeats and a test calls directly: `Desk::poll_once`, `Desk::judge_next`,
//! `Desk::deliver_next` and `Desk::mark_next` in [`engine`].
//!
//! - **Intake**: mails are read (pure), then recorded in one transaction a batch, with the case they open or join: by the
//!   conversation they carry on, or the records they name. Only afterwards is anything in the mailbox touched, and only for notices.
//! - **Judge**: facts → scenario → policy → the case's next state, its history and what it orders, in one
//!   transaction.
//! - **Deliver**: an ordered action's attempt is committed before its effect, its outcome after. An attempt without
//!   an outcome is uncertain: the other side is asked. Only a read-back, or a named person's word, releases a
//!   confirmation.
//! - **Staff**: an approval is an event like any other. Console and commands both go through [`engine::Casebook::decide`], and
//!   never call HMIS or mail server.
//!
//! # The map
//!
//! ```text
//! domain ◄── notice, classify ◄── policy, reply, sender      pure: handed the time and their rules
//!    ▲
//!    ├── store ──► sql ◄── hmis, mailbox ──► tls ◄── mailer  edges: none knows another
//!    │        clock      config ──► domain, policy, sql      the time; what a site can set
//!    │           ▲          ▲
//!    └────────── engine ────┘                                the steps and the loops; uses all of the above
//!                   ▲
//!         web, demo, cli                                     the shell: pages, commands
//! ```
//!
//! `tests/it/arrows.rs` holds these arrows as a table, and fails when a `use` goes against them.
//!
//! | module | holds |
//! |---|---|
//! | [`domain`] | identifiers, three-valued facts, cases, events; `Case::transition` is the only place that knows what follows what |
//! | [`notice`] | the bytes of a mail → what it says; a problem is a value, not an error |
//! | [`classify`] | facts → scenario, with every reason for doubt; whether a read-back confirms; whether a replacement will do |
//! | [`policy`] | what may be done without whom |
//! | [`reply`] | replies as values, and their texts; a site's own texts are its one look at files |
//! | [`sender`] | who wrote it: `Authentication-Results` and the roster |
//! | [`store`] | the desk's own database: messages, cases, outbox, history |
//! | [`hmis`] | the HMIS behind its reference tables: reads, and changes on the facts that were decided on |
//! | [`mailbox`] | IMAP and Maildir: looking without touching, and the marks on notices |
//! | [`mailer`] | building and sending mail; four outcomes |
//! | [`sql`] | one SQL text on two engines: SQLite and PostgreSQL |
//! | [`tls`] | what mailbox and mailer trust |
//! | [`clock`] | the one reader of wall time |
//! | [`config`] | TOML over built-in defaults, environment over both |
//! | [`engine`] | the steps, the loops, the jobs by the clock, staff's decisions |
//! | [`demo`] | the mails, configuration and roster that `roi-desk demo` starts from |
//! | [`web`] | HTTP: the staff console, health and metrics; pages over what the engine says |
//! | [`cli`] | the commands |
//!
//! # Where to start reading
//!
//! 1. [`domain`]: `case.rs` for the words, then `transition.rs`, the whole life of a case in one `match`;
//! 2. [`classify`] and [`policy`]: the rules, which read like the written procedure;
//! 3. [`engine`]: `intake`, `judge`, `deliver`, and `casebook`, where an event and its consequences are committed
//!    together;
//! 4. an edge of your choice; `cli/demo.rs` shows all of it at work.

pub mod classify;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod domain;
pub mod engine;
pub mod hmis;
pub mod mailbox;
pub mod mailer;
pub mod notice;
pub mod policy;
pub mod reply;
pub mod sender;
pub mod sql;
pub mod store;
pub mod tls;
pub mod web;
