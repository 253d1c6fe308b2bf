//! Saving while the server runs, and bringing it back.

use std::fs;

use crate::home::Home;

#[test]
fn a_backup_taken_while_the_server_runs_has_everything() {
    let home = Home::new();
    let server = home.serve(&[]);
    home.write("opening.md", "# Opening hours\n\nThe shop opens at nine in the morning on weekdays.\n");
    home.run(&["project", "create", "shop"]).well();
    home.run(&["source", "add", "opening.md", "--project", "shop", "--wait"]).well();
    home.run(&["backup", "copy.bpb"]).well();
    drop(server);
    home.run(&["restore", "copy.bpb", "--data", "restored"]).well();
    let asked = ["ask", "When does the shop open?", "--project", "shop", "--data", "restored", "--json"];
    let answer = home.run(&asked).json();
    assert!(answer["answer"].as_str().unwrap().contains("nine in the morning"), "{answer}");
    assert_eq!(answer["sources"][0]["title"], "Opening hours", "{answer}");
}

#[test]
fn nothing_is_overwritten_by_mistake() {
    let home = Home::new();
    home.run(&["project", "create", "shop"]).well();
    home.run(&["backup", "copy.bpb"]).well();
    let before = fs::read(home.path("copy.bpb")).unwrap();
    assert!(home.run(&["backup", "copy.bpb"]).fault().contains("exists already"));
    assert_eq!(fs::read(home.path("copy.bpb")).unwrap(), before);
    assert!(home.run(&["restore", "copy.bpb"]).fault().contains("holds data already"));

    home.run(&["project", "create", "later"]).well();
    let out = home.run(&["restore", "copy.bpb", "--force"]).well();
    let kept = out.split('`').nth(1).unwrap();
    assert!(home.path(kept).is_file(), "{out}");
    let projects = home.run(&["project", "list", "--json"]).json();
    assert_eq!(projects.as_array().unwrap().len(), 1, "{projects}");
}

#[test]
fn a_folder_that_a_server_uses_is_not_restored_over() {
    let home = Home::new();
    let server = home.serve(&[]);
    home.run(&["backup", "copy.bpb"]).well();
    let fault = home.run(&["restore", "copy.bpb", "--force"]).fault();
    assert!(fault.contains(&server.address.to_string()) && fault.contains("stop it"), "{fault}");
}

#[test]
fn what_is_no_backup_is_refused_and_leaves_nothing() {
    let home = Home::new();
    home.run(&["project", "create", "shop"]).well();
    home.run(&["backup", "whole.bpb"]).well();
    let whole = fs::read(home.path("whole.bpb")).unwrap();
    fs::write(home.path("cut.bpb"), &whole[..whole.len() / 2]).unwrap();
    home.write("text.bpb", "not a backup\n");
    for name in ["cut.bpb", "text.bpb", "absent.bpb"] {
        let fault = home.run(&["restore", name, "--data", "new"]).fault();
        assert!(fault.contains(name), "{fault}");
        assert!(!home.path("new/botplot.db").exists(), "{name} left a data file");
    }
}
