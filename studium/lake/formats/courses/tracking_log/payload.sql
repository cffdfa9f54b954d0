-- The payloads of one group of events to its typed columns.
-- Template: Named parts are filled in from fields.py. Enters: payloads (row, payload_group, payload), JSON objects where
-- there is a group.
with

extracted as (
    select
        row,
        json_extract_string(payload, $paths) as parts
    from payloads
    where payload_group = $number
),

-- Apart from their types: what a conversion names twice would be looked up twice.
picked as (
    select
        row,
        $texts
    from extracted
)

select
    row,
    $columns
from picked
