with

-- Other names on the way: DuckDB describes a column that only changes its case by the old name.
listed as (
    select
        course_id,
        institution as listed_institution,
        semester as listed_semester,
        new_or_rerun as listed_new_or_rerun,
        course_number as listed_course_number,
        short_title as listed_short_title,
        title as listed_title,
        registration_open as listed_registration_open,
        course_launch as listed_course_launch,
        course_wrap as listed_course_wrap,
        empirical_course_wrap as listed_empirical_course_wrap
    from {{ ref('int_course_listings') }}
)

select
    listed_institution as Institution, -- noqa: CP02
    listed_semester as Semester, -- noqa: CP02
    listed_new_or_rerun as New_or_Rerun, -- noqa: CP02
    listed_course_number as Course_Number, -- noqa: CP02
    listed_short_title as Short_Title, -- noqa: CP02
    listed_title as Title, -- noqa: CP02
    listed_registration_open as Registration_Open, -- noqa: CP02
    listed_course_launch as Course_Launch, -- noqa: CP02
    listed_course_wrap as Course_Wrap, -- noqa: CP02
    course_id,
    listed_empirical_course_wrap as Empirical_Course_Wrap -- noqa: CP02
from listed
