//! Two servers on one PostgreSQL, of which one dies in the middle of an answer.

use std::time::Duration;

use botplot_core::{RandomIds, Secret};
use botplot_engine::seal;
use botplot_testkit::client::{self, Reply};
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply as Said};
use botplot_testkit::postgres::Postgres;
use rustix::process::Signal;
use serde_json::json;
use tokio::time::timeout;

use crate::home::{Home, Ran, Server};

const DOCUMENT: &str = "# Returns\n\nA parcel can be sent back within thirty days of its arrival.\n";
const QUESTION: &str = "How long do I have to send a parcel back?";

/// What both servers are told.
struct Common {
    database: String,
    seal_key: Secret,
    model: String,
}

impl Common {
    fn variables(&self) -> [(&str, &str); 5] {
        [
            ("BOTPLOT__DATABASE__URL", &self.database),
            ("BOTPLOT__SERVER__SEAL_KEY", self.seal_key.expose()),
            ("BOTPLOT__LLM__PROVIDER", "openai_compatible"),
            ("BOTPLOT__LLM__MODEL", "fake"),
            ("BOTPLOT__LLM__BASE_URL", &self.model),
        ]
    }

    fn serve(&self, home: &Home) -> Server {
        home.serve(&self.variables())
    }

    /// A project that has learnt what is asked, by its publishable key.
    ///
    /// The demo project will not do: a server listens before it has learnt, and until then the model is not asked.
    fn taught_project(&self, home: &Home) -> String {
        let run = |arguments: &[&str]| Ran::of(home.command(arguments).envs(self.variables()));
        home.write("returns.md", DOCUMENT);
        let made = run(&["project", "create", "shop", "--json"]).json();
        run(&["source", "add", "returns.md", "--project", "shop", "--wait"]).well();
        made["publishable_key"].as_str().unwrap().to_owned()
    }
}

/// Asks on a server that dies meanwhile; what came of the answer until then.
async fn ask_until_death(server: Server, key: &str, conversation: Option<&str>, model: &FakeLlm) -> String {
    let known = model.requests();
    let body = json!({ "message": QUESTION, "visitorId": "v", "conversationId": conversation }).to_string();
    let (mut reply, head) = (Reply::default(), client::chat_head(key));
    let asked = client::exchange(server.address, &head, &body, &mut reply);
    let dies = async {
        model.wait_for_requests(known + 1).await;
        server.signal(Signal::KILL);
    };
    let (_, ()) = tokio::join!(asked, dies);
    server.wait();
    reply.header("x-conversation-id").unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_died_keeps_nobody_waiting_whether_or_not_it_comes_back() {
    let (postgres, model) = (Postgres::start(), FakeLlm::start().await);
    let (database, seal_key) = (postgres.create_database(), seal::fresh_key(&RandomIds));
    let common = Common { database, seal_key, model: model.base_url() };
    let (one, two) = (Home::new(), Home::new());
    let (first, second) = (common.serve(&one), common.serve(&two));
    let key = common.taught_project(&one);
    let hangs = Said::fault(Fault::HangAfter(1));
    model.reply(hangs.clone());
    let id = ask_until_death(first, &key, None, &model).await;
    let body = json!({ "message": QUESTION, "visitorId": "v", "conversationId": id }).to_string();

    // The turn that died stands before this one in the line until its server is back, which knows that it was its own.
    model.reply(Said::text("Within thirty days."));
    let asked = client::chat(second.address, &key, &body);
    let comes_back = async { common.serve(&one) };
    let (reply, first) = tokio::join!(timeout(Duration::from_secs(15), asked), comes_back);
    let reply = reply.expect("the turn of a server that was started again holds up the line").unwrap();
    assert!(reply.is_final() && reply.body.contains("thirty"), "{}", reply.body);

    // One that does not come back counts as dead when it has said nothing for twenty seconds.
    model.reply(hangs);
    ask_until_death(first, &key, Some(&id), &model).await;
    model.reply(Said::text("Within thirty days."));
    let asked = timeout(Duration::from_secs(40), client::chat(second.address, &key, &body)).await;
    let reply = asked.expect("the turn of a dead server holds up the line for ever").unwrap();
    assert!(reply.is_final() && reply.body.contains("thirty"), "{}", reply.body);
    assert!(reply.done_after < Duration::from_secs(30), "it took {:?}", reply.done_after);
}
