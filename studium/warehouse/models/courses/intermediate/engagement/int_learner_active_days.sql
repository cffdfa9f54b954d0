{{ config(materialized='by_date', date_column='event_date') }}

with

events as (
    select
        course_id,
        username,
        event_date,
        event_time,
        event_id,
        case
            when event_source = 'server' and event_type like '/courses/%'
                then {{ subsection_path('event_type') }}
        end as subsection
    from {{ ref('stg_edx__events') }}
    where
        username is not null
        and course_id_source = 'context'
        and is_course_id_valid
        and event_type is not null
        and payload_kind in ('object', 'empty')
        and {{ is_recomputed('event_date') }}
        and not (
            event_type in ('edx.forum.thread.voted', 'edx.forum.response.voted')
            and coalesce({{ json_text('payload', '$.vote_value') }}, '') not in ('up', 'down')
        )
)

select
    course_id,
    username,
    event_date,
    max(case when subsection is not null then event_time end) as last_subsection_at,
    {{ value_at_greatest('subsection', ['subsection is not null', 'event_time', 'event_id']) }}
        as last_subsection_viewed
from events
group by course_id, username, event_date
