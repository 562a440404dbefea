from hypothesis import given
from hypothesis import strategies as st

from evqa.web.kept import MOST_KEPT, Kept, listed, read, with_newest, written

ONE = Kept("a", "Why?", "2026-02-11", {"version": 1})


def test_the_newest_conversation_stands_first_and_each_once() -> None:
    state = with_newest(written([Kept("b", "When?", "2026-02-10", None), ONE]), ONE)
    assert read(state) == [ONE, Kept("b", "When?", "2026-02-10", None)]


def test_only_so_many_are_kept() -> None:
    state = written([Kept(str(number), "Why?", "", None) for number in range(MOST_KEPT)])
    kept = read(with_newest(state, ONE))
    assert len(kept) == MOST_KEPT
    assert kept[0] == ONE
    assert kept[-1].id == str(MOST_KEPT - 2)


def test_the_list_is_plain_text() -> None:
    state = written([Kept('"><b>', f"<img src=x> {'y' * 100}", "<i>", None)])
    assert listed(state) == (
        '<details class="kept"><summary>Earlier conversations (1)</summary><ul><li>'
        '<button type="button" class="reopen" data-id="&quot;&gt;&lt;b&gt;" dir="auto">'
        f"&lt;img src=x&gt; {'y' * 68}…</button> <span>&lt;i&gt;</span></li></ul>"
        '<button type="button" class="forget">Forget them all</button></details>'
    )
    assert listed([]) == ""


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "title", "day", "transcript"]), inner)
    ),
    max_leaves=12,
)


@given(ANYTHING)
def test_whatever_a_browser_sends_can_be_read(state: object) -> None:
    conversations = read(state)
    assert read(written(conversations)) == conversations
    assert read(with_newest(state, ONE))[0] == ONE
