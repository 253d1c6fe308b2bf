//! What the store promises, each promise once, held on SQLite and on a PostgreSQL that the test starts itself.

mod projects;
mod rig;

use botplot_store::{Config, Store};

/// Lists the promises: a test each on SQLite, and one test on PostgreSQL, which takes seconds to start, for all.
macro_rules! promises {
    ($($noun:ident: $($promise:ident),* $(,)?;)*) => {
        mod sqlite { $(mod $noun { $(
            #[tokio::test]
            async fn $promise() {
                let folder = tempfile::tempdir().unwrap();
                let store = crate::Store::open(&crate::Config::default(), folder.path()).await.unwrap();
                crate::$noun::$promise(crate::rig::Rig::on(store.clone()).await).await;
                store.close().await;
            }
        )* })* }

    };
}

promises! {
    projects: a_project_is_found_by_id_and_name_as_it_was_added, a_project_name_is_taken_once,
        settings_are_replaced, each_change_of_the_index_raises_its_version;
}
