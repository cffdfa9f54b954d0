select
    course_id,
    {{ metainfo() }}
from {{ ref('course_metainfo') }}
group by course_id
