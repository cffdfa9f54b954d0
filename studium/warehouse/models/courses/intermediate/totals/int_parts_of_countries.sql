{% set counts = {
    'nregistered': 'true',
    'ncertified': 'certified',
    'nviewed': 'viewed',
    'nexplored': 'explored',
    'nverified': 'verified',
    'ncert_verified': 'certified and verified',
} %}
with

persons as (
    select
        *,
        coalesce(cc_by_ip, 'UNKNOWN') as code,
        coalesce(cc_by_ip, '') || '|' || coalesce(countryLabel, '') as country -- noqa: CP02
    from {{ ref('int_person_courses_reported') }}
),

parts as (
    {% for count, condition in counts.items() -%}
        {% for group_key, code in (('country', 'code'), ("'*'", "'*'")) -%}
            select
                course_id,
                '{{ count }}' as column_name,
                {{ group_key }} as group_key,
                {{ code }} as code,
                count(*) as people
            from persons
            where {{ condition }}
            group by course_id, {{ group_key }}, {{ code }}
            {% if not loop.last %}union all{% endif %}
        {% endfor %}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

cells as (
    select
        course_id,
        case breakdown when 'mode' then 'nverified' else 'nregistered' end as column_name,
        case breakdown when 'mode' then '*' else coalesce(part, 'UNKNOWN') end as code,
        min(people) as people
    from {{ ref('int_parts_of_breakdowns') }}
    where breakdown = 'location' or column_name = 'n_verified_id'
    group by
        course_id,
        case breakdown when 'mode' then 'nverified' else 'nregistered' end,
        case breakdown when 'mode' then '*' else coalesce(part, 'UNKNOWN') end
)

select
    parts.course_id,
    parts.column_name,
    parts.group_key,
    least(parts.people, cells.people) as people
from parts
left join cells
    on
        parts.course_id = cells.course_id
        and parts.column_name = cells.column_name
        and parts.code = cells.code
