{{ config(materialized='by_scope', scope='course') }}

with

learners as (
    select
        course_id,
        user_id,
        username
    from {{ ref('int_person_courses_directory') }}
    where {{ is_touched_course('course_id') }}
)

select
    learners.course_id,
    learners.user_id,
    chapters.user_id is not null as viewed,
    case
        when chapters.user_id is null then cast(null as boolean)
        {% if var('compat') -%}
            else chapters.nchapters >= floor(coalesce(course_chapters.nchapters, 9999) / 2)
        {%- else -%}
            else 2 * chapters.nchapters >= course_chapters.nchapters
        {%- endif %}
    end as explored,
    totals.first_event,
    totals.last_event,
    totals.nevents,
    totals.ndays_act,
    totals.nvideo as nplay_video,
    chapters.nchapters,
    posts.nforum as nforum_posts,
    posts.nvotes as nforum_votes,
    posts.nendorsed as nforum_endorsed,
    posts.nthread as nforum_threads,
    posts.ncomment as nforum_comments,
    posts.npinned as nforum_pinned,
    totals.nprogcheck,
    totals.nproblem_check,
    totals.nforum as nforum_events,
    verified.verified_enroll_time,
    verified.verified_unenroll_time,
    languages.language,
    languages.language_download,
    languages.language_nevents,
    languages.language_ndiff,
    totals.ntranscript,
    totals.nshow_answer,
    totals.nvideo,
    nullif(videos.n_unique_videos_watched, 0) as nvideos_unique_viewed,
    case when videos.n_unique_videos_watched > 0 then videos.fract_total_videos_watched end
        as nvideos_total_watched,
    totals.nseq_goto,
    totals.nseek_video,
    totals.npause_video,
    totals.avg_dt,
    totals.sdv_dt,
    totals.max_dt,
    totals.n_dt,
    totals.sum_dt
from learners
left join {{ ref('int_chapter_totals') }} as course_chapters
    on learners.course_id = course_chapters.course_id
left join {{ ref('pc_nchapters') }} as chapters
    on {{ is_same_learner('learners', 'chapters') }}
left join {{ ref('pc_forum') }} as posts
    on {{ is_same_learner('learners', 'posts') }}
left join {{ ref('person_enrollment_verified') }} as verified
    on {{ is_same_learner('learners', 'verified') }}
left join {{ ref('person_course_video_watched') }} as videos
    on {{ is_same_learner('learners', 'videos') }}
left join {{ ref('pc_day_totals') }} as totals
    on {{ is_same_person('learners', 'totals') }}
left join {{ ref('course_modal_language') }} as languages
    on {{ is_same_person('learners', 'languages') }}
