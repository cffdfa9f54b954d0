select
    course_id,
    name,
    org,
    number,
    blocks_url,
    short_description,
    enrollment_start,
    enrollment_end,
    start_date,
    end_date,
    start_display,
    start_type,
    effort,
    pacing
from {{ ref('stg_edx__listed_courses') }}
