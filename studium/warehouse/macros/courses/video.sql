{# The number of the 5-second segment that holds an offset in seconds, from 0. #}
{% macro segment_of(offset) -%}
    cast(floor({{ offset }} / 5) as bigint)
{%- endmacro %}


{#
    The url_name of a video, with `_` for `.`, as video_axis has it. Logged ids are block keys,
    i4x-Org-Number-video-<url_name>, or the url_name alone.
#}
{% macro url_name_of_video(video_id) -%}
    replace(
        coalesce(
            {{ text_found(video_id, '[+]block@(.+)$') }},
            {{ text_found(video_id, '^i4x://.*/([^/]+)$') }},
            {{ text_found(video_id, '^i4x-.*?-video(alpha)?-(.+)$', 2) }},
            {{ video_id }}
        ),
        '.',
        '_'
    )
{%- endmacro %}


{# The same; with compat what stands after the last `-`, which cuts url_names that have one. #}
{% macro published_video_id(video_id) -%}
    {%- if var('compat') -%}
        {{ text_found(video_id, '[^-]*$', 0) }}
    {%- else -%}
        {{ url_name_of_video(video_id) }}
    {%- endif -%}
{%- endmacro %}


{#
    The YouTube id of a video at normal speed: the whole, what stands after 1.0: (or 1.00:), or
    after the only other speed. With compat what stands after the first colon.
#}
{% macro youtube_id_of(ytid) -%}
    {%- if var('compat') -%}
        {{ text_found(ytid, ':(.*)$') }}
    {%- else -%}
        coalesce(
            {{ text_found(ytid, '1[.]0+:([0-9A-Za-z_-]+)') }},
            {{ text_found(ytid, ':([0-9A-Za-z_-]+)') }},
            {{ text_found(ytid, '^[0-9A-Za-z_-]+$', 0) }}
        )
    {%- endif -%}
{%- endmacro %}
