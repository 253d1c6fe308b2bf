//! The configuration as a user meets it.

use crate::home::{Home, Ran};

#[test]
fn all_faults_are_reported_at_once_and_nothing_is_touched() {
    let home = Home::new();
    home.write(
        "botplot.toml",
        "[server]\nlisten = 8080\n[llm]\nprovider = \"openai\"\nmodle = \"x\"\napi_key = \"sk-canary\"\n",
    );
    let mut check = home.command(&["config", "check"]);
    let said = Ran::of(check.env("BOTPLOT__LOG__FORMAT", "xml")).fault();
    for part in [
        "botplot.toml:2: `server.listen` takes text in quotes",
        "botplot.toml:5: there is no setting `llm.modle`; did you mean `llm.model`?",
        "BOTPLOT__LOG__FORMAT: `log.format` takes \"pretty\" or \"json\"",
        "`llm.model` is missing",
        "botplot config check",
    ] {
        assert!(said.contains(part), "{part} not in {said}");
    }
    assert!(!said.contains("canary"), "{said}");
    let said = home.run(&["serve"]).fault();
    assert!(said.contains("botplot.toml:2"), "{said}");
    assert!(!home.path("botplot-data").exists());
}

#[test]
fn a_half_written_file_is_told_by_line_and_column() {
    let home = Home::new();
    home.write("botplot.toml", "[llm]\nprovider = \"open");
    for command in [&["config", "check"][..], &["serve"], &["project", "create", "x"]] {
        let said = home.run(command).fault();
        assert!(said.contains("botplot.toml:2: column 1") && said.contains("complete the line"), "{said}");
    }
    assert!(!home.path("botplot-data").exists());
    assert!(home.run(&["--config", "absent.toml", "config", "check"]).fault().contains("absent.toml"));
}

#[test]
fn the_printed_default_can_be_used_as_it_is() {
    let home = Home::new();
    let default = home.run(&["config", "default"]).well();
    home.write("mine.toml", &default);
    let said = home.run(&["config", "check", "--config", "mine.toml"]).well();
    assert!(said.contains("in order"), "{said}");
}

#[test]
fn what_was_set_is_shown_with_its_place_but_secrets_are_not() {
    let home = Home::new();
    home.write(
        "botplot.toml",
        "data = \"mine\"\n[llm]\nprovider = \"openai\"\nmodel = \"m\"\napi_key = \"sk-canary\"\n",
    );
    let said = home.run(&["config", "check"]).well();
    assert!(said.contains("data = \"mine\"  (botplot.toml:1)"), "{said}");
    assert!(said.contains("llm.api_key = …  (botplot.toml:5)") && !said.contains("canary"), "{said}");
}

#[test]
fn a_wrong_use_of_the_command_line_exits_with_2() {
    let home = Home::new();
    for arguments in [&["sevre"][..], &["source", "add"], &["project", "create"], &["--nonsense"], &[]] {
        assert_eq!(home.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}
