with

cutoffs as (
    select
        course_id,
        name,
        cutoff
    from {{ ref('stg_edx__grade_cutoffs') }}
)

select
    course_id,
    name,
    'overall_cutoff_for_'
    || replace(replace(replace(replace(lower(name), '.', '_'), ' ', '_'), '+', '_'), '-', '__')
        as column_name,
    cutoff
from cutoffs
