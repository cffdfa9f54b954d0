"""What the rows of each served table are: a source with one row each, and the columns that must say something.

Enters: nothing. Leaves: `COURSES`, those of courses; columns that are not named get values from the row's `n`.
`$days`, `$problems` and so on are put in by `invented.py`, which also makes `learners`, `courses` and `registrations`.
"""

from dataclasses import dataclass, field

FIRST_DAY, LAST_DAY = "2024-01-01", "2024-12-29"
DAYS_OF_YEAR = 364
WEEK_START, WEEK_END = "2024-12-23", "2024-12-30"
PROBLEMS, VIDEOS, CHAPTERS, SEGMENTS = 50, 40, 12, 60


@dataclass(frozen=True)
class Filled:
    """`source` is a query with a column `n`; `columns` are expressions over it by name."""

    source: str
    columns: dict[str, str] = field(default_factory=dict)


_DAILY = f"""
    select courses.*, day, c * 1000 + day as n, size * (day + 1) // {DAYS_OF_YEAR} as ever,
        date '{FIRST_DAY}' + cast(day as integer) as on_day
    from courses, range({DAYS_OF_YEAR}) as days (day)
"""


def _by(column: str, values: str) -> Filled:
    """Enrollment by day and a group; each group has its share of the course."""
    return Filled(
        f"select daily.*, part.value, part.share from ({_DAILY}) as daily, (values {values}) as part (value, share)",
        {
            "date": "on_day",
            "course_id": "course_id",
            column: "value",
            "count": "floor(ever * share * 0.8)",
            "cumulative_count": "floor(ever * share)",
        },
    )


_CODES = "US IN CN BR DE GB FR ES MX CA PK NG EG CO ID RU TR PH JP KR IT AU PL UA VN AR PE CL ZA KE"
_COUNTRIES = ", ".join(
    f"('{code}', {round(1 / (rank + 3), 4)})" for rank, code in enumerate(_CODES.split())
)
_YEARS = ", ".join(f"({1950 + age}, 0.018)" for age in range(55))
_ITEM = (
    f"select courses.*, p, c * 1000 + p as n from courses, range(1, {PROBLEMS + 1}) as items (p)"
)
_VIDEO = f"select courses.*, v, c * 1000 + v as n from courses, range(1, {VIDEOS + 1}) as clips (v)"
_WEEKS = """
    select courses.*, week, label, share, c * 1000 + week as n from courses, range(1, 52) as weeks (week),
    (values ('ACTIVE', 0.2), ('ATTEMPTED_PROBLEM', 0.1), ('PLAYED_VIDEO', 0.15), ('POSTED_FORUM', 0.01))
        as labels (label, share)
"""
_BLOCKS = f"""
    select courses.*, category, i, c * 1000 + i as n from courses, (
        select 'course' as category, 0 as i
        union all select 'chapter', 1 + chapter * 40 from range({CHAPTERS}) as chapters (chapter)
        union all select 'video', 2 + v * 7 from range({VIDEOS}) as clips (v)
        union all select 'problem', 4 + p * 9 from range({PROBLEMS}) as items (p)
        union all select 'sequential', 3 + s * 11 from range(40) as sequences (s)
    ) as blocks
"""
_CHAPTER = "'Chapter ' || (1 + i // 40)"
_PIPELINE_ID = "course_id || '|v' || v"
_PROBLEM_ID = "'block-v1:' || course_id[11:] || '+type@problem+block@p' || p"

