{# Kinds of answer fields whose answers are counted one by one. #}
{% macro counted_response_types() %}
    {{ return([
        'choiceresponse', 'optionresponse', 'multiplechoiceresponse', 'numericalresponse',
        'stringresponse', 'formularesponse',
    ]) }}
{% endmacro %}


{# A text without white space at both ends. #}
{% macro without_margins(value) -%}
    {{ all_replaced(value, '^[ \t\r\n\f]+|[ \t\r\n\f]+$', '') }}
{%- endmacro %}


{# A text on one line: white space of any length is one blank. #}
{% macro on_one_line(value) -%}
    {{ all_replaced(value, '[ \t\r\n\f]+', ' ') }}
{%- endmacro %}


{# The text of a piece of HTML: no tags, one blank where some were, no white space at its ends. #}
{% macro without_markup(value) -%}
    {%- set sections = "replace(replace(" ~ value ~ ", '<![CDATA[', ''), ']]>', '')" -%}
    {{ without_margins(on_one_line(all_replaced(sections, '<[^>]*>', ' '))) }}
{%- endmacro %}


{# A question or an answer of the problem response report: on one line, without hints of choices. #}
{% macro report_text(value) -%}
    {{ all_replaced(on_one_line(value), '<choicehint[^>]*>|</choicehint>', '') }}
{%- endmacro %}


{# An answer as text: a list as [a|b|c]. #}
{% macro answer_text(json, key) -%}
    coalesce(
        '[' || {{ member_items(json, key, '|') }} || ']',
        {{ member_text(json, key) }}
    )
{%- endmacro %}


{# Whether answers of this kind are counted one by one. #}
{% macro is_counted_response(response_type) -%}
    {{ response_type }} in (
        {%- for type in counted_response_types() %}
        '{{ type }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
