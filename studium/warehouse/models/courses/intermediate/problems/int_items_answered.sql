{{ config(materialized='by_scope', scope='course') }}

with

counted as (
    select
        course_id,
        problem_url_name,
        answer_id,
        max_grade,
        count(*) as responses
    from {{ ref('problem_analysis') }}
    where {{ is_touched_course('course_id') }}
    group by course_id, problem_url_name, answer_id, max_grade
)

select
    course_id,
    problem_url_name as problem_id,
    answer_id as item_id,
    {% if var('compat') -%}
        max_grade,
    {%- else -%}
        {{ value_at_greatest('max_grade', ['responses', 'max_grade']) }} as max_grade,
    {%- endif %}
    cast(sum(responses) as bigint) as n_user_responses
from counted
group by course_id, problem_url_name, answer_id{{ ', max_grade' if var('compat') }}
having sum(responses) > 5
