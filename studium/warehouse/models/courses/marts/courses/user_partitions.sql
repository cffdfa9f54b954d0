{{ config(materialized='by_scope', scope='course') }}

select
    row_id as id,
    user_id,
    key,
    course_id,
    case lower(value)
        when 'true' then 1
        when 'false' then 0
        else {{ as_integer('value') }}
    end as value
from {{ ref('stg_edx__course_tags') }}
where {{ is_touched_course('course_id') }}
