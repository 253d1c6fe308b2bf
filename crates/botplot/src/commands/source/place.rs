//! What a word on the command line names: a file, a folder, a page or a website.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use botplot_ingest::{Hint, load, read, walk};
use url::Url;

/// How addresses are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum As {
    /// Without a path as a website, with one as a page.
    ItLooks,
    /// As websites.
    Website,
    /// As pages.
    Page,
}

/// Something to learn from.
#[derive(Debug)]
pub(super) enum Place {
    /// A file, or the files of a folder: names below it, and bytes.
    Files { name: String, files: Vec<(String, Vec<u8>)>, left_out: Vec<String> },
    /// One page.
    Page(Url),
    /// A website.
    Website(Url),
}

impl Place {
    /// What the user should know about it.
    pub(super) fn remarks(&self) -> &[String] {
        match self {
            Self::Files { left_out, .. } => left_out,
            Self::Page(_) | Self::Website(_) => &[],
        }
    }
}

/// Reads every place; the first that cannot be used is an error.
pub(super) fn read_all(words: &[String], addresses: As) -> Result<Vec<Place>> {
    words.iter().map(|word| read_one(word, addresses)).collect()
}

fn read_one(word: &str, addresses: As) -> Result<Place> {
    if word.contains("://") {
        return address(word, addresses);
    }
    let path = Path::new(word);
    if !path.exists() {
        bail!("there is no file or folder `{word}`; an address begins with `https://` or `http://`");
    }
    files(path)
}

fn address(word: &str, addresses: As) -> Result<Place> {
    let mut url = Url::parse(word).with_context(|| format!("`{word}` is no address"))?;
    if !matches!(url.scheme(), "http" | "https") {
        bail!("`{word}` cannot be read: an address begins with `https://` or `http://`");
    }
    url.set_fragment(None);
    let is_bare = url.path() == "/" && url.query().is_none();
    Ok(match addresses {
        As::Website => Place::Website(url),
        As::ItLooks if is_bare => Place::Website(url),
        As::Page | As::ItLooks => Place::Page(url),
    })
}

fn files(path: &Path) -> Result<Place> {
    let walked = walk(path).map_err(anyhow::Error::msg)?;
    // The same place has the same name from whatever folder it is named.
    let whole = path.canonicalize().with_context(|| format!("`{}` cannot be read", path.display()))?;
    let hidden = |why: &str| why == "it is hidden";
    let skipped = walked.skipped.into_iter().filter(|(_, why)| !hidden(why));
    let mut left_out: Vec<String> = skipped.map(|(name, why)| format!("left out `{name}`: {why}")).collect();
    let mut files = Vec::new();
    for file in walked.files {
        match load(&file.path) {
            Ok(bytes) => files.push((file.name, bytes)),
            Err(why) => left_out.push(format!("left out `{}`: {why}", file.name)),
        }
    }
    let usable = files.iter().any(|(name, bytes)| read(bytes, &Hint::name(name)).is_ok());
    if !usable {
        bail!("`{}` has nothing that can be read{}", path.display(), reasons(&files, &left_out));
    }
    Ok(Place::Files { name: whole.to_string_lossy().into_owned(), files, left_out })
}

/// Why nothing of it can be read, the first few reasons.
fn reasons(files: &[(String, Vec<u8>)], left_out: &[String]) -> String {
    let unreadable = files.iter().filter_map(|(name, bytes)| {
        let why = read(bytes, &Hint::name(name)).err()?;
        Some(format!("\n  `{name}`: {why}"))
    });
    let reasons: Vec<_> = unreadable.chain(left_out.iter().map(|l| format!("\n  {l}"))).take(5).collect();
    if reasons.is_empty() { ": it is an empty folder".to_owned() } else { format!(":{}", reasons.concat()) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn kind(word: &str, addresses: As) -> &'static str {
        match read_one(word, addresses).unwrap() {
            Place::Files { .. } => "files",
            Place::Page(_) => "page",
            Place::Website(_) => "website",
        }
    }

    #[test]
    fn an_address_without_a_path_is_a_website() {
        for (word, expected) in [
            ("https://example.com", "website"),
            ("https://example.com/", "website"),
            ("https://example.com/#top", "website"),
            ("https://example.com/help", "page"),
            ("https://example.com/?page=2", "page"),
        ] {
            assert_eq!(kind(word, As::ItLooks), expected, "{word}");
            assert_eq!(kind(word, As::Website), "website");
            assert_eq!(kind(word, As::Page), "page");
        }
        assert!(read_one("ftp://example.com", As::ItLooks).is_err());
        assert!(read_one("example.com", As::ItLooks).unwrap_err().to_string().contains("https://"));
    }

    #[test]
    fn a_folder_gives_its_files_by_their_names_below_it_but_no_hidden_ones() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("b/.git")).unwrap();
        for name in ["b/two.md", "one.txt", ".hidden.md", "b/.git/three.md"] {
            fs::write(folder.path().join(name), "Some text that says something.").unwrap();
        }
        let Place::Files { files, .. } = files(folder.path()).unwrap() else { panic!("not files") };
        assert_eq!(files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["b/two.md", "one.txt"]);
    }

    #[test]
    fn a_folder_with_nothing_usable_says_why() {
        let folder = tempfile::tempdir().unwrap();
        assert!(files(folder.path()).unwrap_err().to_string().contains("empty folder"));
        fs::write(folder.path().join("a.pdf"), b"%PDF-1.7").unwrap();
        assert!(files(folder.path()).unwrap_err().to_string().contains("`a.pdf`: it is a PDF"));
    }
}
