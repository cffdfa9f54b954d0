{# The number of the 5-second segment that holds an offset in seconds, from 0. #}
{% macro segment_of(offset) -%}
    cast(floor({{ offset }} / 5) as bigint)
{%- endmacro %}


{#
    The id of a video as video_axis has it: the url_name, with `_` for `.`. Logged ids are block
    keys, i4x-Org-Number-video-<url_name>, or the url_name alone; with compat what stands after the
    last `-`, which cuts url_names that have one.
#}
{% macro published_video_id(video_id) -%}
    {%- if var('compat') -%}
        {{ text_found(video_id, '[^-]*$', 0) }}
    {%- else -%}
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
