//! Numbers a streamed answer's citations by the order of their first use, so that they match the list of sources.

/// Renumbers `[n]` marks of a model's text as it streams by; marks that name no passage are dropped.
pub(super) struct Citations {
    passages: usize,
    used: Vec<usize>,
    held: String,
}

/// The longest mark worth waiting for: `[12]`.
const LONGEST: usize = 4;

impl Citations {
    /// For an answer written from `passages` passages, numbered from 1 in the prompt.
    pub(super) fn of(passages: usize) -> Self {
        Self { passages, used: Vec::new(), held: String::new() }
    }

    /// Takes the next piece of text and gives what can be shown of it now.
    pub(super) fn push(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match (self.held.is_empty(), c) {
                (true, '[') => self.held.push(c),
                (true, _) => out.push(c),
                (false, ']') if self.held.len() > 1 => out.push_str(&self.settle()),
                (false, '0'..='9') if self.held.len() < LONGEST => self.held.push(c),
                (false, _) => {
                    out.push_str(&std::mem::take(&mut self.held));
                    if c == '[' { self.held.push(c) } else { out.push(c) }
                }
            }
        }
        out
    }

    /// Text that was held back when the answer ended.
    pub(super) fn rest(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// The passages cited so far, as indexes from 0 in the order of their numbers.
    pub(super) fn used(&self) -> &[usize] {
        &self.used
    }

    fn settle(&mut self) -> String {
        let number: usize = self.held.drain(..).skip(1).collect::<String>().parse().unwrap_or(0);
        if number == 0 || number > self.passages {
            return String::new();
        }
        let known = self.used.iter().position(|u| *u == number - 1);
        let place = known.unwrap_or_else(|| {
            self.used.push(number - 1);
            self.used.len() - 1
        });
        format!("[{}]", place + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, used: &[usize]) {
        for size in 1..=text.chars().count() {
            let mut citations = Citations::of(5);
            let letters: Vec<char> = text.chars().collect();
            let mut shown: String =
                letters.chunks(size).map(|c| citations.push(&c.iter().collect::<String>())).collect();
            shown.push_str(&citations.rest());
            assert_eq!((shown.as_str(), citations.used()), (expected, used), "cut every {size} characters");
        }
    }

    #[test]
    fn marks_are_numbered_by_first_use_wherever_the_stream_is_cut() {
        check("Yes [4]. No [2][4].", "Yes [1]. No [2][1].", &[3, 1]);
    }

    #[test]
    fn marks_of_no_passage_are_dropped_and_other_brackets_kept() {
        check("a[9] b[0] c[x] d[] e[[1] f[12345] g[", "a b c[x] d[] e[[1] f[12345] g[", &[0]);
    }
}
