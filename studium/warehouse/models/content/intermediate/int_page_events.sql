{{ config(materialized='by_date', date_column='event_date') }}

with

events as (
    select
        events.event_date,
        cast(events.event_time as timestamp) as event_time,
        events.event_id,
        events.username,
        events.user_id,
        events.session_id,
        {{ of_known_place('events.course_id') }} as course_id,
        {{ browser_event_type('events.event_type') }} as event_type,
        events.event_source,
        events.module_id,
        case
            when events.event_type = 'edx.ui.lms.link_clicked' then events.link_target
            else events.path
        end as address,
        events.payload
    from {{ counted_events() }}
        and {{ is_recomputed('events.event_date') }}
),

by_kind as (
    select
        *,
        {{ page_event_kind('event_type', 'event_source', 'address', 'payload') }} as kind,
        -- The browser's twin of an answer counts only where the server's is missing.
        max(case when event_type = 'problem_check' and event_source = 'server' then 1 else 0 end)
            over (partition by event_date, username, module_id)
            as has_server_check
    from events
)

select
    event_date,
    event_time,
    event_id,
    username,
    user_id,
    session_id,
    course_id,
    kind,
    case
        when kind = 'block' then module_id
        when kind = 'address' then {{ block_of_address('address') }}
    end as block_id,
    case
        when kind = 'tab' then {{ url_name_of('module_id') }}
        when kind = 'address' then {{ text_found('address', '/courseware/[^/]+/([^/?#]+)') }}
    end as sequence_name,
    case
        when kind = 'tab' then {{ tab_arrived_at('event_type', 'payload') }}
        when kind = 'address'
            then
                cast(
                    {{ text_found('address', '/courseware/[^/]+/[^/]+/([0-9]{1,4})/?$') }} as bigint
                )
    end as tab,
    case when kind = 'address' then address end as address
from by_kind
where
    kind is not null
    and not (event_type = 'problem_check' and event_source = 'browser' and has_server_check = 1)
