with

programs as (
    select * from {{ ref('stg_catalogue__run_programs') }}
),

runs as (
    select
        course_id,
        course_key,
        title,
        partner_short_code,
        is_embedded
    from {{ ref('stg_catalogue__course_runs') }}
)

select
    programs.course_id,
    programs.program_id,
    programs.program_type,
    programs.program_title,
    runs.course_key,
    runs.title as course_title,
    runs.partner_short_code
from programs
inner join runs on programs.course_id = runs.course_id
where runs.is_embedded or not programs.is_embedded
