with

subjects as (
    select * from {{ ref('stg_catalogue__subjects') }}
),

runs as (
    select
        course_id,
        course_key,
        source_line as run_line
    from {{ ref('stg_catalogue__course_runs') }}
),

subjects_of_runs as (
    select
        subjects.*,
        cast(null as bigint) as run_line,
        subjects.course_id as run_id
    from subjects
    where subjects.course_id is not null
    union all
    select
        subjects.*,
        runs.run_line,
        runs.course_id as run_id
    from subjects
    inner join runs on subjects.course_key = runs.course_key
    where subjects.course_id is null
)

select
    cast(
        row_number() over (
            order by
                dump_date, source_line, coalesce(run_line, 0), run_id, position,
                coalesce(language, '')
        ) as bigint
    ) as row_number,
    run_id as course_id,
    dump_date as date,
    coalesce(uri, '/course/subject/' || slug) as subject_uri,
    name as subject_title,
    coalesce(language, 'en') as subject_language
from subjects_of_runs
