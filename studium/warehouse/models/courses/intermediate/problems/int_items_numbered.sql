{{ config(materialized='by_scope', scope='course') }}

with

items as (
    select course_id, problem_id, item_id, max_grade, n_user_responses
    from {{ ref('int_items_answered') }}
    where {{ is_touched_course('course_id') }}
),

places as (
    select
        course_id,
        problem_id,
        content_index,
        problem_weight,
        assignment_type,
        chapter_number,
        section_number
    from {{ ref('int_problem_places') }}
    where {{ is_touched_course('course_id') }}
),

numbered as (
    select
        items.*,
        places.content_index,
        places.problem_weight,
        places.assignment_type,
        places.chapter_number,
        places.section_number,
        count(*) over (partition by items.course_id, places.content_index) as n_items,
        row_number() over (
            partition by items.course_id, places.content_index
            order by
                {% if not var('compat') -%}
                    {{ answer_number('items.item_id', 1) }},
                    {{ answer_number('items.item_id', 2) }},
                {%- endif %}
                items.item_id,
                items.max_grade
        ) as item_number,
        dense_rank() over (
            partition by items.course_id
            order by places.content_index
        ) as problem_nid,
        dense_rank() over (
            partition by
                items.course_id,
                places.assignment_type,
                places.chapter_number,
                places.section_number
            order by places.content_index
        ) as problem_number
    from items
    inner join places
        on
            items.course_id = places.course_id
            and items.problem_id = places.problem_id
)

select
    course_id,
    problem_id,
    item_id,
    max_grade,
    n_user_responses,
    content_index,
    problem_weight,
    assignment_type,
    chapter_number,
    section_number,
    n_items,
    cast(item_number as bigint) as item_number,
    cast(problem_nid as bigint) as problem_nid,
    cast(problem_number as bigint) as problem_number,
    cast(row_number() over (
        partition by course_id
        order by content_index, item_number
    ) as bigint) as item_nid,
    cast(max(problem_number) over (
        partition by course_id, assignment_type, chapter_number, section_number
    ) as bigint) as n_problems_in_assignment,
    cast(
        {{ exact_sum('case when item_number = 1 then problem_weight end') }} over (
            partition by course_id, assignment_type, chapter_number, section_number
        ) as double
    ) as assignment_problem_weight
from numbered
