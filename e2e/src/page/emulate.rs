//! Other screens, tastes and connections.
#![expect(
    deprecated,
    reason = "the successor of this emulation of networks does not tell the page that it is offline"
)]

use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetFocusEmulationEnabledParams,
    SetTouchEmulationEnabledParams,
};
use chromiumoxide::cdp::browser_protocol::network::EmulateNetworkConditionsParams;

use super::Page;

impl Page {
    /// Gives the page this many CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        self.screen(width, height, 1.0, false).await;
    }

    /// What is left of 1280 × 1024 at a zoom of 400 %: 320 × 256.
    pub async fn zoom_to_400_percent(&self) {
        self.screen(320, 256, 4.0, false).await;
    }

    /// Makes it a phone of 390 × 780 with a touch screen.
    pub async fn become_phone(&self) {
        self.screen(390, 780, 2.0, true).await;
        let touch = SetTouchEmulationEnabledParams::new(true);
        self.inner.execute(touch).await.expect("the browser emulates a touch screen");
    }

    /// The visitor prefers something, such as `prefers-color-scheme` `dark` or `prefers-reduced-motion` `reduce`.
    pub async fn prefer(&self, what: &[(&str, &str)]) {
        let features = what.iter().map(|(name, value)| MediaFeature::new(*name, *value)).collect();
        self.inner.emulate_media_features(features).await.expect("the browser emulates preferences");
    }

    /// Takes the connection away, or gives it back.
    pub async fn offline(&self, is: bool) {
        let conditions = EmulateNetworkConditionsParams::builder()
            .offline(is)
            .latency(0.0)
            .download_throughput(-1.0)
            .upload_throughput(-1.0)
            .build()
            .expect("all is said");
        self.inner.execute(conditions).await.expect("the browser emulates networks");
    }

    /// Lets the page believe that it is looked at, whichever window is in front.
    pub(super) async fn have_focus(&self) {
        let focus = SetFocusEmulationEnabledParams::new(true);
        self.inner.execute(focus).await.expect("the browser emulates the focus");
    }

    async fn screen(&self, width: u32, height: u32, scale: f64, mobile: bool) {
        let screen = SetDeviceMetricsOverrideParams::new(i64::from(width), i64::from(height), scale, mobile);
        self.inner.execute(screen).await.expect("the browser emulates screens");
    }
}
