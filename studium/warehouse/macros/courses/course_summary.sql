{#
    The columns of one report in course_summary_stats, each behind a prefix: `table` is its alias
    there, `columns` the names that it has.
#}
{% macro prefixed(table, prefix, columns) -%}
    {%- for column in columns -%}
        {{ table }}.{{ column }} as {{ prefix }}{{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#
    The keys of course_metainfo that have columns, of the rows of one course. What people set need
    not be a number: then the column is NULL, and course_metainfo has the text.
#}
{% macro metainfo() -%}
    {%- set casts = {'string': '', 'bigint': as_integer('value'), 'double': as_number('value')} -%}
    {%- for key, type in metainfo_types().items() -%}
        max(case when key = '{{ key }}' then {{ casts[type] or 'value' }} end) as {{ key }}
        {{- ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# When the platform shows answers of a problem. #}
{% macro showanswer_policies() %}
    {{ return([
        'always', 'answered', 'attempted', 'attempted_no_past_due', 'closed', 'finished',
        'correct_or_past_due', 'past_due', 'after_attempts', 'after_all_attempts',
        'after_all_attempts_or_correct', 'never',
    ]) }}
{% endmacro %}


{#
    Tags of the blocks that a course is made of; what is left out of a course are such blocks, and
    those of some things to answer.
#}
{% macro block_tags() %}
    {{ return([
        'chapter', 'sequential', 'vertical', 'html', 'problem', 'video', 'discussion',
        'split_test', 'openassessment', 'conditional', 'videosequence', 'problemset', 'wrapper',
        'poll_question', 'proctor', 'randomize', 'library_content', 'customtag',
    ]) }}
{% endmacro %}

{% macro excluded_tags() %}
    {{ return(block_tags() + ['combinedopenended', 'word_cloud', 'textannotation', 'lti']) }}
{% endmacro %}


{# Columns, by report; the contracts of the reports and of course_summary_stats hold them together. #}
{% macro broad_stats_columns() %}
    {{ return([
        'registered_sum', 'viewed_sum', 'explored_sum', 'certified_sum',
        'certified_and_explored_sum', 'certified_or_explored_sum', 'n_male', 'n_female',
        'n_usa_and_viewed', 'n_bachplus_in_reg', 'n_bachplus_in_viewed',
        'n_not_bachplus_in_reg', 'n_not_bachplus_in_viewed', 'n_male_viewed',
        'n_female_viewed', 'n_verified_id', 'verified_viewed', 'verified_explored',
        'verified_certified', 'verified_avg_grade', 'verified_n_male', 'verified_n_female',
        'n_reg_nonzero_grade', 'n_viewed_nonzero_grade', 'n_explored_nonzero_grade',
        'nplay_video_sum', 'nchapters_avg', 'ndays_act_sum', 'nevents_sum',
        'nforum_posts_sum', 'min_gade_certified', 'min_start_time', 'max_last_event',
        'max_nchapters', 'nforum_votes_sum', 'nforum_endorsed_sum', 'nforum_threads_sum',
        'nforum_commments_sum', 'nforum_pinned_sum', 'nprogcheck_avg',
        'certified_nprogcheck', 'verified_nprogcheck', 'nshow_answer_sum', 'nseq_goto_sum',
        'npause_video_sum', 'avg_of_avg_dt', 'avg_of_sum_dt', 'certified_avg_dt',
        'certified_sum_dt', 'n_have_ip', 'n_missing_cc',
    ]) }}
{% endmacro %}

{% macro cert_rates_columns() %}
    {{ return([
        'nregistered', 'ncertified', 'ncertified_by_ewrap', 'nviewed', 'nregistered_by_wrap',
        'nviewed_by_wrap', 'nviewed_by_ewrap', 'ncertified_and_registered_by_wrap',
        'ncertified_and_viewed_by_wrap', 'nregistered_before_launch',
        'ncertified_and_registered_before_launch', 'nregistered_during_course',
        'ncertified_and_registered_during_course', 'nregistered_by_wrap_pct',
        'pct_certified_of_reg', 'pct_certified_reg_before_launch',
        'pct_certified_reg_during_course', 'pct_certified_of_reg_by_wrap',
        'pct_certified_of_viewed', 'pct_certified_of_viewed_by_wrap',
        'pct_certified_of_viewed_by_ewrap',
    ]) }}
{% endmacro %}

{# Column -> type, in their order: of the list of courses, then of the content. #}
{% macro metainfo_types() %}
    {%- set types = {} -%}
    {%- for name in listing_columns() -%}
        {%- do types.update({name: 'string'}) -%}
    {%- endfor -%}
    {%- do types.update(content_types()) -%}
    {{ return(types) }}
{% endmacro %}

{% macro listing_columns() %}
    {{ return([
        'listings_Institution', 'listings_Semester', 'listings_New_or_Rerun',
        'listings_Course_Number', 'listings_Short_Title', 'listings_Title',
        'listings_Registration_Open', 'listings_Course_Launch', 'listings_Course_Wrap',
        'listings_Empirical_Course_Wrap',
    ]) }}
{% endmacro %}

{% macro content_types() %}
    {%- set types = {'course_length_days': 'bigint'} -%}
    {%- for name in [
        'nweeks', 'nqual_per_week', 'nquant_per_week', 'total_assessments_per_week',
    ] -%}
        {%- do types.update({name: 'double'}) -%}
    {%- endfor -%}
    {%- for tag in ['course'] + block_tags() + qualitative_tags() + quantitative_tags() -%}
        {%- do types.update({'count_' ~ tag: 'bigint'}) -%}
    {%- endfor -%}
    {%- for tag in excluded_tags() -%}
        {%- do types.update({'nexcluded_sub_20_' ~ tag: 'bigint'}) -%}
    {%- endfor -%}
    {%- for name in [
        'capa_problems', 'capa_problems_graded', 'random_script', 'graded_random_script',
    ] -%}
        {%- do types.update({'problem_stat_n_' ~ name: 'bigint'}) -%}
    {%- endfor -%}
    {%- for kind in ['', 'graded_'] -%}
        {%- for policy in showanswer_policies() -%}
            {%- do types.update({'problem_stat_n_' ~ kind ~ 'showanswer_' ~ policy: 'bigint'}) -%}
        {%- endfor -%}
        {%- do types.update({'problem_stat_n_' ~ kind ~ 'shownanswer_finished': 'bigint'}) -%}
    {%- endfor -%}
    {{ return(types) }}
{% endmacro %}

{% macro content_columns() %}
    {{ return(content_types().keys() | list) }}
{% endmacro %}

{% macro median_stats_columns() %}
    {{ return([
        'nplay_video_median', 'ndays_act_median', 'nchapters_median', 'nevents_median',
        'nforum_posts_median', 'grade_median', 'nforum_votes_median',
        'nforum_endorsed_median', 'nforum_threads_median', 'nforum_comments_median',
        'nprogcheck_median', 'nshow_answer_median', 'npause_video_median', 'avg_dt_median',
        'sum_dt_median', 'age_in_2014_median', 'frac_nonzero_play_video',
        'frac_nonzero_grade', 'frac_nonzero_forum_posts', 'n_nonzero_play_video',
        'n_nonzero_grade', 'n_nonzero_forum_posts', 'n_records',
    ]) }}
{% endmacro %}

{% macro serial_hours_columns() %}
    {%- set names = [] -%}
    {%- for name in hours_columns() -%}
        {%- do names.append(name | replace('_hours', '_serial_hours')) -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}


{% macro hours_columns() %}
    {{ return([
        'sum_total_hours', 'median_total_hours', 'sum_total_hours_viewed',
        'median_total_hours_viewed', 'sum_total_hours_certified',
        'median_total_hours_certified', 'sum_total_hours_verified',
        'median_total_hours_verified', 'sum_problem_hours', 'median_problem_hours',
        'sum_problem_hours_viewed', 'median_problem_hours_viewed',
        'sum_problem_hours_certified', 'median_problem_hours_certified',
        'sum_problem_hours_verified', 'median_problem_hours_verified', 'sum_video_hours',
        'median_video_hours', 'sum_video_hours_viewed', 'median_video_hours_viewed',
        'sum_video_hours_certified', 'median_video_hours_certified',
        'sum_video_hours_verified', 'median_video_hours_verified', 'sum_forum_hours',
        'median_forum_hours', 'sum_forum_hours_viewed', 'median_forum_hours_viewed',
        'sum_forum_hours_certified', 'median_forum_hours_certified',
        'sum_forum_hours_verified', 'median_forum_hours_verified',
    ]) }}
{% endmacro %}

{% macro show_answer_columns() %}
    {{ return([
        'avg_pct_show_answer_problem_seen', 'avg_pct_show_answer_not_attempted',
        'avg_pct_show_answer_attempted', 'avg_pct_show_answer_perfect',
        'avg_pct_show_answer_partial', 'median_pct_show_answer_problem_seen',
        'median_pct_show_answer_not_attempted', 'median_pct_show_answer_attempted',
        'median_pct_show_answer_perfect', 'median_pct_show_answer_partial',
        'avg_pct_show_answer_problem_seen_certified',
        'avg_pct_show_answer_not_attempted_certified',
        'avg_pct_show_answer_attempted_certified', 'avg_pct_show_answer_perfect_certified',
        'avg_pct_show_answer_partial_certified',
        'median_pct_show_answer_problem_seen_certified',
        'median_pct_show_answer_not_attempted_certified',
        'median_pct_show_answer_attempted_certified',
        'median_pct_show_answer_perfect_certified',
        'median_pct_show_answer_partial_certified',
        'avg_pct_show_answer_problem_seen_explored',
        'avg_pct_show_answer_not_attempted_explored',
        'avg_pct_show_answer_attempted_explored', 'avg_pct_show_answer_perfect_explored',
        'avg_pct_show_answer_partial_explored',
        'median_pct_show_answer_problem_seen_explored',
        'median_pct_show_answer_not_attempted_explored',
        'median_pct_show_answer_attempted_explored',
        'median_pct_show_answer_perfect_explored',
        'median_pct_show_answer_partial_explored',
        'avg_pct_show_answer_problem_seen_verified',
        'avg_pct_show_answer_not_attempted_verified',
        'avg_pct_show_answer_attempted_verified', 'avg_pct_show_answer_perfect_verified',
        'avg_pct_show_answer_partial_verified',
        'median_pct_show_answer_problem_seen_verified',
        'median_pct_show_answer_not_attempted_verified',
        'median_pct_show_answer_attempted_verified',
        'median_pct_show_answer_perfect_verified', 'median_pct_show_answer_partial_verified',
    ]) }}
{% endmacro %}
