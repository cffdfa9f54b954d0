{{ config(materialized='by_scope', scope='course') }}

with

members as (
    select
        course_id,
        user_id
    from {{ ref('stg_edx__enrollments') }}
    where {{ is_touched_course('course_id') }}
    union
    select
        course_id,
        user_id
    from {{ ref('stg_edx__certificates') }}
    where {{ is_touched_course('course_id') }}
)

select
    members.course_id,
    members.user_id,
    users.username,
    contacts.email,
    users.is_staff,
    users.last_login,
    users.date_joined,
    details.name as profile_name,
    profiles.language as profile_language,
    details.location as profile_location,
    details.meta as profile_meta,
    profiles.courseware as profile_courseware,
    profiles.gender as profile_gender,
    details.mailing_address as profile_mailing_address,
    details.year_of_birth as profile_year_of_birth,
    profiles.level_of_education as profile_level_of_education,
    details.goals as profile_goals,
    profiles.allow_certificate as profile_allow_certificate,
    profiles.country as profile_country,
    details.city as profile_city,
    enrollments.course_id as enrollment_course_id,
    enrollments.created as enrollment_created,
    enrollments.is_active as enrollment_is_active,
    enrollments.mode as enrollment_mode,
    {{ 'cast(null as bigint)' if var('compat') else 'certificates.row_id' }} as certificate_id,
    {{ 'cast(null as bigint)' if var('compat') else 'certificates.user_id' }}
        as certificate_user_id,
    links.download_url as certificate_download_url,
    certificates.grade as certificate_grade,
    certificates.course_id as certificate_course_id,
    links.key as certificate_key,
    certificates.distinction as certificate_distinction,
    certificates.status as certificate_status,
    links.verify_uuid as certificate_verify_uuid,
    links.download_uuid as certificate_download_uuid,
    links.name as certificate_name,
    certificates.created_date as certificate_created_date,
    certificates.modified_date as certificate_modified_date,
    certificates.error_reason as certificate_error_reason,
    certificates.mode as certificate_mode,
    id_map.hash_id as id_map_hash_id,
    grade_reports.grade as edxinstructordash_Grade,
    cast(grade_reports.grade_timestamp as string) as edxinstructordash_Grade_timestamp,
    cast(null as bigint) as y1_anomalous
from members
left join {{ ref('stg_edx__users') }} as users
    on {{ is_same_learner('members', 'users') }}
left join {{ ref('stg_edx__user_contacts') }} as contacts
    on {{ is_same_learner('members', 'contacts') }}
left join {{ ref('stg_edx__profiles') }} as profiles
    on {{ is_same_learner('members', 'profiles') }}
left join {{ ref('stg_edx__profile_details') }} as details
    on {{ is_same_learner('members', 'details') }}
left join {{ ref('stg_edx__enrollments') }} as enrollments
    on {{ is_same_learner('members', 'enrollments') }}
left join {{ ref('stg_edx__certificates') }} as certificates
    on {{ is_same_learner('members', 'certificates') }}
left join {{ ref('stg_edx__certificate_links') }} as links
    on {{ is_same_learner('members', 'links') }}
left join {{ ref('stg_edx__user_id_map') }} as id_map
    on {{ is_same_learner('members', 'id_map') }}
left join {{ ref('stg_edx__grade_reports') }} as grade_reports
    on {{ is_same_learner('members', 'grade_reports') }}
