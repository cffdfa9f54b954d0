with

instructors as (
    select * from {{ ref('stg_catalogue__instructors') }}
),

runs as (
    select
        course_id,
        is_embedded
    from {{ ref('stg_catalogue__course_runs') }}
)

select
    instructors.course_id,
    instructors.position,
    instructors.person_id,
    instructors.name,
    instructors.title,
    instructors.organization
from instructors
inner join runs on instructors.course_id = runs.course_id
where runs.is_embedded or not instructors.is_embedded
