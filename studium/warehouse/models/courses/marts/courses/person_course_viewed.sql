{{ config(materialized='view') }}

select *
from {{ ref('person_course') }}
where viewed
