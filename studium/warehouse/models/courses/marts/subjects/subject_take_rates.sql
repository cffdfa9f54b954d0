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
            as verified_certificates,
        count(registrations.is_certified) as known,
        {{ number_of('registrations.is_verified and registrations.is_certified is not null') }}
            as known_verified
    from registrations
    inner join subjects on registrations.course_id = subjects.course_id
    group by subjects.subject_id, subjects.subject_title
)

select
    subject_id,
    subject_title,
    courses,
    learners,
    registrations,
    verified_registrations,
    case when known > 0 then certificates end as certificates,
    case when known > 0 then verified_certificates end as verified_certificates,
    {{ percentage('verified_registrations', 'registrations') }} as verified_percent,
    {{ percentage('certificates', 'known') }} as certificate_percent,
    {{ percentage('verified_certificates', 'known_verified') }} as verified_certificate_percent
from counted
