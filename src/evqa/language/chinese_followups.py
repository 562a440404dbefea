"""Follow-up questions in Chinese."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evqa.language.antecedents import Past
from evqa.language.statements import last_statement

_HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_REFERENCE = re.compile(r"它们|他们|她们|它|他|她|这款车|那款车|这辆车|该公司|这家公司")
_HAN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z0-9-]+)*")
_HAN_SUBJECT = re.compile(
    r"^([\u3400-\u9fff]{2,6}?)(?=什么|何时|哪|多少|怎么|为什么|在|会|将|有|是|的|去年|今年|已|打算)"
)
_HAN_PLACE = re.compile(
    "中国|美国|欧洲|亚洲|非洲|德国|法国|英国|日本|韩国|印度|俄罗斯|加拿大|澳大利亚|巴西|墨西哥|意大利|西班牙|海外|国外"
)
_HAN_ASKS = re.compile("什么时候|何时|为什么|为何|在哪里|在哪儿|哪里|多少钱|怎么")
_HAN_PERIOD = re.compile(r"(?:19|20)\d\d年(?:\d{1,2}月)?|\d{1,2}月|去年|今年|明年|上个月|下个月")


def chinese_followup(asked: str, past: Sequence[Past]) -> str | None:
    """Pronouns, bare question words and `那…呢` in a Chinese question."""
    last = past[-1].about
    if not _HAN.search(asked):
        return None
    if re.fullmatch(r"(?:这|那)?(?:话)?是?谁说的", asked):
        statement = last_statement(past)
        return f"谁说的：“{statement}”" if statement else None
    if _HAN_ASKS.fullmatch(asked):
        found = _HAN_ASKS.search(last)
        return last[: found.start()] + asked + last[found.end() :] if found else f"{last}，{asked}"
    if found := re.fullmatch(r"(?:那么?|而)?在?(.{1,20}?)呢", asked):
        return _chinese_exchange(found.group(1), last)
    subject = _HAN_NAME.search(last) or _HAN_SUBJECT.search(last)
    if not subject or not _HAN_REFERENCE.search(asked) or subject.group() in asked:
        return None
    return _HAN_REFERENCE.sub(lambda _: subject.group(), asked, count=1)


def _chinese_exchange(part: str, last: str) -> str | None:
    """The last Chinese question with a part of the same kind exchanged."""
    subject = _HAN_NAME.search(last) or _HAN_SUBJECT.search(last)
    if _HAN_PERIOD.fullmatch(part):
        old = _HAN_PERIOD.search(last)
        start, end = old.span() if old else (subject.end(),) * 2 if subject else (0, 0)
        return last[:start] + part + last[end:]
    if _HAN_PLACE.fullmatch(part):
        old = _HAN_PLACE.search(last)
        return last[: old.start()] + part + last[old.end() :] if old else None
    return last[: subject.start()] + part + last[subject.end() :] if subject else None
