with

numbered as (
    select
        course_id,
        institution,
        semester,
        new_or_rerun,
        course_number,
        short_title,
        title,
        registration_open,
        course_launch,
        course_wrap,
        empirical_course_wrap,
        row_number() over (
            partition by {{ published_course_id('course_id') }}
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('lake', 'course_listings') }}
    where course_id is not null
)

select
    course_id,
    institution,
    semester,
    new_or_rerun,
    course_number,
    short_title,
    title,
    registration_open,
    course_launch,
    course_wrap,
    empirical_course_wrap
from numbered
where place_from_end = 1
