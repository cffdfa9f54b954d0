{{ config(materialized='by_scope', scope='course') }}

with

items as (
    select
        course_id,
        problem_weight,
        assignment_type,
        chapter_number,
        section_number,
        n_items,
        item_nid,
        assignment_problem_weight
    from {{ ref('int_items_numbered') }}
    where {{ is_touched_course('course_id') }}
),

assignments as (
    select
        course_id,
        assignment_type,
        chapter_number,
        section_number,
        assignment_seq_num,
        n_assignments_of_type,
        short_label,
        assignment_type_weight
    from {{ ref('int_assignments') }}
    where {{ is_touched_course('course_id') }}
),

weighed as (
    select
        items.course_id,
        items.item_nid,
        assignments.assignment_seq_num,
        assignments.n_assignments_of_type,
        assignments.short_label || '_'
        || cast(assignments.assignment_seq_num as string) as assignment_short_id,
        assignments.assignment_type_weight,
        coalesce(
            items.problem_weight * assignments.assignment_type_weight / items.n_items
            / nullif(items.assignment_problem_weight, 0) / assignments.n_assignments_of_type,
            0
        ) as item_weight
    from items
    inner join assignments
        on
            items.course_id = assignments.course_id
            and items.assignment_type = assignments.assignment_type
            and items.chapter_number = assignments.chapter_number
            and items.section_number = assignments.section_number
)

select
    course_id,
    item_nid,
    assignment_seq_num,
    n_assignments_of_type,
    assignment_short_id,
    assignment_type_weight,
    item_weight,
    round(
        cast(
            {{ exact_sum('item_weight', digits=18) }} over (
                partition by course_id order by item_nid
            ) as double
        ),
        12
    ) as cumulative_item_weight
from weighed
