select
    coalesce(known.course_id, listed.course_id) as course_id,
    listed.username,
    listed.name,
    listed.role
from {{ ref('stg_edx__course_staff') }} as listed
left join {{ ref('int_known_courses') }} as known
    on {{ published_course_id('listed.course_id') }} = known.published_course_id
