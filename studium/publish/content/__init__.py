"""How content leaves: funnels of any pages.

Enters: a release. Leaves: how many people came to each page.
"""

from studium.publish.content.funnels import (
    FUNNEL_PAGES,
    FUNNEL_VIEWS,
    FunnelAnswer,
    FunnelStep,
    answer_of_views,
    ask_funnel,
    find_tutorial,
    funnel_values,
    page_title,
    page_view_funnel,
)

__all__ = [
    "FUNNEL_PAGES",
    "FUNNEL_VIEWS",
    "FunnelAnswer",
    "FunnelStep",
    "answer_of_views",
    "ask_funnel",
    "find_tutorial",
    "funnel_values",
    "page_title",
    "page_view_funnel",
]
