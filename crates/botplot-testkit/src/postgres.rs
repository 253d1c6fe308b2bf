//! A PostgreSQL server of a test's own: made, started, stopped and removed by it, reached over a socket in a folder
//! of its own, so that it meets no other server and takes no port.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs as the server's own user. It ends the server when its input ends, so also when the test was killed.
const KEEPER: &str = r#"
cd "$FOLDER"
fail() { cat log; rm -rf "$FOLDER"; exit 1; }
"$BIN/initdb" -D data -U postgres -A trust -E UTF8 --locale=C --no-sync >log 2>&1 || fail
"$BIN/postgres" -D data -k "$FOLDER" -c listen_addresses= -c fsync=$SYNC -c full_page_writes=$SYNC \
    -c synchronous_commit=$SYNC -c shared_buffers=32MB -c max_connections=80 >>log 2>&1 &
server=$!
until "$BIN/pg_isready" -q -h "$FOLDER"; do
    kill -0 $server || fail
    sleep 0.05
done
echo ready
read -r _
kill -QUIT $server
wait $server
cd / && rm -rf "$FOLDER"
"#;

/// The administrator's way to lose a session.
const CUT_LISTENERS: &str = "DO $$
    DECLARE it record;
    BEGIN
        FOR it IN TABLE pg_stat_activity LOOP
            IF it.query LIKE 'LISTEN%' AND pg_terminate_backend(it.pid) THEN
                RAISE NOTICE 'cut one';
            END IF;
        END LOOP;
    END
$$";

const ADVICE: &str = "install PostgreSQL (`apt-get install postgresql`; no service needs to run)";

/// A running server; it stops and its files go when this value is dropped, or when the process ends.
pub struct Postgres {
    keeper: Child,
    bin: PathBuf,
    folder: PathBuf,
    databases: AtomicU32,
}

impl Postgres {
    /// Starts a server that syncs nothing: for tests. Panics with what to install when there is no PostgreSQL.
    pub fn start() -> Self {
        Self::with_sync("off")
    }

    /// Starts a server that syncs every commit: for measurements.
    pub fn start_durable() -> Self {
        Self::with_sync("on")
    }

    fn with_sync(sync: &str) -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let bin =
            find_bin().unwrap_or_else(|| panic!("no `initdb` in PATH or /usr/lib/postgresql: {ADVICE}"));
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("botplot-pg-{}-{number}", std::process::id()));
        fs::create_dir(&folder).unwrap_or_else(|why| panic!("`{}`: {why}", folder.display()));
        let mut keeper = Command::new("/bin/sh");
        keeper.args(["-c", KEEPER]).env("BIN", &bin).env("FOLDER", &folder).env("SYNC", sync);
        become_postgres(&mut keeper, &folder);
        let mut keeper = keeper
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|why| panic!("`/bin/sh`: {why}"));
        let mut said = String::new();
        let mut output = BufReader::new(keeper.stdout.take().expect("it was piped"));
        let read = output.read_line(&mut said);
        if read.is_err() || said != "ready\n" {
            let _ = output.read_to_string(&mut said);
            let _ = keeper.wait();
            let _ = fs::remove_dir_all(&folder);
            panic!("PostgreSQL from `{}` does not start:\n{said}", bin.display());
        }
        Self { keeper, bin, folder, databases: AtomicU32::new(0) }
    }

    /// Makes a new, empty database and returns its address, which names the socket.
    pub fn create_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = Command::new(self.bin.join("createdb"))
            .args([OsStr::new("-h"), self.folder.as_os_str()])
            .args(["-U", "postgres", "-T", "template0", &name])
            .status();
        assert!(made.is_ok_and(|status| status.success()), "`createdb` failed: {ADVICE}");
        format!("postgres://postgres@localhost/{name}?host={}", self.folder.display())
    }

    /// Cuts the connections that listen for words from other sessions; returns how many there were.
    pub fn cut_listeners(&self) -> usize {
        let asked = Command::new(self.bin.join("psql"))
            .args([OsStr::new("-h"), self.folder.as_os_str()])
            .args(["-U", "postgres", "-tAXqc", CUT_LISTENERS])
            .output()
            .unwrap_or_else(|why| panic!("`psql`: {why}: {ADVICE}"));
        let said = String::from_utf8_lossy(&asked.stderr);
        assert!(asked.status.success(), "{said}");
        said.matches("cut one").count()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The folder of PostgreSQL's programs: that of `initdb` in PATH, else Debian's, newest version first.
fn find_bin() -> Option<PathBuf> {
    let in_path =
        env::var_os("PATH").into_iter().flat_map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let mut debian: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path()).collect();
    debian.sort_by_key(|path| {
        let version = path.file_name().and_then(OsStr::to_str).and_then(|name| name.parse::<u32>().ok());
        std::cmp::Reverse(version)
    });
    in_path
        .chain(debian.into_iter().map(|version| version.join("bin")))
        .filter_map(|folder| fs::canonicalize(folder.join("initdb")).ok())
        .filter_map(|initdb| initdb.parent().map(Path::to_path_buf))
        .find(|bin| bin.join("postgres").exists())
}

/// PostgreSQL refuses to run as root: then it runs as the user `postgres`, whom its package makes.
fn become_postgres(keeper: &mut Command, folder: &Path) {
    use std::os::unix::fs::{MetadataExt as _, chown};
    use std::os::unix::process::CommandExt as _;
    let root = fs::metadata(folder).is_ok_and(|made| made.uid() == 0);
    if !root {
        return;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = users.lines().find(|line| line.starts_with("postgres:"));
    let ids = line.and_then(|line| {
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    let (user, group): (u32, u32) =
        ids.unwrap_or_else(|| panic!("root cannot run PostgreSQL and there is no user `postgres`: {ADVICE}"));
    chown(folder, Some(user), Some(group)).unwrap_or_else(|why| panic!("`{}`: {why}", folder.display()));
    keeper.uid(user).gid(group);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_serves_and_leaves_nothing_behind() {
        let server = Postgres::start();
        let (one, two) = (server.create_database(), server.create_database());
        assert_ne!(one, two);
        let folder = server.folder.clone();
        let number = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
        let number = number.lines().next().unwrap().to_owned();
        assert!(Path::new("/proc").join(&number).exists());
        drop(server);
        assert!(!folder.exists());
        assert!(!Path::new("/proc").join(&number).exists(), "the server still runs");
    }
}
