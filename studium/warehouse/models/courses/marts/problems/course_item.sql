{{ config(materialized='by_scope', scope='course') }}

with

items as (
    select
        course_id, problem_id, item_id, max_grade, n_user_responses, n_items, item_number,
        problem_nid, problem_number, item_nid, n_problems_in_assignment
    from {{ ref('int_items_numbered') }}
    where {{ is_touched_course('course_id') }}
),

weights as (
    select
        course_id, item_nid, assignment_seq_num, n_assignments_of_type, assignment_short_id,
        assignment_type_weight, item_weight, cumulative_item_weight
    from {{ ref('int_items_weighed') }}
    where {{ is_touched_course('course_id') }}
),

problems as (
    select
        course_id, problem_id, content_index, problem_name, problem_weight, assignment_type,
        chapter_number, chapter_name, section_number, section_name, vertical_name,
        start_date, due_date, is_split, split_name, problem_path
    from {{ ref('int_problem_places') }}
    where {{ is_touched_course('course_id') }}
)

select
    items.course_id,
    items.item_id,
    items.problem_id,
    items.problem_nid,
    weights.assignment_short_id,
    weights.item_weight,
    items.n_user_responses,
    problems.chapter_name,
    problems.section_name,
    problems.vertical_name,
    problems.problem_name,
    problems.assignment_type || '_ch' || cast(problems.chapter_number as string)
    || '_sec' || cast(problems.section_number as string) as assignment_id,
    items.n_problems_in_assignment,
    problems.assignment_type,
    weights.assignment_type_weight,
    weights.n_assignments_of_type,
    weights.assignment_seq_num,
    problems.chapter_number,
    problems.content_index,
    problems.section_number,
    items.problem_number,
    problems.problem_weight,
    cast(1 as double) as item_points_possible,
    cast(items.n_items as double) as problem_points_possible,
    items.max_grade / items.n_items as emperical_item_points_possible,
    items.max_grade as emperical_problem_points_possible,
    items.item_number,
    items.n_items,
    problems.start_date,
    problems.due_date,
    problems.is_split,
    problems.split_name,
    problems.problem_path,
    weights.assignment_short_id || '__' || cast(items.problem_number as string)
        as problem_short_id,
    weights.assignment_short_id || '__' || cast(items.problem_number as string)
    || '_' || cast(items.item_number as string) as item_short_id,
    items.item_nid,
    weights.cumulative_item_weight
from items
inner join weights
    on items.course_id = weights.course_id and items.item_nid = weights.item_nid
inner join problems
    on items.course_id = problems.course_id and items.problem_id = problems.problem_id
