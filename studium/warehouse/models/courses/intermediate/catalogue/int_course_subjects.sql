with

subjects as (
    select
        course_id,
        coalesce(subject_uri, subject_title) as subject_id,
        subject_title,
        subject_language,
        row_number
    from {{ ref('d_course_subjects') }}
    where subject_title is not null
),

titles as (
    select
        subject_id,
        subject_title,
        row_number() over (
            partition by subject_id
            order by
                case when subject_language like 'en%' then 0 else 1 end,
                row_number
        ) as place
    from subjects
)

select distinct
    subjects.course_id,
    subjects.subject_id,
    titles.subject_title
from subjects
inner join titles on subjects.subject_id = titles.subject_id
where titles.place = 1
