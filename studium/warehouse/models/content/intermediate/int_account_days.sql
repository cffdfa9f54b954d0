{{ config(materialized='by_date', date_column='event_date') }}

with

events as (
    select
        events.event_date,
        cast(events.event_time as timestamp) as event_time,
        {{ is_registration('events.event_type') }} as is_registration,
        events.user_id,
        case
            when events.username is null and {{ is_registration('events.event_type') }}
                then {{ json_text('events.payload', '$.POST.username[0]') }}
            else events.username
        end as username
    from {{ counted_events() }}
        and {{ is_recomputed('events.event_date') }}
)

select
    event_date,
    username,
    max(nullif(user_id, 0)) as user_id,
    min(case when is_registration then event_time end) as registered_at
from events
where username is not null
group by event_date, username
