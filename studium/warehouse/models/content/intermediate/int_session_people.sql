{{ config(materialized='by_date', date_column='event_date') }}

with

events as (
    select
        events.event_date,
        events.session_id,
        cast(events.event_time as timestamp) as event_time,
        events.event_id,
        coalesce(
            events.username,
            case
                when {{ is_registration('events.event_type') }}
                    then {{ json_text('events.payload', '$.POST.username[0]') }}
            end
        ) as username
    from {{ counted_events() }}
        and {{ is_recomputed('events.event_date') }}
),

named as (
    select
        *,
        lag(username) over (
            partition by event_date, session_id order by event_time, event_id
        ) as username_before
    from events
    where session_id is not null and username is not null
),

numbered as (
    select
        *,
        sum(case when username = username_before then 0 else 1 end) over (
            partition by event_date, session_id
            order by event_time, event_id
            rows between unbounded preceding and current row
        ) as run
    from named
)

select
    event_date,
    session_id,
    username,
    min(event_time) as first_at,
    max(event_time) as last_at
from numbered
group by event_date, session_id, run, username
