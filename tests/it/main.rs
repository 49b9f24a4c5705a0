//! Everything that needs sockets, files or processes, in one binary.

mod arrows;
mod check;
mod crash;
mod demo;
mod desk;
mod doubts;
mod dovecot;
mod jobs;
mod mailbox;
mod mailer;
mod main_job;
mod postgres;
mod scripted_imap;
mod several;
mod site;
mod smtp_sink;
