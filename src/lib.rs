//! roi-desk answers the mails of agencies whose clients revoked their consent to share (ROI): it reads the mail, asks
//! the HMIS who has data in the client record, closes it or queues it for staff, reads it back, and replies.

pub mod classify;
pub mod clock;
pub mod domain;
pub mod hmis;
pub mod mailbox;
pub mod mailer;
pub mod notice;
pub mod policy;
pub mod reply;
pub mod sender;
pub mod store;
pub mod tls;
