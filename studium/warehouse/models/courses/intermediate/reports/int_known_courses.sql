with

known as (
    select course_id from {{ ref('stg_edx__course_elements') }}
    union
    select course_id from {{ ref('stg_edx__enrollments') }}
)

select
    course_id,
    {{ published_course_id('course_id') }} as published_course_id
from known