COURSES: dict[str, Filled] = {
    "course_enrollment_daily": Filled(
        _DAILY,
        {
            "date": "on_day",
            "course_id": "course_id",
            "count": "floor(ever * 0.8)",
            "cumulative_count": "ever",
        },
    ),
    "course_enrollment_mode_daily": _by(
        "mode", "('audit', 0.8), ('verified', 0.15), ('honor', 0.05)"
    ),
    "course_enrollment_gender_daily": _by(
        "gender", "('f', 0.45), ('m', 0.5), ('o', 0.01), (null, 0.04)"
    ),
    "course_enrollment_education_level_daily": _by(
        "education_level",
        "('bachelors', 0.4), ('masters', 0.3), ('secondary', 0.2), ('doctorate', 0.05), (null, 0.05)",
    ),
    "course_enrollment_birth_year_daily": _by("birth_year", _YEARS),
    "course_enrollment_location_current": Filled(
        f"select courses.*, 363 as day, c as n, value, share "
        f"from courses, (values {_COUNTRIES}) as part (value, share)",
        {
            "date": f"date '{LAST_DAY}'",
            "course_id": "course_id",
            "country_code": "value",
            "count": "floor(size * share * 0.8)",
            "cumulative_count": "floor(size * share)",
        },
    ),
    "course_meta_summary_enrollment": Filled(
        "select courses.*, value, share, c as n "
        "from courses, (values ('audit', 0.8), ('verified', 0.2)) as part (value, share)",
        {
            "course_id": "course_id",
            "catalog_course_title": "title",
            "catalog_course": "org || '+C' || c",
            "start_time": f"timestamp '{FIRST_DAY}'",
            "end_time": f"timestamp '{LAST_DAY}'",
            "pacing_type": "'self_paced'",
            "availability": "'Current'",
            "enrollment_mode": "value",
            "count": "floor(size * share * 0.8)",
            "cumulative_count": "floor(size * share)",
        },
    ),
    "course_program_metadata": Filled(
        "select courses.*, c as n from courses",
        {
            "course_id": "course_id",
            "program_id": "'program-' || c // 5",
            "program_type": "'MicroMasters'",
            "program_title": "'Program ' || c // 5",
        },
    ),
    "course_activity": Filled(
        _WEEKS,
        {
            "course_id": "course_id",
            "interval_start": f"timestamp '{FIRST_DAY}' + (week * 7) * interval 1 day",
            "interval_end": f"timestamp '{FIRST_DAY}' + (week * 7 + 7) * interval 1 day",
            "label": "label",
            "count": "floor(size * share / (1 + week / 20))",
        },
    ),
    "enrollment_retention": Filled(
        """
        select courses.*, month, week, c * 1000 + week as n
        from courses, range(12) as months (month), range(40) as weeks (week)
        """,
        {
            "course_id": "course_id",
            "cohort_month": f"date '{FIRST_DAY}' + to_months(cast(month as integer))",
            "week_number": "week",
            "learners": "size // 12",
            "active_learners": "size // 12 // (2 + week)",
        },
    ),
    "event_types_daily": Filled(
        f"select daily.*, type from ({_DAILY}) as daily, range(20) as types (type)",
        {
            "date": "on_day",
            "course_id": "course_id",
            "event_type": "'event_type_' || type",
            "event_source": "case when type % 2 = 0 then 'browser' else 'server' end",
            "event_count": "size // (3 + type)",
            "learner_count": "size // (30 + type)",
        },
    ),
    "course_axis": Filled(
        _BLOCKS,
        {
            "course_id": "course_id",
            "category": "category",
            "index": "i",
            "url_name": "category[1] || i",
            "name": "case category when 'course' then title when 'chapter' then "
            + _CHAPTER
            + " else category || i end",
            "module_id": "org || '/C' || c || '/' || category || '/' || category[1] || i",
            "chapter_mid": "org || '/C' || c || '/chapter/c' || (1 + i // 40 * 40)",
        },
    ),
    "stats_module_usage": Filled(
        f"select * from ({_BLOCKS}) as blocks where category in ('chapter', 'problem')",
        {
            "course_id": "course_id",
            "module_type": "category",
            "module_id": "org || '/C' || c || '/' || category || '/' || category[1] || i",
            "ncount": "size * 2 // (3 + i // 40)",
        },
    ),
    "d_course": Filled(
        "select courses.*, c as n from courses",
        {
            "course_id": "course_id",
            "catalog_course": "org || '+C' || c",
            "catalog_course_title": "title",
            "start_time": f"timestamp '{FIRST_DAY}'",
            "end_time": f"timestamp '{LAST_DAY}'",
            "pacing_type": "'self_paced'",
            "availability": "'Current'",
            "org_id": "org",
        },
    ),
    "course_summary_stats": Filled(
        "select courses.*, c as n from courses",
        {"course_id": "course_id", "registered_sum": "size", "viewed_sum": "size // 2"},
    ),
    "parts_of_totals": Filled(
        "select courses.*, c as n, dataset from courses, "
        "(values ('broad_stats_by_course'), ('course_summary_stats')) as d (dataset)",
        {
            "dataset": "dataset",
            "column_name": "'n_verified_id'",
            "group_key": "course_id",
            "smallest": "1 + c % 20",
        },
    ),
    "broad_stats_by_course": Filled(
        "select courses.*, c as n from courses",
        {
            "course_id": "course_id",
            "registered_sum": "size",
            "viewed_sum": "size // 2",
            "explored_sum": "size // 5",
            "certified_sum": "size // 12",
            "n_verified_id": "size // 7",
            "verified_certified": "size // 14",
            "nforum_posts_sum": "size // 3",
            "ndays_act_sum": "size * 20",
        },
    ),
    "video": Filled(
        _VIDEO,
        {
            "pipeline_video_id": _PIPELINE_ID,
            "course_id": "course_id",
            "encoded_module_id": "'v' || v",
            "duration": f"{SEGMENTS * 5}",
            "segment_length": "5",
            "users_at_start": "size // (2 + v % 7)",
            "users_at_end": "size // (4 + v % 7)",
            "total_viewed_seconds": "size * 100",
        },
    ),
    "video_axis": Filled(
        _VIDEO,
        {
            "course_id": "course_id",
            "video_id": "'v' || v",
            "name": "'Video ' || v",
            "chapter_name": f"'Chapter ' || (1 + v * {CHAPTERS} // {VIDEOS + 1})",
            "index_video": "v",
            "index_chapter": f"1 + v * {CHAPTERS} // {VIDEOS + 1}",
            "category": "'video'",
        },
    ),
    "video_timeline": Filled(
        f"select clips.*, segment from ({_VIDEO}) as clips, range({SEGMENTS}) as parts (segment)",
        {
            "pipeline_video_id": _PIPELINE_ID,
            "segment": "segment",
            "num_users": "size // (2 + v % 7) * (100 - segment) // 100",
            "num_views": "size // (2 + v % 7) * (130 - segment) // 100",
        },
    ),
    "course_problem": Filled(
        _ITEM,
        {
            "course_id": "course_id",
            "problem_nid": "p",
            "problem_id": "'p' || p",
            "problem_short_id": "'HW__' || p",
            "problem_name": "'Problem ' || p",
            "n_unique_users_attempted": "size // (5 + p % 9)",
            "is_split": "false",
        },
    ),
    "course_item": Filled(
        _ITEM,
        {
            "course_id": "course_id",
            "item_id": "'i' || p",
            "problem_id": "'p' || p",
            "problem_nid": "p",
            "chapter_name": f"'Chapter ' || (1 + p * {CHAPTERS} // {PROBLEMS + 1})",
            "problem_name": "'Problem ' || p",
            "assignment_type": "'Homework'",
            "item_nid": "p",
        },
    ),
    "problem_first_attempt_correct": Filled(_ITEM, {"course_id": "course_id", "problem_nid": "p"}),
    "item_reliabilities": Filled(_ITEM, {"course_id": "course_id", "problem_nid": "p"}),
    "item_irt_grm": Filled(_ITEM, {"course_id": "course_id", "problem_nid": "p", "cutnum": "1"}),
    "item_response_theory_report": Filled(
        _ITEM, {"course_id": "course_id", "problem_nid": "p", "cutnum": "1"}
    ),
    "answer_distribution": Filled(
        f"select items.*, answer from ({_ITEM}) as items, range(5) as answers (answer)",
        {
            "course_id": "course_id",
            "module_id": _PROBLEM_ID,
            "part_id": "'p' || p || '_2_1'",
            "correct": "answer = 0",
            "first_response_count": "size // (10 + answer * 5)",
            "last_response_count": "size // (8 + answer * 5)",
            "value_id": "'choice_' || answer",
            "answer_value_text": "'Answer ' || answer",
            "variant": "null",
            "problem_display_name": "'Problem ' || p",
            "question_text": "'What is it?'",
        },
    ),
    "grade_distribution": Filled(
        _ITEM,
        {
            "module_id": _PROBLEM_ID,
            "course_id": "course_id",
            "grade": "1",
            "max_grade": "1",
            "count": "size // 9",
        },
    ),
    "sequential_open_distribution": Filled(
        _ITEM, {"module_id": _PROBLEM_ID, "course_id": "course_id", "count": "size // 9"}
    ),
    "tags_distribution": Filled(
        _ITEM,
        {
            "course_id": "course_id",
            "org_id": "org",
            "module_id": _PROBLEM_ID,
            "tag_name": "'difficulty'",
            "tag_value": "'Easy'",
            "total_submissions": "size",
            "correct_submissions": "size // 2",
        },
    ),
    "course_coenrollment": Filled(
        "select one.*, other.course_id as other_id, one.c * 1000 + other.c as n from courses as one, courses as other "
        "where one.c < other.c and (one.c + other.c) % 3 = 0",
        {
            "course_id": "course_id",
            "other_course_id": "other_id",
            "shared_learners": "size // (2 + n % 50)",
            "learners": "size",
            "other_learners": "size",
            "jaccard": "0.1",
        },
    ),
    "subject_activity_monthly": Filled(
        "select subject, month, subject * 12 + month as n from range(12) as s (subject), range(12) as m (month)",
        {
            "month": f"date '{FIRST_DAY}' + to_months(cast(month as integer))",
            "subject_id": "'subject-' || subject",
            "subject_title": "'Subject ' || subject",
            "active_learners": "1000 * (1 + subject)",
            "active_percent": "5.0 + subject",
        },
    ),
    "subject_engagement_monthly": Filled(
        "select subject, month, subject * 12 + month as n from range(12) as s (subject), range(12) as m (month)",
        {
            "month": f"date '{FIRST_DAY}' + to_months(cast(month as integer))",
            "subject_id": "'subject-' || subject",
            "subject_title": "'Subject ' || subject",
        },
    ),
    "subject_take_rates": Filled(
        "select range as n from range(12)",
        {
            "subject_id": "'subject-' || n",
            "subject_title": "'Subject ' || n",
            "registrations": "1000 * (1 + n)",
        },
    ),
    "module_engagement_metric_ranges": Filled(
        "select courses.*, metric, kind, c as n from courses, (values ('videos_viewed'), ('problems_attempted'), "
        "('problem_attempts_per_completed'), ('discussion_contributions')) as m (metric), "
        "(values ('low'), ('normal'), ('high')) as k (kind)",
        {
            "course_id": "course_id",
            "start_date": f"date '{WEEK_START}'",
            "end_date": f"date '{WEEK_END}'",
            "metric": "metric",
            "range_type": "kind",
        },
    ),
}
