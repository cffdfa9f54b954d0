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

_SPOTS = Table(
    name="weak_spots",
    grain=(
        "One row per step of a tutorial and complete month that is compared with pages like it: at least 50 people at"
        " the page before, 10 that went on and 10 that did not, and 30 such steps in the month."
    ),
    columns=[
        TableColumn("taxonomy", "string", "Which tree of content, as in content_nodes."),
        TableColumn("course_id", "string", "Canonical key of the course whose outline it is."),
        TableColumn("month", "date", "First day of the month, as in tutorial_funnels."),
        TableColumn("node_id", "string", "Id of the tutorial in its tree."),
        TableColumn("step", "bigint", "Number of the page that was not reached, from 2."),
        TableColumn("page_id", "string", "Id of that page."),
        TableColumn("users_before", "bigint", "People who came to the page before.", "people"),
        TableColumn("users", "bigint", "Those of them who came to this page.", "people"),
        TableColumn(
            "lost_share", "double", "Part of those at the page before who did not come.", "share"
        ),
        TableColumn(
            "expected_share",
            "double",
            "Part that pages like it lose: of the same kind, place, course and tutorial.",
            "share",
        ),
        TableColumn(
            "excess_share",
            "double",
            "How much more the page itself loses, drawn towards nothing where few people came.",
            "share",
        ),
        TableColumn("excess_low", "double", "Lower end of its 90 % interval.", "share"),
        TableColumn("excess_high", "double", "Upper end of its 90 % interval.", "share"),
        TableColumn(
            "excess_users",
            "double",
            "People lost beyond what is expected: by this spots are ranked.",
            "people",
        ),
        TableColumn(
            "is_weak",
            "boolean",
            "Whether it is a weak spot: of a tutorial at most one; at most one of twenty is there by chance.",
        ),
    ],
    tests=[],
    sql="-- computed by studium/analyses/content/weak_spots.py",
    depends_on=["tutorial_funnels", "content_nodes"],
    rights=convert(_RIGHTS, Rights),
)

FUNNEL_TABLES = (_FUNNELS, _SPOTS)
