{# A model's schema is the layer that its folder names, models/<area>/<layer>/…; what is configured wins. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name -%}
        {{ custom_schema_name }}
    {%- elif node.resource_type == "model" and node.fqn | length > 3 -%}
        {{ node.fqn[2] }}
    {%- else -%}
        {{ target.schema }}
    {%- endif -%}
{%- endmacro %}
