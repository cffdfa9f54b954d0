with

numbered as (
    select
        scope_id,
        id,
        lower(model) as model,
        row_number() over (
            partition by scope_id, id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('lake', 'django_content_type') }}
    where app_label = 'forum'
)

select
    scope_id as course_id,
    id as content_type_id,
    model
from numbered
where place_from_end = 1
