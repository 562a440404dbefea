"""Questions that ask for a reason, and sentences whose words announce one."""

from __future__ import annotations

import re

_WHY = re.compile(
    r"\b(?:why|how come|what(?:'s|’s| is| was| are| were)? (?:the )?(?:reasons?|causes?|behind)"
    r"|what (?:explains|caused|prompted|made)|reasons?)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|due to|owing to|in order to|so that|thanks to|caus(?:e|ed|es|ing)"
    r"|suspect(?:s|ed)?|believ(?:e|es|ed)|thinks?|thought|guess(?:es|ed)?|reckon(?:s|ed)?"
    r"|assum(?:e|es|ed)|presum(?:e|es|ed|ably)|blam(?:e|es|ed)|attribut(?:e|es|ed)"
    r"|explain(?:s|ed)?|put (?:it|this|that) down to|prompted|led to|result of"
    r"|in (?:his|her|their|its) (?:view|opinion)|turned out)\b",
    re.IGNORECASE,
)


def asks_why(question: str) -> bool:
    """Whether a question asks for a cause or a purpose."""
    return bool(_WHY.search(question))


def gives_reason(sentence: str) -> bool:
    """Whether a sentence has words that announce a cause, a purpose or what somebody supposes."""
    return bool(_REASON.search(sentence))
