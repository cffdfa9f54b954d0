with

cuts as (
    select
        course_id,
        user_id,
        cut
    from {{ ref('int_idv_cuts') }}
),

problems as (
    select
        cuts.course_id,
        cuts.user_id,
        count(*) as n_items,
        count(*) filter (where items.correct_bool) as n_correct,
        count(distinct items.problem_url_name) as n_problem_records,
        cast({{ exact_sum('items.grade') }} as double) as total_problem_points
    from cuts
    inner join {{ ref('problem_analysis') }} as items
        on cuts.course_id = items.course_id and cuts.user_id = items.user_id
    where items.created <= cuts.cut
    group by cuts.course_id, cuts.user_id
),

days as (
    select
        cuts.course_id,
        cuts.user_id,
        cast(sum(active.nshow_answer) as bigint) as n_show_answer,
        cast(sum(active.nprogcheck) as bigint) as nprogcheck,
        cast(sum(active.nvideo) as bigint) as nvideo,
        cast(sum(active.nforum_reads) as bigint) as nforum_reads,
        cast(sum(active.nforum_posts) as bigint) as nforum_posts,
        cast(sum({{ whole_microseconds('active.sum_dt') }}) as double) / 3.6e9 as hours_on_system
    from cuts
    inner join {{ ref('person_course') }} as learners
        on cuts.course_id = learners.course_id and cuts.user_id = learners.user_id
    inner join {{ ref('person_course_day') }} as active
        on learners.course_id = active.course_id and learners.username = active.username
    where active.date < cast(cuts.cut as date)
    group by cuts.course_id, cuts.user_id
)

select
    cuts.course_id,
    cuts.user_id,
    problems.n_problem_records,
    problems.n_correct,
    problems.n_items - problems.n_correct as n_incorrect,
    problems.total_problem_points,
    days.n_show_answer,
    days.nprogcheck,
    days.nvideo,
    days.nforum_reads,
    days.nforum_posts,
    days.hours_on_system
from cuts
left join problems on cuts.course_id = problems.course_id and cuts.user_id = problems.user_id
left join days on cuts.course_id = days.course_id and cuts.user_id = days.user_id
