with

numbered as (
    select
        coalesce(course_id, package_course_id) as course_id,
        name,
        cutoff,
        dump_date,
        row_number() over (
            partition by coalesce(course_id, package_course_id), name
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('lake', 'course_grade_cutoffs') }}
    where coalesce(course_id, package_course_id) is not null
)

select
    course_id,
    name,
    cutoff,
    dump_date
from numbered
where place_from_end = 1
