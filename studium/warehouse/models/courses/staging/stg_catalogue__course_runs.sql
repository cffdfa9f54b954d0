with

rows_of_files as (
    select
        course_id,
        course_key,
        run_uuid,
        title,
        cast(start_time as timestamp) as start_time,
        cast(end_time as timestamp) as end_time,
        cast(enrollment_start_time as timestamp) as enrollment_start_time,
        cast(enrollment_end_time as timestamp) as enrollment_end_time,
        cast(announcement_time as timestamp) as announcement_time,
        content_language,
        pacing_type,
        level_type,
        availability,
        status,
        partner_short_code,
        marketing_url,
        reporting_type,
        min_effort,
        max_effort,
        weeks_to_complete,
        cast(modified_time as timestamp) as modified_time,
        coalesce(is_embedded, false) as is_embedded,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'catalogue_course_runs') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by course_id
            order by is_embedded asc, dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_files
    where course_id is not null
)

select
    course_id,
    course_key,
    run_uuid,
    title,
    start_time,
    end_time,
    enrollment_start_time,
    enrollment_end_time,
    announcement_time,
    content_language,
    pacing_type,
    level_type,
    availability,
    status,
    partner_short_code,
    marketing_url,
    reporting_type,
    min_effort,
    max_effort,
    weeks_to_complete,
    modified_time,
    is_embedded,
    dump_date,
    source_line
from numbered
where place_from_end = 1
