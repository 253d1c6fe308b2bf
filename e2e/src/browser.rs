//! Chromium, started for one test with a profile of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chromiumoxide::BrowserConfig;
use chromiumoxide::cdp::browser_protocol::browser::{
    PermissionDescriptor, PermissionSetting, SetPermissionParams,
};
use chromiumoxide::cdp::browser_protocol::target::{
    CreateBrowserContextParams, CreateTargetParams, CreateTargetParamsBuilder,
};
use futures_util::StreamExt as _;
use tempfile::TempDir;

use crate::page::Page;

/// Names that the browser has in `PATH`.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome"];
/// A busy machine may take its time to start it.
const LAUNCH: Duration = Duration::from_mins(2);
/// A command that takes longer than this has failed.
const COMMAND: Duration = Duration::from_mins(1);
/// The browser speaks to nobody but the page's own servers.
const FLAGS: &[&str] = &[
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    "no-default-browser-check",
    "disable-domain-reliability",
    "hide-scrollbars",
    "mute-audio",
    // A computer with a mouse, which a machine without a screen does not have: it can hover, and points finely.
    "blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
];
/// A profile whose owner lets no site store anything.
const NO_STORAGE: &str = r#"{"profile":{"default_content_setting_values":{"cookies":2}}}"#;

/// A running browser; it is killed, and its profile deleted, when this value is dropped.
pub struct Browser {
    inner: chromiumoxide::Browser,
    /// Dropped after the browser.
    _profile: TempDir,
}

impl Browser {
    /// Starts the browser. Panics with what to install when there is none.
    pub async fn launch() -> Self {
        Self::with_preferences("{}").await
    }

    /// Starts a browser that lets no page store anything: `localStorage` throws when it is only looked at.
    pub async fn without_storage() -> Self {
        Self::with_preferences(NO_STORAGE).await
    }

    async fn with_preferences(preferences: &str) -> Self {
        let profile = tempfile::tempdir().expect("the system has a folder for temporary files");
        let folder = profile.path().join("Default");
        std::fs::create_dir(&folder).expect("the profile is empty");
        std::fs::write(folder.join("Preferences"), preferences).expect("the profile can be written to");
        let launched = chromiumoxide::Browser::launch(config(profile.path())).await;
        let (inner, mut connection) =
            launched.unwrap_or_else(|why| panic!("the browser does not start: {why}"));
        #[expect(clippy::disallowed_methods, reason = "the task ends with the connection to the browser")]
        tokio::spawn(async move { while connection.next().await.is_some() {} });
        Self { inner, _profile: profile }
    }

    /// A new, empty page of 1280 × 800 in a window of its own; pages of a browser share what sites store.
    pub async fn page(&self) -> Page {
        self.page_in(CreateTargetParams::builder()).await
    }

    /// A page of somebody else, who shares nothing with the first visitor.
    pub async fn page_of_another_visitor(&self) -> Page {
        let context = self.inner.create_browser_context(CreateBrowserContextParams::default()).await;
        let context = context.expect("the browser makes contexts");
        self.page_in(CreateTargetParams::builder().browser_context_id(context)).await
    }

    /// Lets the pages of an origin use the clipboard, as a visitor does who is asked.
    pub async fn allow_clipboard(&self, origin: &str) {
        for name in ["clipboard-read", "clipboard-write"] {
            self.allow(name, origin).await;
        }
    }

    /// Lets the pages of an origin show notifications.
    pub async fn allow_notifications(&self, origin: &str) {
        self.allow("notifications", origin).await;
    }

    async fn allow(&self, name: &str, origin: &str) {
        let allowed = SetPermissionParams::builder()
            .origin(origin)
            .permission(PermissionDescriptor::new(name))
            .setting(PermissionSetting::Granted)
            .build()
            .expect("it names a permission");
        self.inner.execute(allowed).await.expect("the browser grants permissions");
    }

    async fn page_in(&self, target: CreateTargetParamsBuilder) -> Page {
        // In one window, only one page would be visible, and the others would stand still.
        let target = target.url("about:blank").new_window(true).build().expect("it has an address");
        let page = self.inner.new_page(target).await;
        Page::prepare(page.expect("the browser opens pages")).await
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let Some(child) = self.inner.get_mut_child() else { return };
        // What is already dead cannot be killed.
        let _ = child.inner.start_kill();
        // Its profile can be deleted only when it writes no more.
        while let Ok(None) = child.inner.try_wait() {
            #[expect(
                clippy::disallowed_methods,
                reason = "a killed process ends at once, and a drop cannot wait otherwise"
            )]
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn config(profile: &Path) -> BrowserConfig {
    let program = find().expect("no browser is there: install the package `chromium`");
    let mut config = BrowserConfig::builder()
        .chrome_executable(program)
        .new_headless_mode()
        .user_data_dir(profile)
        .launch_timeout(LAUNCH)
        .request_timeout(COMMAND)
        .viewport(None)
        .window_size(1280, 800)
        .args(FLAGS.iter().copied());
    if is_root() {
        // Its sandbox does not start for root.
        config = config.no_sandbox();
    }
    config.build().expect("the program is named")
}

/// The first browser in `PATH`.
fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let all = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    all.into_iter().find(|program| program.is_file())
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|made| made.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
