//! Every `sh` block of the guides and the README runs as it stands.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::home::{Home, Ran, checkout};

/// A block of shell lines in a document.
struct Block {
    file: String,
    line: usize,
    text: String,
}

fn blocks(path: &Path) -> Vec<Block> {
    let text = fs::read_to_string(path).unwrap();
    let file = path.file_name().unwrap().to_string_lossy().into_owned();
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (at, line) in text.lines().enumerate() {
        match (open, line.trim()) {
            (false, "```sh") => {
                open = true;
                blocks.push(Block { file: file.clone(), line: at + 1, text: String::new() });
            }
            (true, "```") => open = false,
            (true, _) => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            (false, _) => {}
        }
    }
    blocks
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}

#[test]
fn every_command_of_the_guides_works() {
    let home = Home::new();
    for part in ["README.md", "docs/guides", "eval/data"] {
        copy(&checkout().join(part), &home.path(part));
    }
    let server = home.serve(&[]);
    home.run(&["source", "add", "docs/guides", "--project", "demo", "--wait"]).well();
    let made = home.run(&["key", "create", "--project", "demo", "--json"]).json();
    let secret = made["key"].as_str().unwrap().to_owned();
    let folder = Path::new(env!("CARGO_BIN_EXE_botplot")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var_os("PATH").unwrap().display());
    let mut guides: Vec<_> =
        fs::read_dir(home.path("docs/guides")).unwrap().map(|entry| entry.unwrap().path()).collect();
    guides.sort();
    guides.push(home.path("README.md"));
    let mut blocks: Vec<Block> = guides.iter().flat_map(|guide| blocks(guide)).collect();
    // What builds this very program and runs its tests is run by whoever runs this test.
    blocks.retain(|block| !block.text.lines().all(|line| line.starts_with("cargo ")));
    assert!(blocks.len() > 20, "the guides have only {} blocks", blocks.len());
    for block in blocks {
        let text = block.text.replace("127.0.0.1:8080", &server.address.to_string());
        let text = text.replace("bp_pub_…", &server.demo_key());
        // The pipe makes a failing command of the block fail the block.
        let mut shell = Command::new("bash");
        shell.args(["-e", "-o", "pipefail", "-c", &text]).current_dir(home.path(""));
        shell.env("PATH", &path).env("KEY", server.demo_key()).env("SECRET", &secret);
        let ran = Ran::of(&mut shell);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(ran.status.success(), "{}:{}\n{text}\n{said}", block.file, block.line);
        assert!(!said.contains("data: {\"error\""), "{}:{}\n{text}\n{said}", block.file, block.line);
    }
}
