-- Small named functions that shred.sql reads like words.
create or replace temp macro white_space() as (' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13));
-- Most text has no white space at its ends, and looking is a tenth of the cost of trimming.
create or replace temp macro trimmed(value) as (
    case
        when ascii(value) <= 32 or ends_with(value, ' ') or ends_with(value, chr(10))
            or ends_with(value, chr(13)) or ends_with(value, chr(9))
            then nullif(trim(value, white_space()), '')
        else value
    end
);
create or replace temp macro finite_number(value) as (
    case when isfinite(value) then value end
);
create or replace temp macro exact_integer(value) as (
    case
        when cast(try_cast(value as bigint) as varchar) = value then try_cast(value as bigint)
        -- What typed a column by a guess wrote ids with a fraction of nothing.
        when ends_with(value, '.0') and cast(try_cast(left(value, -2) as bigint) as varchar) || '.0' = value
            then try_cast(left(value, -2) as bigint)
    end
);
-- Offsets are applied, a time without one is UTC; the session's time zone is UTC.
-- DuckDB would also take +25:00 and +05:75; no place was ever further than 15:59 from UTC.
create or replace temp macro utc_time(value) as (
    case
        when ends_with(value, '+00:00') or ends_with(value, 'Z')
            or not regexp_matches(value, ':[0-9.]+[+-]((1[6-9]|[2-9][0-9]):?[0-9]{2}|[0-9]{2}:?[6-9][0-9])$')
            then try_cast(value as timestamptz) at time zone 'UTC'
    end
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
create or replace temp macro usage_key(value) as (
    case
        when starts_with(trimmed(value), 'block-v1:') or starts_with(trimmed(value), 'i4x:')
            or starts_with(trimmed(value), 'ccx-block-v1:') or starts_with(trimmed(value), 'i4x-')
            then trimmed(value)
    end
);
