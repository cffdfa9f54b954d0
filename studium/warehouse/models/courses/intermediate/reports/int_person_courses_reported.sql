{{ config(materialized='view') }}

with

students as (
    select
        course_id,
        cast(user_id as string) as person_id,
        user_id,
        username,
        false as is_imported,
        viewed,
        explored,
        certified,
        coalesce(mode = 'verified', false) as verified,
        ip,
        cc_by_ip,
        countryLabel,
        LoE,
        YoB,
        gender,
        grade,
        start_time,
        last_event,
        nevents,
        ndays_act,
        nplay_video,
        nchapters,
        nforum_posts,
        nforum_votes,
        nforum_endorsed,
        nforum_threads,
        nforum_comments,
        nforum_pinned,
        nprogcheck,
        nshow_answer,
        nseq_goto,
        npause_video,
        avg_dt,
        sum_dt,
        cast(cert_created_date as timestamp) as cert_created_at
    from {{ ref('person_course') }}
    where coalesce(forumRoles_isStudent = 1, true)
),

published_persons as (
    select
        course_id,
        username as person_id,
        cast(null as bigint) as user_id,
        username,
        true as is_imported,
        viewed,
        explored,
        certified,
        false as verified,
        cast(null as string) as ip,
        cc_by_ip,
        countryLabel,
        LoE,
        YoB,
        gender,
        grade,
        start_time,
        last_event,
        nevents,
        ndays_act,
        nplay_video,
        nchapters,
        nforum_posts,
        cast(null as bigint) as nforum_votes,
        cast(null as bigint) as nforum_endorsed,
        cast(null as bigint) as nforum_threads,
        cast(null as bigint) as nforum_comments,
        cast(null as bigint) as nforum_pinned,
        cast(null as bigint) as nprogcheck,
        cast(null as bigint) as nshow_answer,
        cast(null as bigint) as nseq_goto,
        cast(null as bigint) as npause_video,
        cast(null as double) as avg_dt,
        cast(null as double) as sum_dt,
        cast(null as timestamp) as cert_created_at
    from {{ ref('stg_hmx__person_courses') }} as published
    where
        not exists (
            select 1
            from {{ ref('person_course') }} as person_courses
            where person_courses.course_id = published.course_id
        )
),

all_persons as (
    select * from students
    union all
    select * from published_persons
)

select * from all_persons
