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
left join {{ ref('int_known_courses') }} as known
    on {{ published_course_id('listings.course_id') }} = known.published_course_id
