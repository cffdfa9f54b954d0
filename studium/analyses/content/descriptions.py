"""What the tables of funnels mean, as models say it in their .yml.

Enters: nothing. Leaves: one `Table` per table; the tables are made with exactly these columns.
"""

from msgspec import convert

from studium.vocabulary import Rights, Table, TableColumn

WINDOW_DAYS = 7
# Bars of one tutorial are nested: few people could be told from two of them. So they are of learners' level.
_RIGHTS = {"level": "learner", "scope": {"kind": "course", "column": "course_id"}}

_FUNNELS = Table(
    name="tutorial_funnels",
    grain=(
        "One row per tutorial, month, step and class of people with anybody in it: who came to the page of the step"
        " after all pages before it. Of each person counts the earliest of the longest chains of views that begin in"
        " the month, one page after the other, the last at most window_days after the first."
    ),
    columns=[
        TableColumn("taxonomy", "string", "Which tree of content, as in content_nodes."),
        TableColumn("course_id", "string", "Canonical key of the course whose outline it is."),
        TableColumn(
            "month", "date", "First day of the month in which people opened the first page."
        ),
        TableColumn("node_id", "string", "Id of the tutorial in its tree."),
        TableColumn("step", "bigint", "Number of the page in the tutorial, from 1."),
        TableColumn("page_id", "string", "Id of the page."),
        TableColumn(
            "class",
            "string",
            "Who they were when they saw it, as in page_views: phantom, new or logged_in; all is everybody.",
        ),
        TableColumn("users", "bigint", "People who came to the step.", "people"),
        TableColumn(
            "median_seconds",
            "double",
            "Median time since they saw the page of the step before; unknown for the first step.",
            "seconds",
        ),
        TableColumn(
            "complete",
            "boolean",
            "Whether everybody who began in the month had the whole time that a walk may take before the data end.",
        ),
        TableColumn("window_days", "bigint", "How long a walk may take.", "days"),
    ],
    tests=[],
    sql="-- computed by studium/analyses/content/tutorial_funnels.py",
    depends_on=["page_views", "content_nodes"],
    rights=convert(_RIGHTS, Rights),
)

FUNNEL_TABLES = (_FUNNELS,)
