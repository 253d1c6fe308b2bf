//! The data folder: making it, and the one file in it that holds a secret.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use botplot_core::{Ids as _, RandomIds, Secret};
use botplot_engine::seal;

use uuid::Uuid;

use crate::config::Config;

/// The name of the file with the owner's first secret key.
pub(crate) const SECRET_KEY: &str = "secret-key";
/// The name of the file with what tells this folder's server from others on the same PostgreSQL.
const NODE_ID: &str = "node-id";
/// The name of the file with the key under which secrets are kept.
pub(crate) const SEAL_KEY: &str = "seal-key";

/// Makes the folder, for its owner only, if it is not there.
pub(crate) fn make(data: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data).with_context(|| {
        format!("the data folder `{}` cannot be made; choose another with `--data`", data.display())
    })
}

/// Refuses where nothing has been kept yet.
pub(crate) fn must_be_begun(config: &Config) -> Result<()> {
    if !config.on_postgres() && !is_begun(&config.data) {
        bail!(
            "there are no data in `{}` yet: start `botplot serve` once, make a project with `botplot project create`, \
             or name the server's folder with `--data`",
            config.data.display()
        );
    }
    Ok(())
}

/// True when the folder has a data file.
pub(crate) fn is_begun(data: &Path) -> bool {
    data.join(botplot_store::FILE).exists()
}

/// The key under which secrets are kept: the setting's, else the folder's own, which is made at the first start.
pub(crate) fn seal_key(config: &Config) -> Result<Secret> {
    if let Some(key) = config.seal_key()? {
        return Ok(key);
    }
    let path = config.data.join(SEAL_KEY);
    match fs::read_to_string(&path) {
        Ok(text) => match seal::key_fault(&text) {
            None => Ok(Secret::new(text.trim())),
            Some(fault) => bail!("`{}` {fault}; restore the file from a backup", path.display()),
        },
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            keep_first(&path, seal::fresh_key(&RandomIds).expose())
                .with_context(|| format!("the key of secrets cannot be written to `{}`", path.display()))?;
            seal_key(config)
        }
        Err(why) => Err(why).with_context(|| format!("`{}` cannot be read", path.display())),
    }
}

/// What tells this folder's server from others on the same PostgreSQL: made at the first start, and kept.
pub(crate) fn node_id(data: &Path) -> Result<Uuid> {
    let path = data.join(NODE_ID);
    match fs::read_to_string(&path) {
        Ok(text) => text.trim().parse().with_context(|| {
            format!("`{}` is damaged: delete it, and a new one is made at the next start", path.display())
        }),
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            keep_first(&path, &RandomIds.random().to_string())
                .with_context(|| format!("the server's own id cannot be written to `{}`", path.display()))?;
            node_id(data)
        }
        Err(why) => Err(why).with_context(|| format!("`{}` cannot be read", path.display())),
    }
}

/// Writes the secret key where only the owner can read it: all of it or nothing. Returns the path.
pub(crate) fn keep_secret_key(data: &Path, key: &str) -> Result<PathBuf> {
    let path = data.join(SECRET_KEY);
    write_private(&path, key)
        .with_context(|| format!("the secret key cannot be written to `{}`", path.display()))?;
    Ok(path)
}

/// Writes a file where only the owner can read it, unless there is one of this name: of two programs that start at
/// once, both go on with what the first one wrote.
fn keep_first(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let own = path.with_file_name(format!("{name}-{}", std::process::id()));
    write_private(&own, text)?;
    let linked = fs::hard_link(&own, path);
    fs::remove_file(&own)?;
    match linked {
        Err(why) if why.kind() != io::ErrorKind::AlreadyExists => Err(why),
        _ => Ok(()),
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension("new");
    match fs::remove_file(&draft) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    // The name itself must be on the disk too.
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_secrets_is_made_once_and_a_setting_goes_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { data: folder.path().to_owned(), ..Config::default() };
        let made = seal_key(&config).unwrap();
        assert_eq!(seal_key(&config).unwrap().expose(), made.expose());
        assert_eq!(seal::key_fault(made.expose()), None);
        config.server.seal_key = Some(seal::fresh_key(&RandomIds));
        assert_ne!(seal_key(&config).unwrap().expose(), made.expose());
        config.server.seal_key = None;
        keep_first(&folder.path().join(SEAL_KEY), "later").unwrap();
        assert_eq!(seal_key(&config).unwrap().expose(), made.expose());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(folder.path().join(SEAL_KEY), "half").unwrap();
        assert!(format!("{:#}", seal_key(&config).unwrap_err()).contains("restore the file"));
    }

    #[test]
    fn a_folders_server_has_the_same_id_at_every_start() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let id = node_id(one.path()).unwrap();
        assert_eq!(node_id(one.path()).unwrap(), id);
        assert_ne!(node_id(two.path()).unwrap(), id);
        assert_eq!(fs::read_dir(one.path()).unwrap().count(), 1);
        fs::write(one.path().join(NODE_ID), "x").unwrap();
        assert!(format!("{:#}", node_id(one.path()).unwrap_err()).contains("delete it"));
    }

    #[cfg(unix)]
    #[test]
    fn the_key_can_be_read_by_its_owner_only_even_after_a_half_written_one() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("secret-key.new"), "half").unwrap();
        let path = keep_secret_key(folder.path(), "bp_sec_x").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "bp_sec_x\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
