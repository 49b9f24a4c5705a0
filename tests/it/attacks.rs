//! Mails that mean harm, and what becomes of each: `reading` what the reader makes of them, `sending` what leaves the
//! desk because of them and what reaches a terminal.

mod reading;
mod sending;
