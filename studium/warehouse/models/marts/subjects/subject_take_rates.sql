with

registrations as (
    select * from {{ ref('int_registrations') }}
),

subjects as (
    select * from {{ ref('int_course_subjects') }}
),

counted as (
    select
        subjects.subject_id,
        subjects.subject_title,
        count(distinct registrations.course_id) as courses,
        count(distinct registrations.user_id) as learners,
        count(*) as registrations,
        {{ number_of('registrations.is_verified') }} as verified_registrations,
        {{ number_of('registrations.is_certified') }} as certificates,
        {{ number_of('registrations.is_verified and registrations.is_certified') }}
            as verified_certificates
    from registrations
    inner join subjects on registrations.course_id = subjects.course_id
    group by subjects.subject_id, subjects.subject_title
)

select
    *,
    {{ percentage('verified_registrations', 'registrations') }} as verified_percent,
    {{ percentage('certificates', 'registrations') }} as certificate_percent,
    {{ percentage('verified_certificates', 'verified_registrations') }}
        as verified_certificate_percent
from counted
