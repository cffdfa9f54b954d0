{{ config(materialized='by_scope', scope='course') }}

with

persons as (
    select
        course_id,
        explored,
        certified,
        verified,
        pct_show_answer_problem_seen,
        pct_show_answer_not_attempted,
        pct_show_answer_attempted,
        pct_show_answer_perfect,
        pct_show_answer_partial
    from {{ ref('show_answer_stats_by_user') }}
    where {{ is_touched_course('course_id') }}
)

select
    course_id,
    {{ shown_answer_statistics('true') }},
    {{ shown_answer_statistics('certified', '_certified') }},
    {{ shown_answer_statistics('explored', '_explored') }},
    {{ shown_answer_statistics('verified', '_verified') }}
from persons
group by course_id
