//! The functions that the guide to webhooks shows for checking a signature, run as they stand there by the real
//! interpreters. A driver of a few lines hands them the cases and prints what they say.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Command;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/webhooks.md");

/// A webhook, or something that claims to be one.
#[derive(Clone, Debug)]
pub struct Case {
    /// The raw body.
    pub body: Vec<u8>,
    /// The value of `X-BotPlot-Signature`.
    pub header: String,
    /// The secret as its owner was shown it.
    pub secret: String,
    /// Whether it has to be accepted.
    pub right: bool,
}

/// A language in which the guide shows how.
#[derive(Debug)]
pub struct Language {
    /// Its name, as readers know it.
    pub name: &'static str,
    /// What runs it.
    pub program: &'static str,
    arguments: &'static [&'static str],
    /// The word after the fence of its block.
    fence: &'static str,
    /// Files that are written, each with what stands before and after the guide's block; none has no block.
    files: &'static [(&'static str, &'static str, Option<&'static str>)],
    /// How many cases it gets at most.
    most: usize,
}

/// All of them. Cases come as lines of body (in hexadecimal), header and secret, with tabs between.
pub const LANGUAGES: [Language; 5] = [
    Language {
        name: "Node",
        program: "node",
        arguments: &["verify.mjs"],
        fence: "js",
        files: &[(
            "verify.mjs",
            "",
            Some(
                r#"
import { readFileSync } from "node:fs";
for (const line of readFileSync(0, "utf8").trimEnd().split("\n")) {
  const [body, header, secret] = line.split("\t");
  console.log(verify(Buffer.from(body, "hex"), header, secret));
}
"#,
            ),
        )],
        most: usize::MAX,
    },
    Language {
        name: "Python",
        program: "python3",
        arguments: &["verify.py"],
        fence: "python",
        files: &[(
            "verify.py",
            "",
            Some(
                r#"
import sys
for line in sys.stdin:
    body, header, secret = line.rstrip("\n").split("\t")
    print("true" if verify(bytes.fromhex(body), header, secret) else "false")
"#,
            ),
        )],
        most: usize::MAX,
    },
    Language {
        name: "PHP",
        program: "php",
        arguments: &["verify.php"],
        fence: "php",
        files: &[(
            "verify.php",
            "<?php\n",
            Some(
                r#"
while (($line = fgets(STDIN)) !== false) {
    [$body, $header, $secret] = explode("\t", rtrim($line, "\n"));
    echo verify(hex2bin($body), $header, $secret) ? "true\n" : "false\n";
}
"#,
            ),
        )],
        most: usize::MAX,
    },
    Language {
        name: "Go",
        program: "go",
        arguments: &["run", "verify.go", "main.go"],
        fence: "go",
        files: &[
            ("verify.go", "package main\n\n", Some("")),
            (
                "main.go",
                r#"package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		parts := strings.Split(lines.Text(), "\t")
		body, _ := hex.DecodeString(parts[0])
		fmt.Println(verify(body, parts[1], parts[2]))
	}
}
"#,
                None,
            ),
        ],
        most: usize::MAX,
    },
    Language {
        name: "the shell",
        program: "bash",
        arguments: &["verify.sh"],
        fence: "sh",
        files: &[(
            "verify.sh",
            "",
            Some(
                r#"
while IFS=$'\t' read -r hex header secret; do
  # A shell's texts hold no zero byte and lose their last line ends.
  body=$(printf '%b.' "$(sed 's/../\\x&/g' <<<"$hex")") body=${body%.}
  if verify "$body" "$header" "$secret"; then echo true; else echo false; fi
done
"#,
            ),
        )],
        most: 200,
    },
];

impl Language {
    /// Whether its program is there.
    pub fn is_installed(&self) -> bool {
        let version = if self.program == "go" { "version" } else { "--version" };
        Command::new(self.program).arg(version).output().is_ok_and(|ran| ran.status.success())
    }

    /// The guide's block that defines `verify`.
    pub fn block(&self) -> io::Result<String> {
        let guide = fs::read_to_string(GUIDE)?;
        let fence = format!("```{}\n", self.fence);
        let blocks = guide.split(&fence).skip(1).filter_map(|rest| rest.split_once("```"));
        let mut blocks = blocks.map(|(block, _)| block).filter(|block| block.contains("verify("));
        let missing = || io::Error::other(format!("the guide shows no `verify` for {}", self.name));
        blocks.next().map(str::to_owned).ok_or_else(missing)
    }

