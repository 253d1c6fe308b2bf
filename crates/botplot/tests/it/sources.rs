//! `source add`: what is taken, what is refused, and what became of each page.

use crate::home::Home;

fn shop() -> Home {
    let home = Home::new();
    home.run(&["project", "create", "shop"]).well();
    home
}

#[test]
fn a_folder_with_nothing_usable_is_an_error_and_nothing_is_stored() {
    let home = shop();
    home.write("docs/photo.pdf", "%PDF-1.7 and so on");
    home.write("docs/empty.md", "");
    let fault = home.run(&["source", "add", "docs", "--wait"]).fault();
    assert!(
        fault.contains("`photo.pdf`: it is a PDF") && fault.contains("`empty.md`: it is empty"),
        "{fault}"
    );
    std::fs::create_dir(home.path("nothing")).unwrap();
    assert!(home.run(&["source", "add", "nothing"]).fault().contains("empty folder"));
    assert!(home.run(&["source", "add", "absent.md"]).fault().contains("no file or folder `absent.md`"));
    assert!(home.run(&["source", "add", "ftp://example.com/x"]).fault().contains("https://"));
    // One wrong place keeps the right ones beside it from being stored, so that the command can be given again.
    home.write("good.md", "A good document says something.");
    home.run(&["source", "add", "good.md", "absent.md"]).fault();
    home.write("check.md", "A word to check by.");
    let added = home.run(&["source", "add", "check.md", "--json"]).json();
    assert_eq!(added.as_array().unwrap().len(), 1);
    let answer = home.run(&["ask", "What does a good document say?", "--json"]).json();
    assert_eq!(answer["sources"].as_array().unwrap().len(), 0, "{answer}");
}

#[test]
fn every_page_has_an_outcome_and_adding_again_reads_anew() {
    let home = shop();
    home.write("docs/hours.md", "# Hours\n\nWe open at nine.\n");
    home.write("docs/old.md", "# Old\n\nThis page will be gone soon.\n");
    home.write("docs/table.xlsx", "PK\u{3}\u{4}");
    let first = home.run(&["source", "add", "docs", "--wait", "--json"]).json();
    let state = |name: &str| {
        let outcomes = first[0]["outcomes"].as_array().unwrap();
        outcomes.iter().find(|o| o["url"] == name).map(|o| (o["state"].clone(), o["reason"].clone())).unwrap()
    };
    assert_eq!(state("hours.md").0, "indexed");
    let (skipped, reason) = state("table.xlsx");
    assert!(skipped == "skipped" && reason.as_str().unwrap().contains("Excel"), "{reason}");

    home.write("docs/hours.md", "# Hours\n\nWe open at seven.\n");
    std::fs::remove_file(home.path("docs/old.md")).unwrap();
    // From another folder by another way of naming it, it is the same source.
    let path = home.path("docs");
    let second = home.run(&["source", "add", path.to_str().unwrap(), "--wait", "--json"]).json();
    assert_eq!(second[0]["id"], first[0]["id"]);
    assert_eq!(second[0]["pages"], 1, "{second}");
    let answer = home.run(&["ask", "When do you open?"]).well();
    assert!(answer.contains("seven") && !answer.contains("nine"), "{answer}");
}

#[test]
fn a_private_address_is_refused_with_a_reason() {
    let home = shop();
    let ran = home.run(&["source", "add", "http://169.254.169.254/latest/meta-data/", "--wait"]);
    assert_eq!(ran.status.code(), Some(1), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("failed") && ran.out.contains("refused"), "{}{}", ran.out, ran.err);
}
