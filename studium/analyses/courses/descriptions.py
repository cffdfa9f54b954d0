"""What the tables of item response mean, as models say it in their .yml.

Enters: nothing. Leaves: one `Table` per table; the tables are made with exactly these columns.
"""

from msgspec import convert

from studium.vocabulary import Rights, Table, TableColumn

_COURSE = TableColumn("course_id", "string", "Canonical key of the course.")
_PROBLEM = TableColumn(
    "problem_nid",
    "bigint",
    "Number of the problem in the course, as in course_problem.",
    compat="Its position among the items of the model, as published, which differs as soon as an item is left out.",
)
_CUT = TableColumn(
    "cutnum",
    "bigint",
    "Number of the boundary between two levels of the score, from 1; the one below the best level is the last.",
)
_METHOD = (
    "Samejima's graded response model with a standard normal ability, by marginal maximum likelihood (EM, 61 "
    "equally spaced abilities from -6 to 6)"
)
_INPUTS = ["person_problem"]
_LEFT_OUT = (
    "learners whose scores sum to 0 have no row, and where the estimate does not come to rest neither have those below "
    "15 % of the best sum; the estimates are those of item_irt_grm with compat."
)
_BY_COURSE = {"kind": "course", "column": "course_id"}
_OF_A_COURSE = {"level": "course", "scope": _BY_COURSE}
_OF_A_LEARNER = {"level": "learner", "scope": _BY_COURSE, "learner": ["user_id"]}
# What few learners did is hidden with their number, as in course_problem, from roles that see no learners.
_OF_ITEMS = _OF_A_COURSE | {
    "groups": {
        "within": ["course_id", "problem_nid"],
        "counts": ["nobs"],
        "measures": ["mean", "item_test", "item_rest", "alpha"],
    }
}

_OF_A_REPORT = _OF_A_COURSE | {
    "groups": {
        "within": ["course_id", "problem_nid", "cutnum"],
        "counts": ["n_unique_users_attempted"],
        "measures": [
            *("avg_problem_raw_score", "avg_problem_pct_score", "item_test", "item_rest", "alpha"),
            *("Difficulty", "Discrimination", "Difficulty_SE", "Discrimination_SE"),
        ],
    }
}

_RELIABILITIES = Table(
    name="item_reliabilities",
    grain=(
        "One row per course and problem that somebody answered: how the problem goes with the others. Scores "
        "are percentages; covariances are over learners with both answers."
    ),
    columns=[
        _COURSE,
        TableColumn(
            "problem_nid", "bigint", "Number of the problem in the course, as in course_problem."
        ),
        TableColumn("item", "string", "The problem's column in a wide table: y and its number."),
        TableColumn("nobs", "bigint", "Learners with an answer.", "people"),
        TableColumn("mean", "double", "Mean score.", "percent"),
        TableColumn(
            "alpha",
            "double",
            "Cronbach's alpha of all other problems: how well they go together once this one is left out.",
        ),
        TableColumn(
            "item_test",
            "double",
            "Correlation of the score of this problem with the learner's average over all answered problems; "
            "unknown where all scores are equal.",
        ),
        TableColumn(
            "item_rest",
            "double",
            "Correlation of the score of this problem with the learner's average over all other answered problems.",
        ),
        TableColumn(
            "test_alpha",
            "double",
            "Cronbach's alpha of all problems; equal in all rows of a course.",
        ),
        TableColumn("item_label", "string", "Short name of the problem."),
    ],
    tests=[],
    sql="-- computed by studium/analyses/reliability.py",
    depends_on=[*_INPUTS, "course_problem"],
    rights=convert(_OF_ITEMS, Rights),
)

_ITEMS = Table(
    name="item_irt_grm",
    grain=(
        "One row per course, problem and boundary between two levels of its score: its place in the graded "
        f"response model. {_METHOD}. Courses with at least 50 learners and 3 problems whose scores vary."
    ),
    columns=[
        _COURSE,
        _PROBLEM,
        _CUT,
        TableColumn(
            "score_from",
            "bigint",
            "Raw score with which the level above the boundary begins. Levels with fewer than 5 learners are "
            "one with the level below, the lowest with the one above.",
            compat="Every score is a level, however few learners have it.",
        ),
        TableColumn(
            "irt_diff",
            "double",
            "Difficulty on the scale of the learners' ability: at this ability half of the learners reach the higher "
            "level of the score.",
            "standard deviations of ability",
        ),
        TableColumn(
            "irt_disc",
            "double",
            "How sharply the problem divides those who can from those who cannot: the slope of the logit of reaching a "
            "level of its score, one value for each problem.",
            "logits per standard deviation",
        ),
        TableColumn(
            "diff_se", "double", "Standard error of irt_diff, from the observed information."
        ),
        TableColumn(
            "disc_se", "double", "Standard error of irt_disc, from the observed information."
        ),
        TableColumn(
            "is_converged",
            "boolean",
            "Whether the estimate of the course came to rest, with no discrimination beyond 10.",
        ),
    ],
    tests=[],
    sql="-- computed by studium/analyses/graded_response.py",
    depends_on=_INPUTS,
    compat=(
        "learners whose scores sum to 0 are left out, and where the estimate does not come to rest also those below "
        "15 % of the best sum; every score is a level, and problems are numbered by position. So all estimates differ."
    ),
    rights=convert(_OF_A_COURSE, Rights),
)

