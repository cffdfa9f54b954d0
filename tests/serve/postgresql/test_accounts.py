"""What is held of accounts in a file is held of those in PostgreSQL, by the same tests."""

from tests.serve import test_audit, test_sign_in
from tests.serve.accounts import test_tokens

OF_A_FILE = {  # they write into the file past the program: test_shared.py has the like
    "test_a_changed_record_is_found",
    "test_history_cannot_be_written_anew_without_the_key",
    "test_a_log_that_was_put_back_lacks_the_hash_that_was_noted",
    "test_what_was_answered_is_in_the_log_after_a_kill",
}
OF_THE_STORE = {  # of the sign-in; the others are about forms and cookies
    "test_password_opens_a_session_and_sign_out_ends_it_everywhere",
    "test_every_sign_in_has_a_new_session_and_ends_the_one_before",
    "test_guesses_at_the_same_time_are_counted_before_they_are_looked_at",
    "test_who_guesses_is_locked_and_not_the_one_whose_name_is_guessed",
    "test_every_try_is_in_the_audit_log_and_a_flood_in_few_records",
    "test_role_courses_and_account_hold_at_once_for_sessions_and_tokens",
}
globals().update(
    {
        name: test
        for module in (test_audit, test_sign_in, test_tokens)
        for name, test in vars(module).items()
        if name.startswith("test_") and name not in OF_A_FILE
        if module is not test_sign_in or name in OF_THE_STORE
    }
)
