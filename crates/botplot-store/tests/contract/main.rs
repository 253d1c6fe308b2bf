//! What the store promises, each promise once, held on SQLite and on a PostgreSQL that the test starts itself.
#![expect(clippy::unwrap_used, reason = "all of this is tests, also what is no test function")]

mod audit;
mod backups;
mod chunks;
mod conversations;
mod factors;
mod figures;
mod files;
mod gaps;
mod inbox;
mod jobs;
mod keys;
mod leads;
mod links;
mod listing;
mod logos;
mod messages;
mod meta;
mod nodes;
mod notices;
mod opening;
mod pages;
mod projects;
mod questions;
mod requests;
mod rig;
mod schema;
mod sightings;
mod sources;
mod usage;
mod visitors;
mod waiting;
mod webhooks;
mod writes;

use std::path::Path;
use std::pin::Pin;

use botplot_core::Secret;
use botplot_store::Config;
use botplot_testkit::postgres::Postgres;

use crate::rig::Rig;

/// A promise while it is tried: on the heap, as the futures of all together overflow a debug build's stack.
type Kept = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Lists the promises: a test each on SQLite, and the list for PostgreSQL, which takes seconds to start.
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

        /// Every promise with its name.
        const PROMISES: &[(&str, fn(Rig) -> Kept)] = &[$($(
            (concat!(stringify!($noun), "::", stringify!($promise)), |rig| Box::pin($noun::$promise(rig))),
        )*)*];
    };
}

