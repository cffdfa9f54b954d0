{#
    How an event shows a page: by a "block" in it, by the "tab" of a sequence that it arrives at, by
    its "address"; NULL for events that show none. Pauses, seeks, closed pages and what was sent
    (POST) are no views; an answer and a block that says that it was completed are.
#}
{% macro page_event_kind(event_type, event_source, address, payload) -%}
    case
        when {{ event_type }} in ('play_video', 'problem_get', 'problem_check') then 'block'
        when
            {{ event_source }} = 'server'
            and (
                {{ event_type }} like '/%/problem_get'
                or {{ event_type }} like '/%/publish_completion'
            )
            then 'block'
        when
            {{ event_type }} in (
                'seq_goto', 'seq_next', 'seq_prev',
                'edx.ui.lms.sequence.tab_selected',
                'edx.ui.lms.sequence.next_selected',
                'edx.ui.lms.sequence.previous_selected'
            )
            then 'tab'
        when
            (
                {{ event_type }} = 'edx.ui.lms.link_clicked'
                or (
                    {{ event_source }} = 'server'
                    and {{ event_type }} like '/%'
                    and coalesce({{ json_text(payload, '$.POST') }}, '{}') = '{}'
                )
            )
            and {{ matches(address, '/(courseware|jump_to|xblock)/') }}
            and {{ address }} not like '%/handler/%'
            then 'address'
    end
{%- endmacro %}


{# The tab, from 1, that an event of a sequence arrives at, not the one that it leaves. #}
{% macro tab_arrived_at(event_type, payload) -%}
    case
        when {{ event_type }} = 'edx.ui.lms.sequence.tab_selected'
            then {{ tab_number(payload, '$.target_tab') }}
        when {{ event_type }} = 'edx.ui.lms.sequence.next_selected'
            then {{ tab_number(payload, '$.current_tab') }} + 1
        when {{ event_type }} = 'edx.ui.lms.sequence.previous_selected'
            then {{ tab_number(payload, '$.current_tab') }} - 1
        else {{ tab_number(payload, '$.new') }}
    end
{%- endmacro %}


{% macro tab_number(payload, path) -%}
    cast({{ text_found(json_text(payload, path), '^([0-9]{1,4})([.]0)?$') }} as bigint)
{%- endmacro %}


{# The usage key in an address that leads to a block; NULL where there is none. #}
{% macro block_of_address(address) -%}
    {{ text_found(
        "replace(replace(replace(replace(" ~ address ~ ", '%2B', '+'), '%40', '@'), '%3A', ':'), ';_', '/')",
        '/(jump_to|xblock)/(i4x:/?/?[^?#]+|[^/?#]+)', 2
    ) }}
{%- endmacro %}


{#
    Who somebody was at a time: "phantom" before they had an account, "new" for 30 days of 86,400
    seconds after it, both ends included, then "logged_in"; so is a name of which no source knows since when.
#}
{% macro content_class(viewer, moment, registered_at) -%}
    case
        when {{ viewer }} is null then 'phantom'
        when {{ registered_at }} is null then 'logged_in'
        when {{ moment }} < date_trunc('second', {{ registered_at }}) then 'phantom'
        when {{ moment }} <= date_trunc('second', {{ registered_at }}) + interval '30' day then 'new'
        else 'logged_in'
    end
{%- endmacro %}
