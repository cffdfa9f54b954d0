with

run_programs as (
    select * from {{ ref('int_run_programs') }}
),

slots as (
    select
        program_id,
        course_key,
        slot
    from {{ ref('stg_catalogue__program_courses') }}
)

select
    run_programs.program_id,
    run_programs.program_type,
    run_programs.program_title,
    run_programs.course_key as catalog_course,
    run_programs.course_title as catalog_course_title,
    run_programs.course_id,
    {{ org_of('run_programs.course_id') }} as org_id,
    run_programs.partner_short_code,
    slots.slot as program_slot_number
from run_programs
left join slots
    on
        run_programs.program_id = slots.program_id
        and run_programs.course_key = slots.course_key
