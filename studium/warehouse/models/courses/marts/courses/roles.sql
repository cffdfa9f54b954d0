{{ config(materialized='by_scope', scope='course') }}
{%- set community_ta = "'CommunityTA'" if var('compat') else "'Community TA'" %}

with

given_roles as (
    select
        course_id,
        user_id,
        role,
        'course' as place
    from {{ ref('stg_edx__course_roles') }}
    where {{ is_touched_course('course_id') }}
    union all
    select
        course_id,
        user_id,
        role,
        'forum' as place
    from {{ ref('stg_edx__forum_roles') }}
    where {{ is_touched_course('course_id') }}
),

side_by_side as (
    select
        course_id,
        user_id,
        max(case when place = 'course' and role = 'beta_testers' then 1 end) as roles_isBetaTester,
        max(case when place = 'course' and role = 'instructor' then 1 end) as roles_isInstructor,
        max(case when place = 'course' and role = 'staff' then 1 end) as roles_isStaff,
        max(case when place = 'course' and role = 'ccx_coach' then 1 end) as roles_isCCX,
        max(case when place = 'course' and role = 'finance_admin' then 1 end) as roles_isFinance,
        max(case when place = 'course' and role = 'library_user' then 1 end) as roles_isLibrary,
        max(case when place = 'course' and role = 'sales_admin' then 1 end) as roles_isSales,
        max(case when place = 'forum' and role = 'Administrator' then 1 end) as forumRoles_isAdmin,
        max(case when place = 'forum' and role = {{ community_ta }} then 1 end)
            as forumRoles_isCommunityTA,
        max(case when place = 'forum' and role = 'Moderator' then 1 end) as forumRoles_isModerator,
        max(case when place = 'forum' and role = 'Student' then 1 end) as forumRoles_isStudent
    from given_roles
    where user_id is not null
    group by course_id, user_id
)

select
    course_id,
    user_id,
    cast(roles_isBetaTester as bigint) as roles_isBetaTester,
    cast(roles_isInstructor as bigint) as roles_isInstructor,
    cast(roles_isStaff as bigint) as roles_isStaff,
    cast(roles_isCCX as bigint) as roles_isCCX,
    cast(roles_isFinance as bigint) as roles_isFinance,
    cast(roles_isLibrary as bigint) as roles_isLibrary,
    cast(roles_isSales as bigint) as roles_isSales,
    cast(forumRoles_isAdmin as bigint) as forumRoles_isAdmin,
    cast(forumRoles_isCommunityTA as bigint) as forumRoles_isCommunityTA,
    cast(forumRoles_isModerator as bigint) as forumRoles_isModerator,
    cast(forumRoles_isStudent as bigint) as forumRoles_isStudent,
    case
        when
            coalesce(
                roles_isBetaTester, roles_isInstructor, roles_isStaff, roles_isCCX,
                roles_isFinance, roles_isLibrary, roles_isSales,
                forumRoles_isAdmin, forumRoles_isCommunityTA, forumRoles_isModerator
            ) = 1
            then 'Staff'
        else 'Student'
    end as roles
from side_by_side
