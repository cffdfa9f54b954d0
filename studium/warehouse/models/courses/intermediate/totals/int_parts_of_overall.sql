{% set counts = [
    'registered_sum', 'viewed_sum', 'explored_sum', 'certified_sum', 'certified_and_explored_sum',
    'certified_or_explored_sum', 'n_male', 'n_female', 'n_usa_and_viewed', 'n_bachplus_in_reg',
    'n_bachplus_in_viewed', 'n_not_bachplus_in_reg', 'n_not_bachplus_in_viewed', 'n_male_viewed',
    'n_female_viewed', 'n_verified_id', 'verified_viewed', 'verified_explored', 'verified_certified',
    'n_reg_nonzero_grade', 'n_viewed_nonzero_grade', 'n_explored_nonzero_grade', 'n_have_ip',
    'n_missing_cc'
] %}
with

parts as (
    {% for count in counts -%}
        select
            course_id,
            '{{ count }}' as column_name,
            {{ count }} as people
        from {{ ref('broad_stats_by_course') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

cells as (
    select
        course_id,
        column_name,
        min(people) as people
    from {{ ref('int_parts_of_breakdowns') }}
    where column_name is not null
    group by course_id, column_name
)

select
    parts.course_id,
    parts.column_name,
    least(parts.people, cells.people) as people
from parts
left join cells
    on parts.course_id = cells.course_id and parts.column_name = cells.column_name
where parts.people > 0
