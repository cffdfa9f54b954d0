{{ config(materialized='by_date', date_column='date', reach=1) }}

with

events as (
    select
        event_id,
        event_date,
        event_time,
        username,
        course_id,
        {{ text_found('event_type', '/transcript/translation/([A-Za-z0-9_-]+)$') }} as language
    from {{ ref('stg_edx__events') }}
    where
        username is not null
        and is_course_id_valid
        and (
            {{ matches('event_type', '/transcript/translation/[A-Za-z0-9_-]+$') }}
            or (
                event_type = 'edx.ui.lms.link_clicked'
                and link_target like '%handler/transcript/download'
            )
        )
        and {{ is_read('event_date', reach=1) }}
),

with_language_before as (
    select
        *,
        {% if var('compat') -%}
            lag(language) over in_order as language_before,
            lag(event_date) over in_order as date_before
        {%- else -%}
            {{ last_known('language') }} over in_order as language_before,
            {{ last_known('case when language is not null then event_date end') }} over in_order
                as date_before
        {%- endif %}
    from events
    window in_order as (
        partition by username, course_id
        order by event_time, event_id
        {%- if not var('compat') %}
            rows between unbounded preceding and current row
        {%- endif %}
    )
)

select
    username,
    course_id,
    event_date as date,
    event_time,
    language is null as is_download,
    coalesce(
        language,
        case when date_before >= {{ shifted('event_date', -1) }} then language_before end,
        'en'
    ) as language
from with_language_before
where {{ is_recomputed('event_date', reach=1) }}
