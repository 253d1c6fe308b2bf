//! The letter that brings a visitor what a person wrote while they were away.

use std::fmt::Write as _;

use super::{Letter, NAME, one_line};

/// Characters of one reply that a letter brings.
const REPLY: usize = 4_000;

/// What a visitor missed.
#[derive(Clone, Debug)]
pub struct Replies<'a> {
    /// Whose chat it was.
    pub project: &'a str,
    /// Who wrote, and what; oldest first.
    pub said: &'a [(String, String)],
    /// The page that the visitor was on.
    pub page: Option<&'a str>,
    /// Where no more letters are asked for.
    pub stop: &'a str,
}

impl Replies<'_> {
    /// The letter to the visitor.
    pub fn letter(&self) -> Letter {
        let project = one_line(self.project, NAME);
        let mut text = String::new();
        let mut last = "";
        for (author, content) in self.said {
            if last != author {
                let _ = write!(text, "{} wrote:\n\n", one_line(author, NAME));
            }
            last = author;
            text.push_str(&quoted(content));
            text.push('\n');
        }
        if let Some(page) = self.page {
            let _ = write!(text, "Go on with the conversation here:\n\n    {page}\n\n");
        }
        let _ = write!(
            text,
            "Please do not answer this letter: nobody reads what comes back.\n\n-- \n\
             You get this because you left your address in a chat with \"{project}\".\n\
             To get no more such letters:\n\n    {}\n",
            self.stop
        );
        let first = self.said.first().map_or("", |(author, _)| author);
        Letter { subject: format!("{} replied to you · {project}", one_line(first, NAME)), text }
    }
}

/// Each line behind a mark, so that nothing that was written can pass for the letter's own words.
fn quoted(content: &str) -> String {
    let mut short: String = content.trim().chars().take(REPLY).collect();
    if short.len() < content.trim().len() {
        short.push('…');
    }
    let mut lines = String::new();
    for line in short.lines() {
        let plain: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = writeln!(lines, "> {}", plain.trim_end());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(author, content)| ((*author).to_owned(), (*content).to_owned())).collect()
    }

    #[test]
    fn a_visitor_reads_who_wrote_what_and_how_to_go_on_or_stop() {
        let said =
            said(&[("Ann", "Hello\n\n-- \nDear Bob\r"), ("Ann", "Still there?"), ("Ben\nX: y", "Yes")]);
        let (page, stop) = (Some("https://shop.example/pricing"), "https://chat.example/stop-letters/t");
        let letter = Replies { project: "My shop", said: &said, page, stop }.letter();
        assert_eq!(letter.subject, "Ann replied to you · My shop");
        let expected = "Ann wrote:\n\n> Hello\n>\n> --\n> Dear Bob\n\n> Still there?\n\nBen X: y wrote:\n\n> Yes\n\n\
                        Go on with the conversation here:\n\n    https://shop.example/pricing\n\n";
        assert!(letter.text.replace("> \n", ">\n").starts_with(expected), "{}", letter.text);
        assert!(letter.text.ends_with("    https://chat.example/stop-letters/t\n"), "{}", letter.text);
        let without = Replies { project: "My shop", said: &said, page: None, stop }.letter();
        assert!(!without.text.contains("Go on"), "{}", without.text);
    }

    #[test]
    fn a_long_reply_is_cut() {
        let said = said(&[("Ann", &"ö".repeat(REPLY + 5))]);
        let letter = Replies { project: "p", said: &said, page: None, stop: "s" }.letter();
        assert_eq!(letter.text.chars().filter(|c| *c == 'ö').count(), REPLY);
        assert!(letter.text.contains("ö…\n"));
    }
}
