-- Small named functions that shred.sql reads like words.
create or replace temp macro white_space() as (' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13));
create or replace temp macro trimmed(value) as (nullif(trim(value, white_space()), ''));
create or replace temp macro finite_number(value) as (
    case when isfinite(value) then value end
);
create or replace temp macro exact_integer(value) as (
    case when cast(try_cast(value as bigint) as varchar) = value then try_cast(value as bigint) end
);
-- Offsets are applied, a time without one is UTC; the session's time zone is UTC.
create or replace temp macro utc_time(value) as (
    try_cast(value as timestamptz) at time zone 'UTC'
);
-- /courses/<key> (not the API's /courses/v1/), the newer /course/<key>, or the course of an /xblock/<usage key>.
create or replace temp macro course_in_url(url) as (
    case
        when contains(url, '/course') and not regexp_matches(url, '/courses/v[0-9]+/') then
            nullif(regexp_extract(
                url, '/courses?/((?:course-v1|ccx-v1)(?::|%3[Aa])[^/?#]+|[^/?#]+/[^/?#]+/[^/?#]+)(?:[/?#]|$)', 1
            ), '')
        when contains(url, '/xblock/ccx-block-v1:') then
            'ccx-v1:' || nullif(regexp_extract(url, '/xblock/ccx-block-v1:([^/?#]+?)\+type@', 1), '')
        when contains(url, '/xblock/block-v1:') then
            'course-v1:' || nullif(regexp_extract(url, '/xblock/block-v1:([^/?#]+?)\+type@', 1), '')
    end
);
create or replace temp macro is_usage_key(value) as (
    starts_with(value, 'block-v1:') or starts_with(value, 'i4x:') or starts_with(value, 'ccx-block-v1:')
    or starts_with(value, 'i4x-')
);
-- Split, not matched: every server request passes here. i4x keys hold slashes of their own.
create or replace temp macro block_in_url(url) as (
    case
        when not contains(url, '/xblock/') then null
        when contains(url, '/xblock/i4x://') or contains(url, '/xblock/container/') then
            nullif(regexp_extract(url, '/xblock/(?:container/)?(i4x://[^/]+/[^/]+/[^/]+/[^/?#]+|[^/?#]+)', 1), '')
        else nullif(split_part(split_part(split_part(url, '/xblock/', 2), '/', 1), '?', 1), '')
    end
);
create or replace temp macro block_in_form(form) as (
    case when starts_with(form, 'input_') or starts_with(form, '["input_')
        then nullif(regexp_extract(form, 'input_([^=&]+?)_[0-9]+_[0-9]+', 1), '')
    end
);
