//! The program; everything it does is in the library beside it.

use std::process::ExitCode;

/// Gives memory back after a burst of connections, which glibc's allocator does not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    use_small_pages();
    botplot::run()
}

/// Half of an idle server's memory was unused parts of huge pages, which the allocator asks for (measured with
/// `cargo xtask bench start`: 87 MB resident with them, 61 MB without).
fn use_small_pages() {
    // Where the system does not have the call, memory is all that it costs.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
