{{ config(materialized='by_scope', scope='course') }}

with

elements as (
    select
        course_id,
        index,
        category,
        module_id,
        url_name,
        name,
        coalesce(gformat, '') as assignment_type,
        chapter_mid,
        itype,
        weight,
        start,
        due,
        graded,
        is_split,
        split_url_name,
        path,
        split_part(path, '/', 2) as chapter_part,
        split_part(path, '/', 3) as section_part,
        split_part(path, '/', 4) as vertical_part,
        row_number() over (partition by course_id, path order by index) as place_at_path,
        row_number() over (partition by course_id, module_id order by index) as place_of_module
    from {{ ref('stg_edx__course_elements') }}
    where {{ is_touched_course('course_id') }}
),

chapters as (
    select
        course_id,
        chapter_part,
        name,
        row_number() over (partition by course_id order by index) as number
    from elements
    where category = 'chapter' and place_at_path = 1
),

sections as (
    select
        course_id,
        chapter_part,
        section_part,
        name,
        row_number() over (partition by course_id, chapter_part order by index) as number
    from elements
    where
        category in ('sequential', 'problemset', 'videosequence', 'proctor', 'randomize')
        and place_at_path = 1
),

verticals as (
    select course_id, chapter_part, section_part, vertical_part, name
    from elements
    where category = 'vertical' and place_at_path = 1 and split_part(path, '/', 5) = ''
)

select
    problems.course_id,
    problems.url_name as problem_id,
    problems.module_id,
    problems.index as content_index,
    problems.chapter_mid,
    problems.name as problem_name,
    problems.itype,
    coalesce(problems.weight, 1.0) as problem_weight,
    problems.assignment_type,
    coalesce(lower(problems.graded) = 'true', false) as is_graded,
    cast(coalesce(chapters.number, 0) as bigint) as chapter_number,
    chapters.name as chapter_name,
    cast(coalesce(sections.number, 0) as bigint) as section_number,
    sections.name as section_name,
    verticals.name as vertical_name,
    problems.start as start_date,
    problems.due as due_date,
    problems.is_split,
    problems.split_url_name as split_name,
    problems.path as problem_path
from elements as problems
left join chapters
    on
        problems.course_id = chapters.course_id
        and problems.chapter_part = chapters.chapter_part
left join sections
    on
        problems.course_id = sections.course_id
        and problems.chapter_part = sections.chapter_part
        and problems.section_part = sections.section_part
left join verticals
    on
        problems.course_id = verticals.course_id
        and problems.chapter_part = verticals.chapter_part
        and problems.section_part = verticals.section_part
        and problems.vertical_part = verticals.vertical_part
where problems.category = 'problem' and problems.place_of_module = 1
