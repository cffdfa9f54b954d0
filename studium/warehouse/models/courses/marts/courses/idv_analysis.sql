select
    people.course_id,
    people.user_id,
    people.username,
    cuts.is_idv,
    coalesce(others.n_other_idv, 0) as n_other_idv,
    coalesce(others.n_previous_idv, 0) as n_previous_idv,
    coalesce(others.n_previous_certified, 0) as n_previous_certified,
    coalesce(others.n_previous_participated, 0) as n_previous_participated,
    coalesce(others.n_previous_idv_certified, 0) as n_previous_idv_certified,
    people.gender,
    people.YoB,
    people.LoE,
    facts.n_problem_records,
    facts.n_correct,
    facts.n_incorrect,
    facts.total_problem_points,
    people.verified_enroll_time,
    people.verified_unenroll_time,
    cast(people.verified_enroll_time as date) as verified_enroll_date,
    cast(people.verified_unenroll_time as date) as verified_unenroll_date,
    people.nforum_pinned,
    coalesce(people.forumRoles_isModerator, 0) = 1 as is_forum_moderator,
    people.grade as final_course_grade,
    people.certified as earned_certificate,
    facts.n_show_answer,
    facts.nprogcheck,
    facts.nvideo,
    facts.nforum_reads,
    facts.nforum_posts,
    facts.hours_on_system,
    people.countryLabel,
    people.start_time
from {{ ref('int_idv_cuts') }} as cuts
inner join {{ ref('person_course') }} as people
    on cuts.course_id = people.course_id and cuts.user_id = people.user_id
inner join {{ ref('int_idv_facts') }} as facts
    on cuts.course_id = facts.course_id and cuts.user_id = facts.user_id
left join {{ ref('int_idv_other_courses') }} as others
    on cuts.course_id = others.course_id and cuts.user_id = others.user_id
{%- if var('compat') %}
    where facts.n_problem_records is not null and facts.nvideo is not null
{%- endif %}
