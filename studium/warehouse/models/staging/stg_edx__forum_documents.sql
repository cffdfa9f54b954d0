with

rows_of_courses as (
    select
        coalesce(course_id, package_course_id) as course_id,
        mongoid,
        author_id,
        author_username,
        cast(created_at as timestamp) as created_at,
        cast(updated_at as timestamp) as updated_at,
        cast(last_activity_at as timestamp) as last_activity_at,
        type,
        comment_thread_id,
        parent_id,
        parent_ids,
        title,
        thread_type,
        commentable_id,
        anonymous,
        anonymous_to_peers,
        endorsed,
        closed,
        pinned,
        visible,
        endorsement_user_id,
        cast(endorsement_time as timestamp) as endorsement_time,
        votes_count,
        votes_point,
        votes_up_count,
        votes_down_count,
        votes_up,
        votes_down,
        abuse_flaggers,
        historical_abuse_flaggers,
        at_position_list,
        sk,
        child_count,
        comment_count,
        group_id,
        tags_array,
        body,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'forum_documents') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by course_id, mongoid
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_courses
    where course_id is not null
)

select
    course_id,
    mongoid,
    author_id,
    author_username,
    created_at,
    updated_at,
    last_activity_at,
    type,
    comment_thread_id,
    parent_id,
    parent_ids,
    title,
    thread_type,
    commentable_id,
    anonymous,
    anonymous_to_peers,
    endorsed,
    closed,
    pinned,
    visible,
    endorsement_user_id,
    endorsement_time,
    votes_count,
    votes_point,
    votes_up_count,
    votes_down_count,
    votes_up,
    votes_down,
    abuse_flaggers,
    historical_abuse_flaggers,
    at_position_list,
    sk,
    child_count,
    comment_count,
    group_id,
    tags_array,
    body,
    dump_date
from numbered
where place_from_end = 1
