with

content as (
    select
        course_id,
        min(case when category = 'course' then cast(start as date) end) as launch_date,
        max(cast(due as date)) as wrap_date
    from {{ ref('stg_edx__course_elements') }}
    group by course_id
),

dates as (
    select
        coalesce(content.course_id, listings.course_id) as course_id,
        coalesce(listings.course_launch, content.launch_date) as launch_date,
        coalesce(listings.course_wrap, content.wrap_date) as wrap_date,
        listings.empirical_course_wrap as empirical_wrap_date
    from content
    full join {{ ref('int_course_listings') }} as listings
        on content.course_id = listings.course_id
)

select
    course_id,
    launch_date,
    wrap_date,
    cast(wrap_date as timestamp) + interval '86399' second as wrap_time,
    cast(empirical_wrap_date as timestamp) + interval '86399' second as empirical_wrap_time
from dates
