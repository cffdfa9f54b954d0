with

dumps as (
    select * from {{ ref('int_enrollment_dumps') }}
),

dump_days as (
    select
        course_id,
        max(dump_date) as dump_date
    from dumps
    group by course_id
),

events as (
    select
        events.course_id,
        events.user_id,
        events.event_time as happened_at,
        case events.event_type
            when 'edx.course.enrollment.activated' then 'activate'
            when 'edx.course.enrollment.deactivated' then 'deactivate'
            else 'mode_change'
        end as kind,
        events.mode,
        cast(null as timestamp) as created,
        dump_days.dump_date
    from {{ ref('int_enrollment_events') }} as events
    inner join dump_days
        on
            events.course_id = dump_days.course_id
            and events.event_date <= dump_days.dump_date
),

missing as (
    select
        events.course_id,
        events.user_id,
        cast({{ shifted('max(events.dump_date)', 1) }} as timestamp) as happened_at,
        'missing' as kind,
        cast(null as string) as mode,
        cast(null as timestamp) as created,
        max(events.dump_date) as dump_date
    from events
    left join dumps
        on events.course_id = dumps.course_id and events.user_id = dumps.user_id
    where dumps.user_id is null
    group by events.course_id, events.user_id
),

all_of_them as (
    select * from events
    union all
    select * from missing
    union all
    select
        course_id,
        user_id,
        validated_at as happened_at,
        case when is_active then 'validate(active)' else 'validate(inactive)' end as kind,
        mode,
        created,
        dump_date
    from dumps
)

select * from all_of_them
