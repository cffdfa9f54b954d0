select
    broad.course_id,
    {{ prefixed('listing', '', listing_columns()) }},
    {{ prefixed('broad', '', broad_stats_columns()) }},
    by_wrap.wrap_date as nbw_wrap_date,
    by_wrap.nregistered_by_wrap,
    by_wrap.nregistered_by_wrap_pct,
    {{ ratio('broad.n_female_viewed', 'broad.n_male_viewed + broad.n_female_viewed') }}
        as frac_female,
    {{ percentage('by_wrap.nregistered_by_wrap', 'broad.certified_sum') if var('compat')
        else percentage('rates.ncertified_and_registered_by_wrap', 'by_wrap.nregistered_by_wrap') }}
        as certified_of_nregistered_by_wrap_pct,
    {{ prefixed('rates', 'cbr_', cert_rates_columns()) }},
    {{ prefixed('viewed_medians', 'msbc_viewed_', median_stats_columns()) }},
    {{ prefixed('explored_medians', 'msbc_explored_', median_stats_columns()) }},
    {{ prefixed('certified_medians', 'msbc_certified_', median_stats_columns()) }},
    {{ prefixed('verified_medians', 'msbc_verified_', median_stats_columns()) }},
    {{ prefixed('listing', '', content_columns()) }},
    {{ prefixed('hours', 'ToT_', hours_columns()) }},
    {{ prefixed('serial_hours', 'SToT_', serial_hours_columns()) }},
    {{ prefixed('shown_answers', 'SAS_', show_answer_columns()) }},
    broad.nforum_posts_sum / listing.nweeks as nforum_posts_per_week
from {{ ref('broad_stats_by_course') }} as broad
left join {{ ref('nregistered_by_wrap') }} as by_wrap
    on broad.course_id = by_wrap.course_id
left join {{ ref('stats_cert_rates_by_registration') }} as rates
    on broad.course_id = rates.course_id
left join {{ ref('viewed_median_stats_by_course') }} as viewed_medians
    on broad.course_id = viewed_medians.course_id
left join {{ ref('explored_median_stats_by_course') }} as explored_medians
    on broad.course_id = explored_medians.course_id
left join {{ ref('certified_median_stats_by_course') }} as certified_medians
    on broad.course_id = certified_medians.course_id
left join {{ ref('verified_median_stats_by_course') }} as verified_medians
    on broad.course_id = verified_medians.course_id
left join {{ ref('course_listing_and_metainfo') }} as listing
    on broad.course_id = listing.course_id
left join {{ ref('time_on_task_stats_by_course') }} as hours
    on broad.course_id = hours.course_id
left join {{ ref('time_on_task_serial_stats_by_course') }} as serial_hours
    on broad.course_id = serial_hours.course_id
left join {{ ref('show_answer_stats_by_course') }} as shown_answers
    on broad.course_id = shown_answers.course_id
