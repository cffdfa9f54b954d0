with

dumps as (
    select
        course_id,
        user_id,
        created,
        mode,
        dump_date,
        coalesce(is_active, 1) = 1 as is_active
    from {{ ref('stg_edx__enrollments') }}
    where user_id is not null and dump_date <= date '{{ var("as_of") }}'
),

states as (
    select * from {{ ref('int_enrollment_states') }}
),

day_before as (
    select
        dumps.*,
        coalesce(
            states.is_enrolled = dumps.is_active
            and (states.mode = dumps.mode or not dumps.is_active),
            not dumps.is_active and states.user_id is null
        ) as agrees_with_day_before
    from dumps
    left join states
        on
            dumps.course_id = states.course_id
            and dumps.user_id = states.user_id
            and dumps.dump_date > states.valid_from
            and dumps.dump_date <= states.valid_to
)

select
    course_id,
    user_id,
    created,
    mode,
    is_active,
    dump_date,
    -- Events of the dump's own day may be later than the dump: it stands where it agrees with them.
    cast(
        case when agrees_with_day_before then dump_date else {{ shifted('dump_date', 1) }} end
        as timestamp
    ) as validated_at
from day_before
