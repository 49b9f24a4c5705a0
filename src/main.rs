//! The `roi-desk` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    roi_desk::cli::main()
}
