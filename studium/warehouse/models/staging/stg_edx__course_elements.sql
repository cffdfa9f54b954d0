with

rows_of_courses as (
    select
        coalesce(course_id, package_course_id) as course_id,
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
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'course_elements') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by course_id, index
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_courses
    where course_id is not null
)

select
    course_id,
    index,
    category,
    url_name,
    name,
    gformat,
    due,
    start,
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
    dump_date
from numbered
where place_from_end = 1
