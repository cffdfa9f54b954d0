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


{# A text without its CDATA sections, what they hold included. #}
{% macro without_cdata(value) -%}
    {%- set marked = "replace(replace(" ~ value ~ ", '<![CDATA[', '\x02'), ']]>', '\x03')" -%}
    {{ all_replaced(marked, '\x02[^\x03]*\x03', ' ') }}
{%- endmacro %}


{# The text of a piece of HTML: no tags, one blank where some were, no white space at its ends. #}
{% macro without_markup(value) -%}
    {%- set plain = all_replaced(without_cdata(on_one_line(value)), '<[^>]*>', ' ') -%}
    {{ without_margins(on_one_line(plain)) }}
{%- endmacro %}


{#
    A question or an answer of the problem response report: on one line, without the teacher's hints
    of choices, which a choice's text holds as elements.
#}
{% macro report_text(value) -%}
    {%- set plain = on_one_line(without_cdata(on_one_line(value))) -%}
    {{ all_replaced(plain, '<choicehint[^>]*>.*?</choicehint>|<choicehint[^>]*>', '') }}
{%- endmacro %}


{# An answer as text; a list with a mark before each of its items, and one at its end. #}
{% macro marked_answer(json, key) -%}
    coalesce(
        chr(30) || {{ member_items(json, key, '\x1e') }} || chr(30),
        {{ member_text(json, key) }}
    )
{%- endmacro %}


{# Such an answer as a|b|c, items without white space at their ends; another one as it is. #}
{% macro items_joined(answer) -%}
    {%- set trimmed = all_replaced(answer, '[ \t\r\n\f]*\x1e[ \t\r\n\f]*', '\x1e') -%}
    replace({{ all_replaced(trimmed, '^\x1e|\x1e$', '') }}, chr(30), '|')
{%- endmacro %}


{# Such an answer as [a|b|c]; another one as it is. #}
{% macro items_listed(answer) -%}
    case
        when {{ begins_with(answer, 'chr(30)') }} then '[' || {{ items_joined(answer) }} || ']'
        else {{ answer }}
    end
{%- endmacro %}


{# Whether answers of this kind are counted one by one. #}
{% macro is_counted_response(response_type) -%}
    {{ response_type }} in (
        {%- for type in counted_response_types() %}
        '{{ type }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
