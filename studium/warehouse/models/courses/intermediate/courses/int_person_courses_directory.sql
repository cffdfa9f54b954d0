{{ config(materialized='by_scope', scope='course') }}

with

members as (
    select
        course_id,
        user_id,
        username,
        email,
        profile_level_of_education,
        profile_year_of_birth,
        profile_gender,
        profile_country,
        enrollment_created,
        enrollment_is_active,
        enrollment_mode,
        certificate_grade,
        certificate_status,
        certificate_created_date,
        certificate_modified_date,
        y1_anomalous,
        edxinstructordash_Grade,
        cast(edxinstructordash_Grade_timestamp as timestamp) as reported_at
    from {{ ref('user_info_combo') }}
    where
        username is not null
        and {{ is_touched_course('course_id') }}
),

dumps as (
    select
        course_id,
        user_id,
        cast(dump_date as timestamp) as dumped_at
    from {{ ref('stg_edx__certificates') }}
    where {{ is_touched_course('course_id') }}
),

graded as (
    select
        members.course_id,
        members.user_id,
        members.username,
        coalesce(members.certificate_status = 'downloadable', false) as certified,
        nullif(members.profile_level_of_education, '') as LoE,
        members.profile_year_of_birth as YoB,
        nullif(members.profile_gender, '') as gender,
        passing_grades.passing_grade,
        members.enrollment_created as start_time,
        roles.roles,
        members.enrollment_mode as mode,
        members.enrollment_is_active as is_active,
        cast(members.certificate_created_date as string) as cert_created_date,
        cast(members.certificate_modified_date as string) as cert_modified_date,
        members.certificate_status as cert_status,
        nullif(members.profile_country, '') as profile_country,
        members.y1_anomalous,
        nullif(split_part(members.email, '@', 2), '') as email_domain,
        roles.roles_isBetaTester,
        roles.roles_isInstructor,
        roles.roles_isStaff,
        roles.roles_isCCX,
        roles.roles_isFinance,
        roles.roles_isLibrary,
        roles.roles_isSales,
        roles.forumRoles_isAdmin,
        roles.forumRoles_isCommunityTA,
        roles.forumRoles_isModerator,
        roles.forumRoles_isStudent,
        case
            when
                members.reported_at is not null
                and (
                    members.certificate_grade is null
                    or members.reported_at > dumps.dumped_at
                )
                then members.edxinstructordash_Grade
            else members.certificate_grade
        end as grade
    from members
    left join dumps
        on members.course_id = dumps.course_id and members.user_id = dumps.user_id
    left join {{ ref('int_passing_grades') }} as passing_grades
        on members.course_id = passing_grades.course_id
    left join {{ ref('roles') }} as roles
        on {{ is_same_learner('members', 'roles') }}
)

select
    *,
    coalesce(grade >= passing_grade, false) or certified as completed
from graded