promises! {
    projects:
        a_project_is_found_by_id_and_name_as_it_was_added,
        a_project_name_is_taken_once,
        a_project_is_renamed_unless_the_name_is_taken,
        a_removed_project_takes_everything_along_and_leaves_others_alone,
        settings_are_replaced,
        a_project_is_put_on_a_plan,
        an_identity_secret_is_set_and_taken_away,
        each_change_of_the_index_raises_its_version;
    keys:
        a_key_is_found_by_its_prefix_and_still_admits_its_key,
        a_key_is_revoked_once_and_by_its_own_project_only,
        the_last_use_of_a_key_never_moves_back,
        a_key_is_renamed_flagged_and_expires_by_its_own_project_only,
        keys_that_ended_are_told_by_the_time_of_their_end,
        a_key_needs_its_project;
    factors:
        a_second_factor_is_set_spent_and_taken_away,
        a_subject_of_a_provider_is_one_account,
        a_project_asks_for_a_second_factor,
        tries_are_counted_by_account_forgiven_and_forgotten,
        an_address_is_confirmed_and_stays_so;
    sources:
        a_source_is_found_as_it_was_added_by_its_own_project_only,
        sources_are_listed_in_pages_with_their_total,
        a_status_is_set_with_its_error_and_clears_it,
        a_disabled_source_cannot_be_found_until_it_is_enabled_again,
        a_source_is_renamed_and_gets_other_options_by_its_own_project_only,
        counts_follow_pages_chunks_and_bytes,
        removing_a_source_takes_files_pages_and_chunks_along;
    files:
        a_file_is_kept_byte_by_byte_and_replaced_by_name,
        a_file_needs_a_source_of_its_own_project;
    pages:
        a_page_of_the_same_address_keeps_its_id,
        a_page_needs_a_source_of_its_own_project,
        pages_are_removed_with_their_chunks_by_their_own_project_only,
        a_part_of_the_pages_is_listed_newest_first_with_their_total,
        a_part_of_the_pages_of_one_state_is_listed_and_counted,
        only_pages_with_chunks_count_as_indexed;
    chunks:
        chunks_are_replaced_as_a_whole,
        a_page_may_have_many_chunks,
        chunks_need_a_page_of_their_own_project,
        only_chunks_of_pages_changed_since_are_read,
        a_passage_says_where_it_stands,
        the_chunks_of_a_page_come_in_their_order_from_its_own_project_only,
        saved_vectors_change_the_index_and_end_the_waiting;
    conversations:
        a_conversation_is_kept_as_it_was_added_and_saved,
        a_conversation_belongs_to_one_project,
        turns_of_one_conversation_never_lose_a_message,
        a_removed_conversation_takes_all_that_was_said_along,
        what_a_page_hears_has_places_that_count_up,
        events_added_at_once_get_a_place_each;
    listing:
        every_filter_takes_what_it_says_newest_first_with_its_total,
        every_page_of_a_list_is_the_same_from_either_end,
        conversations_without_change_are_found_oldest_change_first;
    inbox:
        every_view_lists_what_it_says_newest_change_first,
        an_inbox_goes_on_from_any_place,
        a_row_shows_the_newest_message_that_says_something,
        what_was_read_never_becomes_less,
        notes_stand_in_order_and_go_with_their_conversation,
        a_canned_reply_has_a_name_of_its_own;
    messages:
        messages_come_in_the_order_they_were_added_even_within_an_instant,
        an_answer_is_finished_once,
        an_answer_is_kept_with_how_it_came_about,
        a_message_is_kept_with_all_that_is_known_of_it,
        a_pending_answer_keeps_what_it_has_so_far,
        a_page_of_messages_shows_what_was_said_and_whether_there_is_more,
        an_answer_is_rated_by_its_own_project_only,
        a_message_needs_a_conversation_of_its_own_project,
        answers_of_a_dead_process_become_failed_and_give_their_reservation_back_once,
        reservations_are_given_back_once_however_many_start_at_once;
    jobs:
        a_due_job_is_claimed_once_as_it_was_added,
        many_claimers_at_once_share_the_jobs_without_overlap,
        the_work_of_a_dead_holder_comes_due_again_and_its_lease_is_worth_nothing,
        a_project_has_no_more_than_its_share_running,
        a_job_with_the_key_of_a_queued_one_is_not_added,
        a_retried_job_waits_and_a_failed_one_stays_with_its_error,
        letters_and_all_else_are_claimed_apart_and_take_no_room_from_each_other,
        a_job_needs_its_project;
    gaps:
        refused_and_badly_rated_answers_are_listed_newest_first_with_their_questions,
        what_was_reviewed_is_listed_no_more_by_its_own_project_only;
    questions:
        questions_are_listed_oldest_first_and_removed_by_their_own_project_only,
        runs_are_kept_with_their_results_and_the_oldest_go;
    usage:
        usage_adds_up_by_period_and_metric_and_can_be_given_back,
        units_counted_at_once_are_all_counted,
        a_unit_is_taken_up_to_the_limit_and_no_further,
        of_many_that_take_units_at_once_as_many_get_one_as_there_are;
    visitors:
        a_visitor_id_stays_verified_once_it_was_proved,
        erasing_a_visitor_takes_all_of_theirs_and_nothing_else;
    requests:
        a_request_is_found_as_it_was_kept_and_its_key_is_taken,
        of_many_that_bring_one_key_at_once_one_is_kept,
        requests_are_forgotten_after_their_time;
    leads:
        a_lead_is_kept_as_it_was_added_and_saved,
        leads_are_listed_newest_first_and_a_visitors_oldest_first,
        leads_are_found_by_words_and_read_on_from_a_place;
    figures:
        conversations_are_counted_by_quarter_person_and_last_answer,
        messages_are_counted_by_quarter_sender_refusal_and_rating,
        the_latest_questions_citations_and_times_are_read;
    links:
        a_link_is_used_once_by_its_own_kind_and_in_time,
        a_projects_open_invitations_are_listed_and_taken_back_by_it_alone,
        open_links_of_a_kind_and_an_account_end_together,
        links_that_end_are_remembered_as_used,
        links_are_forgotten_by_when_they_expired,
        all_invitations_to_an_address_that_still_work_are_used_together,
        all_accounts_are_listed_oldest_first;
    logos:
        a_logo_is_kept_byte_by_byte_replaced_and_removed,
        a_logo_needs_its_project;
    sightings:
        the_latest_sightings_are_kept_newest_first,
        a_sighting_needs_its_project;
    nodes:
        a_turn_waits_for_those_before_it_and_is_over_when_it_has_lost_the_word,
        turns_of_dead_nodes_are_failed_once_and_those_of_living_ones_go_on,
        a_node_gives_back_its_own_claims_and_no_others,
        words_reach_every_node_where_there_may_be_several;
    notices:
        a_notice_is_told_once_per_occasion_newest_first;
    audit:
        the_audit_log_keeps_every_line_newest_first;
    meta:
        the_first_value_of_a_name_stays;
    waiting:
        a_visitor_who_waits_is_told_of_once_whoever_looks,
        a_reply_waits_until_it_is_heard_or_mailed_once,
        who_wants_no_letters_of_a_project_gets_those_of_others;
    webhooks:
        an_endpoint_is_found_as_it_was_written_by_its_own_project_only,
        only_active_endpoints_listen_and_lists_are_in_order,
        first_attempts_are_claimed_in_order_and_by_one_holder_at_a_time,
        many_claimers_at_once_send_nothing_twice_and_nothing_out_of_order,
        a_dead_holders_deliveries_come_due_again_and_its_lease_is_worth_nothing,
        every_attempt_is_in_the_log_until_there_are_very_many,
        what_waits_for_its_next_attempt_is_replayed_with_what_was_given_up,
        what_is_given_back_keeps_its_place_in_the_order,
        deliveries_are_replayed_one_by_one_or_all_that_failed_since,
        old_events_are_forgotten_unless_something_is_still_to_be_sent;
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

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "each task is awaited at once")]
async fn the_whole_contract_holds_on_postgresql() {
    let server = Postgres::start();
    let mut broken = Vec::new();
    for (name, promise) in PROMISES {
        let url = Some(Secret::new(server.create_database()));
        let rig = Rig::on(Config { url, ..Config::default() }, Path::new("/nonexistent")).await;
        // In a task, so that one broken promise does not hide the next.
        let kept = tokio::spawn(async move {
            let store = rig.store.clone();
            promise(rig).await;
            store.close().await;
        });
        if kept.await.is_err() {
            broken.push(name);
        }
    }
    assert!(broken.is_empty(), "broken on PostgreSQL: {broken:?}");
}
