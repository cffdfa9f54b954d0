"""The tracking log of the same learners: an enrolment for each registrant, an event for each visit.

Enters: the tables of learners.py. Leaves: .log.gz files in the order of time, as a platform writes them.
"""

from pathlib import Path

import duckdb

from benchmarks.packages.dumps import write_lines

EVENTS_PER_FILE = 125_000
EVENTS = """
    create or replace table events as
    select visited as happened, user_id, course_key, module_id, category, name, is_right, attempts
    from visits
    union all by name
    select enrolled as happened, user_id, course_key, 'enrollment' as category from registrants
    order by happened, user_id, course_key
"""
PROBLEM = """
    '{"problem_id":"' || module_id || '","success":"' || if(is_right, 'correct', 'incorrect')
    || '","attempts":' || attempts || ',"grade":' || if(is_right, 1, 0) || ',"max_grade":1,"answers":{"'
    || name || '_2_1":"choice_' || attempts || '"},"correct_map":{"' || name
    || '_2_1":{"correctness":"' || if(is_right, 'correct', 'incorrect') || '"}},"submission":{}}'
"""
VIDEO = """
    to_json('{"id":"' || name || '","code":"code","currentTime":' || attempts * 20 || '}')
"""
LINE = f"""
    select '{{"username":"user' || user_id || '","event_type":"' || kind || '","name":"' || kind
        || '","event_source":"' || if(category in ('video', 'sequential'), 'browser', 'server')
        || '","time":"' || strftime(happened, '%Y-%m-%dT%H:%M:%S+00:00')
        || '","ip":"8.' || user_id % 200 || '.' || user_id // 200 % 250 || '.7","session":"s'
        || user_id || '","agent":"Mozilla/5.0","host":"learn.example","page":"https://learn.example/courses/'
        || course_key || '/courseware/","referer":"","accept_language":"en","event":' || payload
        || ',"context":{{"user_id":' || user_id || ',"course_id":"' || course_key
        || '","org_id":"BenchX","path":"/event"}}}}'
    from (
        select *,
            case category
                when 'problem' then if(is_right or attempts < 3, 'problem_check', 'showanswer')
                when 'video' then 'play_video'
                when 'sequential' then 'seq_next'
                when 'enrollment' then 'edx.course.enrollment.activated'
                else '/courses/' || course_key || '/courseware/' || name || '/'
            end as kind,
            case category
                when 'problem' then {PROBLEM} when 'video' then {VIDEO}
                when 'sequential' then '"{{}}"'
                when 'enrollment' then '{{"course_id":"' || course_key || '","user_id":' || user_id
                    || ',"mode":"audit"}}'
                else '{{"GET":{{}},"POST":{{}}}}'
            end as payload
        from events where rowid between $first and $last
    )
"""


def write_logs(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """Write all events, 125,000 to a file."""
    folder.mkdir(parents=True)
    connection.execute(EVENTS)
    found = connection.execute("select count(*) from events").fetchone()
    events = int(found[0]) if found else 0
    for first in range(0, events, EVENTS_PER_FILE):
        last = first + EVENTS_PER_FILE - 1
        query = LINE.replace("$first", str(first)).replace("$last", str(last))
        write_lines(connection, query, folder / f"tracking-{first // EVENTS_PER_FILE:04d}.log.gz")
    return sorted(folder.iterdir())
