//! Files and folders on this machine: which of them may be read, and the reasons for the others.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The largest file that is taken, in bytes.
pub const MAX_FILE: u64 = 50 << 20;
const MAX_FILES: usize = 10_000;
const MAX_DEPTH: usize = 32;

/// A file that may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Its name below the folder that was walked, with `/` between the parts.
    pub name: String,
}

/// What is in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walk {
    /// Files in the order of their names.
    pub files: Vec<Found>,
    /// Names of files and folders that were left out, each with its reason.
    pub skipped: Vec<(String, String)>,
}

/// Lists a file, or all files of a folder and of the folders in it. Hidden ones and links that lead out of
/// the folder are left out. Fails only when `root` itself can't be read.
pub fn walk(root: &Path) -> Result<Walk, String> {
    let shown = root.display();
    let home = root.canonicalize().map_err(|e| format!("`{shown}` can't be read ({e})"))?;
    let mut walk = Walk::default();
    if home.is_file() {
        let name = root.file_name().unwrap_or(root.as_os_str()).to_string_lossy().into_owned();
        walk.files.push(Found { path: root.to_path_buf(), name });
        return Ok(walk);
    }
    fs::read_dir(&home).map_err(|e| format!("`{shown}` can't be read ({e})"))?;
    walk.folder(&home, root, "", 0);
    Ok(walk)
}

/// Reads a file, unless it is larger than [`MAX_FILE`].
pub fn load(path: &Path) -> Result<Vec<u8>, String> {
    let fault = |e: std::io::Error| format!("it can't be read ({e})");
    let file = fs::File::open(path).map_err(fault)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("it is larger than {} MB", MAX_FILE >> 20));
    }
    Ok(bytes)
}

impl Walk {
    fn folder(&mut self, home: &Path, folder: &Path, prefix: &str, depth: usize) {
        let mut entries: Vec<_> = match fs::read_dir(folder) {
            Ok(entries) => entries.filter_map(Result::ok).collect(),
            Err(e) => return self.skip(prefix, format!("it can't be read ({e})")),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let file = entry.file_name().to_string_lossy().into_owned();
            let name = if prefix.is_empty() { file.clone() } else { format!("{prefix}/{file}") };
            match self.judge(home, &entry, &file, depth) {
                Ok(true) => self.folder(home, &entry.path(), &name, depth + 1),
                Ok(false) => self.files.push(Found { path: entry.path(), name }),
                Err(why) => self.skip(&name, why),
            }
        }
    }

    /// Whether an entry is a folder to go into or a file to take, or why it is neither.
    fn judge(&self, home: &Path, entry: &fs::DirEntry, file: &str, depth: usize) -> Result<bool, String> {
        if file.starts_with('.') {
            return Err("it is hidden".into());
        }
        let path = entry.path();
        let kind = entry.file_type().map_err(|e| format!("it can't be read ({e})"))?;
        if kind.is_symlink() {
            let target = path.canonicalize().map_err(|e| format!("its link leads nowhere ({e})"))?;
            if !target.starts_with(home) {
                return Err("it is a link that leads out of the folder".into());
            }
            if target.is_dir() {
                return Err("it is a link to a folder that is read by itself".into());
            }
        }
        let size = fs::metadata(&path).map_err(|e| format!("it can't be read ({e})"))?;
        match size {
            _ if size.is_dir() && depth >= MAX_DEPTH => {
                Err(format!("it is more than {MAX_DEPTH} folders deep"))
            }
            _ if size.is_dir() => Ok(true),
            _ if !size.is_file() => Err("it is no file".into()),
            _ if size.len() > MAX_FILE => Err(format!("it is larger than {} MB", MAX_FILE >> 20)),
            _ if self.files.len() >= MAX_FILES => Err(format!("the limit of {MAX_FILES} files is reached")),
            _ => Ok(false),
        }
    }

    fn skip(&mut self, name: &str, why: String) {
        self.skipped.push((name.to_string(), why));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_walked_in_order_and_everything_else_has_a_reason() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.md"), "secret").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("b/c")).unwrap();
        fs::create_dir(at(".git")).unwrap();
        for name in ["z.md", "a.md", "b/c/d.txt", ".env"] {
            fs::write(at(name), "text").unwrap();
        }
        let link = |target: &Path, name: &str| std::os::unix::fs::symlink(target, at(name)).unwrap();
        link(&outside.path().join("secret.md"), "out.md");
        link(outside.path(), "outside");
        link(&at("a.md"), "inside.md");
        link(&at("b"), "loop");
        link(&at("nowhere"), "dangling");
        fs::File::create(at("huge.txt")).unwrap().set_len(MAX_FILE + 1).unwrap();

        let walk = walk(folder.path()).unwrap();

        let names: Vec<_> = walk.files.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["a.md", "b/c/d.txt", "inside.md", "z.md"]);
        let why = |name: &str| walk.skipped.iter().find(|(skipped, _)| skipped == name).unwrap().1.clone();
        assert_eq!(why(".git"), "it is hidden");
        assert_eq!(why(".env"), "it is hidden");
        assert_eq!(why("out.md"), "it is a link that leads out of the folder");
        assert_eq!(why("outside"), "it is a link that leads out of the folder");
        assert_eq!(why("loop"), "it is a link to a folder that is read by itself");
        assert!(why("dangling").starts_with("its link leads nowhere"));
        assert_eq!(why("huge.txt"), "it is larger than 50 MB");
        assert_eq!(load(&at("huge.txt")).unwrap_err(), "it is larger than 50 MB");
    }

    #[test]
    fn a_single_file_and_a_missing_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.md");
        fs::write(&file, "text").unwrap();
        assert_eq!(walk(&file).unwrap().files, [Found { path: file.clone(), name: "a.md".into() }]);
        assert_eq!(load(&file).unwrap(), b"text");
        let missing = folder.path().join("missing");
        assert!(walk(&missing).unwrap_err().contains("missing` can't be read"));
    }
}
