//! In which language the bot's own sentences are said.

use botplot_core::speech::Speech;
use botplot_testkit::app::TestApp;

/// What the bot would say in a language when it does not know.
fn refusal(code: &str) -> &'static str {
    Speech::find(code).unwrap().refusal
}

#[tokio::test]
async fn a_refusal_left_as_it_came_is_said_in_the_language_of_the_question() {
    let app = TestApp::start().await;
    for (question, code) in [
        ("Who won the chess championship of Peru in 1921?", "en"),
        ("Wer hat 1921 die Schachmeisterschaft von Peru gewonnen?", "de"),
        ("¿Quién ganó el campeonato de ajedrez del Perú?", "es"),
        ("1921年のペルーのチェス選手権で優勝したのは誰ですか？", "ja"),
        ("من فاز ببطولة الشطرنج؟", "ar"),
        ("Peru 1921", "en"),
        ("été", "en"),
    ] {
        let reply = app.widget().ask("v", question).await.is(200);
        assert_eq!(
            (reply.answer().as_str(), &reply.last()["refused"]),
            (refusal(code), &true.into()),
            "{question}"
        );
    }
}

#[tokio::test]
async fn a_conversation_goes_on_in_its_language_and_a_kind_word_is_in_it_too() {
    let app = TestApp::start().await;
    let begun = app.widget().ask("v", "Guten Tag!").await.is(200);
    let german = Speech::find("de").unwrap();
    assert_eq!(begun.answer(), german.welcome);
    let visitor = app.widget().showing(&begun);
    let id = begun.conversation();
    assert_eq!(visitor.ask_in(&id, "v", "DHL?").await.is(200).answer(), german.refusal);
    assert_eq!(visitor.ask_in(&id, "v", "Danke!").await.is(200).answer(), german.thanked);
    assert_eq!(
        visitor.ask_in(&id, "v", "Who are you and where is it?").await.is(200).answer(),
        refusal("en")
    );
}

#[tokio::test]
async fn an_owners_own_words_are_said_to_everybody_and_a_fixed_language_where_none_is_plain() {
    let app = TestApp::start().await;
    app.set(|s| s.widget.language = "fr".into()).await;
    assert_eq!(app.widget().ask("v", "Peru 1921").await.is(200).answer(), refusal("fr"));
    app.set(|s| s.refusal = "No idea.".into()).await;
    let reply = app.widget().ask("v", "Wer hat die Meisterschaft gewonnen?").await.is(200);
    assert_eq!(reply.answer(), "No idea.");
}
