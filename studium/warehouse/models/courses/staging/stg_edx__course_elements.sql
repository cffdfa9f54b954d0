with

last_lines as (
    {{ last_lines(
        source('lake', 'course_elements'), 'course_elements', ['index'],
        course='coalesce(course_id, scope_id)'
    ) }}
)

select
    coalesce(course_id, scope_id) as course_id,
    index,
    category,
    url_name,
    name,
    gformat,
    cast(due as timestamp) as due,
    cast(start as timestamp) as start,
    module_id,
    usage_key,
    path,
    ytid,
    weight,
    group_id_to_child,
    user_partition_id,
    itype,
    num_items,
    has_solution,
    has_image,
    chapter_mid,
    graded,
    parent,
    is_split,
    split_url_name,
    video_duration,
    is_staff_only,
    showanswer,
    last_index,
    has_random_script,
    dump_date
from last_lines
