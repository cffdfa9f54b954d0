{{ config(materialized='by_date', date_column='event_date') }}

with

clicks as (
    select
        event_date,
        course_id,
        lower({{ text_found('link_target', '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]+)') }})
            as target_host,
        lower({{ text_found('link_current', '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]+)') }})
            as current_host
    {% if var('compat') -%}
        from {{ source('lake', 'events') }}
    {%- else -%}
        from {{ ref('stg_edx__events') }}
    {%- endif %}
    where
        {{ is_recomputed('event_date') }}
        and event_date >= date '{{ var("events_from") }}'
        and event_date < date '{{ var("as_of") }}'
        and event_type = 'edx.ui.lms.link_clicked'
        and course_id_source = 'context'
        and is_course_id_valid
        and link_target <> ''
        and link_current <> ''
)

select
    course_id,
    event_date,
    {{ number_of("target_host <> coalesce(current_host, '')") }} as external_link_clicked_events,
    count(*) as link_clicked_events
from clicks
group by course_id, event_date
