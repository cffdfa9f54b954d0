{{ config(materialized='by_scope', scope='course') }}

select
    category,
    index,
    url_name,
    name,
    gformat,
    due,
    start,
    module_id,
    course_id,
    path,
    ytid as data_ytid,
    weight as data_weight,
    group_id_to_child as data_group_id_to_child,
    user_partition_id as data_user_partition_id,
    itype as data_itype,
    num_items as data_num_items,
    has_solution as data_has_solution,
    has_image as data_has_image,
    chapter_mid,
    graded,
    parent,
    is_split,
    split_url_name
from {{ ref('stg_edx__course_elements') }}
where {{ is_touched_course('course_id') }}
