{{ config(materialized='by_scope', scope='course') }}

{%- set keys = 'days' if var('compat') else 'events' %}
-- depends_on: {{ ref('int_problem_moments') }}
{% if var('compat') %}
    with

    days as (
        select username, course_id, date from {{ ref('int_person_course_days') }}
        where {{ is_touched_course('course_id') }}
        union
        select username, course_id, date from {{ ref('int_video_days') }}
        where {{ is_touched_course('course_id') }}
        union
        select username, course_id, date from {{ ref('int_forum_days') }}
        where {{ is_touched_course('course_id') }}
        union
        select username, course_id, date from {{ ref('int_problem_moments') }}
        where {{ is_touched_course('course_id') }}
    )
{% endif %}

select
    {{ keys }}.username,
    {{ keys }}.course_id,
    {{ keys }}.date,
    events.nevents,
    events.nprogcheck,
    events.nshow_answer,
    events.nvideo,
    events.nproblem_check,
    events.nforum,
    events.ntranscript,
    events.nseq_goto,
    events.nseek_video,
    events.npause_video,
    coalesce(videos.nvideos_viewed, 0) as nvideos_viewed,
    coalesce(videos.nvideos_watched_sec, 0) as nvideos_watched_sec,
    coalesce(forum.nforum_reads, 0) as nforum_reads,
    coalesce(forum.nforum_posts, 0) as nforum_posts,
    coalesce(forum.nforum_threads, 0) as nforum_threads,
    coalesce(problems.nproblems_answered, 0) as nproblems_answered,
    coalesce(problems.nproblems_attempted, 0) as nproblems_attempted,
    coalesce(problems.nproblems_multiplechoice, 0) as nproblems_multiplechoice,
    coalesce(problems.nproblems_choice, 0) as nproblems_choice,
    coalesce(problems.nproblems_numerical, 0) as nproblems_numerical,
    coalesce(problems.nproblems_option, 0) as nproblems_option,
    coalesce(problems.nproblems_custom, 0) as nproblems_custom,
    coalesce(problems.nproblems_string, 0) as nproblems_string,
    coalesce(problems.nproblems_mixed, 0) as nproblems_mixed,
    coalesce(problems.nproblems_forumula, 0) as nproblems_forumula,
    coalesce(problems.nproblems_other, 0) as nproblems_other,
    {% if var('compat') -%}
        least(
            events.first_event, cast(videos.date as timestamp),
            forum.first_time, moments.first_time
        ) as first_event,
        greatest(
            events.last_event, cast(videos.date as timestamp),
            forum.last_time, moments.last_time
        ) as last_event,
    {%- else -%}
        events.first_event,
        events.last_event,
    {%- endif %}
    events.avg_dt,
    events.sdv_dt,
    events.max_dt,
    coalesce(events.n_dt, 0) as n_dt,
    events.sum_dt
{%- if var('compat') %}
    from days
    left join {{ ref('int_person_course_days') }} as events
        on {{ is_same_day('days', 'events') }}
    left join {{ ref('int_problem_moments') }} as moments
        on {{ is_same_day('days', 'moments') }}
{%- else %}
    from {{ ref('int_person_course_days') }} as events
{%- endif %}
left join {{ ref('int_video_days') }} as videos
    on {{ is_same_day(keys, 'videos') }}
left join {{ ref('int_forum_days') }} as forum
    on {{ is_same_day(keys, 'forum') }}
left join {{ ref('problems_daily') }} as problems
    on {{ is_same_day(keys, 'problems') }}
{%- if not var('compat') %}
    where {{ is_touched_course('events.course_id') }}
{%- endif %}
