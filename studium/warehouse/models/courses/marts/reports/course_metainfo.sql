with

entries as (
    select course_id, key, value from {{ ref('int_course_metainfo_counted') }}
    union all
    select course_id, key, value from {{ ref('int_course_metainfo_listed') }}
),

overrides as (
    select course_id, key, value from {{ ref('stg_edx__metainfo_overrides') }}
    where value is not null
),

kept as (
    select entries.course_id, entries.key, entries.value
    from entries
    left join overrides
        on entries.course_id = overrides.course_id and entries.key = overrides.key
    where overrides.key is null
),

final as (
    select * from kept
    union all
    select * from overrides
)

select * from final
