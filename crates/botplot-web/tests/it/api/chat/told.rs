//! What webhooks are told in a test: an endpoint that hears of everything, whose deliveries nobody sends.

use botplot_core::EndpointId;
use botplot_core::event::Kind;
use botplot_engine::webhooks::{self, Wanted};
use botplot_testkit::app::TestApp;
use serde_json::Value;

/// An endpoint of the first project.
pub(super) struct Told(EndpointId);

impl Told {
    /// Begins to listen to these kinds of events.
    pub(super) async fn of(app: &TestApp, kinds: &[Kind]) -> Self {
        let wanted = Wanted {
            url: "https://93.184.216.34/hook".into(),
            description: String::new(),
            events: kinds.to_vec(),
            secret: None,
        };
        let project = app.project().project.id;
        let made =
            webhooks::create(app.engine(), project, wanted, "test").await.expect("the address is public");
        Self(made.0.id)
    }

    /// The `data` of each event so far, oldest first.
    pub(super) async fn so_far(&self, app: &TestApp) -> Vec<Value> {
        let (project, reader) = (app.project().project.id, app.engine().reader());
        let (mut deliveries, _) = reader.list_deliveries(project, self.0, None, 100, 0).await.unwrap();
        deliveries.sort_by_key(|delivery| delivery.event);
        let mut told = Vec::new();
        for delivery in deliveries {
            let (_, body) = reader.find_delivery(project, self.0, delivery.id).await.unwrap().unwrap();
            let mut body: Value = serde_json::from_slice(&body).unwrap();
            told.push(body["data"].take());
        }
        told
    }
}
