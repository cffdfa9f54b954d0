with

timeline as (
    select
        *,
        lag(kind) over in_order as older_kind,
        lag(mode) over in_order as older_mode,
        lag(happened_at) over in_order as older_at
    from {{ ref('int_enrollment_timeline') }}
    window in_order as (
        partition by course_id, user_id
        order by happened_at, kind, coalesce(mode, '')
    )
),

neighbours as (
    select
        *,
        coalesce(older_kind, 'start') as older,
        coalesce(older_mode, case when older_kind is null then 'honor' end) as mode_before,
        older_kind is not null and older_kind in ('activate', 'mode_change', 'validate(active)')
            as was_active
    from timeline
),

corrections as (
    select
        *,
        case
            when kind in ('deactivate', 'mode_change') and older = 'start' then 'activated'
            when kind in ('deactivate', 'mode_change') and older = 'validate(inactive)'
                then 'activated'
            when kind = 'validate(active)' and not was_active then 'activated'
            when kind in ('validate(inactive)', 'missing') and was_active then 'deactivated'
            when
                kind in ('validate(active)', 'deactivate') and was_active
                and mode <> mode_before
                then 'mode_changed'
        end as correction
    from neighbours
)

select
    course_id,
    user_id,
    case
        when older_at is not null then cast(older_at + interval '1' microsecond as timestamp)
        when created <= happened_at then created
        else cast(happened_at - interval '1' microsecond as timestamp)
    end as event_time,
    'edx.course.enrollment.' || correction as event_type,
    coalesce(mode, mode_before) as mode,
    older || ' => ' || kind || ' (' || coalesce(mode_before, '') || '=>'
    || coalesce(mode, mode_before, '') || ')' as reason,
    dump_date
from corrections
where correction is not null
