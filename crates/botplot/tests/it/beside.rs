//! Commands beside a running server, and without one.

use botplot_testkit::client;

use crate::home::Home;

const DOCUMENT: &str = "# Returns\n\nA parcel can be sent back within thirty days of its arrival.\n";
const QUESTION: &str = "How long do I have to send a parcel back?";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_command_adds_the_running_server_answers_from() {
    let home = Home::new();
    let server = home.serve(&[]);
    home.write("returns.md", DOCUMENT);
    let made = home.run(&["project", "create", "shop", "--json"]).json();
    let added = home.run(&["source", "add", "returns.md", "--project", "shop", "--wait", "--json"]).json();
    assert_eq!(
        (&added[0]["status"], &added[0]["outcomes"][0]["state"]),
        (&"ready".into(), &"indexed".into())
    );
    let body = format!(r#"{{"message":"{QUESTION}","visitorId":"v","stream":false}}"#);
    let key = made["publishable_key"].as_str().unwrap();
    let reply = client::chat(server.address, key, &body).await.unwrap();
    assert!(reply.body.contains("thirty days"), "{}", reply.body);

    // A key that a command ends is ended for the server too.
    home.run(&["key", "revoke", &key[..19], "--project", "shop"]).well();
    assert_eq!(client::chat(server.address, key, &body).await.unwrap().status, 401);
    let made = home.run(&["key", "create", "--project", "shop", "--json"]).json();
    let fresh = made["key"].as_str().unwrap();
    assert_eq!(client::chat(server.address, fresh, &body).await.unwrap().status, 200);
}

#[test]
fn everything_works_without_a_server_too() {
    let home = Home::new();
    home.write("returns.md", DOCUMENT);
    home.run(&["project", "create", "shop"]).well();
    // Without `--wait` as well, since nobody else would read it.
    let said = home.run(&["source", "add", "returns.md"]).well();
    assert!(said.contains("ready, 1 pages"), "{said}");
    let said = home.run(&["ask", QUESTION]).well();
    assert!(said.contains("thirty days") && said.contains("Sources:\n  Returns"), "{said}");
    let keys = home.run(&["key", "list", "--json"]).json();
    assert_eq!(keys.as_array().unwrap().len(), 2, "{keys}");
    assert!(keys[0]["key"].as_str().unwrap().len() == 47 && keys[1]["key"].as_str().unwrap().len() == 19);
    home.run(&["doctor"]).well();
}

#[test]
fn what_is_not_known_is_refused_with_no_sources() {
    let home = Home::new();
    home.write("returns.md", DOCUMENT);
    home.run(&["project", "create", "shop"]).well();
    home.run(&["source", "add", "returns.md", "--wait"]).well();
    let answer = home.run(&["ask", "Who painted the Mona Lisa?", "--json"]).json();
    assert_eq!(answer["sources"].as_array().unwrap().len(), 0, "{answer}");
    assert!(answer["confidence"].as_f64().unwrap() < 0.5, "{answer}");
}

#[test]
fn commands_without_data_say_where_they_looked_and_make_nothing() {
    let home = Home::new();
    home.write("a.md", DOCUMENT);
    for arguments in [
        &["project", "list"][..],
        &["key", "list"],
        &["ask", "hello"],
        &["source", "add", "a.md"],
        &["backup", "b.bpb"],
    ] {
        let fault = home.run(arguments).fault();
        assert!(
            fault.contains("./botplot-data") && fault.contains("botplot serve"),
            "{arguments:?}: {fault}"
        );
    }
    assert!(!home.path("botplot-data").exists());
    home.run(&["project", "create", "shop"]).well();
    let fault = home.run(&["ask", "hello", "--project", "shopp"]).fault();
    assert!(fault.contains("`shopp`") && fault.contains("`shop`"), "{fault}");
    assert!(home.run(&["project", "create", "shop"]).fault().contains("taken"));
    assert!(home.run(&["ask", "  "]).fault().contains("must not be empty"));
    assert!(home.run(&["key", "revoke", "bp_sec_"]).fault().contains("no such key"));
}