_ABILITIES = Table(
    name="person_irtgrm_theta",
    grain=(
        "One row per course and learner in the graded response model of the course: all who answered one of its "
        "problems."
    ),
    columns=[
        _COURSE,
        TableColumn("user_id", "bigint", "Number of the account."),
        TableColumn(
            "theta",
            "double",
            "Expected ability given the answers (EAP): 0 on average, with a standard deviation of 1.",
        ),
        TableColumn("thetase", "double", "Its standard error: the posterior standard deviation."),
    ],
    tests=[],
    sql="-- computed by studium/analyses/graded_response.py",
    depends_on=_INPUTS,
    compat=_LEFT_OUT,
    rights=convert(_OF_A_LEARNER, Rights),
)

_GRADED_ABILITIES = Table(
    name="person_irtgrm_theta_grade",
    grain=(
        "One row per course and learner of person_irtgrm_theta, with what came of it: to compare abilities with grades."
    ),
    columns=[
        *_ABILITIES.columns,
        TableColumn(
            "grade",
            "double",
            "Grade in the course, from 0 to 1, as in person_course. NULL where it is unknown, and everywhere in a "
            "warehouse without person_course.",
        ),
        TableColumn(
            "certified", "boolean", "Whether they earned a certificate, as in person_course."
        ),
    ],
    tests=[],
    sql="-- a join by studium/analyses/courses/item_tables.py",
    depends_on=["person_course", "person_irtgrm_theta"],
    compat=_LEFT_OUT,
    rights=convert(_OF_A_LEARNER, Rights),
)

_REPORT = Table(
    name="item_response_theory_report",
    grain=(
        "One row per course, problem and boundary of item_irt_grm, with what is known about the problem and "
        "how it goes with the others."
    ),
    columns=[
        _COURSE,
        _PROBLEM,
        TableColumn("cutnum", "bigint", "Number of the boundary, as in item_irt_grm."),
        TableColumn("problem_short_id", "string", "Short id of the problem."),
        TableColumn("chapter", "string", "Name of its chapter."),
        TableColumn("assignment_type", "string", "Type of its assignment."),
        TableColumn("problem_label", "string", "Name of the problem."),
        TableColumn("problem_id", "string", "url_name of the problem."),
        TableColumn(
            "IRT_item_number", "bigint", "Position of the problem among those of the model, from 1."
        ),
        TableColumn("avg_problem_raw_score", "double", "Mean raw score.", "points"),
        TableColumn("avg_problem_pct_score", "double", "Mean score.", "percent"),
        TableColumn("n_unique_users_attempted", "bigint", "Learners with an answer.", "people"),
        TableColumn("item_test", "double", "As in item_reliabilities."),
        TableColumn("item_rest", "double", "As in item_reliabilities."),
        TableColumn("alpha", "double", "As in item_reliabilities."),
        TableColumn("Difficulty", "double", "irt_diff of item_irt_grm."),
        TableColumn("Discrimination", "double", "irt_disc of item_irt_grm."),
        TableColumn("Difficulty_SE", "double", "diff_se of item_irt_grm."),
        TableColumn("Discrimination_SE", "double", "disc_se of item_irt_grm."),
        TableColumn("irt_method", "string", "How the model was estimated: studium_grm."),
    ],
    tests=[],
    sql="-- a join by studium/analyses/courses/item_tables.py",
    depends_on=["course_item", "course_problem", "item_irt_grm", "item_reliabilities"],
    compat=(
        "the rows and estimates are those of item_irt_grm with compat; what is known about a problem is looked up "
        "under its position, so it is that of another problem where one was left out."
    ),
    rights=convert(_OF_A_REPORT, Rights),
)

ITEM_TABLES = (_ITEMS, _REPORT, _RELIABILITIES, _ABILITIES, _GRADED_ABILITIES)
