with

known as (
    select course_id from {{ ref('stg_edx__course_elements') }}
    union
    select course_id from {{ ref('stg_edx__enrollments') }}
)

select
    coalesce(known.course_id, listed.course_id) as course_id,
    listed.username,
    listed.name,
    listed.role
from {{ ref('stg_edx__course_staff') }} as listed
left join known
    on
        {{ published_course_id('listed.course_id') }}
        = {{ published_course_id('known.course_id') }}
