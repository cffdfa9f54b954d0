{{ config(materialized='by_date', date_column='date') }}

select
    event_date as date,
    user_id,
    {{ value_at_greatest('ip', ['event_time', 'event_id']) }} as ip,
    max(event_time) as last_event_at
from {{ ref('stg_edx__events') }}
where
    {{ is_recomputed('event_date') }}
    and user_id is not null
    and ip <> ''
group by event_date, user_id
