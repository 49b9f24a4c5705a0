//! Everything that needs sockets, files or processes, in one binary.

mod arrows;
mod certificates;
mod crash;
mod demo;
mod desk;
mod doubts;
mod dovecot;
mod mail_sites;
mod mailbox;
mod mailer;
mod main_job;
mod scripted_imap;
mod site;
mod smtp_sink;
