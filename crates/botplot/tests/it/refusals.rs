//! What keeps a server from starting: each with a sentence that says what to do.

use std::fs;
use std::net::TcpListener;

use crate::home::Home;

#[test]
fn a_port_in_use_is_told_before_anything_is_made() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = home.run(&["serve", "--listen", &address]).fault();
    assert!(said.contains(&address) && said.contains("in use") && said.contains("--listen"), "{said}");
    assert!(!home.path("botplot-data").exists());
}

#[test]
fn an_address_that_cannot_be_listened_on_is_told() {
    let home = Home::new();
    for (address, part) in [
        ("here", "takes an address and a port"),
        ("203.0.113.7:8080", "no such address"),
        ("no-such-host.invalid:8080", "choose another address"),
    ] {
        let said = home.run(&["serve", "--listen", address]).fault();
        assert!(said.contains(part) && said.contains(address), "{address}: {said}");
    }
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let home = Home::new();
    let server = home.serve(&[]);
    let said = home.run(&["serve", "--listen", "127.0.0.1:0"]).fault();
    assert!(said.contains(&server.address.to_string()) && said.contains("--data"), "{said}");
    assert!(said.contains(&server.pid().to_string()), "{said}");
}

#[test]
fn a_wrong_data_file_is_refused_and_left_as_it_is() {
    let home = Home::new();
    home.write(
        "botplot-data/botplot.db",
        "this is no database but a letter to a friend, and a long one too\n",
    );
    let before = fs::read(home.path("botplot-data/botplot.db")).unwrap();
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["project", "list"], &["doctor"]] {
        let ran = home.run(command);
        assert_eq!(ran.status.code(), Some(1), "{command:?}");
        let said = ran.out + &ran.err;
        assert!(said.contains("botplot.db") && !said.contains("panicked"), "{said}");
    }
    assert_eq!(fs::read(home.path("botplot-data/botplot.db")).unwrap(), before);
}

#[test]
fn a_data_folder_that_cannot_be_made_is_told() {
    let home = Home::new();
    home.write("file", "");
    let said = home.run(&["serve", "--listen", "127.0.0.1:0", "--data", "file/below"]).fault();
    assert!(said.contains("file/below") && said.contains("--data"), "{said}");
}
