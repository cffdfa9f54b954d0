{{ config(materialized='by_date', date_column='date') }}

select
    course_id,
    username,
    ip,
    event_date as date,
    count(*) as ipcount,
    max(event_time) as last_event_at
from {{ ref('stg_edx__events') }}
where
    {{ is_recomputed('event_date') }}
    and username is not null
    and is_course_id_valid
group by course_id, username, ip, event_date
