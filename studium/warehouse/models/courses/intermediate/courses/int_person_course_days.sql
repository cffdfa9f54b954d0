{{ config(materialized='by_date', date_column='date', reach=1) }}

with

events as (
    select
        event_date,
        event_time,
        event_type,
        username,
        course_id,
        {{ whole_microseconds("gap_seconds") }} as gap
    from {{ ref('int_events_timed') }}
    where {{ is_recomputed('event_date', reach=1) }}
),

with_kept_gaps as (
    select
        *,
        case when gap <= 300000000 then gap end as dt,
        {{ is_course_page('progress') }} as is_progress_page,
        {{ is_course_page('discussion/') }} as is_forum_page
    from events
),

summed_by_day as (
    select
        username,
        course_id,
        event_date,
        count(*) as nevents,
        count(*) filter (where is_progress_page) as nprogcheck,
        count(*) filter (where event_type in ('show_answer', 'showanswer')) as nshow_answer,
        count(*) filter (where event_type = 'play_video') as nvideo,
        count(*) filter (where event_type = 'problem_check') as nproblem_check,
        count(*) filter (where is_forum_page) as nforum,
        count(*) filter (where event_type = 'show_transcript') as ntranscript,
        count(*) filter (where event_type = 'seq_goto') as nseq_goto,
        count(*) filter (where event_type = 'seek_video') as nseek_video,
        count(*) filter (where event_type = 'pause_video') as npause_video,
        min(event_time) as first_event,
        max(event_time) as last_event,
        count(dt) as n_dt,
        max(dt) as max_dt,
        cast(sum(dt) as bigint) as sum_dt,
        sum(cast(dt * dt as decimal(18, 0))) as sum_of_squares
    from with_kept_gaps
    group by username, course_id, event_date
)

select
    username,
    course_id,
    event_date as date,
    nevents,
    nprogcheck,
    nshow_answer,
    nvideo,
    nproblem_check,
    nforum,
    ntranscript,
    nseq_goto,
    nseek_video,
    npause_video,
    first_event,
    last_event,
    sum_dt / 1e6 / n_dt as avg_dt,
    {{ deviation('sum_of_squares', 'sum_dt', 'n_dt') }} / 1e6 as sdv_dt,
    max_dt / 1e6 as max_dt,
    n_dt,
    sum_dt / 1e6 as sum_dt
from summed_by_day
