with

problems as (
    select
        course_id,
        master_candidate,
        harvester_candidate,
        {{ microseconds('checked_at') }} - {{ microseconds('shown_at') }} as dt,
        cast(floor({{ microseconds('checked_at') }} / 1e6) as bigint) as checked,
        cast(floor({{ microseconds('shown_at') }} / 1e6) as bigint) as shown
    from {{ ref('int_pair_problems') }}
),

from_first_check as (
    select
        *,
        checked - min(checked) over (partition by course_id) as check_second,
        shown - min(checked) over (partition by course_id) as show_second
    from problems
),

measured as (
    select
        course_id,
        master_candidate,
        harvester_candidate,
        count(*) as prob_in_common,
        count(*) filter (where dt >= 0) as show_ans_before,
        count(*) filter (where dt between 0 and 30000000) as shows_within_30s,
        count(*) filter (where dt between 0 and 300000000) as shows_within_5m,
        count(*) filter (where dt between 0 and 3600000000) as shows_within_1h,
        count(*) filter (where dt between 0 and 86400000000) as shows_within_1d,
        {{ exact_median('case when dt >= 0 then dt end') }} / 1e6 as median_max_dt_seconds,
        {{ correlation('show_second', 'check_second') }} as norm_pearson_corr
    from from_first_check
    group by course_id, master_candidate, harvester_candidate
),

modal_ips as (
    select course_id, username, ip
    from {{ ref('int_course_ips') }}
    where place = 1
),

candidates as (
    select course_id, master_candidate, harvester_candidate, close_problems
    from {{ ref('int_pair_candidates') }}
)

select
    measured.course_id,
    measured.master_candidate,
    measured.harvester_candidate,
    measured.prob_in_common,
    candidates.close_problems,
    measured.show_ans_before,
    cast(1e2 * measured.show_ans_before / measured.prob_in_common as double)
        as percent_show_ans_before,
    measured.shows_within_30s,
    measured.shows_within_5m,
    measured.shows_within_1h,
    measured.shows_within_1d,
    measured.median_max_dt_seconds,
    measured.norm_pearson_corr,
    coalesce(master_ips.ip = harvester_ips.ip, false) as has_same_modal_ip
from measured
inner join candidates
    on
        measured.course_id = candidates.course_id
        and measured.master_candidate = candidates.master_candidate
        and measured.harvester_candidate = candidates.harvester_candidate
left join modal_ips as master_ips
    on
        measured.course_id = master_ips.course_id
        and measured.master_candidate = master_ips.username
left join modal_ips as harvester_ips
    on
        measured.course_id = harvester_ips.course_id
        and measured.harvester_candidate = harvester_ips.username
where
    1e2 * candidates.close_problems / measured.prob_in_common
    >= {{ var('pairs_minimum_percent') }}
