with

cohorts as (
    select
        id,
        coalesce(course_id, scope_id) as course_id,
        name,
        row_number() over (
            partition by id, coalesce(course_id, scope_id)
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('lake', 'course_groups_courseusergroup') }}
    where group_type = 'cohort' or group_type is null
),

members as (
    select distinct
        courseusergroup_id,
        scope_id,
        user_id
    from {{ source('lake', 'course_groups_courseusergroup_users') }}
),

memberships as (
    select
        cohorts.course_id,
        members.user_id,
        cohorts.name as cohort,
        row_number() over (
            partition by cohorts.course_id, members.user_id
            order by cohorts.id desc
        ) as place_from_end
    from cohorts
    inner join members
        on
            cohorts.id = members.courseusergroup_id
            and cohorts.course_id = coalesce(members.scope_id, cohorts.course_id)
    where cohorts.place_from_end = 1 and cohorts.course_id is not null
)

select
    course_id,
    user_id,
    cohort
from memberships
where place_from_end = 1
