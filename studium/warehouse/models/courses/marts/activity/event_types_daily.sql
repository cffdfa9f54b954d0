{{ config(materialized='by_date', date_column='date') }}

select
    event_date as date,
    course_id,
    logged_event_type as event_type,
    event_source,
    count(*) as event_count,
    count(distinct username) as learner_count
from {{ ref('stg_edx__events') }}
where {{ is_recomputed('event_date') }}
group by event_date, course_id, logged_event_type, event_source
