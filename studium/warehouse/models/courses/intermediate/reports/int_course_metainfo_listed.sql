with

listings as (
    select * from {{ ref('int_course_listings') }}
),

entries as (
    select
        course_id,
        'listings_Institution' as key,
        institution as value
    from listings
    union all
    select
        course_id,
        'listings_Semester' as key,
        semester as value
    from listings
    union all
    select
        course_id,
        'listings_New_or_Rerun' as key,
        new_or_rerun as value
    from listings
    union all
    select
        course_id,
        'listings_Course_Number' as key,
        course_number as value
    from listings
    union all
    select
        course_id,
        'listings_Short_Title' as key,
        short_title as value
    from listings
    union all
    select
        course_id,
        'listings_Title' as key,
        title as value
    from listings
    union all
    select
        course_id,
        'listings_Registration_Open' as key,
        cast(registration_open as string) as value
    from listings
    union all
    select
        course_id,
        'listings_Course_Launch' as key,
        cast(course_launch as string) as value
    from listings
    union all
    select
        course_id,
        'listings_Course_Wrap' as key,
        cast(course_wrap as string) as value
    from listings
    union all
    select
        course_id,
        'listings_Empirical_Course_Wrap' as key,
        cast(empirical_course_wrap as string) as value
    from listings
)

select
    course_id,
    key,
    value
from entries
where value is not null
