select
    user_id,
    count(*) as n_courses_registered
from {{ ref('int_person_courses_reported') }}
where user_id is not null
group by user_id
