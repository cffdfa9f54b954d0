"""Rows of the tables that have learners in them, and of those that grow with what learners do.

Enters: nothing. Leaves: `PEOPLE`, as `COURSES` of `tables.py`; `$days` and the like are put in by `invented.py`.
"""

from benchmarks.serving.tables import (
    CHAPTERS,
    DAYS_OF_YEAR,
    FIRST_DAY,
    LAST_DAY,
    PROBLEMS,
    VIDEOS,
    WEEK_END,
    WEEK_START,
    Filled,
)

_PERSON = {"course_id": "course_id", "username": "username", "user_id": "user_id"}

PEOPLE: dict[str, Filled] = {
    "person_course": Filled(
        "select * from registrations",
        _PERSON
        | {
            "registered": "true",
            "viewed": "n % 2 = 0",
            "explored": "n % 5 = 0",
            "certified": "n % 12 = 0",
            "completed": "n % 13 = 0",
            "ip": "'10.' || n % 256 || '.' || n // 256 % 256 || '.1'",
            "cc_by_ip": "list_value('US', 'IN', 'BR', 'DE', 'NG', 'FR')[1 + n % 6]",
            "countryLabel": "list_value('United States', 'India', 'Brazil', 'Germany', 'Nigeria', 'France')[1 + n % 6]",
            "LoE": "list_value('b', 'm', 'hs', 'p', null)[1 + n % 5]",
            "YoB": "1950 + n % 55",
            "gender": "list_value('f', 'm', 'o', null)[1 + n % 4]",
            "grade": "n % 101 / 100",
            "start_time": f"timestamp '{FIRST_DAY}' + (n % 300) * interval 1 day",
            "first_event": f"timestamp '{FIRST_DAY}' + (n % 300) * interval 1 day",
            "last_event": f"timestamp '{FIRST_DAY}' + (n % 300 + 60) * interval 1 day",
            "mode": "list_value('audit', 'audit', 'audit', 'verified')[1 + n % 4]",
            "is_active": "1",
            "email_domain": "'example.org'",
        },
    ),
    "pc_nchapters": Filled(
        "select * from registrations where n % 2 = 0", _PERSON | {"nchapters": f"n % {CHAPTERS}"}
    ),
    "learner_roster": Filled(
        "select * from registrations",
        _PERSON
        | {
            "start_date": f"date '{WEEK_START}'",
            "end_date": f"date '{WEEK_END}'",
            "enrollment_mode": "'audit'",
            "enrollment_date": f"date '{FIRST_DAY}'",
            "cohort": "list_value('Cohort A', 'Cohort B', null)[1 + n % 3]",
            "segments": "list_value('highly_engaged', 'disengaging', 'struggling', 'inactive', null)[1 + n % 5]",
        },
    ),
    "learner_segments": Filled(
        "select * from registrations where n % 5 < 4",
        _PERSON
        | {
            "start_date": f"date '{WEEK_START}'",
            "end_date": f"date '{WEEK_END}'",
            "segment": "list_value('highly_engaged', 'disengaging', 'struggling', 'inactive')[1 + n % 5]",
            "reason": "'problem_attempts'",
        },
    ),
    "user_engagement": Filled(
        "select * from registrations", _PERSON | {"date_last_active": f"date '{LAST_DAY}'"}
    ),
    "forum_posts": Filled(
        "select * from registrations where n % 20 = 0",
        _PERSON
        | {
            "slug_id": "'post' || n",
            "slug_type": "list_value('initial_post', 'response_post', 'comment')[1 + n % 3]",
            "thread_id": "'thread' || n // 8",
            "title": "'Question ' || n // 8",
            "first_time": f"timestamp '{FIRST_DAY}' + (n % 350) * interval 1 day",
            "body_preview": "'How does this work?'",
        },
    ),
    "forum_person": Filled(
        "select * from registrations where n % 10 = 0",
        _PERSON
        | {
            "slug_id": "'thread' || n // 8",
            "slug_type": "'initial_post'",
            "thread_id": "'thread' || n // 8",
        },
    ),
    "problem_response": Filled(
        "select * from registrations where n % 4 = 0",
        _PERSON
        | {
            "problem_id": f"'p' || n % {PROBLEMS}",
            "answer_id": f"'p' || n % {PROBLEMS} || '_2_1'",
            "answer": "'42'",
        },
    ),
    "person_problem": Filled(
        "select registrations.*, j from registrations, range($problems) as items (j)",
        _PERSON
        | {
            "problem_nid": f"1 + (n + j * 7) % {PROBLEMS}",
            "problem_pct_score": "100 * (n % 2)",
            "n_attempts": "1 + n % 4",
        },
    ),
    "problem_analysis": Filled(
        "select registrations.*, j from registrations, range($problems) as items (j)",
        _PERSON
        | {
            "problem_url_name": f"'p' || (1 + (n + j * 7) % {PROBLEMS})",
            "answer_id": f"'p' || (1 + (n + j * 7) % {PROBLEMS}) || '_2_1'",
            "response": "'choice_' || n % 5",
            "correctness": "case when n % 2 = 0 then 'correct' else 'incorrect' end",
        },
    ),
    "person_video": Filled(
        "select registrations.*, j from registrations, range($videos) as clips (j)",
        _PERSON
        | {
            "pipeline_video_id": f"course_id || '|v' || (1 + (n + j * 11) % {VIDEOS})",
            "first_watched_at": f"timestamp '{FIRST_DAY}' + (n % 300) * interval 1 day",
            "last_watched_at": f"timestamp '{FIRST_DAY}' + (n % 300 + 9) * interval 1 day",
        },
    ),
    "module_engagement": Filled(
        "select registrations.*, j from registrations, range($engagements) as parts (j)",
        _PERSON
        | {
            "date": f"date '{FIRST_DAY}' + cast((n + j * 17) % {DAYS_OF_YEAR} as integer)",
            "entity_type": "list_value('problem', 'video', 'discussion')[1 + j % 3]",
            "entity_id": "'e' || (n + j) % 100",
            "event": "list_value('attempted', 'viewed', 'contributed')[1 + j % 3]",
        },
    ),
    "person_course_day": Filled(
        f"select registrations.*, j, cast({DAYS_OF_YEAR} // $days as bigint) as step "
        "from registrations, range($days) as days (j)",
        _PERSON
        | {
            "date": f"date '{FIRST_DAY}' + cast(j * step + n % step as integer)",
            "first_event": f"timestamp '{FIRST_DAY}' + (j * step + n % step) * interval 1 day",
            "last_event": f"timestamp '{FIRST_DAY}' + (j * step + n % step) * interval 1 day + interval 1 hour",
        },
    ),
}
