"""What the state of a student module says: attempts, and the answers of problems, one row per answer id.

Enters: the typed rows of courseware_studentmodule. Leaves: SQL that adds the derived columns and makes
courseware_studentmodule_items. The JSON of a state is read once.
"""

from studium.lake.reading.tables.typed import FROM_TYPED

ANSWER = "STRUCT(correctness VARCHAR, npoints DOUBLE, msg VARCHAR, hint VARCHAR)"
SHAPE = (
    '{"correct_map": "MAP(VARCHAR, ' + ANSWER + ')", "student_answers": "MAP(VARCHAR, JSON)",'
    ' "attempts": "BIGINT", "done": "BOOLEAN"}'
)


def with_state(typed: str, state: str | None) -> str:
    """Wrap the typed query: the derived columns, and `read_state` of problems with answers for `ITEMS`.

    `state` is the place of the raw state where it may be escaped: text that is JSON only as it came stays so.
    """
    raw = f"case when problem is null and js is null then try_cast({state} as json) end"
    fallback = raw if state else "cast(null as json)"
    raw_state = f", {state}" if state else ""
    query = typed.removesuffix(FROM_TYPED) + raw_state + FROM_TYPED
    hidden = f"{state}, " if state else ""
    return f"""
        with typed as ({query}),
        parsed as (select *, try_cast(state as json) as js from typed),
        checked as (select * replace (coalesce(js, {fallback}) as js) from parsed),
        shaped as (select *, json_transform(js, '{SHAPE}') as shape from checked)
        select * exclude ({hidden}js, shape) replace (coalesce(cast(js as varchar), state) as state),
            {_finite("try_cast(nullif(trim(grade), '') as double)")} as grade_value,
            {_finite("try_cast(nullif(trim(max_grade), '') as double)")} as max_grade_value,
            case when shape.attempts >= 0 then shape.attempts end as attempts,
            case when state is not null then js is not null end as is_state_readable,
            case
                when module_type = 'problem' and cardinality(shape.correct_map) > 0
                    and cardinality(shape.student_answers) > 0 then shape
            end as read_state
        from shaped
    """


def _finite(number: str) -> str:
    """SQL of a number, NULL where it is NaN or infinite: Parquet's minimum and maximum leave NaN out, so that DuckDB
    may drop a guard of the models.
    """
    return f"case when isfinite({number}) then {number} end"


ITEMS = f"""
    select
        source_line, id, student_id, module_id, course_id,
        answer.key as answer_id,
        coalesce(cast(read_state.student_answers[answer.key] as varchar), '') as response,
        answer.value.correctness as correctness,
        {_finite("answer.value.npoints")} as npoints,
        answer.value.msg as msg,
        answer.value.hint as hint,
        attempts,
        read_state.done as is_done
    from (
        select *, unnest(map_entries(read_state.correct_map)) as answer
        from rows_of_part
        where read_state is not null
    )
"""
