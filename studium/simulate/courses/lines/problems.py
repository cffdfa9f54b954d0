"""Payloads of problems: what learners sent, how the server graded it, what the page shows.

Enters: a fact about a problem. Leaves: the payload as an object, list or query string.
"""

from typing import Any
from urllib.parse import quote

from studium.simulate.courses.campus import Course, Problem, block_id
from studium.simulate.courses.facts import Fact

Payload = dict[str, Any]

UNGRADED: Payload = {
    "correctness": "",
    "npoints": None,
    "msg": "",
    "hint": "",
    "hintmode": None,
    "queuestate": None,
}
WORDS = ("diffusion", "median", "entropy", "harbour", "recursion", "elasticity", "catalyst")


def answer_of(fact: Fact, part: int, response: str) -> str | list[str]:
    """The learner's answer to one part: a choice, several choices, a number or a word."""
    draw = fact.number * 31 + part * 7 + fact.learner
    if response == "choiceresponse":
        return [f"choice_{draw % 3}", f"choice_{3 + draw % 2}"]
    if response in ("multiplechoiceresponse", "optionresponse"):
        return f"choice_{draw % 4}"
    if response == "numericalresponse":
        return f"{draw % 977 / 8}"
    return WORDS[draw % len(WORDS)]


def part_ids(problem: Problem) -> list[str]:
    """Input ids of the parts, such as `0b9e…_2_1`."""
    return [f"{problem.part_prefix}_{2 + part}_1" for part in range(len(problem.parts))]


def query_string(fact: Fact, problem: Problem) -> str:
    """The form as the browser sends it; list inputs end in `[]`, percent-encoded."""
    fields: list[str] = []
    for part, (part_id, (response, _)) in enumerate(zip(part_ids(problem), problem.parts)):  # noqa: B905
        answer = answer_of(fact, part, response)
        if isinstance(answer, list):
            fields.extend(f"input_{part_id}%5B%5D={choice}" for choice in answer)
        else:
            fields.append(f"input_{part_id}={quote(answer)}")
    return "&".join(fields)


def graded_page(fact: Fact, problem: Problem) -> list[str]:
    """problem_graded: the form and the HTML that the server answered with."""
    rows = []
    for part, (part_id, (response, _)) in enumerate(zip(part_ids(problem), problem.parts)):  # noqa: B905
        status = "correct" if part < fact.first else "incorrect"
        rows.append(
            f'<section id="inputtype_{part_id}" class="{response} inputtype">\n'
            f'  <div class="{status}" id="status_{part_id}">\n'
            f'    <p class="status" aria-describedby="input_{part_id}">{status}</p>\n'
            "  </div>\n</section>\n"
        )
    html = (
        f'\n\n<h2 class="problem-header">\n  {problem.title}\n</h2>\n\n'
        f'<div class="problem-progress"></div>\n\n<div class="problem">\n{"".join(rows)}</div>'
    )
    return [query_string(fact, problem), html]


def check(fact: Fact, problem: Problem) -> Payload:
    """The server's problem_check: answers, correct_map, submission, state and grade."""
    answers: dict[str, Any] = {}
    correctness: dict[str, Any] = {}
    submission: dict[str, Any] = {}
    for part, (part_id, (response, widget)) in enumerate(zip(part_ids(problem), problem.parts)):  # noqa: B905
        answers[part_id] = answer = answer_of(fact, part, response)
        is_correct = part < fact.first
        correctness[part_id] = UNGRADED | {"correctness": "correct" if is_correct else "incorrect"}
        submission[part_id] = {
            "question": f"{problem.title}, question {part + 1}",
            "answer": answer,
            "response_type": response,
            "input_type": widget,
            "correct": is_correct,
            "variant": "",
        }
    total = len(problem.parts)
    return {
        "state": {
            "seed": 1,
            "student_answers": answers,
            "correct_map": {},
            "input_state": {part_id: {} for part_id in answers},
            "done": fact.number > 1,
        },
        "problem_id": problem.key,
        "answers": answers,
        "grade": int(fact.first),
        "max_grade": total,
        "correct_map": correctness,
        "success": "correct" if fact.first >= total else "incorrect",
        "attempts": fact.number,
        "submission": submission,
    }


def show(fact: Fact, problem: Problem) -> Payload:
    """problem_show and showanswer carry the problem alone."""
    name = "problem" if fact.kind == "problem_show" else "problem_id"
    return {name: problem.key}


def grade(fact: Fact, course: Course, user_id: int) -> Payload:
    """The events of background grading, from one submitted problem up to the course grade."""
    problem = course.problems[fact.item]
    transaction = block_id("transaction", fact.learner, fact.time // 60_000_000)
    payload: Payload = {
        "user_id": str(user_id),
        "course_id": course.key,
        "event_transaction_id": transaction,
        "event_transaction_type": "edx.grades.problem.submitted",
    }
    if fact.kind == "problem_submitted":
        payload |= {
            "problem_id": problem.key,
            "weighted_earned": fact.first,
            "weighted_possible": float(len(problem.parts)),
        }
    elif fact.kind == "subsection_graded":
        payload |= {
            "block_id": course.sequences[problem.sequence].key,
            "course_version": transaction[:24],
            "weighted_total_earned": fact.first,
            "weighted_total_possible": 12.0,
            "weighted_graded_earned": fact.first,
            "weighted_graded_possible": 12.0,
            "visible_blocks_hash": f"{transaction[4:30]}=",
        }
    else:
        payload |= {
            "course_version": transaction[:24],
            "percent_grade": fact.first,
            "letter_grade": "Pass" if fact.first >= 0.6 else "",
            "grading_policy_hash": f"{transaction[4:30]}=",
        }
    return payload


def rescore(fact: Fact, problem: Problem) -> Payload:
    """An instructor's task grades an old answer again."""
    total = len(problem.parts)
    return {
        "problem_id": problem.key,
        "orig_score": 0,
        "orig_total": total,
        "new_score": int(fact.first),
        "new_total": total,
        "success": "correct" if fact.first >= total else "incorrect",
    }
