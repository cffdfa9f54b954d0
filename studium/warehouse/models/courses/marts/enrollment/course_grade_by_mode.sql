with

states as (
    select
        course_id,
        user_id,
        valid_from,
        mode
    from {{ ref('int_enrollment_states') }}
),

passing_grades as (
    select
        course_id,
        user_id,
        cast(modified as date) as graded_on
    from {{ ref('stg_edx__course_grades') }}
    where passed_timestamp is not null and letter_grade <> ''
),

modes_at_grade as (
    select
        passing_grades.course_id,
        passing_grades.user_id,
        states.mode,
        row_number() over (
            partition by passing_grades.course_id, passing_grades.user_id
            order by states.valid_from desc
        ) as place_from_end
    from passing_grades
    inner join states
        on
            passing_grades.course_id = states.course_id
            and passing_grades.user_id = states.user_id
            and passing_grades.graded_on >= states.valid_from
),

all_modes as (
    select distinct
        course_id,
        mode
    from states
)

select
    all_modes.course_id,
    all_modes.mode,
    count(modes_at_grade.user_id) as passing_users
from all_modes
left join modes_at_grade
    on
        all_modes.course_id = modes_at_grade.course_id
        and all_modes.mode = modes_at_grade.mode
        and modes_at_grade.place_from_end = 1
group by all_modes.course_id, all_modes.mode
