with

timeline as (
    select
        *,
        row_number() over in_order as place,
        first_value(mode) over in_order as first_mode,
        lead(kind) over in_order as next_kind,
        lead(mode) over in_order as next_mode,
        max(created) over (partition by course_id, user_id) as row_created
    from {{ ref('int_enrollment_timeline') }}
    window in_order as (
        partition by course_id, user_id
        order by happened_at, kind, coalesce(mode, '')
    )
),

-- Changes of mode say nothing of whether somebody is enrolled: they are stepped over.
activations as (
    select
        *,
        lag(kind) over in_order is null as is_first,
        lead(kind) over in_order as next_activation
    from timeline
    where kind <> 'mode_change'
    window in_order as (partition by course_id, user_id order by place)
),

activity_missing as (
    select
        *,
        case
            when
                kind in ('activate', 'validate(active)')
                and next_activation in ('validate(inactive)', 'missing')
                then 'deactivated'
            when
                kind in ('deactivate', 'validate(inactive)')
                and next_activation = 'validate(active)'
                then 'activated'
        end as correction
    from activations
),

modes_missing as (
    select
        timeline.*,
        activity_missing.correction is not null as follows_correction
    from timeline
    left join activity_missing
        on
            timeline.course_id = activity_missing.course_id
            and timeline.user_id = activity_missing.user_id
            and timeline.place = activity_missing.place
    where
        timeline.next_kind in ('deactivate', 'validate(active)', 'validate(inactive)')
        and timeline.mode <> timeline.next_mode
),

corrections as (
    select
        course_id,
        user_id,
        coalesce(row_created, happened_at - interval '1' microsecond) as event_time,
        'edx.course.enrollment.activated' as event_type,
        first_mode as mode,
        'start => ' || kind as reason,
        dump_date
    from activations
    where is_first and kind in ('deactivate', 'validate(active)')
    union all
    select
        course_id,
        user_id,
        happened_at + interval '1' microsecond as event_time,
        'edx.course.enrollment.' || correction as event_type,
        mode,
        kind || ' => ' || next_activation as reason,
        dump_date
    from activity_missing
    where correction is not null
    union all
    select
        course_id,
        user_id,
        case
            when follows_correction then happened_at + interval '2' microsecond
            else happened_at + interval '1' microsecond
        end as event_time,
        'edx.course.enrollment.mode_changed' as event_type,
        next_mode as mode,
        kind || ' => ' || next_kind || ' (' || mode || '=>' || next_mode || ')' as reason,
        dump_date
    from modes_missing
)

select * from corrections
