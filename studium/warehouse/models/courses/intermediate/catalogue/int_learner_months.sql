select distinct
    cast(date_trunc('month', event_date) as date) as month,
    course_id,
    user_id
from {{ ref('int_activity_daily') }}
where course_id is not null
