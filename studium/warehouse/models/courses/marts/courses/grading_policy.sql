with

graders as (
    select
        course_id,
        position,
        assignment_type,
        name,
        weight,
        short_label,
        min_count,
        drop_count,
        other
    from {{ ref('stg_edx__graders') }}
),

pass_cutoffs as (
    select
        course_id,
        min(cutoff) as cutoff
    from {{ ref('grade_cutoffs') }}
    where column_name = 'overall_cutoff_for_pass'
    group by course_id
)

select
    graders.course_id,
    graders.assignment_type,
    coalesce(graders.name, graders.assignment_type) as name,
    graders.weight as fraction_of_overall_grade,
    graders.short_label,
    graders.min_count,
    graders.drop_count,
    {{ json_text('graders.other', '$.category') }} as category,
    {{ json_text('graders.other', '$.section_type') }} as section_type,
    {{ json_text('graders.other', '$.show_only_average') }} as show_only_average,
    pass_cutoffs.cutoff as overall_cutoff_for_pass,
    graders.other,
    graders.position
from graders
left join pass_cutoffs on graders.course_id = pass_cutoffs.course_id
