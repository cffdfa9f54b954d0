{# Sum of those gaps, in microseconds, that are strictly below a limit; in seconds, NULL without any. #}
{% macro seconds_below(gap, minutes) -%}
    cast(sum({{ gap }}) filter (where {{ gap }} < {{ minutes * 60000000 }}) as bigint) / 1e6
{%- endmacro %}


{# Watching: an event of a video or of its transcript. Letters stand before the underscore. #}
{% macro is_video_task(event_type) -%}
    {{ matches(event_type, '[0-9A-Za-z_]_(video|transcript)') }}
{%- endmacro %}


{# Working on problems: problem_ and how it goes on, also in URLs. #}
{% macro is_problem_task(event_type) -%}
    {{ matches(event_type, 'problem_[0-9A-Za-z_]') }}
{%- endmacro %}


{% macro is_forum_task(event_type) -%}
    ({{ event_type }} like 'edx.forum.%'
    or {{ event_type }} like '%/discussion/forum%'
    or {{ event_type }} like '%/discussion/threads%'
    or {{ event_type }} like '%/discussion/comments%')
{%- endmacro %}


{# Reading: the textbook or the wiki. #}
{% macro is_text_task(event_type) -%}
    ({{ event_type }} like 'textbook.%' or {{ event_type }} like '%/wiki/%')
{%- endmacro %}


{# Exact sum of a column of seconds, under the column's own name; NULL without any. #}
{% macro summed_seconds(seconds) -%}
    cast(sum({{ whole_microseconds(seconds) }}) as bigint) / 1e6 as {{ seconds }}
{%- endmacro %}


{# Mean, in seconds, of whole microseconds; NULL without any. #}
{% macro mean_seconds(microseconds) -%}
    cast(sum({{ microseconds }}) as bigint) / 1e6 / count({{ microseconds }})
{%- endmacro %}
