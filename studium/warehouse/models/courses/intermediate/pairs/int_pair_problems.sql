with

candidates as (
    select course_id, master_candidate, harvester_candidate
    from {{ ref('int_pair_candidates') }}
),

checks as (
    select course_id, username, module_id, checked_at
    from {{ ref('int_first_checks') }}
),

shows as (
    select course_id, username, module_id, time as shown_at
    from {{ ref('show_answer') }}
)

select
    candidates.course_id,
    candidates.master_candidate,
    candidates.harvester_candidate,
    checks.module_id,
    checks.checked_at,
    coalesce(
        max(shows.shown_at) filter (where shows.shown_at <= checks.checked_at),
        min(shows.shown_at)
    ) as shown_at
from candidates
inner join checks
    on
        candidates.course_id = checks.course_id
        and candidates.master_candidate = checks.username
inner join shows
    on
        candidates.course_id = shows.course_id
        and candidates.harvester_candidate = shows.username
        and checks.module_id = shows.module_id
group by
    candidates.course_id,
    candidates.master_candidate,
    candidates.harvester_candidate,
    checks.module_id,
    checks.checked_at
