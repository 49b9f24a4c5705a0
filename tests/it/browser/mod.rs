//! The staff console in a real Chromium: what staff do all day, and whether everybody can.

mod chromium;
mod deciding;
mod entering;
mod hostile;
mod looks;
