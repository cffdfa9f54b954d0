{{ config(materialized='by_scope', scope='course') }}

with

assignments as (
    select distinct
        course_id,
        assignment_type,
        chapter_number,
        section_number
    from {{ ref('int_problem_places') }}
    where {{ is_touched_course('course_id') }}
),

graders as (
    select
        course_id,
        assignment_type,
        weight,
        short_label,
        row_number() over (
            partition by course_id, assignment_type
            order by position
        ) as place
    from {{ ref('stg_edx__graders') }}
    where {{ is_touched_course('course_id') }}
)

select
    assignments.course_id,
    assignments.assignment_type,
    assignments.chapter_number,
    assignments.section_number,
    cast(row_number() over (
        partition by assignments.course_id, assignments.assignment_type
        order by assignments.chapter_number, assignments.section_number
    ) as bigint) as assignment_seq_num,
    count(*) over (
        partition by assignments.course_id, assignments.assignment_type
    ) as n_assignments_of_type,
    coalesce(nullif(graders.short_label, ''), assignments.assignment_type) as short_label,
    coalesce(graders.weight, {{ '1.0' if var('compat') else '0.0' }}) as assignment_type_weight
from assignments
left join graders
    on
        assignments.course_id = graders.course_id
        and assignments.assignment_type = graders.assignment_type
        and graders.place = 1
