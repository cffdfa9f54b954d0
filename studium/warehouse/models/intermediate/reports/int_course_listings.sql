with

known as (
    select course_id from {{ ref('stg_edx__course_elements') }}
    union
    select course_id from {{ ref('stg_edx__enrollments') }}
)

select
    coalesce(known.course_id, listings.course_id) as course_id,
    listings.institution,
    listings.semester,
    listings.new_or_rerun,
    listings.course_number,
    listings.short_title,
    listings.title,
    listings.registration_open,
    listings.course_launch,
    listings.course_wrap,
    listings.empirical_course_wrap
from {{ ref('stg_edx__course_listings') }} as listings
left join known
    on
        {{ published_course_id('listings.course_id') }}
        = {{ published_course_id('known.course_id') }}
