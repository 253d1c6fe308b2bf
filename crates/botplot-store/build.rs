//! Makes cargo notice a new migration, which is compiled in by a macro.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
