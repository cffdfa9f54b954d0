"""How content leaves: funnels of any pages.

Enters: a release. Leaves: how many people came to each page.
"""

from studium.publish.content.funnels import FunnelAnswer, FunnelStep, ask_funnel, find_tutorial

__all__ = ["FunnelAnswer", "FunnelStep", "ask_funnel", "find_tutorial"]
