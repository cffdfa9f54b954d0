select
    course_id,
    {{ median_stats() }}
from {{ ref('int_person_courses_reported') }}
where explored and viewed
group by course_id
