{{ config(materialized='by_scope', scope='course') }}

with

answers as (
    select *
    from {{ ref('int_answers_given') }}
    where {{ is_touched_course('course_id') }}
),

checks as (
    select
        course_id,
        module_id,
        username,
        count(distinct event_id) as total_attempts,
        min(event_time) as first_attempt_date,
        max(event_time) as last_attempt_date,
        {{ value_at_greatest('event_id', ['event_time', 'event_id']) }} as last_event_id
    from answers
    group by course_id, module_id, username
),

courses as (
    select
        course_id,
        {{ value_at_greatest('name', ['-index']) }} as course_name
    from {{ ref('stg_edx__course_elements') }}
    where category = 'course' and {{ is_touched_course('course_id') }}
    group by course_id
),

-- Where the content is not known, nothing can be said to be deleted from it.
known as (
    select distinct course_id from {{ ref('stg_edx__course_elements') }}
    union
    select distinct course_id from {{ ref('course_blocks') }}
),

places as (
    select
        places.course_id,
        places.module_id,
        places.content_index - 1 as sort_idx,
        concat_ws(
            ' / ',
            courses.course_name, places.chapter_name, places.section_name, places.vertical_name
        ) as path
    from {{ ref('int_problem_places') }} as places
    left join courses
        on places.course_id = courses.course_id
)

select
    answers.course_id,
    answers.part_id as answer_id,
    answers.module_id as problem_id,
    answers.problem_display_name as problem,
    answers.username,
    {{ report_text('answers.question') }} as question,
    answers.problem_grade as score,
    answers.problem_max_grade as max_score,
    case answers.correctness when 'correct' then true when 'incorrect' then false end as correct,
    {{ items_joined(report_text('answers.answer')) }} as answer,
    checks.total_attempts,
    checks.first_attempt_date,
    checks.last_attempt_date,
    concat_ws(
        ' / ',
        coalesce(
            places.path,
            blocks.course_path,
            case when known.course_id is not null then '(Deleted block :)' end
        ),
        answers.problem_display_name
    ) as location,
    coalesce(places.sort_idx, blocks.sort_idx, -1) as sort_idx
from answers
inner join checks
    on
        answers.course_id = checks.course_id
        and answers.module_id = checks.module_id
        and answers.username = checks.username
        and answers.event_id = checks.last_event_id
left join places
    on
        answers.course_id = places.course_id
        and {{ published_module_id('answers.module_id') }} = places.module_id
left join {{ ref('course_blocks') }} as blocks
    on answers.course_id = blocks.course_id and answers.module_id = blocks.block_id
left join known on answers.course_id = known.course_id
