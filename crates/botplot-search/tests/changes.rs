//! An index that was changed step by step finds the same as one built afresh from what is left.

use std::collections::BTreeMap;

use botplot_core::{ChunkId, PageId, SourceId};
use botplot_search::{ChunkText, Found, Index, Query, Vector};
use proptest::prelude::*;
use uuid::Uuid;

const WORDS: [&str; 14] = [
    "refund",
    "refunds",
    "shipping",
    "Größe",
    "grosse",
    "the",
    "ESP32",
    "esp",
    "instalación",
    "instalacion",
    "wie",
    "kann",
    "password",
    "返品方法",
];

#[derive(Clone, Debug)]
enum Step {
    Add { chunk: u8, body: Vec<usize>, vector: Option<u8> },
    SetVector { chunk: u8, vector: u8 },
    RemovePage(u8),
    RemoveSource(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let body = prop::collection::vec(0..WORDS.len(), 0..8);
    prop_oneof![
        6 => (any::<u8>(), body, prop::option::of(any::<u8>())).prop_map(|(chunk, body, vector)| Step::Add { chunk, body, vector }),
        3 => (any::<u8>(), any::<u8>()).prop_map(|(chunk, vector)| Step::SetVector { chunk, vector }),
        2 => (0..32_u8).prop_map(Step::RemovePage),
        1 => (0..4_u8).prop_map(Step::RemoveSource),
    ]
}

fn vector(seed: u8) -> Vector {
    Vector::from_f32(&[f32::from(seed) + 1.0, 100.0, f32::from(seed.wrapping_mul(37)), 1.0])
}

fn id(n: u8) -> Uuid {
    Uuid::from_u128(u128::from(n))
}

type Left = BTreeMap<u8, (String, Option<Vector>)>;

fn add(index: &mut Index, chunk: u8, body: &str, vector: Option<Vector>) {
    index.add(ChunkText {
        chunk: ChunkId(id(chunk)),
        page: PageId(id(chunk / 8)),
        source: SourceId(id(chunk / 64)),
        title: "",
        heading: "",
        body,
        vector,
    });
}

fn apply(index: &mut Index, left: &mut Left, step: Step) {
    match step {
        Step::Add { chunk, body, vector: seed } => {
            let body = body.into_iter().map(|at| WORDS[at]).collect::<Vec<_>>().join(" ");
            add(index, chunk, &body, seed.map(vector));
            left.insert(chunk, (body, seed.map(vector)));
        }
        Step::SetVector { chunk, vector: seed } => {
            index.set_vector(ChunkId(id(chunk)), vector(seed));
            left.entry(chunk).and_modify(|kept| kept.1 = Some(vector(seed)));
        }
        Step::RemovePage(page) => {
            index.remove_page(PageId(id(page)));
            left.retain(|chunk, _| chunk / 8 != page);
        }
        Step::RemoveSource(source) => {
            index.remove_source(SourceId(id(source)));
            left.retain(|chunk, _| chunk / 64 != source);
        }
    }
}

fn search(index: &Index, text: &str, vector: Option<&[f32]>) -> Found {
    index.search(&Query { text, vector, limit: 7, ..Query::default() })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn steps_in_any_order_equal_a_fresh_build(steps in prop::collection::vec(step(), 0..200)) {
        let (mut index, mut left) = (Index::new(), Left::new());
        for step in steps {
            apply(&mut index, &mut left, step);
        }
        let mut fresh = Index::new();
        for (chunk, (body, vector)) in left.iter().rev() {
            add(&mut fresh, *chunk, body, vector.clone());
        }
        prop_assert_eq!((index.len(), index.vectors()), (fresh.len(), fresh.vectors()));
        for question in ["refund shipping", "grosse instalacion", "esp32 pasword", "返品", "wie kann refudns esp"] {
            for vector in [None, Some(&[3.0, 100.0, 50.0, 1.0][..])] {
                let (changed, built) = (search(&index, question, vector), search(&fresh, question, vector));
                prop_assert_eq!(&changed.hits, &built.hits);
                prop_assert_eq!(changed.confidence.to_bits(), built.confidence.to_bits());
                prop_assert_eq!(changed.repaired, built.repaired);
            }
        }
    }
}
