//! Those who mean harm. By mail: `reading` what the reader makes of it, `sending` what leaves the desk because of it and what
//! reaches a terminal. At the staff console: `console`.

mod console;
mod reading;
mod sending;
