{# Rows of a step that only fixed or only compat takes; both stay in the lineage. #}
{% macro is_compat() -%}
    {{ 'true' if var('compat') else 'false' }}
{%- endmacro %}


{# A member of a payload as a whole number of at most nine digits; NULL for anything else. #}
{% macro payload_integer(path) -%}
    cast({{ text_found(json_text('payload', path), '^([0-9]{1,9})$') }} as bigint)
{%- endmacro %}


{# A member of a payload as a number without an exponent; NULL for anything else. #}
{% macro payload_number(path) -%}
    cast({{ text_found(json_text('payload', path), '^(-?[0-9]{1,9}([.][0-9]{1,15})?)$') }} as double)
{%- endmacro %}


{# One of the two numbers at the end of an answer id such as p1_10_2; -1 for an id without them. #}
{% macro answer_number(answer_id, position) -%}
    cast(
        coalesce(
            {{ text_found(answer_id, '_([0-9]{1,9})_([0-9]{1,9})$', position) }}, '-1'
        ) as bigint
    )
{%- endmacro %}


{# The share in percent of problems with a shown answer among those for which a condition is true. #}
{% macro percent_shown(condition) -%}
    1e2 * count(*) filter (where is_shown and {{ condition }})
    / nullif(count(*) filter (where {{ condition }}), 0)
{%- endmacro %}


{# The ten columns of show_answer_stats_by_course about one group of learners. #}
{% macro shown_answer_statistics(condition, suffix='') -%}
    {%- for statistic in ('avg', 'median') -%}
        {%- for kind in ('problem_seen', 'not_attempted', 'attempted', 'perfect', 'partial') -%}
            {%- set share = 'pct_show_answer_' ~ kind -%}
            {%- set value = 'case when ' ~ condition ~ ' then ' ~ share ~ ' end' -%}
            {{ exact_mean(value) if statistic == 'avg' else lower_percentile(value, 0.5) }}
                as {{ statistic }}_{{ share }}{{ suffix }}
            {{- '' if statistic == 'median' and loop.last else ',\n    ' }}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
