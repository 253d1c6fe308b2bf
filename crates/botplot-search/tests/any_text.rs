//! No text makes ranking panic or quote what is not there: whatever its script, marks or length.

use botplot_core::{ChunkId, PageId, SourceId};
use botplot_search::eval::{contains_answer, plain_question};
use botplot_search::{
    ChunkText, Index, Language, Material, Passage, Query, extract, fold, follow_up, ground, tokens,
};
use proptest::prelude::*;
use uuid::Uuid;

/// Function words of each language, so that every stemmer gets its turn.
const LEADS: [&str; 18] = [
    "the of and is ",
    "der die und ist ",
    "el los para una ",
    "les des une pour ",
    "della sono questo che ",
    "não uma os para ",
    "het een voor niet ",
    "och att det inte ",
    "ikke det jeg og ",
    "ja ei että mutta ",
    "hogy és nem egy ",
    "și sunt pentru nu ",
    "ve bir için çok ",
    "и не что как ",
    "και το είναι για ",
    "هذا في من على ",
    "மற்றும் இந்த ஒரு ",
    "",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "\\PC{0,12}",
        3 => "[a-zäöüßéñçłőşığ'’.-]{0,14}",
        1 => "[А-яёΑ-ωά]{0,12}",
        1 => "[ء-يஅ-ஹா-்]{0,12}",
        1 => "[ぁ-んァ-ン一-龥ก-๛가-힣]{0,8}",
        1 => "[0-9a-z_.:,+#\\[\\]-]{0,20}",
        1 => "[.!?:\n|#`*-]{0,4}",
    ];
    (0..LEADS.len(), prop::collection::vec(piece, 0..30))
        .prop_map(|(lead, pieces)| LEADS[lead].to_owned() + &pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_can_be_indexed_asked_and_quoted(body in text(), question in text(), earlier in text()) {
        let id = Uuid::from_u128(1);
        let (chunk, page, source) = (ChunkId(id), PageId(id), SourceId(id));
        let mut index = Index::new();
        index.add(ChunkText { chunk, page, source, title: &question, heading: "", body: &body, vector: None });
        let query = Query { text: &question, context: Some(&earlier), limit: 3, ..Query::default() };
        let found = index.search(&query);
        prop_assert!((0.0..=1.0).contains(&found.confidence) && found.coverage <= 1.0001);
        index.respelt(&query);
        let passages = [Passage { title: &question, heading: "", body: &body, score: 1.0 }];
        let material = Material { question: &question, terms: &found.terms, passages: &passages, vectors: None, sentences: 3 };
        let quotes = extract(&material).sentences;
        prop_assert!(quotes.len() <= 3 && quotes.iter().all(|quote| !quote.text.is_empty() && body.contains(&quote.text)));
        let grounding = ground(&question, &[&body]);
        prop_assert!(grounding.unsupported.iter().all(|sentence| question.contains(sentence)));
        follow_up(&question, &[&earlier]);
        contains_answer(&body, &[plain_question(&question)]);
    }

    #[test]
    fn tokens_are_lower_case_short_and_never_empty(text in text()) {
        let mut failed = None;
        tokens(&text, |token| {
            if token.text.is_empty() || token.text.len() > 64 || token.text.contains(char::is_whitespace) {
                failed = Some(token.text.to_owned());
            }
            fold(token.text);
        });
        prop_assert_eq!(failed, None);
        Language::of(&text);
    }
}
