select
    course_id,
    count(*) as registered_sum,
    {{ number_of('viewed') }} as viewed_sum,
    {{ number_of('explored') }} as explored_sum,
    {{ number_of('certified') }} as certified_sum,
    count(ip) as n_have_ip,
    {{ number_of('cc_by_ip is null') }} as n_missing_cc
from {{ ref('int_person_courses_reported') }}
group by course_id
