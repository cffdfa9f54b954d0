with

courses as (
    select
        *,
        certified_nprogcheck / nullif(nprogcheck_avg, 0) as nprogcheck_ratio
    from {{ ref('broad_stats_by_course') }}
),

totals as (
    select
        {{ whole_sum('registered_sum') }} as registered_sum,
        {{ whole_sum('viewed_sum') }} as viewed_sum,
        {{ whole_sum('explored_sum') }} as explored_sum,
        {{ whole_sum('certified_sum') }} as certified_sum,
        {{ whole_sum('certified_and_explored_sum') }} as certified_and_explored_sum,
        {{ whole_sum('certified_or_explored_sum') }} as certified_or_explored_sum,
        {{ whole_sum('n_male') }} as n_male,
        {{ whole_sum('n_female') }} as n_female,
        {{ whole_sum('n_usa_and_viewed') }} as n_usa_and_viewed,
        {{ whole_sum('n_bachplus_in_reg') }} as n_bachplus_in_reg,
        {{ whole_sum('n_bachplus_in_viewed') }} as n_bachplus_in_viewed,
        {{ whole_sum('n_not_bachplus_in_reg') }} as n_not_bachplus_in_reg,
        {{ whole_sum('n_not_bachplus_in_viewed') }} as n_not_bachplus_in_viewed,
        {{ whole_sum('n_male_viewed') }} as n_male_viewed,
        {{ whole_sum('n_female_viewed') }} as n_female_viewed,
        {{ whole_sum('n_verified_id') }} as n_verified_id,
        {{ whole_sum('verified_viewed') }} as verified_viewed,
        {{ whole_sum('verified_explored') }} as verified_explored,
        {{ whole_sum('verified_certified') }} as verified_certified,
        {{ whole_sum('n_reg_nonzero_grade') }} as n_reg_nonzero_grade,
        {{ whole_sum('n_viewed_nonzero_grade') }} as n_viewed_nonzero_grade,
        {{ whole_sum('n_explored_nonzero_grade') }} as n_explored_nonzero_grade,
        {{ whole_sum('nplay_video_sum') }} as nplay_video_sum,
        {{ whole_sum('ndays_act_sum') }} as ndays_act_sum,
        {{ whole_sum('nevents_sum') }} as nevents_sum,
        {{ whole_sum('nforum_posts_sum') }} as nforum_posts_sum,
        min(min_start_time) as min_start_time,
        max(max_last_event) as max_last_event,
        {{ whole_sum('nforum_votes_sum') }} as nforum_votes_sum,
        {{ whole_sum('nforum_endorsed_sum') }} as nforum_endorsed_sum,
        {{ whole_sum('nforum_threads_sum') }} as nforum_threads_sum,
        {{ whole_sum('nforum_commments_sum') }} as nforum_commments_sum,
        {{ whole_sum('nforum_pinned_sum') }} as nforum_pinned_sum,
        {{ whole_sum('nshow_answer_sum') }} as nshow_answer_sum,
        {{ whole_sum('nseq_goto_sum') }} as nseq_goto_sum,
        {{ whole_sum('npause_video_sum') }} as npause_video_sum,
        {{ whole_sum('n_have_ip') }} as n_have_ip,
        {{ whole_sum('n_missing_cc') }} as n_missing_cc,
        {{ percentage(whole_sum('verified_certified'), whole_sum('n_verified_id')) }}
            as verified_certification_pct,
        {{ exact_mean('nprogcheck_ratio') }} as avg_nprogcheck_ratio_cert_vs_all
    from courses
    having count(*) > 0
),

registrants as (
    select count(distinct person_id) as n_unique_registrants
    from {{ ref('int_person_courses_reported') }}
)

select
    totals.*,
    registrants.n_unique_registrants,
    totals.registered_sum as course_registrations
from totals
cross join registrants
