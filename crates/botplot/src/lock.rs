//! The lock of the data folder: who holds it runs the background work, the server or else a command.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};

const NAME: &str = "lock";

/// Who holds the lock, as the file says for messages.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Holder {
    /// Its process.
    pub(crate) pid: u32,
    /// Where it listens, if it is a server.
    pub(crate) listen: Option<String>,
}

impl Holder {
    /// This process; `listen` if it is a server.
    pub(crate) fn here(listen: Option<String>) -> Self {
        Self { pid: std::process::id(), listen }
    }
}

/// The lock, free again when this is dropped or the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// What came of trying to take the lock.
#[derive(Debug)]
pub(crate) enum Taken {
    /// It is ours.
    Ours(Lock),
    /// Somebody else has it; none while they are just taking it.
    By(Option<Holder>),
}

/// Tries to take the folder's lock, without waiting.
pub(crate) fn take(data: &Path, holder: &Holder) -> Result<Taken> {
    let path = data.join(NAME);
    let cannot = || format!("the lock `{}` cannot be used", path.display());
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).with_context(cannot)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).with_context(cannot)?;
            file.seek(SeekFrom::Start(0)).with_context(cannot)?;
            serde_json::to_writer(&file, holder).with_context(cannot)?;
            file.write_all(b"\n").with_context(cannot)?;
            Ok(Taken::Ours(Lock { _file: file }))
        }
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let read = file.read_to_string(&mut text);
            Ok(Taken::By(read.ok().and_then(|_| serde_json::from_str(&text).ok())))
        }
        Err(TryLockError::Error(why)) => Err(why).with_context(cannot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_the_lock_and_others_learn_who() {
        let folder = tempfile::tempdir().unwrap();
        let server = Holder::here(Some("127.0.0.1:8080".into()));
        let Taken::Ours(lock) = take(folder.path(), &server).unwrap() else { panic!("the lock was free") };
        match take(folder.path(), &Holder::here(None)).unwrap() {
            Taken::By(holder) => assert_eq!(holder, Some(server)),
            Taken::Ours(_) => panic!("two have the lock"),
        }
        drop(lock);
        assert!(matches!(take(folder.path(), &Holder::here(None)).unwrap(), Taken::Ours(_)));
    }
}
