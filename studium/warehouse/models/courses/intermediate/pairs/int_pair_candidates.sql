with

shows as (
    select distinct
        course_id,
        username,
        module_id,
        time as shown_at
    from {{ ref('show_answer') }}
    where username is not null and module_id is not null
),

harvesters as (
    select
        course_id,
        username
    from shows
    group by course_id, username
    having count(distinct module_id) >= {{ var('pairs_minimum_problems') }}
),

checks as (
    select course_id, username, module_id, checked_at
    from {{ ref('int_first_checks') }}
),

masters as (
    select
        course_id,
        username
    from checks
    group by course_id, username
    having count(*) >= {{ var('pairs_minimum_problems') }}
),

shows_of_harvesters as (
    select
        shows.course_id,
        shows.username,
        shows.module_id,
        shows.shown_at,
        {{ pair_window('shows.shown_at') }} as period
    from shows
    inner join harvesters
        on shows.course_id = harvesters.course_id and shows.username = harvesters.username
),

shows_by_period as (
    -- A check at most one window later is in the same period or in the next one.
    select course_id, username, module_id, shown_at, period
    from shows_of_harvesters
    union all
    select course_id, username, module_id, shown_at, period + 1 as period
    from shows_of_harvesters
),

checks_of_masters as (
    select
        checks.course_id,
        checks.username,
        checks.module_id,
        checks.checked_at,
        {{ pair_window('checks.checked_at') }} as period
    from checks
    inner join masters
        on checks.course_id = masters.course_id and checks.username = masters.username
)

select
    checks_of_masters.course_id,
    checks_of_masters.username as master_candidate,
    shows_by_period.username as harvester_candidate,
    count(distinct checks_of_masters.module_id) as close_problems
from checks_of_masters
inner join shows_by_period
    on
        checks_of_masters.course_id = shows_by_period.course_id
        and checks_of_masters.module_id = shows_by_period.module_id
        and checks_of_masters.period = shows_by_period.period
        and checks_of_masters.username <> shows_by_period.username
        and checks_of_masters.checked_at >= shows_by_period.shown_at
        and checks_of_masters.checked_at
        <= shows_by_period.shown_at + interval '{{ var("pairs_window_seconds") }}' second
group by
    checks_of_masters.course_id,
    checks_of_masters.username,
    shows_by_period.username
having count(distinct checks_of_masters.module_id) >= {{ var('pairs_minimum_problems') }}
