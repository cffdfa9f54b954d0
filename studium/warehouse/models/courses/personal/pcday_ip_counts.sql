{{ config(materialized='view') }}

select
    username,
    ip,
    date,
    ipcount,
    course_id
from {{ ref('int_ip_counts_daily') }}
where {{ 'true' if var('compat') else 'ip is not null' }}
