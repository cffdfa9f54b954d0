{# Promise: each row has its own key. Its columns are not NULL, except those in `nullable`. #}
{% test key(model, columns, nullable=[]) %}
    select
        {{ columns | join(', ') }},
        count(*) as rows_with_this_key
    from {{ model }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {% for column in columns if column not in nullable %} or {{ column }} is null {% endfor %}
{% endtest %}
