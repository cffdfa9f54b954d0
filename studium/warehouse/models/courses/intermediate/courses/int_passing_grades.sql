with

cutoffs as (
    select
        course_id,
        column_name,
        cutoff
    from {{ ref('grade_cutoffs') }}
    {% if var('compat') -%}
        where column_name = 'overall_cutoff_for_pass'
    {%- endif %}
)

select
    course_id,
    min(cutoff) as passing_grade
from cutoffs
group by course_id
