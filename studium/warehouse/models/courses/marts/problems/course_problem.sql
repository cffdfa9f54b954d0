{{ config(materialized='by_scope', scope='course') }}

with

scores as (
    select
        course_id,
        problem_nid,
        count(*) as users,
        cast(sum(problem_raw_score) as bigint) as total,
        cast(sum(problem_raw_score * problem_raw_score) as bigint) as sum_of_squares,
        {{ exact_mean('problem_pct_score') }} as avg_problem_pct_score
    from {{ ref('person_problem') }}
    where {{ is_touched_course('course_id') }}
    group by course_id, problem_nid
),

problems as (
    select
        course_id,
        problem_nid,
        problem_id,
        problem_short_id,
        problem_points_possible,
        problem_name,
        is_split,
        split_name,
        row_number() over (partition by course_id, problem_nid order by item_nid) as place
    from {{ ref('course_item') }}
    where {{ is_touched_course('course_id') }}
)

select
    problems.course_id,
    problems.problem_nid,
    problems.problem_id,
    problems.problem_short_id,
    cast(scores.total as double) / scores.users as avg_problem_raw_score,
    {{ deviation('scores.sum_of_squares', 'scores.total', 'scores.users') }}
        as sdv_problem_raw_score,
    problems.problem_points_possible as max_possible_raw_score,
    scores.avg_problem_pct_score,
    scores.users as n_unique_users_attempted,
    problems.problem_name,
    problems.is_split,
    problems.split_name
from problems
inner join scores
    on problems.course_id = scores.course_id and problems.problem_nid = scores.problem_nid
where problems.place = 1
