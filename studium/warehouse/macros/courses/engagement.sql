{# As an aggregate: how often an action was done, whole; 0 if never. #}
{% macro times_done(action) -%}
    cast(coalesce(sum(count) filter (where action = '{{ action }}'), 0) as bigint)
{%- endmacro %}


{# As an aggregate: on how many different things an action was done. #}
{% macro things_done(action) -%}
    count(distinct entity_id) filter (where action = '{{ action }}')
{%- endmacro %}


{#
    The path of a subsection of a course, without what stands behind a question mark, from the
    path of a request: /courses/<key>/courseware/<chapter>/<subsection>/ and what follows.
#}
{% macro subsection_path(path) -%}
    {{ text_found(
        path,
        '^(/courses/[^/+?]+[/+][^/+?]+[/+][^/+?]+(?:[+]ccx@[0-9]+)?/courseware/[^/?]+/[^/?]+/[^?]*)'
    ) }}
{%- endmacro %}


{#
    As an aggregate over values in order, the rank of each in `place` from 0 and their number in
    `learners`: the percentile by linear interpolation. NULL stands for infinity and comes last.
#}
{% macro interpolated_percentile(percent) -%}
    {%- set position = '(' ~ percent ~ ' * (max(learners) - 1))' -%}
    case
        when {{ position }} % 100 = 0 then {{ value_at_place(percent, 0) }}
        else
            {{ value_at_place(percent, 0) }}
            + ({{ value_at_place(percent, 1) }} - {{ value_at_place(percent, 0) }})
            * ({{ position }} % 100) / 1e2
    end
{%- endmacro %}

{% macro value_at_place(percent, offset) -%}
    max(
        case
            when place = cast(floor({{ percent }} * (learners - 1) / 1e2) as bigint) + {{ offset }}
                then value
        end
    )
{%- endmacro %}


{# Whether a value lies in the range [low, high); NULL stands for infinity, which is in [x, infinity). #}
{% macro is_in_range(value, low, high) -%}
    (
        case
            when {{ low }} is null then {{ value }} is null
            else {{ value }} is null or {{ value }} >= {{ low }}
        end
        and ({{ high }} is null or coalesce({{ value }} < {{ high }}, false))
    )
{%- endmacro %}


{# The last day of the week that holds a date: weeks end on the weekday of the last date that counts. #}
{% macro week_end(day) -%}
    {%- set as_of = modules.datetime.date.fromisoformat(var('as_of')) -%}
    {%- set weekday = (as_of.weekday() + 6) % 7 -%}
    {{ shifted(monday(shifted(day, -(weekday + 1))), 7 + weekday) }}
{%- endmacro %}


{# The columns of student_engagement, of learners in a stretch of days that ends on `end_date`. #}
{% macro student_engagement_columns(end_date) -%}
    {{ end_date }} as end_date,
    course_id,
    username,
    count(distinct case when action = 'active' then date end) as days_active,
    {{ things_done('problem_attempted') }} as problems_attempted,
    {{ times_done('problem_attempted') }} as problem_attempts,
    {{ things_done('problem_completed') }} as problems_correct,
    {{ things_done('video_viewed') }} as videos_played,
    {{ times_done('post_created') }} as forum_posts,
    {{ times_done('response_created') }} as forum_responses,
    {{ times_done('comment_created') }} as forum_comments,
    {{ times_done('upvote_given') }} as forum_upvotes_given,
    {{ times_done('downvote_given') }} as forum_downvotes_given,
    {{ times_done('upvote_received') }} as forum_upvotes_received,
    {{ times_done('downvote_received') }} as forum_downvotes_received,
    {{ times_done('textbook_page_viewed') }} as textbook_pages_viewed,
    {{ value_at_greatest('last_subsection_viewed', [
        'last_subsection_viewed is not null',
        "coalesce(last_subsection_at, timestamp '1970-01-01 00:00:00')",
        "coalesce(last_subsection_viewed, '')",
    ]) }} as last_subsection_viewed
{%- endmacro %}


{# Free text of a profile on one line: tabs and line ends are blanks, backslashes go, 20,000 characters stay. #}
{% macro plain_text(value) -%}
    substr(
        replace(
            replace(replace(replace({{ value }}, chr(92), ''), chr(9), ' '), chr(10), ' '),
            chr(13), ' '
        ),
        1, 20000
    )
{%- endmacro %}


{# The name of an account; of an event without one the name that the setting build.anonymous_username gives, if any. #}
{% macro named_or_anonymous(column) -%}
    {%- if var('anonymous_username') -%}
        coalesce({{ column }}, '{{ var("anonymous_username") }}')
    {%- else -%}
        {{ column }}
    {%- endif -%}
{%- endmacro %}
