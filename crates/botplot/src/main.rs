//! The program; everything it does is in the library beside it.

use std::process::ExitCode;

/// Gives memory back after a burst of connections, which glibc's allocator does not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    botplot::run()
}
