{{ config(materialized='by_scope', scope='course') }}

with

users as (
    select
        course_id,
        user_id,
        username
    from {{ ref('stg_edx__users') }}
    where username is not null and {{ is_touched_course('course_id') }}
),

enrollments as (
    select
        course_id,
        user_id,
        mode
    from {{ ref('stg_edx__enrollments') }}
    where {{ is_touched_course('course_id') }}
),

certificates as (
    select
        course_id,
        user_id,
        status
    from {{ ref('stg_edx__certificates') }}
    where {{ is_touched_course('course_id') }}
),

roles as (
    select
        course_id,
        cast(user_id as bigint) as user_id,
        roles
    from {{ ref('roles') }}
    where {{ is_touched_course('course_id') }}
),

viewers as (
    select distinct
        course_id,
        user_id
    from {{ ref('stg_edx__student_modules') }}
    where module_type = 'chapter' and {{ is_touched_course('course_id') }}
)

select
    users.course_id,
    users.user_id,
    users.username,
    viewers.user_id is not null as viewed,
    coalesce(certificates.status = 'downloadable', false) as certified,
    coalesce(enrollments.mode = 'verified', false) as verified
from users
left join enrollments
    on
        users.course_id = enrollments.course_id
        and users.user_id = enrollments.user_id
left join certificates
    on
        users.course_id = certificates.course_id
        and users.user_id = certificates.user_id
left join roles
    on
        users.course_id = roles.course_id
        and users.user_id = roles.user_id
left join viewers
    on
        users.course_id = viewers.course_id
        and users.user_id = viewers.user_id
where
    coalesce(roles.roles, 'Student') = 'Student'
    and (enrollments.user_id is not null or certificates.user_id is not null)
