{#
    What follows "from" where events are read: those of the lake that count, as `events`. Of equal
    lines one, dated in [events_from, as_of).
#}
{% macro counted_events() -%}
    {{ source('lake', 'events') }} as events
    -- A left join, not "not exists": a condition on event_date then reaches the files.
    left join {{ source('lake', 'duplicates') }} as duplicates
        on
            events.source_file = duplicates.source_file
            and events.source_line = duplicates.source_line
            and events.source_part = duplicates.source_part
    where
        events.event_date >= date '{{ var("events_from") }}'
        and events.event_date < date '{{ var("as_of") }}'
        and duplicates.source_line is null
{%- endmacro %}


{# The types of the lines that say that an account was made. #}
{% macro is_registration(event_type) -%}
    (
        {{ event_type }} in ('edx.bi.user.account.registered', '/create_account')
        or {{ event_type }} like '/user_api/v_/account/registration/'
        or {{ event_type }} like '/api/user/v_/account/registration/'
    )
{%- endmacro %}
