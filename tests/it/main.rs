//! Everything that needs sockets, files or processes, in one binary.

mod arrows;
mod attacks;
mod certificates;
mod check;
mod conversation;
mod crash;
mod demo;
mod desk;
mod doubts;
mod dovecot;
mod health;
mod jobs;
mod mail_sites;
mod mailbox;
mod mailer;
mod main_job;
mod poison;
mod postgres;
mod scripted_imap;
mod several;
mod site;
mod smtp_sink;
mod systemd;
mod vocabulary;