    /// Has the guide's function judge the cases, in `folder`; returns how many it accepted and refused, or says which
    /// one it was wrong about.
    pub fn judge(&self, folder: &Path, cases: &[Case]) -> io::Result<(usize, usize)> {
        let block = self.block()?;
        for (name, before, after) in self.files {
            let text = after.map_or_else(|| (*before).to_owned(), |after| format!("{before}{block}{after}"));
            fs::write(folder.join(name), text)?;
        }
        let step = cases.len().div_ceil(self.most).max(1);
        // Whatever is right is judged; of the changes, as many as there is room for.
        let chosen = |(n, case): &(usize, &Case)| (case.right || n % step == 0) && !case.body.contains(&0);
        let cases: Vec<&Case> = cases.iter().enumerate().filter(chosen).map(|(_, case)| case).collect();
        fs::write(folder.join("cases"), cases.iter().map(|case| case.line()).collect::<String>())?;
        let mut command = Command::new(self.program);
        command.args(self.arguments).current_dir(folder).stdin(File::open(folder.join("cases"))?);
        let ran = command.output()?;
        let said = String::from_utf8_lossy(&ran.stdout);
        let verdicts: Vec<bool> =
            said.lines().skip_while(|l| !matches!(*l, "true" | "false")).map(|l| l == "true").collect();
        if !ran.status.success() || verdicts.len() != cases.len() {
            let why = String::from_utf8_lossy(&ran.stderr);
            return Err(io::Error::other(format!("{} ended with {}: {said}{why}", self.name, ran.status)));
        }
        if let Some((case, _)) = cases.iter().zip(&verdicts).find(|(case, verdict)| case.right != **verdict) {
            return Err(io::Error::other(format!("{} judges wrongly: {case:?}", self.name)));
        }
        let accepted = verdicts.iter().filter(|verdict| **verdict).count();
        Ok((accepted, verdicts.len() - accepted))
    }
}

impl Case {
    fn line(&self) -> String {
        let mut line = String::new();
        for byte in &self.body {
            let _ = write!(line, "{byte:02x}");
        }
        let _ = writeln!(line, "\t{}\t{}", self.header, self.secret);
        line
    }

    /// A webhook that has to be accepted, and others that differ from it by one byte of body, header or secret.
    pub fn with_changes(body: &[u8], header: &str, secret: &str) -> Vec<Self> {
        let right = Self { body: body.to_vec(), header: header.into(), secret: secret.into(), right: true };
        let wrong = || Self { right: false, ..right.clone() };
        let mut all = vec![right.clone()];
        for at in 0..body.len() {
            for bit in [1, 0x20] {
                let mut changed = wrong();
                changed.body[at] ^= bit;
                all.push(changed);
            }
        }
        let other = |text: &str, at: usize| {
            let digit = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
            format!("{}{digit}{}", &text[..at], &text[at + 1..])
        };
        all.extend((0..header.len()).map(|at| Self { header: other(header, at), ..wrong() }));
        all.extend((0..secret.len()).map(|at| Self { secret: other(secret, at), ..wrong() }));
        let bare = header.trim_start_matches("sha256=");
        for header in
            ["", "sha256=", bare, &header.to_uppercase(), &format!("{header}0"), &header[..header.len() - 1]]
        {
            all.push(Self { header: header.into(), ..wrong() });
        }
        all.push(Self { body: [body, b" "].concat(), ..wrong() });
        all.push(Self { body: body[..body.len() - 1].to_vec(), ..wrong() });
        all
    }
}

#[cfg(test)]
mod tests {
    use botplot_core::{Secret, signature};

    use super::*;

    fn cases() -> Vec<Case> {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let bodies = [r#"{"a":1}"#, r#"{"content":"Wie geht’s? 😀 \\u0001\"\\\\ $HOME `id` %s %% ' * "}"#];
        let of = |body: &str| {
            let header = signature::documented(&secret, body.as_bytes());
            Case::with_changes(body.as_bytes(), &header, secret.expose())
        };
        bodies.iter().flat_map(|body| of(body)).collect()
    }

    /// Node, Python and bash have to be there; PHP and Go are tried where they are.
    #[test]
    fn each_function_of_the_guide_accepts_what_is_signed_and_refuses_every_change() {
        let cases = cases();
        for language in &LANGUAGES {
            let needed = ["node", "python3", "bash"].contains(&language.program);
            if !language.is_installed() {
                assert!(!needed, "install `{}`: the guide's function is run by it", language.program);
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            let (accepted, refused) = language.judge(folder.path(), &cases).unwrap();
            assert!(accepted >= 1 && refused > 100, "{}: {accepted} and {refused}", language.name);
        }
    }

    #[test]
    fn a_function_that_accepts_too_much_is_found_out() {
        let mut cases = cases();
        for case in &mut cases {
            case.right = false;
        }
        let folder = tempfile::tempdir().unwrap();
        let error = LANGUAGES[1].judge(folder.path(), &cases).unwrap_err().to_string();
        assert!(error.starts_with("Python judges wrongly"), "{error}");
    }
}
