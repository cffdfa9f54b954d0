{{ config(materialized='view') }}

select *
from {{ ref('person_course') }}
where verified_enroll_time is not null
