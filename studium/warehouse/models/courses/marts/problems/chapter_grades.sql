{{ config(materialized='by_scope', scope='course') }}

with

grades as (
    select course_id, user_id, module_id, grade, max_grade
    from {{ ref('problem_grades') }}
    where attempted and {{ is_touched_course('course_id') }}
),

problems as (
    select course_id, module_id, chapter_mid, due_date
    from {{ ref('int_problem_places') }}
    where is_graded and {{ is_touched_course('course_id') }}
),

summed as (
    select
        grades.course_id,
        grades.user_id,
        problems.chapter_mid,
        cast({{ exact_sum('grades.max_grade') }} as double) as user_chapter_max_grade,
        cast({{ exact_sum('grades.grade') }} as double) as chgrade,
        max(problems.due_date) as due_date_max,
        min(problems.due_date) as due_date_min
    from grades
    inner join problems
        on grades.course_id = problems.course_id and grades.module_id = problems.module_id
    group by grades.course_id, grades.user_id, problems.chapter_mid
),

chapters as (
    select
        course_id,
        chapter_mid,
        {{ lower_percentile('chgrade', 0.5) }} as median_grade,
        max(user_chapter_max_grade) as chmax
    from summed
    group by course_id, chapter_mid
)

select
    summed.course_id,
    summed.user_id,
    summed.chapter_mid,
    summed.user_chapter_max_grade,
    summed.chgrade,
    summed.due_date_max,
    summed.due_date_min,
    chapters.median_grade,
    chapters.chmax
from summed
inner join chapters
    on summed.course_id = chapters.course_id and summed.chapter_mid = chapters.chapter_mid
