"""Which story shows that what a day of use found is fixed? Severity A and B.

A renamed or removed story fails here, so that no finding loses its test.
"""

from __future__ import annotations

import ast
from pathlib import Path

FINDINGS: dict[str, tuple[str, ...]] = {
    "a new call swaps the card under a scrolled page": (
        "test_a_new_call_is_seen_from_the_top_however_far_the_page_is_scrolled",
        "test_who_rings_stays_in_sight_while_the_card_is_scrolled",
    ),
    "letters typed without the focus in the note are commands": (
        "test_what_is_typed_without_looking_is_text_and_no_command",
        "test_a_state_or_result_chosen_by_accident_is_taken_back",
    ),
    "agents who left stay ready": (
        "test_who_left_without_logging_out_stands_under_no_desk",
    ),
    "lines without queues leave the large figures at zero": (
        "test_a_line_that_reports_no_queues_is_named_and_fills_the_figures",
    ),
    "an existing customer cannot be found or attached": (
        "test_a_withheld_caller_who_says_the_account_number_gets_their_card",
        "test_a_wrong_customer_is_corrected_and_the_correction_undone",
        "test_an_unknown_number_that_is_remembered_is_likely_the_next_time",
    ),
    "one click on a shared number decides all later calls": (
        "test_one_of_several_customers_is_chosen_for_this_call_only",
        "test_a_choice_that_shall_be_kept_is_offered_first_and_never_sure",
        "test_who_is_attached_to_a_shared_number_is_so_for_this_call_only",
    ),
    "a transfer carries no note, a consultation does not say who asks": (
        "test_after_a_transfer_the_card_shows_what_the_colleague_wrote",
        "test_a_note_for_the_next_agent_stands_first_on_their_card",
        "test_a_consultation_says_who_asks_and_then_the_call_is_handed_over",
    ),
    "talking to one, looking at the other": (
        "test_the_call_on_which_one_talks_is_named_and_comes_after_the_typing",
        "test_the_bar_about_the_talk_leaves_room_for_the_card",
    ),
    "money, numbers and texts are cut at 1280 px": (
        "test_no_amount_is_cut_at_any_width_in_any_currency",
        "test_numbers_of_invoices_and_long_addresses_keep_what_differs",
        "test_long_values_are_read_in_full_at_1280",
        "test_no_text_is_cut_on_the_cards_of_the_demos_customers",
        "test_the_desk_fits_with_offers_marked_and_a_state_that_counts",
    ),
    "a value that came is not shown": (
        "test_a_value_that_is_seldom_there_is_shown_when_it_comes",
    ),
    "a lost service is noticed after 50 s": (
        "test_a_service_that_stops_answering_is_noticed_within_ten_seconds",
    ),
    "stuck calls cannot be cleared": (
        "test_an_agent_closes_a_call_whose_end_was_never_reported",
        "test_a_supervisor_clears_a_call_that_is_stuck",
    ),
    "Arabic dates are scrambled": (
        "test_arabic_dates_are_read_in_their_own_direction",
    ),
    "high contrast shows no choice": (
        "test_high_contrast_shows_what_is_chosen",
        "test_few_colours_and_no_motion_hide_nothing",
    ),
    "a zoom of 200 % hides the credit hold": (
        "test_a_hold_is_read_in_full_at_a_large_zoom",
        "test_who_rings_and_the_verdict_are_the_first_look",
        "test_nothing_is_lost_when_the_desk_is_enlarged",
        "test_every_part_is_reached_by_scrolling_down_at_400_percent",
    ),
    "a hold that is not known yet reads as none": (
        "test_a_hold_is_not_known_while_its_source_is_still_asked",
    ),
    "the time on hold is counted from the answer": (
        "test_a_caller_on_hold_counts_from_the_hold",
    ),
    "an outgoing call reads as one that was missed": (
        "test_an_outgoing_call_is_told_as_outgoing_everywhere",
    ),
    "a call is finished without any result": (
        "test_finish_asks_for_the_result_and_leads_to_it",
    ),
    "the keyboard is lost after Finish": (
        "test_after_finish_the_keyboard_goes_on_in_the_page",
    ),
    "two tabs that write lose the first words": (
        "test_two_tabs_that_write_at_once_keep_the_words_of_both",
    ),
    "a result given without a connection looks like a saved one": (
        "test_a_result_that_waits_for_its_note_survives_a_reload",
        "test_note_and_result_of_a_finished_card_outlive_the_connection_and_the_page",
    ),
    "after a log-in elsewhere an ended call is gone": (
        "test_a_session_that_is_over_says_so_and_no_word_is_lost",
        "test_a_result_given_during_the_call_ends_the_wrap_up_after_a_reload",
    ),
    "no sound, no test of notifications": (
        "test_a_ringing_call_is_heard_only_where_it_is_switched_on",
        "test_two_tabs_of_one_agent_show_one_notification",
    ),
    "a screen reader hears neither verdict nor hold": (
        "test_the_panel_and_the_verdict_are_told_to_a_screen_reader",
    ),
    "tabs of many unfinished calls cannot be read": (
        "test_many_unfinished_calls_stay_readable_in_their_tabs",
    ),
    "recent calls name the firm and the queue's id": (
        "test_recent_calls_name_the_person_the_number_and_the_queue",
    ),
    "older values leave the bar green": ("test_older_values_make_no_verdict_green",),
    "the page is in English only": (
        "test_the_browser_chooses_and_each_page_fits",
        "test_german_pages_have_no_text_of_the_english_catalogues",
    ),
}


async def test_each_finding_has_its_stories() -> None:
    stories = {
        each.name
        for file in Path(__file__).parent.glob("test_*.py")
        for each in ast.parse(file.read_text("utf-8")).body
        if isinstance(each, ast.AsyncFunctionDef | ast.FunctionDef)
    }
    named = {story for found in FINDINGS.values() for story in found}
    assert named - stories == set()
    assert all(FINDINGS.values())
