{# Rows that meet a condition; NULL is not met. #}
{% macro number_of(condition) -%}
    count(*) filter (where {{ condition }})
{%- endmacro %}


{# Sum of whole numbers, of the rows that meet a condition; NULL without any number. #}
{% macro whole_sum(value, condition='true') -%}
    cast(sum({{ value }}) filter (where {{ condition }}) as bigint)
{%- endmacro %}


{# Mean of the rows that meet a condition, whatever their order; NULL without any. #}
{% macro mean_among(value, condition) -%}
    {{ exact_mean('case when ' ~ condition ~ ' then ' ~ value ~ ' end') }}
{%- endmacro %}


{# 100 times a ratio; NULL when the whole is 0. #}
{% macro percentage(part, whole) -%}
    100 * cast({{ part }} as double) / nullif({{ whole }}, 0)
{%- endmacro %}


{# A number per another one; NULL when that is 0. #}
{% macro ratio(part, whole) -%}
    cast({{ part }} as double) / nullif({{ whole }}, 0)
{%- endmacro %}


{# A bachelor's degree or more; and an education that is known and less than that. #}
{% macro is_bachelor() -%}
    LoE in ('b', 'm', 'p', 'p_oth', 'p_se')
{%- endmacro %}

{% macro is_below_bachelor() -%}
    LoE in ('a', 'el', 'hs', 'jhs', 'none')
{%- endmacro %}


{# The median of a report: exact; with compat the lower of two middle values. #}
{% macro reported_median(value) -%}
    {%- if var('compat') -%}
        cast({{ lower_percentile(value, 0.5) }} as double)
    {%- else -%}
        cast({{ exact_median(value) }} as double)
    {%- endif -%}
{%- endmacro %}


{# The columns of the four tables <group>_median_stats_by_course, of persons of one group. #}
{% macro median_stats() -%}
    {{ reported_median('nplay_video') }} as nplay_video_median,
    {{ reported_median('ndays_act') }} as ndays_act_median,
    {{ reported_median('nchapters') }} as nchapters_median,
    {{ reported_median('nevents') }} as nevents_median,
    {{ reported_median('nforum_posts') }} as nforum_posts_median,
    {{ reported_median('grade') }} as grade_median,
    {{ reported_median('nforum_votes') }} as nforum_votes_median,
    {{ reported_median('nforum_endorsed') }} as nforum_endorsed_median,
    {{ reported_median('nforum_threads') }} as nforum_threads_median,
    {{ reported_median('nforum_comments') }} as nforum_comments_median,
    {{ reported_median('nprogcheck') }} as nprogcheck_median,
    {{ reported_median('nshow_answer') }} as nshow_answer_median,
    {{ reported_median('npause_video') }} as npause_video_median,
    {{ reported_median('avg_dt') }} as avg_dt_median,
    {{ reported_median('sum_dt') }} as sum_dt_median,
    {{ reported_median('(2014 - YoB)') }} as age_in_2014_median,
    cast({{ number_of('nplay_video > 0') }} as double) / count(*) as frac_nonzero_play_video,
    cast({{ number_of('grade > 0') }} as double) / count(*) as frac_nonzero_grade,
    cast({{ number_of('nforum_posts > 0') }} as double) / count(*) as frac_nonzero_forum_posts,
    {{ number_of('nplay_video > 0') }} as n_nonzero_play_video,
    {{ number_of('grade > 0') }} as n_nonzero_grade,
    {{ number_of('nforum_posts > 0') }} as n_nonzero_forum_posts,
    count(*) as n_records
{%- endmacro %}


{# Sum and median of the hours of an activity: of all persons, then of three groups of them. #}
{% macro hours_of_all(activity, hours) -%}
    {{ hours_of(activity, hours, '', 'true') }},
    {{ hours_of(activity, hours, '_viewed', 'viewed') }},
    {{ hours_of(activity, hours, '_certified', 'certified') }},
    {{ hours_of(activity, hours, '_verified', 'verified') }}
{%- endmacro %}

{% macro hours_of(activity, hours, suffix, group) -%}
    {%- set hours = 'case when ' ~ group ~ ' then ' ~ hours ~ ' end' -%}
    cast(sum(cast({{ hours }} as decimal(28, 9))) as double) as sum_{{ activity }}_hours{{ suffix }},
    {{ reported_median(hours) }} as median_{{ activity }}_hours{{ suffix }}
{%- endmacro %}


{# Whole days from a date to a later one, negative to an earlier one. #}
{% macro days_between(first, last) -%}
    cast(
        ({{ microseconds('cast(' ~ last ~ ' as timestamp)') }}
        - {{ microseconds('cast(' ~ first ~ ' as timestamp)') }}) / 86400000000 as bigint
    )
{%- endmacro %}


{# Tags of what is answered by choice or in words, and of what is answered exactly. #}
{% macro qualitative_tags() %}
    {{ return([
        'openassessment', 'optionresponse', 'multiplechoiceresponse', 'choiceresponse',
        'word_cloud', 'combinedopenended', 'stringresponse', 'textannotation', 'openended', 'lti',
    ]) }}
{% endmacro %}

{% macro quantitative_tags() %}
    {{ return([
        'formularesponse', 'numericalresponse', 'customresponse', 'symbolicresponse',
        'coderesponse', 'imageresponse',
    ]) }}
{% endmacro %}
