{%- set left_at = 'last_event' if var('compat') else 'coalesce(last_event, start_time)' %}

with

students as (
    select
        course_id,
        cast(start_time as date) as start_date,
        case when is_active = 0 then cast({{ left_at }} as date) end as end_date,
        case when mode = 'verified' then 1 else 0 end as verified
    from {{ ref('person_course') }}
    where forumRoles_isStudent = 1 or forumRoles_isStudent is null
),

changes as (
    select
        course_id,
        start_date as date,
        1 as came,
        0 as went,
        verified
    from students
    union all
    select
        course_id,
        end_date as date,
        0 as came,
        1 as went,
        verified
    from students
),

days as (
    select
        course_id,
        date,
        cast(sum(came) as bigint) as nregistered_ever,
        cast(sum(went) as bigint) as n_unregistered,
        cast(sum(came - went) as bigint) as nregistered_net,
        cast(sum(verified * came) as bigint) as nverified_ever,
        cast(sum(verified * went) as bigint) as nverified_un_registered,
        cast(sum(verified * (came - went)) as bigint) as nverified_net
    from changes
    where date is not null
    group by course_id, date
)

select
    course_id,
    date,
    nregistered_ever,
    n_unregistered,
    nregistered_net,
    cast(sum(nregistered_ever) over so_far as bigint) as nregistered_ever_cum,
    cast(sum(nregistered_net) over so_far as bigint) as nregistered_net_cum,
    nverified_ever,
    nverified_un_registered,
    nverified_net,
    cast(sum(nverified_ever) over so_far as bigint) as nverified_ever_cum,
    cast(sum(nverified_net) over so_far as bigint) as nverified_net_cum
from days
window so_far as (partition by course_id order by date)
