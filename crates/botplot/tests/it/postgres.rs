//! The same commands with the data in PostgreSQL, and the way from there to a data file.

use botplot_testkit::client;
use botplot_testkit::postgres::Postgres;

use crate::home::{Home, Ran};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_postgresql_learns_answers_and_moves_to_a_data_file() {
    let postgres = Postgres::start();
    let home = Home::new();
    // The address comes from a file, as a container's secret does.
    home.write("database", &format!("{}\n", postgres.create_database()));
    home.write("botplot.toml", "[database]\nurl_file = \"database\"\n");
    home.write("hours.md", "# Hours\n\nThe shop opens at nine in the morning.\n");
    let server = home.serve(&[]);
    home.run(&["source", "add", "hours.md", "--project", "demo", "--wait"]).well();
    let body = r#"{"message":"When does the shop open?","visitorId":"v","stream":false}"#;
    let reply = client::chat(server.address, &server.demo_key(), body).await.unwrap();
    assert!(reply.body.contains("nine in the morning"), "{}", reply.body);
    assert!(!home.path("botplot-data/botplot.db").exists());
    let doctor = home.run(&["doctor"]).well();
    assert!(doctor.contains("PostgreSQL opens, with 2 projects"), "{doctor}");
    home.run(&["backup", "copy.bpb"]).well();
    drop(server);

    home.write("botplot.toml", "");
    home.run(&["restore", "copy.bpb"]).well();
    let answer = home.run(&["ask", "When does the shop open?", "--project", "demo"]).well();
    assert!(answer.contains("nine in the morning"), "{answer}");
}

#[test]
fn a_database_that_cannot_be_reached_is_told_without_its_password() {
    let home = Home::new();
    let mut command = home.command(&["project", "list"]);
    let fault = Ran::of(command.env("BOTPLOT__DATABASE__URL", "postgres://bot:canary@127.0.0.1:1/x")).fault();
    assert!(fault.contains("PostgreSQL") && !fault.contains("canary"), "{fault}");
}
