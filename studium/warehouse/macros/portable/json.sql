{#
    What stands at a path such as '$.problem.grade' in JSON text: a string without quotes, a number,
    true or false as text, an object or list as JSON text. NULL for JSON null, where nothing
    stands there, and for text that is no JSON.
#}
{% macro json_text(json, path) -%}
    {{ return(adapter.dispatch('json_text')(json, path)) }}
{%- endmacro %}

{% macro duckdb__json_text(json, path) -%}
    try(json_extract_string({{ json }}, '{{ path }}'))
{%- endmacro %}

{% macro spark__json_text(json, path) -%}
    get_json_object({{ json }}, '{{ path }}')
{%- endmacro %}


{#
    One row per key at the top of a JSON object; alone in its column of the select list. No row for
    text that is no object.
#}
{% macro each_key(json) -%}
    {{ return(adapter.dispatch('each_key')(json)) }}
{%- endmacro %}

{% macro duckdb__each_key(json) -%}
    unnest(try(json_keys({{ json }})))
{%- endmacro %}

{% macro spark__each_key(json) -%}
    explode(json_object_keys({{ json }}))
{%- endmacro %}


{# What stands under a key, of a column, at the top of a JSON object; as json_text gives it. #}
{% macro member_text(json, key) -%}
    {{ return(adapter.dispatch('member_text')(json, key)) }}
{%- endmacro %}

{% macro duckdb__member_text(json, key) -%}
    try(json_extract_string({{ json }}, '/' || replace(replace({{ key }}, '~', '~0'), '/', '~1')))
{%- endmacro %}

{% macro spark__member_text(json, key) -%}
    get_json_object({{ json }}, concat('$[\'', {{ key }}, '\']'))
{%- endmacro %}


{# The texts of a list under such a key, joined; NULL for what is no list, and for an empty one. #}
{% macro member_items(json, key, separator) -%}
    {{ return(adapter.dispatch('member_items')(json, key, separator)) }}
{%- endmacro %}

{% macro duckdb__member_items(json, key, separator) -%}
    nullif(
        array_to_string(
            try(
                json_extract_string(
                    json_extract(
                        {{ json }}, '/' || replace(replace({{ key }}, '~', '~0'), '/', '~1')
                    ),
                    '$[*]'
                )
            ),
            '{{ separator }}'
        ),
        ''
    )
{%- endmacro %}

{% macro spark__member_items(json, key, separator) -%}
    case
        when get_json_object({{ json }}, concat('$[\'', {{ key }}, '\'][0]')) is not null
            then
                array_join(
                    from_json(
                        get_json_object({{ json }}, concat('$[\'', {{ key }}, '\']')),
                        'array<string>'
                    ),
                    '{{ separator }}'
                )
    end
{%- endmacro %}


{# One row per text of a JSON list, or the text itself where it is no list; alone in its column. #}
{% macro each_text(value) -%}
    {{ return(adapter.dispatch('each_text')(value)) }}
{%- endmacro %}

{% macro duckdb__each_text(value) -%}
    unnest(
        case
            when {{ value }} like '[%'
                then coalesce(try(from_json({{ value }}, '["VARCHAR"]')), [{{ value }}])
            else [{{ value }}]
        end
    )
{%- endmacro %}

{% macro spark__each_text(value) -%}
    explode(
        case
            when {{ value }} like '[%'
                then coalesce(from_json({{ value }}, 'array<string>'), array({{ value }}))
            else array({{ value }})
        end
    )
{%- endmacro %}
