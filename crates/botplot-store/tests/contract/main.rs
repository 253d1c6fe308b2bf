//! What the store promises, each promise once, held on SQLite and on a PostgreSQL that the test starts itself.
#![expect(clippy::unwrap_used, reason = "all of this is tests, also what is no test function")]

mod backups;
mod chunks;
mod conversations;
mod files;
mod jobs;
mod keys;
mod messages;
mod meta;
mod opening;
mod pages;
mod projects;
mod rig;
mod schema;
mod sources;
mod usage;
mod writes;

use std::path::Path;

use botplot_core::Secret;
use botplot_store::Config;
use botplot_testkit::postgres::Postgres;

use crate::rig::Rig;

/// Lists the promises: a test each on SQLite, and one test on PostgreSQL, which takes seconds to start, for all.
macro_rules! promises {
    ($($noun:ident: $($promise:ident),* $(,)?;)*) => {
        mod sqlite { $(mod $noun { $(
            #[tokio::test]
            async fn $promise() {
                let folder = tempfile::tempdir().unwrap();
                let rig = crate::Rig::on(crate::Config::default(), folder.path()).await;
                let store = rig.store.clone();
                crate::$noun::$promise(rig).await;
                store.close().await;
            }
        )* })* }

        #[tokio::test(flavor = "multi_thread")]
        #[expect(clippy::disallowed_methods, reason = "each task is awaited at once")]
        async fn the_whole_contract_holds_on_postgresql() {
            let server = Postgres::start();
            let mut broken = Vec::new();
            $($(
                let url = Some(Secret::new(server.create_database()));
                let rig = Rig::on(Config { url, ..Config::default() }, Path::new("/nonexistent")).await;
                // In a task, so that one broken promise does not hide the next.
                let kept = tokio::spawn(async move {
                    let store = rig.store.clone();
                    $noun::$promise(rig).await;
                    store.close().await;
                });
                if kept.await.is_err() {
                    broken.push(concat!(stringify!($noun), "::", stringify!($promise)));
                }
            )*)*
            assert!(broken.is_empty(), "broken on PostgreSQL: {broken:?}");
        }
    };
}

promises! {
    projects:
        a_project_is_found_by_id_and_name_as_it_was_added,
        a_project_name_is_taken_once,
        settings_are_replaced,
        each_change_of_the_index_raises_its_version;
    keys:
        a_key_is_found_by_its_prefix_and_still_admits_its_key,
        a_key_is_revoked_once_and_by_its_own_project_only,
        the_last_use_of_a_key_never_moves_back,
        a_key_needs_its_project;
    sources:
        a_source_is_found_as_it_was_added_by_its_own_project_only,
        sources_are_listed_in_pages_with_their_total,
        a_status_is_set_with_its_error_and_clears_it,
        a_disabled_source_cannot_be_found_until_it_is_enabled_again,
        counts_follow_pages_chunks_and_bytes,
        removing_a_source_takes_files_pages_and_chunks_along;
    files:
        a_file_is_kept_byte_by_byte_and_replaced_by_name,
        a_file_needs_a_source_of_its_own_project;
    pages:
        a_page_of_the_same_address_keeps_its_id,
        a_page_needs_a_source_of_its_own_project,
        pages_are_removed_with_their_chunks_by_their_own_project_only,
        only_pages_with_chunks_count_as_indexed;
    chunks:
        chunks_are_replaced_as_a_whole,
        a_page_may_have_many_chunks,
        chunks_need_a_page_of_their_own_project,
        only_chunks_of_pages_changed_since_are_read,
        a_passage_says_where_it_stands,
        saved_vectors_change_the_index_and_end_the_waiting;
    conversations:
        a_conversation_is_kept_as_it_was_added_and_saved,
        a_conversation_belongs_to_one_project,
        turns_of_one_conversation_never_lose_a_message;
    messages:
        messages_come_in_the_order_they_were_added_even_within_an_instant,
        an_answer_is_finished_once,
        a_message_needs_a_conversation_of_its_own_project,
        answers_of_a_dead_process_become_failed;
    jobs:
        a_due_job_is_claimed_once_as_it_was_added,
        many_claimers_at_once_share_the_jobs_without_overlap,
        the_work_of_a_dead_holder_comes_due_again_and_its_lease_is_worth_nothing,
        a_project_has_no_more_than_its_share_running,
        a_job_with_the_key_of_a_queued_one_is_not_added,
        a_retried_job_waits_and_a_failed_one_stays_with_its_error,
        a_job_needs_its_project;
    usage:
        usage_adds_up_by_period_and_metric_and_can_be_given_back,
        units_counted_at_once_are_all_counted;
    meta:
        the_first_value_of_a_name_stays;
    writes:
        a_failed_write_leaves_nothing_behind,
        one_bad_write_among_many_fails_alone,
        a_panic_in_a_write_undoes_it_and_the_next_one_runs,
        a_write_that_goes_on_after_a_failed_statement_is_undone,
        a_caller_that_leaves_does_not_stop_its_write,
        nothing_is_told_before_it_is_committed,
        a_closed_store_refuses_writes_and_reads,
        errors_of_a_use_case_come_back_as_they_are;
}
